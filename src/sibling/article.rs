//! A sibling, which is another article on the same story, split into sentences and words.
//!
//! In: its text, and what the detector makes of it. Out: [`SiblingArticle`], plain data
//! that holds both, so that one sibling can be compared with many documents. Users of the
//! library hold an [`Article`](crate::Article), which shares one of these. It compares
//! nothing itself.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::document::{Prose, content};
use crate::segment::{Segments, normal, segment, without_possessive};

/// The words of a sibling that are read and compared: a news story many times over. Work
/// grows with the product of the two lengths.
pub(super) const MAX_SIBLING_WORDS: usize = 20_000;

/// A sibling article, split into sentences and words: what an
/// [`Article`](crate::Article) shares between documents.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingArticle {
    /// The id of the article: its path as given, or the id of its record.
    pub id: String,
    /// The text of the article; of a marked-up one, its prose.
    pub text: String,
    /// The sentences and words, as spans into `text`.
    pub segments: Segments,
    /// The probability that each word is garbled; words beyond the end count as right.
    pub p_garbled: Vec<f32>,
    /// The article's own quality, 0 to 100; `None` for one that cannot be judged, which
    /// is not believed.
    pub quality: Option<f32>,
    /// The marked-up text that `text` was taken from; `None` for plain text.
    pub original: Option<Original>,
}

/// A marked-up text on disk with the prose that is read of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Original {
    /// The marked-up text as it is on disk.
    pub text: String,
    /// The prose of the text, with where each part comes from.
    pub prose: Arc<Prose>,
}

impl SiblingArticle {
    /// Makes an article of `text`, with all words taken to be right and a quality of 100.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            id: id.into(),
            segments: segment(&text),
            text,
            p_garbled: Vec::new(),
            quality: Some(100.0),
            original: None,
        }
    }

    /// The part of the text that is read, without a byte order mark, which language
    /// models never saw.
    pub fn content(&self) -> &str {
        let last = self.segments.words.get(MAX_SIBLING_WORDS - 1);
        let text = last.and_then(|last| self.text.get(..last.span.end()));
        let text = text.unwrap_or(&self.text);
        content(text)
    }

    /// The words of the article, to look others up.
    pub fn spellings(&self) -> Spellings<'_> {
        let words = self.segments.words.iter();
        let words = words.filter_map(|word| word.span.slice(&self.text));
        Spellings(words.map(without_possessive).collect())
    }

    /// The phrases of the article, to look others up.
    pub fn phrases(&self) -> Phrases {
        let words = self.segments.words.iter();
        let words = words.map(|word| normal(word.span.slice(&self.text).unwrap_or_default()));
        let words: Vec<String> = words.collect();
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, word) in words.iter().enumerate() {
            places.entry(word.clone()).or_default().push(at);
        }
        Phrases { words, places }
    }
}

/// The words of an article as they are spelled.
pub struct Spellings<'a>(HashSet<&'a str>);

impl Spellings<'_> {
    /// Whether the article has this very word, spelled alike, with or without
    /// a possessive ending.
    pub fn has(&self, word: &str) -> bool {
        self.0.contains(without_possessive(word))
    }
}

/// The words and marks of an article in their normal form, and where each stands.
pub struct Phrases {
    words: Vec<String>,
    places: HashMap<String, Vec<usize>>,
}

impl Phrases {
    /// Whether the article has these very words and marks, one behind the other. They must
    /// be in their normal form.
    pub fn has(&self, phrase: &[String]) -> bool {
        let starts = phrase.first().and_then(|first| self.places.get(first));
        let mut starts = starts.into_iter().flatten();
        starts.any(|start| self.words[*start..].starts_with(phrase))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_known_word_for_word_however_its_apostrophes_are_drawn() {
        let article = SiblingArticle::new("a", "He said: L’ami est là.");
        let phrases = article.phrases();
        let has = |words: &[&str]| {
            let words = words.iter().map(|word| (*word).to_owned());
            phrases.has(&words.collect::<Vec<_>>())
        };
        assert!(has(&["L'ami", "est", "là", "."]));
        assert!(!has(&["L'ami", "là"]) && !has(&[]));
        assert!(!has(&["là", ".", "Non"]));
    }
}
