//! Causal attention over a ragged batch.
//!
//! In: queries, keys and values of all rows. Out: one row a token, the values
//! mixed for every head. A block of query positions is taken at once; blocks
//! are cut from the start of each sequence, so that no sum depends on what else
//! is in the batch. `float.rs` makes the products in single precision,
//! `tiles.rs` in brain floats where the processor has tiles for them.

mod float;
#[cfg(target_arch = "x86_64")]
mod tiles;

use rayon::prelude::*;

use super::clock::{Clock, Part};
use super::forward::{Layout, Sequence};
use super::pool::Pool;
use super::weights::Shape;
use crate::linear::Precision;

/// Query positions that one task handles: with the heads of a group stacked, a
/// few hundred rows share one packing of the keys.
const QUERY_BLOCK: usize = 64;

/// How the products are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Products {
    Float,
    #[cfg(target_arch = "x86_64")]
    Tiles,
}

impl Products {
    /// The fastest way that the precision allows for heads of this width.
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

/// Attention as one pass over a batch needs it.
pub(super) struct Attention<'a> {
    products: Products,
    shape: Shape,
    pool: Pool<Scratch>,
    clock: &'a Clock,
}

impl<'a> Attention<'a> {
    pub fn new(shape: Shape, precision: Precision, clock: &'a Clock) -> Self {
        Self {
            products: Products::best(precision, shape.head_width),
            shape,
            pool: Pool::new(Scratch::default),
            clock,
        }
    }

    /// Causal attention of every sequence to itself and its prefix, in one
    /// block of the model.
    pub fn mix(&self, layout: &Layout<'_>, block: usize, qkv: &[f32], attended: &mut [f32]) {
        let out_width = self.shape.heads * self.shape.head_width;
        // Tasks own whole rows of the output, so that they can run side by side.
        let mut tasks = Vec::new();
        let mut rest = attended;
        for (sequence, first_row) in &layout.sequences {
            for start in (0..sequence.ids.len()).step_by(QUERY_BLOCK) {
                let count = QUERY_BLOCK.min(sequence.ids.len() - start);
                let (out, after) = rest.split_at_mut(count * out_width);
                rest = after;
                tasks.push((*sequence, *first_row, start, count, out));
            }
        }
        let run = |(sequence, first_row, start, count, out): (_, _, _, _, &mut [f32]),
                   scratch: &mut Scratch| {
            for kv_head in 0..self.shape.kv_heads {
                let task = Task {
                    shape: &self.shape,
                    qkv,
                    block,
                    sequence,
                    first_row,
                    start,
                    count,
                    kv_head,
                };
                match self.products {
                    Products::Float => task.in_floats(out, &mut scratch.float),
                    #[cfg(target_arch = "x86_64")]
                    Products::Tiles => task.in_tiles(out, &mut scratch.tiles),
                }
            }
        };
        tasks.into_par_iter().for_each(|task| {
            self.pool.with(|scratch| {
                self.clock.time(Part::Attention, || run(task, scratch));
            });
        });
    }
}

/// One block of query positions against one key head.
struct Task<'a> {
    shape: &'a Shape,
    /// Queries, keys and values of the batch.
    qkv: &'a [f32],
    block: usize,
    sequence: Sequence<'a>,
    first_row: usize,
    start: usize,
    count: usize,
    kv_head: usize,
}

impl Task<'_> {
    /// Heads that use these keys.
    fn heads(&self) -> std::ops::Range<usize> {
        let group = self.shape.heads / self.shape.kv_heads;
        self.kv_head * group..(self.kv_head + 1) * group
    }

    /// Positions that the last query sees, those of the prefix first.
    fn seen(&self) -> usize {
        self.sequence.offset() + self.start + self.count
    }

    fn row(&self, index: usize) -> &[f32] {
        let width = (self.shape.heads + 2 * self.shape.kv_heads) * self.shape.head_width;
        &self.qkv[(self.first_row + index) * width..][..width]
    }

    /// The query of a head at a position of the block.
    fn query(&self, head: usize, index: usize) -> &[f32] {
        let width = self.shape.head_width;
        &self.row(self.start + index)[head * width..][..width]
    }

    /// Keys and values in the order of positions.
    fn keys_and_values(&self) -> impl Iterator<Item = (&[f32], &[f32])> {
        let Shape {
            heads,
            kv_heads,
            head_width,
            ..
        } = *self.shape;
        let prefix = self
            .sequence
            .prefix
            .map(|(prefix, length)| (&prefix.blocks[self.block], length));
        let before = prefix.into_iter().flat_map(move |(rows, length)| {
            rows.chunks_exact(2 * kv_heads * head_width).take(length)
        });
        let own = (0..self.start + self.count).map(move |i| &self.row(i)[heads * head_width..]);
        before.chain(own).map(move |row| {
            let (keys, values) = row.split_at(kv_heads * head_width);
            let head = self.kv_head * head_width..(self.kv_head + 1) * head_width;
            (&keys[head.clone()], &values[head])
        })
    }

    /// Where the result for a head at a position of the block belongs.
    fn place(&self, head: usize, index: usize) -> std::ops::Range<usize> {
        let width = self.shape.head_width;
        let at = (index * self.shape.heads + head) * width;
        at..at + width
    }
}
