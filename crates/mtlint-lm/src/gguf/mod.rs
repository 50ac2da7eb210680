//! Reading GGUF model files.
//!
//! In: the bytes of a file. Out: its metadata and the places
//! of its tensors; [`decode_rows`] decodes their rows to `f32` on request. A file on disk is a
//! [`ModelFile`], which reads what is asked for and maps nothing: a file that is cut off meanwhile
//! is an error. Every length in the
//! file is untrusted: counts, strings and offsets are capped and checked before anything is
//! allocated. What the tensors mean is not known here but in [`super::llama`].
//!
//! Other GGUF readers for Rust copy every tensor or trust the lengths in the file, so this
//! crate has its own.

mod file;
mod storage;

use std::collections::HashMap;
use std::io::{self, Read};
use std::ops::Range;

pub use file::{ModelFile, RowsError};
pub use storage::{Storage, StoredRows, decode_rows};

/// The largest number of tensors: the largest Llama files hold about 1,300.
const MAX_TENSORS: u64 = 20_000;
/// The largest number of metadata entries: real files hold 20 to 60.
const MAX_METADATA: u64 = 10_000;
/// The longest name or metadata string, in bytes: chat templates reach tens of kilobytes.
const MAX_STRING: u64 = 1 << 24;
/// The largest number of elements of one metadata array: vocabularies and merge lists reach
/// 300,000.
const MAX_ARRAY: u64 = 1 << 22;
/// The largest number of elements of one tensor: 128,256 × 16,384 is the largest embedding known.
const MAX_ELEMENTS: u64 = 1 << 32;
/// The largest number of dimensions of a tensor that GGUF knows.
const MAX_DIMENSIONS: u32 = 4;

/// A metadata value; integers and floats are widened.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// An integer of any type, or a boolean as 0 or 1.
    Integer(i128),
    /// A number of type `f32` or `f64`.
    Float(f64),
    /// A text.
    Text(String),
    /// An array of texts.
    Texts(Vec<String>),
    /// An array of numbers.
    Numbers(Vec<f64>),
}

/// The place, shape and storage type of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    /// The number of rows: the slower dimension, 1 for a vector.
    pub rows: usize,
    /// The number of values in a row: the faster dimension.
    pub columns: usize,
    /// The storage type of the values.
    pub storage: Storage,
    offset: u64,
    bytes: usize,
}

impl TensorInfo {
    /// The bytes of the rows `first..first + count`, counted from the start of the file.
    fn place(&self, first: usize, count: usize) -> Result<Range<u64>, String> {
        let (per_block, block_bytes) = self.block()?;
        let row_bytes = (self.columns / per_block * block_bytes) as u64;
        let last = first.checked_add(count).filter(|last| *last <= self.rows);
        let last = last.ok_or("rows outside the tensor")?;
        // All rows lie within the file: that was checked when the head was read.
        Ok(self.offset + first as u64 * row_bytes..self.offset + last as u64 * row_bytes)
    }

    /// The numbers and bytes of one block of the storage type.
    fn block(&self) -> Result<(usize, usize), String> {
        let block = self.storage.block();
        block.ok_or_else(|| format!("it is stored as {}", self.storage.name()))
    }
}

/// The parsed head of a GGUF file.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// The metadata values by key.
    pub metadata: HashMap<String, Value>,
    /// The tensors by name.
    pub tensors: HashMap<String, TensorInfo>,
}

/// Why the head of a GGUF file cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// The file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The file is not whole, or not sound; the text says what was expected and what was found.
    #[error("{0}")]
    Damaged(String),
}

impl From<String> for HeaderError {
    fn from(problem: String) -> Self {
        Self::Damaged(problem)
    }
}

/// The place up to which a file has been read.
struct Cursor<R> {
    reader: R,
    at: u64,
    /// The number of bytes of the whole file.
    length: u64,
}

impl<R: Read> Cursor<R> {
    fn cut_off(&self, count: usize) -> HeaderError {
        HeaderError::Damaged(format!(
            "it ends at byte {} where {count} more were expected after byte {}: cut off?",
            self.length, self.at
        ))
    }

