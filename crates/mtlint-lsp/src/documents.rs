//! The documents that are open in the client.
//!
//! In: what the client says of them. Out: each with its text, what was found in that text, and
//! who waits for it. Nothing is read or sent here.

use std::collections::{BTreeMap, BTreeSet};

use lsp_server::RequestId;
use lsp_types::{CodeActionParams, Range, Uri};
use serde::Deserialize;

use crate::engine::{Judged, Verdict};
use crate::error::RequestError;
use crate::host::{Place, PlanError};
use crate::text::{Encoding, PlaceError, Text};

/// The documents that are open in the client.
#[derive(Default)]
pub(crate) struct Documents(BTreeMap<String, Open>);

/// A document that is open in the client.
pub(crate) struct Open {
    pub(crate) uri: Uri,
    pub(crate) place: Place,
    /// The language that the client takes it for.
    pub(crate) language: String,
    /// The version, as the client counts.
    pub(crate) version: i32,
    /// The text, and its number.
    pub(crate) text: Text,
    pub(crate) revision: u64,
    /// Why an edit could not be followed. The text is not known since.
    pub(crate) lost: Option<String>,
    /// What was found in the last text that was read.
    pub(crate) found: Option<Found>,
    /// The findings that a person wants to see no more, by their fingerprints.
    pub(crate) dismissed: BTreeSet<String>,
    /// Requests that are answered once the text was read.
    pub(crate) waiting: Vec<(RequestId, Awaited)>,
}

/// What was found in a text.
pub(crate) struct Found {
    /// The number of the text.
    revision: u64,
    /// The name of what was found, for clients that ask whether it is new.
    pub(crate) result: u64,
    pub(crate) verdict: Verdict,
}

/// What a request waits for.
pub(crate) enum Awaited {
    /// The diagnostics, of which the client may have those with this name.
    Diagnostics(Option<String>),
    /// What can be done about a part of the text.
    Actions(Box<CodeActionParams>),
}

impl Found {
    /// Whether the text could not be judged.
    pub(crate) fn is_unjudged(&self) -> bool {
        matches!(self.verdict, Verdict::Unjudged(_))
    }
}

impl Awaited {
    /// What the client is told if the text changes before.
    pub(crate) fn outrun(&self) -> RequestError {
        match self {
            Self::Diagnostics(_) => RequestError::AskAgain,
            Self::Actions(_) => RequestError::Changed,
        }
    }
}

/// A change of a text: a part of it, or the whole.
#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    range: Option<Range>,
    text: String,
}

impl Open {
    /// Follows changes, in order.
    ///
    /// # Errors
    /// When one is at a place that the text does not have.
    pub(crate) fn change(
        &mut self,
        changes: &[Change],
        encoding: Encoding,
    ) -> Result<(), PlaceError> {
        for change in changes {
            match change.range {
                Some(range) => self.text.replace(range, &change.text, encoding)?,
                None => {
                    self.text = Text::new(&change.text);
                    self.lost = None;
                }
            }
        }
        Ok(())
    }

    /// What was found in the text as it is now; `None` while that is being read.
    pub(crate) fn current(&self) -> Option<&Found> {
        let found = self.found.as_ref();
        found.filter(|found| found.revision == self.revision)
    }

    /// The analysis of the text as it is now, if it was judged.
    pub(crate) fn judged(&self) -> Option<&Judged> {
        match &self.current()?.verdict {
            Verdict::Judged(judged) => Some(judged),
            _ => None,
        }
    }

    /// Keeps what was found in a text, if that is the newest; says whether it is.
    pub(crate) fn keep(&mut self, revision: u64, result: u64, verdict: Verdict) -> bool {
        let newest = revision == self.revision && self.lost.is_none();
        if newest {
            self.found = Some(Found {
                revision,
                result,
                verdict,
            });
        }
        newest
    }

    /// What is wrong with the configuration, if that is why the document was not judged.
    pub(crate) fn fault(&self) -> Option<&PlanError> {
        match &self.found.as_ref()?.verdict {
            Verdict::Unjudged(error) if error.configuration.is_some() => Some(error),
            _ => None,
        }
    }
}

impl Documents {
    /// Adds a document that was opened.
    pub(crate) fn open(&mut self, open: Open) {
        self.0.insert(open.uri.0.clone(), open);
    }

    /// Takes out a document that was closed.
    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Open> {
        self.0.remove(&uri.0)
    }

    /// A document.
    ///
    /// # Errors
    /// When it is not open.
    pub(crate) fn get(&self, uri: &Uri) -> Result<&Open, RequestError> {
        let open = self.0.get(&uri.0);
        open.ok_or_else(|| RequestError::NotOpen(uri.0.clone()))
    }

    /// A document, to change it.
    ///
    /// # Errors
    /// When it is not open.
    pub(crate) fn get_mut(&mut self, uri: &Uri) -> Result<&mut Open, RequestError> {
        let open = self.0.get_mut(&uri.0);
        open.ok_or_else(|| RequestError::NotOpen(uri.0.clone()))
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Open> {
        self.0.values()
    }

    /// All of them, to change them.
    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Open> {
        self.0.values_mut()
    }
}
