//! Records to reports, a group at a time.
//!
//! In: records, what they are linted with, and the run of a state if there is one. Out:
//! one line a record, in their order. What the state holds is not read again;
//! a group is committed to it before its lines are handed on, so that a kill
//! loses at most the group in hand. Memory does not grow with the number of
//! records. It writes no output.

mod commit;
mod group;

use std::sync::atomic::{AtomicBool, Ordering};

use mtlint::document::Document;
use mtlint::linter::{Linter, Options, Request};
use mtlint::report::{Report, json};

use crate::error::BatchError;
use crate::record::Record;
use crate::report_line::{DocumentLinks, ReportLine};
use crate::sibling_finder::SiblingFinder;
use crate::state::{Key, Run};

use commit::{commit_group, commit_reports};
use group::{Group, GroupItem, RenderedReport, ReportOrigin};

/// Everything that the records of a batch are linted with.
pub struct Job<'a> {
    /// The linter that reads the documents.
    pub linter: &'a Linter,
    /// The options that the documents are linted with.
    pub options: &'a Options,
    /// What the JSON of a report holds.
    pub json: json::Options<'a>,
    /// The run of the state, if there is a state: reports are looked up and kept there.
    pub run: Option<&'a mut Run>,
    /// What finds siblings for documents without any, if there is a pool.
    pub siblings: Option<&'a mut SiblingFinder>,
    /// The flag that, once set, stops the batch after the group in hand.
    pub stop: &'a AtomicBool,
    /// A function that is called with every report that is made on a record's document, but
    /// not with those from the state.
    pub on_report: Option<&'a mut dyn FnMut(&Report)>,
}

/// How a batch came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// All records were linted and handed on.
    Complete,
    /// The batch was stopped before its end; the reports that were handed on are committed.
    Stopped,
}

