//! One trained network: from what the reading says of the words of a text to a
//! logit for each word and a post-edit rate for each sentence.
//!
//! In: features and, if the network was trained on them, states of the
//! language model, both standardised. Out: plain numbers, not yet calibrated.
//! States go to a few hundred numbers with tanh, features with relu; a
//! bidirectional GRU (Cho et al. 2014) runs over both, sentence by sentence,
//! and a hidden layer sees all of it. The same network in Python is
//! `training/head.py`.

use std::ops::Range;

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, SimdOp, SimdUnaryOp};
use rten_vecmath::{Sigmoid, Tanh};

use super::weights::{Tensors, WeightsError};
use crate::lm::Precision;
use mtlint_lm::linear::Linear;

/// Layers of fewer inputs are cheap as they are.
const WIDE: usize = 256;

/// A linear layer with its bias.
struct Layer {
    weights: Linear,
    bias: Vec<f32>,
}

impl Layer {
    fn new(
        tensors: &Tensors,
        [weights, bias]: [&str; 2],
        inputs: usize,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let bias = tensors.all(bias)?;
        let weights = tensors.sized(weights, bias.len() * inputs)?;
        let wide = inputs >= WIDE;
        let precision = if wide { precision } else { Precision::F32 };
        Ok(Self {
            weights: Linear::new(&weights, inputs, precision),
            bias,
        })
    }

    /// A row of results for each row of input.
    fn apply(&self, rows: &[f32]) -> Vec<f32> {
        let mut out = self.bias.repeat(rows.len() / self.weights.inputs());
        self.weights
            .apply(&self.weights.input(rows), &mut out, true);
        out
    }
}

/// One direction of the recurrent layer.
struct Gru {
    input: Layer,
    /// For each unit of the state, what it adds to the reset, update and new gates.
    state_weights: Vec<f32>,
    state_bias: Vec<f32>,
}

impl Gru {
    fn new(
        tensors: &Tensors,
        name: &str,
        direction: &str,
        inputs: usize,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let part = |kind: &str| format!("{name}.{kind}_l0{direction}");
        let names = [&*part("weight_ih"), &*part("bias_ih")];
        let input = Layer::new(tensors, names, inputs, precision)?;
        let units = input.bias.len() / 3;
        // The file has a row a gate.
        let by_gate = tensors.sized(&part("weight_hh"), 3 * units * units)?;
        let column = |unit| by_gate.iter().skip(unit).step_by(units.max(1));
        Ok(Self {
            input,
            state_weights: (0..units).flat_map(column).copied().collect(),
            state_bias: tensors.sized(&part("bias_hh"), 3 * units)?,
        })
    }

    fn units(&self) -> usize {
        self.state_bias.len() / 3
    }

    /// The state after each word, in the order of `words`; `gates` holds what
    /// the input contributes to the gates of every word of the text.
    fn run(
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

/// What is given to the network: one row a word.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    /// Standardised features.
    pub features: &'a [f32],
    /// Standardised states; empty for a network without.
    pub states: &'a [f32],
    /// The words of each sentence.
    pub sentences: &'a [Range<usize>],
}

/// What the network says.
pub struct Said {
    /// For each word.
    pub logits: Vec<f32>,
    /// Post-edit rate of each sentence, 0 to 1.
    pub rates: Vec<f32>,
}

/// A trained network.
pub struct Head {
    features: Layer,
    states: Option<Layer>,
    ahead: Gru,
    behind: Gru,
    hidden: Layer,
    word: Layer,
    rate: Layer,
}

impl Head {
    /// The network whose tensors' names begin with `prefix`, for rows of so
    /// many features and states. Products of wide layers are made in `precision`.
    pub fn new(
        tensors: &Tensors,
        prefix: &str,
        features: usize,
        states: usize,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let layer = |part: &str, inputs: usize| {
            let name = |kind: &str| format!("{prefix}{part}.{kind}");
            let names = [&*name("weight"), &*name("bias")];
            Layer::new(tensors, names, inputs, precision)
        };
        let features = layer("features", features)?;
        let states = (states > 0).then(|| layer("states", states)).transpose()?;
        let width = features.bias.len() + states.as_ref().map_or(0, |layer| layer.bias.len());
        let name = format!("{prefix}gru");
        let gru = |direction| Gru::new(tensors, &name, direction, width, precision);
        let (ahead, behind) = (gru("")?, gru("_reverse")?);
        let hidden = layer("hidden", ahead.units() + behind.units() + width)?;
        let units = hidden.bias.len();
        Ok(Self {
            features,
            states,
            ahead,
            behind,
            word: layer("word", units)?,
            rate: layer("rate", units + 1)?,
            hidden,
        })
    }

