//! Causal attention over a ragged batch.
//!
//! In: queries, keys and values of all rows. Out: one row a token, the values
//! mixed for every head. A block of query positions is taken at once; blocks
//! are cut from the start of each sequence, so that no sum depends on what else
//! is in the batch. `float.rs` computes the products in single precision,
//! `tiles.rs` in brain floats where the processor has tiles. Projections and rotation are not
//! here: see [`super::forward`].

mod float;
#[cfg(target_arch = "x86_64")]
mod tiles;

use rayon::prelude::*;

use super::clock::{Clock, Stage};
use super::forward::{Layout, Sequence};
use super::pieces::{Packed, Unpacking};
use super::pool::Pool;
use super::shape::Shape;
use crate::linear::Precision;

/// The number of query positions that one task handles: with the heads of a group stacked, a
/// few hundred rows share one packing of the keys.
pub(super) const QUERY_BLOCK: usize = 64;

/// The numbers and instructions with which products are computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Products {
    Float,
    #[cfg(target_arch = "x86_64")]
    Tiles,
}

impl Products {
    /// The fastest products that the precision allows for heads of this width.
    fn best(precision: Precision, head_width: usize) -> Self {
        #[cfg(target_arch = "x86_64")]
        if precision == Precision::Int8 && tiles::available(head_width) {
            return Self::Tiles;
        }
        let _ = (precision, head_width);
        Self::Float
    }
}

/// Working space of one task.
#[derive(Default)]
struct Scratch {
    float: float::Scratch,
    #[cfg(target_arch = "x86_64")]
    tiles: tiles::Scratch,
}

/// The keys and values of a sequence in one block of the model, in the form of the products.
pub(super) enum KvBlock {
    /// A row for each token: keys, then values of all key heads.
    Rows(Vec<f32>),
    /// Tiles for each key head.
    #[cfg(target_arch = "x86_64")]
    Tiles(Vec<tiles::KvTiles>),
}

impl KvBlock {
    /// The number of bytes that they have in memory.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Rows(rows) => size_of_val(rows.as_slice()),
            #[cfg(target_arch = "x86_64")]
            Self::Tiles(heads) => heads.iter().map(tiles::KvTiles::bytes).sum(),
        }
    }

    /// Keeps them, the number of key heads that are in tiles first: 0 for rows.
    pub(super) fn pack(&self, packed: &mut Packed) {
        match self {
            Self::Rows(rows) => {
                packed.put_number(0);
                packed.put_number(rows.len() as u32);
                packed.put_floats(rows);
            }
            #[cfg(target_arch = "x86_64")]
            Self::Tiles(heads) => {
                packed.put_number(heads.len() as u32);
                for head in heads {
                    head.pack(packed);
                }
            }
        }
    }

    /// What was kept.
    pub(super) fn unpack(packed: &mut Unpacking<'_>) -> Self {
        match packed.number() {
            #[cfg(target_arch = "x86_64")]
            heads @ 1.. => {
                Self::Tiles((0..heads).map(|_| tiles::KvTiles::unpack(packed)).collect())
            }
            _ => {
                let count = packed.number() as usize;
                Self::Rows(packed.floats(count))
            }
        }
    }

    /// The first `length` positions of `before`, then these. `length` is a multiple of
    /// [`QUERY_BLOCK`].
    pub(super) fn following(&self, before: &Self, length: usize, shape: &Shape) -> Self {
        match (before, self) {
            (Self::Rows(before), Self::Rows(own)) => {
                let values = length * cache_row_width(shape);
                Self::Rows([&before[..values], own].concat())
            }
            #[cfg(target_arch = "x86_64")]
            (Self::Tiles(before), Self::Tiles(own)) => {
                let heads = before.iter().zip(own);
                let heads = heads.map(|(before, own)| own.following(before, length));
                Self::Tiles(heads.collect())
            }
            #[cfg(target_arch = "x86_64")]
            _ => unreachable!("a model computes with one kind of products"),
        }
    }
}

