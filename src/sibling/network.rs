//! The networks that judge words and corrections beside a sibling.
//!
//! In: a row of numbers. Out: a logit, the mean of a few small networks that differ
//! in their seeds. The weights are ours, made by `training/siblings`, and part of
//! the binary.

use super::beside::Whole;
use super::contradictions::CONTRADICTION_WIDTH;
use super::signs::{PRIOR_WIDTH, WIDTH};
use super::words::WORD_WIDTH;
use crate::detect::{Tensors, ThresholdShift, Thresholds, WeightsError, sigmoid};

/// The trained weights.
const TRAINED: &[u8] = include_bytes!("../../models/sibling-1.safetensors");

/// Numbers are not farther from their mean than this, in standard deviations:
/// what lies beyond was hardly seen in training.
const FARTHEST: f32 = 5.0;

/// Products that are added side by side.
const LANES: usize = 8;

/// Networks of `N` numbers whose logits are averaged.
pub(super) struct Network<const N: usize> {
    mean: [f32; N],
    scale: [f32; N],
    members: Vec<Member>,
}

/// Two hidden layers (rectified), then one number.
struct Member {
    first: Layer,
    second: Layer,
    out: Layer,
}

/// A row of weights for each output, one behind the other, and what is added.
struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    fn of(&self, input: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(input.len()).zip(&self.bias);
        rows.map(|(row, bias)| product(row, input) + bias).collect()
    }

    fn rectified(&self, input: &[f32]) -> Vec<f32> {
        self.of(input).into_iter().map(|x| x.max(0.0)).collect()
    }
}

/// The sum of the products of two rows, by lanes, which processors add at once:
/// thousands of corrections are weighed for one document.
fn product(a: &[f32], b: &[f32]) -> f32 {
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

/// All that is learnt of siblings.
pub struct SiblingModel {
    /// From what is suspected of a word alone, and the sibling's word there.
    pub(super) words: Network<WORD_WIDTH>,
    /// Whether a correction helps, before the model reads it.
    pub(super) prior: Network<PRIOR_WIDTH>,
    /// Whether it helps.
    pub(super) corrections: Network<WIDTH>,
    /// Whether two facts contradict each other.
    pub(super) contradictions: Network<CONTRADICTION_WIDTH>,
    /// What the sentences that a sibling tells say of the others.
    pub(super) rest: Rest,
    /// Smallest probabilities that count as garbled, with a sibling.
    pub(super) thresholds: Thresholds,
    /// How far `precise` falls with the share of the document that is garbled.
    pub(super) fall: ThresholdShift,
    /// Least confidence of what a tool may apply unasked, and of what is shown.
    pub(super) safe: f32,
    pub(super) shown: f32,
    /// Least probability of a contradiction that is shown.
    pub(super) contradicted: f32,
}

/// How the logit of a word that a sibling leaves out follows from what is known of
/// the words that it tells: where those are right, the others mostly are too. It
/// counts by the share of the document that is told.
pub(super) struct Rest {
    told: f32,
    /// For each unit of the logit of what is garbled among the told words.
    judged: f32,
    /// For each unit of the word's own.
    alone: f32,
}

impl Rest {
    /// The logit of a word that has the logit `alone` by itself.
    pub fn logit(&self, alone: f32, whole: &Whole) -> f32 {
        alone + whole.told * (self.told + self.judged * whole.garbled + self.alone * alone)
    }
}

impl<const N: usize> Network<N> {
    fn new(tensors: &Tensors<'_>, name: &str) -> Result<Self, WeightsError> {
        let name = |part: &str| format!("{name}.{part}");
        // Members stand one behind the other in each tensor.
        let added = tensors.all(&name("out.bias"))?;
        let members = added.len().max(1);
        let layers = |part: &str, input: usize| -> Result<Vec<Layer>, WeightsError> {
            let bias = tensors.all(&name(&format!("{part}.bias")))?;
            let size = bias.len() / members;
            let all = input * size * members;
            let weights = tensors.sized(&name(&format!("{part}.weight")), all)?;
            let weights = weights.chunks_exact((input * size).max(1));
            let layers = weights.zip(bias.chunks_exact(size.max(1)));
            Ok(layers
                .map(|(weights, bias)| Layer {
                    weights: weights.to_vec(),
                    bias: bias.to_vec(),
                })
                .collect())
        };
        let first = layers("first", N)?;
        let width = first.first().map_or(0, |layer| layer.bias.len());
        let second = layers("second", width)?;
        let width = second.first().map_or(0, |layer| layer.bias.len());
        let out = layers("out", width)?;
        let members = first.into_iter().zip(second).zip(out);
        Ok(Self {
            mean: tensors.array(&name("mean"))?,
            scale: tensors.array(&name("scale"))?,
            members: members
                .map(|((first, second), out)| Member { first, second, out })
                .collect(),
        })
    }

    /// The logit of a row.
    pub fn logit(&self, row: &[f32; N]) -> f32 {
        let mut scaled = *row;
        for ((value, mean), scale) in scaled.iter_mut().zip(&self.mean).zip(&self.scale) {
            *value = ((*value - mean) * scale).clamp(-FARTHEST, FARTHEST);
        }
        let of = |member: &Member| {
            let hidden = member.second.rectified(&member.first.rectified(&scaled));
            member.out.of(&hidden).into_iter().sum::<f32>()
        };
        let sum: f32 = self.members.iter().map(of).sum();
        sum / self.members.len().max(1) as f32
    }

    /// The probability.
    pub fn probability(&self, row: &[f32; N]) -> f32 {
        sigmoid(self.logit(row))
    }
}

impl SiblingModel {
    /// The judge that is part of the binary.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn embedded() -> Result<Self, WeightsError> {
        let tensors = Tensors::new(TRAINED)?;
        let [precise, balanced, thorough] = tensors.array("thresholds")?;
        let [contradicted] = tensors.array("contradictions.threshold")?;
        let [slope, from] = tensors.array("fall")?;
        let [told, judged, alone] = tensors.array("rest")?;
        let [safe, shown] = tensors.array("corrections.thresholds")?;
        Ok(Self {
            words: Network::new(&tensors, "words")?,
            prior: Network::new(&tensors, "prior")?,
            corrections: Network::new(&tensors, "corrections")?,
            contradictions: Network::new(&tensors, "contradictions")?,
            rest: Rest {
                told,
                judged,
                alone,
            },
            thresholds: Thresholds {
                precise,
                balanced,
                thorough,
            },
            fall: ThresholdShift { slope, from },
            safe,
            shown,
            contradicted,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_speaks_for_what_is_left_out() {
        let rest = SiblingModel::embedded().unwrap().rest;
        let of = |told, garbled| rest.logit(0.5, &Whole { told, garbled });
        assert_eq!(of(0.0, -4.0).to_bits(), 0.5f32.to_bits());
        assert!(of(0.8, -4.0) < of(0.8, 0.0));
        assert!(of(0.8, -4.0) < of(0.4, -4.0));
        assert!(of(0.4, -4.0) < 0.5);
    }
}
