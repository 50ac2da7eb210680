//! Products by `rten-gemm`, on any processor.
//!
//! In: a packed layer and quantized rows. Out: rows of `f32`. There is one product for each group,
//! then a pass that scales it.

use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix};
use rten_tensor::prelude::*;
use rten_tensor::{NdTensor, NdTensorView};

use super::super::int8::{Int8Layer, LANES, QuantizedRows};
use super::super::quantize::{GROUP, padded};

/// Whether `rten-gemm` sums these products in 16 bits on this processor.
pub(super) fn saturates() -> bool {
    GemmExecutor::<u8, i8, i32>::new().may_saturate()
}

/// The weights of a layer in the form that `rten-gemm` needs, a matrix for each group.
pub(in super::super) struct Portable {
    groups: Vec<PackedBMatrix<i8>>,
}

impl Portable {
    pub(crate) fn new(layer: &Int8Layer) -> Self {
        let padded = padded(layer.inputs);
        let weights = layer.weights.bytes();
        let gemm = GemmExecutor::<u8, i8, i32>::new();
        let groups = (0..padded)
            .step_by(GROUP)
            .map(|first| {
                let end = padded.min(first + GROUP);
                let matrix = NdTensor::from_fn([end - first, layer.outputs], |[input, output]| {
                    weights[layer.weight_index(first + input, output)] as i8
                });
                gemm.prepack_b(matrix.view())
            })
            .collect();
        Self { groups }
    }
}

/// Multiplies rows with rten-gemm: see [`Int8Layer::apply`].
pub(super) fn apply(layer: &Int8Layer, input: &QuantizedRows, out: &mut [f32], add: bool) {
    let Some(portable) = &layer.portable else {
        debug_assert!(false, "a portable layer has its weights in this form");
        return;
    };
    let (rows, outputs) = (input.rows, layer.outputs);
    let padded = padded(layer.inputs);
    let integers =
        NdTensorView::from_data([rows, padded], &input.integers.bytes()[..rows * padded]);
    let mut dots = vec![0; rows * outputs];
    let mut sums = vec![0.0; if add { rows * outputs } else { 0 }];
    let target = if add { sums.as_mut_slice() } else { &mut *out };
    target.fill(0.0);
    let gemm = GemmExecutor::<u8, i8, i32>::new();
    for (group, weights) in portable.groups.iter().enumerate() {
        let first = group * GROUP;
        let part = integers.slice((.., first..first + weights.rows()));
        let result = gemm.gemm(
            &mut dots,
            GemmInputA::Unpacked(part),
            GemmInputB::Packed(weights),
            GemmOptions::default(),
        );
        debug_assert!(result.is_ok(), "sizes are checked when weights are loaded");
        let groups = portable.groups.len();
        for (row, (sums, dots)) in target
            .chunks_exact_mut(outputs)
            .zip(dots.chunks_exact(outputs))
            .enumerate()
        {
            let scale = input.scales[row * groups + group];
            let lanes = sums.chunks_mut(LANES).zip(dots.chunks(LANES)).enumerate();
            for (panel, (sums, dots)) in lanes {
                let at = (panel * groups + group) * LANES;
                let parameters = layer.scales[at..].iter().zip(&layer.corrections[at..]);
                for ((sum, dot), (weight_scale, correction)) in
                    sums.iter_mut().zip(dots).zip(parameters)
                {
                    *sum += (dot + correction) as f32 * scale * weight_scale;
                }
            }
        }
    }
    if add {
        for (out, sum) in out.iter_mut().zip(&sums) {
            *out += sum;
        }
    }
}
