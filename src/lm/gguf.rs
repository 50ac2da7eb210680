//! Reading GGUF model files.
//!
//! In: the bytes of a file (mapped, not copied). Out: its metadata, and tensors
//! decoded to `f32` on request. Every length in the file is untrusted: counts,
//! strings and offsets are capped and checked before anything is allocated.
//! Does not know what the tensors mean; [`super::llama`] does.
//!
//! The readers on the registry either copy every tensor or take lengths on
//! trust, so this one is ours.

use std::collections::HashMap;

use half::{bf16, f16};

/// No real model has more: the largest Llama files hold about 1,300.
const MAX_TENSORS: u64 = 20_000;
/// Real files hold 20 to 60 entries.
const MAX_METADATA: u64 = 10_000;
/// A name or a metadata string; chat templates reach tens of kilobytes.
const MAX_STRING: u64 = 1 << 24;
/// Elements of one metadata array: vocabularies and merge lists reach 300,000.
const MAX_ARRAY: u64 = 1 << 22;
/// Elements of one tensor: 128,256 × 16,384 is the largest embedding known.
const MAX_ELEMENTS: u64 = 1 << 32;
/// GGUF knows four dimensions.
const MAX_DIMENSIONS: u32 = 4;

/// A metadata value, integers and floats widened.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Any integer type, and booleans as 0 or 1.
    Integer(i128),
    /// `f32` or `f64`.
    Float(f64),
    /// Text.
    Text(String),
    /// An array of text.
    Texts(Vec<String>),
    /// An array of numbers.
    Numbers(Vec<f64>),
}

/// How the numbers of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// 4-byte floats.
    F32,
    /// IEEE half precision.
    F16,
    /// Brain floats.
    Bf16,
    /// 32 signed bytes and a scale.
    Q8_0,
    /// 32 nibbles and a scale, offset 8.
    Q4_0,
    /// 32 nibbles, a scale and a minimum.
    Q4_1,
    /// A type this reader does not decode, by its GGUF number.
    Other(u32),
}

impl Storage {
    fn from_code(code: u32) -> Self {
        match code {
            0 => Self::F32,
            1 => Self::F16,
            2 => Self::Q4_0,
            3 => Self::Q4_1,
            8 => Self::Q8_0,
            30 => Self::Bf16,
            other => Self::Other(other),
        }
    }

    /// Elements and bytes of one block.
    fn block(self) -> Option<(usize, usize)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 | Self::Bf16 => Some((1, 2)),
            Self::Q4_0 => Some((32, 18)),
            Self::Q4_1 => Some((32, 20)),
            Self::Q8_0 => Some((32, 34)),
            Self::Other(_) => None,
        }
    }

    /// The name llama.cpp gives the type.
    pub fn name(self) -> String {
        match self {
            Self::F32 => "F32".to_owned(),
            Self::F16 => "F16".to_owned(),
            Self::Bf16 => "BF16".to_owned(),
            Self::Q8_0 => "Q8_0".to_owned(),
            Self::Q4_0 => "Q4_0".to_owned(),
            Self::Q4_1 => "Q4_1".to_owned(),
            Self::Other(code) => {
                let known = [
                    (6, "Q5_0"),
                    (7, "Q5_1"),
                    (10, "Q2_K"),
                    (11, "Q3_K"),
                    (12, "Q4_K"),
                    (13, "Q5_K"),
                    (14, "Q6_K"),
                    (15, "Q8_K"),
                    (20, "IQ4_NL"),
                    (23, "IQ4_XS"),
                ];
                known
                    .iter()
                    .find(|(number, _)| *number == code)
                    .map_or_else(|| format!("type {code}"), |(_, name)| (*name).to_owned())
            }
        }
    }
}

/// Where a tensor lies and what shape it has.
#[derive(Debug, Clone, PartialEq)]
pub struct TensorInfo {
    /// Rows: the slower dimension, 1 for a vector.
    pub rows: usize,
    /// Numbers in a row: the faster dimension.
    pub columns: usize,
    /// How it is stored.
    pub storage: Storage,
    offset: usize,
    bytes: usize,
}

/// The parsed head of a GGUF file.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// Metadata by key.
    pub metadata: HashMap<String, Value>,
    /// Tensors by name.
    pub tensors: HashMap<String, TensorInfo>,
}

struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], String> {
        let end = self.at.checked_add(count);
        let slice = end.and_then(|end| self.bytes.get(self.at..end));
        let slice = slice.ok_or_else(|| {
            format!(
                "it ends at byte {} where {count} more were expected after byte {}: cut off?",
                self.bytes.len(),
                self.at
            )
        })?;
        self.at += count;
        Ok(slice)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    fn u32(&mut self) -> Result<u32, String> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    fn u64(&mut self) -> Result<u64, String> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    fn capped(&mut self, what: &str, cap: u64) -> Result<usize, String> {
        let got = self.u64()?;
        if got > cap {
            return Err(format!("{what} is {got}, expected at most {cap}"));
        }
        usize::try_from(got).map_err(|_| format!("{what} {got} does not fit this machine"))
    }

    fn text(&mut self) -> Result<String, String> {
        let length = self.capped("the length of a string", MAX_STRING)?;
        // Some vocabularies hold bytes that are no UTF-8; they are never
        // looked up by name.
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn scalar(&mut self, kind: u32) -> Result<Value, String> {
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
            other => return Err(format!("metadata of unknown type {other}")),
        })
    }

    fn value(&mut self) -> Result<Value, String> {
        const ARRAY: u32 = 9;
        const STRING: u32 = 8;
        let kind = self.u32()?;
        if kind != ARRAY {
            return self.scalar(kind);
        }
        let kind = self.u32()?;
        let count = self.capped("the length of a metadata array", MAX_ARRAY)?;
        if kind == ARRAY {
            return Err("metadata holds nested arrays, which no model needs".to_owned());
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
                _ => return Err("a metadata array mixes types".to_owned()),
            });
        }
        Ok(Value::Numbers(numbers))
    }
}

