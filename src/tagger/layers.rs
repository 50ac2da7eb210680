//! The encoder's layers, as they stand in its file of weights, and what is done to a row
//! between them.

use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::{Gelu, Normalize, NormalizeOptions, Sum, SumSquareSub};

use crate::lm::Precision;
use crate::network::{Dense, QuantizedMatrix, Tensors, WeightsError};

/// What is added to a variance, so that its root is never 0.
const EPSILON: f32 = 1e-12;

/// The layers of these names as one, for rows of `inputs` numbers: their results stand side by
/// side. Each must make `outputs` numbers of a row, if that is given.
///
/// # Errors
/// When a tensor is missing, damaged or of another shape.
pub(super) fn dense(
    tensors: &Tensors<'_>,
    names: &[&str],
    (inputs, outputs): (usize, Option<usize>),
    precision: Precision,
) -> Result<Dense, WeightsError> {
    let (mut weights, mut bias) = (Vec::new(), Vec::new());
    for name in names {
        let matrix = QuantizedMatrix::with_columns(tensors, name, inputs)?;
        let rows = matrix.rows();
        if let Some(outputs) = outputs.filter(|outputs| *outputs != rows) {
            return Err(WeightsError(format!(
                "{name} has {rows} rows, expected {outputs}"
            )));
        }
        weights.extend(matrix.numbers());
        bias.extend(tensors.shaped(&format!("{name}.bias"), &[rows])?);
    }
    Ok(Dense::packed(&weights, bias, inputs, precision))
}

/// Applies the Gaussian error linear unit to each number (Hendrycks and Gimpel 2016), in its
/// exact form.
pub(super) fn gelu(numbers: &mut [f32]) {
    Gelu {}.map_mut(numbers);
}

/// Layer normalization: each row gets the mean 0 and the variance 1, then a weight and a bias
/// for each number.
pub(super) struct LayerNorm {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl LayerNorm {
    /// The normalization of the tensors `NAME.weight` and `NAME.bias`.
    ///
    /// # Errors
    /// When one is missing or not `width` numbers long.
    pub(super) fn new(
        tensors: &Tensors<'_>,
        name: &str,
        width: usize,
    ) -> Result<Self, WeightsError> {
        Ok(Self {
            weight: tensors.shaped(&format!("{name}.weight"), &[width])?,
            bias: tensors.shaped(&format!("{name}.bias"), &[width])?,
        })
    }

    /// Normalizes each row.
    pub(super) fn apply(&self, rows: &mut [f32]) {
        let width = self.weight.len();
        for row in rows.chunks_exact_mut(width) {
            let mean = Sum::new(row).dispatch() / width as f32;
            let variance = SumSquareSub::new(row, mean).dispatch() / width as f32;
            let options = NormalizeOptions {
                pre_scale_bias: mean,
                scale: 1.0 / (variance + EPSILON).sqrt(),
                element_scale: Some(&self.weight),
                element_bias: Some(&self.bias),
                ..NormalizeOptions::default()
            };
            Normalize::new_mut(row, options).dispatch();
        }
    }

    /// Adds to each row what a layer made of it, and normalizes the sum.
    pub(super) fn add(&self, rows: &mut [f32], made: &[f32]) {
        for (number, made) in rows.iter_mut().zip(made) {
            *number += made;
        }
        self.apply(rows);
    }
}
