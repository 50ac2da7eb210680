//! Phrases that are suspect as a whole.
//!
//! In: the probability of each word that it is garbled, sentence by sentence. Out: runs of
//! words with the probability that one of them is. Three words of 0.36, 0.33 and 0.38 side
//! by side are three suspicions of one error, and together more than each of them.
//! `training/operating_points.py` fits the numbers and makes the same runs.

use std::ops::Range;

use crate::network::{Tensors, WeightsError, logit, sigmoid};

/// Words less probably garbled than this belong to no phrase.
const LEAST: f32 = 0.08;
/// A phrase of so many words (and those after the last number) goes on with a word that has this
/// share of the probability of its most suspect one: long phrases must be suspect throughout.
const SHARES: [f32; 10] = [0.25, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];
/// Logits are cut off here.
const MAX_LOGIT: f32 = 9.0;

/// How the words of a phrase make its probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhraseModel {
    /// What is added: a logit.
    base: f32,
    /// What the logit of the most suspect word is multiplied by.
    most: f32,
    /// What the logit of the second one is multiplied by; [`LEAST`] where there is none.
    second: f32,
    /// What the natural logarithm of the number of words is multiplied by.
    length: f32,
    /// The share of a phrase's severities, 0 to 1, from which it is critical.
    pub critical_from: f32,
    /// The share from which it is minor, if it is not critical.
    pub minor_from: f32,
}

/// A run of words with the probability that one of them is garbled.
#[derive(Debug, Clone, PartialEq)]
pub struct SuspectPhrase {
    /// The words, as indices.
    pub words: Range<usize>,
    /// The most suspect one.
    pub worst: usize,
    /// The probability, 0 to 1.
    pub p_garbled: f32,
}

impl PhraseModel {
    /// The one in the tensors `phrase` and `severity`.
    ///
    /// # Errors
    /// When one is missing or of another size.
    pub(super) fn new(tensors: &Tensors<'_>) -> Result<Self, WeightsError> {
        let [base, most, second, length] = tensors.array("phrase")?;
        let [critical_from, minor_from] = tensors.array("severity")?;
        Ok(Self {
            base,
            most,
            second,
            length,
            critical_from,
            minor_from,
        })
    }

    /// The suspect phrases of a text, in text order; no two overlap. `p_garbled` holds the
    /// probability of each word, `sentences` the words of each sentence.
    pub fn phrases(&self, p_garbled: &[f32], sentences: &[Range<usize>]) -> Vec<SuspectPhrase> {
        let mut found = Vec::new();
        for sentence in sentences {
            let mut seeds: Vec<usize> = sentence.clone().collect();
            seeds.retain(|word| p_garbled[*word] >= LEAST);
            seeds.sort_by(|a, b| p_garbled[*b].total_cmp(&p_garbled[*a]));
            let mut free = vec![true; sentence.len()];
            for worst in seeds {
                let is_free = |word: usize| free[word - sentence.start];
                if !is_free(worst) {
                    continue;
                }
                let p_free = |word: Option<usize>| {
                    let word = word.filter(|word| sentence.contains(word) && is_free(*word));
                    word.map_or(-1.0, |word| p_garbled[word])
                };
                let mut words = worst..worst + 1;
                loop {
                    let (before, after) = (words.start.checked_sub(1), words.end);
                    let (left, right) = (p_free(before), p_free(Some(after)));
                    let share = SHARES[(words.len() - 1).min(SHARES.len() - 1)];
                    if left.max(right) < (share * p_garbled[worst]).max(LEAST) {
                        break;
                    }
                    match right >= left {
                        true => words.end += 1,
                        false => words.start -= 1,
                    }
                }
                for word in words.clone() {
                    free[word - sentence.start] = false;
                }
                found.push(self.phrase(words, worst, p_garbled));
            }
        }
        found.sort_by_key(|phrase| phrase.words.start);
        found
    }

    fn phrase(&self, words: Range<usize>, worst: usize, p_garbled: &[f32]) -> SuspectPhrase {
        let others = words.clone().filter(|word| *word != worst);
        let second = others.map(|word| p_garbled[word]).fold(LEAST, f32::max);
        let cut = |p: f32| logit(p).clamp(-MAX_LOGIT, MAX_LOGIT);
        let sum = self.base
            + self.most * cut(p_garbled[worst])
            + self.second * cut(second)
            + self.length * (words.len() as f32).ln();
        SuspectPhrase {
            words,
            worst,
            p_garbled: sigmoid(sum),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODEL: PhraseModel = PhraseModel {
        base: 0.6,
        most: 1.0,
        second: 0.3,
        length: 0.0,
        critical_from: 0.3,
        minor_from: 0.5,
    };

    #[test]
    fn suspicions_side_by_side_are_one_phrase_and_more_than_each() {
        let p = [0.01, 0.36, 0.33, 0.38, 0.02, 0.38, 0.01];
        let found = MODEL.phrases(&p, &[0..5, 5..7]);
        let words: Vec<_> = found.iter().map(|phrase| phrase.words.clone()).collect();
        assert_eq!(words, [1..4, 5..6]);
        assert_eq!(found[0].worst, 3);
        assert!(found[0].p_garbled > found[1].p_garbled);
    }

    #[test]
    fn a_sure_word_does_not_take_in_doubtful_neighbors() {
        let found = MODEL.phrases(&[0.2, 0.95, 0.5], std::slice::from_ref(&(0..3)));
        let words: Vec<_> = found.iter().map(|phrase| phrase.words.clone()).collect();
        assert_eq!(words, [0..1, 1..3]);
    }

    #[test]
    fn a_long_phrase_must_be_suspect_throughout() {
        let fading = [0.5; 4].into_iter().chain([0.9]).chain([0.3; 20]);
        let p: Vec<f32> = fading.collect();
        let sentence = 0..p.len();
        let found = MODEL.phrases(&p, std::slice::from_ref(&sentence));
        assert_eq!(found[0].words, 0..5);
        let even = MODEL.phrases(&[0.6; 25], std::slice::from_ref(&sentence));
        assert_eq!(even.len(), 1);
        assert_eq!(even[0].words, sentence);
    }

    #[test]
    fn words_that_are_certain_make_numbers_all_the_same() {
        for p in [0.0, 1.0] {
            let found = MODEL.phrases(&[p; 4], std::slice::from_ref(&(0..4)));
            assert!(found.iter().all(|phrase| phrase.p_garbled.is_finite()));
        }
        assert!(MODEL.phrases(&[], &[]).is_empty());
    }
}
