//! The forms of a word by which it is the same word elsewhere.
//!
//! In: a word as it stands in a text. Out: its normal form, what stands before a
//! possessive ending, and whether it is written in capitals. Knows English endings and no
//! dictionary; what a word looks like in another script is the business of those who
//! compare words.

use unicode_normalization::UnicodeNormalization;

/// What possessives end with behind the apostrophe.
const POSSESSIVE: [char; 2] = ['s', 'S'];

/// Whether `c` is written for an apostrophe: the mark of typewriters, the closing quote,
/// or the letter U+02BC.
pub(crate) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ')
}

/// A word however its letters are composed and its apostrophes are drawn: in NFC, with
/// `'` for each apostrophe.
pub(crate) fn normal(word: &str) -> String {
    let apostrophe = |c| if is_apostrophe(c) { '\'' } else { c };
    word.nfc().map(apostrophe).collect()
}

/// The possessive ending of a word (`'s`, `’S`), apostrophe included; empty where there is
/// none or nothing stands before it.
pub(crate) fn possessive_ending(word: &str) -> &str {
    let ending = || {
        let before = word.strip_suffix(POSSESSIVE)?;
        let stem = before.strip_suffix(is_apostrophe)?;
        (!stem.is_empty()).then(|| &word[stem.len()..])
    };
    ending().unwrap_or_default()
}

/// A word without its possessive ending.
pub(crate) fn without_possessive(word: &str) -> &str {
    &word[..word.len() - possessive_ending(word).len()]
}

/// Whether a word has two letters or more and all of them are capitals; what else is in
/// it does not count.
pub(crate) fn is_all_capitals(word: &str) -> bool {
    let letters = || word.chars().filter(|c| c.is_alphabetic());
    letters().nth(1).is_some() && letters().all(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn possessives_are_known_however_they_are_written() {
        for word in [
            "POUTINE'S",
            "Poutine’s",
            "Poutineʼs",
            "Poutine's",
            "POUTINE’S",
        ] {
            let stem = without_possessive(word);
            assert_eq!(stem.to_lowercase(), "poutine", "{word}");
            assert_eq!([stem, possessive_ending(word)].concat(), word);
        }
        for word in [
            "", "'s", "’S", "ʼs", "boss", "keepers'", "don't", "s", "l'a",
        ] {
            assert_eq!(possessive_ending(word), "", "{word}");
            assert_eq!(without_possessive(word), word);
        }
    }

    #[test]
    fn the_normal_form_composes_letters_and_draws_one_apostrophe() {
        assert_eq!(normal("Zoe\u{301}ʼs"), "Zo\u{e9}'s");
        assert_eq!(normal("Won’t"), "Won't");
        assert_eq!(normal("‘so"), "‘so");
    }

    #[test]
    fn only_letters_count_for_capitals() {
        for word in ["US", "U.S.", "G20S", "ÉTÉ", "POUTINE’S"] {
            assert!(is_all_capitals(word), "{word}");
        }
        for word in ["", "I", "G20", "Us", "42", "漢字", "POUTINE’s"] {
            assert!(!is_all_capitals(word), "{word}");
        }
    }
}
