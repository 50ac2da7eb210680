//! What was computed of words before, so that it is not computed twice.
//!
//! In: forms and spellings of the document and its siblings. Out: how similar two
//! forms are, what the lexicon says of a spelling, where a sibling has words similar
//! to one of the document. Each answer follows from the question alone: a memo that
//! is new gives the same ones, only later. The caller makes one for a document and
//! hands it to whatever compares that document with its siblings.

use std::collections::HashMap;

use crate::lexicon::{Entry, Lexicon};

use super::similarity::{Form, SIMILAR, similarity};
use super::text::NormalizedText;

/// Pairs of spellings that are remembered: those of long articles, not of floods.
const MAX_PAIRS: usize = 1_000_000;

/// A cache of answers about the words of a document and its siblings, each computed once.
/// A new one gives the same answers, only later.
pub struct Memo<'a> {
    lexicon: &'a Lexicon,
    /// By the folded forms of two words.
    similarities: HashMap<(&'a str, &'a str), f32>,
    /// By spelling. The lexicon's model of spellings is slow, and every edit asks.
    entries: HashMap<&'a str, Entry>,
    /// By the sibling's number and the folded form of a word of the document, the
    /// similar words of the sibling.
    similar_words: HashMap<(usize, &'a str), Vec<usize>>,
}

impl<'a> Memo<'a> {
    /// Makes an empty cache, with the lexicon that it asks.
    pub fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            lexicon,
            similarities: HashMap::new(),
            entries: HashMap::new(),
            similar_words: HashMap::new(),
        }
    }

    /// How similar a word of the document and one of a sibling are, 0 to 1.
    pub(super) fn similarity(&mut self, a: &'a Form, b: &'a Form) -> f32 {
        // "US" and "us" are spelled alike when folded.
        if a.common || b.common {
            return similarity(a, b).total;
        }
        if self.similarities.len() >= MAX_PAIRS {
            self.similarities.clear();
        }
        let words = (a.folded.as_str(), b.folded.as_str());
        *self
            .similarities
            .entry(words)
            .or_insert_with(|| similarity(a, b).total)
    }

    /// Whether a word of the document and one of a sibling can stand for each other.
    pub(super) fn are_similar(&mut self, a: &'a Form, b: &'a Form) -> bool {
        self.similarity(a, b) >= SIMILAR
    }

    /// What the lexicon says of a word of the document or of a sibling.
    pub(super) fn entry(&mut self, spelling: &'a str) -> Entry {
        let look_up = || self.lexicon.look_up(spelling);
        *self.entries.entry(spelling).or_insert_with(look_up)
    }

    /// Where the sibling numbered `index`, whose text is `sibling`, has words similar
    /// to the content word `own` of the document; nowhere for any other word.
    pub(super) fn similar_words(
        &mut self,
        index: usize,
        sibling: &'a NormalizedText<'_>,
        own: &'a Form,
    ) -> &[usize] {
        if !own.is_content() {
            return &[];
        }
        let key = (index, own.folded.as_str());
        if !self.similar_words.contains_key(&key) {
            let forms = sibling.forms.iter().enumerate();
            let content = forms.filter(|(_, form)| form.is_content());
            let similar = content.filter(|(_, form)| self.are_similar(own, form));
            let places = similar.map(|(at, _)| at).collect();
            self.similar_words.insert(key, places);
        }
        self.similar_words.get(&key).map_or(&[], Vec::as_slice)
    }
}
