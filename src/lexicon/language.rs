//! The languages besides English that the lexicon knows.
//!
//! In: a place in the list, as the data files count them. Out: its code and its
//! English name.

/// Code and English name, in the order of the data: as in `training/lexicon.py`.
const LANGUAGES: [(&str, &str); ForeignLanguage::COUNT] = [
    ("ca", "Catalan"),
    ("cs", "Czech"),
    ("da", "Danish"),
    ("de", "German"),
    ("es", "Spanish"),
    ("fi", "Finnish"),
    ("fil", "Filipino"),
    ("fr", "French"),
    ("hu", "Hungarian"),
    ("id", "Indonesian"),
    ("is", "Icelandic"),
    ("it", "Italian"),
    ("lt", "Lithuanian"),
    ("lv", "Latvian"),
    ("ms", "Malay"),
    ("nb", "Norwegian"),
    ("nl", "Dutch"),
    ("pl", "Polish"),
    ("pt", "Portuguese"),
    ("ro", "Romanian"),
    ("sh", "Serbo-Croatian"),
    ("sk", "Slovak"),
    ("sl", "Slovenian"),
    ("sv", "Swedish"),
    ("tr", "Turkish"),
    ("vi", "Vietnamese"),
];

/// A language that is written in Latin letters and is not English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ForeignLanguage(u8);

impl ForeignLanguage {
    /// How many there are.
    pub const COUNT: usize = 26;

    /// The language at this place of the data files.
    pub fn from_index(index: usize) -> Option<Self> {
        let place = u8::try_from(index).ok()?;
        (index < Self::COUNT).then_some(Self(place))
    }

    /// Its place in the data files, below [`Self::COUNT`].
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// ISO 639 code, of two letters where there is one: `fr`, `fil`.
    pub fn code(self) -> &'static str {
        LANGUAGES[self.index()].0
    }

    /// English name: `French`.
    pub fn name(self) -> &'static str {
        LANGUAGES[self.index()].1
    }
}
