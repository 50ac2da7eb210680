//! Attention in brain floats, with Intel's tiles.
//!
//! Keys and values of a sequence are rounded and laid out once for all queries, and
//! those of a prefix once for all that follow it; then for 32 rows of queries at a
//! time, of all heads that use the keys: scores, softmax in single precision, and the
//! mix of values. Of a prefix the whole steps are taken as they are, and what is left
//! goes before the sequence's own keys: which keys share a step depends on positions
//! only.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

use super::super::kernels::softmax_prefix;
use super::Task;
use crate::linear::Aligned;
use crate::linear::tiles::{Factors, ROWS, STEP, TILE, TILE_BYTES, Tiles};

/// Brain floats of one row of a tile, and positions of a step.
const FLOATS: usize = STEP / 2;

/// Whether heads of this width can be read so, and the processor can.
pub(super) fn available(head_width: usize) -> bool {
    head_width.is_multiple_of(FLOATS)
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
        && Tiles::take().is_some()
}

/// Keys and values of one key head, in tiles.
#[derive(Default, Clone)]
pub(in crate::llama) struct Laid {
    /// For each 16 keys and each 32 numbers of the head: a tile.
    keys: Aligned,
    /// For each 16 numbers of the head and each 32 keys: a tile.
    values: Aligned,
    /// How many times 32 keys there are room for.
    steps: usize,
}

/// Working space of one task.
#[derive(Default)]
pub(super) struct Scratch {
    queries: Aligned,
    scores: Vec<f32>,
    shares: Aligned,
    out: Vec<f32>,
}

/// The first steps of what was laid out.
#[derive(Clone, Copy)]
struct Part<'a> {
    laid: &'a Laid,
    steps: usize,
}

impl Part<'_> {
    /// The tiles of keys of a step, for 16 of them and the other 16.
    fn keys(&self, step: usize, width: usize) -> [*const u8; 2] {
        let tiles = width / FLOATS * TILE_BYTES;
        let keys = &self.laid.keys.bytes()[2 * step * tiles..][..2 * tiles];
        [keys.as_ptr(), keys[tiles..].as_ptr()]
    }

    /// The tiles of values, all steps, for 16 numbers of the head and 16 others.
    fn values(&self, part: usize) -> [*const u8; 2] {
        let column = self.laid.steps * TILE_BYTES;
        let values = &self.laid.values.bytes()[2 * part * column..][..2 * column];
        [values.as_ptr(), values[column..].as_ptr()]
    }
}

