//! A linear layer in single precision, packed for products.
//!
//! In: rows of weights. Out: rows of numbers times the layer. The order of
//! every sum depends on sizes only, never on threads. No tensor type leaves
//! this file.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::{Matrix, NdTensorView};

/// A matrix `input × output`, packed.
pub(crate) struct Linear {
    packed: PackedBMatrix<f32>,
}

impl Linear {
    /// From rows of `inputs` numbers, one row an output.
    pub fn new(rows: &[f32], inputs: usize) -> Self {
        let outputs = rows.len() / inputs;
        let view = NdTensorView::from_data([outputs, inputs], rows);
        let packed = GemmExecutor::<f32>::new().prepack_b(view.transposed());
        Self { packed }
    }

    /// Numbers in a row of the result.
    pub fn outputs(&self) -> usize {
        self.packed.cols()
    }

    /// `out = input × weights`, or `out += …` when `add` is set. `input` holds
    /// rows of as many numbers as the layer takes.
    pub fn apply(&self, gemm: &GemmExecutor<f32>, input: &[f32], out: &mut [f32], add: bool) {
        let inputs = self.packed.rows();
        let rows = input.len() / inputs;
        debug_assert_eq!(out.len(), rows * self.outputs());
        let options = GemmOptions {
            beta: if add { 1.0 } else { 0.0 },
            ..GemmOptions::default()
        };
        let left: Matrix<'_, f32> = NdTensorView::from_data([rows, inputs], input);
        let result = gemm.gemm(
            out,
            GemmInputA::Unpacked(left),
            GemmInputB::Packed(&self.packed),
            options,
        );
        debug_assert!(result.is_ok(), "sizes are checked when weights are loaded");
    }
}
