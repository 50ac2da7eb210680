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

/// Keys and values of a sequence in one block of the model, as the products take them.
pub(super) enum Kept {
    /// A row for each token: keys, then values of all key heads.
    Rows(Vec<f32>),
    /// For each key head.
    #[cfg(target_arch = "x86_64")]
    Tiles(Vec<tiles::Laid>),
}

/// Attention as one pass over a batch needs it.
pub(super) struct Attention<'a> {
    products: Products,
    shape: Shape,
    pool: Pool<Scratch>,
    clock: &'a Clock,
    /// Keys and values in the block that was mixed last, for each sequence those of
    /// each key head.
    #[cfg(target_arch = "x86_64")]
    laid: Vec<tiles::Laid>,
}

impl<'a> Attention<'a> {
    pub fn new(shape: Shape, precision: Precision, clock: &'a Clock) -> Self {
        Self {
            products: Products::best(precision, shape.head_width),
            shape,
            pool: Pool::new(Scratch::default),
            clock,
            #[cfg(target_arch = "x86_64")]
            laid: Vec::new(),
        }
    }

    /// Causal attention of every sequence to itself and its prefix, in one
    /// block of the model.
    pub fn mix(&mut self, layout: &Layout<'_>, block: usize, qkv: &[f32], attended: &mut [f32]) {
        let shape = self.shape;
        let rows = Rows { shape: &shape, qkv };
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
                self.clock.time(Part::Attention, || {
                    for kv_head in 0..shape.kv_heads {
                        self.run(&Task { kv_head, ..task }, block, out, scratch);
                    }
                });
            });
        });
    }

    fn run(&self, task: &Task<'_>, block: usize, out: &mut [f32], scratch: &mut Scratch) {
        match self.products {
            Products::Float => task.in_floats(block, out, &mut scratch.float),
            #[cfg(target_arch = "x86_64")]
            Products::Tiles => {
                let own = &self.laid[task.number * self.shape.kv_heads + task.kv_head];
                let before = task.sequence.laid_before(block, task.kv_head);
                task.in_tiles(own, before, out, &mut scratch.tiles);
            }
        }
    }

    #[cfg(target_arch = "x86_64")]
    fn lay_out(&mut self, layout: &Layout<'_>, block: usize, rows: Rows<'_>) {
        let heads = self.shape.kv_heads;
        let all = layout.sequences.len() * heads;
        self.laid.resize_with(all, Default::default);
        let clock = self.clock;
        self.laid.par_iter_mut().enumerate().for_each(|(at, laid)| {
            let (sequence, first_row) = &layout.sequences[at / heads];
            let before = sequence.laid_before(block, at % heads);
            let own = |index| rows.key_and_value(at % heads, rows.kept(first_row + index));
            clock.time(Part::Attention, || {
                laid.fill(before, sequence.ids.len(), own)
            });
        });
    }

    /// The keys and values of a sequence, in the block that was mixed last.
    pub fn kept(&self, layout: &Layout<'_>, number: usize, qkv: &[f32]) -> Kept {
        match self.products {
            Products::Float => {
                let (sequence, first_row) = &layout.sequences[number];
                let rows = Rows {
                    shape: &self.shape,
                    qkv,
                };
                let mut kept = Vec::with_capacity(sequence.ids.len() * rows.kept_width());
                for row in *first_row..first_row + sequence.ids.len() {
                    kept.extend_from_slice(rows.kept(row));
                }
                Kept::Rows(kept)
            }
            #[cfg(target_arch = "x86_64")]
            Products::Tiles => {
                let heads = self.shape.kv_heads;
                Kept::Tiles(self.laid[number * heads..(number + 1) * heads].to_vec())
            }
        }
    }
}

impl<'a> Sequence<'a> {
    /// Keys and values in a block that come before the sequence's own, and how many.
    fn before(&self, block: usize) -> Option<(&'a Kept, usize)> {
        let (prefix, length) = self.prefix.filter(|(_, length)| *length > 0)?;
        Some((&prefix.blocks[block], length))
    }

    /// Those of a key head, where they were kept in tiles.
    #[cfg(target_arch = "x86_64")]
    fn laid_before(&self, block: usize, kv_head: usize) -> Option<(&'a tiles::Laid, usize)> {
        match self.before(block)? {
            (Kept::Tiles(laid), length) => Some((&laid[kv_head], length)),
            (Kept::Rows(_), _) => None,
        }
    }
}

/// Queries, keys and values of the batch.
#[derive(Clone, Copy)]
struct Rows<'a> {
    shape: &'a Shape,
    qkv: &'a [f32],
}

impl<'a> Rows<'a> {
    fn row(self, index: usize) -> &'a [f32] {
        let width = (self.shape.heads + 2 * self.shape.kv_heads) * self.shape.head_width;
        &self.qkv[index * width..][..width]
    }

    /// Numbers that are kept of a row.
    fn kept_width(self) -> usize {
        2 * self.shape.kv_heads * self.shape.head_width
    }

    /// What is kept of a row: keys, then values of all key heads.
    fn kept(self, index: usize) -> &'a [f32] {
        let row = self.row(index);
        &row[row.len() - self.kept_width()..]
    }

    /// A key head's key and value among those of all.
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
    rows: Rows<'a>,
    /// Which sequence it is of.
    number: usize,
    sequence: Sequence<'a>,
    first_row: usize,
    start: usize,
    count: usize,
    kv_head: usize,
}

impl Task<'_> {
    /// Heads that use these keys.
    fn heads(&self) -> std::ops::Range<usize> {
        let group = self.rows.shape.heads / self.rows.shape.kv_heads;
        self.kv_head * group..(self.kv_head + 1) * group
    }

    /// The query of a head at a position of the block.
    fn query(&self, head: usize, index: usize) -> &[f32] {
        let width = self.rows.shape.head_width;
        &self.rows.row(self.first_row + self.start + index)[head * width..][..width]
    }

    /// Where the result for a head at a position of the block belongs.
    fn place(&self, head: usize, index: usize) -> std::ops::Range<usize> {
        let Shape {
            heads, head_width, ..
        } = *self.rows.shape;
        let at = (index * heads + head) * head_width;
        at..at + head_width
    }
}
