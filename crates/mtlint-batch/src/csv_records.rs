//! CSV to records.
//!
//! In: bytes that nobody vouches for, whose first row names the columns: `text`
//! and, if they are wanted, `id`, `date` and `sibling`; others are passed over. Out:
//! one record for each row, or why the row holds none. No row is read into
//! memory beyond its limit: one that is larger ends the input, since a quote
//! that is never closed takes in all that follows. It judges nothing.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};

use crate::date::RecordDate;
use crate::record::{Record, SiblingJson, line_limit, next_item, own_id, request};
use crate::record_error::{RecordError, RecordPosition};

/// Reads records from CSV, one at a time.
pub struct CsvRecords<R> {
    name: String,
    reader: Reader<MeteredReader<R>>,
    meter: Rc<Meter>,
    max_bytes: u64,
    /// What stands before the line number where a row has no id.
    before_number: String,
    columns: Option<CsvColumns>,
    ended: bool,
}

/// Where the columns are.
#[derive(Clone, Copy)]
struct CsvColumns {
    id: Option<usize>,
    text: usize,
    date: Option<usize>,
    sibling: Option<usize>,
}

impl<R: Read> CsvRecords<R> {
    /// Makes a reader of the records in `reader`, which errors call `name`; no text may have
    /// more than `max_bytes` bytes.
    pub fn new(name: impl Into<String>, reader: R, max_bytes: u64) -> Self {
        let meter = Rc::new(Meter::default());
        let metered = MeteredReader {
            reader,
            meter: Rc::clone(&meter),
        };
        Self {
            name: name.into(),
            reader: ReaderBuilder::new().from_reader(metered),
            meter,
            max_bytes,
            before_number: String::new(),
            columns: None,
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

    fn number(&self, line: u64) -> String {
        format!("{}{line}", self.before_number)
    }

    fn next_record(&mut self) -> io::Result<Option<Record>> {
        let limit = line_limit(self.max_bytes);
        self.meter.allowance.set(limit);
        self.meter.limit.set(limit);
        let columns = match self.columns {
            Some(columns) => columns,
            None => {
                let heading = self.reader.byte_headers().map_err(into_io)?;
                // Nothing at all is a table without rows.
                if heading.is_empty() {
                    return Ok(None);
                }
                *self.columns.insert(columns(heading)?)
            }
        };
        let mut row = ByteRecord::new();
        match self.reader.read_byte_record(&mut row) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = self.line(row.position());
                Ok(Some(self.record(line, &row, columns)))
            }
            Err(error) => match error.kind() {
                ErrorKind::UnequalLengths {
                    pos,
                    expected_len,
                    len,
                } => {
                    let line = self.line(pos.as_ref());
                    Ok(Some(Record::Rejected {
                        id: self.number(line),
                        error: RecordError::BadRow {
                            line,
                            problem: format!(
                                "it has {len} fields, and the first row names {expected_len} \
                                 columns"
                            ),
                        },
                    }))
                }
                _ => Err(into_io(error)),
            },
        }
    }

    /// The line on which a row begins. The reader takes the first half of
    /// `\r\n` for the end of a row and counts the line with the next one.
    fn line(&self, position: Option<&csv::Position>) -> u64 {
        let late = self.meter.carriage_returns.get() == Some(true);
        position.map_or(0, csv::Position::line) + u64::from(late)
    }

    fn record(&self, line: u64, row: &ByteRecord, columns: CsvColumns) -> Record {
        let mut id = self.number(line);
        let field = |column: Option<usize>| {
            let bytes = column.and_then(|column| row.get(column)).unwrap_or(b"");
            std::str::from_utf8(bytes).map_err(|error| RecordError::NotUtf8 {
                position: RecordPosition::Line(line),
                byte: error.valid_up_to(),
            })
        };
        let read = field(columns.id).and_then(|own| {
            if !own.is_empty() {
                id = own_id(own.to_owned(), RecordPosition::Line(line))?;
            }
            let sibling = field(columns.sibling)?;
            let siblings = Some(sibling).filter(|sibling| !sibling.is_empty());
            let siblings = siblings.map(|text| SiblingJson::Text(text.to_owned()));
            let text = field(Some(columns.text))?.to_owned();
            request(
                &id,
                text,
                siblings.into_iter().collect(),
                RecordPosition::Line(line),
                self.max_bytes,
            )
        });
        match read {
            Ok(request) => Record::Document {
                request: Box::new(request),
                date: field(columns.date).map_or_else(
                    |error| RecordDate::unread(&error.to_string()),
                    RecordDate::read,
                ),
            },
            Err(error) => Record::Rejected { id, error },
        }
    }
}

fn columns(heading: &ByteRecord) -> io::Result<CsvColumns> {
    let find = |name: &str| heading.iter().position(|cell| cell == name.as_bytes());
    let text = find("text").ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "its first row names no column 'text'; it must name the columns: text and, if there \
             are any, id, date and sibling",
        )
    })?;
    Ok(CsvColumns {
        id: find("id"),
        text,
        date: find("date"),
        sibling: find("sibling"),
    })
}

fn into_io(error: csv::Error) -> io::Error {
    match error.into_kind() {
        ErrorKind::Io(error) => error,
        _ => io::Error::new(io::ErrorKind::InvalidData, "its rows cannot be told apart"),
    }
}

impl<R: Read> Iterator for CsvRecords<R> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.ended {
            return None;
        }
        let next = self.next_record();
        next_item(next, &self.name, &mut self.ended)
    }
}

/// What is known of the bytes on their way.
#[derive(Default)]
struct Meter {
    /// Bytes that may be read for a row.
    limit: Cell<u64>,
    /// Bytes that may still be read for the row in hand.
    allowance: Cell<u64>,
    /// Whether the first line ends in `\r\n`, once its end was seen.
    carriage_returns: Cell<Option<bool>>,
    last: Cell<u8>,
}

