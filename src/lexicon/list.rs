//! Words with how frequent they are, as a finite-state map.
//!
//! In: a word in lower case. Out: its frequency in English and the language in
//! which it is most frequent besides English. The map is `models/lexicon.fst`,
//! made by `training/lexicon`; the format is that of the crate `fst`, which
//! answers from the bytes as they are, without unpacking them.

use fst::Map;

use super::error::LexiconError;
use super::language::ForeignLanguage;

/// Bits of a value: first the language, above it two frequencies.
const LANGUAGE_BITS: u32 = 5;
const ZIPF_BITS: u32 = 7;
const ZIPF_MASK: u64 = (1 << ZIPF_BITS) - 1;

/// How frequent a word is in English and in one other language. Frequencies are tenths on
/// the Zipf scale, the decimal logarithm of occurrences in a billion words; 0 means that the
/// word is not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WordFrequency {
    /// The frequency in English.
    pub english_tenths: u8,
    /// The number of the other language, see [`ForeignLanguage::from_index`].
    pub language: u8,
    /// The frequency in that other language.
    pub foreign_tenths: u8,
}

impl WordFrequency {
    /// The number that stands for these frequencies in the map; `None` when one of them or
    /// the language is out of range.
    pub fn pack(self) -> Option<u64> {
        let (english, foreign) = (
            u64::from(self.english_tenths),
            u64::from(self.foreign_tenths),
        );
        let language = u64::from(self.language);
        let fits = english <= ZIPF_MASK
            && foreign <= ZIPF_MASK
            && usize::from(self.language) < ForeignLanguage::COUNT;
        let frequencies = (english << ZIPF_BITS) | foreign;
        fits.then_some((frequencies << LANGUAGE_BITS) | language)
    }

    fn unpack(value: u64) -> Self {
        let foreign = value >> LANGUAGE_BITS;
        // The masks leave what fits into a byte.
        Self {
            english_tenths: ((foreign >> ZIPF_BITS) & ZIPF_MASK) as u8,
            language: (value & ((1 << LANGUAGE_BITS) - 1)) as u8,
            foreign_tenths: (foreign & ZIPF_MASK) as u8,
        }
    }

    /// The frequency in English on the Zipf scale; 0 when the word is not listed.
    pub fn english_zipf(self) -> f32 {
        f32::from(self.english_tenths) / 10.0
    }

    /// The other language in which the word is most frequent, with its frequency there on
    /// the Zipf scale; `None` when none lists it.
    pub fn foreign(self) -> Option<(ForeignLanguage, f32)> {
        let language = ForeignLanguage::from_index(usize::from(self.language))?;
        let zipf = f32::from(self.foreign_tenths) / 10.0;
        (self.foreign_tenths > 0).then_some((language, zipf))
    }
}

/// The list of words with their frequencies.
pub(super) struct WordList(Map<&'static [u8]>);

impl WordList {
    /// The list that `bytes` hold, a map of the crate `fst`.
    ///
    /// # Errors
    /// When the bytes are no map.
    pub(super) fn new(bytes: &'static [u8]) -> Result<Self, LexiconError> {
        Ok(Self(Map::new(bytes)?))
    }

    /// The frequencies of a word, which must be in lower case and NFC; `None` when it is not
    /// listed.
    pub(super) fn get(&self, word: &str) -> Option<WordFrequency> {
        self.0.get(word).map(WordFrequency::unpack)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packing_loses_nothing(english in 0u8..128, foreign in 0u8..128, language in 0u8..26) {
            let listed = WordFrequency {
                english_tenths: english,
                language,
                foreign_tenths: foreign,
            };
            prop_assert_eq!(listed.pack().map(WordFrequency::unpack), Some(listed));
        }

        #[test]
        fn what_does_not_fit_is_refused(english in 128u8.., language in 26u8..) {
            let too_frequent = WordFrequency { english_tenths: english, ..WordFrequency::default() };
            let no_language = WordFrequency { language, ..WordFrequency::default() };
            prop_assert_eq!((too_frequent.pack(), no_language.pack()), (None, None));
        }
    }

    #[test]
    fn damaged_bytes_are_an_error() {
        for bytes in [&b""[..], b"not a map at all, only some text about one"] {
            assert!(WordList::new(bytes).is_err());
        }
    }
}
