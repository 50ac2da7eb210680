//! The language gate: may this text be judged by a model of English?
//!
//! In: a text, its segments and the lexicon. Out: a [`Gate`]: judge it, or abstain with a
//! reason; and the foreign passages inside an English article, left over or on purpose.
//! Guessing stands on the `whatlang` library, but a guesser of letter triples is easily
//! wrong about garbled English, so it never decides alone: English function words survive
//! any garbling of English, and the lexicon knows which words are foreign. It judges no
//! quality, and it flags nothing.
//!
//! The borders between the reasons: *empty* is nothing but white space;
//! *not_text* has no letters, or only units and codes beside numbers, or nine
//! numbers for each word, as tables have, or most of its letters in runs longer
//! than any word; *too_short* has letters but no word, as a lone web address or
//! a part number; *language_unsupported* is in a language that can be named;
//! *language_uncertain* has words, and hardly one that shows it to be English.

mod doubt;
mod english;
mod evidence;
mod foreign;
mod passages;
mod purpose;
mod quotes;
mod runs;
mod script;
mod short;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::lexicon::Lexicon;
use crate::segment::Segments;

pub use passages::{ForeignPassage, foreign_passages};
pub(crate) use quotes::quoted_words;

/// A language, and how sure it is that a text is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// The language's ISO 639-3 code; `und` where none could be guessed.
    pub code: String,
    /// How sure the guess is, from 0 to 1; 1 where the user named the language.
    pub confidence: f32,
}

/// Why a document was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AbstainReason {
    /// The document holds nothing but white space.
    Empty,
    /// The document holds no word with a letter.
    TooShort,
    /// The document holds no words to speak of: emoji, numbers, tables, runs of letters.
    NotText,
    /// The model cannot judge the document's language.
    LanguageUnsupported,
    /// Nothing shows that the document is in English: its words are of no known language,
    /// or names only.
    LanguageUncertain,
}

impl fmt::Display for AbstainReason {
    /// Writes the reason's name in reports, such as `too_short`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Whether a text may be judged.
#[derive(Debug, Clone, PartialEq)]
pub enum Gate {
    /// The text may be judged, as one in this language.
    Judge(Language),
    /// The text may not be judged, and that says nothing about its quality.
    Abstain {
        /// Why the text may not be judged.
        reason: AbstainReason,
        /// The language of the text, if one was guessed.
        language: Option<Language>,
    },
}

/// Below this many words whatlang's guess about a text in Latin script counts for nothing:
/// no guesser of letter triples can be trusted on one garbled sentence.
const TRUSTED_FROM_WORDS: usize = 20;
/// At most this share of English-only function words is foreign. English runs
/// at .2 to .4 however garbled; other languages stay under .03.
const FOREIGN_SHARE: f32 = 0.05;
/// A guess from a long text needs no great confidence: whatlang's is the
/// distance to the second best, and Danish is close to Norwegian.
const LONG_TEXT_WORDS: usize = 100;
/// The confidence that a guess from a shorter text needs.
const CONFIDENT: f64 = 0.5;
/// Or this share of function words of other languages.
const FOREIGN_WORDS_SHARE: f32 = 0.15;
/// Beyond this share of words in another script a text is not in Latin script.
/// Counted in words, since a web address has as many letters as a sentence.
const OTHER_SCRIPT_SHARE: f32 = 0.6;
/// Bytes that whatlang is given, spread over the text: enough for its 300
/// triples, and quick on any document.
const SAMPLE_BYTES: usize = 24 << 10;

/// The code of ISO 639-3 that `code` is, such as `eng`; `None` where texts cannot be said to be
/// in that language.
pub fn known_code(code: &str) -> Option<&'static str> {
    whatlang::Lang::from_code(code).map(|language| language.code())
}

/// Decides whether `text` may be judged. `forced` names the language (ISO 639-3,
/// or `en`) and skips the guessing, but a text without words is still refused.
pub fn gate(text: &str, segments: &Segments, lexicon: &Lexicon, forced: Option<&str>) -> Gate {
    if let Some(reason) = short::reason(text, segments) {
        return Gate::Abstain {
            reason,
            language: None,
        };
    }
    if let Some(code) = forced {
        return Gate::Judge(Language {
            code: iso_639_3(code),
            confidence: 1.0,
        });
    }
    let signs = english::signs(text, &segments.words);
    let other_script = signs.other_script as f32 > OTHER_SCRIPT_SHARE * signs.words as f32;
    let guess = whatlang::detect(&sample(text, segments, other_script));
    let share = signs.share(signs.only_english);
    let refused = match &guess {
        _ if other_script => true,
        Some(guess) => {
            signs.words >= TRUSTED_FROM_WORDS
                && share <= FOREIGN_SHARE
                && guess.lang() != whatlang::Lang::Eng
                && (signs.words >= LONG_TEXT_WORDS
                    || guess.confidence() >= CONFIDENT
                    || signs.share(signs.foreign) >= FOREIGN_WORDS_SHARE)
        }
        None => false,
    };
    if !other_script && share <= FOREIGN_SHARE && doubt::is_filler(text, segments) {
        return Gate::Abstain {
            reason: AbstainReason::LanguageUncertain,
            language: None,
        };
    }
    if refused {
        return Gate::Abstain {
            reason: AbstainReason::LanguageUnsupported,
            language: Some(language_of(guess.as_ref())),
        };
    }
    if share <= FOREIGN_SHARE
        && let Some((reason, language)) = doubt::doubt(text, segments, lexicon, guess.as_ref())
    {
        return Gate::Abstain { reason, language };
    }
    let guessed = match &guess {
        Some(guess) if guess.lang() == whatlang::Lang::Eng => guess.confidence() as f32,
        _ => 0.0,
    };
    // A fifth of English-only function words leaves no doubt.
    Gate::Judge(Language {
        code: "eng".to_owned(),
        confidence: guessed.max((share / 0.2).min(1.0)),
    })
}

fn language_of(guess: Option<&whatlang::Info>) -> Language {
    guess.map_or_else(
        || Language {
            code: "und".to_owned(),
            confidence: 0.0,
        },
        |guess| Language {
            code: guess.lang().code().to_owned(),
            confidence: guess.confidence() as f32,
        },
    )
}

/// The code as reports carry it. A region is dropped (`en-GB`); of the
/// two-letter codes only English is known, as the only language judged.
fn iso_639_3(code: &str) -> String {
    let primary = code.split(['-', '_']).next().unwrap_or(code);
    match primary.to_ascii_lowercase() {
        two if two == "en" => "eng".to_owned(),
        other => other,
    }
}

/// About [`SAMPLE_BYTES`] of words spread evenly over the text, only of those in
/// another script than Latin if so asked.
fn sample(text: &str, segments: &Segments, other_script: bool) -> String {
    let stretch = 64;
    let stretches = segments.words.chunks(stretch);
    // Words have some six bytes.
    let wanted = SAMPLE_BYTES / (6 * stretch);
    let every = stretches.len().div_ceil(wanted).max(1);
    let mut sample = String::new();
    for words in stretches.step_by(every) {
        for word in words {
            let written = &text[word.span.range()];
            if !other_script || foreign::in_other_script(written) {
                sample.push_str(written);
                sample.push(' ');
            }
        }
    }
    sample
}

#[cfg(test)]
mod data_tests;
#[cfg(test)]
mod tests;
