//! The function words by which English is known.
//!
//! In: words. Out: how many of them only English writes so. Function words make
//! up some four tenths of any English text and survive machine translation even
//! where the nouns and verbs do not; that makes them a steadier sign than letter
//! triples. Two lists and no grammar.

use super::foreign::{foreign_function_word, in_other_script};
use crate::segment::{Word, WordKind};

/// Function words that no other language in Latin script writes often. Sorted
/// by bytes.
const ONLY_ENGLISH: &[&str] = &[
    "about",
    "after",
    "again",
    "against",
    "although",
    "and",
    "another",
    "any",
    "because",
    "been",
    "before",
    "being",
    "between",
    "both",
    "can't",
    "can’t",
    "could",
    "couldn't",
    "couldn’t",
    "did",
    "didn't",
    "didn’t",
    "does",
    "doesn't",
    "doesn’t",
    "don't",
    "don’t",
    "down",
    "during",
    "each",
    "every",
    "few",
    "from",
    "further",
    "having",
    "he's",
    "here",
    "herself",
    "he’s",
    "himself",
    "his",
    "how",
    "however",
    "i'm",
    "into",
    "isn't",
    "isn’t",
    "it's",
    "its",
    "itself",
    "it’s",
    "i’m",
    "just",
    "many",
    "most",
    "much",
    "myself",
    "nor",
    "now",
    "of",
    "off",
    "once",
    "only",
    "other",
    "our",
    "out",
    "own",
    "same",
    "she",
    "she's",
    "she’s",
    "should",
    "since",
    "some",
    "such",
    "than",
    "that",
    "that's",
    "that’s",
    "the",
    "their",
    "them",
    "themselves",
    "then",
    "there",
    "there's",
    "there’s",
    "these",
    "they",
    "this",
    "those",
    "though",
    "through",
    "too",
    "until",
    "upon",
    "very",
    "wasn't",
    "wasn’t",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whom",
    "whose",
    "why",
    "with",
    "within",
    "without",
    "won't",
    "won’t",
    "would",
    "wouldn't",
    "wouldn’t",
    "you",
    "your",
    "yours",
    "yourself",
];

/// English function words that are frequent words elsewhere too: "in" is
/// German, "are" Romanian, "no" Spanish. Sorted by bytes.
const SHARED: &[&str] = &[
    "a", "all", "also", "am", "an", "are", "as", "at", "be", "but", "by", "can", "do", "for",
    "had", "has", "have", "he", "her", "him", "i", "if", "in", "is", "it", "man", "me", "more",
    "my", "no", "not", "on", "or", "over", "per", "so", "to", "under", "up", "us", "was", "we",
    "will",
];

/// How a word counts as a sign of English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A function word of English alone.
    Only,
    /// A function word of English and of others.
    Shared,
    /// Any other word.
    None,
}

/// What kind of sign `word` is.
pub(super) fn sign(word: &str) -> Sign {
    // Longer than any in the lists, in bytes.
    if word.len() > 12 {
        return Sign::None;
    }
    let lower = word.to_lowercase();
    if ONLY_ENGLISH.binary_search(&lower.as_str()).is_ok() {
        Sign::Only
    } else if SHARED.binary_search(&lower.as_str()).is_ok() {
        Sign::Shared
    } else {
        Sign::None
    }
}

/// The signs of a text's language, counted in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs {
    /// Words with a letter.
    pub(super) words: usize,
    /// Function words of English alone.
    pub(super) only_english: usize,
    /// Function words of other languages.
    pub(super) foreign: usize,
    /// Words in another script than Latin.
    pub(super) other_script: usize,
}

impl Signs {
    /// The share of all words that `part` is; 0 where there are none.
    pub(super) fn share(self, part: usize) -> f32 {
        part as f32 / self.words.max(1) as f32
    }
}

/// Counts the signs in `words`.
pub(super) fn signs(text: &str, words: &[Word]) -> Signs {
    let mut signs = Signs::default();
    for word in words.iter().filter(|word| word.kind == WordKind::Word) {
        let written = &text[word.span.range()];
        if !written.contains(char::is_alphabetic) {
            continue;
        }
        signs.words += 1;
        if in_other_script(written) {
            signs.other_script += 1;
        } else if sign(written) == Sign::Only {
            signs.only_english += 1;
        } else if foreign_function_word(written).is_some() {
            signs.foreign += 1;
        }
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_and_apart() {
        assert!(ONLY_ENGLISH.is_sorted() && SHARED.is_sorted());
        assert!(ONLY_ENGLISH.iter().all(|word| !SHARED.contains(word)));
        assert!(
            ONLY_ENGLISH
                .iter()
                .chain(SHARED)
                .all(|word| word.len() <= 12)
        );
        assert_eq!(
            (sign("The"), sign("in"), sign("boat")),
            (Sign::Only, Sign::Shared, Sign::None)
        );
    }
}