    /// Judges the words of a text.
    pub fn judge(&self, rows: Rows<'_>) -> Said {
        let words = rows.sentences.last().map_or(0, |sentence| sentence.end);
        if words == 0 {
            return Said {
                logits: Vec::new(),
                rates: vec![0.0; rows.sentences.len()],
            };
        }
        let inputs = self.inputs(rows);
        let width = inputs.len() / words;
        let (ahead, behind) = rayon::join(
            || self.ahead.input.apply(&inputs),
            || self.behind.input.apply(&inputs),
        );
        let run = |gru: &Gru, gates: &[f32], backwards: bool| {
            let units = gru.units();
            let mut out = vec![0.0; words * units];
            for sentence in rows.sentences {
                let keep = |word: usize, state: &[f32]| {
                    out[word * units..(word + 1) * units].copy_from_slice(state);
                };
                if backwards {
                    gru.run(gates, sentence.clone().rev(), keep);
                } else {
                    gru.run(gates, sentence.clone(), keep);
                }
            }
            out
        };
        let (ahead, behind) = rayon::join(
            || run(&self.ahead, &ahead, false),
            || run(&self.behind, &behind, true),
        );
        let joined = side_by_side(&[
            (&ahead, self.ahead.units()),
            (&behind, self.behind.units()),
            (&inputs, width),
        ]);
        let mut hidden = self.hidden.apply(&joined);
        relu(&mut hidden);
        let logits = self.word.apply(&hidden);
        let rates = rows.sentences.iter();
        let rates = rates.map(|sentence| self.rate(&hidden, &logits, sentence));
        Said {
            rates: rates.collect(),
            logits,
        }
    }

    /// What the recurrent layer sees of each word: its states, its features.
    fn inputs(&self, rows: Rows<'_>) -> Vec<f32> {
        let mut features = self.features.apply(rows.features);
        relu(&mut features);
        let Some(layer) = &self.states else {
            return features;
        };
        let mut states = layer.apply(rows.states);
        Tanh {}.map_mut(&mut states);
        side_by_side(&[
            (&states, layer.bias.len()),
            (&features, self.features.bias.len()),
        ])
    }

    /// The post-edit rate of a sentence, from the means over its words.
    fn rate(&self, hidden: &[f32], logits: &[f32], sentence: &Range<usize>) -> f32 {
        let units = self.hidden.bias.len();
        let mut mean = vec![0.0; units + 1];
        for word in sentence.clone() {
            let row = &hidden[word * units..(word + 1) * units];
            for (sum, x) in mean.iter_mut().zip(row) {
                *sum += x;
            }
            mean[units] += sigmoid(logits[word]);
        }
        for sum in &mut mean {
            *sum /= sentence.len().max(1) as f32;
        }
        sigmoid(self.rate.apply(&mean)[0])
    }
}

fn relu(numbers: &mut [f32]) {
    for x in numbers {
        *x = x.max(0.0);
    }
}

/// Rows made of the rows of several blocks, each with its width.
fn side_by_side(blocks: &[(&[f32], usize)]) -> Vec<f32> {
    let rows = blocks
        .first()
        .map_or(0, |(block, width)| block.len() / width);
    let mut out = Vec::with_capacity(blocks.iter().map(|(block, _)| block.len()).sum());
    for row in 0..rows {
        for (block, width) in blocks {
            out.extend_from_slice(&block[row * width..(row + 1) * width]);
        }
    }
    out
}

/// 1 / (1 + e⁻ˣ).
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
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

    #[test]
    fn blocks_stand_side_by_side() {
        let got = side_by_side(&[(&[1.0, 2.0, 3.0, 4.0], 2), (&[5.0, 6.0], 1)]);
        assert_eq!(got, [1.0, 2.0, 5.0, 3.0, 4.0, 6.0]);
    }
}
