//! Products with AVX-512 VNNI, and quantization with AVX-512.
//!
//! In: a packed layer and quantized rows, or numbers to quantize. Out: rows of `f32`, or integers.
//! Eight rows times a panel of 32 outputs at a time: sixteen sums of integers
//! stay in registers over a group of inputs, then [`Scaling`] takes them over.

#![allow(unsafe_code, reason = "registers are loaded and stored by address")]

use std::arch::x86_64::*;

use super::super::int8::{Int8Layer, LANES, PANEL, QuantizedRows};
use super::super::quantize::{BLOCK, GROUP, padded, scales};

/// The number of rows that are multiplied at once.
const ROWS: usize = 8;

pub(super) fn available() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512vnni")
        && is_x86_feature_detected!("fma")
}

/// Multiplies rows with AVX-512 VNNI: see [`Int8Layer::apply`].
///
/// # Safety
/// The processor must have what [`available`] asks for.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
pub(super) unsafe fn apply(layer: &Int8Layer, input: &QuantizedRows, out: &mut [f32], add: bool) {
    let (groups, padded) = (layer.groups(), padded(layer.inputs));
    let integers = input.integers.bytes();
    let weights = layer.weights.bytes();
    let mut dots = Dots::<ROWS>::new();
    let mut scaling = Scaling::<ROWS>::new(layer, input);
    for panel in 0..layer.outputs.div_ceil(PANEL) {
        let weights = &weights[panel * PANEL * padded..][..PANEL * padded];
        let corrections = &layer.corrections[panel * PANEL * groups..][..PANEL * groups];
        for first in (0..input.rows).step_by(ROWS) {
            let integers = &integers[first * padded..][..ROWS * padded];
            for group in 0..groups {
                let range = layer.inputs_of(group);
                // SAFETY: `integers` is `ROWS` rows of `padded` bytes, `weights` two halves of
                // `padded * LANES` bytes and `corrections` two halves of `groups * LANES` numbers;
                // `range` ends within `padded` and `group` is below `groups`. The caller promises
                // the instructions.
                unsafe {
                    products(
                        integers.as_ptr().add(range.start),
                        padded,
                        [0, 1].map(|half| {
                            weights.as_ptr().add((half * padded + range.start) * LANES)
                        }),
                        [0, 1]
                            .map(|half| corrections.as_ptr().add((half * groups + group) * LANES)),
                        range.len() / 4,
                        &mut dots,
                    );
                    let position = GroupPosition {
                        panel,
                        first,
                        group,
                    };
                    scaling.add(position, &dots, out, add);
                }
            }
        }
    }
}

/// Products of [`ROWS`] rows with [`PANEL`] outputs over `lines` times four
/// inputs.
///
/// # Safety
/// `integers` must be followed by `ROWS` rows of `stride` bytes, each of
/// `weights` by `lines` lines and each of `corrections` by [`LANES`] numbers.
#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
#[inline]
unsafe fn products(
    integers: *const u8,
    stride: usize,
    weights: [*const u8; 2],
    corrections: [*const i32; 2],
    lines: usize,
    dots: &mut Dots<ROWS>,
) {
    // SAFETY: the caller promises `ROWS` rows, `lines` lines and `LANES` corrections behind the
    // pointers; `Dots` is aligned to 64 bytes and a row of it is two registers long.
    unsafe {
        let start = corrections.map(|corrections| _mm512_loadu_si512(corrections.cast()));
        let mut sums = [start; ROWS];
        for line in 0..lines {
            let left = _mm512_loadu_si512(weights[0].add(line * 4 * LANES).cast());
            let right = _mm512_loadu_si512(weights[1].add(line * 4 * LANES).cast());
            for (row, [a, b]) in sums.iter_mut().enumerate() {
                let four = integers.add(row * stride + line * 4).cast::<i32>();
                let four = _mm512_set1_epi32(four.read_unaligned());
                *a = _mm512_dpbusd_epi32(*a, four, left);
                *b = _mm512_dpbusd_epi32(*b, four, right);
            }
        }
        for (row, [a, b]) in dots.0.iter_mut().zip(sums) {
            _mm512_store_si512(row.as_mut_ptr().cast(), a);
            _mm512_store_si512(row.as_mut_ptr().add(LANES).cast(), b);
        }
    }
}

