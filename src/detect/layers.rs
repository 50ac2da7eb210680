//! The detector's dense layers, as they stand in a file of weights.

use crate::lm::Precision;
use crate::network::{Dense, Tensors, WeightsError};

/// Fewest inputs of a layer whose products are made in the precision of the language
/// model; smaller layers cost little in single precision.
const MIN_WIDE_INPUTS: usize = 256;

/// The layer of the tensors with these names, for rows of `inputs` numbers; a wide one
/// makes its products in `precision`.
///
/// # Errors
/// When a tensor is missing or of another size.
pub(super) fn dense(
    tensors: &Tensors<'_>,
    [weights, bias]: [&str; 2],
    inputs: usize,
    precision: Precision,
) -> Result<Dense, WeightsError> {
    let bias = tensors.all(bias)?;
    let weights = tensors.sized(weights, bias.len() * inputs)?;
    let wide = inputs >= MIN_WIDE_INPUTS;
    let precision = if wide { precision } else { Precision::F32 };
    Ok(Dense::packed(&weights, bias, inputs, precision))
}
