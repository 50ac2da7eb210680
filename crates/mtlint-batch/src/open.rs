//! From a source to its records.
//!
//! In: a source, and standard input for the one that stands for it. Out: its
//! records, unpacked and read as they are asked for; a file of text is one
//! record. A batch and a pool read their files here. It judges nothing.

use std::fs::File;
use std::io::{self, BufRead, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mtlint::document::{Document, Markup};
use mtlint::linter::Request;

use super::{BatchError, Record, Records, Rows, Source, Table, unpack};

/// Records that are read as they are asked for.
pub type AnyRecords<'a> = Box<dyn Iterator<Item = Result<Record, BatchError>> + 'a>;

/// How many bytes of the files have been read, for whoever shows how far a batch is.
#[derive(Debug, Clone, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// Their number.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A file that counts.
pub(super) struct Counted {
    pub file: File,
    pub read: BytesRead,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.add(read as u64);
        Ok(read)
    }
}

/// How a record without an id of its own is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unnamed {
    /// By its line or row number, as in the reports of a batch.
    Line,
    /// By the file and that number: for records that reports of others quote.
    FileAndLine,
}

/// How sources are read.
#[derive(Debug)]
pub struct Reading {
    /// The most bytes that a text may have.
    pub max_bytes: u64,
    /// How a record without an id of its own is called.
    pub unnamed: Unnamed,
    /// Grows as files are read.
    pub read: BytesRead,
}

/// The records of `source`. `stdin` is taken by the source that stands for
/// standard input; a second one has no records.
pub fn records<'a, R: BufRead + 'a>(
    source: &Source,
    stdin: &mut Option<R>,
    reading: &Reading,
) -> AnyRecords<'a> {
    let &Reading {
        max_bytes,
        unnamed,
        ref read,
    } = reading;
    match source {
        Source::Text(path) => Box::new(std::iter::once_with({
            let (path, read) = (path.clone(), read.clone());
            move || Ok(text(&path, max_bytes, &read))
        })),
        Source::Records(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read) {
                Ok(file) => lines(Records::new(name, file, max_bytes), unnamed),
                Err(source) => unreadable(name, source),
            }
        }
        Source::Rows(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read) {
                Ok(file) => rows(Rows::new(name, file, max_bytes), unnamed),
                Err(source) => unreadable(name, source),
            }
        }
        Source::Table(path) => {
            let name = path.display().to_string();
            match Table::open(path, max_bytes, read) {
                Ok(table) => match unnamed {
                    Unnamed::Line => Box::new(table),
                    Unnamed::FileAndLine => Box::new(table.called_by_file()),
                },
                Err(source) => unreadable(name, source),
            }
        }
        Source::StandardInput => match stdin.take() {
            Some(stdin) => lines(Records::new("-", stdin, max_bytes), unnamed),
            None => Box::new(std::iter::empty()),
        },
    }
}

fn lines<'a, R: BufRead + 'a>(records: Records<R>, unnamed: Unnamed) -> AnyRecords<'a> {
    match unnamed {
        Unnamed::Line => Box::new(records),
        Unnamed::FileAndLine => Box::new(records.called_by_file()),
    }
}

fn rows<'a, R: BufRead + 'a>(rows: Rows<R>, unnamed: Unnamed) -> AnyRecords<'a> {
    match unnamed {
        Unnamed::Line => Box::new(rows),
        Unnamed::FileAndLine => Box::new(rows.called_by_file()),
    }
}

fn unreadable(name: String, source: io::Error) -> AnyRecords<'static> {
    Box::new(std::iter::once(Err(BatchError::Read { name, source })))
}

fn text(path: &Path, max_bytes: u64, read: &BytesRead) -> Record {
    read.add(path.metadata().map_or(0, |metadata| metadata.len()));
    match Document::open(path, max_bytes) {
        Ok(document) => Record::Document {
            request: Box::new(Request::new(document.marked_up(Markup::of(path)))),
            day: None,
        },
        Err(error) => Record::Unreadable {
            id: path.display().to_string(),
            error,
        },
    }
}
