//! The networks that judge words and corrections beside a sibling.
//!
//! In: a row of numbers. Out: a logit, the mean of a few small networks that differ
//! in their seeds. The weights are ours, made by `training/siblings`, and part of
//! the binary.

use super::comparison::probability;
use super::contradictions::CONTRADICTION_WIDTH;
use super::signs::{PRIOR_WIDTH, WIDTH};
use super::words::WORD_WIDTH;
use crate::detect::{Tensors, Thresholds, WeightsError};

/// The trained weights.
const TRAINED: &[u8] = include_bytes!("../../models/sibling-1.safetensors");

/// Numbers are not farther from their mean than this, in standard deviations:
/// what lies beyond was hardly seen in training.
const FARTHEST: f32 = 5.0;

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
        rows.map(|(row, bias)| {
            let products = row.iter().zip(input).map(|(w, x)| w * x);
            products.sum::<f32>() + bias
        })
        .collect()
    }

    fn rectified(&self, input: &[f32]) -> Vec<f32> {
        self.of(input).into_iter().map(|x| x.max(0.0)).collect()
    }
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
    /// Smallest probabilities that count as garbled, with a sibling.
    pub thresholds: Thresholds,
    /// Least confidence of what a tool may apply unasked, and of what is shown.
    pub(super) safe: f32,
    pub(super) shown: f32,
    /// Least probability of a contradiction that is shown.
    pub(super) contradicted: f32,
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
        probability(self.logit(row))
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
        let [safe, shown] = tensors.array("corrections.thresholds")?;
        Ok(Self {
            words: Network::new(&tensors, "words")?,
            prior: Network::new(&tensors, "prior")?,
            corrections: Network::new(&tensors, "corrections")?,
            contradictions: Network::new(&tensors, "contradictions")?,
            thresholds: Thresholds {
                precise,
                balanced,
                thorough,
            },
            safe,
            shown,
            contradicted,
        })
    }
}