impl Task<'_> {
    /// `own` and `before` hold the keys and values of the task's key head, `before`
    /// with how many of them come first.
    pub(super) fn in_tiles(
        &self,
        own: &Laid,
        before: Option<(&Laid, usize)>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        // Safety: this way is only chosen where the processor can.
        unsafe { self.run(own, before, out, scratch) };
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    unsafe fn run(
        &self,
        own: &Laid,
        before: Option<(&Laid, usize)>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Some(tiles) = Tiles::take() else {
            debug_assert!(false, "this way is only chosen where there are tiles");
            return;
        };
        let width = self.rows.shape.head_width;
        let follows = before.map_or(0, |(_, count)| count);
        let prefix = before.map(|(laid, count)| Part {
            laid,
            steps: count / FLOATS,
        });
        let prefix = prefix.filter(|prefix| prefix.steps > 0);
        // Where what was laid out for the sequence begins among the scores.
        let begin = prefix.map_or(0, |prefix| prefix.steps * FLOATS);
        let most = (follows + self.start + self.count).next_multiple_of(FLOATS);
        scratch.queries.resize(ROWS * width * 2);
        scratch.scores.resize(ROWS * most, 0.0);
        scratch.shares.resize(ROWS * most * 2);
        scratch.out.resize(ROWS * width, 0.0);
        let heads = self.heads();
        let all = heads.len() * self.count;
        let place = |row: usize| (heads.start + row / self.count, row % self.count);
        for first in (0..all).step_by(ROWS) {
            let rows = first..all.min(first + ROWS);
            let queries = scratch.queries.bytes_mut().chunks_exact_mut(STEP);
            let numbers = rows.clone().flat_map(|row| {
                let (head, index) = place(row);
                self.query(head, index).chunks_exact(FLOATS)
            });
            for (bytes, numbers) in queries.zip(numbers) {
                store(rounded(numbers), bytes);
            }
            let last = rows.clone().map(|row| place(row).1).max().unwrap_or(0);
            let visible = |index: usize| follows + self.start + index + 1;
            let own = Part {
                laid: own,
                steps: (visible(last) - begin).div_ceil(FLOATS),
            };
            let stride = begin + own.steps * FLOATS;
            for (part, column) in prefix
                .into_iter()
                .map(|part| (part, 0))
                .chain([(own, begin)])
            {
                for step in 0..part.steps {
                    // Safety: queries fill 32 rows, keys two times as many tiles
                    // as a head is wide, and scores have 32 rows of `stride`.
                    unsafe {
                        tiles.floats(Factors {
                            left: scratch.queries.bytes().as_ptr(),
                            left_stride: width * 2,
                            right: part.keys(step, width),
                            steps: width / FLOATS,
                        });
                        let scores = &mut scratch.scores[column + step * FLOATS..];
                        tiles.store(scores.as_mut_ptr().cast(), stride);
                    }
                }
            }
            for (line, row) in rows.clone().enumerate() {
                let scores = &mut scratch.scores[line * stride..][..stride];
                softmax_prefix(scores, visible(place(row).1));
                let shares = &mut scratch.shares.bytes_mut()[line * stride * 2..][..stride * 2];
                let parts = shares.chunks_exact_mut(STEP);
                for (bytes, numbers) in parts.zip(scores.chunks_exact(FLOATS)) {
                    store(rounded(numbers), bytes);
                }
            }
            for part in 0..width / FLOATS {
                let factors = |keys: Part<'_>, column: usize| Factors {
                    left: scratch.shares.bytes()[column * 2..].as_ptr(),
                    left_stride: stride * 2,
                    right: keys.values(part),
                    steps: keys.steps,
                };
                // Safety: shares fill 32 rows, values two times `steps` tiles, and
                // the result has 32 rows of `width`.
                unsafe {
                    match prefix {
                        Some(prefix) => {
                            tiles.floats(factors(prefix, 0));
                            tiles.more_floats(factors(own, begin));
                        }
                        None => tiles.floats(factors(own, 0)),
                    }
                    tiles.store(scratch.out[part * FLOATS..].as_mut_ptr().cast(), width);
                }
            }
            for (row, result) in rows.zip(scratch.out.chunks_exact(width)) {
                let (head, index) = place(row);
                out[self.place(head, index)].copy_from_slice(result);
            }
        }
    }
}

