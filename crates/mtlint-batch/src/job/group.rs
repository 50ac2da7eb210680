//! Records that are linted and committed together.
//!
//! In: records, one at a time, each with its links and with where its report comes from.
//! Out: the requests that the linter has to read, each once however many records ask for
//! it, and every record in its order. A group has limits, so that memory does not grow with
//! the batch. It lints nothing and touches no state.

use std::collections::HashMap;

use mtlint::linter::Request;
use mtlint::report::{Report, Status, json};

use crate::error::BatchError;
use crate::report_line::{DocumentLinks, ReportBody, ReportLine, Summary};
use crate::state::Key;

/// A group is linted once it holds this many bytes of text to read: enough for
/// the model to work on many sentences at once, little against its own weights.
const MAX_GROUP_BYTES: usize = 256 * 1024;

/// A group never holds more documents to read than this, so that reports do not pile up
/// and progress shows.
const MAX_GROUP_REQUESTS: usize = 64;

/// A group never holds more records than this, those included whose report is in the
/// state: so many that a night with few new documents still reads them together.
const MAX_GROUP_RECORDS: usize = 1024;

/// The reports from the state that wait in a group have at most about this many bytes.
const MAX_GROUP_STORED_BYTES: usize = 8 * 1024 * 1024;

/// Records on their way to being linted and committed together.
#[derive(Default)]
pub(super) struct Group {
    /// The requests that have to be read.
    pub(super) requests: Vec<Request>,
    /// The key of each request in the state; none without a state.
    pub(super) keys: Vec<Option<Key>>,
    /// The records in their order.
    pub(super) items: Vec<GroupItem>,
    /// The index in `requests` of what is about to be read.
    request_indices: HashMap<Key, usize>,
    request_bytes: usize,
    stored_bytes: usize,
}

impl Group {
    /// Whether the group is to be linted before more is put into it.
    pub(super) fn is_full(&self) -> bool {
        self.request_bytes >= MAX_GROUP_BYTES
            || self.requests.len() >= MAX_GROUP_REQUESTS
            || self.items.len() >= MAX_GROUP_RECORDS
            || self.stored_bytes >= MAX_GROUP_STORED_BYTES
    }

    /// Where the report under `key` comes from, if the group is about to make it.
    pub(super) fn requested(&self, key: &Key) -> Option<ReportOrigin> {
        let index = self.request_indices.get(key)?;
        Some(ReportOrigin::Request(*index))
    }

    /// Adds a request of `bytes` bytes of text to what has to be read.
    pub(super) fn request(
        &mut self,
        request: Request,
        key: Option<Key>,
        bytes: usize,
    ) -> ReportOrigin {
        let index = self.requests.len();
        if let Some(key) = &key {
            self.request_indices.insert(key.clone(), index);
        }
        self.request_bytes += bytes;
        self.requests.push(request);
        self.keys.push(key);
        ReportOrigin::Request(index)
    }

    /// Takes in a report from the state, which then waits for the others of the group.
    pub(super) fn store(&mut self, report: RenderedReport) -> ReportOrigin {
        self.stored_bytes += report.body.0.len();
        ReportOrigin::Available(report)
    }
}

/// One record of a group.
pub(super) struct GroupItem {
    pub(super) id: String,
    pub(super) links: DocumentLinks,
    pub(super) origin: ReportOrigin,
}

impl GroupItem {
    /// The record's line of output. `rendered` are the reports on the group's requests.
    pub(super) fn line(self, rendered: &[RenderedReport]) -> Result<ReportLine, BatchError> {
        let Self { id, links, origin } = self;
        let report = origin.report(rendered);
        Ok(ReportLine {
            line: report.body.line(&id, &links)?,
            summary: report.summary,
            from_state: origin.is_stored(),
            id,
            links,
        })
    }
}

/// Where the report on a record comes from.
pub(super) enum ReportOrigin {
    /// The report is there already: from the state, or of a record that holds no document.
    Available(RenderedReport),
    /// The report is the one on the request of the group with this index.
    Request(usize),
}

impl ReportOrigin {
    /// The report, once the group's requests are `rendered`.
    pub(super) fn report<'a>(&'a self, rendered: &'a [RenderedReport]) -> &'a RenderedReport {
        match self {
            Self::Available(report) => report,
            Self::Request(index) => &rendered[*index],
        }
    }

    /// Whether the report came from the state.
    fn is_stored(&self) -> bool {
        match self {
            Self::Available(report) => report.number.is_some(),
            Self::Request(_) => false,
        }
    }
}

/// A report in the form in which it is written and kept.
pub(super) struct RenderedReport {
    pub(super) body: ReportBody,
    pub(super) summary: Summary,
    /// The report's number in the state; none for failures, which are never kept.
    pub(super) number: Option<i64>,
}

impl RenderedReport {
    /// The form of `report` that `options` ask for, not yet in the state.
    pub(super) fn new(report: &Report, options: json::Options<'_>) -> Result<Self, BatchError> {
        Ok(Self {
            body: ReportBody::of(report, options)?,
            summary: Summary::of(report),
            number: None,
        })
    }

    /// Whether the report says that there was no document, or that it could not be linted.
    pub(super) fn is_failure(&self) -> bool {
        self.summary.status == Status::Failed
    }
}
