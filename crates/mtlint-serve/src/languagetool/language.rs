//! Languages by the names that LanguageTool's clients have for them.

use serde::Serialize;

use mtlint::report::{Language, message};

/// A language as LanguageTool lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Known {
    pub(super) name: &'static str,
    pub(super) code: &'static str,
    #[serde(rename = "longCode")]
    pub(super) long_code: &'static str,
}

impl Known {
    const fn english(name: &'static str, long_code: &'static str) -> Self {
        Self {
            name,
            code: "en",
            long_code,
        }
    }
}

/// The languages that a text may be said to be in. All are one to the model.
pub(crate) const LANGUAGES: [Known; 7] = [
    Known::english("English", "en"),
    Known::english("English (US)", "en-US"),
    Known::english("English (GB)", "en-GB"),
    Known::english("English (Australian)", "en-AU"),
    Known::english("English (Canadian)", "en-CA"),
    Known::english("English (New Zealand)", "en-NZ"),
    Known::english("English (South African)", "en-ZA"),
];

/// The two-letter codes of languages that texts are most often taken for, by their codes of
/// ISO 639-3.
const SHORT_CODES: [(&str, &str); 28] = [
    ("ara", "ar"),
    ("bul", "bg"),
    ("cat", "ca"),
    ("ces", "cs"),
    ("cmn", "zh"),
    ("dan", "da"),
    ("deu", "de"),
    ("ell", "el"),
    ("eng", "en"),
    ("fin", "fi"),
    ("fra", "fr"),
    ("heb", "he"),
    ("hin", "hi"),
    ("hun", "hu"),
    ("ind", "id"),
    ("ita", "it"),
    ("jpn", "ja"),
    ("kor", "ko"),
    ("nld", "nl"),
    ("nob", "nb"),
    ("pol", "pl"),
    ("por", "pt"),
    ("ron", "ro"),
    ("rus", "ru"),
    ("spa", "es"),
    ("swe", "sv"),
    ("tur", "tr"),
    ("ukr", "uk"),
];

/// The language of this code, as a client may write it.
pub(super) fn find(code: &str) -> Option<Known> {
    let mut all = LANGUAGES.into_iter();
    all.find(|known| known.long_code.eq_ignore_ascii_case(code))
}

/// A language that a text was taken for: its name, and its code of BCP 47.
pub(super) fn detected(language: &Language) -> (String, String) {
    let code = language.code.as_str();
    let short = SHORT_CODES.iter().find(|(long, _)| *long == code);
    let name = message::language_name(code).to_owned();
    (name, short.map_or(code, |(_, short)| short).to_owned())
}
