//! Products of 8-bit integers with Intel's tiles (AMX-INT8).
//!
//! 32 rows times a panel of 32 outputs at a time; after each group the sums are
//! scaled as in [`super::avx512`].

#![allow(unsafe_code)]

use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

use super::super::aligned::LINE;
use super::super::int8::{Int8, LANES, PANEL, Quantised};
use super::super::quantise::padded;
use super::avx512::{Dots, Place, Scaling};
use super::tiles::{Factors, ROWS, STEP, TILE, Tiles};

/// See [`Int8::apply`].
///
/// # Safety
/// The processor must have tiles and what [`super::avx512`] asks for.
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn apply(layer: &Int8, input: &Quantised, out: &mut [f32], add: bool) {
    let (groups, padded) = (layer.groups(), padded(layer.inputs));
    let integers = input.integers.bytes();
    let weights = layer.weights.bytes();
    let Some(tiles) = Tiles::take() else {
        debug_assert!(false, "this kernel is only chosen where there are tiles");
        return;
    };
    let mut dots = Dots::<ROWS>::new();
    let mut scaling = Scaling::<ROWS>::new(layer, input);
    // Weights come from far away and are wanted at once: each step asks for its
    // share of the next panel's.
    let steps = input.rows.div_ceil(ROWS) * groups;
    let share = (PANEL * padded / LINE).div_ceil(steps) * LINE;
    // While the tiles work on one group, the group before it is scaled.
    let mut before: Option<Place> = None;
    for panel in 0..layer.outputs.div_ceil(PANEL) {
        let mut wanted = weights
            .get((panel + 1) * PANEL * padded..)
            .unwrap_or_default()
            .chunks(share);
        let weights = &weights[panel * PANEL * padded..][..PANEL * padded];
        for first in (0..input.rows).step_by(ROWS) {
            let rows = ROWS.min(input.rows.next_multiple_of(TILE) - first);
            let integers = &integers[first * padded..][..rows * padded];
            for group in 0..groups {
                let range = layer.inputs_of(group);
                // Safety: the slices hold all rows and lines of the group.
                unsafe {
                    let left = weights.as_ptr().add(range.start * LANES);
                    let factors = Factors {
                        left: integers.as_ptr().add(range.start),
                        left_stride: padded,
                        right: [left, left.add(padded * LANES)],
                        steps: range.len() / STEP,
                    };
                    if rows == ROWS {
                        tiles.integers(factors);
                    } else {
                        tiles.integers_of_half(factors);
                    }
                    for line in wanted.next().unwrap_or_default().chunks(LINE) {
                        _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast());
                    }
                    if let Some(before) = before {
                        scaling.add(before, &dots, out, add);
                    }
                    tiles.store(dots.0.as_mut_ptr().cast(), PANEL);
                }
                before = Some(Place {
                    panel,
                    first,
                    group,
                });
            }
        }
    }
    if let Some(before) = before {
        // Safety: the processor has AVX-512.
        unsafe { scaling.add(before, &dots, out, add) };
    }
}
