//! Products with AVX2, and with AVX-VNNI where the processor has it.
//!
//! In: a packed layer and quantized rows. Out: rows of `f32`. Four rows times 16 outputs at a
//! time. The instruction of AVX2 takes unsigned
//! bytes times signed ones and sums pairs in 16 bits, which 255 × 127 twice
//! would not fit. The weights therefore take over the sign of the activations, so
//! that it is 127 × 127 twice, which fits: no precision is lost.

#![allow(unsafe_code, reason = "registers are loaded and stored by address")]

use std::arch::x86_64::*;

use super::super::int8::{Int8Layer, LANES, QuantizedRows};
use super::super::quantize::padded;

/// The number of rows that are multiplied at once.
const ROWS: usize = 4;

pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma")
}

pub(super) fn vnni_available() -> bool {
    available() && is_x86_feature_detected!("avxvnni")
}

/// Multiplies rows with AVX2: see [`Int8Layer::apply`].
///
/// # Safety
/// The processor must have what [`available`] asks for.
#[target_feature(enable = "avx2,fma")]
pub(super) unsafe fn apply(layer: &Int8Layer, input: &QuantizedRows, out: &mut [f32], add: bool) {
    run(layer, input, out, add, |sum, activations, weights| {
        let pairs = _mm256_maddubs_epi16(activations, weights);
        _mm256_add_epi32(sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)))
    });
}

/// Multiplies rows with AVX-VNNI, which sums four products in 32 bits: see [`Int8Layer::apply`].
///
/// # Safety
/// The processor must have what [`vnni_available`] asks for.
#[target_feature(enable = "avx2,fma,avxvnni")]
pub(super) unsafe fn apply_vnni(
    layer: &Int8Layer,
    input: &QuantizedRows,
    out: &mut [f32],
    add: bool,
) {
    run(layer, input, out, add, |sum, activations, weights| {
        _mm256_dpbusd_avx_epi32(sum, activations, weights)
    });
}

/// Computes the whole product. `fours` adds to each of its sums (the first argument) four products
/// of activations and weights.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn run(
    layer: &Int8Layer,
    input: &QuantizedRows,
    out: &mut [f32],
    add: bool,
    fours: impl Fn(__m256i, __m256i, __m256i) -> __m256i + Copy,
) {
    let (groups, padded) = (layer.groups(), padded(layer.inputs));
    let integers = input.integers.bytes();
    for panel in 0..layer.outputs.div_ceil(LANES) {
        let weights = &layer.weights.bytes()[panel * LANES * padded..][..LANES * padded];
        let count = LANES.min(layer.outputs - panel * LANES);
        for first in (0..input.rows).step_by(ROWS) {
            let integers = &integers[first * padded..][..ROWS * padded];
            let mut sums = [[0.0f32; LANES]; ROWS];
            for group in 0..groups {
                let range = layer.inputs_of(group);
                let rows = [0, 1, 2, 3].map(|row| &integers[row * padded..][range.clone()]);
                let lines = &weights[range.start * LANES..range.end * LANES];
                let dots = products(rows, lines, fours);
                let weight_scales = &layer.scales[(panel * groups + group) * LANES..][..LANES];
                for (row, (sums, dots)) in sums.iter_mut().zip(&dots).enumerate() {
                    let scale = input.scales[(first + row) * groups + group];
                    for ((sum, dot), weight_scale) in sums.iter_mut().zip(dots).zip(weight_scales) {
                        *sum = (*dot as f32 * scale).mul_add(*weight_scale, *sum);
                    }
                }
            }
            for (row, sums) in sums.iter().enumerate().take(input.rows - first) {
                let out = &mut out[(first + row) * layer.outputs + panel * LANES..][..count];
                for (out, sum) in out.iter_mut().zip(sums) {
                    *out = if add { *out + sum } else { *sum };
                }
            }
        }
    }
}

/// Products of rows with [`LANES`] outputs over one group; `weights` holds four
/// of each output a line.
#[target_feature(enable = "avx2,fma")]
#[inline]
fn products(
    rows: [&[u8]; ROWS],
    weights: &[u8],
    fours: impl Fn(__m256i, __m256i, __m256i) -> __m256i,
) -> [[i32; LANES]; ROWS] {
    let mut sums = [[_mm256_setzero_si256(); 2]; ROWS];
    for (index, line) in weights.chunks_exact(4 * LANES).enumerate() {
        // SAFETY: the chunk is 64 bytes long, as long as two registers, and both loads take any
        // address.
        let halves = unsafe {
            [
                _mm256_loadu_si256(line.as_ptr().cast()),
                _mm256_loadu_si256(line.as_ptr().add(2 * LANES).cast()),
            ]
        };
        for (row, sums) in rows.iter().zip(&mut sums) {
            let four = &row[4 * index..4 * index + 4];
            let four = i32::from_le_bytes([four[0], four[1], four[2], four[3]]);
            let activations = _mm256_set1_epi32(four);
            let sizes = _mm256_abs_epi8(activations);
            for (sum, weights) in sums.iter_mut().zip(halves) {
                *sum = fours(*sum, sizes, _mm256_sign_epi8(weights, activations));
            }
        }
    }
    sums.map(|halves| {
        let mut dots = [0; LANES];
        for (dots, half) in dots.chunks_exact_mut(LANES / 2).zip(halves) {
            // SAFETY: the chunk is eight numbers of 4 bytes, as long as the register, and the store
            // takes any address.
            unsafe { _mm256_storeu_si256(dots.as_mut_ptr().cast(), half) };
        }
        dots
    })
}
