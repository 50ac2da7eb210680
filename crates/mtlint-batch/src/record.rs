//! JSON Lines to records.
//!
//! In: bytes that nobody vouches for. Out: one record for each line that is
//! not blank: a document with its siblings, or why the line holds none. A bad
//! line never hides the lines after it, and no line is read into memory beyond
//! its limit. It judges nothing.

use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;
use time::format_description::well_known::Iso8601;

use mtlint::document::Document;
use mtlint::document::DocumentError;
use mtlint::linter::Request;

use crate::error::BatchError;
use crate::record_error::{RecordError, RecordPosition};

/// A line may hold this many times the bytes that a document may: the document,
/// several siblings, and what JSON's escapes add to them.
const LINE_FACTOR: u64 = 8;

/// A line may hold this many bytes more for ids and punctuation, however small the limit.
const LINE_ALLOWANCE: u64 = 4 * 1024;

/// More siblings than this are no siblings but a mistake.
const MAX_SIBLINGS: usize = 1_000;

/// One entry of a batch's input: a document, or why there is none.
#[derive(Debug)]
pub enum Record {
    /// A document to lint.
    Document {
        /// The document with its own siblings.
        request: Box<Request>,
        /// The day that the document is from, as a Julian day number, where the record says so.
        day: Option<i32>,
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
}

impl Record {
    /// The record's own id, or what it is called without one: a path, or the number of its
    /// line or row.
    pub fn id(&self) -> &str {
        match self {
            Self::Document { request, .. } => request.document.name(),
            Self::Unreadable { id, .. } | Self::Rejected { id, .. } => id,
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
            Self::Unreadable { .. } | Self::Rejected { .. } => 0,
        }
    }
}

#[derive(Deserialize)]
struct RecordJson {
    id: Option<IdJson>,
    text: String,
    #[serde(default)]
    siblings: SiblingsJson,
    /// A single one, as the columns of tables are called.
    sibling: Option<SiblingJson>,
    #[serde(default)]
    date: Option<DateJson>,
}

/// A date that is written in another way counts as none: records have fields of
/// their own, and this one only narrows where siblings are looked for.
#[derive(Deserialize)]
#[serde(untagged)]
enum DateJson {
    Text(String),
    Other(IgnoredAny),
}

impl DateJson {
    fn day(&self) -> Option<i32> {
        match self {
            Self::Text(text) => day(text),
            Self::Other(_) => None,
        }
    }
}

/// The Julian day number of an ISO 8601 date, with or without a time.
pub(super) fn day(text: &str) -> Option<i32> {
    let date = text.trim().split(['T', ' ']).next()?;
    let date = time::Date::parse(date, &Iso8601::DATE).ok()?;
    Some(date.to_julian_day())
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "\"id\" must be a string or a whole number")]
enum IdJson {
    Text(String),
    Number(i64),
}

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "a sibling must be a text or {\"id\": ..., \"text\": ...}"
)]
pub(super) enum SiblingJson {
    Text(String),
    Named { id: String, text: String },
}

/// Several siblings, or one without a list about it.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "\"siblings\" must be a list of texts or of {\"id\": ..., \"text\": ...}"
)]
enum SiblingsJson {
    List(Vec<SiblingJson>),
    One(SiblingJson),
}

impl Default for SiblingsJson {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl SiblingsJson {
    /// All of them, and another one.
    fn and(self, other: Option<SiblingJson>) -> Vec<SiblingJson> {
        let mut all = match self {
            Self::List(all) => all,
            Self::One(one) => vec![one],
        };
        all.extend(other);
        all
    }
}

impl IdJson {
    fn into_string(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Number(number) => number.to_string(),
        }
    }
}

/// Reads records from JSON Lines, one at a time.
#[derive(Debug)]
pub struct Records<R> {
    name: String,
    reader: R,
    max_bytes: u64,
    /// What stands before the line number where a record has no id.
    before_number: String,
    line: u64,
    ended: bool,
}

