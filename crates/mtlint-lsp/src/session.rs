//! A client that is served: its documents, its settings, and the thread that reads.
//!
//! In: what changes. Out: documents on their way to be read, and what was found on its way to the
//! client. Which message of the protocol does what is said in `notifications` and `requests`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use lsp_types::{
    DiagnosticRefreshRequest, DocumentDiagnosticReport, FullDocumentDiagnosticReport,
    PublishDiagnosticsNotification, PublishDiagnosticsParams, RelatedFullDocumentDiagnosticReport,
    RelatedUnchangedDocumentDiagnosticReport, UnchangedDocumentDiagnosticReport, Uri,
};
use serde_json::Value;

use crate::actions;
use crate::client::{Client, json};
use crate::diagnostics;
use crate::documents::{Awaited, Documents, Open};
use crate::engine::{Engine, Reading};
use crate::error::RequestError;
use crate::host::{Host, Place};
use crate::queue::Job;
use crate::settings::ClientSettings;
use crate::uri;

/// A text is read once nothing was typed in it for so long: a pause that ends a word, and that
/// nobody takes for waiting.
pub(crate) const PAUSE: Duration = Duration::from_millis(400);

/// When a text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Somebody looks at it and types nothing.
    Now,
    /// Somebody types in it.
    AfterPause,
}

/// A client that is served.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) host: Arc<dyn Host>,
    pub(crate) documents: Documents,
    pub(crate) settings: ClientSettings,
    /// The folders of the workspace.
    pub(crate) folders: Vec<PathBuf>,
    /// Models that could not be loaded are tried again each time that this grows.
    pub(crate) attempt: u64,
    engine: Engine,
    /// The number of the last text, and of the last result.
    numbers: u64,
    /// The configurations in which something wrong is shown.
    wrong: BTreeSet<PathBuf>,
}

impl Session {
    pub(crate) fn new(
        client: Client,
        host: Arc<dyn Host>,
        engine: Engine,
        folders: Vec<PathBuf>,
    ) -> Self {
        Self {
            client,
            host,
            documents: Documents::default(),
            settings: ClientSettings::default(),
            folders,
            attempt: 0,
            engine,
            numbers: 0,
            wrong: BTreeSet::new(),
        }
    }

    /// Ends the thread that reads, and tells the client nothing any more.
    pub(crate) fn end(self) {
        self.engine.end();
        self.client.close();
    }

    /// Where a document is: of folders that contain each other, the innermost one counts.
    pub(crate) fn place(&self, uri: &Uri) -> Place {
        let path = uri::path(uri);
        let folders = self.folders.iter();
        let folder = match &path {
            Some(path) => folders
                .filter(|folder| path.starts_with(folder))
                .max_by_key(|folder| folder.components().count()),
            None => self.folders.first(),
        };
        Place {
            folder: folder.cloned(),
            path,
        }
    }

    /// Has the text of a document read, as it is now.
    pub(crate) fn read(&mut self, uri: &Uri, when: When) {
        let place = self.place(uri);
        let number = self.number();
        let Ok(open) = self.documents.get_mut(uri) else {
            return;
        };
        open.place = place;
        open.revision = number;
        for (id, awaited) in open.waiting.drain(..) {
            self.client.answer(id, Err(awaited.outrun()));
        }
        if open.lost.is_some() {
            self.engine.queue().remove(uri);
            self.tell(uri);
            return;
        }
        let pause = match when {
            When::Now => Duration::ZERO,
            When::AfterPause => PAUSE,
        };
        self.engine.queue().push(Job {
            uri: uri.clone(),
            revision: open.revision,
            place: open.place.clone(),
            language: open.language.clone(),
            text: open.text.clone(),
            settings: self.settings.clone(),
            due: Instant::now() + pause,
            attempt: self.attempt,
        });
    }

    /// Has all documents read again: what they depend on has changed.
    pub(crate) fn read_all(&mut self) {
        let documents = self.documents.iter();
        let all: Vec<Uri> = documents.map(|open| open.uri.clone()).collect();
        for uri in all {
            self.read(&uri, When::Now);
        }
    }

    /// Has the documents read again that were compared with a file.
    pub(crate) fn read_siblings_of(&mut self, file: &Path) {
        let documents = self.documents.iter().filter(|open| {
            let files = open.judged().into_iter().flat_map(|one| &one.siblings);
            files.into_iter().any(|(_, path)| path == file)
        });
        let with_it: Vec<Uri> = documents.map(|open| open.uri.clone()).collect();
        for uri in with_it {
            self.read(&uri, When::Now);
        }
    }