impl Laid {
    /// Rounds keys and values, `own` of them, and lays them out. `before` is what they
    /// follow, and how many of its keys: those of its last step that is not full come
    /// first. What fills up the last tiles is finite, and zero if nothing comes first.
    pub fn fill<'a>(
        &mut self,
        before: Option<(&Self, usize)>,
        own: usize,
        row: impl Fn(usize) -> (&'a [f32], &'a [f32]),
    ) {
        // Safety: this way is only chosen where the processor can.
        unsafe { self.lay_out(before, own, row) };
    }

    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    fn lay_out<'a>(
        &mut self,
        before: Option<(&Self, usize)>,
        own: usize,
        row: impl Fn(usize) -> (&'a [f32], &'a [f32]),
    ) {
        if own == 0 {
            return;
        }
        let width = row(0).0.len();
        let first = before.map_or(0, |(_, count)| count % FLOATS);
        let count = first + own;
        let steps = count.div_ceil(FLOATS);
        self.steps = steps;
        self.keys.resize(steps * STEP * width);
        self.values.resize(steps * STEP * width);
        let key_tiles = width / FLOATS * TILE_BYTES;
        let keys = self.keys.bytes_mut();
        let values = self.values.bytes_mut();
        for column in values.chunks_exact_mut(steps * TILE_BYTES) {
            column[(steps - 1) * TILE_BYTES..].fill(0);
        }
        if let Some((before, count)) = before.filter(|_| first > 0) {
            let step = count / FLOATS;
            let tiles = 2 * key_tiles;
            keys[..tiles].copy_from_slice(&before.keys.bytes()[step * tiles..][..tiles]);
            let theirs = before.values.bytes();
            let theirs = theirs.chunks_exact(before.steps * TILE_BYTES);
            for (column, theirs) in values.chunks_exact_mut(steps * TILE_BYTES).zip(theirs) {
                let theirs = &theirs[step * TILE_BYTES..][..TILE_BYTES];
                column[..TILE_BYTES].copy_from_slice(theirs);
            }
        }
        let own_tiles = keys.chunks_exact_mut(key_tiles).enumerate();
        for (tile, tiles) in own_tiles.skip(first / TILE) {
            // Places of the tile that are taken, and where the last one ends.
            let taken = first.saturating_sub(tile * TILE);
            let filled = count.saturating_sub(tile * TILE).min(TILE);
            let mut rows: [Option<(&[f32], &[f32])>; TILE] = [None; TILE];
            for (place, slot) in rows.iter_mut().enumerate().take(filled).skip(taken) {
                *slot = Some(row(tile * TILE + place - first));
            }
            for (part, tile) in tiles.chunks_exact_mut(TILE_BYTES).enumerate() {
                let mut lines = [_mm512_setzero_si512(); TILE];
                for (line, row) in lines.iter_mut().zip(&rows) {
                    if let Some((key, _)) = row {
                        *line = rounded(&key[part * FLOATS..]);
                    }
                }
                transpose(&mut lines);
                for (line, bytes) in lines.into_iter().zip(tile.chunks_exact_mut(STEP)) {
                    store_numbers(!0 << (2 * taken), line, bytes);
                }
            }
            // Two positions side by side, number by number.
            let begin = tile * TILE / FLOATS * TILE_BYTES + tile * TILE % FLOATS / 2 * STEP;
            for pair in taken / 2..filled.div_ceil(2) {
                let (even, odd) = (rows[2 * pair], rows[2 * pair + 1]);
                let new = if 2 * pair < taken { 0xAAAA_AAAA } else { !0 };
                let columns = values.chunks_exact_mut(steps * TILE_BYTES);
                for (column, bytes) in columns.enumerate() {
                    let value = |row: Option<(&'a [f32], &'a [f32])>| {
                        row.map(|(_, value)| &value[column * TILE..(column + 1) * TILE])
                    };
                    let both = interleaved(value(even), value(odd));
                    store_numbers(new, both, &mut bytes[begin + pair * STEP..]);
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
fn interleaved(even: Option<&[f32]>, odd: Option<&[f32]>) -> __m512i {
    const ORDER: [u16; FLOATS] = {
        let mut order = [0; FLOATS];
        let mut index = 0;
        while index < FLOATS {
            order[index] = (index / 2 + index % 2 * TILE) as u16;
            index += 1;
        }
        order
    };
    let load = |numbers: Option<&[f32]>| match numbers {
        // Safety: the slice is as long as a register.
        Some(numbers) => unsafe { _mm512_loadu_ps(numbers[..TILE].as_ptr()) },
        None => _mm512_setzero_ps(),
    };
    // Safety: all bits are valid, and the order is as long as a register.
    unsafe {
        let both = _mm512_cvtne2ps_pbh(load(odd), load(even));
        let both = std::mem::transmute::<__m512bh, __m512i>(both);
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

/// Stores those brain floats of a register whose bits are set.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn store_numbers(which: u32, register: __m512i, bytes: &mut [u8]) {
    let bytes = &mut bytes[..STEP];
    // Safety: the slice is as long as the register.
    unsafe { _mm512_mask_storeu_epi16(bytes.as_mut_ptr().cast(), which, register) };
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
