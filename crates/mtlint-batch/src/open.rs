//! From a source to its records.
//!
//! In: a source, and standard input for the one that stands for it. Out: its
//! records, unpacked and read as they are asked for; a file of text is one
//! record. A batch and a pool read their files here. It judges nothing.

use std::io::{self, BufRead};
use std::path::Path;

use mtlint::document::{Document, Markup};
use mtlint::linter::Request;

use crate::csv_records::CsvRecords;
use crate::error::BatchError;
use crate::json_lines::JsonLinesRecords;
use crate::parquet_records::ParquetRecords;
use crate::record::Record;
use crate::source::Source;
use crate::unpack::{self, BytesRead};

/// The records of a source, read as they are asked for.
pub type AnyRecords<'a> = Box<dyn Iterator<Item = Result<Record, BatchError>> + 'a>;

/// How a record without an id of its own is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordNaming {
    /// By the number of its line or row, as in the reports of a batch.
    Number,
    /// By its file and the number of its line or row: for records that the reports on others
    /// quote.
    FileAndNumber,
}

/// How the sources of a batch or a pool are read.
#[derive(Debug)]
pub struct InputOptions {
    /// The largest size of a text, in bytes.
    pub max_bytes: u64,
    /// How a record without an id of its own is called.
    pub naming: RecordNaming,
    /// The counter that grows as files are read.
    pub read: BytesRead,
}

/// Opens `source` and gives its records, or the one error that says why it cannot be read.
/// `stdin` is taken by the source that stands for standard input; a second such source has
/// no records.
pub fn records<'a, R: BufRead + 'a>(
    source: &Source,
    stdin: &mut Option<R>,
    input_options: &InputOptions,
) -> AnyRecords<'a> {
    let &InputOptions {
        max_bytes,
        naming,
        ref read,
    } = input_options;
    match source {
        Source::Text(path) => Box::new(std::iter::once_with({
            let (path, read) = (path.clone(), read.clone());
            move || Ok(text(&path, max_bytes, &read))
        })),
        Source::JsonLines(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read) {
                Ok(file) => lines(JsonLinesRecords::new(name, file, max_bytes), naming),
                Err(source) => unreadable(name, source),
            }
        }
        Source::Csv(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read) {
                Ok(file) => rows(CsvRecords::new(name, file, max_bytes), naming),
                Err(source) => unreadable(name, source),
            }
        }
        Source::Parquet(path) => {
            let name = path.display().to_string();
            match ParquetRecords::open(path, max_bytes, read) {
                Ok(table) => match naming {
                    RecordNaming::Number => Box::new(table),
                    RecordNaming::FileAndNumber => Box::new(table.named_by_file()),
                },
                Err(source) => unreadable(name, source),
            }
        }
        Source::StandardInput => match stdin.take() {
            Some(stdin) => lines(JsonLinesRecords::new("-", stdin, max_bytes), naming),
            None => Box::new(std::iter::empty()),
        },
    }
}

fn lines<'a, R: BufRead + 'a>(
    records: JsonLinesRecords<R>,
    naming: RecordNaming,
) -> AnyRecords<'a> {
    match naming {
        RecordNaming::Number => Box::new(records),
        RecordNaming::FileAndNumber => Box::new(records.named_by_file()),
    }
}

fn rows<'a, R: BufRead + 'a>(rows: CsvRecords<R>, naming: RecordNaming) -> AnyRecords<'a> {
    match naming {
        RecordNaming::Number => Box::new(rows),
        RecordNaming::FileAndNumber => Box::new(rows.named_by_file()),
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
