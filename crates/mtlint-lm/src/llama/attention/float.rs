//! Attention in single precision, by `rten-gemm`.
//!
//! In: queries, keys and values. Out: the values mixed for every head. It works on every processor
//! and for every width of heads.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::{Matrix, NdTensorView};

use super::super::kernels::softmax_prefix;
use super::{KvBlock, Task};

/// Working space of one task.
#[derive(Default)]
pub(super) struct Scratch {
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    scores: Vec<f32>,
    out: Vec<f32>,
}

impl Task<'_> {
    /// Computes attention in single precision, in one block of the model.
    pub(super) fn attend_in_floats(&self, block: usize, out: &mut [f32], scratch: &mut Scratch) {
        let gemm = GemmExecutor::new();
        let head_width = self.rows.shape.head_width;
        let own = self.start + self.count;
        let before: &[f32] = match self.sequence.prefix_in(block) {
            Some((KvBlock::Rows(rows), length)) => &rows[..length * self.rows.cache_row_width()],
            _ => &[],
        };
        let before = before.chunks_exact(self.rows.cache_row_width());
        let seen = before.len() + own;
        scratch.queries.clear();
        for head in self.heads() {
            for index in 0..self.count {
                scratch.queries.extend_from_slice(self.query(head, index));
            }
        }
        scratch.keys.clear();
        scratch.values.clear();
        let own = (0..own).map(|index| self.rows.cache_row(self.first_row + index));
        for row in before.chain(own) {
            let (key, value) = self.rows.key_and_value(self.kv_head, row);
            scratch.keys.extend_from_slice(key);
            scratch.values.extend_from_slice(value);
        }
        let rows = self.heads().len() * self.count;
        let keys = NdTensorView::from_data([seen, head_width], scratch.keys.as_slice());
        scratch.scores.resize(rows * seen, 0.0);
        product(
            &gemm,
            NdTensorView::from_data([rows, head_width], scratch.queries.as_slice()),
            keys.transposed(),
            &mut scratch.scores,
        );
        for (index, scores) in scratch.scores.chunks_exact_mut(seen).enumerate() {
            softmax_prefix(scores, seen - self.count + index % self.count + 1);
        }
        scratch.out.resize(rows * head_width, 0.0);
        product(
            &gemm,
            NdTensorView::from_data([rows, seen], scratch.scores.as_slice()),
            NdTensorView::from_data([seen, head_width], scratch.values.as_slice()),
            &mut scratch.out,
        );
        let results = scratch.out.chunks_exact(head_width);
        let places = self
            .heads()
            .flat_map(|head| (0..self.count).map(move |index| self.output_range(head, index)));
        for (place, result) in places.zip(results) {
            out[place].copy_from_slice(result);
        }
    }
}

fn product(
    gemm: &GemmExecutor<f32>,
    left: Matrix<'_, f32>,
    right: Matrix<'_, f32>,
    out: &mut [f32],
) {
    // A single row (one token, one head a group) is multiplied by another
    // routine with another order of sums. Which rows stand alone depends on
    // the length of the sequence only, so results stay the same in any batch.
    let result = gemm.gemm(
        out,
        GemmInputA::Unpacked(left),
        GemmInputB::Unpacked(right),
        GemmOptions::default(),
    );
    debug_assert!(result.is_ok(), "sizes are checked when the model is loaded");
}
