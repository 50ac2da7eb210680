//! How much a single word speaks for English or against it.
//!
//! In: a word as it stands in a text. Out: a [`WordEvidence`], a score that is above 0 for
//! what is foreign and below 0 for what is English; and of several words the language that
//! they have the most evidence for. Function words weigh most, then how frequent a word is
//! in English and elsewhere, then its spelling. It knows no context.

use std::collections::BTreeMap;

use super::english::{Sign, sign};
use super::foreign::{foreign_function_word, in_other_script};
use super::script::language_of_script;
use crate::lexicon::Lexicon;

/// Zipf frequency in English from which a word is English, whatever else it is.
const COMMON: f32 = 4.5;
/// Zipf frequency in English from which a word that no other language has more often is a
/// word of English that most readers know.
const KNOWN: f32 = 3.0;
/// How much more frequent, in Zipf units, a word is elsewhere that leans to that language.
const LEANING: f32 = 0.8;
/// A language is named if it has this many times the evidence of the next one.
const NAMED_MARGIN: f32 = 1.25;
/// What whatlang's guess weighs, at full confidence, beside a word's vote of 1.
const GUESS_WEIGHT: f32 = 2.5;
/// From this share of the evidence on, 0 to 1, a word counts as foreign.
pub(super) const FOREIGN_SCORE: f32 = 0.4;

/// The evidence of one word.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct WordEvidence {
    /// Above 0 for a foreign word, below 0 for an English one, 0 for what says nothing.
    pub score: f32,
    /// The code of the language that it speaks for, if it speaks for one.
    pub language: Option<&'static str>,
    /// Whether it is a function word, of English or of others.
    pub is_function: bool,
    /// Whether a list has the word, so that the score does not rest on its spelling alone.
    pub is_listed: bool,
    /// Whether it is written in another script than Latin.
    pub other_script: bool,
}

impl WordEvidence {
    /// Whether the word counts as foreign.
    pub(super) fn is_foreign(&self) -> bool {
        self.score >= FOREIGN_SCORE
    }
}

/// The evidence of `written`. A word that could be a name is one: `names` says that a
/// capital makes it so.
pub(super) fn word_evidence(lexicon: &Lexicon, written: &str, names: bool) -> WordEvidence {
    let neutral = WordEvidence::default();
    if !written.contains(char::is_alphabetic) || written.contains(char::is_numeric) {
        return neutral;
    }
    if in_other_script(written) {
        return WordEvidence {
            score: 1.0,
            other_script: true,
            ..neutral
        };
    }
    let capital = written.starts_with(char::is_uppercase);
    if names && capital {
        return neutral;
    }
    let listed = WordEvidence {
        is_listed: true,
        ..neutral
    };
    match sign(written) {
        Sign::Only => {
            return WordEvidence {
                score: -2.0,
                is_function: true,
                ..listed
            };
        }
        Sign::Shared => {
            return WordEvidence {
                score: -0.4,
                is_function: true,
                ..listed
            };
        }
        Sign::None => {}
    }
    if foreign_function_word(written).is_some() {
        let entry = lexicon.look_up(written);
        return WordEvidence {
            score: 1.0,
            language: entry.foreign.map(|(language, _)| language.code()),
            is_function: true,
            ..listed
        };
    }
    if lexicon.english_zipf(&written.to_lowercase()) >= COMMON {
        return WordEvidence {
            score: -1.5,
            ..listed
        };
    }
    by_lexicon(lexicon, written, capital)
}

