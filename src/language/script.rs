//! Which language a passage in another script than Latin is in.
//!
//! In: a passage. Out: the code of its language, by letters that only one language has, by
//! the script where one language alone is likely, or by whatlang's guess. It guesses no
//! language in Latin letters.

use whatlang::Script;

/// From this confidence on whatlang's guess among the languages of one script is taken.
const CONFIDENT: f64 = 0.5;

/// Letters that, among the languages of their script, are written in one language alone,
/// with its ISO 639-3 code. The first that a passage has decides.
const LETTERS: [(&str, &str); 8] = [
    ("іїєґІЇЄҐ", "ukr"),
    ("ўЎ", "bel"),
    ("ђћЂЋ", "srp"),
    ("ѓќѕЃЌЅ", "mkd"),
    ("ыэёЫЭЁ", "rus"),
    ("ٹڈڑےں", "urd"),
    ("پچگژ", "pes"),
    ("ةىأإ", "ara"),
];

/// The language of `passage`; `guess` is whatlang's.
pub(super) fn language_of_script(
    passage: &str,
    guess: Option<&whatlang::Info>,
) -> Option<&'static str> {
    let has = |letters: &&(&str, &str)| passage.contains(|c: char| letters.0.contains(c));
    let letters = if passage.contains(['ў', 'Ў']) {
        // Belarusian has the letters of its neighbours too.
        Some("bel")
    } else if passage.contains(|c| matches!(c, '\u{3040}'..='\u{30ff}')) {
        // Japanese mixes its own letters with Chinese ones.
        Some("jpn")
    } else {
        LETTERS.iter().find(has).map(|(_, code)| *code)
    };
    let of_script = match whatlang::detect_script(passage) {
        Some(Script::Greek) => Some("ell"),
        Some(Script::Hangul) => Some("kor"),
        Some(Script::Thai) => Some("tha"),
        Some(Script::Mandarin) => Some("cmn"),
        Some(Script::Armenian) => Some("hye"),
        Some(Script::Georgian) => Some("kat"),
        Some(Script::Bengali) => Some("ben"),
        Some(Script::Tamil) => Some("tam"),
        Some(Script::Telugu) => Some("tel"),
        Some(Script::Gujarati) => Some("guj"),
        Some(Script::Gurmukhi) => Some("pan"),
        Some(Script::Kannada) => Some("kan"),
        Some(Script::Malayalam) => Some("mal"),
        Some(Script::Sinhala) => Some("sin"),
        Some(Script::Khmer) => Some("khm"),
        Some(Script::Myanmar) => Some("mya"),
        Some(Script::Hebrew) => Some("heb"),
        _ => None,
    };
    let guessed = guess.filter(|guess| guess.confidence() >= CONFIDENT);
    letters
        .or(of_script)
        .or_else(|| guessed.map(|guess| guess.lang().code()))
}

/// Whether a word in another script is a sign that English writes: a Greek letter or two,
/// as in mathematics and the names of stars, or a single letter of another alphabet.
pub(super) fn is_symbol(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| c.is_alphabetic());
    let few = letters.clone().count();
    match few {
        0 => true,
        1 => !letters.any(is_ideograph),
        2 => letters.all(|c| matches!(c, '\u{370}'..='\u{3ff}')),
        _ => false,
    }
}

/// Whether one character of a script may be a word.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_and_scripts_name_the_language() {
        for (passage, code) in [
            ("Київ", "ukr"),
            ("было", "rus"),
            ("ўсё", "bel"),
            ("ћирилица", "srp"),
            ("ملک میں ہے", "urd"),
            ("گفت", "pes"),
            ("مدرسة", "ara"),
            ("雨が", "jpn"),
            ("雨", "cmn"),
            ("δρόμος", "ell"),
            ("שלום", "heb"),
            ("ฝน", "tha"),
            ("비가", "kor"),
        ] {
            assert_eq!(language_of_script(passage, None), Some(code), "{passage}");
        }
        assert_eq!(language_of_script("вода", None), None);
    }

    #[test]
    fn greek_letters_are_signs_and_greek_words_are_not() {
        for symbol in ["α", "Ω", "ΔΣ", "Я", "β"] {
            assert!(is_symbol(symbol), "{symbol}");
        }
        for word in ["και", "雨", "да", "ふ"] {
            assert!(!is_symbol(word), "{word}");
        }
    }
}
