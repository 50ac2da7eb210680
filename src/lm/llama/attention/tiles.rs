//! Attention in brain floats, with Intel's tiles.
//!
//! Keys and values seen by a block of queries are rounded and laid out once for
//! all heads that use them; then for 32 queries at a time: scores, softmax in
//! single precision, and the mix of values. Which keys share a step depends on
//! positions only.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::super::kernels::softmax_prefix;
use super::Task;
use crate::linear::Aligned;
use crate::linear::tiles::{Factors, ROWS, STEP, TILE, TILE_BYTES, Tiles};

/// Brain floats of one row of a tile.
const FLOATS: usize = STEP / 2;

/// Whether heads of this width can be read so, and the processor can.
pub(super) fn available(head_width: usize) -> bool {
    head_width.is_multiple_of(FLOATS)
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
        && Tiles::take().is_some()
}

/// Working space of one task.
#[derive(Default)]
pub(super) struct Scratch {
    /// For each 16 keys and each 32 numbers of the head: a tile.
    keys: Aligned,
    /// For each 16 numbers of the head and each 32 keys: a tile.
    values: Aligned,
    queries: Aligned,
    scores: Vec<f32>,
    shares: Aligned,
    out: Vec<f32>,
}

impl Task<'_> {
    pub(super) fn in_tiles(&self, out: &mut [f32], scratch: &mut Scratch) {
        // Safety: this way is only chosen where the processor can.
        unsafe { self.run(out, scratch) };
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    unsafe fn run(&self, out: &mut [f32], scratch: &mut Scratch) {
        let Some(tiles) = Tiles::take() else {
            debug_assert!(false, "this way is only chosen where there are tiles");
            return;
        };
        let width = self.shape.head_width;
        let seen = self.seen();
        self.lay_out(scratch);
        let steps = seen.div_ceil(FLOATS);
        scratch.queries.resize(ROWS * width * 2);
        scratch.scores.resize(ROWS * steps * FLOATS, 0.0);
        scratch.shares.resize(ROWS * steps * STEP);
        scratch.out.resize(ROWS * width, 0.0);
        for head in self.heads() {
            for first in (0..self.count).step_by(ROWS) {
                let rows = ROWS.min(self.count - first);
                let queries = scratch.queries.bytes_mut().chunks_exact_mut(STEP);
                let numbers = (first..first + rows)
                    .flat_map(|index| self.query(head, index).chunks_exact(FLOATS));
                for (bytes, numbers) in queries.zip(numbers) {
                    store(rounded(numbers), bytes);
                }
                // What the last of these queries sees, in whole steps.
                let visible = seen - self.count + first + rows;
                let visible_steps = visible.div_ceil(FLOATS);
                let stride = visible_steps * FLOATS;
                let key_tiles = width / FLOATS * TILE_BYTES;
                for step in 0..visible_steps {
                    let keys = &scratch.keys.bytes()[2 * step * key_tiles..][..2 * key_tiles];
                    // Safety: queries fill 32 rows, keys two times `steps`
                    // tiles, and scores have 32 rows of `stride`.
                    unsafe {
                        tiles.floats(Factors {
                            left: scratch.queries.bytes().as_ptr(),
                            left_stride: width * 2,
                            right: [keys.as_ptr(), keys[key_tiles..].as_ptr()],
                            steps: width / FLOATS,
                        });
                        tiles.store(scratch.scores[step * FLOATS..].as_mut_ptr().cast(), stride);
                    }
                }
                for row in 0..rows {
                    let scores = &mut scratch.scores[row * stride..][..stride];
                    softmax_prefix(scores, seen - self.count + first + row + 1);
                    let shares = &mut scratch.shares.bytes_mut()[row * stride * 2..][..stride * 2];
                    let parts = shares.chunks_exact_mut(STEP);
                    for (bytes, numbers) in parts.zip(scores.chunks_exact(FLOATS)) {
                        store(rounded(numbers), bytes);
                    }
                }
                for part in 0..width / FLOATS {
                    let values = &scratch.values.bytes()[2 * part * steps * TILE_BYTES..];
                    // Safety: shares fill 32 rows, values two times `steps`
                    // tiles, and the result has 32 rows of `width`.
                    unsafe {
                        tiles.floats(Factors {
                            left: scratch.shares.bytes().as_ptr(),
                            left_stride: stride * 2,
                            right: [values.as_ptr(), values[steps * TILE_BYTES..].as_ptr()],
                            steps: visible_steps,
                        });
                        tiles.store(scratch.out[part * FLOATS..].as_mut_ptr().cast(), width);
                    }
                }
                for (row, result) in scratch.out.chunks_exact(width).enumerate().take(rows) {
                    out[self.place(head, first + row)].copy_from_slice(result);
                }
            }
        }
    }

    /// Rounds the keys and values that are seen and lays them out in tiles;
    /// what fills up the last ones is zero.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    fn lay_out(&self, scratch: &mut Scratch) {
        let width = self.shape.head_width;
        let steps = self.seen().div_ceil(FLOATS);
        scratch.keys.resize(steps * STEP * width);
        scratch.values.resize(steps * STEP * width);
        // Only the last step can have places that no key fills.
        let key_tiles = width / FLOATS * TILE_BYTES;
        let keys = scratch.keys.bytes_mut();
        let values = scratch.values.bytes_mut();
        for column in values.chunks_exact_mut(steps * TILE_BYTES) {
            column[(steps - 1) * TILE_BYTES..].fill(0);
        }
        let mut positions = self.keys_and_values();
        for (tile, tiles) in keys.chunks_exact_mut(key_tiles).enumerate() {
            let mut rows: [(&[f32], &[f32]); TILE] = [(&[], &[]); TILE];
            let mut filled = 0;
            for (row, position) in rows.iter_mut().zip(&mut positions) {
                *row = position;
                filled += 1;
            }
            for (part, tile) in tiles.chunks_exact_mut(TILE_BYTES).enumerate() {
                let mut lines = [_mm512_setzero_si512(); TILE];
                for (line, (key, _)) in lines.iter_mut().zip(&rows[..filled]) {
                    *line = rounded(&key[part * FLOATS..]);
                }
                transpose(&mut lines);
                for (line, bytes) in lines.into_iter().zip(tile.chunks_exact_mut(STEP)) {
                    store(line, bytes);
                }
            }
            // Two positions side by side, number by number.
            let first = tile * TILE / FLOATS * TILE_BYTES + tile * TILE % FLOATS / 2 * STEP;
            for (index, pair) in rows[..filled].chunks(2).enumerate() {
                let columns = values.chunks_exact_mut(steps * TILE_BYTES);
                for (column, bytes) in columns.enumerate() {
                    let numbers = column * TILE..(column + 1) * TILE;
                    let even = &pair[0].1[numbers.clone()];
                    let odd = pair.get(1).map(|(_, value)| &value[numbers]);
                    store(interleaved(even, odd), &mut bytes[first + index * STEP..]);
                }
            }
        }
    }
}