impl<R: BufRead> Records<R> {
    /// Makes a reader of the records in `reader`, which errors call `name`; no text may have
    /// more than `max_bytes` bytes.
    pub fn new(name: impl Into<String>, reader: R, max_bytes: u64) -> Self {
        Self {
            name: name.into(),
            reader,
            max_bytes,
            before_number: String::new(),
            line: 0,
            ended: false,
        }
    }

    /// Calls records without an id of their own after the file and the line, as is fit for
    /// records that the reports on others quote.
    #[must_use]
    pub fn named_by_file(mut self) -> Self {
        self.before_number = format!("{}:", self.name);
        self
    }

    fn number(&self) -> String {
        format!("{}{}", self.before_number, self.line)
    }

    fn current(&self) -> RecordPosition {
        RecordPosition::Line(self.line)
    }

    /// The next line that is not blank; `None` at the end of the input.
    fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            self.line += 1;
            let limit = line_limit(self.max_bytes);
            let mut bytes = Vec::new();
            let wanted = limit.saturating_add(1);
            let read = (&mut self.reader)
                .take(wanted)
                .read_until(b'\n', &mut bytes)?;
            if read == 0 {
                return Ok(None);
            }
            let whole = bytes.last() == Some(&b'\n');
            if !whole && read as u64 > limit {
                drop(bytes);
                skip_line(&mut self.reader)?;
                return Ok(Some(Record::Rejected {
                    id: self.number(),
                    error: too_large(self.current(), "the record", limit),
                }));
            }
            let mut line = bytes.as_slice();
            if self.line == 1 {
                line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
            }
            if !line.iter().all(u8::is_ascii_whitespace) {
                return Ok(Some(self.record(line)));
            }
        }
    }

    fn record(&self, line: &[u8]) -> Record {
        let number = || self.number();
        let text = match std::str::from_utf8(line) {
            Ok(text) => text,
            Err(error) => {
                return Record::Rejected {
                    id: number(),
                    error: RecordError::NotUtf8 {
                        position: self.current(),
                        byte: error.valid_up_to(),
                    },
                };
            }
        };
        let parsed: RecordJson = match serde_json::from_str(text) {
            Ok(parsed) => parsed,
            Err(error) => {
                return Record::Rejected {
                    id: own_id(text).unwrap_or_else(number),
                    error: RecordError::Malformed {
                        position: self.current(),
                        problem: without_position(&error),
                    },
                };
            }
        };
        let id = parsed.id.map_or_else(number, IdJson::into_string);
        match request(
            &id,
            parsed.text,
            parsed.siblings.and(parsed.sibling),
            self.current(),
            self.max_bytes,
        ) {
            Ok(request) => Record::Document {
                request: Box::new(request),
                day: parsed.date.as_ref().and_then(DateJson::day),
            },
            Err(error) => Record::Rejected { id, error },
        }
    }
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
                SiblingJson::Named { id, text } => (id, text),
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

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.next_record();
        next_item(next, &self.name, &mut self.ended)
    }
}

/// What an input gives next; it has `ended` with the first error, which names it.
pub(super) fn next_item(
    next: io::Result<Option<Record>>,
    name: &str,
    ended: &mut bool,
) -> Option<Result<Record, BatchError>> {
    let next = next.transpose()?;
    *ended = next.is_err();
    Some(next.map_err(|source| BatchError::Read {
        name: name.to_owned(),
        source,
    }))
}

/// The id of an object that is not a record for another reason.
fn own_id(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: IdJson,
    }
    let named: Named = serde_json::from_str(text).ok()?;
    Some(named.id.into_string())
}

/// The problem without "at line 1": a record is always on one line, and that
/// is not the line the reader is told of.
fn without_position(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    match told.strip_suffix(&position) {
        Some(problem) if error.column() > 0 => {
            format!("{problem} at column {}", error.column())
        }
        Some(problem) => problem.to_owned(),
        None => told,
    }
}

/// Reads past the end of the line without keeping it.
fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            buffer => buffer?,
        };
        let (used, ended) = match buffer.iter().position(|&byte| byte == b'\n') {
            Some(newline) => (newline + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        if ended {
            return Ok(());
        }
    }
}
