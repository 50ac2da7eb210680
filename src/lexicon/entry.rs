//! What is known of a word, and what follows from it.
//!
//! In: frequencies and what the spelling looks like. Out: an [`Entry`], the language of a
//! word that is clearly not English, and [`features`] for a trained head.

use super::language::ForeignLanguage;
use super::spelling::Spelling;
use crate::network::flag;

/// How many numbers [`features`] makes of an entry.
pub(crate) const LEXICON_WIDTH: usize = 6;

/// The top of the Zipf scale: a word that makes up a tenth of all words. Frequencies are
/// given to networks as shares of it.
const MAX_ZIPF: f32 = 8.0;
/// A word that is not listed is taken to be this frequent where two
/// frequencies are compared: half a unit below the rarest English ones.
pub(super) const UNLISTED_ZIPF: f32 = 1.0;

/// How much more frequent, in Zipf units, a word has to be elsewhere than in
/// English to be clearly foreign, when its English frequency is
/// [`QUOTED_ZIPF`] or less.
const CLEAR_MARGIN: f32 = 2.0;
/// The frequency in English that a foreign word may have on the Zipf scale because English
/// texts quote it.
const QUOTED_ZIPF: f32 = 2.0;
/// What the margin grows by for each Zipf unit of English frequency above that:
/// *und* (3.9 and 7.4) is foreign, *pour* (4.1 and 7.0) and *den* are English.
const MARGIN_GROWTH: f32 = 0.75;
/// Of words that no list has, those are decided that look English with at most
/// this probability; `models/README.md` tells how many rare English ones do.
const SPELLED_ENGLISH: f32 = 0.02;
/// Of these words, those are decided that look like one other language with at least this
/// probability.
const SPELLED_FOREIGN: f32 = 0.5;

/// The entry of a word in the lexicon: its frequencies, and the language it looks like.
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
    /// The language that the word looks like.
    pub spelling: Spelling,
}

impl Entry {
    /// The entry of what has no letters, or digits among them.
    pub(crate) const NEUTRAL: Self = Self {
        is_word: false,
        english_zipf: 0.0,
        foreign: None,
        spelling: Spelling {
            p_english: 1.0,
            foreign: None,
        },
    };

    /// How English a part of a compound is, for choosing among its parts only.
    pub(super) fn englishness(&self) -> f32 {
        self.english_zipf + self.spelling.p_english
    }

    /// How much more frequent the word is elsewhere than in English, in Zipf
    /// units: negative for English words, 0 for what is nowhere listed.
    pub(crate) fn margin(&self) -> f32 {
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
        let looks_foreign = self.english_zipf == 0.0 && self.spelling.p_english <= SPELLED_ENGLISH;
        let likely = |(_, probability): &(_, f32)| looks_foreign && *probability >= SPELLED_FOREIGN;
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
pub(crate) fn features(entry: &Entry) -> [f32; LEXICON_WIDTH] {
    std::array::from_fn(|column| (FEATURES[column].value)(entry))
}