impl Meter {
    fn look(&self, bytes: &[u8]) {
        if self.carriage_returns.get().is_some() {
            return;
        }
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let before = &bytes[..end.unwrap_or(bytes.len())];
        let last = before.last().copied().unwrap_or(self.last.get());
        if end.is_some() {
            self.carriage_returns.set(Some(last == b'\r'));
        }
        self.last.set(last);
    }
}

/// A row of CSV has more bytes than are allowed, and ends its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row has more than {limit} bytes: is a quote not closed? Close it, or split it")]
pub(super) struct RowTooLarge {
    limit: u64,
}

/// Lets as many bytes through as are allowed.
struct MeteredReader<R> {
    reader: R,
    meter: Rc<Meter>,
}

impl<R: Read> Read for MeteredReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.meter.allowance.get();
        if left == 0 {
            let limit = self.meter.limit.get();
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                RowTooLarge { limit },
            ));
        }
        let limit = usize::try_from(left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = self.reader.read(&mut buffer[..limit])?;
        self.meter.allowance.set(left - read as u64);
        self.meter.look(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(csv: &[u8], max_bytes: u64) -> Vec<Record> {
        CsvRecords::new("feed.csv", csv, max_bytes).collect()
    }

    /// Id, text and siblings, or id and what is wrong.
    fn told(row: &Record) -> Vec<String> {
        match row {
            Record::Document { request, .. } => {
                let document = &request.document;
                let mut words = vec![document.name().to_owned(), document.text().to_owned()];
                for sibling in &request.unread {
                    words.push(format!("{}: {}", sibling.name(), sibling.text()));
                }
                words
            }
            Record::Rejected { id, error } => vec![id.clone(), error.to_string()],
            Record::Unreadable { id, error } => vec![id.clone(), error.to_string()],
            Record::Broken(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn columns_are_found_by_their_names() {
        let csv = "\u{feff}date,text,sibling,id\r\n\
                   2026-05-01,\"Rain, and \"\"hail\"\".\nThen snow.\",It hailed.,night/1\r\n\
                   2 May,Calm.,,\r\n";
        let rows = rows(csv.as_bytes(), 100);
        assert_eq!(
            told(&rows[0]),
            [
                "night/1",
                "Rain, and \"hail\".\nThen snow.",
                "night/1#sibling-1: It hailed."
            ]
        );
        // By the line on which the row begins.
        assert_eq!(told(&rows[1]), ["4", "Calm."]);
        assert_eq!(rows.len(), 2);
        let days = rows.iter().map(|row| match row {
            Record::Document { date, .. } => date.clone(),
            other => panic!("{other:?}"),
        });
        let unread = RecordDate::Unread("2 May".to_owned());
        assert_eq!(
            days.collect::<Vec<_>>(),
            [RecordDate::Day(2_461_162), unread]
        );
        let named = CsvRecords::new("feed.csv", csv.as_bytes(), 100).named_by_file();
        let named: Vec<_> = named.map(|row| told(&row)[0].clone()).collect();
        assert_eq!(named, ["night/1", "feed.csv:4"]);
    }

    #[test]
    fn a_bad_row_says_what_is_wrong_and_the_next_is_read() {
        let csv = b"id,text\n\
                    a,one,two\n\
                    b\n\
                    c,caf\xe9\n\
                    d,this text has more bytes than the twenty that are allowed\n\
                    e,\n\
                    f,Rain.";
        let rows = rows(csv, 20);
        let told: Vec<_> = rows.iter().map(|row| told(row).join("|")).collect();
        assert_eq!(
            told,
            [
                "2|line 2 is not a row: it has 3 fields, and the first row names 2 columns",
                "3|line 3 is not a row: it has 1 fields, and the first row names 2 columns",
                "c|line 4 is not UTF-8: its byte 3 cannot stand there",
                "d|the text of line 5 is over the limit of 20 bytes",
                "e|",
                "f|Rain."
            ]
        );
    }

    #[test]
    fn a_table_without_texts_is_an_error() {
        for csv in ["id,body\na,Rain.\n", "just words\n"] {
            let rows = rows(csv.as_bytes(), 100);
            assert_eq!(rows.len(), 1);
            assert!(
                told(&rows[0])[0].starts_with(
                    "feed.csv: cannot be read to its end: its first row names no column 'text'"
                ),
                "{csv}"
            );
        }
        // One without anything has no rows.
        for csv in ["", "\n\r\n\n", "id,text\n"] {
            assert!(rows(csv.as_bytes(), 100).is_empty(), "{csv:?}");
        }
    }

    #[test]
    fn a_long_id_is_a_bad_row() {
        let csv = format!(
            "id,text\n{},Rain.\n{},Snow.\n",
            "a".repeat(1024),
            "b".repeat(1025)
        );
        let rows = rows(csv.as_bytes(), 10_000);
        assert_eq!(told(&rows[0])[1], "Rain.");
        assert_eq!(
            told(&rows[1]),
            [
                "3",
                "line 3 is not a record: its id has 1025 bytes, and ids have at most 1024"
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_ends_the_input_before_it_fills_memory() {
        let start: &[u8] = b"id,text\na,Rain.\nb,\"";
        let endless = start.chain(io::repeat(b'x'));
        let rows: Vec<_> = CsvRecords::new("feed.csv", endless, 1_000).collect();
        assert_eq!(told(&rows[0]), ["a", "Rain."]);
        assert_eq!(
            told(&rows[1]),
            [
                "feed.csv: cannot be read to its end: a row has more than 12096 bytes: is a quote \
                 not closed? Close it, or split it"
            ]
        );
        assert_eq!(rows.len(), 2);
    }
}
