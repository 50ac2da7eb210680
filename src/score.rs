//! The score of a document.
//!
//! In: what the detector finds in a document. Out: the [`Score`], which is the share of
//! words a post-editor would change (HTER), as a quality from 0 to 100 with its interval,
//! and the plain numbers of the reading. It looks at no finding.

use crate::detect::{Detection, RateModel};
use crate::lm::TokenScores;

/// The score of a document: how good it is, and how much work a post-editor would have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The quality of the document, 0 to 100: 100 × (1 − `post_edit_rate`).
    pub quality: f32,
    /// The 95 % interval of `quality`: its lower and its upper end.
    pub quality_interval: (f32, f32),
    /// The expected share of words that a post-editor would change (HTER), 0 to 1.
    pub post_edit_rate: f32,
    /// The mean surprisal per word, in bits.
    pub bits_per_word: f32,
    /// The perplexity per token of the language model.
    pub perplexity: f32,
    /// How many words the document has, punctuation not counted.
    pub words: usize,
}

impl Score {
    /// Computes the score of a document with `words` words. What is left out of the
    /// detection counts neither as right nor as wrong. Marks weigh in the post-edit
    /// rate, as they do in HTER, but are not counted as words.
    pub fn of(
        rate_model: &RateModel,
        detection: &Detection,
        reading: &TokenScores,
        words: usize,
    ) -> Self {
        let units = detection.counted();
        let (rate, margin) = rate_model.rate(detection.raw_rate(), units);
        let bits = reading.total_bits();
        let quality = |rate: f32| 100.0 * (1.0 - rate.clamp(0.0, 1.0));
        Self {
            quality: quality(rate),
            quality_interval: (quality(rate + margin), quality(rate - margin)),
            post_edit_rate: rate,
            bits_per_word: (bits / words.max(1) as f64) as f32,
            perplexity: (bits / reading.tokens.len().max(1) as f64).exp2() as f32,
            words,
        }
    }
}
