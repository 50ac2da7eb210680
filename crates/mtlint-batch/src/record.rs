//! One entry of a batch's input, whatever format it is read from.
//!
//! In: the id, text, siblings and date that a reader found. Out: the record: a document to
//! lint with its siblings, or why there is none; and the limits that all readers keep. It
//! reads no input and lints nothing.

use std::io;

use mtlint::document::{Document, DocumentError};
use mtlint::linter::Request;

use crate::date::RecordDate;
use crate::input_error::InputError;
use crate::record_error::{RecordError, RecordPosition};
use crate::waiting::Stopped;

/// A line may hold this many times the bytes that a document may: the document,
/// several siblings, and what JSON's escapes add to them.
const LINE_FACTOR: u64 = 8;

/// A line may hold this many bytes more for ids and punctuation, however small the limit.
const LINE_ALLOWANCE: u64 = 4 * 1024;

/// An id may have this many bytes. Every suggestion repeats the id of the sibling that
/// supports it, so that a long one makes an output that has nothing to do with the input.
pub const MAX_ID_BYTES: usize = 1024;

/// More siblings than this are no siblings but a mistake.
const MAX_SIBLINGS: usize = 1_000;

/// One entry of a batch's input: a document, or why there is none.
#[derive(Debug)]
pub enum Record {
    /// A document to lint.
    Document {
        /// The document with its own siblings.
        request: Box<Request>,
        /// The day that the document is from.
        date: RecordDate,
    },
    /// A file of text that could not be read.
    Unreadable {
        /// The path as given.
        id: String,
        /// Why the file could not be read.
        error: DocumentError,
    },
    /// A line or a row that holds no document.
    Rejected {
        /// The record's own id, or what it is called without one.
        id: String,
        /// What is wrong with the line or the row.
        error: RecordError,
    },
    /// Where an input cannot be read, or not any further. It is the input's last record.
    Broken(InputError),
}

impl Record {
    /// The record's own id, or what it is called without one: a path, or the number of its
    /// line or row; where an input broke, the input's name.
    pub fn id(&self) -> &str {
        match self {
            Self::Document { request, .. } => request.document.name(),
            Self::Unreadable { id, .. } | Self::Rejected { id, .. } => id,
            Self::Broken(error) => error.name(),
        }
    }

    /// The number of bytes of text in the record, siblings included.
    pub fn bytes(&self) -> usize {
        match self {
            Self::Document { request, .. } => {
                let document = std::iter::once(&request.document);
                document
                    .chain(&request.unread)
                    .map(|document| document.text().len())
                    .sum()
            }
            Self::Unreadable { .. } | Self::Rejected { .. } | Self::Broken(_) => 0,
        }
    }
}

/// A sibling in a record: its text, alone or with an id of its own.
#[derive(Debug)]
pub(super) enum SiblingJson {
    Text(String),
    Named { id: String, text: String },
}

/// The largest size in bytes of a line whose texts have at most `max_bytes` each.
pub(super) fn line_limit(max_bytes: u64) -> u64 {
    max_bytes
        .saturating_mul(LINE_FACTOR)
        .saturating_add(LINE_ALLOWANCE)
}

pub(super) fn too_large(position: RecordPosition, what: &str, limit: u64) -> RecordError {
    RecordError::TooLarge {
        position,
        what: what.to_owned(),
        limit,
    }
}

/// The document with its siblings, unless there is too much of something.
pub(super) fn request(
    id: &str,
    text: String,
    siblings: Vec<SiblingJson>,
    position: RecordPosition,
    max_bytes: u64,
) -> Result<Request, RecordError> {
    if text.len() as u64 > max_bytes {
        return Err(too_large(position, "the text", max_bytes));
    }
    if siblings.len() > MAX_SIBLINGS {
        return Err(RecordError::Malformed {
            position,
            problem: format!(
                "it has {} siblings, and at most {MAX_SIBLINGS} are read",
                siblings.len()
            ),
        });
    }
    let siblings = siblings
        .into_iter()
        .zip(1..)
        .map(|(sibling, number)| {
            let (name, text) = match sibling {
                SiblingJson::Text(text) => (format!("{id}#sibling-{number}"), text),
                SiblingJson::Named { id, text } => {
                    check_id(&id, &format!("the id of sibling {number}"), position)?;
                    (id, text)
                }
            };
            if text.len() as u64 > max_bytes {
                return Err(too_large(position, &format!("sibling {number}"), max_bytes));
            }
            Ok(Document::from_text(name, text))
        })
        .collect::<Result<_, _>>()?;
    Ok(Request {
        unread: siblings,
        ..Request::new(Document::from_text(id, text))
    })
}

/// A record's own id.
///
/// # Errors
/// When it is longer than ids may be.
pub(super) fn own_id(id: String, position: RecordPosition) -> Result<String, RecordError> {
    check_id(&id, "its id", position)?;
    Ok(id)
}

fn check_id(id: &str, what: &str, position: RecordPosition) -> Result<(), RecordError> {
    if id.len() <= MAX_ID_BYTES {
        return Ok(());
    }
    Err(RecordError::Malformed {
        position,
        problem: format!(
            "{what} has {} bytes, and ids have at most {MAX_ID_BYTES}",
            id.len()
        ),
    })
}

/// What an input gives next. The first error has `ended` it, and is its last record; when the
/// batch is to stop, there is none.
pub(super) fn next_item(
    next: io::Result<Option<Record>>,
    name: &str,
    ended: &mut bool,
) -> Option<Record> {
    let error = match next {
        Ok(next) => return next,
        Err(error) => error,
    };
    *ended = true;
    (!Stopped::is(&error)).then(|| Record::Broken(InputError::broken_off(name, &error)))
}