    /// Moves on by `count` bytes that were read.
    fn moved(&mut self, count: usize, read: io::Result<()>) -> Result<(), HeaderError> {
        match read {
            Ok(()) => {
                self.at += count as u64;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(self.cut_off(count)),
            Err(error) => Err(error.into()),
        }
    }

    fn take(&mut self, count: usize) -> Result<Vec<u8>, HeaderError> {
        if count as u64 > self.length.saturating_sub(self.at) {
            return Err(self.cut_off(count));
        }
        let mut bytes = vec![0; count];
        let read = self.reader.read_exact(&mut bytes);
        self.moved(count, read)?;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], HeaderError> {
        let mut array = [0; N];
        let read = self.reader.read_exact(&mut array);
        self.moved(N, read)?;
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, HeaderError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, HeaderError> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn capped(&mut self, what: &str, cap: u64) -> Result<usize, HeaderError> {
        let got = self.u64()?;
        if got > cap {
            return Err(format!("{what} is {got}, expected at most {cap}").into());
        }
        usize::try_from(got).map_err(|_| format!("{what} {got} does not fit this machine").into())
    }

    fn text(&mut self) -> Result<String, HeaderError> {
        let length = self.capped("the length of a string", MAX_STRING)?;
        // Some vocabularies hold bytes that are no UTF-8; they are never
        // looked up by name.
        Ok(String::from_utf8_lossy(&self.take(length)?).into_owned())
    }

    fn scalar(&mut self, kind: u32) -> Result<Value, HeaderError> {
        Ok(match kind {
            0 => Value::Integer(i128::from(self.array::<1>()?[0])),
            1 => Value::Integer(i128::from(i8::from_le_bytes(self.array()?))),
            2 => Value::Integer(i128::from(u16::from_le_bytes(self.array()?))),
            3 => Value::Integer(i128::from(i16::from_le_bytes(self.array()?))),
            4 => Value::Integer(i128::from(self.u32()?)),
            5 => Value::Integer(i128::from(i32::from_le_bytes(self.array()?))),
            6 => Value::Float(f64::from(f32::from_le_bytes(self.array()?))),
            7 => Value::Integer(i128::from(self.array::<1>()?[0] != 0)),
            8 => Value::Text(self.text()?),
            10 => Value::Integer(i128::from(self.u64()?)),
            11 => Value::Integer(i128::from(i64::from_le_bytes(self.array()?))),
            12 => Value::Float(f64::from_le_bytes(self.array()?)),
            other => return Err(format!("metadata of unknown type {other}").into()),
        })
    }

    fn value(&mut self) -> Result<Value, HeaderError> {
        const ARRAY: u32 = 9;
        const STRING: u32 = 8;
        let kind = self.u32()?;
        if kind != ARRAY {
            return self.scalar(kind);
        }
        let kind = self.u32()?;
        let count = self.capped("the length of a metadata array", MAX_ARRAY)?;
        if kind == ARRAY {
            return Err("metadata holds nested arrays, which no model needs"
                .to_owned()
                .into());
        }
        // Reserved as it is read: a count alone must not allocate.
        if kind == STRING {
            let mut texts = Vec::new();
            for _ in 0..count {
                texts.push(self.text()?);
            }
            return Ok(Value::Texts(texts));
        }
        let mut numbers = Vec::new();
        for _ in 0..count {
            numbers.push(match self.scalar(kind)? {
                Value::Integer(integer) => integer as f64,
                Value::Float(float) => float,
                _ => return Err("a metadata array mixes types".to_owned().into()),
            });
        }
        Ok(Value::Numbers(numbers))
    }
}

impl Header {
    /// Parses the head of a GGUF file that is in memory; see [`Self::read`].
    ///
    /// # Errors
    /// As for [`Self::read`].
    pub fn parse(bytes: &[u8]) -> Result<Self, HeaderError> {
        Self::read(bytes, bytes.len() as u64)
    }

    /// Reads the head of a GGUF file of `length` bytes from its start on, and checks that every
    /// tensor lies inside the file.
    ///
    /// # Errors
    /// [`HeaderError::Io`] when `reader` fails, [`HeaderError::Damaged`] for all else.
    pub fn read(reader: impl Read, length: u64) -> Result<Self, HeaderError> {
        let mut cursor = Cursor {
            reader,
            at: 0,
            length,
        };
        let magic: [u8; 4] = cursor.array()?;
        if &magic != b"GGUF" {
            return Err(HeaderError::Damaged(format!(
                "it starts with {:?}, expected \"GGUF\"",
                String::from_utf8_lossy(&magic)
            )));
        }
        let version = cursor.u32()?;
        if !(2..=3).contains(&version) {
            let problem = format!("it is GGUF version {version}, expected 2 or 3");
            return Err(problem.into());
        }
        let tensor_count = cursor.capped("the number of tensors", MAX_TENSORS)?;
        let metadata_count = cursor.capped("the number of metadata entries", MAX_METADATA)?;
        let mut header = Self::default();
        for _ in 0..metadata_count {
            let key = cursor.text()?;
            let value = cursor.value().map_err(|error| match error {
                HeaderError::Damaged(problem) => format!("{key}: {problem}").into(),
                error => error,
            })?;
            header.metadata.insert(key, value);
        }
        let mut tensors = Vec::new();
        for _ in 0..tensor_count {
            tensors.push(tensor_info(&mut cursor)?);
        }
        let alignment = header.integer("general.alignment").unwrap_or(32);
        if alignment == 0 || alignment > 1 << 20 {
            let problem = format!("the alignment is {alignment}, expected 1 to 1048576");
            return Err(problem.into());
        }
        let data_start = cursor.at.next_multiple_of(alignment as u64);
        for (name, mut info) in tensors {
            let start = data_start.checked_add(info.offset);
            let end = start.and_then(|start| start.checked_add(info.bytes as u64));
            match (start, end) {
                (Some(start), Some(end)) if end <= length => info.offset = start,
                _ => {
                    return Err(HeaderError::Damaged(format!(
                        "tensor {name} needs {} bytes at {} past byte {data_start}, but the file \
                         ends at byte {length}: cut off?",
                        info.bytes, info.offset
                    )));
                }
            }
            header.tensors.insert(name, info);
        }
        Ok(header)
    }

    /// The metadata value of `key`, if it is a non-negative integer.
    pub fn integer(&self, key: &str) -> Option<usize> {
        match self.metadata.get(key)? {
            Value::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The metadata value of `key`, if it is a number.
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.metadata.get(key)? {
            Value::Float(value) => Some(*value),
            Value::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// The metadata value of `key`, if it is a text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// The metadata value of `key`, if it is an array of texts.
    pub fn texts(&self, key: &str) -> Option<&[String]> {
        match self.metadata.get(key)? {
            Value::Texts(values) => Some(values),
            _ => None,
        }
    }

    /// The metadata value of `key`, if it is an array of numbers.
    pub fn numbers(&self, key: &str) -> Option<&[f64]> {
        match self.metadata.get(key)? {
            Value::Numbers(values) => Some(values),
            _ => None,
        }
    }
}

fn tensor_info(cursor: &mut Cursor<impl Read>) -> Result<(String, TensorInfo), HeaderError> {
    let name = cursor.text()?;
    let dimensions = cursor.u32()?;
    if dimensions > MAX_DIMENSIONS {
        return Err(HeaderError::Damaged(format!(
            "tensor {name} has {dimensions} dimensions, expected at most {MAX_DIMENSIONS}"
        )));
    }
    let mut shape = Vec::new();
    for _ in 0..dimensions {
        shape.push(cursor.capped("a dimension", MAX_ELEMENTS)?);
    }
    let storage = Storage::from_code(cursor.u32()?);
    let offset = cursor.capped("a tensor's offset", u64::MAX >> 1)? as u64;
    let columns = shape.first().copied().unwrap_or(1);
    let elements = shape.iter().try_fold(1u64, |product, size| {
        product
            .checked_mul(*size as u64)
            .filter(|product| *product <= MAX_ELEMENTS)
    });
    let elements =
        elements.ok_or_else(|| format!("tensor {name} has more than {MAX_ELEMENTS} elements"))?;
    let elements = usize::try_from(elements).map_err(|_| format!("tensor {name} is too large"))?;
    let rows = elements.checked_div(columns).unwrap_or(0);
    // A type that cannot be decoded is an error only when it is asked for.
    let bytes = match storage.block() {
        Some((per_block, block_bytes)) => {
            if columns % per_block != 0 {
                return Err(HeaderError::Damaged(format!(
                    "tensor {name} has rows of {columns}, expected a multiple of {per_block}"
                )));
            }
            elements / per_block * block_bytes
        }
        None => 0,
    };
    Ok((
        name,
        TensorInfo {
            rows,
            columns,
            storage,
            offset,
            bytes,
        },
    ))
}

#[cfg(test)]
mod tests;
