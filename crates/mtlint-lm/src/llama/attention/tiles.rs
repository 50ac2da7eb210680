//! Attention in brain floats, with Intel's tiles.
//!
//! In: keys, values and queries in single precision. Out: the values mixed for every head. Only
//! heads whose width is a multiple of 32 are read so; [`super::float`] takes the others.
//!
//! Keys and values of a sequence are rounded and laid out once for all queries, and
//! those of a prefix once for all that follow it. Then, for 32 rows of queries at a
//! time and all heads that use the keys, come the scores, the softmax in single precision and the
//! mix of values. The whole steps of a prefix are used as they are, and its other positions
//! are laid out before the sequence's own: which positions share a step depends on positions
//! only.

#![allow(
    unsafe_code,
    reason = "tiles and registers are loaded and stored by address"
)]

use std::arch::x86_64::*;

use super::super::kernels::softmax_prefix;
use super::super::pieces::{Packed, Unpacking};
use super::Task;
use crate::linear::Aligned;
use crate::linear::tiles::{Factors, ROWS, STEP, TILE, TILE_BYTES, Tiles};

/// The number of brain floats in a row of a tile, and of positions in a step.
const FLOATS: usize = STEP / 2;

/// Whether attention can be computed in tiles, for heads of this width and on this processor.
pub(super) fn available(head_width: usize) -> bool {
    head_width.is_multiple_of(FLOATS)
        && is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx512bf16")
        && Tiles::take().is_some()
}

/// Keys and values of one key head, in tiles.
#[derive(Default, Clone)]
pub(in crate::llama) struct KvTiles {
    /// For each 16 keys and each 32 numbers of the head: a tile.
    keys: Aligned,
    /// For each 16 numbers of the head and each 32 keys: a tile.
    values: Aligned,
    /// The number of steps, of 32 positions each, that there is room for.
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

/// The first steps of the keys and values in tiles.
#[derive(Clone, Copy)]
struct TileSteps<'a> {
    tiles: &'a KvTiles,
    /// The number of steps, of 32 positions each.
    steps: usize,
}

/// The keys and values that a block of rows of queries can see.
struct VisibleSteps<'a> {
    /// The whole steps of the prefix.
    prefix: Option<TileSteps<'a>>,
    /// The steps that were laid out for the sequence.
    own: TileSteps<'a>,
    /// The column of the scores at which those of the sequence begin.
    own_column: usize,
    /// The width of a head.
    width: usize,
}

impl VisibleSteps<'_> {
    /// The number of scores in a row.
    fn stride(&self) -> usize {
        self.own_column + self.own.steps * FLOATS
    }

    /// Multiplies queries with keys; the results are the scores of `scratch`.
    ///
    /// # Safety
    /// The queries of `scratch` must have room for [`ROWS`] rows of `width` brain floats, its
    /// scores for as many rows of [`Self::stride`] numbers, and all keys of the steps must be laid
    /// out.
    #[inline]
    unsafe fn score(&self, tiles: &Tiles, scratch: &mut Scratch) {
        let parts = self.prefix.into_iter().map(|part| (part, 0));
        for (part, column) in parts.chain([(self.own, self.own_column)]) {
            for step in 0..part.steps {
                // SAFETY: the caller promises 32 rows of queries and of scores; `keys` are two
                // times as many tiles as a head has steps of numbers.
                unsafe {
                    tiles.multiply_floats(Factors {
                        left: scratch.queries.bytes().as_ptr(),
                        left_stride: self.width * 2,
                        right: part.keys(step, self.width),
                        steps: self.width / FLOATS,
                    });
                    let scores = &mut scratch.scores[column + step * FLOATS..];
                    tiles.store(scores.as_mut_ptr().cast(), self.stride());
                }
            }
        }
    }

    /// Multiplies the shares of attention with values; the results are the output of `scratch`.
    ///
    /// # Safety
    /// The shares of `scratch` must have room for [`ROWS`] rows of [`Self::stride`] brain floats,
    /// its output for as many rows of `width` numbers, and all values of the steps must be laid
    /// out.
    #[inline]
    unsafe fn mix(&self, tiles: &Tiles, scratch: &mut Scratch) {
        for part in 0..self.width / FLOATS {
            let factors = |values: TileSteps<'_>, column: usize| Factors {
                left: scratch.shares.bytes()[column * 2..].as_ptr(),
                left_stride: self.stride() * 2,
                right: values.values(part),
                steps: values.steps,
            };
            // SAFETY: the caller promises 32 rows of shares and of the output; `values` are two
            // times `steps` tiles.
            unsafe {
                match self.prefix {
                    Some(prefix) => {
                        tiles.multiply_floats(factors(prefix, 0));
                        tiles.add_float_products(factors(self.own, self.own_column));
                    }
                    None => tiles.multiply_floats(factors(self.own, 0)),
                }
                tiles.store(scratch.out[part * FLOATS..].as_mut_ptr().cast(), self.width);
            }
        }
    }
}

