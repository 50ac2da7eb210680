//! Which sentences of a sibling say the same as a sentence of the document.
//!
//! In: two articles whose words are made comparable ([`Article`]). Out: for a
//! sentence of the document, the few sibling sentences that share most with it.
//! What is shared weighs by rarity: stems, names across spellings, numbers.
//! Sentences that share too little stay unaligned. It compares words, not
//! meanings, and proposes nothing.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use crate::lm::{LmError, SentenceVectors};
use crate::segment::{Segments, WordKind};
use crate::span::Span;

use super::names::{Form, Former, relatedness};

/// Sibling sentences kept for a sentence of the document.
const KEPT: usize = 4;

/// Least share of the two sentences' weight that aligned ones have in common.
const FLOOR: f32 = 0.12;

/// Least cosine of the vectors of sentences that are aligned by these.
const ALIKE: f32 = 0.5;

/// How closely a name must match one of the other spelling to count as shared.
const SAME_NAME: f32 = 0.72;

/// Words of a sentence that are compared with another: time grows with the product.
/// Longer ones are lists and tables more than sentences.
const COMPARED: usize = 200;

/// Names of one article that are compared with the other's; the comparison is
/// of every pair.
const MOST_NAMES: usize = 1_000;

/// A text with its words made comparable.
pub(super) struct Article<'a> {
    pub text: &'a str,
    pub segments: &'a Segments,
    /// One form a word; punctuation marks have an empty one.
    pub forms: Vec<Form>,
    /// The words of each sentence.
    pub sentences: Vec<Range<usize>>,
    /// What is known of each sentence as a whole.
    pub traits: Vec<Traits>,
    /// A vector of length 1 for each sentence; none where words align.
    pub vectors: Vec<Vec<f32>>,
}

/// What is known of a sentence as a whole: every edit in it asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traits {
    /// Words, marks not counted.
    pub words: usize,
    /// Whether it is written in capitals throughout.
    pub shouts: bool,
}

impl<'a> Article<'a> {
    /// The article's first `most` words.
    pub fn new(former: &Former, text: &'a str, segments: &'a Segments, most: usize) -> Self {
        let spell = |word: &crate::segment::Word| word.span.slice(text).unwrap_or_default();
        let words = &segments.words;
        let sentences: Vec<Range<usize>> = (0..segments.sentences.len())
            .map(|index| {
                let first = words.partition_point(|word| word.sentence < index);
                first..words.partition_point(|word| word.sentence <= index)
            })
            .take_while(|words| words.start < most)
            .map(|words| words.start..words.end.min(most))
            .collect();
        let traits = sentences
            .iter()
            .enumerate()
            .map(|(index, sentence)| Traits {
                words: words[sentence.clone()]
                    .iter()
                    .filter(|word| word.kind == WordKind::Word)
                    .count(),
                shouts: segments.sentences[index].slice(text).is_some_and(shouts),
            });
        let words = &words[..sentences.last().map_or(0, |words| words.end)];
        Self {
            text,
            segments,
            forms: words.iter().map(|word| former.form(spell(word))).collect(),
            traits: traits.collect(),
            vectors: Vec::new(),
            sentences,
        }
    }

    /// The same article with vectors of its sentences.
    ///
    /// # Errors
    /// When they cannot be made.
    pub fn with(mut self, vectors: &dyn SentenceVectors) -> Result<Self, LmError> {
        let sentences = self.segments.sentences.iter().take(self.sentences.len());
        let sentences = sentences.map(|span| span.slice(self.text).unwrap_or_default());
        self.vectors = vectors.vectors(&sentences.collect::<Vec<_>>())?;
        Ok(self)
    }

    /// The words of a sentence that are compared.
    pub fn compared(&self, sentence: usize) -> Range<usize> {
        let words = &self.sentences[sentence];
        words.start..words.end.min(words.start + COMPARED)
    }

    /// The word as it is written.
    pub fn spelling(&self, word: usize) -> &'a str {
        self.segments.words[word]
            .span
            .slice(self.text)
            .unwrap_or_default()
    }

    /// The bytes of a stretch of words; `None` where there are none.
    pub fn cover<T>(&self, words: &Range<usize>) -> Option<Span<T>> {
        let all = self.segments.words.get(words.clone())?;
        let (first, last) = (all.first()?, all.last()?);
        Some(first.span.cover(last.span).retype())
    }

    /// Whether it is a word, not a punctuation mark.
    pub fn is_word(&self, word: usize) -> bool {
        self.segments.words[word].kind == WordKind::Word
    }

    /// Whether it is the first word of its sentence, marks not counted.
    pub fn opens_sentence(&self, word: usize) -> bool {
        let sentence = &self.sentences[self.segments.words[word].sentence];
        (sentence.start..word).all(|before| !self.is_word(before))
    }

    /// Whether the word is written as a name is: with a capital or a digit
    /// where the sentence does not ask for one.
    pub fn looks_like_name(&self, word: usize) -> bool {
        let form = &self.forms[word];
        form.is_content() && form.capital && !self.opens_sentence(word)
    }

    fn content(&self, sentence: usize) -> HashSet<&str> {
        self.sentences[sentence]
            .clone()
            .map(|word| &self.forms[word])
            .filter(|form| form.is_content())
            .map(|form| form.stem.as_str())
            .collect()
    }
}

