//! How suspect each word of a document is in the light of its siblings.
//!
//! In: a [`Comparison`]. Out: [`Rescore`], for each word a probability and how far a
//! sibling counts in it. What a sibling adds counts by how far it covers the sentence
//! too; of sentences that it leaves out it says what follows from the rest of the
//! document: where what can be compared is right, the rest mostly is. It proposes
//! nothing.

use super::comparison::{Comparison, Source, bounded_logit};
use super::features::document::{DocumentEvidence, WordLogits, between};
use super::features::word::word_rows;
use super::memo::Memo;
use super::model::SiblingModel;
use crate::detect::{Thresholds, shift_threshold};
use crate::network::sigmoid;

/// The scores of a document's words in the light of its siblings, with what each sibling
/// shows of the document as a whole.
#[derive(Debug, Clone)]
pub struct Rescore {
    /// For each word of the document its score with the siblings; `None` where no sibling
    /// is believed.
    pub words: Vec<Option<WordScore>>,
    /// For each sibling what it shows of the document as a whole, which counts in every
    /// correction; the default where the sibling is not believed.
    pub evidence: Vec<DocumentEvidence>,
}

/// The score of one word with the siblings taken into account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WordScore {
    /// The probability that the word is garbled.
    pub p_garbled: f32,
    /// How far a sibling counts in it, 0 to 1.
    coverage: f32,
    /// The share of what the sibling covers that is garbled, as a logit.
    garbled: f32,
}

impl WordScore {
    /// Whether it is better evidence that the word is right: a sibling that covers it
    /// comes before one that does not.
    fn speaks_more_than(&self, other: &Self) -> bool {
        match (self.coverage > 0.0, other.coverage > 0.0) {
            (true, false) => true,
            (false, true) => false,
            _ => self.p_garbled < other.p_garbled,
        }
    }

    /// The probabilities from which the word is flagged. `alone` holds for words that no
    /// sibling covers. The threshold `precise` guards against flagging a right document
    /// that words the story differently: it moves from `alone` towards the model's own as
    /// far as the sibling covers the word, and it falls, to `balanced` at the lowest, where
    /// the sibling shows that much is garbled. The other two are the model's wherever a
    /// sibling covers the word.
    pub fn thresholds(&self, model: &SiblingModel, alone: &Thresholds) -> Thresholds {
        if self.coverage == 0.0 {
            return *alone;
        }
        let Thresholds {
            precise, balanced, ..
        } = model.thresholds;
        let fallen = shift_threshold(precise, -model.fall.at(self.garbled));
        let precise = precise.min(fallen.max(balanced));
        let (alone, with) = (bounded_logit(alone.precise), bounded_logit(precise));
        Thresholds {
            precise: sigmoid(between(alone, with, self.coverage)),
            ..model.thresholds
        }
    }
}

/// Scores each word of a document with the siblings taken into account. Of several
/// siblings the one that speaks most for the word counts.
pub fn rescore<'a>(
    model: &SiblingModel,
    comparison: &Comparison<'a>,
    memo: &mut Memo<'a>,
) -> Rescore {
    let mut rescore = Rescore {
        words: vec![None; comparison.suspicion.len()],
        evidence: vec![DocumentEvidence::default(); comparison.sources.len()],
    };
    for source in comparison.believed() {
        let words = word_logits(model, comparison, source, memo);
        let evidence = DocumentEvidence::of(&words);
        rescore.evidence[source.index] = evidence;
        for (best, word) in rescore.words.iter_mut().zip(words) {
            let uncovered = model.uncovered.logit(word.alone, &evidence);
            let here = WordScore {
                p_garbled: sigmoid(between(uncovered, word.with_sibling, word.coverage)),
                coverage: word.coverage,
                garbled: evidence.garbled,
            };
            if best.is_none_or(|best| here.speaks_more_than(&best)) {
                *best = Some(here);
            }
        }
    }
    rescore
}

/// The logits of each word of the document, alone and with a sibling.
fn word_logits<'a>(
    model: &SiblingModel,
    comparison: &Comparison<'a>,
    source: &Source<'a>,
    memo: &mut Memo<'a>,
) -> Vec<WordLogits> {
    let document = comparison.document;
    let rows = word_rows(comparison, source, memo);
    let words = comparison.suspicion.iter().zip(rows).enumerate();
    let words = words.map(|(word, (&alone, row))| {
        let sentence = document.segments.words[word].sentence;
        // Nothing is known of what was not compared.
        let coverage = if document.compared(sentence).contains(&word) {
            source.coverage(sentence)
        } else {
            0.0
        };
        let with_sibling = (coverage > 0.0).then(|| model.words.logit(&row));
        WordLogits {
            alone,
            with_sibling: with_sibling.unwrap_or(alone),
            coverage,
        }
    });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A word that a sibling covers so far, of a document of which it shows so much
    /// garbled.
    fn score(coverage: f32, garbled: f32) -> WordScore {
        WordScore {
            p_garbled: 0.5,
            coverage,
            garbled,
        }
    }

    #[test]
    fn thresholds_are_the_siblings_where_it_covers_and_precise_by_how_far() {
        let model = SiblingModel::embedded().unwrap();
        let alone = Thresholds {
            precise: 0.4,
            balanced: 0.3,
            thorough: 0.2,
        };
        let at = |coverage| score(coverage, -5.0).thresholds(&model, &alone);
        assert_eq!(at(0.0), alone);
        let (some, all) = (at(0.5), at(1.0));
        assert!((all.precise - model.thresholds.precise).abs() < 1e-6);
        assert!(alone.precise < some.precise && some.precise < all.precise);
        let others = |thresholds: Thresholds| (thresholds.balanced, thresholds.thorough);
        assert_eq!(others(some), others(model.thresholds));
        assert_eq!(others(all), others(model.thresholds));
    }

    #[test]
    fn precise_falls_where_the_sibling_shows_that_much_is_garbled() {
        let model = SiblingModel::embedded().unwrap();
        let at = |garbled| score(1.0, garbled).thresholds(&model, &model.thresholds);
        let (right, some, all) = (at(-5.0), at(-1.0), at(6.0));
        assert!(right.precise > some.precise && some.precise > all.precise);
        assert!(all.precise >= right.balanced);
        for one in [some, all] {
            assert_eq!(
                (one.balanced, one.thorough),
                (right.balanced, right.thorough)
            );
        }
    }
}
