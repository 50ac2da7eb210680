//! Products of 8-bit integers with Intel's tiles (AMX-INT8).
//!
//! In: a packed layer and quantized rows. Out: rows of `f32`. 32 rows times a panel of 32 outputs
//! at a time; after each group the sums are scaled as in [`super::avx512`]. The instructions
//! themselves are in [`super::tiles`].

#![allow(unsafe_code, reason = "tiles are loaded and stored by address")]

use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

use super::super::aligned::LINE;
use super::super::int8::{Int8Layer, LANES, PANEL, QuantizedRows};
use super::super::quantize::padded;
use super::avx512::{Dots, GroupPosition, Scaling};
use super::tiles::{Factors, ROWS, STEP, TILE, Tiles};

/// Multiplies rows with tiles: see [`Int8Layer::apply`].
///
/// # Safety
/// The processor must have tiles and what [`super::avx512`] asks for.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn apply(layer: &Int8Layer, input: &QuantizedRows, out: &mut [f32], add: bool) {
    let (groups, padded) = (layer.groups(), padded(layer.inputs));
    let integers = input.integers.bytes();
    let weights = layer.weights.bytes();
    let Some(tiles) = Tiles::take() else {
        debug_assert!(false, "this kernel is only chosen where there are tiles");
        return;
    };
    let mut dots = Dots::<ROWS>::new();
    let mut scaling = Scaling::<ROWS>::new(layer, input);
    // Weights come from memory and are all needed at once: each step prefetches its share of
    // the next panel's.
    let steps = input.rows.div_ceil(ROWS) * groups;
    let share = (PANEL * padded / LINE).div_ceil(steps) * LINE;
    // While the tiles work on one group, the group before it is scaled.
    let mut before: Option<GroupPosition> = None;
    for panel in 0..layer.outputs.div_ceil(PANEL) {
        let mut prefetched = weights
            .get((panel + 1) * PANEL * padded..)
            .unwrap_or_default()
            .chunks(share);
        let weights = &weights[panel * PANEL * padded..][..PANEL * padded];
        for first in (0..input.rows).step_by(ROWS) {
            let rows = ROWS.min(input.rows.next_multiple_of(TILE) - first);
            let integers = &integers[first * padded..][..rows * padded];
            for group in 0..groups {
                let range = layer.inputs_of(group);
                // SAFETY: `integers` is `rows` rows of `padded` bytes and `weights` two halves of
                // `padded * LANES` bytes, and `range` ends within `padded`: the tiles read
                // `range.len()` bytes of each row and `range.len() / STEP` tiles of each half.
                // `dots` has room for `ROWS` rows of `PANEL` sums. The caller promises AVX-512.
                unsafe {
                    let left = weights.as_ptr().add(range.start * LANES);
                    let factors = Factors {
                        left: integers.as_ptr().add(range.start),
                        left_stride: padded,
                        right: [left, left.add(padded * LANES)],
                        steps: range.len() / STEP,
                    };
                    if rows == ROWS {
                        tiles.multiply_bytes(factors);
                    } else {
                        tiles.multiply_bytes_of_one_tile(factors);
                    }
                    for line in prefetched.next().unwrap_or_default().chunks(LINE) {
                        _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast());
                    }
                    if let Some(before) = before {
                        scaling.add(before, &dots, out, add);
                    }
                    tiles.store(dots.0.as_mut_ptr().cast(), PANEL);
                }
                before = Some(GroupPosition {
                    panel,
                    first,
                    group,
                });
            }
        }
    }
    if let Some(before) = before {
        // SAFETY: the caller promises that the processor has AVX-512.
        unsafe { scaling.add(before, &dots, out, add) };
    }
}