impl Header {
    /// Parses the head of a file and checks that every tensor lies inside it.
    ///
    /// # Errors
    /// A sentence that says what is wrong, with expected and got.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut cursor = Cursor { bytes, at: 0 };
        let magic: [u8; 4] = cursor.array()?;
        if &magic != b"GGUF" {
            return Err(format!(
                "it starts with {:?}, expected \"GGUF\"",
                String::from_utf8_lossy(&magic)
            ));
        }
        let version = cursor.u32()?;
        if !(2..=3).contains(&version) {
            return Err(format!("it is GGUF version {version}, expected 2 or 3"));
        }
        let tensor_count = cursor.capped("the number of tensors", MAX_TENSORS)?;
        let metadata_count = cursor.capped("the number of metadata entries", MAX_METADATA)?;
        let mut header = Self::default();
        for _ in 0..metadata_count {
            let key = cursor.text()?;
            let value = cursor.value().map_err(|error| format!("{key}: {error}"))?;
            header.metadata.insert(key, value);
        }
        let mut tensors = Vec::new();
        for _ in 0..tensor_count {
            tensors.push(tensor_info(&mut cursor)?);
        }
        let alignment = header.integer("general.alignment").unwrap_or(32);
        if alignment == 0 || alignment > 1 << 20 {
            return Err(format!(
                "the alignment is {alignment}, expected 1 to 1048576"
            ));
        }
        let data_start = cursor.at.next_multiple_of(alignment);
        for (name, mut info) in tensors {
            let start = data_start.checked_add(info.offset);
            let end = start.and_then(|start| start.checked_add(info.bytes));
            match (start, end) {
                (Some(start), Some(end)) if end <= bytes.len() => info.offset = start,
                _ => {
                    return Err(format!(
                        "tensor {name} needs {} bytes at {} past byte {data_start}, but the file \
                         ends at byte {}: cut off?",
                        info.bytes,
                        info.offset,
                        bytes.len()
                    ));
                }
            }
            header.tensors.insert(name, info);
        }
        Ok(header)
    }

    /// A non-negative whole number.
    pub fn integer(&self, key: &str) -> Option<usize> {
        match self.metadata.get(key)? {
            Value::Integer(value) => usize::try_from(*value).ok(),
            _ => None,
        }
    }

    /// A number.
    pub fn float(&self, key: &str) -> Option<f64> {
        match self.metadata.get(key)? {
            Value::Float(value) => Some(*value),
            Value::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }

    /// A text.
    pub fn text(&self, key: &str) -> Option<&str> {
        match self.metadata.get(key)? {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }

    /// An array of texts.
    pub fn texts(&self, key: &str) -> Option<&[String]> {
        match self.metadata.get(key)? {
            Value::Texts(values) => Some(values),
            _ => None,
        }
    }

    /// An array of numbers.
    pub fn numbers(&self, key: &str) -> Option<&[f64]> {
        match self.metadata.get(key)? {
            Value::Numbers(values) => Some(values),
            _ => None,
        }
    }
}

fn tensor_info(cursor: &mut Cursor<'_>) -> Result<(String, TensorInfo), String> {
    let name = cursor.text()?;
    let dimensions = cursor.u32()?;
    if dimensions > MAX_DIMENSIONS {
        return Err(format!(
            "tensor {name} has {dimensions} dimensions, expected at most {MAX_DIMENSIONS}"
        ));
    }
    let mut shape = Vec::new();
    for _ in 0..dimensions {
        shape.push(cursor.capped("a dimension", MAX_ELEMENTS)?);
    }
    let storage = Storage::from_code(cursor.u32()?);
    let offset = cursor.capped("a tensor's offset", u64::MAX >> 1)?;
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
                return Err(format!(
                    "tensor {name} has rows of {columns}, expected a multiple of {per_block}"
                ));
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

/// Decodes the rows `first..first + count` of a tensor, appending to `out`.
///
/// # Errors
/// When the storage type is not decoded, or the rows lie outside the tensor.
pub fn decode_rows(
    bytes: &[u8],
    info: &TensorInfo,
    first: usize,
    count: usize,
    out: &mut Vec<f32>,
) -> Result<(), String> {
    let (per_block, block_bytes) = info
        .storage
        .block()
        .ok_or_else(|| format!("it is stored as {}", info.storage.name()))?;
    let row_bytes = info.columns / per_block * block_bytes;
    let start = info.offset + first * row_bytes;
    let data = bytes
        .get(start..start + count * row_bytes)
        .filter(|_| first + count <= info.rows)
        .ok_or("rows outside the tensor")?;
    out.reserve(count * info.columns);
    let half_at = |block: &[u8], at: usize| f16::from_le_bytes([block[at], block[at + 1]]).to_f32();
    match info.storage {
        Storage::F32 => out.extend(
            data.chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])),
        ),
        Storage::F16 => out.extend(data.chunks_exact(2).map(|b| half_at(b, 0))),
        Storage::Bf16 => out.extend(
            data.chunks_exact(2)
                .map(|b| bf16::from_le_bytes([b[0], b[1]]).to_f32()),
        ),
        Storage::Q8_0 => {
            for block in data.chunks_exact(block_bytes) {
                let scale = half_at(block, 0);
                out.extend(block[2..].iter().map(|&b| scale * f32::from(b as i8)));
            }
        }
        Storage::Q4_0 => {
            for block in data.chunks_exact(block_bytes) {
                let scale = half_at(block, 0);
                let low = |b: &u8| scale * (f32::from(b & 15) - 8.0);
                let high = |b: &u8| scale * (f32::from(b >> 4) - 8.0);
                out.extend(block[2..].iter().map(low));
                out.extend(block[2..].iter().map(high));
            }
        }
        Storage::Q4_1 => {
            for block in data.chunks_exact(block_bytes) {
                let (scale, least) = (half_at(block, 0), half_at(block, 2));
                out.extend(block[4..].iter().map(|b| scale * f32::from(b & 15) + least));
                out.extend(block[4..].iter().map(|b| scale * f32::from(b >> 4) + least));
            }
        }
        Storage::Other(_) => return Err(format!("it is stored as {}", info.storage.name())),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A file with one text entry and one tensor of 2 × 32 numbers.
    fn small_file(code: u32, data: &[u8]) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.extend(1u64.to_le_bytes());
        file.extend(1u64.to_le_bytes());
        let text = |file: &mut Vec<u8>, text: &str| {
            file.extend((text.len() as u64).to_le_bytes());
            file.extend(text.as_bytes());
        };
        text(&mut file, "general.architecture");
        file.extend(8u32.to_le_bytes());
        text(&mut file, "llama");
        text(&mut file, "t");
        file.extend(2u32.to_le_bytes());
        file.extend(32u64.to_le_bytes());
        file.extend(2u64.to_le_bytes());
        file.extend(code.to_le_bytes());
        file.extend(0u64.to_le_bytes());
        file.resize(file.len().next_multiple_of(32), 0);
        file.extend(data);
        file
    }

    fn decoded(code: u32, data: &[u8]) -> Vec<f32> {
        let file = small_file(code, data);
        let header = Header::parse(&file).unwrap();
        let mut out = Vec::new();
        decode_rows(&file, &header.tensors["t"], 0, 2, &mut out).unwrap();
        out
    }

    #[test]
    fn reads_metadata_and_every_storage_type() {
        let half = |value: f32| f16::from_f32(value).to_le_bytes();
        let file = small_file(0, &[0; 256]);
        let header = Header::parse(&file).unwrap();
        assert_eq!(header.text("general.architecture"), Some("llama"));

        let ramp: Vec<f32> = (0..64).map(|i| i as f32 / 4.0).collect();
        let bytes: Vec<u8> = ramp.iter().flat_map(|x| x.to_le_bytes()).collect();
        assert_eq!(decoded(0, &bytes), ramp);
        let bytes: Vec<u8> = ramp.iter().flat_map(|&x| half(x)).collect();
        assert_eq!(decoded(1, &bytes), ramp);
        let bytes: Vec<u8> = ramp
            .iter()
            .flat_map(|&x| bf16::from_f32(x).to_le_bytes())
            .collect();
        assert_eq!(decoded(30, &bytes), ramp);

        let mut block = half(0.5).to_vec();
        block.extend((0..32).map(|i| (i - 16) as i8 as u8));
        let expected: Vec<f32> = (0..32).map(|i| 0.5 * (i - 16) as f32).collect();
        assert_eq!(decoded(8, &[&block[..], &block].concat())[32..], expected);

        // Nibbles: the low ones are the first half of the block.
        let nibbles: Vec<u8> = (0..16).map(|i| i | ((15 - i) << 4)).collect();
        let order: Vec<f32> = (0..16).chain((0..16).rev()).map(|i| i as f32).collect();
        let block = [&half(2.0)[..], &nibbles].concat();
        let expected: Vec<f32> = order.iter().map(|q| 2.0 * (q - 8.0)).collect();
        assert_eq!(decoded(2, &[&block[..], &block].concat())[..32], expected);
        let block = [&half(2.0)[..], &half(-3.0), &nibbles].concat();
        let expected: Vec<f32> = order.iter().map(|q| 2.0 * q - 3.0).collect();
        assert_eq!(decoded(3, &[&block[..], &block].concat())[32..], expected);
    }

    #[test]
    fn a_cut_file_is_told_apart_from_a_foreign_one() {
        let file = small_file(0, &[0; 256]);
        let cut = Header::parse(&file[..file.len() - 1]).unwrap_err();
        assert!(cut.contains("cut off"), "{cut}");
        let foreign = Header::parse(b"PK\x03\x04 not a model at all").unwrap_err();
        assert!(foreign.contains("expected \"GGUF\""), "{foreign}");
        assert!(Header::parse(b"").is_err());
    }

    #[test]
    fn an_unknown_storage_type_is_named_when_asked_for() {
        let file = small_file(12, &[]);
        let header = Header::parse(&file).unwrap();
        let error = decode_rows(&file, &header.tensors["t"], 0, 1, &mut Vec::new()).unwrap_err();
        assert!(error.contains("Q4_K"), "{error}");
    }

    #[test]
    fn huge_counts_are_refused_before_anything_is_allocated() {
        let mut file = b"GGUF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.extend(u64::MAX.to_le_bytes());
        file.extend(0u64.to_le_bytes());
        assert!(
            Header::parse(&file)
                .unwrap_err()
                .contains("expected at most")
        );
    }

    proptest! {
        #[test]
        fn never_panics_on_damaged_files(
            at in 0usize..200, byte in any::<u8>(), cut in 0usize..400,
        ) {
            let mut file = small_file(3, &[7; 40]);
            if let Some(slot) = file.get_mut(at) {
                *slot = byte;
            }
            file.truncate(cut);
            if let Ok(header) = Header::parse(&file) {
                for info in header.tensors.values() {
                    let mut out = Vec::new();
                    let _ = decode_rows(&file, info, 0, info.rows.min(4), &mut out);
                }
            }
        }

        #[test]
        fn never_panics_on_noise(noise in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut file = b"GGUF\x03\0\0\0".to_vec();
            file.extend(noise);
            let _ = Header::parse(&file);
        }
    }
}
