//! Which sentences of a sibling say the same as a sentence of the document.
//!
//! In: two texts ([`NormalizedText`]). Out: for a sentence of the document, the few
//! sibling sentences that share most with it, by words or by vectors of a model. Of
//! words what is shared weighs by rarity: stems, names across spellings, numbers.
//! Sentences that share too little stay unaligned. Which words of two sentences
//! match is found in [`words`]. Nothing is proposed here.

pub(super) mod words;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::sibling::similarity::{Form, similarity};
use crate::sibling::text::NormalizedText;

/// Sibling sentences kept for a sentence of the document.
const MAX_ALIGNED: usize = 4;

/// Least share of the two sentences' weight that aligned ones have in common.
const MIN_SHARE: f32 = 0.12;

/// By how much a sum of weights may grow with the order of its parts.
const ROUNDING: f32 = 1.001;

/// Least cosine of the vectors of sentences that are aligned by these.
const MIN_COSINE: f32 = 0.5;

/// How closely a name must match one of the other spelling to count as shared.
const SAME_NAME: f32 = 0.72;

/// Names of one article that are compared with the other's; the comparison is
/// of every pair.
const MAX_NAMES: usize = 1_000;

/// The sibling's sentences whose vectors are most like that of a sentence of the
/// document, best first, each with a share as [`Alignment::of`] gives it.
pub(in crate::sibling) fn aligned_by_vectors(
    document: &NormalizedText<'_>,
    sibling: &NormalizedText<'_>,
    sentence: usize,
) -> Vec<(usize, f32)> {
    let Some(own) = document.vectors.get(sentence) else {
        return Vec::new();
    };
    let others = sibling.vectors.iter().enumerate();
    let mut found: Vec<(usize, f32)> = others
        .map(|(index, other)| (index, own.iter().zip(other).map(|(a, b)| a * b).sum()))
        .filter(|(_, cosine)| *cosine >= MIN_COSINE)
        .map(|(index, cosine): (usize, f32)| {
            let above = (cosine.min(1.0) - MIN_COSINE) / (1.0 - MIN_COSINE);
            (index, MIN_SHARE + above * (1.0 - MIN_SHARE))
        })
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(MAX_ALIGNED);
    found
}

/// The stems of every sentence of two texts, the sibling's names in the document's
/// spelling, and the weight of every stem.
pub(in crate::sibling) struct Alignment<'a> {
    weights: HashMap<&'a str, f32>,
    document: Vec<HashSet<&'a str>>,
    sibling: Vec<HashSet<&'a str>>,
    /// The weight of each of the sibling's sentences.
    sibling_weights: Vec<f32>,
    /// The sibling's sentences that have a stem.
    having: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Alignment<'a> {
    pub(super) fn new(document: &'a NormalizedText<'_>, sibling: &'a NormalizedText<'_>) -> Self {
        let respelled = respelled(document, sibling);
        let of = |article: &'a NormalizedText<'_>| -> Vec<HashSet<&'a str>> {
            let sentences = 0..article.sentences.len();
            sentences
                .map(|sentence| article.content(sentence))
                .collect()
        };
        let own = of(document);
        let mut other = of(sibling);
        for stems in &mut other {
            *stems = stems
                .iter()
                .map(|stem| respelled.get(stem).copied().unwrap_or(stem))
                .collect();
        }
        let mut counts: HashMap<&str, f32> = HashMap::new();
        for stem in own.iter().chain(&other).flatten() {
            *counts.entry(stem).or_default() += 1.0;
        }
        let sentences = (own.len() + other.len()) as f32;
        for count in counts.values_mut() {
            *count = (1.0 + sentences / *count).ln();
        }
        let mut having: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, stems) in other.iter().enumerate() {
            for stem in stems {
                having.entry(stem).or_default().push(index);
            }
        }
        let mut alignment = Self {
            weights: counts,
            document: own,
            sibling_weights: Vec::new(),
            having,
            sibling: other,
        };
        let weights = alignment.sibling.iter();
        alignment.sibling_weights = weights
            .map(|other| alignment.weight(other.iter()))
            .collect();
        alignment
    }

    /// The sibling's sentences that share most with a sentence of the
    /// document, best first, each with its share, 0 to 1: 0 where it rests on
    /// one word alone.
    pub(super) fn of(&self, sentence: usize) -> Vec<(usize, f32)> {
        let own = &self.document[sentence];
        let own_weight = self.weight(own.iter());
        let mut found: Vec<(usize, f32)> = self
            .sharing(own, own_weight)
            .into_iter()
            .map(|index| {
                let other = &self.sibling[index];
                let whole = (own_weight * self.sibling_weights[index]).sqrt();
                let shared = self.weight(own.intersection(other));
                let share = if whole > 0.0 { shared / whole } else { 0.0 };
                (index, share, own.intersection(other).count())
            })
            .filter(|(_, share, _)| *share >= MIN_SHARE)
            // Short sentences meet in one word by chance.
            .map(|(index, share, words)| (index, if words > 1 { share } else { 0.0 }))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(MAX_ALIGNED);
        found
    }

    /// The sibling's sentences that may share enough with a sentence of the document, in order.
    /// Sums in any order are near enough to leave out the rest.
    fn sharing(&self, own: &HashSet<&'a str>, own_weight: f32) -> BTreeSet<usize> {
        let mut shared: HashMap<usize, f32> = HashMap::new();
        for stem in own {
            let weight = self.weights.get(stem).copied().unwrap_or_default();
            for &index in self.having.get(stem).into_iter().flatten() {
                *shared.entry(index).or_default() += weight;
            }
        }
        let enough = |(index, shared): (usize, f32)| {
            let whole = (own_weight * self.sibling_weights[index]).sqrt();
            (shared * ROUNDING >= MIN_SHARE * whole).then_some(index)
        };
        shared.into_iter().filter_map(enough).collect()
    }

    fn weight<'b>(&self, stems: impl Iterator<Item = &'b &'a str>) -> f32
    where
        'a: 'b,
    {
        // Sums of floats depend on their order, and a set has none of its own.
        let mut weights: Vec<f32> = stems
            .map(|stem| self.weights.get(stem).copied().unwrap_or_default())
            .collect();
        weights.sort_by(f32::total_cmp);
        weights.iter().sum()
    }
}

