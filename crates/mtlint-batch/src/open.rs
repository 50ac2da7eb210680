//! From a source to its records.
//!
//! In: a source, and standard input for the one that stands for it. Out: its
//! records, unpacked and read as they are asked for; a file of text is one
//! record. A batch and a pool read their files here. It judges nothing.

use std::io::{self, BufRead};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mtlint::document::{Document, DocumentError, Markup};
use mtlint::linter::Request;

use crate::csv_records::CsvRecords;
use crate::date::RecordDate;
use crate::input_error::InputError;
use crate::json_lines::JsonLinesRecords;
use crate::parquet_records::ParquetRecords;
use crate::record::Record;
use crate::source::Source;
use crate::unpack::{self, BytesRead};
use crate::waiting;

/// The records of a source, read as they are asked for.
pub type AnyRecords<'a> = Box<dyn Iterator<Item = Record> + 'a>;

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
    /// The flag that, once set, ends the waiting for a pipe or device.
    pub stop: Arc<AtomicBool>,
}

/// Opens `source` and gives its records. Where it cannot be read, or not to its end, its last
/// record says why.
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
        ref stop,
    } = input_options;
    match source {
        Source::Broken(_, error) => Box::new(std::iter::once(Record::Broken(error.clone()))),
        Source::Text(path) => {
            let (path, read, stop) = (path.clone(), read.clone(), Arc::clone(stop));
            Box::new(std::iter::once_with(move || text(&path, max_bytes, &read, &stop)).flatten())
        }
        Source::JsonLines(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read, stop) {
                Ok(file) => lines(JsonLinesRecords::new(name, file, max_bytes), naming),
                Err(error) => unreadable(&name, &error),
            }
        }
        Source::Csv(path) => {
            let name = path.display().to_string();
            match unpack::open(path, read, stop) {
                Ok(file) => rows(CsvRecords::new(name, file, max_bytes), naming),
                Err(error) => unreadable(&name, &error),
            }
        }
        Source::Parquet(path) => {
            let name = path.display().to_string();
            match ParquetRecords::open(path, max_bytes, read) {
                Ok(table) => match naming {
                    RecordNaming::Number => Box::new(table),
                    RecordNaming::FileAndNumber => Box::new(table.named_by_file()),
                },
                Err(error) => unreadable(&name, &error),
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

fn unreadable(name: &str, error: &io::Error) -> AnyRecords<'static> {
    let error = InputError::unreadable(name, error);
    Box::new(std::iter::once(Record::Broken(error)))
}

/// The one record of a text; none where the batch is to stop before all of it has come.
fn text(path: &Path, max_bytes: u64, read: &BytesRead, stop: &Arc<AtomicBool>) -> Option<Record> {
    read.add(path.metadata().map_or(0, |metadata| metadata.len()));
    let stream = waiting::is_stream(path);
    let name = path.display().to_string();
    let document = if stream {
        match waiting::open(path, stop) {
            Ok(input) => Document::from_reader(name.as_str(), input, max_bytes),
            Err(error) => Err(DocumentError::Unreadable {
                name: name.clone(),
                cause: Arc::new(error),
            }),
        }
    } else {
        Document::open(path, max_bytes)
    };
    match document {
        Ok(document) => Some(Record::Document {
            request: Box::new(Request::new(document.marked_up(Markup::of(path)))),
            date: RecordDate::None,
        }),
        Err(_) if stream && stop.load(Ordering::Relaxed) => None,
        Err(error) => Some(Record::Unreadable { id: name, error }),
    }
}