impl TileSteps<'_> {
    /// The tiles of keys of a step, for 16 of them and the other 16.
    fn keys(&self, step: usize, width: usize) -> [*const u8; 2] {
        let tiles = width / FLOATS * TILE_BYTES;
        let keys = &self.tiles.keys.bytes()[2 * step * tiles..][..2 * tiles];
        [keys.as_ptr(), keys[tiles..].as_ptr()]
    }

    /// The tiles of values, all steps, for 16 numbers of the head and 16 others.
    fn values(&self, part: usize) -> [*const u8; 2] {
        let column = self.tiles.steps * TILE_BYTES;
        let values = &self.tiles.values.bytes()[2 * part * column..][..2 * column];
        [values.as_ptr(), values[column..].as_ptr()]
    }
}

impl Task<'_> {
    /// Computes attention with tiles. `own` and `before` hold the keys and values of the task's key
    /// head; with `before` comes the number of positions that precede the sequence.
    pub(super) fn attend_in_tiles(
        &self,
        own: &KvTiles,
        before: Option<(&KvTiles, usize)>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        // SAFETY: `Products::best` chooses tiles only where `available` found the instructions.
        unsafe { self.run(own, before, out, scratch) };
    }

    /// # Safety
    /// The processor must have what [`available`] asks for.
    #[target_feature(enable = "avx512f,avx512bw,avx512bf16")]
    unsafe fn run(
        &self,
        own: &KvTiles,
        before: Option<(&KvTiles, usize)>,
        out: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let Some(tiles) = Tiles::take() else {
            debug_assert!(false, "this way is only chosen where there are tiles");
            return;
        };
        let width = self.rows.shape.head_width;
        let follows = before.map_or(0, |(_, count)| count);
        let prefix = before.map(|(tiles, count)| TileSteps {
            tiles,
            steps: count / FLOATS,
        });
        let prefix = prefix.filter(|prefix| prefix.steps > 0);
        // The column of the scores at which the steps laid out for the sequence begin.
        let own_column = prefix.map_or(0, |prefix| prefix.steps * FLOATS);
        let max_stride = (follows + self.start + self.count).next_multiple_of(FLOATS);
        scratch.queries.resize(ROWS * width * 2);
        scratch.scores.resize(ROWS * max_stride, 0.0);
        scratch.shares.resize(ROWS * max_stride * 2);
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
            let own = TileSteps {
                tiles: own,
                steps: (visible(last) - own_column).div_ceil(FLOATS),
            };
            let steps = VisibleSteps {
                prefix,
                own,
                own_column,
                width,
            };
            // SAFETY: queries and scores have room for `ROWS` rows, of `width` and of at least
            // `steps.stride()` numbers, and `KvTiles::fill` laid out all keys that are visible.
            unsafe { steps.score(&tiles, scratch) };
            let stride = steps.stride();
            for (line, row) in rows.clone().enumerate() {
                let scores = &mut scratch.scores[line * stride..][..stride];
                softmax_prefix(scores, visible(place(row).1));
                let shares = &mut scratch.shares.bytes_mut()[line * stride * 2..][..stride * 2];
                let parts = shares.chunks_exact_mut(STEP);
                for (bytes, numbers) in parts.zip(scores.chunks_exact(FLOATS)) {
                    store(rounded(numbers), bytes);
                }
            }
            // SAFETY: shares and the result have room for `ROWS` rows, of at least
            // `steps.stride()` and of `width` numbers, and `KvTiles::fill` laid out all values.
            unsafe { steps.mix(&tiles, scratch) };
            for (row, result) in rows.zip(scratch.out.chunks_exact(width)) {
                let (head, index) = place(row);
                out[self.output_range(head, index)].copy_from_slice(result);
            }
        }
    }
}

