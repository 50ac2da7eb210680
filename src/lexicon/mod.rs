//! What is known of single words, without any context: how frequent one is in
//! English, how frequent in the language in which it is most frequent besides,
//! and what language it looks like.
//!
//! In: the text of one word. Out: an [`Entry`], features of it for a trained
//! head, and the language of a word that is clearly not English. It does not
//! know names: `Kowalczyk` looks Polish and is right in an English text, so
//! whoever asks has to tell names first. It does not know context either:
//! `chat` is English here, though the text may mean a cat. Beside it stand a table of names in
//! foreign form, such as `Varsovie`, which is asked for a name of one word or more, and a
//! dictionary of what foreign words mean.
//!
//! Frequencies are on the Zipf scale: the decimal logarithm of occurrences in a
//! billion words. *The* has 7.7, *lighthouse* some 3.5; what has less than 1.5
//! is not listed. Both data files are derived from the package wordfreq and
//! under CC BY-SA 4.0, see `models/lexicon.LICENSE.md`.

mod dictionary;
mod entry;
mod error;
mod language;
mod list;
mod names;
mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod word;

pub(crate) use dictionary::{meanings, other_senses};
pub use entry::Entry;
pub(crate) use entry::{FEATURES, LEXICON_WIDTH, features};
pub use error::LexiconError;
pub use language::ForeignLanguage;
pub use list::WordFrequency;
pub(crate) use names::{ForeignForm, NameKind, begins_a_name, foreign_form, people_called};
pub use spelling::Spelling;

use entry::UNLISTED_ZIPF;
use list::WordList;
use spelling::SpellingModel;
use word::Form;

const LIST: &[u8] = include_bytes!("../../models/lexicon.fst");
const SPELLING: &[u8] = include_bytes!("../../models/spelling.safetensors");

/// Shorter words are abbreviations and particles of names more often than they
/// are foreign.
const MIN_DECIDED: usize = 3;
/// What is no longer than this and all in capitals is an abbreviation.
const MAX_ABBREVIATION: usize = 5;

/// A lexicon: a list of words with their frequencies, and a model of how languages are
/// spelled for words that no list has.
pub struct Lexicon {
    list: WordList,
    spelling: SpellingModel,
}

impl Lexicon {
    /// Loads the lexicon that is part of the library.
    ///
    /// # Errors
    /// When its data are damaged.
    pub fn embedded() -> Result<Self, LexiconError> {
        Ok(Self {
            list: WordList::new(LIST)?,
            spelling: SpellingModel::new(SPELLING)?,
        })
    }

    /// Looks up a word as it stands in a text. Case and a possessive ending do not count. Of a compound that is not listed, the part that is least
    /// English counts.
    pub fn look_up(&self, word: &str) -> Entry {
        let form = Form::new(word);
        let parts = form.parts();
        let entries = parts.iter().map(|part| self.part(part));
        let rarest = entries.min_by(|a, b| a.englishness().total_cmp(&b.englishness()));
        let Some(mut entry) = rarest else {
            return Entry::NEUTRAL;
        };
        if let Some(listed) = self.list.get(form.whole()) {
            entry.english_zipf = listed.english_zipf();
            entry.foreign = listed.foreign();
        }
        entry
    }

    /// The English name of the language that this word is in, when it is
    /// clearly not English, with a confidence from 0.5 to 1, by the rule of
    /// [`Entry::foreign_language`]. Words of one or two characters and
    /// abbreviations in capitals of up to five are never decided.
    pub fn foreign_language(&self, word: &str) -> Option<(&'static str, f32)> {
        // Characters, not bytes: three are the fewest that are decided.
        word.chars().nth(MIN_DECIDED - 1)?;
        let long = word.chars().nth(MAX_ABBREVIATION).is_some();
        if !long && !word.chars().any(char::is_lowercase) {
            return None;
        }
        let (language, confidence) = self.look_up(word).foreign_language()?;
        Some((language.name(), confidence))
    }

    /// How frequent a word in lower case is in English, on the Zipf scale; what
    /// is not listed counts as rarer than all that is. Much quicker than
    /// [`Lexicon::look_up`], which also looks at the spelling.
    pub fn english_zipf(&self, word: &str) -> f32 {
        let listed = self.list.get(word).unwrap_or_default();
        listed.english_zipf().max(UNLISTED_ZIPF)
    }

    fn part(&self, part: &str) -> Entry {
        let listed = self.list.get(part).unwrap_or_default();
        let spelling = if word::is_latin(part) {
            self.spelling.spelling(part)
        } else {
            Spelling {
                p_english: 0.0,
                foreign: None,
            }
        };
        Entry {
            is_word: true,
            english_zipf: listed.english_zipf(),
            foreign: listed.foreign(),
            spelling,
        }
    }
}
