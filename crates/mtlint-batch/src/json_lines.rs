//! JSON Lines to records.
//!
//! In: bytes that nobody vouches for. Out: one record for each line that is
//! not blank: a document with its siblings, or why the line holds none. A bad
//! line never hides the lines after it, and no line is read into memory beyond
//! its limit. It lints nothing.

use std::io::{self, BufRead, Read};

use crate::json_record::{self, JsonRecord};
use crate::record::{Record, line_limit, next_item, own_id, request, too_large};
use crate::record_error::{RecordError, RecordPosition};
use crate::waiting::{Endless, MAX_BYTES_WITHOUT_RECORD};

/// Reads records from JSON Lines, one at a time.
#[derive(Debug)]
pub struct JsonLinesRecords<R> {
    name: String,
    reader: R,
    max_bytes: u64,
    /// What stands before the line number where a record has no id.
    before_number: String,
    line: u64,
    ended: bool,
}

impl<R: BufRead> JsonLinesRecords<R> {
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
        let mut blank = 0;
        loop {
            blank += self.skip_empty_lines()?;
            if blank > MAX_BYTES_WITHOUT_RECORD {
                return Err(endless());
            }
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
            blank += read as u64;
        }
    }

    /// Passes over line ends, and counts the lines. There may be very many.
    fn skip_empty_lines(&mut self) -> io::Result<u64> {
        let mut skipped = 0;
        loop {
            let buffer = match self.reader.fill_buf() {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                buffer => buffer?,
            };
            let is_end = |byte: &&u8| matches!(byte, b'\n' | b'\r');
            let ends = buffer.iter().take_while(is_end).count();
            let lines = buffer[..ends].iter().filter(|&&byte| byte == b'\n');
            self.line += lines.count() as u64;
            let more = ends > 0 && ends == buffer.len();
            self.reader.consume(ends);
            skipped += ends as u64;
            if !more || skipped > MAX_BYTES_WITHOUT_RECORD {
                return Ok(skipped);
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
        let (own, parsed) = json_record::parse(text);
        let id = match own.map(|own| own_id(own, self.current())).transpose() {
            Ok(own) => own.unwrap_or_else(number),
            Err(error) => {
                return Record::Rejected {
                    id: number(),
                    error,
                };
            }
        };
        let malformed = |problem| RecordError::Malformed {
            position: self.current(),
            problem,
        };
        let made = parsed.map_err(malformed).and_then(|record| {
            let JsonRecord { text, siblings, .. } = record;
            let request = request(&id, text, siblings, self.current(), self.max_bytes)?;
            Ok((request, record.date))
        });
        match made {
            Ok((request, date)) => Record::Document {
                request: Box::new(request),
                date,
            },
            Err(error) => Record::Rejected { id, error },
        }
    }
}

impl<R: BufRead> Iterator for JsonLinesRecords<R> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.ended {
            return None;
        }
        let next = self.next_record();
        next_item(next, &self.name, &mut self.ended)
    }
}

/// Reads past the end of the line without keeping it.
fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    let mut skipped = 0;
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
        skipped += used as u64;
        if skipped > MAX_BYTES_WITHOUT_RECORD {
            return Err(endless());
        }
    }
}

fn endless() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, Endless)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_comes_to_a_record_ends() {
        for byte in [b'\n', b'x', 0] {
            let start: &[u8] = b"{\"text\":\"Rain.\"}\n";
            let endless = io::BufReader::with_capacity(1 << 20, start.chain(io::repeat(byte)));
            let mut records = JsonLinesRecords::new("-", endless, 100);
            assert!(matches!(records.next(), Some(Record::Document { .. })));
            match records.next() {
                Some(Record::Broken(error)) => assert_eq!(
                    error.to_string(),
                    "-: cannot be read to its end: there is no record in 536870912 bytes of it"
                ),
                other => panic!("{other:?}"),
            }
            assert!(records.next().is_none());
        }
    }
}
