//! A text whose words can be compared with those of another.
//!
//! In: a text and its segments. Out: [`NormalizedText`]: the form of each word, the
//! words of each sentence, and a vector of each sentence where a model makes some. It
//! compares nothing itself.

use std::collections::HashSet;
use std::ops::Range;

use crate::lm::{LmError, SentenceVectors};
use crate::segment::{Segments, Word, WordKind};
use crate::span::Span;

use super::similarity::{Form, Normalizer};

/// Words of a sentence that are compared with another: time grows with the product.
/// Longer ones are lists and tables more than sentences.
const MAX_COMPARED: usize = 200;

/// A sentence is in capitals if it has more letters than this, and nine of ten of
/// them are capitals.
const FEW_LETTERS: usize = 8;

/// A text with the normal form of each word.
pub(crate) struct NormalizedText<'a> {
    /// The text itself.
    pub text: &'a str,
    /// The sentences and words of the text.
    pub segments: &'a Segments,
    /// The form of each word; punctuation marks have an empty one.
    pub forms: Vec<Form>,
    /// The words of each sentence.
    pub sentences: Vec<Range<usize>>,
    /// The traits of each sentence.
    pub traits: Vec<SentenceTraits>,
    /// A vector of length 1 for each sentence; none where words align.
    pub vectors: Vec<Vec<f32>>,
}

/// The traits of a sentence as a whole, which every edit in it asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SentenceTraits {
    /// How many words the sentence has, marks not counted.
    pub words: usize,
    /// Whether the sentence is written in capitals.
    pub all_capitals: bool,
    /// The first of its words, marks not counted.
    pub first_word: Option<usize>,
}

impl<'a> NormalizedText<'a> {
    /// The normal forms of the first `max_words` words of a text.
    pub(super) fn new(
        normalizer: &Normalizer,
        text: &'a str,
        segments: &'a Segments,
        max_words: usize,
    ) -> Self {
        let spell = |word: &Word| word.span.slice(text).unwrap_or_default();
        let words = &segments.words;
        let sentences: Vec<Range<usize>> = (0..segments.sentences.len())
            .map(|index| {
                let first = words.partition_point(|word| word.sentence < index);
                first..words.partition_point(|word| word.sentence <= index)
            })
            .take_while(|words| words.start < max_words)
            .map(|words| words.start..words.end.min(max_words))
            .collect();
        let traits = sentences
            .iter()
            .enumerate()
            .map(|(index, sentence)| SentenceTraits {
                first_word: sentence
                    .clone()
                    .find(|&word| words[word].kind == WordKind::Word),
                words: words[sentence.clone()]
                    .iter()
                    .filter(|word| word.kind == WordKind::Word)
                    .count(),
                all_capitals: segments.sentences[index]
                    .slice(text)
                    .is_some_and(is_in_capitals),
            });
        let words = &words[..sentences.last().map_or(0, |words| words.end)];
        Self {
            text,
            segments,
            forms: words
                .iter()
                .map(|word| normalizer.form(spell(word)))
                .collect(),
            traits: traits.collect(),
            vectors: Vec::new(),
            sentences,
        }
    }

    /// This text with vectors of its sentences.
    ///
    /// # Errors
    /// When the model fails that makes the vectors.
    pub(super) fn with(mut self, vectors: &dyn SentenceVectors) -> Result<Self, LmError> {
        let sentences = self.segments.sentences.iter().take(self.sentences.len());
        let sentences = sentences.map(|span| span.slice(self.text).unwrap_or_default());
        self.vectors = vectors.vectors(&sentences.collect::<Vec<_>>())?;
        Ok(self)
    }

    /// The words of a sentence that are compared.
    pub(super) fn compared(&self, sentence: usize) -> Range<usize> {
        let words = &self.sentences[sentence];
        words.start..words.end.min(words.start + MAX_COMPARED)
    }

    /// The word at an index as it is written.
    pub(super) fn spelling(&self, word: usize) -> &'a str {
        self.segments.words[word]
            .span
            .slice(self.text)
            .unwrap_or_default()
    }

    /// The bytes of a range of words; `None` where there are none.
    pub(super) fn cover<T>(&self, words: &Range<usize>) -> Option<Span<T>> {
        let all = self.segments.words.get(words.clone())?;
        let (first, last) = (all.first()?, all.last()?);
        Some(first.span.cover(last.span).retype())
    }

    /// Whether the token at an index is a word, not a punctuation mark.
    pub(super) fn is_word(&self, word: usize) -> bool {
        self.segments.words[word].kind == WordKind::Word
    }

    /// Whether a word is the first of its sentence, marks not counted.
    pub(super) fn opens_sentence(&self, word: usize) -> bool {
        let first = self.traits[self.segments.words[word].sentence].first_word;
        first.is_none_or(|first| word <= first)
    }

    /// Whether the word is written as a name is: with a capital or a digit
    /// where the sentence does not ask for one.
    pub(super) fn looks_like_name(&self, word: usize) -> bool {
        let form = &self.forms[word];
        form.is_content() && form.capital && !self.opens_sentence(word)
    }

    /// The stems of a sentence's content words.
    pub(super) fn content(&self, sentence: usize) -> HashSet<&str> {
        self.sentences[sentence]
            .clone()
            .map(|word| &self.forms[word])
            .filter(|form| form.is_content())
            .map(|form| form.stem.as_str())
            .collect()
    }
}

/// Whether a sentence is long enough to be a heading in capitals, and nine of ten of its
/// letters are capitals.
fn is_in_capitals(sentence: &str) -> bool {
    let letters = sentence.chars().filter(|c| c.is_alphabetic());
    let (mut all, mut upper) = (0, 0);
    for letter in letters {
        all += 1;
        upper += usize::from(letter.is_uppercase());
    }
    all > FEW_LETTERS && upper * 10 >= all * 9
}
