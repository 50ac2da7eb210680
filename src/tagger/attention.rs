//! Attention of every position of a window to all of them.
//!
//! In: a row of query, key and value for each position. Out: a row of mixed values for each.
//! Everything is computed in single precision, head by head; a sum runs in the order of its
//! terms, whatever the width of the processor's vectors.

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp};
use rten_vecmath::Softmax;

/// Numbers of a row of a product that are computed at once are a divisor of this, so rows are
/// filled up to a multiple of it.
const TILE: usize = 32;
/// Rows of a product that are computed at once: with [`VECTORS`] that makes as many sums as
/// keep a processor busy and fit into its registers.
const ROWS: usize = 4;
/// Vectors of each row that are computed at once.
const VECTORS: usize = 2;

/// Attention with so many heads of one width.
pub(super) struct Attention {
    heads: usize,
    head_width: usize,
}

impl Attention {
    /// Attention with `heads` heads of `head_width` numbers each.
    pub(super) fn new(heads: usize, head_width: usize) -> Self {
        Self { heads, head_width }
    }

    /// The mixed values of each position; `projections` holds its queries for all heads, then
    /// its keys, then its values.
    pub(super) fn mix(&self, projections: &[f32]) -> Vec<f32> {
        let (width, head_width) = (self.heads * self.head_width, self.head_width);
        let positions = projections.len() / (3 * width);
        let (keys_width, values_width) = (
            positions.next_multiple_of(TILE),
            head_width.next_multiple_of(TILE),
        );
        let scale = 1.0 / (head_width as f32).sqrt();
        let mut out = vec![0.0; positions * width];
        let mut queries = vec![0.0; positions * head_width];
        // A row for each number of a key, so that the scores of a query stand side by side.
        let mut keys = vec![0.0; head_width * keys_width];
        let mut values = vec![0.0; positions * values_width];
        let mut scores = vec![0.0; positions * keys_width];
        let mut mixed = vec![0.0; positions * values_width];
        for head in 0..self.heads {
            for (position, row) in projections.chunks_exact(3 * width).enumerate() {
                let part = |index: usize| &row[index * width + head * head_width..][..head_width];
                let query = &mut queries[position * head_width..][..head_width];
                for (to, from) in query.iter_mut().zip(part(0)) {
                    *to = from * scale;
                }
                let key = keys.iter_mut().skip(position).step_by(keys_width);
                for (to, from) in key.zip(part(1)) {
                    *to = *from;
                }
                values[position * values_width..][..head_width].copy_from_slice(part(2));
            }
            Product {
                left: &queries,
                left_width: head_width,
                depth: head_width,
                right: &keys,
                right_width: keys_width,
                out: &mut scores,
            }
            .dispatch();
            for row in scores.chunks_exact_mut(keys_width) {
                Softmax::new_mut(&mut row[..positions]).dispatch();
            }
            Product {
                left: &scores,
                left_width: keys_width,
                depth: positions,
                right: &values,
                right_width: values_width,
                out: &mut mixed,
            }
            .dispatch();
            let rows = out.chunks_exact_mut(width);
            for (row, mixed) in rows.zip(mixed.chunks_exact(values_width)) {
                row[head * head_width..][..head_width].copy_from_slice(&mixed[..head_width]);
            }
        }
        out
    }
}

/// `out = left × right`, at the processor's full width. Rows of `left` lie `left_width` apart,
/// and `depth` of their numbers are taken; those of `right` and `out` lie `right_width` apart,
/// a multiple of [`TILE`].
struct Product<'a> {
    left: &'a [f32],
    left_width: usize,
    depth: usize,
    right: &'a [f32],
    right_width: usize,
    out: &'a mut [f32],
}

impl SimdOp for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(mut self, isa: I) {
        let rows = self.out.len() / self.right_width;
        let whole = rows / ROWS * ROWS;
        for column in (0..self.right_width).step_by(VECTORS * isa.f32().len()) {
            for row in (0..whole).step_by(ROWS) {
                self.block::<I, ROWS>(isa, row, column);
            }
            for row in whole..rows {
                self.block::<I, 1>(isa, row, column);
            }
        }
    }
}

impl Product<'_> {
    /// Computes [`VECTORS`] vectors of each of `R` rows, from a row and a column on.
    #[inline(always)]
    fn block<I: Isa, const R: usize>(&mut self, isa: I, row: usize, column: usize) {
        let ops = isa.f32();
        let lanes = ops.len();
        let mut left: [&[f32]; R] = [&[]; R];
        for (index, left) in left.iter_mut().enumerate() {
            *left = &self.left[(row + index) * self.left_width..][..self.depth];
        }
        let mut sums = [[ops.zero(); VECTORS]; R];
        let right = self.right.chunks_exact(self.right_width).take(self.depth);
        for (at, right) in right.enumerate() {
            let right = &right[column..column + VECTORS * lanes];
            let mut vectors = [ops.zero(); VECTORS];
            for (index, vector) in vectors.iter_mut().enumerate() {
                *vector = ops.load(&right[index * lanes..]);
            }
            for (left, sums) in left.iter().zip(&mut sums) {
                let left = ops.splat(left[at]);
                for (sum, vector) in sums.iter_mut().zip(vectors) {
                    *sum = ops.mul_add(vector, left, *sum);
                }
            }
        }
        for (index, sums) in sums.into_iter().enumerate() {
            for (vector, sum) in sums.into_iter().enumerate() {
                let at = (row + index) * self.right_width + column + vector * lanes;
                ops.store(sum, &mut self.out[at..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_the_plain_one_for_every_size() {
        for (rows, depth, width) in [(1, 1, 32), (4, 32, 64), (7, 5, 96), (254, 31, 32)] {
            let left_width = depth + 3;
            let left: Vec<f32> = (0..rows * left_width)
                .map(|i| (i % 17) as f32 / 8.0 - 1.0)
                .collect();
            let right: Vec<f32> = (0..depth * width)
                .map(|i| (i % 13) as f32 / 4.0 - 1.0)
                .collect();
            let mut out = vec![f32::NAN; rows * width];
            Product {
                left: &left,
                left_width,
                depth,
                right: &right,
                right_width: width,
                out: &mut out,
            }
            .dispatch();
            for (index, got) in out.iter().enumerate() {
                let (row, column) = (index / width, index % width);
                let plain: f32 = (0..depth)
                    .map(|k| left[row * left_width + k] * right[k * width + column])
                    .sum();
                assert!((got - plain).abs() < 1e-3, "{rows} {index}: {got} {plain}");
            }
        }
    }
}
