//! The languages besides English that the lexicon knows.
//!
//! In: a place in the list, as the data files count them. Out: its code and its
//! English name.

/// Code and English name, in the order of the data, which `training/lexicon.py`
/// counts by two-letter code.
const LANGUAGES: [(&str, &str); ForeignLanguage::COUNT] = [
    ("cat", "Catalan"),
    ("ces", "Czech"),
    ("dan", "Danish"),
    ("deu", "German"),
    ("spa", "Spanish"),
    ("fin", "Finnish"),
    ("fil", "Filipino"),
    ("fra", "French"),
    ("hun", "Hungarian"),
    ("ind", "Indonesian"),
    ("isl", "Icelandic"),
    ("ita", "Italian"),
    ("lit", "Lithuanian"),
    ("lav", "Latvian"),
    ("msa", "Malay"),
    ("nob", "Norwegian"),
    ("nld", "Dutch"),
    ("pol", "Polish"),
    ("por", "Portuguese"),
    ("ron", "Romanian"),
    ("hbs", "Serbo-Croatian"),
    ("slk", "Slovak"),
    ("slv", "Slovenian"),
    ("swe", "Swedish"),
    ("tur", "Turkish"),
    ("vie", "Vietnamese"),
];

/// A language that is written in Latin letters and is not English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ForeignLanguage(u8);

impl ForeignLanguage {
    /// How many such languages the lexicon knows.
    pub const COUNT: usize = 26;

    /// The language with the number `index` in the data files; `None` from [`Self::COUNT`] on.
    pub fn from_index(index: usize) -> Option<Self> {
        let place = u8::try_from(index).ok()?;
        (index < Self::COUNT).then_some(Self(place))
    }

    /// The language with the ISO 639-3 code `code`; `None` for one that is not known.
    pub fn from_code(code: &str) -> Option<Self> {
        let index = LANGUAGES.iter().position(|(known, _)| *known == code)?;
        Self::from_index(index)
    }

    /// The number of the language in the data files, below [`Self::COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The ISO 639-3 code of the language: `fra`.
    pub fn code(self) -> &'static str {
        LANGUAGES[self.index()].0
    }

    /// The English name of the language: `French`.
    pub fn name(self) -> &'static str {
        LANGUAGES[self.index()].1
    }
}
