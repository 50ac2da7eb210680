//! What an article is about, as words that can be compared and counted.
//!
//! In: a text. Out: a [`Profile`]: its content words by stem, its numbers by
//! their digits, which of them are names, how they sound, and how many articles
//! of English in general have each. It compares nothing and knows no pool.

use std::collections::BTreeMap;
use std::sync::Arc;

use mtlint::segment::{WordKind, segment};
use mtlint::sibling::similarity::Form;

use super::vocabulary::{Vocabulary, WordEntry};

/// Words of a text that are looked at: a news story many times over. A text of
/// the largest size allowed would make millions of terms.
const MAX_WORDS: usize = 20_000;

/// What opens a sentence is a name only if it is rarer than this in English,
/// on the Zipf scale: there every word has a capital.
const OPENING_NAME_ZIPF: f32 = 3.0;

/// A stem or a number of one article, with its count.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Term {
    /// The vocabulary's entry of the word, as it is first written in the text.
    pub entry: Arc<WordEntry>,
    /// Whether the term is written as a name is, anywhere in the text.
    pub name: bool,
    /// How often the term stands in the text.
    pub count: usize,
}

impl Term {
    /// The form of the word, made ready for comparison.
    pub(super) fn form(&self) -> &Form {
        &self.entry.form
    }

    /// Whether the term holds a digit.
    pub(super) fn is_number(&self) -> bool {
        !self.entry.form.digits.is_empty()
    }
}

/// An article's terms by key, in the order of the keys, so that sums over them
/// come out the same every time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Profile {
    /// Stems and digits with what is known of them.
    pub terms: BTreeMap<String, Term>,
    /// The article's words in order, for comparing the wording.
    pub words: Vec<Arc<WordEntry>>,
}

impl Profile {
    /// The profile of `text`.
    pub(super) fn new(vocabulary: &Vocabulary, text: &str) -> Self {
        let segments = segment(text);
        let mut profile = Self::default();
        let mut opened = None;
        let words = segments.words.iter();
        for word in words
            .filter(|word| word.kind == WordKind::Word)
            .take(MAX_WORDS)
        {
            let opens = opened.replace(word.sentence) != Some(word.sentence);
            let entry = vocabulary.entry(word.span.slice(text).unwrap_or_default());
            if entry.form.is_content() {
                profile.add(&entry, opens);
            }
            profile.words.push(entry);
        }
        profile
    }

    fn add(&mut self, entry: &Arc<WordEntry>, opens: bool) {
        // "20 %" and "20%" are the same number, and so are "G20" and "G-20".
        let key = if entry.form.digits.is_empty() {
            &entry.form.stem
        } else {
            &entry.form.digits
        };
        let name = entry.form.capital && (!opens || entry.zipf < OPENING_NAME_ZIPF);
        if let Some(term) = self.terms.get_mut(key) {
            term.name |= name;
            term.count += 1;
        } else if !key.is_empty() {
            let term = Term {
                entry: Arc::clone(entry),
                name,
                count: 1,
            };
            self.terms.insert(key.clone(), term);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(text: &str) -> Profile {
        Profile::new(&Vocabulary::new().unwrap(), text)
    }

    #[test]
    fn stems_numbers_and_names_are_told_apart() {
        let found = profile("The ferries to Skagen carried 1,250 cars. Ferry crews went home.");
        assert_eq!(found.terms["ferri"].count, 2);
        assert!(!found.terms["ferri"].name, "a capital opens a sentence");
        assert!(found.terms["skagen"].name);
        assert!(found.terms["1250"].is_number());
        assert!(!found.terms.contains_key("the"));
        assert!(found.terms["skagen"].entry.prior < found.terms["home"].entry.prior / 100.0);
    }

    #[test]
    fn odd_texts_have_profiles_too() {
        for text in ["", "\u{feff}", "....", "\u{0}", "👩‍👩‍👧 漢字 ' ’s"] {
            profile(text);
        }
        let long = profile(&"Rain fell. ".repeat(50_000));
        assert_eq!(long.words.len(), MAX_WORDS);
    }
}
