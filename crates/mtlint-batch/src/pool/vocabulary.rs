//! Single words, made ready for comparison once.
//!
//! In: a word as it stands in a text. Out: its [`WordEntry`]: its form and how many
//! articles of English have it. A pool meets the same words over and over, so
//! that they are remembered, up to a limit. It knows no texts.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use mtlint::lexicon::{Lexicon, LexiconError};
use mtlint::sibling::similarity::{Form, Normalizer};

/// Words that are remembered: some 15 MiB. When there are more, all are
/// forgotten and the usual ones soon learnt again.
const MAX_REMEMBERED_WORDS: usize = 50_000;

/// Words of the article for which [`WordEntry::prior`] is reckoned.
const USUAL_WORDS: f64 = 300.0;

/// A word of English text with what comparisons need of it.
#[derive(Debug, PartialEq)]
pub(super) struct WordEntry {
    /// The word's form, made ready for comparison.
    pub form: Form,
    /// The word's frequency in English on the Zipf scale.
    pub zipf: f32,
    /// The share of English articles of usual length that have the word, 0 to 1.
    pub prior: f32,
}

/// Makes words ready, and remembers them.
pub(super) struct Vocabulary {
    normalizer: Normalizer,
    lexicon: Lexicon,
    remembered: RwLock<HashMap<String, Arc<WordEntry>>>,
}

impl Vocabulary {
    /// Makes a vocabulary that remembers no word yet.
    ///
    /// # Errors
    /// When the lexicon is damaged.
    pub(super) fn new() -> Result<Self, LexiconError> {
        Ok(Self {
            normalizer: Normalizer::default(),
            lexicon: Lexicon::embedded()?,
            remembered: RwLock::default(),
        })
    }

    /// The entry of `word`, from memory if the word was asked for before.
    pub(super) fn entry(&self, word: &str) -> Arc<WordEntry> {
        // A thread that failed left the table whole: entries go in as one.
        let remembered = self.remembered.read();
        let remembered = remembered.unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = remembered.get(word) {
            return Arc::clone(entry);
        }
        drop(remembered);
        let form = self.normalizer.form(word);
        let zipf = self.lexicon.english_zipf(&form.folded);
        let entry = Arc::new(WordEntry {
            form,
            zipf,
            prior: prior(zipf),
        });
        let remembered = self.remembered.write();
        let mut remembered = remembered.unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= MAX_REMEMBERED_WORDS {
            remembered.clear();
        }
        remembered.insert(word.to_owned(), Arc::clone(&entry));
        entry
    }
}

/// The share of articles of usual length that have a word this frequent, were
/// words strewn evenly. The Zipf scale counts in a billion words.
fn prior(zipf: f32) -> f32 {
    let expected = USUAL_WORDS * 10f64.powf(f64::from(zipf) - 9.0);
    (1.0 - (-expected).exp()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_the_same_way_again() {
        let vocabulary = Vocabulary::new().unwrap();
        let first = vocabulary.entry("Harbours");
        assert_eq!(first.form.folded, "harbours");
        assert!(Arc::ptr_eq(&first, &vocabulary.entry("Harbours")));
        assert!(vocabulary.entry("the").prior > 0.99);
        assert!(first.prior < 0.1);
    }

    #[test]
    fn not_all_words_are_remembered() {
        let vocabulary = Vocabulary::new().unwrap();
        for number in 0..=MAX_REMEMBERED_WORDS {
            vocabulary.entry(&number.to_string());
        }
        assert!(vocabulary.remembered.read().unwrap().len() <= MAX_REMEMBERED_WORDS);
        assert_eq!(vocabulary.entry("17").form.digits, "17");
    }
}