impl Job<'_> {
    /// Lints `records` in groups and hands every report to `each`, in the
    /// order of the records.
    ///
    /// # Errors
    /// When the state, the pool or `each` fail. An input that breaks and a text that the
    /// language model fails on are failed documents, and the others are linted.
    pub fn lint_all<E>(
        mut self,
        records: impl Iterator<Item = Record>,
        mut each: impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<Completion, E>
    where
        E: From<BatchError>,
    {
        let mut group = Group::default();
        for record in records {
            let (record, links) = self.with_sibling(record, &mut group, &mut each)?;
            self.add(&mut group, record, links)?;
            if group.is_full() {
                self.lint_group(std::mem::take(&mut group), &mut each)?;
            }
            if self.stop.load(Ordering::Relaxed) {
                break;
            }
        }
        // Records also end where one waits for more of a pipe and is told to stop.
        let stopped = self.stop.load(Ordering::Relaxed);
        self.lint_group(group, &mut each)?;
        Ok(if stopped {
            Completion::Stopped
        } else {
            Completion::Complete
        })
    }

    /// The record with the siblings it is linted with: its own, or else that of
    /// the pool. This is the one place where siblings join a record; what is done
    /// here is part of the state's key. The links are not: they are looked for
    /// every time.
    fn with_sibling<E: From<BatchError>>(
        &mut self,
        mut record: Record,
        group: &mut Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<(Record, DocumentLinks), E> {
        let mut links = DocumentLinks::default();
        if let Record::Document { request, date } = &mut record
            && let Some(siblings) = self.siblings.take()
        {
            let found =
                siblings.attach_sibling(request, date, |texts| self.qualities(texts, group, each));
            self.siblings = Some(siblings);
            links = found?;
        }
        Ok((record, links))
    }

    /// The qualities of texts without siblings; none of what cannot be judged.
    fn qualities<E: From<BatchError>>(
        &mut self,
        texts: Vec<Document>,
        group: &mut Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<Vec<Option<f64>>, E> {
        let key = |text: &Document| self.run.as_ref().map(|run| run.key(text, &[]));
        let keys: Vec<Option<Key>> = texts.iter().map(key).collect();
        // What the group is about to read is not read twice.
        if keys
            .iter()
            .flatten()
            .any(|key| group.requested(key).is_some())
        {
            self.lint_group(std::mem::take(group), each)?;
        }
        let qualities = self.qualities_by_key(texts, &keys)?;
        Ok(qualities
            .into_iter()
            .map(|quality| quality.map(f64::from))
            .collect())
    }

    fn qualities_by_key(
        &mut self,
        texts: Vec<Document>,
        keys: &[Option<Key>],
    ) -> Result<Vec<Option<f32>>, BatchError> {
        let mut qualities = vec![None; texts.len()];
        let mut known = Vec::new();
        let mut unread = Vec::new();
        let mut requests = Vec::new();
        for (index, (text, key)) in texts.into_iter().zip(keys).enumerate() {
            let stored = match (&mut self.run, key) {
                (Some(run), Some(key)) => run.report(key)?,
                _ => None,
            };
            if let Some(stored) = stored {
                qualities[index] = stored.summary.quality;
                known.push(stored.number);
                continue;
            }
            unread.push(index);
            requests.push(Request::new(text));
        }
        let rendered = self.render(&self.linter.lint_each(requests, self.options))?;
        for (&index, report) in unread.iter().zip(&rendered) {
            qualities[index] = report.summary.quality;
        }
        if let Some(run) = &mut self.run {
            let keys: Vec<_> = unread.iter().map(|&index| keys[index].as_ref()).collect();
            commit_reports(run, &known, &keys, &rendered)?;
        }
        Ok(qualities)
    }

    fn render(&self, reports: &[Report]) -> Result<Vec<RenderedReport>, BatchError> {
        let rendered = reports
            .iter()
            .map(|report| RenderedReport::new(report, self.json));
        rendered.collect()
    }

    /// Puts a record into the group, with its report if the state has it.
    fn add(
        &mut self,
        group: &mut Group,
        record: Record,
        links: DocumentLinks,
    ) -> Result<(), BatchError> {
        let bytes = record.bytes();
        let failure = match record {
            Record::Rejected { id, error } => Report::failed(id, error),
            // What could not be read is tried again every time.
            Record::Unreadable { id, error } => Report::failed(id, error),
            Record::Broken(error) => Report::failed(error.name(), &error),
            Record::Document { request, .. } => {
                let id = request.document.name().to_owned();
                let origin = self.origin(group, *request, bytes)?;
                group.items.push(GroupItem { id, links, origin });
                return Ok(());
            }
        };
        let origin = ReportOrigin::Available(RenderedReport::new(&failure, self.json)?);
        let id = failure.id;
        group.items.push(GroupItem { id, links, origin });
        Ok(())
    }

    /// Where the report on `request` comes from: another record of the group, the state, or
    /// the linter, which then reads it with the group.
    fn origin(
        &mut self,
        group: &mut Group,
        request: Request,
        bytes: usize,
    ) -> Result<ReportOrigin, BatchError> {
        // Without a state there is nothing to compare with.
        let Some(run) = &mut self.run else {
            return Ok(group.request(request, None, bytes));
        };
        let key = run.key(&request.document, &request.unread);
        if let Some(origin) = group.requested(&key) {
            return Ok(origin);
        }
        if let Some(stored) = run.report(&key)? {
            return Ok(group.store(RenderedReport {
                body: stored.body,
                summary: stored.summary,
                number: Some(stored.number),
            }));
        }
        Ok(group.request(request, Some(key), bytes))
    }

    fn lint_group<E>(
        &mut self,
        group: Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<BatchError>,
    {
        for line in self.lines(group)? {
            each(line)?;
        }
        Ok(())
    }

    fn lines(&mut self, group: Group) -> Result<Vec<ReportLine>, BatchError> {
        let Group {
            requests,
            keys,
            items,
            ..
        } = group;
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let reports = self.linter.lint_each(requests, self.options);
        if let Some(on_report) = &mut self.on_report {
            reports.iter().for_each(on_report);
        }
        let mut rendered = self.render(&reports)?;
        if let Some(run) = &mut self.run {
            commit_group(run, &keys, &mut rendered, &items)?;
        }
        items.into_iter().map(|item| item.line(&rendered)).collect()
    }
}