/// Products of one group, row by row.
#[repr(C, align(64))]
pub(super) struct Dots<const ROWS: usize>(pub [[i32; PANEL]; ROWS]);

impl<const ROWS: usize> Dots<ROWS> {
    pub(super) fn new() -> Self {
        Self([[0; PANEL]; ROWS])
    }
}

/// The position of products in the whole: their panel, the first of their rows, and their group.
#[derive(Clone, Copy)]
pub(super) struct GroupPosition {
    pub panel: usize,
    pub first: usize,
    pub group: usize,
}

/// The running sums of scaled products for some rows and one panel.
pub(super) struct Scaling<'a, const ROWS: usize> {
    layer: &'a Int8Layer,
    input: &'a QuantizedRows,
    sums: Sums<ROWS>,
}

#[repr(C, align(64))]
struct Sums<const ROWS: usize>([[f32; PANEL]; ROWS]);

impl<'a, const ROWS: usize> Scaling<'a, ROWS> {
    pub(super) fn new(layer: &'a Int8Layer, input: &'a QuantizedRows) -> Self {
        Self {
            layer,
            input,
            sums: Sums([[0.0; PANEL]; ROWS]),
        }
    }

    /// Adds the products of one group to the sums; groups must come in order. After the last group
    /// the sums are written to `out`, or added to it when `add` is set.
    ///
    /// # Safety
    /// The processor must have what [`available`] asks for.
    #[target_feature(enable = "avx512f")]
    #[inline]
    pub(super) unsafe fn add(
        &mut self,
        position: GroupPosition,
        dots: &Dots<ROWS>,
        out: &mut [f32],
        add: bool,
    ) {
        let GroupPosition {
            panel,
            first,
            group,
        } = position;
        let (groups, outputs) = (self.layer.groups(), self.layer.outputs);
        // Rows that are not only there to fill the tile.
        let rows = ROWS.min(self.input.rows - first);
        let activation_scales = &self.input.scales[first * groups..][..rows * groups];
        let weight_scales = &self.layer.scales[panel * PANEL * groups..][..PANEL * groups];
        let count = PANEL.min(outputs - panel * PANEL);
        let out = &mut out[first * outputs + panel * PANEL..][..(rows - 1) * outputs + count];
        let masks = [0, LANES].map(|half| (u32::MAX >> (PANEL - count) >> half) as __mmask16);
        let previous = if group == 0 { 0 } else { __mmask16::MAX };
        let last = group + 1 == groups;
        // SAFETY: `weight_scales` holds two halves of `groups * LANES` numbers and
        // `activation_scales` `rows * groups`; `dots` and `sums` are aligned to 64 bytes and a row
        // of them is two registers long. `out` ends with the last output of the last row, and the
        // masks leave out what lies beyond the panel's outputs.
        unsafe {
            let weight_scales = weight_scales.as_ptr().add(group * LANES);
            let halves = [
                _mm512_loadu_ps(weight_scales),
                _mm512_loadu_ps(weight_scales.add(groups * LANES)),
            ];
            let activation_scales = activation_scales.as_ptr().add(group);
            for row in 0..rows {
                let scale = _mm512_set1_ps(*activation_scales.add(row * groups));
                for (half, weight_scales) in halves.into_iter().enumerate() {
                    let at = row * PANEL + half * LANES;
                    let dots = _mm512_load_si512(dots.0.as_ptr().cast::<i32>().add(at).cast());
                    let sums = self.sums.0.as_mut_ptr().cast::<f32>().add(at);
                    let product = _mm512_mul_ps(_mm512_cvtepi32_ps(dots), scale);
                    let before = _mm512_maskz_load_ps(previous, sums);
                    let sum = _mm512_fmadd_ps(product, weight_scales, before);
                    if last {
                        let out = out.as_mut_ptr().wrapping_add(row * outputs + half * LANES);
                        let present = _mm512_maskz_loadu_ps(if add { masks[half] } else { 0 }, out);
                        _mm512_mask_storeu_ps(out, masks[half], _mm512_add_ps(present, sum));
                    } else {
                        _mm512_store_ps(sums, sum);
                    }
                }
            }
        }
    }
}