/// Brain floats of [`FLOATS`] numbers.
#[target_feature(enable = "avx512f,avx512bf16")]
#[inline]
fn rounded(numbers: &[f32]) -> __m512i {
    let numbers = &numbers[..FLOATS];
    // Safety: the slice is two registers long, and all bits are valid.
    unsafe {
        let low = _mm512_loadu_ps(numbers.as_ptr());
        let high = _mm512_loadu_ps(numbers.as_ptr().add(FLOATS / 2));
        std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(high, low))
    }
}

/// Brain floats of 16 numbers and 16 others, in turn.
#[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
#[inline]
fn interleaved(even: &[f32], odd: Option<&[f32]>) -> __m512i {
    const ORDER: [u16; FLOATS] = {
        let mut order = [0; FLOATS];
        let mut index = 0;
        while index < FLOATS {
            order[index] = (index / 2 + index % 2 * TILE) as u16;
            index += 1;
        }
        order
    };
    let load = |numbers: &[f32]| {
        let numbers = &numbers[..TILE];
        // Safety: the slice is as long as a register.
        unsafe { _mm512_loadu_ps(numbers.as_ptr()) }
    };
    let odd = odd.map_or(_mm512_setzero_ps(), load);
    // Safety: all bits are valid, and the order is as long as a register.
    unsafe {
        let both = std::mem::transmute::<__m512bh, __m512i>(_mm512_cvtne2ps_pbh(odd, load(even)));
        _mm512_permutexvar_epi16(_mm512_loadu_si512(ORDER.as_ptr().cast()), both)
    }
}

/// Turns 16 rows of 16 numbers of 4 bytes into columns.
#[target_feature(enable = "avx512f")]
#[inline]
fn transpose(rows: &mut [__m512i; TILE]) {
    // Pairs, then fours within 128 bits, then those among the four parts.
    let x = *rows;
    let mut y = x;
    for i in (0..TILE).step_by(2) {
        y[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
        y[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
    }
    let mut z = y;
    for i in (0..TILE).step_by(4) {
        z[i] = _mm512_unpacklo_epi64(y[i], y[i + 2]);
        z[i + 1] = _mm512_unpackhi_epi64(y[i], y[i + 2]);
        z[i + 2] = _mm512_unpacklo_epi64(y[i + 1], y[i + 3]);
        z[i + 3] = _mm512_unpackhi_epi64(y[i + 1], y[i + 3]);
    }
    for i in 0..4 {
        let low = _mm512_shuffle_i32x4::<0b10_00_10_00>(z[i], z[i + 4]);
        let high = _mm512_shuffle_i32x4::<0b11_01_11_01>(z[i], z[i + 4]);
        let low_after = _mm512_shuffle_i32x4::<0b10_00_10_00>(z[i + 8], z[i + 12]);
        let high_after = _mm512_shuffle_i32x4::<0b11_01_11_01>(z[i + 8], z[i + 12]);
        rows[i] = _mm512_shuffle_i32x4::<0b10_00_10_00>(low, low_after);
        rows[i + 4] = _mm512_shuffle_i32x4::<0b10_00_10_00>(high, high_after);
        rows[i + 8] = _mm512_shuffle_i32x4::<0b11_01_11_01>(low, low_after);
        rows[i + 12] = _mm512_shuffle_i32x4::<0b11_01_11_01>(high, high_after);
    }
}

#[target_feature(enable = "avx512f")]
#[inline]
fn store(register: __m512i, bytes: &mut [u8]) {
    let bytes = &mut bytes[..STEP];
    // Safety: the slice is as long as the register.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), register) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_columns() {
        if !available(FLOATS) {
            return;
        }
        // Safety: the processor has AVX-512, and all bits are valid.
        unsafe {
            let rows: [[u32; TILE]; TILE] = std::array::from_fn(|row| {
                std::array::from_fn(|column| (100 * row + column) as u32)
            });
            let mut registers: [__m512i; TILE] = std::mem::transmute(rows);
            transpose(&mut registers);
            let columns: [[u32; TILE]; TILE] = std::mem::transmute(registers);
            for row in 0..TILE {
                for column in 0..TILE {
                    assert_eq!(columns[column][row], rows[row][column]);
                }
            }
        }
    }
}
