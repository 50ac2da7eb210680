//! How suspect each word of a document is beside its siblings.
//!
//! In: a [`Comparison`]. Out: for each word a probability and how far a sibling
//! counts in it. What a sibling adds counts by how far it tells the sentence too; of
//! sentences that it leaves out it says what follows from the rest of the document:
//! where what can be compared is right, the rest mostly is. It proposes nothing.

use super::comparison::{Comparison, Source, logit};
use super::network::SiblingModel;
use crate::detect::{Thresholds, shift_threshold, sigmoid};

/// What is known of a word beside the siblings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beside {
    /// The probability that it is garbled.
    pub p_garbled: f32,
    /// How far a sibling counts in it, 0 to 1.
    pub(super) told: f32,
    /// Which share of what the sibling tells is garbled, as a logit.
    pub(super) garbled: f32,
}

impl Beside {
    /// Whether it is better evidence that the word is right: a sibling that tells of
    /// it comes before one that does not.
    fn speaks_more_than(&self, other: &Self) -> bool {
        match (self.told > 0.0, other.told > 0.0) {
            (true, false) => true,
            (false, true) => false,
            _ => self.p_garbled < other.p_garbled,
        }
    }
}

/// What a sibling shows of a document as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Whole {
    /// How much of the document it tells, 0 to 1.
    pub told: f32,
    /// Which share of that is garbled, as a logit.
    pub garbled: f32,
}

/// A word's logits alone and beside a sibling, and how far it is told, 0 to 1.
#[derive(Clone, Copy)]
struct Weighed {
    alone: f32,
    beside: f32,
    told: f32,
}

impl Whole {
    fn of(words: &[Weighed]) -> Self {
        let told: f32 = words.iter().map(|word| word.told).sum();
        let garbled = words
            .iter()
            .map(|word| word.told * sigmoid(between(word.alone, word.beside, word.told)));
        Self {
            garbled: logit(garbled.sum::<f32>() / told.max(1.0)),
            told: told / words.len().max(1) as f32,
        }
    }

    /// How garbled the document is, as far as the sibling shows it: 0 where nothing is
    /// told.
    pub fn evidence(&self) -> f32 {
        self.told * self.garbled
    }
}

impl SiblingModel {
    /// The probability that each word is garbled, the siblings taken into
    /// account: of several the one that speaks most for the word. `None` where no
    /// sibling is believed.
    pub fn p_garbled(&self, comparison: &Comparison<'_>) -> Vec<Option<Beside>> {
        let mut least: Vec<Option<Beside>> = vec![None; comparison.suspicion.len()];
        for (_, source) in comparison.believed() {
            let words = self.weighed(comparison, source);
            let whole = *source.whole.get_or_init(|| Whole::of(&words));
            for (least, word) in least.iter_mut().zip(words) {
                let rest = self.rest.logit(word.alone, &whole);
                let here = Beside {
                    p_garbled: sigmoid(between(rest, word.beside, word.told)),
                    told: word.told,
                    garbled: whole.garbled,
                };
                if least.is_none_or(|least| here.speaks_more_than(&least)) {
                    *least = Some(here);
                }
            }
        }
        least
    }

    /// From which probability a word is garbled, where `alone` holds for words that no
    /// sibling has anything to say of. What `precise` guards against is a right document
    /// told in other words: it is the sibling's by as much as that counts for the word,
    /// and where the sibling shows that much is garbled it falls, to `balanced` at most.
    /// The others are the sibling's wherever one counts.
    pub fn thresholds(&self, told: &Beside, alone: &Thresholds) -> Thresholds {
        if told.told == 0.0 {
            return *alone;
        }
        let Thresholds {
            precise, balanced, ..
        } = self.thresholds;
        let fallen = shift_threshold(precise, -self.fall.at(told.garbled));
        let precise = precise.min(fallen.max(balanced));
        Thresholds {
            precise: sigmoid(between(logit(alone.precise), logit(precise), told.told)),
            ..self.thresholds
        }
    }

    /// Sees to it that what each sibling shows of the document is known.
    pub(super) fn weigh(&self, comparison: &Comparison<'_>) {
        for (_, source) in comparison.believed() {
            let whole = || Whole::of(&self.weighed(comparison, source));
            source.whole.get_or_init(whole);
        }
    }

    fn weighed(&self, comparison: &Comparison<'_>, source: &Source<'_>) -> Vec<Weighed> {
        let document = comparison.document;
        let words = comparison.suspicion.iter().zip(comparison.words_of(source));
        let words = words.enumerate().map(|(word, (&alone, row))| {
            let sentence = document.segments.words[word].sentence;
            // Nothing is known of what was not compared.
            let compared = document.compared(sentence).contains(&word);
            let told = if compared {
                source.tells(sentence)
            } else {
                0.0
            };
            let beside = (told > 0.0).then(|| self.words.logit(&row));
            Weighed {
                alone,
                beside: beside.unwrap_or(alone),
                told,
            }
        });
        words.collect()
    }
}

/// The share `part` of the way from one number to another.
fn between(from: f32, to: f32, part: f32) -> f32 {
    from + part * (to - from)
}
