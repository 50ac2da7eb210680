//! One trained network: from what the reading says of the words of a text to a
//! logit for each word and a post-edit rate for each sentence.
//!
//! In: features and, if the network was trained on them, states of the
//! language model, both standardized. Out: plain numbers, not yet calibrated.
//! States go to a few hundred numbers with tanh, features with relu; a
//! bidirectional [`Gru`] runs over both, sentence by sentence,
//! and a hidden layer sees all of it. The same network in Python is
//! `training/head.py`.

use std::ops::Range;

use rten_simd::SimdUnaryOp;
use rten_vecmath::Tanh;

use super::gru::Gru;
use super::layers::dense;
use crate::lm::Precision;
use crate::network::{Dense, Tensors, WeightsError, sigmoid};

/// What a [`Head`] is given of a text: one row a word.
#[derive(Clone, Copy)]
pub(super) struct HeadInput<'a> {
    /// Standardized features, row by row.
    pub features: &'a [f32],
    /// Standardized states, row by row; empty for a network without.
    pub states: &'a [f32],
    /// The words of each sentence, as indices.
    pub sentences: &'a [Range<usize>],
}

/// What a [`Head`] makes of a text.
pub(super) struct HeadOutput {
    /// The logit of each word.
    pub logits: Vec<f32>,
    /// The post-edit rate of each sentence, 0 to 1.
    pub rates: Vec<f32>,
    /// The logits of the kinds of each word, row by row; empty for a network without.
    pub kinds: Vec<f32>,
}

/// A trained network.
pub(super) struct Head {
    features: Dense,
    states: Option<Dense>,
    forward: Gru,
    backward: Gru,
    hidden: Dense,
    word: Dense,
    rate: Dense,
    kinds: Option<Dense>,
}

impl Head {
    /// The network whose tensors' names begin with `prefix`, for rows of so
    /// many features and states; `kinds` says whether it tells kinds of errors apart. Products
    /// of wide layers are made in `precision`.
    ///
    /// # Errors
    /// When a tensor is missing or of another size.
    pub(super) fn new(
        tensors: &Tensors<'_>,
        prefix: &str,
        (features, states): (usize, usize),
        kinds: bool,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let layer = |part: &str, inputs: usize| {
            let name = |kind: &str| format!("{prefix}{part}.{kind}");
            let names = [&*name("weight"), &*name("bias")];
            dense(tensors, names, inputs, precision)
        };
        let features = layer("features", features)?;
        let states = (states > 0).then(|| layer("states", states)).transpose()?;
        let width = features.outputs() + states.as_ref().map_or(0, Dense::outputs);
        let name = format!("{prefix}gru");
        let gru = |direction| Gru::new(tensors, &name, direction, width, precision);
        let (forward, backward) = (gru("")?, gru("_reverse")?);
        let hidden = layer("hidden", forward.units() + backward.units() + width)?;
        let units = hidden.outputs();
        Ok(Self {
            features,
            states,
            forward,
            backward,
            word: layer("word", units)?,
            rate: layer("rate", units + 1)?,
            kinds: kinds.then(|| layer("kinds", units)).transpose()?,
            hidden,
        })
    }

    /// What the network makes of the words of a text.
    pub(super) fn predict(&self, rows: HeadInput<'_>) -> HeadOutput {
        let words = rows.sentences.last().map_or(0, |sentence| sentence.end);
        if words == 0 {
            return HeadOutput {
                logits: Vec::new(),
                rates: vec![0.0; rows.sentences.len()],
                kinds: Vec::new(),
            };
        }
        let inputs = self.inputs(rows);
        let width = inputs.len() / words;
        let (forward, backward) = rayon::join(
            || self.forward.input.apply(&inputs),
            || self.backward.input.apply(&inputs),
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
        let (forward, backward) = rayon::join(
            || run(&self.forward, &forward, false),
            || run(&self.backward, &backward, true),
        );
        let joined = side_by_side(&[
            (&forward, self.forward.units()),
            (&backward, self.backward.units()),
            (&inputs, width),
        ]);
        let hidden = self.hidden.rectified(&joined);
        let logits = self.word.apply(&hidden);
        let rates = rows.sentences.iter();
        let rates = rates.map(|sentence| self.rate(&hidden, &logits, sentence));
        HeadOutput {
            rates: rates.collect(),
            kinds: self
                .kinds
                .as_ref()
                .map_or(Vec::new(), |layer| layer.apply(&hidden)),
            logits,
        }
    }

    /// What the recurrent layer sees of each word: its states, its features.
    fn inputs(&self, rows: HeadInput<'_>) -> Vec<f32> {
        let features = self.features.rectified(rows.features);
        let Some(layer) = &self.states else {
            return features;
        };
        let mut states = layer.apply(rows.states);
        Tanh {}.map_mut(&mut states);
        side_by_side(&[
            (&states, layer.outputs()),
            (&features, self.features.outputs()),
        ])
    }

    /// The post-edit rate of a sentence, from the means over its words.
    fn rate(&self, hidden: &[f32], logits: &[f32], sentence: &Range<usize>) -> f32 {
        let units = self.hidden.outputs();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_side_by_side() {
        let got = side_by_side(&[(&[1.0, 2.0, 3.0, 4.0], 2), (&[5.0, 6.0], 1)]);
        assert_eq!(got, [1.0, 2.0, 5.0, 3.0, 4.0, 6.0]);
    }
}
