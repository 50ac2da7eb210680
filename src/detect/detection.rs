//! What the detector makes of a text.
//!
//! In: nothing; this is plain data, and what is known of words by other means. Out: [`Detection`],
//! with the rate of the whole. It judges nothing itself.

use std::ops::Range;

use super::kinds::ErrorKinds;
use super::surprisal::WordSurprisal;

/// The result of the detector for one text.
#[derive(Debug, Clone)]
pub struct Detection {
    /// The surprisal of each word, in text order.
    pub words: Vec<WordSurprisal>,
    /// The calibrated probability of each word that a post-editor would change it.
    pub p_garbled: Vec<f32>,
    /// What kind of error each word is, if it is one; empty for a detector that does not know.
    pub kinds: Vec<ErrorKinds>,
    /// How far the thresholds of this text are shifted up, in logits.
    pub threshold_shift: f32,
    /// The sentences that have words, in text order.
    pub sentences: Vec<SentenceDetection>,
    /// How many words and marks count neither as right nor as wrong.
    pub left_out: usize,
}

/// What is known of a word by other means than the detector's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Settled {
    /// Nothing: the detector judges the word.
    Judged,
    /// The word is never flagged, and counts neither as right nor as wrong.
    LeftOut,
    /// The word is wrong with this probability, whatever the detector says.
    Garbled(f32),
}

/// The result of the detector for a sentence as a whole.
#[derive(Debug, Clone)]
pub struct SentenceDetection {
    /// The words of the sentence, as indices.
    pub words: Range<usize>,
    /// The share of its words that a post-editor would change, 0 to 1, not calibrated.
    pub rate: f32,
}

impl Detection {
    /// Takes into account what is known of words by other means: `of` says it of each, by
    /// its index. Each sentence keeps of its own rate the share of its words that stay
    /// judged; to that come the words that are taken for garbled.
    pub fn settle(&mut self, of: impl Fn(usize) -> Settled) {
        for sentence in &mut self.sentences {
            let all = sentence.words.len();
            let (mut judged, mut garbled) = (0, 0.0);
            for word in sentence.words.clone() {
                match of(word) {
                    Settled::Judged => judged += 1,
                    Settled::Garbled(probability) => garbled += probability,
                    Settled::LeftOut => {
                        self.p_garbled[word] = 0.0;
                        self.left_out += 1;
                    }
                }
            }
            sentence.rate = (sentence.rate * judged as f32 + garbled) / all.max(1) as f32;
        }
    }

    /// How many words and marks count in the rate: those that are not left out.
    pub fn counted(&self) -> usize {
        self.words.len().saturating_sub(self.left_out)
    }

    /// The share of words that a post-editor would change, not calibrated: what
    /// [`RateModel::rate`](super::RateModel::rate) takes. Sentences weigh by their words, so that it is
    /// the same for a text and for twice that text.
    pub fn raw_rate(&self) -> f32 {
        let changed = self.sentences.iter();
        let changed = changed.map(|sentence| sentence.rate * sentence.words.len() as f32);
        changed.sum::<f32>() / self.counted().max(1) as f32
    }
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
            kinds: Vec::new(),
            threshold_shift: 0.0,
            words,
            sentences,
            left_out: 0,
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
    fn words_that_are_left_out_count_neither_as_right_nor_as_wrong() {
        let mut half = detection(&[(4, 0.4), (4, 0.4)]);
        half.settle(|word| match word {
            0..4 => Settled::LeftOut,
            _ => Settled::Judged,
        });
        assert_eq!(half.p_garbled[..5], [0.0, 0.0, 0.0, 0.0, 0.5]);
        assert!((half.raw_rate() - 0.4).abs() < 1e-6);
        half.settle(|_| Settled::LeftOut);
        assert_eq!(half.raw_rate(), 0.0);
    }

    #[test]
    fn words_that_are_wrong_by_their_form_raise_the_rate() {
        let mut half = detection(&[(4, 0.2), (4, 0.2)]);
        half.settle(|word| match word {
            0..4 => Settled::Garbled(0.9),
            _ => Settled::Judged,
        });
        assert!((half.raw_rate() - 0.55).abs() < 1e-6);
        assert_eq!(half.counted(), 8);
    }
}
