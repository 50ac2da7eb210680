//! A model file on disk.
//!
//! In: a path. Out: the head of the file, its checksum, and rows of its tensors, each read when it
//! is asked for. The file is opened once, so all of it is of one file, whatever becomes of the
//! path. Nothing is mapped: a file that another program cuts off while it is read is an error, and
//! not the end of the process.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::storage::{StoredRows, decode};
use super::{Header, HeaderError, TensorInfo};
use crate::checksum;

/// A GGUF file that is open for reading.
pub struct ModelFile {
    file: File,
    length: u64,
}

impl ModelFile {
    /// Opens a file.
    ///
    /// # Errors
    /// The error of the system; also for what is no regular file, such as a folder or a pipe.
    pub fn open(path: &Path) -> io::Result<Self> {
        // Asked of the path first: to open a pipe is to wait for its writer.
        regular(&std::fs::metadata(path)?)?;
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        regular(&metadata)?;
        Ok(Self {
            file,
            length: metadata.len(),
        })
    }

    /// The number of bytes of the file when it was opened.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The head of the file.
    ///
    /// # Errors
    /// As for [`Header::read`].
    pub fn header(&self) -> Result<Header, HeaderError> {
        Header::read(BufReader::new(self.whole()), self.length)
    }

    /// The SHA-256 of the file, in lower-case hexadecimal.
    ///
    /// # Errors
    /// The error of the system.
    pub fn sha256(&self) -> io::Result<String> {
        checksum::of_reader(self.whole(), |_| {})
    }

    /// Decodes the rows `first..first + count` of a tensor of this file and appends their values
    /// to `out`.
    ///
    /// # Errors
    /// [`RowsError::Io`] when the file cannot be read, [`RowsError::Undecoded`] as for
    /// [`super::decode_rows`].
    pub fn decode_rows(
        &self,
        info: &TensorInfo,
        first: usize,
        count: usize,
        out: &mut Vec<f32>,
    ) -> Result<(), RowsError> {
        let bytes = self.bytes(info, first, count)?;
        decode(info, &bytes, out).map_err(RowsError::Undecoded)
    }

    /// A whole tensor of this file, copied.
    ///
    /// # Errors
    /// As for [`Self::decode_rows`].
    pub fn stored(&self, info: &TensorInfo) -> Result<StoredRows, RowsError> {
        let bytes = self.bytes(info, 0, info.rows)?;
        Ok(StoredRows::new(info, bytes))
    }

    fn bytes(&self, info: &TensorInfo, first: usize, count: usize) -> Result<Vec<u8>, RowsError> {
        let place = info.place(first, count).map_err(RowsError::Undecoded)?;
        // The rows lie within the file, so that there are at most as many bytes.
        let length = usize::try_from(place.end - place.start).unwrap_or(usize::MAX);
        let mut bytes = vec![0; length];
        let from = At {
            file: &self.file,
            at: place.start,
        };
        from.take(length as u64).read_exact(&mut bytes)?;
        Ok(bytes)
    }

    fn whole(&self) -> At<'_> {
        At {
            file: &self.file,
            at: 0,
        }
    }
}

/// Why rows of a tensor cannot be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The file cannot be read, or was cut off.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The rows are not decoded; the text says why.
    #[error("{0}")]
    Undecoded(String),
}

/// An error for what is no regular file.
fn regular(metadata: &std::fs::Metadata) -> io::Result<()> {
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    match metadata.is_file() {
        true => Ok(()),
        false => Err(io::Error::other("it is no regular file")),
    }
}

/// Reads a file from some place on; several readers of one file do not disturb each other.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        #[cfg(unix)]
        let read = std::os::unix::fs::FileExt::read_at(self.file, into, self.at)?;
        #[cfg(windows)]
        let read = std::os::windows::fs::FileExt::seek_read(self.file, into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
