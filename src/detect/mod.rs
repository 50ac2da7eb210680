//! Noticing garble: from a reading to a probability for every word.
//!
//! In: a text, its segments and its [`TokenScores`]. Out: numbers for each word
//! and a post-edit rate for the whole. Nothing here knows categories,
//! severities or prose; [`crate::finding`] does.

pub mod calibrated;
pub mod features;
mod head;
mod thresholds;
mod weights;
mod word_model;

pub(crate) use head::sigmoid;
pub use thresholds::{ThresholdShift, Thresholds};
pub use thresholds::{logit, shift_threshold};
pub(crate) use weights::Tensors;
pub use weights::WeightsError;
pub use word_model::{Calibration, RateModel, Raw, WordModel};

use std::collections::HashMap;
use std::ops::Range;

use self::features::{WordSurprisal, features, word_surprisals};
use crate::lexicon::Lexicon;
use crate::lm::TokenScores;
use crate::segment::Segments;

/// What was noticed in one text.
#[derive(Debug, Clone)]
pub struct Detection {
    /// The reading of each word.
    pub words: Vec<WordSurprisal>,
    /// For each word the calibrated probability that a post-editor would
    /// change it.
    pub p_garbled: Vec<f32>,
    /// By how much thresholds rise in this text, in logits.
    pub threshold_shift: f32,
    /// The sentences, in order.
    pub sentences: Vec<SentenceDetection>,
}

/// What was noticed of a sentence as a whole.
#[derive(Debug, Clone)]
pub struct SentenceDetection {
    /// Its words, as indices.
    pub words: Range<usize>,
    /// Share of them that a post-editor would change, 0 to 1, not calibrated.
    pub rate: f32,
}

impl Detection {
    /// Takes back what was noticed of some words: they are not garbled. A
    /// sentence loses the same share of its rate.
    pub fn exclude(&mut self, mut excluded: impl FnMut(&WordSurprisal) -> bool) {
        for sentence in &mut self.sentences {
            let all = sentence.words.len();
            let mut left = 0;
            for word in sentence.words.clone() {
                if excluded(&self.words[word]) {
                    self.p_garbled[word] = 0.0;
                } else {
                    left += 1;
                }
            }
            sentence.rate *= left as f32 / all.max(1) as f32;
        }
    }

    /// The share of words that a post-editor would change, not calibrated: what
    /// [`RateModel::rate`] takes. Sentences weigh by their words, so that it is
    /// the same for a text and for twice that text.
    pub fn raw_rate(&self) -> f32 {
        let changed = self.sentences.iter();
        let changed = changed.map(|sentence| sentence.rate * sentence.words.len() as f32);
        changed.sum::<f32>() / self.words.len().max(1) as f32
    }
}

/// Judges every word of a text, sentence by sentence. The reading holds the
/// states of [`WordModel::layers`].
pub fn detect(
    model: &WordModel,
    lexicon: &Lexicon,
    text: &str,
    segments: &Segments,
    reading: &TokenScores,
) -> Detection {
    let words = word_surprisals(segments, reading);
    let rows = features(text, segments, reading, &words, lexicon);
    let sentences = sentences(segments);
    let first_occurrences = first_occurrences(text, segments, &sentences);
    let verdict = model.judge(
        &rows,
        states(reading, &words),
        &sentences,
        &first_occurrences,
    );
    let sentences = sentences.into_iter().zip(verdict.rates);
    Detection {
        words,
        threshold_shift: model.threshold_shift().of(&verdict.p_garbled),
        p_garbled: verdict.p_garbled,
        sentences: sentences
            .map(|(words, rate)| SentenceDetection { words, rate })
            .collect(),
    }
}

/// The words of each sentence that has any, as indices.
pub(crate) fn sentences(segments: &Segments) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for sentence in segments.words.chunk_by(|a, b| a.sentence == b.sentence) {
        sentences.push(start..start + sentence.len());
        start += sentence.len();
    }
    sentences
}

/// For each sentence the place of the first one with the same words.
fn first_occurrences(text: &str, segments: &Segments, sentences: &[Range<usize>]) -> Vec<usize> {
    let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
    let first = |(index, words): (usize, &Range<usize>)| {
        let words = segments.words[words.clone()].iter();
        let spelled = words.map(|word| word.span.slice(text).unwrap_or_default());
        *known.entry(spelled.collect()).or_insert(index)
    };
    sentences.iter().enumerate().map(first).collect()
}

/// For each word the states after its last token, the layers side by side.
fn states(reading: &TokenScores, words: &[WordSurprisal]) -> Vec<f32> {
    let (width, layers) = (reading.states.width, &reading.states.layers);
    let mut rows = Vec::with_capacity(words.len() * layers.len() * width);
    for word in words {
        let last = word.tokens.end.saturating_sub(1);
        for layer in layers {
            let row = layer.get(last * width..(last + 1) * width);
            rows.extend_from_slice(row.unwrap_or_default());
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Span;

    fn detection(rates: &[(usize, f32)]) -> Detection {
        let mut words = Vec::new();
        let mut sentences = Vec::new();
        for (count, rate) in rates {
            let start = words.len();
            words.extend((start..start + count).map(|at| WordSurprisal {
                span: Span::new(2 * at, 2 * at + 1),
                tokens: at..at + 1,
                surprisal_bits: 1.0,
                expected_bits: 1.0,
            }));
            sentences.push(SentenceDetection {
                words: start..words.len(),
                rate: *rate,
            });
        }
        Detection {
            p_garbled: vec![0.5; words.len()],
            threshold_shift: 0.0,
            words,
            sentences,
        }
    }

    #[test]
    fn a_text_twice_has_the_rate_of_the_text() {
        let once = detection(&[(2, 0.5), (6, 0.1)]);
        let twice = detection(&[(2, 0.5), (6, 0.1), (2, 0.5), (6, 0.1)]);
        assert!((once.raw_rate() - 0.2).abs() < 1e-6);
        assert!((twice.raw_rate() - once.raw_rate()).abs() < 1e-6);
        assert_eq!(detection(&[]).raw_rate(), 0.0);
    }

    #[test]
    fn what_is_spared_counts_no_longer() {
        let mut half = detection(&[(4, 0.4)]);
        half.exclude(|word| word.span.start() < 4);
        assert_eq!(half.p_garbled, [0.0, 0.0, 0.5, 0.5]);
        assert!((half.raw_rate() - 0.2).abs() < 1e-6);
    }
}
