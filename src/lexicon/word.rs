//! From a word as it stands in the text to the forms that the lexicon knows.
//!
//! In: the text of one word, whatever it holds. Out: the form to look up, and
//! the parts of a compound: in lower case, composed (NFC), without punctuation
//! at the ends, without the possessive. An address, a word without letters, or
//! one with a digit in each part has no parts. Only the first [`MAX_CHARACTERS`] characters are looked
//! at.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::segment::{is_apostrophe, without_possessive};

/// Characters of a word that are looked at. The longest words of the lists have
/// 24; what is longer is an address, a chemical or an attack.
const MAX_CHARACTERS: usize = 64;

/// The form of a word that is looked up, as a whole and in parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    whole: String,
}

impl Form {
    pub(super) fn new(word: &str) -> Self {
        if is_address(word) {
            return Self {
                whole: String::new(),
            };
        }
        let lower = word
            .chars()
            .take(MAX_CHARACTERS)
            .flat_map(char::to_lowercase);
        let plain = lower.nfc().map(|c| match c {
            // The opening quote too: it is written for an apostrophe at the front.
            '‘' => '\'',
            '‐' | '‑' => '-',
            apostrophe if is_apostrophe(apostrophe) => '\'',
            other => other,
        });
        // Lower case can be longer (İ), and no form may be; again NFC, since
        // capitals and small letters compose apart.
        let text: String = plain.take(MAX_CHARACTERS).collect();
        let text = text.trim_matches(|c| !is_part(c));
        Self {
            whole: without_possessive(text).to_owned(),
        }
    }

    /// The whole form: `mother-in-law`, `don't`, `estonia`.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// The stretches of letters, without those that hold digits. Single letters
    /// (`e` in `e-mail`, the elided article of `l'affaire`) say nothing and are
    /// left out if anything else is left.
    pub(super) fn parts(&self) -> Vec<&str> {
        let stretches = self.whole.split(|c| !is_part(c));
        let mut parts: Vec<&str> = stretches
            .filter(|part| part.chars().any(char::is_alphabetic))
            .filter(|part| !part.chars().any(char::is_numeric))
            .collect();
        let longer = |part: &&str| part.chars().nth(1).is_some();
        if parts.iter().any(longer) {
            parts.retain(longer);
        }
        parts
    }
}

/// Whether this is an address of the web or of mail, whose parts are no words.
fn is_address(word: &str) -> bool {
    let beginning = word.chars().take(MAX_CHARACTERS);
    let (mut at, mut slashes, mut before) = (false, false, ' ');
    for c in beginning {
        at |= c == '@';
        slashes |= (before, c) == ('/', '/');
        before = c;
    }
    at || slashes
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether all letters are Latin ones, with or without marks.
pub(super) fn is_latin(part: &str) -> bool {
    part.chars()
        .filter(|c| c.is_alphabetic())
        .all(is_latin_letter)
}

/// Whether a letter is a Latin one, small or capital, with or without marks.
fn is_latin_letter(c: char) -> bool {
    matches!(
        c,
        'a'..='z' | 'A'..='Z' | 'ª' | 'º' | 'À'..='ɏ' | 'ɐ'..='ʯ' | 'Ḁ'..='ỿ' | 'ﬀ'..='ﬆ'
            | 'ａ'..='ｚ' | 'Ａ'..='Ｚ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(word: &str) -> String {
        Form::new(word).whole().to_owned()
    }

    fn parts(word: &str) -> Vec<String> {
        let form = Form::new(word);
        form.parts().into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn case_quotes_and_possessives_do_not_matter() {
        assert_eq!(whole("Lighthouse’s"), "lighthouse");
        assert_eq!(whole("LIGHTHOUSE'S"), "lighthouse");
        assert_eq!(whole("“keepers'"), "keepers");
        assert_eq!(whole("Won’t"), "won't");
        assert_eq!(whole("co‑owner"), "co-owner");
    }

    #[test]
    fn composed_and_decomposed_letters_are_the_same() {
        assert_eq!(whole("cafe\u{301}"), whole("CAFÉ"));
        assert_eq!(whole("I\u{307}zmir"), whole("İzmir"));
    }

    #[test]
    fn compounds_have_parts_and_single_letters_do_not_count() {
        assert_eq!(parts("well-to-do"), ["well", "to", "do"]);
        assert_eq!(parts("l'Affaire"), ["affaire"]);
        assert_eq!(parts("U.S."), ["u", "s"]);
        assert_eq!(parts("post-1989"), ["post"]);
    }

    #[test]
    fn addresses_and_what_has_no_letters_have_no_parts() {
        for word in [
            "",
            "lena@harbour.example",
            "http://harbour.example/boats",
            "—",
            "1,250",
            "3rd",
            "🚲",
            "\u{301}",
            "٣٤",
        ] {
            assert_eq!(parts(word), [""; 0], "{word:?}");
        }
    }

    #[test]
    fn latin_is_told_from_other_scripts() {
        for word in ["straße", "œuvre", "đường", "šťastný"] {
            assert!(is_latin(word), "{word}");
        }
        for word in ["молоко", "δρόμος", "道路", "pаypal"] {
            assert!(!is_latin(word), "{word}");
        }
    }
}
