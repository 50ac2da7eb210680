//! A gated recurrent unit (GRU, Cho et al. 2014) over the words of a sentence.
//!
//! In: what each word's row of input adds to the gates. Out: the state after each word.
//! Made for inference alone; the gates are PyTorch's, in its order: reset, update, new.

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::{Sigmoid, Tanh};

use super::layers::dense;
use crate::lm::Precision;
use crate::network::{Dense, Tensors, WeightsError};

/// One direction of the recurrent layer.
pub(super) struct Gru {
    /// From a row of input to what it adds to the reset, update and new gates.
    pub(super) input: Dense,
    /// For each unit of the state, what it adds to the reset, update and new gates.
    state_weights: Vec<f32>,
    state_bias: Vec<f32>,
}

impl Gru {
    /// The layer whose tensors' names begin with `name` and end with `direction`
    /// (PyTorch's: nothing or `_reverse`), for rows of `inputs` numbers.
    ///
    /// # Errors
    /// When a tensor is missing or of another size.
    pub(super) fn new(
        tensors: &Tensors<'_>,
        name: &str,
        direction: &str,
        inputs: usize,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let part = |kind: &str| format!("{name}.{kind}_l0{direction}");
        let names = [&*part("weight_ih"), &*part("bias_ih")];
        let input = dense(tensors, names, inputs, precision)?;
        let units = input.outputs() / 3;
        // The file has a row a gate.
        let by_gate = tensors.sized(&part("weight_hh"), 3 * units * units)?;
        let column = |unit| by_gate.iter().skip(unit).step_by(units.max(1));
        Ok(Self {
            input,
            state_weights: (0..units).flat_map(column).copied().collect(),
            state_bias: tensors.sized(&part("bias_hh"), 3 * units)?,
        })
    }

    /// How many numbers a state has.
    pub(super) fn units(&self) -> usize {
        self.state_bias.len() / 3
    }

    /// Calls `keep` with the state after each word, in the order of `words`; `gates`
    /// holds what the input adds to the gates of every word of the text.
    pub(super) fn run(
        &self,
        gates: &[f32],
        words: impl Iterator<Item = usize>,
        mut keep: impl FnMut(usize, &[f32]),
    ) {
        let units = self.units();
        let mut state = vec![0.0; units];
        let mut recurrent = vec![0.0; 3 * units];
        let mut opened = vec![0.0; 2 * units];
        let mut new = vec![0.0; units];
        for word in words {
            let input = &gates[word * 3 * units..(word + 1) * 3 * units];
            let recurrence = Recurrence {
                weights: &self.state_weights,
                state: &state,
                bias: &self.state_bias,
                out: &mut recurrent,
            };
            recurrence.dispatch();
            for ((out, x), h) in opened.iter_mut().zip(input).zip(&recurrent) {
                *out = x + h;
            }
            Sigmoid {}.map_mut(&mut opened);
            let (reset, update) = opened.split_at(units);
            let inputs = input[2 * units..].iter().zip(&recurrent[2 * units..]);
            for ((out, (x, h)), reset) in new.iter_mut().zip(inputs).zip(reset) {
                *out = x + reset * h;
            }
            Tanh {}.map_mut(&mut new);
            for ((state, new), update) in state.iter_mut().zip(&new).zip(update) {
                *state = (1.0 - update) * new + update * *state;
            }
            keep(word, &state);
        }
    }
}

/// Vectors of results that [`Recurrence`] keeps in registers at once.
const BLOCK: usize = 8;

/// `out = bias + weights × state`, a row of weights for each number of the state, at
/// the processor's full width. Each sum runs in the order of the state, whatever the
/// width.
struct Recurrence<'a> {
    weights: &'a [f32],
    state: &'a [f32],
    bias: &'a [f32],
    out: &'a mut [f32],
}

impl SimdOp for Recurrence<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let lanes = ops.len();
        let width = self.out.len();
        let whole = width / (BLOCK * lanes) * (BLOCK * lanes);
        for at in (0..whole).step_by(BLOCK * lanes) {
            let mut sums: [_; BLOCK] =
                std::array::from_fn(|vector| ops.load(&self.bias[at + vector * lanes..]));
            for (x, row) in self.state.iter().zip(self.weights.chunks_exact(width)) {
                let x = ops.splat(*x);
                for (vector, sum) in sums.iter_mut().enumerate() {
                    *sum = ops.mul_add(ops.load(&row[at + vector * lanes..]), x, *sum);
                }
            }
            for (vector, sum) in sums.into_iter().enumerate() {
                ops.store(sum, &mut self.out[at + vector * lanes..]);
            }
        }
        for at in whole..width {
            let rows = self.state.iter().zip(self.weights.chunks_exact(width));
            let sum = rows.fold(self.bias[at], |sum, (x, row)| row[at].mul_add(*x, sum));
            self.out[at] = sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recurrence_is_bias_and_plain_product() {
        for units in [1, 15, 16, 33, 128] {
            let weights: Vec<f32> = (0..3 * units * units)
                .map(|i| (i % 23) as f32 / 7.0)
                .collect();
            let state: Vec<f32> = (0..units).map(|i| 1.0 - i as f32 / 50.0).collect();
            let bias: Vec<f32> = (0..3 * units).map(|i| i as f32).collect();
            let mut out = vec![0.0; 3 * units];
            Recurrence {
                weights: &weights,
                state: &state,
                bias: &bias,
                out: &mut out,
            }
            .dispatch();
            for (gate, (bias, out)) in bias.iter().zip(&out).enumerate() {
                let column = weights.iter().skip(gate).step_by(3 * units);
                let plain: f32 = column.zip(&state).map(|(w, x)| w * x).sum();
                assert!((out - bias - plain).abs() < 1e-2, "{units}");
            }
        }
    }
}