/// Whether a sentence is written in capitals throughout.
fn shouts(sentence: &str) -> bool {
    let letters = sentence.chars().filter(|c| c.is_alphabetic());
    let (mut all, mut upper) = (0, 0);
    for letter in letters {
        all += 1;
        upper += usize::from(letter.is_uppercase());
    }
    all > 8 && upper * 10 >= all * 9
}

/// The sibling's sentences whose vectors are most like that of a sentence of the
/// document, best first, each with a share as [`Alignment::of`] gives it.
pub(super) fn alike(
    document: &Article<'_>,
    sibling: &Article<'_>,
    sentence: usize,
) -> Vec<(usize, f32)> {
    let Some(own) = document.vectors.get(sentence) else {
        return Vec::new();
    };
    let others = sibling.vectors.iter().enumerate();
    let mut found: Vec<(usize, f32)> = others
        .map(|(index, other)| (index, own.iter().zip(other).map(|(a, b)| a * b).sum()))
        .filter(|(_, cosine)| *cosine >= ALIKE)
        .map(|(index, cosine): (usize, f32)| {
            let above = (cosine.min(1.0) - ALIKE) / (1.0 - ALIKE);
            (index, FLOOR + above * (1.0 - FLOOR))
        })
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    found.truncate(KEPT);
    found
}

/// The weight of every stem, and the sibling's names in the document's
/// spelling.
pub(super) struct Alignment<'a> {
    weights: HashMap<&'a str, f32>,
    document: Vec<HashSet<&'a str>>,
    sibling: Vec<HashSet<&'a str>>,
    /// The weight of each of the sibling's sentences.
    sibling_weights: Vec<f32>,
    /// The sibling's sentences that have a stem.
    having: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Alignment<'a> {
    pub fn new(document: &'a Article<'_>, sibling: &'a Article<'_>) -> Self {
        let respelled = respelled(document, sibling);
        let of = |article: &'a Article<'_>| -> Vec<HashSet<&'a str>> {
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
    pub fn of(&self, sentence: usize) -> Vec<(usize, f32)> {
        let own = &self.document[sentence];
        let own_weight = self.weight(own.iter());
        let met = own.iter().filter_map(|stem| self.having.get(stem));
        let met: BTreeSet<usize> = met.flatten().copied().collect();
        let mut found: Vec<(usize, f32)> = met
            .into_iter()
            .map(|index| {
                let other = &self.sibling[index];
                let whole = (own_weight * self.sibling_weights[index]).sqrt();
                let shared = self.weight(own.intersection(other));
                let share = if whole > 0.0 { shared / whole } else { 0.0 };
                (index, share, own.intersection(other).count())
            })
            .filter(|(_, share, _)| *share >= FLOOR)
            // Short sentences meet in one word by chance.
            .map(|(index, share, words)| (index, if words > 1 { share } else { 0.0 }))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(KEPT);
        found
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
fn respelled<'a>(document: &'a Article<'_>, sibling: &'a Article<'_>) -> HashMap<&'a str, &'a str> {
    let names = |article: &'a Article<'_>| -> Vec<&'a Form> {
        let mut seen = HashSet::new();
        (0..article.forms.len())
            .filter(|&word| article.looks_like_name(word))
            .map(|word| &article.forms[word])
            .filter(|form| seen.insert(&form.stem))
            .take(MOST_NAMES)
            .collect()
    };
    let stems: HashSet<&str> = document.forms.iter().map(|f| f.stem.as_str()).collect();
    let own = names(document);
    names(sibling)
        .into_iter()
        .filter(|name| !stems.contains(name.stem.as_str()))
        .filter_map(|name| {
            own.iter()
                .map(|other| (relatedness(other, name).total, *other))
                .filter(|(total, _)| *total >= SAME_NAME)
                .max_by(|a, b| a.0.total_cmp(&b.0))
                .map(|(_, other)| (name.stem.as_str(), other.stem.as_str()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;

    fn aligned(document: &str, sibling: &str) -> Vec<Vec<usize>> {
        let (own, other) = (segment(document), segment(sibling));
        let former = Former::default();
        let document = Article::new(&former, document, &own, 100);
        let sibling = Article::new(&former, sibling, &other, 100);
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
        let former = Former::default();
        let article = |text, segments| {
            Article::new(&former, text, segments, 100)
                .with(&Subjects)
                .unwrap()
        };
        let (document, sibling) = (article(document, &own), article(sibling, &other));
        let found = alike(&document, &sibling, 0);
        assert_eq!(found.iter().map(|(at, _)| *at).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(found[0].1, 1.0);
        assert!(found[1].1 > FLOOR && found[1].1 < 1.0);
        assert_eq!(alike(&document, &sibling, 1), []);
    }
}
