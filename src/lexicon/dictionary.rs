//! What foreign words mean in English, and which English words share a foreign one.
//!
//! In: a word as it stands in a text. Out: its meanings with the language that has them; for an
//! English word those that a translator may have confused it with: *test* and *evidence* are both
//! *prueba*. The tables are `models/dictionary.tsv` and `models/senses.tsv`, made by
//! `training/dictionary` of Wiktionary's entries: see `models/dictionary.LICENSE.md`. They have
//! hardly any inflected forms; those are found by what they begin with. Nothing is decided here.

use super::table::{MAX_BYTES, Table, key_of};

const DICTIONARY: Table = Table(include_str!("../../models/dictionary.tsv"));
const SENSES: Table = Table(include_str!("../../models/senses.tsv"));

/// Letters in which an inflected form may differ from the word in the table, on either side.
const MAX_ENDING: usize = 3;
/// Letters that the two must have in common.
const MIN_STEM: usize = 4;
/// Lines that begin like a word and are looked at.
const MAX_LINES: usize = 200;

/// What a word means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Meaning {
    /// The ISO 639-3 code of the language that has the word.
    pub language: &'static str,
    /// The meanings, the most frequent English word first, parted by semicolons.
    english: &'static str,
    /// How many letters the word in the table differs by: 0 if it is the word itself.
    pub ending: usize,
}

impl Meaning {
    /// The meanings in English, of one to three words each, the most frequent one first.
    pub(crate) fn english(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.english.split(';')
    }
}

fn parsed(line: &'static str, ending: usize) -> Option<Meaning> {
    let mut columns = line.split('\t').skip(1);
    let meaning = Meaning {
        language: columns.next()?,
        english: columns.next()?,
        ending,
    };
    columns.next().is_none().then_some(meaning)
}

/// What a foreign word means: the entries of the word itself, or else those of the word that it
/// differs from by the fewest letters at its end. `language` is the ISO 639-3 code of the language
/// that the word is in, if that is known: then an inflected form must be of that language.
pub(crate) fn meanings(word: &str, language: Option<&str>) -> Vec<Meaning> {
    if word.len() > MAX_BYTES {
        return Vec::new();
    }
    let word = word.to_lowercase();
    let exact = DICTIONARY.with_key(&word);
    let exact: Vec<Meaning> = exact.filter_map(|line| parsed(line, 0)).collect();
    if !exact.is_empty() {
        return exact;
    }
    let letters: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    for cut in 1..=MAX_ENDING {
        let Some(stem) = letters
            .len()
            .checked_sub(cut)
            .filter(|stem| *stem >= MIN_STEM)
        else {
            break;
        };
        let stem = &word[..letters[stem]];
        let lines = DICTIONARY.from(stem).take(MAX_LINES);
        let lines = lines.take_while(|line| line.starts_with(stem));
        let near = lines.filter_map(|line| {
            let ending = key_of(line)[stem.len()..].chars().count().max(cut);
            parsed(line, ending)
        });
        let near = near.filter(|meaning| {
            meaning.ending <= MAX_ENDING && language.is_none_or(|code| code == meaning.language)
        });
        let mut near: Vec<Meaning> = near.collect();
        if let Some(least) = near.iter().map(|meaning| meaning.ending).min() {
            near.retain(|meaning| meaning.ending == least);
            return near;
        }
    }
    Vec::new()
}

/// The English words that share a foreign word with an English one in lower case, those first
/// that share most; none for a word that is not in the table.
pub(crate) fn other_senses(word: &str) -> impl Iterator<Item = &'static str> + use<> {
    let line = (word.len() <= MAX_BYTES).then(|| SENSES.with_key(word).next());
    let senses = line.flatten().and_then(|line| line.split('\t').nth(1));
    senses.unwrap_or_default().split_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn english(word: &str, language: Option<&str>) -> Vec<&'static str> {
        let meanings = meanings(word, language);
        meanings.iter().flat_map(Meaning::english).collect()
    }

    #[test]
    fn every_line_is_found_and_read() {
        let mut before = "";
        for line in DICTIONARY.0.lines() {
            let word = key_of(line);
            assert!(before <= word, "{before:?} {word:?}");
            assert!(
                word.len() * 2 <= MAX_BYTES && word == word.to_lowercase(),
                "{word:?}"
            );
            let read = parsed(line, 0).unwrap();
            assert!(
                read.english().all(|meaning| !meaning.trim().is_empty()),
                "{line:?}"
            );
            before = word;
        }
        let mut before = "";
        for line in SENSES.0.lines() {
            let word = key_of(line);
            assert!(before < word, "{before:?} {word:?}");
            assert!(other_senses(word).count() > 0, "{line:?}");
            before = word;
        }
    }

    #[test]
    fn words_and_their_inflected_forms_have_meanings() {
        assert!(english("Schornsteinfeger", None).contains(&"chimney sweep"));
        assert!(english("cerezos", Some("spa")).contains(&"cherry"));
        assert_eq!(english("cerezos", Some("fin")), [""; 0]);
        for nothing in ["", "x", "\n", "zzzzzz", "\u{10ffff}", &"é".repeat(99)] {
            assert_eq!(english(nothing, None), [""; 0], "{nothing:?}");
        }
    }

    #[test]
    fn words_that_share_a_foreign_one_are_senses_of_each_other() {
        let mut of_proof = other_senses("evidence");
        assert!(of_proof.any(|other| other == "proof"));
        assert_eq!(other_senses("").count() + other_senses("zzzz").count(), 0);
    }
}