/// The number of values of a row that are cached: the keys and the values of all key heads.
fn cache_row_width(shape: &Shape) -> usize {
    2 * shape.kv_heads * shape.head_width
}

/// The state of attention during one pass over a batch.
pub(super) struct Attention<'a> {
    products: Products,
    shape: Shape,
    pool: Pool<Scratch>,
    clock: &'a Clock,
    /// The keys and values of the block that was mixed last: for each sequence those of
    /// each key head.
    #[cfg(target_arch = "x86_64")]
    kv_tiles: Vec<tiles::KvTiles>,
}

impl<'a> Attention<'a> {
    pub(super) fn new(shape: Shape, precision: Precision, clock: &'a Clock) -> Self {
        Self {
            products: Products::best(precision, shape.head_width),
            shape,
            pool: Pool::new(Scratch::default),
            clock,
            #[cfg(target_arch = "x86_64")]
            kv_tiles: Vec::new(),
        }
    }

    /// Computes causal attention of every sequence to itself and its prefix, in one
    /// block of the model.
    pub(super) fn mix(
        &mut self,
        layout: &Layout<'_>,
        block: usize,
        qkv: &[f32],
        attended: &mut [f32],
    ) {
        let shape = self.shape;
        let rows = QkvRows { shape: &shape, qkv };
        #[cfg(target_arch = "x86_64")]
        if self.products == Products::Tiles {
            self.lay_out(layout, block, rows);
        }
        let out_width = shape.heads * shape.head_width;
        // Tasks own whole rows of the output, so that they can run side by side.
        let mut tasks = Vec::new();
        let mut rest = attended;
        for (number, (sequence, first_row)) in layout.sequences.iter().enumerate() {
            for start in (0..sequence.ids.len()).step_by(QUERY_BLOCK) {
                let count = QUERY_BLOCK.min(sequence.ids.len() - start);
                let (out, after) = rest.split_at_mut(count * out_width);
                rest = after;
                let task = Task {
                    rows,
                    number,
                    sequence: *sequence,
                    first_row: *first_row,
                    start,
                    count,
                    kv_head: 0,
                };
                tasks.push((task, out));
            }
        }
        tasks.into_par_iter().for_each(|(task, out)| {
            self.pool.with(|scratch| {
                self.clock.time(Stage::Attention, || {
                    for kv_head in 0..shape.kv_heads {
                        self.run(&Task { kv_head, ..task }, block, out, scratch);
                    }
                });
            });
        });
    }

