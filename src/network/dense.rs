//! Dense layers: a matrix of weights times a row of numbers, plus a bias.
//!
//! In: weights with a row of numbers for each output, and rows of input. Out: rows of
//! results. How the products are made is chosen when a layer is made, since the sums of
//! each network's figures were measured in one order, and another one gives other last
//! bits. It reads no file: [`super::Tensors`] does.

use crate::lm::Precision;
use mtlint_lm::linear::Linear;

/// Sums that [`Dense::in_lanes`] adds products to side by side.
const LANES: usize = 8;

/// A dense layer.
pub(crate) struct Dense {
    weights: Weights,
    bias: Vec<f32>,
}

/// The weights, by the order in which products are added.
enum Weights {
    /// Packed for many rows of input at once.
    Packed(Linear),
    /// A row for each output, one behind the other; products are added one by one.
    InOrder(Vec<f32>),
    /// A row for each output, one behind the other; products are added in [`LANES`] sums.
    InLanes(Vec<f32>),
}

impl Dense {
    /// A layer for many rows of `inputs` numbers at once, with products made in
    /// `precision`. `weights` has a row of `inputs` numbers for each number of `bias`.
    pub(crate) fn packed(
        weights: &[f32],
        bias: Vec<f32>,
        inputs: usize,
        precision: Precision,
    ) -> Self {
        Self {
            weights: Weights::Packed(Linear::new(weights, inputs, precision)),
            bias,
        }
    }

    /// A layer for single rows that adds the products of each row one by one.
    pub(crate) fn in_order(weights: Vec<f32>, bias: Vec<f32>) -> Self {
        Self {
            weights: Weights::InOrder(weights),
            bias,
        }
    }

    /// A layer for single rows that adds products in lanes, which processors do at once:
    /// thousands of corrections are scored for one document.
    pub(crate) fn in_lanes(weights: Vec<f32>, bias: Vec<f32>) -> Self {
        Self {
            weights: Weights::InLanes(weights),
            bias,
        }
    }

    /// How many numbers a row of results has.
    pub(crate) fn outputs(&self) -> usize {
        self.bias.len()
    }

    /// A row of results for each row of input; layers for single rows take `rows` as one.
    pub(crate) fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let single = |row_sum: fn(&[f32], &[f32]) -> f32, weights: &[f32]| {
            let weights = weights.chunks_exact(rows.len().max(1)).zip(&self.bias);
            weights
                .map(|(row, bias)| row_sum(row, rows) + bias)
                .collect()
        };
        match &self.weights {
            Weights::Packed(weights) => {
                let mut out = self.bias.repeat(rows.len() / weights.inputs());
                weights.apply(&weights.input(rows), &mut out, true);
                out
            }
            Weights::InOrder(weights) => single(sum_in_order, weights),
            Weights::InLanes(weights) => single(sum_in_lanes, weights),
        }
    }

    /// A row of results for each row of input, as [`Self::apply`] makes them, with negative
    /// numbers set to 0 (ReLU).
    pub(crate) fn rectified(&self, rows: &[f32]) -> Vec<f32> {
        let mut out = self.apply(rows);
        rectify(&mut out);
        out
    }
}

/// The sum of the products of two rows, one by one.
fn sum_in_order(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The sum of the products of two rows, in lanes.
fn sum_in_lanes(a: &[f32], b: &[f32]) -> f32 {
    let ((a, a_rest), (b, b_rest)) = (a.as_chunks::<LANES>(), b.as_chunks::<LANES>());
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest = a_rest.iter().zip(b_rest).map(|(a, b)| a * b);
    sums.iter().sum::<f32>() + rest.sum::<f32>()
}

/// Sets what is below 0 to 0 (ReLU).
fn rectify(numbers: &mut [f32]) {
    for x in numbers {
        *x = x.max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_orders_give_the_same_product_but_for_the_last_bits() {
        for inputs in [1, 7, 8, 19] {
            let weights: Vec<f32> = (0..3 * inputs).map(|i| (i % 11) as f32 / 7.0).collect();
            let bias = vec![0.5, -1.0, 0.25];
            let row: Vec<f32> = (0..inputs).map(|i| 1.0 - i as f32 / 5.0).collect();
            let plain = |output: usize| {
                let weights = &weights[output * inputs..(output + 1) * inputs];
                weights.iter().zip(&row).map(|(a, b)| a * b).sum::<f32>() + bias[output]
            };
            for layer in [
                Dense::packed(&weights, bias.clone(), inputs, Precision::F32),
                Dense::in_order(weights.clone(), bias.clone()),
                Dense::in_lanes(weights.clone(), bias.clone()),
            ] {
                assert_eq!(layer.outputs(), 3);
                for (output, got) in layer.apply(&row).into_iter().enumerate() {
                    assert!((got - plain(output)).abs() < 1e-4, "{inputs}");
                }
                assert!(layer.rectified(&row).iter().all(|x| *x >= 0.0));
            }
        }
    }
}