/// The sibling's names that the document only has in another spelling.
fn respelled<'a>(
    document: &'a NormalizedText<'_>,
    sibling: &'a NormalizedText<'_>,
) -> HashMap<&'a str, &'a str> {
    let names = |article: &'a NormalizedText<'_>| -> Vec<&'a Form> {
        let mut seen = HashSet::new();
        (0..article.forms.len())
            .filter(|&word| article.looks_like_name(word))
            .map(|word| &article.forms[word])
            .filter(|form| seen.insert(&form.stem))
            .take(MAX_NAMES)
            .collect()
    };
    let stems: HashSet<&str> = document.forms.iter().map(|f| f.stem.as_str()).collect();
    let own = names(document);
    names(sibling)
        .into_iter()
        .filter(|name| !stems.contains(name.stem.as_str()))
        .filter_map(|name| {
            own.iter()
                .map(|other| (similarity(other, name).total, *other))
                .filter(|(total, _)| *total >= SAME_NAME)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, other)| (name.stem.as_str(), other.stem.as_str()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lm::{LmError, SentenceVectors};
    use crate::segment::segment;
    use crate::sibling::similarity::Normalizer;

    fn aligned(document: &str, sibling: &str) -> Vec<Vec<usize>> {
        let (own, other) = (segment(document), segment(sibling));
        let normalizer = Normalizer::default();
        let document = NormalizedText::new(&normalizer, document, &own, 100);
        let sibling = NormalizedText::new(&normalizer, sibling, &other, 100);
        let alignment = Alignment::new(&document, &sibling);
        (0..document.sentences.len())
            .map(|sentence| alignment.of(sentence).iter().map(|(s, _)| *s).collect())
            .collect()
    }

    #[test]
    fn sentences_meet_by_rare_words_and_names_in_other_spellings() {
        let found = aligned(
            "The conductor Tschaikowski fell ill. Tickets cost 40 euros.",
            "You paid 40 euros for a seat. Nobody had told Tchaikovsky. It rained.",
        );
        assert_eq!(found, [vec![1], vec![0]]);
    }

    #[test]
    fn sentences_on_other_subjects_stay_unaligned() {
        let found = aligned(
            "The bank raised its rates.",
            "The whale was seen near the coast. It was the largest in years.",
        );
        assert_eq!(found, [Vec::<usize>::new()]);
    }

    /// Sentences about the sea and about money, by whatever words.
    struct Subjects;

    impl SentenceVectors for Subjects {
        fn id(&self) -> &str {
            "subjects"
        }

        fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, LmError> {
            let vector = |sentence: &&str| match () {
                () if sentence.contains("whale") => vec![1.0, 0.0, 0.0],
                () if sentence.contains("animal") => vec![0.8, 0.6, 0.0],
                () if sentence.contains("bank") => vec![0.0, 0.0, 1.0],
                () => vec![0.0, 1.0, 0.0],
            };
            Ok(sentences.iter().map(vector).collect())
        }
    }

    #[test]
    fn sentences_meet_by_their_vectors_where_there_are_some() {
        let document = "The whale was seen near the coast. The bank raised its rates.";
        let sibling = "It rained. A large sea animal came close to land. Another whale followed.";
        let (own, other) = (segment(document), segment(sibling));
        let normalizer = Normalizer::default();
        let article = |text, segments| {
            NormalizedText::new(&normalizer, text, segments, 100)
                .with(&Subjects)
                .unwrap()
        };
        let (document, sibling) = (article(document, &own), article(sibling, &other));
        let found = aligned_by_vectors(&document, &sibling, 0);
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(found[0].1, 1.0);
        assert!(found[1].1 > MIN_SHARE && found[1].1 < 1.0);
        assert_eq!(aligned_by_vectors(&document, &sibling, 1), []);
    }
}
