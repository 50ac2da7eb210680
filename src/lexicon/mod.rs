//! What is known of single words, without any context: how frequent one is in
//! English, how frequent in the language in which it is most frequent besides,
//! and what language it looks like.
//!
//! In: the text of one word. Out: an [`Entry`], [`features`] of it for a trained
//! head, and the language of a word that is clearly not English. It does not
//! know names: `Kowalczyk` looks Polish and is right in an English text, so
//! whoever asks has to tell names first. It does not know context either:
//! `chat` is English here, though the text may mean a cat.
//!
//! Frequencies are on the Zipf scale: the decimal logarithm of occurrences in a
//! billion words. *The* has 7.7, *lighthouse* some 3.5; what has less than 1.5
//! is not listed. Both data files are derived from the package wordfreq and
//! under CC BY-SA 4.0, see `models/lexicon.LICENSE.md`.

mod language;
mod list;
mod spelling;
#[cfg(test)]
mod tests;
mod word;

pub use language::ForeignLanguage;
pub use list::{WordFrequency, WordList};
pub use spelling::{Spelling, SpellingModel};

use word::Form;

use crate::network::flag;

const LIST: &[u8] = include_bytes!("../../models/lexicon.fst");
const SPELLING: &[u8] = include_bytes!("../../models/spelling.safetensors");

/// How many numbers [`features`] makes of an entry.
pub const LEXICON_WIDTH: usize = 6;

/// Top of the Zipf scale: a word that makes up a tenth of all words.
const MAX_ZIPF: f32 = 8.0;
/// A word that is not listed is taken to be this frequent where two
/// frequencies are compared: half a unit below the rarest English ones.
const UNLISTED_ZIPF: f32 = 1.0;

/// Shorter words are abbreviations and particles of names more often than they
/// are foreign.
const MIN_DECIDED: usize = 3;
/// What is no longer than this and all in capitals is an abbreviation.
const MAX_ABBREVIATION: usize = 5;
/// How much more frequent, in Zipf units, a word has to be elsewhere than in
/// English to be clearly foreign, when its English frequency is
/// [`QUOTED_ZIPF`] or less: the English list counts what English texts quote.
const CLEAR_MARGIN: f32 = 2.0;
const QUOTED_ZIPF: f32 = 2.0;
/// What the margin grows by for each Zipf unit of English frequency above that:
/// *und* (3.9 and 7.4) is foreign, *pour* (4.1 and 7.0) and *den* are English.
const MARGIN_GROWTH: f32 = 0.75;
/// Of words that no list has, those are decided that look English with at most
/// this probability; `models/README.md` tells how many rare English ones do.
const SPELT_ENGLISH: f32 = 0.02;
/// And that look like one other language with at least this one.
const SPELT_FOREIGN: f32 = 0.5;

/// Why the lexicon cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LexiconError {
    /// The list of words is damaged.
    #[error("the list of words is damaged: {0}")]
    List(#[from] fst::Error),
    /// The weights of the spelling model are damaged.
    #[error("the spelling model is damaged: {0}")]
    Spelling(#[from] safetensors::SafeTensorError),
    /// A tensor is not as the spelling model needs it.
    #[error("the spelling model's {name} holds {got}, expected {expected}")]
    Shape {
        /// The name of the tensor.
        name: String,
        /// How many numbers of which type it must hold.
        expected: String,
        /// How many numbers of which type it holds.
        got: String,
    },
}

/// What the lexicon knows of a word.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entry {
    /// Whether the word has letters to judge. For a number or a sign the other fields are
    /// neutral.
    pub is_word: bool,
    /// The frequency in English on the Zipf scale, 0 to 8; 0 when the word is not listed.
    pub english_zipf: f32,
    /// The other language in which the word is most frequent, with its frequency
    /// there on the Zipf scale, 3.6 to 8; `None` when it is rarer everywhere.
    pub foreign: Option<(ForeignLanguage, f32)>,
    /// What language the word looks like.
    pub spelling: Spelling,
}

impl Entry {
    /// Of what has no letters, or only digits among them.
    const NEUTRAL: Self = Self {
        is_word: false,
        english_zipf: 0.0,
        foreign: None,
        spelling: Spelling {
            p_english: 1.0,
            foreign: None,
        },
    };

