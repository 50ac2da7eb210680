//! The storage types of tensors, and decoding of rows to `f32`.
//!
//! In: the bytes of a file and the place of a tensor in it. Out: rows of numbers. Nothing is
//! encoded here.

use half::{bf16, f16};

use super::TensorInfo;

/// The storage type of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// Single-precision floats of 4 bytes.
    F32,
    /// IEEE half-precision floats of 2 bytes.
    F16,
    /// Brain floats of 2 bytes.
    Bf16,
    /// Blocks of 32 signed bytes with a scale.
    Q8_0,
    /// Blocks of 32 nibbles with a scale and the offset 8.
    Q4_0,
    /// Blocks of 32 nibbles with a scale and a minimum.
    Q4_1,
    /// A type that this reader does not decode, by its GGUF number.
    Other(u32),
}

impl Storage {
    pub(super) fn from_code(code: u32) -> Self {
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
    pub(super) fn block(self) -> Option<(usize, usize)> {
        match self {
            Self::F32 => Some((1, 4)),
            Self::F16 | Self::Bf16 => Some((1, 2)),
            Self::Q4_0 => Some((32, 18)),
            Self::Q4_1 => Some((32, 20)),
            Self::Q8_0 => Some((32, 34)),
            Self::Other(_) => None,
        }
    }

    /// Whether rows of this type are decoded.
    pub fn is_decoded(self) -> bool {
        self.block().is_some()
    }

    /// The name that llama.cpp gives the storage type.
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

/// Decodes the rows `first..first + count` of a tensor of the file `bytes` and appends their values
/// to `out`.
///
/// # Errors
/// A message when the storage type is not decoded, the rows lie outside the tensor, or a value is
/// not finite.
pub fn decode_rows(
    bytes: &[u8],
    info: &TensorInfo,
    first: usize,
    count: usize,
    out: &mut Vec<f32>,
) -> Result<(), String> {
    let place = info.place(first, count)?;
    let within = |at: u64| usize::try_from(at).ok();
    let place = within(place.start).zip(within(place.end));
    let data = place.and_then(|(start, end)| bytes.get(start..end));
    decode(info, data.ok_or("rows outside the tensor")?, out)
}

/// A tensor as it stands in a file, of which rows are decoded one by one.
pub struct StoredRows {
    /// The tensor, as if a file began with it.
    info: TensorInfo,
    bytes: Vec<u8>,
}

impl StoredRows {
    /// The tensor `info` with its `bytes`.
    pub(super) fn new(info: &TensorInfo, bytes: Vec<u8>) -> Self {
        let info = TensorInfo {
            offset: 0,
            ..info.clone()
        };
        Self { info, bytes }
    }

    /// Decodes row number `row` and appends its values to `out`.
    ///
    /// # Errors
    /// As for [`decode_rows`].
    pub fn decode(&self, row: usize, out: &mut Vec<f32>) -> Result<(), String> {
        decode_rows(&self.bytes, &self.info, row, 1, out)
    }
}

/// Decodes whole rows of a tensor and appends their values to `out`.
pub(super) fn decode(info: &TensorInfo, data: &[u8], out: &mut Vec<f32>) -> Result<(), String> {
    let (per_block, block_bytes) = info.block()?;
    let before = out.len();
    out.reserve(data.len() / block_bytes * per_block);
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
                let (scale, minimum) = (half_at(block, 0), half_at(block, 2));
                out.extend(
                    block[4..]
                        .iter()
                        .map(|b| scale * f32::from(b & 15) + minimum),
                );
                out.extend(
                    block[4..]
                        .iter()
                        .map(|b| scale * f32::from(b >> 4) + minimum),
                );
            }
        }
        // Has no blocks.
        Storage::Other(_) => {}
    }
    match all_finite(&out[before..]) {
        true => Ok(()),
        false => Err("it holds numbers that are not finite".to_owned()),
    }
}

/// Whether all numbers are finite, told from their exponents, many at once.
fn all_finite(numbers: &[f32]) -> bool {
    const EXPONENT: u32 = 0x7f80_0000;
    let parts = numbers.chunks(1024);
    let mut odd = parts.map(|part| {
        let odd = |x: &f32| u32::from(x.to_bits() & EXPONENT == EXPONENT);
        part.iter().map(odd).fold(0, |all, one| all | one)
    });
    odd.all(|odd| odd == 0)
}