    /// Forgets a document.
    pub(crate) fn close(&mut self, uri: &Uri) {
        self.engine.queue().remove(uri);
        let Some(open) = self.documents.close(uri) else {
            return;
        };
        for (id, _) in open.waiting {
            self.client.answer(id, Err(RequestError::Changed));
        }
        if !self.client.capabilities().pulls {
            self.publish(uri, None, Vec::new());
        }
        self.tell_of_configurations();
    }

    /// Takes what was found in a text, and tells the client, unless the text is an old one.
    pub(crate) fn take(&mut self, reading: Reading) {
        let result = self.number();
        let Reading {
            uri,
            revision,
            verdict,
        } = reading;
        let Ok(open) = self.documents.get_mut(&uri) else {
            return;
        };
        if open.keep(revision, result, verdict) {
            self.tell(&uri);
            self.tell_of_configurations();
        }
    }

    /// Tells the client what is to be shown of a document from now on, and answers who waits
    /// for it.
    pub(crate) fn tell(&mut self, uri: &Uri) {
        let number = self.number();
        let Ok(open) = self.documents.get_mut(uri) else {
            return;
        };
        if let Some(found) = &mut open.found {
            found.result = number;
        }
        let waiting = std::mem::take(&mut open.waiting);
        let pulled = waiting
            .iter()
            .any(|(_, awaited)| matches!(awaited, Awaited::Diagnostics(_)));
        let Ok(open) = self.documents.get(uri) else {
            return;
        };
        for (id, awaited) in waiting {
            let answer = self.answer(open, &awaited);
            self.client.answer(id, answer);
        }
        let capabilities = self.client.capabilities();
        if !capabilities.pulls {
            let all = diagnostics::all(open, capabilities);
            self.publish(uri, Some(open.version), all);
        } else if !pulled {
            self.client.request::<DiagnosticRefreshRequest>(&());
        }
    }

    /// What a request gets, once the text was read.
    pub(crate) fn answer(&self, open: &Open, awaited: &Awaited) -> Result<Value, RequestError> {
        let capabilities = self.client.capabilities();
        match awaited {
            Awaited::Diagnostics(known) => Ok(json(&self.report(open, known.as_deref()))),
            Awaited::Actions(params) => {
                let part = open.text.bytes(params.range, capabilities.encoding)?;
                let actions = actions::all(open, &part, &params.context, capabilities);
                Ok(json(&actions))
            }
        }
    }

    /// The diagnostics of a document, for a client that asks for them and may have those called
    /// `known`.
    fn report(&self, open: &Open, known: Option<&str>) -> DocumentDiagnosticReport {
        let result = open.current().map(|found| found.result.to_string());
        if let Some(result_id) = result
            .clone()
            .filter(|result| Some(result.as_str()) == known)
        {
            let report = UnchangedDocumentDiagnosticReport { result_id };
            return RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: report,
            }
            .into();
        }
        let report = FullDocumentDiagnosticReport {
            result_id: result,
            items: diagnostics::all(open, self.client.capabilities()),
        };
        RelatedFullDocumentDiagnosticReport {
            related_documents: None,
            full_document_diagnostic_report: report,
        }
        .into()
    }

    /// Shows what is wrong with configurations, in their files.
    fn tell_of_configurations(&mut self) {
        let faults = self.documents.iter().filter_map(Open::fault);
        let before = std::mem::take(&mut self.wrong);
        let encoding = self.client.capabilities().encoding;
        let shown = diagnostics::of_configurations(faults, before.into_iter(), encoding);
        for (path, all) in shown {
            let wrong = !all.is_empty();
            if let Some(uri) = uri::uri(&path) {
                self.publish(&uri, None, all);
            }
            if wrong {
                self.wrong.insert(path);
            }
        }
    }

    fn publish(&self, uri: &Uri, version: Option<i32>, diagnostics: Vec<lsp_types::Diagnostic>) {
        let params = PublishDiagnosticsParams {
            uri: uri.clone(),
            version,
            diagnostics,
        };
        self.client
            .notify::<PublishDiagnosticsNotification>(&params);
    }

    /// The next number.
    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}