/// The evidence of a word that is no function word.
fn by_lexicon(lexicon: &Lexicon, written: &str, capital: bool) -> WordEvidence {
    let entry = lexicon.look_up(written);
    let english = entry.english_zipf;
    let elsewhere = entry.foreign.map_or(0.0, |(_, zipf)| zipf);
    let is_listed = english > 0.0 || elsewhere > 0.0;
    let clear = entry.foreign_language();
    let score = match clear {
        Some((_, confidence)) if is_listed => confidence,
        // A name is spelled as it likes.
        _ if !is_listed && capital => 0.0,
        Some(_) => 0.6,
        None if elsewhere > 0.0 && elsewhere >= english + LEANING => 0.4,
        None if english >= KNOWN && english >= elsewhere - 0.3 => -1.0,
        None if english > 0.0 && elsewhere == 0.0 => -0.8,
        None if english > 0.0 => -0.3,
        None if elsewhere > 0.0 => 0.3,
        None if entry.spelling.p_english <= 0.1 => 0.3,
        None if entry.spelling.p_english >= 0.5 => -0.4,
        None => 0.0,
    };
    let by_spelling = entry.spelling.foreign.filter(|_| !is_listed);
    let language = clear.or(entry.foreign).or(by_spelling);
    WordEvidence {
        score,
        language: language.map(|(language, _)| language.code()),
        is_listed,
        ..WordEvidence::default()
    }
}

/// The votes for languages that words have, by code.
#[derive(Debug, Clone, Default)]
pub(super) struct Votes(BTreeMap<String, f32>);

impl Votes {
    /// Adds the vote of one word.
    pub(super) fn add(&mut self, evidence: &WordEvidence) {
        if let Some(language) = evidence.language.filter(|_| evidence.score > 0.0) {
            *self.0.entry(language.to_owned()).or_default() += evidence.score;
        }
    }

    /// The votes of the words for a language.
    pub(super) fn of(&self, code: &str) -> f32 {
        self.0.get(code).copied().unwrap_or_default()
    }

    /// The most votes that any one language has.
    pub(super) fn most(&self) -> f32 {
        self.0.values().copied().fold(0.0, f32::max)
    }

    /// The language with the most evidence, the guess of whatlang counted in; `None` where
    /// two are close.
    pub(super) fn language(&self, guess: Option<&whatlang::Info>) -> Option<String> {
        let mut votes = self.0.clone();
        if let Some(guess) = guess.filter(|guess| guess.lang() != whatlang::Lang::Eng) {
            let weight = 0.5 + GUESS_WEIGHT * guess.confidence() as f32;
            *votes.entry(code_of(guess).to_owned()).or_default() += weight;
        }
        let mut ranked: Vec<(String, f32)> = votes.into_iter().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let second = ranked.get(1).map_or(0.0, |(_, votes)| *votes);
        let (code, votes) = ranked.into_iter().next()?;
        (votes >= NAMED_MARGIN * second).then_some(code)
    }
}

/// The code of whatlang's guess as the lexicon has it, which takes Serbian and Croatian for
/// one language.
pub(super) fn code_of(guess: &whatlang::Info) -> &'static str {
    match (guess.lang(), guess.script()) {
        (whatlang::Lang::Srp | whatlang::Lang::Hrv, whatlang::Script::Latin) => "hbs",
        (whatlang::Lang::Tgl, _) => "fil",
        (language, _) => language.code(),
    }
}

/// The language of a passage: of one in another script by its letters, of one in Latin
/// letters by the votes of its words. `guess` is whatlang's.
pub(super) fn language_of_words(
    passage: &str,
    votes: &Votes,
    guess: Option<&whatlang::Info>,
) -> Option<String> {
    if in_other_script(passage) {
        return language_of_script(passage, guess).map(str::to_owned);
    }
    votes.language(guess)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_speak_for_english_or_against_it() {
        let lexicon = Lexicon::embedded().unwrap();
        let score = |word| word_evidence(&lexicon, word, true).score;
        for word in ["the", "ferry", "table", "said", "minister"] {
            assert!(score(word) < -0.5, "{word}: {}", score(word));
        }
        for word in ["nicht", "avec", "wieder", "ciudad", "l'homme", "Москва"] {
            assert!(score(word) >= FOREIGN_SCORE, "{word}: {}", score(word));
        }
        for word in ["Bordeaux", "42", "—", "2nd"] {
            assert_eq!(score(word), 0.0, "{word}");
        }
    }
}
