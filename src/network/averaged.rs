//! A few small networks, averaged.
//!
//! In: a row of numbers. Out: a logit, the mean of a few small networks that differ in
//! their seeds. It checks the names of the numbers and does not know what they mean.

use super::{Dense, Tensors, WeightsError, sigmoid};

/// The farthest that a number may lie from its mean, in standard deviations: what lies
/// beyond was hardly seen in training, and is cut off.
const MAX_DEVIATIONS: f32 = 5.0;

/// Networks of `N` numbers whose logits are averaged.
pub(crate) struct Networks<const N: usize> {
    mean: [f32; N],
    scale: [f32; N],
    members: Vec<Member>,
}

/// One of the networks: two hidden layers (rectified), then one number.
struct Member {
    first: Dense,
    second: Dense,
    out: Dense,
}

impl<const N: usize> Networks<N> {
    /// Reads the network `name` of a file of weights. `columns` names the numbers of its
    /// rows.
    ///
    /// # Errors
    /// When the file was trained on other columns, or a tensor is missing or of another
    /// size.
    pub(crate) fn new(
        tensors: &Tensors<'_>,
        name: &str,
        columns: &[&str; N],
    ) -> Result<Self, WeightsError> {
        tensors.check_columns(&format!("columns.{name}"), columns)?;
        let name = |part: &str| format!("{name}.{part}");
        // Members stand one behind the other in each tensor.
        let added = tensors.all(&name("out.bias"))?;
        let members = added.len().max(1);
        let layers = |part: &str, input: usize| -> Result<Vec<Dense>, WeightsError> {
            let bias = tensors.all(&name(&format!("{part}.bias")))?;
            let size = bias.len() / members;
            let all = input * size * members;
            let weights = tensors.sized(&name(&format!("{part}.weight")), all)?;
            let weights = weights.chunks_exact((input * size).max(1));
            let layers = weights.zip(bias.chunks_exact(size.max(1)));
            Ok(layers
                .map(|(weights, bias)| Dense::in_lanes(weights.to_vec(), bias.to_vec()))
                .collect())
        };
        let first = layers("first", N)?;
        let width = first.first().map_or(0, Dense::outputs);
        let second = layers("second", width)?;
        let width = second.first().map_or(0, Dense::outputs);
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

    /// The logit of a row: the mean of the members' logits.
    pub(crate) fn logit(&self, row: &[f32; N]) -> f32 {
        let mut scaled = *row;
        for ((value, mean), scale) in scaled.iter_mut().zip(&self.mean).zip(&self.scale) {
            *value = ((*value - mean) * scale).clamp(-MAX_DEVIATIONS, MAX_DEVIATIONS);
        }
        let of = |member: &Member| {
            let hidden = member.second.rectified(&member.first.rectified(&scaled));
            member.out.apply(&hidden).into_iter().sum::<f32>()
        };
        let sum: f32 = self.members.iter().map(of).sum();
        sum / self.members.len().max(1) as f32
    }

    /// The probability of a row: the sigmoid of its logit.
    pub(crate) fn probability(&self, row: &[f32; N]) -> f32 {
        sigmoid(self.logit(row))
    }
}
