//! A linear layer in 8-bit integers.
//!
//! In: rows of weights, then quantized rows. Out: rows of `f32`. Each group of inputs
//! has a scale in the row and one in the weights of every output; within a
//! group the sum is exact, over the groups it is made in their order. The
//! products themselves are computed in [`super::kernel`].

use std::ops::Range;

use super::aligned::Aligned;
use super::kernel::Kernel;
use super::kernel::portable::Portable;
use super::quantize::{BLOCK, GROUP, padded, quantize};

/// The number of outputs whose weights lie side by side, four inputs of each in turn.
pub(super) const LANES: usize = 16;
/// The number of outputs in one panel, which a kernel multiplies at once.
pub(super) const PANEL: usize = 2 * LANES;
/// Room for rows of input is a multiple of this, since kernels read whole tiles of rows; those
/// beyond the last row change no result.
const ROWS_MULTIPLE: usize = 16;

/// A linear layer in 8-bit integers: a matrix `inputs × outputs`, packed.
pub(super) struct Int8Layer {
    pub kernel: Kernel,
    pub inputs: usize,
    pub outputs: usize,
    /// For each [`LANES`] outputs: `padded(inputs) / 4` lines of four weights
    /// an output.
    pub weights: Aligned,
    /// For each [`LANES`] outputs and each group: a scale an output.
    pub scales: Vec<f32>,
    /// In the same order: the sum of the weights times what must be added to
    /// activations to get their zero back to 0.
    pub corrections: Vec<i32>,
    /// The weights as the portable kernel needs them; `None` for the others.
    pub portable: Option<Portable>,
}

impl Int8Layer {
    /// A layer from its weights: rows of `inputs` numbers, one row an output.
    pub(super) fn new(rows: &[f32], inputs: usize, kernel: Kernel) -> Self {
        let outputs = rows.len() / inputs;
        let (groups, padded) = (inputs.div_ceil(GROUP), padded(inputs));
        let lanes = outputs.next_multiple_of(PANEL);
        let mut layer = Self {
            kernel,
            inputs,
            outputs,
            weights: Aligned::default(),
            scales: vec![0.0; lanes * groups],
            corrections: vec![0; lanes * groups],
            portable: None,
        };
        layer.weights.resize(lanes * padded);
        let mut integers = vec![0; padded];
        // Both sides are multiplied by a Hadamard matrix without the factor that keeps lengths.
        let hadamard_scale = 1.0 / BLOCK as f32;
        for (output, row) in rows.chunks_exact(inputs).enumerate() {
            let (panel, lane) = (output / LANES, output % LANES);
            let parts = row.chunks(GROUP).zip(integers.chunks_mut(GROUP));
            for (index, (values, integers)) in parts.enumerate() {
                let scale = quantize(kernel, values, integers, 0);
                let at = (panel * groups + index) * LANES + lane;
                layer.scales[at] = scale * hadamard_scale;
                let sum: i32 = integers.iter().map(|w| i32::from(*w as i8)).sum();
                layer.corrections[at] = -i32::from(kernel.offset()) * sum;
            }
            let lines = &mut layer.weights.bytes_mut()[panel * padded * LANES..][..padded * LANES];
            for (line, four) in lines
                .chunks_exact_mut(4 * LANES)
                .zip(integers.chunks_exact(4))
            {
                line[lane * 4..lane * 4 + 4].copy_from_slice(four);
            }
        }
        if kernel.is_portable() {
            layer.portable = Some(Portable::new(&layer));
        }
        layer
    }

    /// The number of groups in a row.
    pub(super) fn groups(&self) -> usize {
        self.inputs.div_ceil(GROUP)
    }

    /// The inputs of a group, including those that fill up its last block.
    pub(super) fn inputs_of(&self, group: usize) -> Range<usize> {
        group * GROUP..padded(self.inputs).min((group + 1) * GROUP)
    }

    /// The index in `weights` of the weight of an input and an output.
    pub(super) fn weight_index(&self, input: usize, output: usize) -> usize {
        let panel = output / LANES * LANES * padded(self.inputs);
        panel + input / 4 * 4 * LANES + output % LANES * 4 + input % 4
    }

    /// Multiplies rows: `out = input × weights`, or `out += input × weights` when `add` is set.
    pub(super) fn apply(&self, input: &QuantizedRows, out: &mut [f32], add: bool) {
        assert_eq!(input.inputs, self.inputs);
        assert_eq!(out.len(), input.rows * self.outputs);
        self.kernel.apply(self, input, out, add);
    }

    /// One number of the product, to the last bit as [`Self::apply`] computes it.
    pub(super) fn number(&self, input: &QuantizedRows, row: usize, output: usize) -> f32 {
        let (groups, padded) = (self.groups(), padded(self.inputs));
        let integers = &input.integers.bytes()[row * padded..][..padded];
        let weights = self.weights.bytes();
        let mut sum = 0.0;
        for group in 0..groups {
            let dot: i32 = self
                .inputs_of(group)
                .map(|k| {
                    let activation = integers[k].wrapping_sub(self.kernel.offset()) as i8;
                    i32::from(activation) * i32::from(weights[self.weight_index(k, output)] as i8)
                })
                .sum();
            let scale = input.scales[row * groups + group];
            let at = (output / LANES * groups + group) * LANES + output % LANES;
            sum = self.kernel.add_group(sum, dot, scale, self.scales[at]);
        }
        sum
    }
}

/// Rows of input in 8-bit integers.
pub(super) struct QuantizedRows {
    pub kernel: Kernel,
    pub rows: usize,
    pub inputs: usize,
    /// Rows of `padded(inputs)`, a multiple of [`ROWS_MULTIPLE`] of them.
    pub integers: Aligned,
    /// For each row a scale for each group.
    pub scales: Vec<f32>,
}

impl QuantizedRows {
    pub(super) fn new(kernel: Kernel) -> Self {
        Self {
            kernel,
            rows: 0,
            inputs: 0,
            integers: Aligned::default(),
            scales: Vec::new(),
        }
    }

    /// Makes room for rows; what was set before is lost.
    pub(super) fn resize(&mut self, rows: usize, inputs: usize) {
        (self.rows, self.inputs) = (rows, inputs);
        let padded_rows = rows.next_multiple_of(ROWS_MULTIPLE);
        self.integers.resize(padded_rows * padded(inputs));
        let groups = inputs.div_ceil(GROUP);
        self.scales.resize(padded_rows * groups, 0.0);
    }

    /// Sets numbers of a row from the input `first` on, which must start a
    /// group.
    pub(super) fn set(&mut self, row: usize, first: usize, values: &[f32]) {
        assert_eq!(first % GROUP, 0);
        let padded = padded(self.inputs);
        let integers = &mut self.integers.bytes_mut()[row * padded..][..padded];
        let scales = &mut self.scales[row * self.inputs.div_ceil(GROUP)..];
        let parts = integers[first..]
            .chunks_mut(GROUP)
            .zip(&mut scales[first / GROUP..]);
        for (values, (integers, scale)) in values.chunks(GROUP).zip(parts) {
            *scale = quantize(self.kernel, values, integers, self.kernel.offset());
        }
    }
}