impl KvTiles {
    /// The number of bytes that they have in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.keys.bytes().len() + self.values.bytes().len()
    }

    /// Keeps the tiles.
    pub(crate) fn pack(&self, packed: &mut Packed) {
        packed.put_number(self.steps as u32);
        for bytes in [self.keys.bytes(), self.values.bytes()] {
            packed.put_number(bytes.len() as u32);
            packed.put_bytes(bytes);
        }
    }

    /// The tiles that were kept.
    pub(crate) fn unpack(packed: &mut Unpacking<'_>) -> Self {
        let mut tiles = Self {
            steps: packed.number() as usize,
            ..Self::default()
        };
        for part in [&mut tiles.keys, &mut tiles.values] {
            part.resize(packed.number() as usize);
            packed.bytes(part.bytes_mut());
        }
        tiles
    }

    /// The tiles of the first `length` positions of `before`, then these. `length` is a whole
    /// number of steps.
    pub(crate) fn following(&self, before: &Self, length: usize) -> Self {
        let first = length / FLOATS;
        let mut joined = Self {
            steps: first + self.steps,
            ..Self::default()
        };
        let step = self.keys.bytes().len() / self.steps;
        joined.keys.resize(joined.steps * step);
        let (begun, rest) = joined.keys.bytes_mut().split_at_mut(first * step);
        begun.copy_from_slice(&before.keys.bytes()[..first * step]);
        rest.copy_from_slice(self.keys.bytes());
        // Values stand step by step for each 16 numbers of the head.
        joined.values.resize(joined.steps * step);
        let columns = joined
            .values
            .bytes_mut()
            .chunks_exact_mut(joined.steps * TILE_BYTES);
        let theirs = before
            .values
            .bytes()
            .chunks_exact(before.steps * TILE_BYTES);
        let own = self.values.bytes().chunks_exact(self.steps * TILE_BYTES);
        for ((column, theirs), own) in columns.zip(theirs).zip(own) {
            let (begun, rest) = column.split_at_mut(first * TILE_BYTES);
            begun.copy_from_slice(&theirs[..first * TILE_BYTES]);
            rest.copy_from_slice(own);
        }
        joined
    }

    /// Rounds the keys and values of `own` positions, which `row` gives, and lays them out.
    /// `before` holds the tiles that they follow, and the number of its positions: those of its
    /// last step, if that is not full, are copied to the front. What fills up the last tiles is
    /// finite, and zero if nothing comes first.
    pub(crate) fn fill<'a>(
        &mut self,
        before: Option<(&Self, usize)>,
        own: usize,
        row: impl Fn(usize) -> (&'a [f32], &'a [f32]),
    ) {
        // SAFETY: `Products::best` chooses tiles only where `available` found the instructions.
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
            // Positions of the tile that are taken by `before`, and the end of those that are
            // filled.
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
    // SAFETY: the slice is 32 numbers, two registers long, and every bit pattern is valid in both
    // types of registers, which are equally large.
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
        // SAFETY: the slice is 16 numbers, as long as a register.
        Some(numbers) => unsafe { _mm512_loadu_ps(numbers[..TILE].as_ptr()) },
        None => _mm512_setzero_ps(),
    };
    // SAFETY: every bit pattern is valid in both types of registers, which are equally large, and
    // `ORDER` is 32 numbers of 2 bytes, as long as a register.
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

/// Stores a register in the first 64 bytes.
#[target_feature(enable = "avx512f")]
#[inline]
fn store(register: __m512i, bytes: &mut [u8]) {
    let bytes = &mut bytes[..STEP];
    // SAFETY: the slice is 64 bytes, as long as the register.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), register) };
}

/// Stores those brain floats of a register whose bits in `which` are set.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn store_numbers(which: u32, register: __m512i, bytes: &mut [u8]) {
    let bytes = &mut bytes[..STEP];
    // SAFETY: the slice is 64 bytes, as long as the register.
    unsafe { _mm512_mask_storeu_epi16(bytes.as_mut_ptr().cast(), which, register) };
}

#[cfg(test)]
mod tests;
