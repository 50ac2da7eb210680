//! Small dense networks.
//!
//! In: a row of numbers. Out: a logit, the mean of a few small networks that differ
//! in their seeds. What the numbers stand for is not known here, their names apart.

use crate::detect::{Tensors, WeightsError, sigmoid};

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
/// thousands of corrections are judged for one document.
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

impl<const N: usize> Network<N> {
    /// The network `name` of a file of weights, which takes numbers of these names.
    pub fn new(
        tensors: &Tensors<'_>,
        name: &str,
        columns: &[&str; N],
    ) -> Result<Self, WeightsError> {
        tensors.check_columns(&format!("columns.{name}"), columns)?;
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

    /// The probability of a row.
    pub fn probability(&self, row: &[f32; N]) -> f32 {
        sigmoid(self.logit(row))
    }
}
