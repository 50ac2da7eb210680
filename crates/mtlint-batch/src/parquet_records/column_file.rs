//! The pages of one column of a Parquet file, looked at before they are unpacked.
//!
//! In: a file, and where the Parquet library wants to read in it. Out: the bytes, unless the
//! page that they belong to would unpack to more than honest pages do: the library unpacks
//! each page whole. It knows nothing of what is in a page.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::reader::{ChunkReader, Length};

use super::page_header::{self, PageHeader};
use crate::unpack::{UnpacksToTooMuch, most_unpacked};

/// A page may unpack to this much (256 MiB): it is held whole. Writers aim at pages of a few
/// MiB; some put a thousand rows into one, however long they are.
const MAX_PAGE_BYTES: u64 = 256 << 20;

/// The cells in the pages that are opened for one row, those included that are null: they are
/// held together, at four bytes each. A list of siblings has a thousand at most.
const MAX_CELLS: u64 = 1 << 24;

/// What to do with a Parquet file that unpacks to too much.
pub(super) const WAY_OUT: &str = "if it is sound, write it again, with less in a page";

/// The file, as it is read for one column.
pub(super) struct ColumnFile {
    file: Arc<File>,
    compression: Compression,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The header that was read last: that of the page whose bytes are read next.
    header: PageHeader,
    /// Where those bytes begin, until they are read.
    page_start: Option<u64>,
    /// The cells in the pages that were opened since the row in hand began.
    cells: u64,
}

impl ColumnFile {
    pub(super) fn new(file: Arc<File>, compression: Compression) -> Self {
        Self {
            file,
            compression,
            state: Mutex::default(),
        }
    }

    /// A row begins.
    pub(super) fn begin_row(&self) {
        self.state(|state| state.cells = 0);
    }

    fn state<T>(&self, ask: impl FnOnce(&mut State) -> T) -> T {
        // What holds numbers alone is whole whatever happened to its last user.
        ask(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Refuses the page at `start` if it would unpack to too much.
    fn check(&self, start: u64) -> Result<(), ParquetError> {
        let header = page_header::read(self.file.get_read(start)?)?;
        let cells = self.state(|state| {
            state.header = header;
            state.page_start = header.of_cells.then(|| start.saturating_add(header.length));
            state.cells = state.cells.saturating_add(header.cells);
            state.cells
        });
        let most = most_unpacked(header.packed).min(MAX_PAGE_BYTES);
        if header.unpacked > most || cells > MAX_CELLS {
            return Err(too_much());
        }
        Ok(())
    }

    /// Refuses the bytes of a page that unpack to more than its header says. Only some
    /// decoders of the library stop there by themselves.
    fn check_packed(&self, page: &[u8]) -> Result<(), ParquetError> {
        let header = self.state(|state| state.header);
        let packed = usize::try_from(header.levels).ok();
        let packed = packed.and_then(|levels| page.get(levels..)).unwrap_or(page);
        let more = match self.compression {
            _ if header.plain => false,
            Compression::GZIP(_) => gives_more(MultiGzDecoder::new(packed), header.unpacked),
            Compression::BROTLI(_) => {
                let decoder = brotli::Decompressor::new(packed, 4096);
                gives_more(decoder, header.unpacked)
            }
            Compression::LZ4 => {
                let decoder = lz4_flex::frame::FrameDecoder::new(packed);
                gives_more(decoder, header.unpacked)
            }
            _ => false,
        };
        if more { Err(too_much()) } else { Ok(()) }
    }
}

/// Whether a decoder gives more than `most` bytes before its end or the first damage.
fn gives_more(decoder: impl Read, most: u64) -> bool {
    let mut left = most;
    let mut decoder = decoder;
    let mut buffer = [0; 16 * 1024];
    loop {
        match decoder.read(&mut buffer) {
            Ok(0) => return false,
            Ok(read) if read as u64 > left => return true,
            Ok(read) => left -= read as u64,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return false,
        }
    }
}

fn too_much() -> ParquetError {
    let too_much = UnpacksToTooMuch { way_out: WAY_OUT };
    ParquetError::External(Box::new(io::Error::new(
        io::ErrorKind::InvalidData,
        too_much,
    )))
}

impl Length for ColumnFile {
    fn len(&self) -> u64 {
        Length::len(&*self.file)
    }
}

impl ChunkReader for ColumnFile {
    type T = BufReader<File>;

    /// The library asks so for the header of a page, and once more, behind the header, for
    /// a page whose header it has.
    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        if self.state(|state| state.page_start) != Some(start) {
            self.check(start)?;
        }
        self.file.get_read(start)
    }

    /// The library asks so for what stands behind the header.
    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        let end = start.saturating_add(length as u64);
        if end > Length::len(self) {
            return Err(ParquetError::EOF("a page ends after the file".to_owned()));
        }
        let page = self.file.get_bytes(start, length)?;
        self.check_packed(&page)?;
        self.state(|state| state.page_start = None);
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_frame_that_gives_more_than_its_header_says_is_refused() {
        let mut frame = lz4_flex::frame::FrameEncoder::new(Vec::new());
        frame.write_all(&[b'a'; 100_000]).unwrap();
        let frame = frame.finish().unwrap();
        let file = ColumnFile::new(Arc::new(tempfile::tempfile().unwrap()), Compression::LZ4);
        for (unpacked, fine) in [(99_999, false), (100_000, true)] {
            file.state(|state| state.header.unpacked = unpacked);
            assert_eq!(file.check_packed(&frame).is_ok(), fine, "{unpacked}");
        }
        // Behind levels that are not packed.
        file.state(|state| (state.header.unpacked, state.header.levels) = (99_999, 3));
        assert!(file.check_packed(&[b"123", &frame[..]].concat()).is_err());
    }
}
