//! From the numbers of texts to those of a network, and from the network's numbers to
//! probabilities and rates.
//!
//! In: rows of features, logits, shares. Out: standardized rows, calibrated probabilities,
//! post-edit rates. Nothing is fitted here.

use serde::{Deserialize, Serialize};

use super::features::{WIDTH, column};
use crate::network::{Tensors, WeightsError, logit, sigmoid};

/// Half the width of the interval that holds 95 % of a normal distribution, in standard
/// deviations.
const NORMAL_95: f32 = 1.96;

/// Mean and standard deviation of each column of a row, as in the texts that the network
/// was trained on.
pub(super) struct Standardization {
    pub(super) mean: Vec<f32>,
    pub(super) deviation: Vec<f32>,
}

impl Standardization {
    /// The one in the tensors `{name}_mean` and `{name}_deviation`.
    ///
    /// # Errors
    /// When one is missing, or the two differ in size.
    pub(super) fn new(tensors: &Tensors<'_>, name: &str) -> Result<Self, WeightsError> {
        let mean = tensors.all(&format!("{name}_mean"))?;
        let deviation = tensors.sized(&format!("{name}_deviation"), mean.len())?;
        Ok(Self { mean, deviation })
    }

    /// Standardizes rows that stand one behind the other.
    pub(super) fn apply(&self, rows: &mut [f32]) {
        if self.mean.is_empty() {
            return;
        }
        for row in rows.chunks_exact_mut(self.mean.len()) {
            for (x, (mean, deviation)) in row.iter_mut().zip(self.mean.iter().zip(&self.deviation))
            {
                *x = (*x - mean) / deviation;
            }
        }
    }
}

/// How a logit becomes a probability (Platt 1999), with a term for the text as a whole: the
/// same word is more likely garbled where much else is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlattScaling {
    /// What the word's logit is multiplied by.
    pub slope: f32,
    /// What the text's mean logit is multiplied by.
    pub level: f32,
    /// What is added to the two products: a logit.
    pub shift: f32,
}

impl PlattScaling {
    /// The probability of a word with the logit `logit` in a text with the mean logit `mean`.
    pub fn probability(&self, logit: f32, mean: f32) -> f32 {
        sigmoid(self.slope * logit + self.level * mean + self.shift)
    }
}

/// How the mean surprisal of a sentence counts in its rate: of two versions of one sentence the
/// more surprising one is mostly the worse, whatever is found in either.
#[derive(Debug, Clone, Copy)]
pub(super) struct Surprise {
    /// What is added to the logit of the rate for each unit of surprisal, as features have it.
    gain: f32,
    /// The surprisal that changes nothing.
    expected: f32,
    /// The column of the surprisal in a row of features.
    column: usize,
}

impl Surprise {
    /// The one in the tensor `surprise`.
    ///
    /// # Errors
    /// When it is missing or of another size.
    pub(super) fn new(tensors: &Tensors<'_>) -> Result<Self, WeightsError> {
        let [gain, expected] = tensors.array("surprise")?;
        let column = column("surprisal").unwrap_or_default();
        Ok(Self {
            gain,
            expected,
            column,
        })
    }

    /// The rate `rate` of a sentence whose words have these rows of features.
    pub(super) fn shifted(self, rate: f32, rows: &[[f32; WIDTH]]) -> f32 {
        let sum: f32 = rows.iter().map(|row| row[self.column]).sum();
        let surprisal = sum / rows.len().max(1) as f32;
        sigmoid(logit(rate.clamp(1e-6, 1.0 - 1e-6)) + self.gain * (surprisal - self.expected))
    }
}

/// How the share of a text that the network would change becomes the post-edit rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RateModel {
    /// The rate where the network would change nothing.
    pub base: f32,
    /// What the share that the network would change is multiplied by.
    pub gain: f32,
    /// Variance of the rate about the line that no length of text takes away.
    pub lasting: f32,
    /// Variance of the rate about the line of a text of one word; it falls as texts grow.
    pub falling: f32,
}

impl RateModel {
    /// Expected post-edit rate, 0 to 1, and the half width of its 95 %
    /// interval, for a text of `words` words of which the network would change
    /// the share `raw`.
    pub fn rate(&self, raw: f32, words: usize) -> (f32, f32) {
        let rate = (self.base + self.gain * raw).clamp(0.0, 1.0);
        let variance = self.lasting + self.falling / words.max(1) as f32;
        (rate, NORMAL_95 * variance.sqrt())
    }
}
