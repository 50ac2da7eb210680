//! A linear layer in single precision, packed for products.
//!
//! In: rows of weights, then rows of input. Out: rows of `f32`. The order of
//! every sum depends on sizes only, never on the number of threads. No tensor type leaves
//! this file.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::{Matrix, NdTensorView};

/// A linear layer in single precision: a matrix `inputs × outputs`, packed.
pub(crate) struct FloatLayer {
    packed: PackedBMatrix<f32>,
}

impl FloatLayer {
    /// A layer from its weights: rows of `inputs` numbers, one row an output.
    pub(super) fn new(rows: &[f32], inputs: usize) -> Self {
        let outputs = rows.len() / inputs;
        let view = NdTensorView::from_data([outputs, inputs], rows);
        let packed = GemmExecutor::<f32>::new().prepack_b(view.transposed());
        Self { packed }
    }

    /// The number of values in a row of input.
    pub(super) fn inputs(&self) -> usize {
        self.packed.rows()
    }

    /// The number of values in a row of the result.
    pub(super) fn outputs(&self) -> usize {
        self.packed.cols()
    }

    /// `out = input × weights`, or `out += …` when `add` is set. `input` holds
    /// rows of as many numbers as the layer takes.
    pub(super) fn apply(
        &self,
        gemm: &GemmExecutor<f32>,
        input: &[f32],
        out: &mut [f32],
        add: bool,
    ) {
        let inputs = self.packed.rows();
        let rows = input.len() / inputs;
        assert_eq!(out.len(), rows * self.outputs());
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

/// Rows of input in single precision.
pub(super) struct FloatRows {
    inputs: usize,
    values: Vec<f32>,
}

impl FloatRows {
    pub(super) fn new() -> Self {
        Self {
            inputs: 0,
            values: Vec::new(),
        }
    }

    pub(super) fn resize(&mut self, rows: usize, inputs: usize) {
        self.inputs = inputs;
        self.values.resize(rows * inputs, 0.0);
    }

    pub(super) fn set(&mut self, row: usize, first: usize, values: &[f32]) {
        let at = row * self.inputs + first;
        self.values[at..at + values.len()].copy_from_slice(values);
    }

    /// Multiplies these rows with a layer. A single row is multiplied twice over: alone it would
    /// take another routine, with another order of sums, than the same row among others.
    pub(super) fn apply(&self, layer: &FloatLayer, out: &mut [f32], add: bool) {
        let gemm = GemmExecutor::new();
        if self.values.len() > self.inputs {
            return layer.apply(&gemm, &self.values, out, add);
        }
        let twice = [self.values.as_slice(), &self.values].concat();
        let mut both = [&*out, &*out].concat();
        layer.apply(&gemm, &twice, &mut both, add);
        out.copy_from_slice(&both[..out.len()]);
    }
}