/// Quantizes one group with AVX-512: see [`super::super::quantize::quantize`].
///
/// # Safety
/// The processor must have what [`available`] asks for.
#[target_feature(enable = "avx512f,avx512bw")]
pub(in super::super) unsafe fn quantize(values: &[f32], integers: &mut [u8], offset: u8) -> f32 {
    let mut filled = [0.0; GROUP];
    let values = if values.len() == integers.len() {
        values
    } else {
        filled[..values.len()].copy_from_slice(values);
        &filled[..integers.len()]
    };
    match values.len() / BLOCK {
        1 => quantize_blocks::<1>(values, integers, offset),
        2 => quantize_blocks::<2>(values, integers, offset),
        _ => quantize_blocks::<{ GROUP / BLOCK }>(values, integers, offset),
    }
}

/// Quantizes `BLOCKS` whole blocks, which all stay in registers.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn quantize_blocks<const BLOCKS: usize>(values: &[f32], integers: &mut [u8], offset: u8) -> f32 {
    assert!(values.len() == BLOCKS * BLOCK && integers.len() == BLOCKS * BLOCK);
    let mut blocks = [[_mm512_setzero_ps(); BLOCK / LANES]; BLOCKS];
    let mut largest = _mm512_setzero_ps();
    let mut finite = true;
    for (index, block) in blocks.iter_mut().enumerate() {
        for (part, register) in block.iter_mut().enumerate() {
            let first = index * BLOCK + part * LANES;
            // SAFETY: `values` is `BLOCKS * BLOCK` numbers long, as asserted, and `first` is the
            // start of a register's 16 numbers among them.
            *register = unsafe { _mm512_loadu_ps(values.as_ptr().add(first)) };
        }
        *block = hadamard(*block);
        // One number that is not finite makes the whole block so.
        finite &= _mm512_cvtss_f32(block[0]).is_finite();
        for register in block {
            largest = _mm512_max_ps(largest, _mm512_abs_ps(*register));
        }
    }
    let (scale, inverse) = scales(_mm512_reduce_max_ps(largest), finite);
    let (inverse, offset) = (_mm512_set1_ps(inverse), _mm_set1_epi8(offset as i8));
    for (index, register) in blocks.as_flattened().iter().enumerate() {
        let rounded = _mm512_cvtps_epi32(_mm512_mul_ps(*register, inverse));
        let bytes = _mm_add_epi8(_mm512_cvtsepi32_epi8(rounded), offset);
        // SAFETY: `integers` is `BLOCKS * BLOCK` bytes long, as asserted, and there are `index`
        // times 16 bytes before those of this register.
        unsafe { _mm_storeu_si128(integers.as_mut_ptr().add(index * LANES).cast(), bytes) };
    }
    scale
}

/// Multiplies a block by a Hadamard matrix, in the order of steps of the
/// portable version.
#[target_feature(enable = "avx512f")]
#[inline]
fn hadamard(mut block: [__m512; BLOCK / LANES]) -> [__m512; BLOCK / LANES] {
    for register in &mut block {
        let x = *register;
        let x = step(
            x,
            _mm512_permute_ps::<0b10_11_00_01>(x),
            0b1010_1010_1010_1010,
        );
        let x = step(
            x,
            _mm512_permute_ps::<0b01_00_11_10>(x),
            0b1100_1100_1100_1100,
        );
        let x = step(
            x,
            _mm512_shuffle_f32x4::<0b10_11_00_01>(x, x),
            0b1111_0000_1111_0000,
        );
        *register = step(
            x,
            _mm512_shuffle_f32x4::<0b01_00_11_10>(x, x),
            0b1111_1111_0000_0000,
        );
    }
    let [a, b, c, d] = block;
    let (a, b) = (_mm512_add_ps(a, b), _mm512_sub_ps(a, b));
    let (c, d) = (_mm512_add_ps(c, d), _mm512_sub_ps(c, d));
    [
        _mm512_add_ps(a, c),
        _mm512_add_ps(b, d),
        _mm512_sub_ps(a, c),
        _mm512_sub_ps(b, d),
    ]
}

/// `x + other` where the mask has a zero, `other - x` where it has a one.
#[target_feature(enable = "avx512f")]
#[inline]
fn step(x: __m512, other: __m512, right: __mmask16) -> __m512 {
    _mm512_mask_sub_ps(_mm512_add_ps(x, other), right, other, x)
}
