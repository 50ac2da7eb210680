//! Parquet to records.
//!
//! In: a file that nobody vouches for, with a column `text` and, if they are
//! wanted, `id`, `date`, `sibling` (a text) and `siblings` (a list of texts, or of
//! groups of `id` and `text`); others are passed over and never read. Out: one
//! record for each row, or why the row holds none. Pages are read as they are
//! needed, so memory does not grow with the file, and neither a page nor the file may unpack
//! to more than honest ones do. It judges nothing.

use std::fs::File;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::date::RecordDate;
use crate::record::{Record, SiblingJson, next_item, own_id, request, too_large};
use crate::record_error::{RecordError, RecordPosition};
use crate::unpack::{BytesRead, UnpacksToTooMuch, most_unpacked};
use crate::waiting::is_stream;

mod column_file;
mod columns;
mod page_header;

use column_file::WAY_OUT;
use columns::{Cell, RowGroup, TableColumns};

/// What a row counts for, in bytes, beside its texts: a column of nulls needs hardly any room
/// however many there are, and each makes a line of output.
const ROW_BYTES: u64 = 16;

/// Reads records from Parquet, one at a time.
pub struct ParquetRecords {
    name: String,
    file: Arc<File>,
    metadata: ParquetMetaData,
    columns: TableColumns,
    max_bytes: u64,
    /// What stands before the row number where a row has no id.
    before_number: String,
    /// The group of rows that comes next.
    next_group: usize,
    group: Option<RowGroup>,
    row: u64,
    /// The size of the file.
    bytes: u64,
    /// The bytes of all rows so far.
    unpacked: u64,
    read: BytesRead,
    ended: bool,
}

impl ParquetRecords {
    /// Opens the file at `path`; no text may have more than `max_bytes` bytes. As groups of
    /// rows are opened, their share of the file's bytes is added to `read`.
    ///
    /// # Errors
    /// When the file cannot be read, is no Parquet, or has no column of texts.
    pub fn open(path: &Path, max_bytes: u64, read: &BytesRead) -> io::Result<Self> {
        if is_stream(path) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "it is no file, and Parquet begins to be read at its end",
            ));
        }
        let file = File::open(path)?;
        let bytes = file.metadata()?.len();
        let metadata = guarded(|| ParquetMetaDataReader::new().parse_and_finish(&file))?;
        let columns = TableColumns::find(metadata.file_metadata().schema_descr())?;
        Ok(Self {
            name: path.display().to_string(),
            file: Arc::new(file),
            metadata,
            columns,
            max_bytes,
            before_number: String::new(),
            next_group: 0,
            group: None,
            row: 0,
            bytes,
            unpacked: 0,
            read: read.clone(),
            ended: false,
        })
    }

    /// Calls records without an id of their own after the file and the row, as is fit for
    /// records that the reports on others quote.
    #[must_use]
    pub fn named_by_file(mut self) -> Self {
        self.before_number = format!("{}:", self.name);
        self
    }

    fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            if let Some(group) = &mut self.group {
                if let Some(row) = guarded(|| group.next_row())? {
                    self.row += 1;
                    self.unpacked += ROW_BYTES + row.bytes();
                    if self.unpacked > most_unpacked(self.bytes) {
                        let too_much = UnpacksToTooMuch { way_out: WAY_OUT };
                        return Err(io::Error::new(io::ErrorKind::InvalidData, too_much));
                    }
                    return Ok(Some(self.record(row)));
                }
                self.group = None;
            }
            let groups = self.metadata.num_row_groups();
            if self.next_group == groups {
                return Ok(None);
            }
            let number = self.next_group;
            let group = self.metadata.row_group(number);
            self.group = Some(guarded(|| {
                RowGroup::open(&self.file, group, &self.columns)
            })?);
            self.next_group += 1;
            let share = |before: usize| self.bytes as u128 * before as u128 / groups as u128;
            self.read.add((share(number + 1) - share(number)) as u64);
        }
    }

    fn record(&self, row: columns::Row) -> Record {
        let position = RecordPosition::Row(self.row);
        let mut id = format!("{}{}", self.before_number, self.row);
        let read = || {
            if let Some(own) = row
                .id
                .map(|cell| self.text_of(cell, "the id"))
                .transpose()?
                && !own.is_empty()
            {
                id = own_id(own, position)?;
            }
            let text = row.text.ok_or_else(|| RecordError::Malformed {
                position,
                problem: "its text is null".to_owned(),
            })?;
            let text = self.text_of(text, "the text")?;
            let mut siblings = Vec::with_capacity(row.siblings.len());
            for (number, (name, sibling)) in (1..).zip(row.siblings) {
                let text = self.text_of(sibling, &format!("sibling {number}"))?;
                siblings.push(match name {
                    Some(name) => SiblingJson::Named {
                        id: self.text_of(name, "a sibling's id")?,
                        text,
                    },
                    None => SiblingJson::Text(text),
                });
            }
            request(&id, text, siblings, position, self.max_bytes)
        };
        match read() {
            Ok(request) => Record::Document {
                request: Box::new(request),
                date: match row.date {
                    None => RecordDate::None,
                    Some(Cell::Day(day)) => RecordDate::Day(day),
                    Some(Cell::Bytes(bytes)) => {
                        RecordDate::read(&String::from_utf8_lossy(bytes.data()))
                    }
                    Some(Cell::Whole(number)) => RecordDate::unread(&number.to_string()),
                },
            },
            Err(error) => Record::Rejected { id, error },
        }
    }

    fn text_of(&self, cell: Cell, what: &str) -> Result<String, RecordError> {
        let position = RecordPosition::Row(self.row);
        match cell {
            Cell::Bytes(bytes) => {
                // Before it is copied.
                if bytes.len() as u64 > self.max_bytes {
                    return Err(too_large(position, what, self.max_bytes));
                }
                match std::str::from_utf8(bytes.data()) {
                    Ok(text) => Ok(text.to_owned()),
                    Err(error) => Err(RecordError::NotUtf8 {
                        position,
                        byte: error.valid_up_to(),
                    }),
                }
            }
            Cell::Whole(number) => Ok(number.to_string()),
            Cell::Day(day) => Ok(day.to_string()),
        }
    }
}

impl Iterator for ParquetRecords {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.ended {
            return None;
        }
        let next = self.next_record();
        next_item(next, &self.name, &mut self.ended)
    }
}

/// Reads something of the file. The library checks much of what a damaged file may
/// hold, and panics at some of the rest.
fn guarded<T>(read: impl FnOnce() -> Result<T, ParquetError>) -> io::Result<T> {
    let damaged = |problem: String| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is no Parquet, or damaged ({problem}); make or fetch it again"),
        )
    };
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(read)) => Ok(read),
        Ok(Err(ParquetError::External(source))) => match source.downcast::<io::Error>() {
            // The system could not read the file itself, or it is refused.
            Ok(source) if source.raw_os_error().is_some() || is_refusal(&source) => Err(*source),
            Ok(source) => Err(damaged(source.to_string())),
            Err(source) => Err(damaged(source.to_string())),
        },
        Ok(Err(error)) => Err(damaged(error.to_string())),
        Err(_) => Err(damaged("its parts contradict each other".to_owned())),
    }
}

fn is_refusal(error: &io::Error) -> bool {
    let cause = error.get_ref();
    cause.is_some_and(|cause| cause.is::<UnpacksToTooMuch>())
}

#[cfg(test)]
mod tests;