    /// Higher for what is more English: only for choosing among parts.
    fn englishness(&self) -> f32 {
        self.english_zipf + self.spelling.p_english
    }

    /// How much more frequent the word is elsewhere than in English, in Zipf
    /// units: negative for English words, 0 for what is nowhere listed.
    fn margin(&self) -> f32 {
        let foreign = self.foreign.map_or(UNLISTED_ZIPF, |(_, zipf)| zipf);
        foreign - self.english_zipf.max(UNLISTED_ZIPF)
    }

    /// The language of a word that is clearly not English, and a confidence
    /// from 0.5 to 1 that is no calibrated probability.
    ///
    /// A word that another language lists is in that language when it is there
    /// more frequent than in English by two Zipf units (a hundred times), and
    /// by more the better English knows it. A word that no list has is in the
    /// language that it looks like, when it does not look English at all. A
    /// word that only the English list has is English. Names are not told from
    /// words here.
    pub fn foreign_language(&self) -> Option<(ForeignLanguage, f32)> {
        if let Some((language, _)) = self.foreign {
            let above = (self.english_zipf - QUOTED_ZIPF).max(0.0);
            let beyond = self.margin() - (CLEAR_MARGIN + MARGIN_GROWTH * above);
            return (beyond >= 0.0).then(|| (language, 1.0 - 0.5 * 10f32.powf(-beyond)));
        }
        let looks_foreign = self.english_zipf == 0.0 && self.spelling.p_english <= SPELT_ENGLISH;
        let likely = |(_, probability): &(_, f32)| looks_foreign && *probability >= SPELT_FOREIGN;
        self.spelling.foreign.filter(likely)
    }
}

/// A column of the row that [`features`] makes: its name, and its value for an entry.
pub(crate) struct Feature {
    pub(crate) name: &'static str,
    value: fn(&Entry) -> f32,
}

const fn feature(name: &'static str, value: fn(&Entry) -> f32) -> Feature {
    Feature { name, value }
}

/// The columns of a row, in order. All lie in 0 to 1 but `foreign_margin`, which lies in
/// −1 to 1; frequencies are shares of [`MAX_ZIPF`].
pub(crate) const FEATURES: [Feature; LEXICON_WIDTH] = [
    feature("english_zipf", |entry| {
        (entry.english_zipf / MAX_ZIPF).min(1.0)
    }),
    feature("foreign_zipf", |entry| {
        let elsewhere = entry.foreign.map_or(0.0, |(_, zipf)| zipf);
        (elsewhere / MAX_ZIPF).min(1.0)
    }),
    feature("foreign_margin", |entry| {
        if entry.is_word {
            (entry.margin() / MAX_ZIPF).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }),
    feature("p_english", |entry| entry.spelling.p_english),
    feature("p_foreign", |entry| {
        let other = entry.spelling.foreign.map(|(_, p)| p);
        other.unwrap_or(1.0 - entry.spelling.p_english)
    }),
    feature("is_unlisted", |entry| {
        flag(entry.is_word && entry.english_zipf == 0.0)
    }),
];

/// What a trained head takes in of an entry: the numbers of [`LEXICON_WIDTH`] columns,
/// all in 0 to 1 but the third, which is in −1 to 1. They are the frequency in English,
/// the frequency elsewhere and how much more frequent the word is elsewhere, each as a
/// share of the Zipf scale; the probability that it looks English, and that it looks like
/// one other language; and 1 if English does not list it. What is no word has only a 1
/// for looking English.
pub fn features(entry: &Entry) -> [f32; LEXICON_WIDTH] {
    std::array::from_fn(|column| (FEATURES[column].value)(entry))
}

/// The list of words and the spelling model.
pub struct Lexicon {
    list: WordList,
    spelling: SpellingModel,
}

impl Lexicon {
    /// The lexicon that is part of the library.
    ///
    /// # Errors
    /// When its data are damaged.
    pub fn embedded() -> Result<Self, LexiconError> {
        Ok(Self {
            list: WordList::new(LIST)?,
            spelling: SpellingModel::new(SPELLING)?,
        })
    }

    /// What is known of a word as it stands in a text. Case and a possessive do
    /// not count. Of a compound that is not listed, the part that is least
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