    fn run(&self, task: &Task<'_>, block: usize, out: &mut [f32], scratch: &mut Scratch) {
        match self.products {
            Products::Float => task.attend_in_floats(block, out, &mut scratch.float),
            #[cfg(target_arch = "x86_64")]
            Products::Tiles => {
                let own = &self.kv_tiles[task.number * self.shape.kv_heads + task.kv_head];
                let before = task.sequence.tiles_before(block, task.kv_head);
                task.attend_in_tiles(own, before, out, &mut scratch.tiles);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn lay_out(&mut self, layout: &Layout<'_>, block: usize, rows: QkvRows<'_>) {
        let heads = self.shape.kv_heads;
        let all = layout.sequences.len() * heads;
        self.kv_tiles.resize_with(all, Default::default);
        let clock = self.clock;
        self.kv_tiles
            .par_iter_mut()
            .enumerate()
            .for_each(|(at, kv_tiles)| {
                let (sequence, first_row) = &layout.sequences[at / heads];
                let before = sequence.tiles_before(block, at % heads);
                let own = |index| rows.key_and_value(at % heads, rows.cache_row(first_row + index));
                clock.time(Stage::Attention, || {
                    kv_tiles.fill(before, sequence.ids.len(), own)
                });
            });
    }

    /// The keys and values of a sequence, in the block that was mixed last, to be cached.
    pub(super) fn cached_block(&self, layout: &Layout<'_>, number: usize, qkv: &[f32]) -> KvBlock {
        match self.products {
            Products::Float => {
                let (sequence, first_row) = &layout.sequences[number];
                let rows = QkvRows {
                    shape: &self.shape,
                    qkv,
                };
                let mut cached = Vec::with_capacity(sequence.ids.len() * rows.cache_row_width());
                for row in *first_row..first_row + sequence.ids.len() {
                    cached.extend_from_slice(rows.cache_row(row));
                }
                KvBlock::Rows(cached)
            }
            #[cfg(target_arch = "x86_64")]
            Products::Tiles => {
                let heads = self.shape.kv_heads;
                KvBlock::Tiles(self.kv_tiles[number * heads..(number + 1) * heads].to_vec())
            }
        }
    }
}

impl<'a> Sequence<'a> {
    /// The keys and values that come before the sequence's own in a block, and the number of
    /// their positions.
    fn prefix_in(&self, block: usize) -> Option<(&'a KvBlock, usize)> {
        let (prefix, length) = self.prefix.filter(|(_, length)| *length > 0)?;
        Some((&prefix.blocks[block], length))
    }

    /// The keys and values of a key head that come before the sequence's own, where they are in
    /// tiles.
    #[cfg(target_arch = "x86_64")]
    fn tiles_before(&self, block: usize, kv_head: usize) -> Option<(&'a tiles::KvTiles, usize)> {
        match self.prefix_in(block)? {
            (KvBlock::Tiles(kv_tiles), length) => Some((&kv_tiles[kv_head], length)),
            (KvBlock::Rows(_), _) => None,
        }
    }
}

/// The queries, keys and values of all rows of the batch.
#[derive(Clone, Copy)]
struct QkvRows<'a> {
    shape: &'a Shape,
    qkv: &'a [f32],
}

impl<'a> QkvRows<'a> {
    fn row(self, index: usize) -> &'a [f32] {
        let width = (self.shape.heads + 2 * self.shape.kv_heads) * self.shape.head_width;
        &self.qkv[index * width..][..width]
    }

    /// The number of values of a row that are cached.
    fn cache_row_width(self) -> usize {
        cache_row_width(self.shape)
    }

    /// The part of a row that is cached: keys, then values of all key heads.
    fn cache_row(self, index: usize) -> &'a [f32] {
        let row = self.row(index);
        &row[row.len() - self.cache_row_width()..]
    }

    /// The key and value of a key head, among those of all key heads.
    fn key_and_value(self, kv_head: usize, all: &'a [f32]) -> (&'a [f32], &'a [f32]) {
        let width = self.shape.head_width;
        let (keys, values) = all.split_at(self.shape.kv_heads * width);
        let head = kv_head * width..(kv_head + 1) * width;
        (&keys[head.clone()], &values[head])
    }
}

/// One block of query positions against one key head.
#[derive(Clone, Copy)]
struct Task<'a> {
    rows: QkvRows<'a>,
    /// The number of the sequence in the batch.
    number: usize,
    sequence: Sequence<'a>,
    first_row: usize,
    start: usize,
    count: usize,
    kv_head: usize,
}

impl Task<'_> {
    /// The heads that use the keys of the task's key head.
    fn heads(&self) -> std::ops::Range<usize> {
        let group = self.rows.shape.heads / self.rows.shape.kv_heads;
        self.kv_head * group..(self.kv_head + 1) * group
    }

    /// The query of a head at a position of the block.
    fn query(&self, head: usize, index: usize) -> &[f32] {
        let width = self.rows.shape.head_width;
        &self.rows.row(self.first_row + self.start + index)[head * width..][..width]
    }

    /// The place in the output of the result for a head at a position of the block.
    fn output_range(&self, head: usize, index: usize) -> std::ops::Range<usize> {
        let Shape {
            heads, head_width, ..
        } = *self.rows.shape;
        let at = (index * heads + head) * head_width;
        at..at + head_width
    }
}
