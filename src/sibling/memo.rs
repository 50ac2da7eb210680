//! What was computed of words before, so that it is not computed twice.
//!
//! In: forms and spellings of the document and its siblings. Out: how similar two
//! forms are, what the lexicon says of a spelling, where a sibling has words similar
//! to one of the document. Each answer follows from the question alone: a memo that
//! is new gives the same ones, only later. The caller makes one for a document and
//! hands it to whatever compares that document with its siblings.

use std::collections::HashMap;

use crate::lexicon::{Entry, Lexicon};

use super::similarity::{Form, SIMILAR, are_similar, similarity};
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
    /// By the sibling's number its content words, each spelling once, with all its places.
    content: HashMap<usize, Vec<(&'a Form, Vec<usize>)>>,
}

impl<'a> Memo<'a> {
    /// Makes an empty cache, with the lexicon that it asks.
    pub fn new(lexicon: &'a Lexicon) -> Self {
        Self {
            lexicon,
            similarities: HashMap::new(),
            entries: HashMap::new(),
            similar_words: HashMap::new(),
            content: HashMap::new(),
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
            let content = self.content.entry(index);
            let content = content.or_insert_with(|| distinct_content(sibling));
            // Asked once for each pair: not worth remembering.
            let similar = content.iter();
            let similar = similar.filter(|(form, _)| are_similar(own, form));
            let mut places: Vec<usize> = similar.flat_map(|(_, at)| at).copied().collect();
            places.sort_unstable();
            self.similar_words.insert(key, places);
        }
        self.similar_words.get(&key).map_or(&[], Vec::as_slice)
    }
}

/// The content words of a text, each once, with all places where it stands. Words that are folded
/// alike may still differ: "US" is content, "us" is not.
fn distinct_content<'a>(text: &'a NormalizedText<'_>) -> Vec<(&'a Form, Vec<usize>)> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut distinct: Vec<(&Form, Vec<usize>)> = Vec::new();
    let content = text.forms.iter().enumerate();
    for (at, form) in content.filter(|(_, form)| form.is_content()) {
        let index = *known.entry(&form.folded).or_insert(distinct.len());
        match distinct.get_mut(index) {
            Some((_, places)) => places.push(at),
            None => distinct.push((form, vec![at])),
        }
    }
    distinct
}
