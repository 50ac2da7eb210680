//! What a sibling shows of the document as a whole.
//!
//! In: the logits of every word alone and with the sibling. Out: [`DocumentEvidence`],
//! which counts in the row of every edit. Which words are garbled is not
//! decided here.

use crate::network::sigmoid;
use crate::sibling::comparison::bounded_logit;

/// What a sibling shows of a document as a whole: how much of it is covered, and how
/// garbled that part is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct DocumentEvidence {
    /// How much of the document the sibling covers, 0 to 1.
    pub(crate) coverage: f32,
    /// The share of the covered part that is garbled, as a logit.
    pub(crate) garbled: f32,
}

/// The logits of a word alone and with a sibling.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WordLogits {
    /// The logit by the detector alone.
    pub alone: f32,
    /// The logit by the network that compares the word with the sibling.
    pub with_sibling: f32,
    /// How far the sibling covers the word, 0 to 1.
    pub coverage: f32,
}

impl DocumentEvidence {
    /// What a sibling shows of a document with these words.
    pub(crate) fn of(words: &[WordLogits]) -> Self {
        let covered: f32 = words.iter().map(|word| word.coverage).sum();
        let garbled = words.iter().map(|word| {
            word.coverage * sigmoid(between(word.alone, word.with_sibling, word.coverage))
        });
        Self {
            garbled: bounded_logit(garbled.sum::<f32>() / covered.max(1.0)),
            coverage: covered / words.len().max(1) as f32,
        }
    }

    /// How garbled the document is, as far as the sibling shows it: 0 where nothing is
    /// covered.
    pub(crate) fn weighed(&self) -> f32 {
        self.coverage * self.garbled
    }
}

/// The share `part` of the way from one number to another.
pub(crate) fn between(from: f32, to: f32, part: f32) -> f32 {
    from + part * (to - from)
}
