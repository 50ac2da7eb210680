//! How similar two words are, across spellings and languages.
//!
//! In: single words of the document and of a sibling. Out: their similarity, 0 to 1,
//! with the parts that make it: the same stem, the same
//! sound, nearly the same letters, a long shared run of letters. It knows no
//! dictionary and no list of names; "Poutine" and "Putin" meet because they
//! sound alike, a verb left in another language meets its English cousin because
//! both keep the root. Letters of every script and with every mark are first
//! spelled in ASCII by the `deunicode` library.

use rphonetic::DoubleMetaphone;
use rust_stemmers::{Algorithm, Stemmer};

use crate::network::flag;
use crate::segment::{is_all_capitals, without_possessive};

/// Shared runs of letters shorter than this say nothing on their own.
const SHARED_RUN: usize = 5;

/// Similarity from which two words can stand for each other.
pub(super) const SIMILAR: f32 = 0.6;

/// Letters of the longest word that is compared with another.
const MAX_LETTERS: usize = 60;

/// Consonants of a code that make a root by themselves, and what such a root
/// is worth where the other word goes on.
const ROOT_SOUNDS: usize = 4;
const ROOT_AGREES: f32 = 0.85;

/// Words too common to carry a story's content, sorted. They anchor a phrase
/// weakly and are similar to themselves alone.
const COMMON: &[&str] = &[
    "a", "about", "after", "all", "also", "although", "am", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "being", "between", "both", "but", "by", "can", "could",
    "did", "do", "does", "during", "each", "for", "from", "had", "has", "have", "having", "he",
    "her", "here", "him", "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "may",
    "me", "might", "more", "most", "must", "my", "no", "nor", "not", "now", "of", "off", "on",
    "once", "only", "or", "other", "our", "out", "over", "own", "shall", "she", "should", "so",
    "some", "such", "than", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "through", "to", "too", "under", "until", "up", "upon", "us", "very", "was",
    "we", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will",
    "with", "would", "you", "your",
];

/// The normal form of a word, made ready for comparison with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// ASCII letters and digits in lower case, without a possessive ending.
    pub folded: String,
    /// What an English stemmer leaves of `folded`.
    pub stem: String,
    /// The phonetic codes of the word, primary and alternate (double metaphone).
    pub sounds: [String; 2],
    /// The digits of the word, in order; empty for most words.
    pub digits: String,
    /// Whether the word is too common to carry content.
    pub common: bool,
    /// Whether the word begins with a capital.
    pub capital: bool,
    /// Which letters the word holds, one bit a letter.
    letters: u32,
}

impl Form {
    /// Whether the word carries content: it is not too common, and not only marks.
    pub fn is_content(&self) -> bool {
        !self.common && !self.folded.is_empty()
    }

    /// Whether two words are the same, inflection apart: their stems agree.
    pub fn same(&self, other: &Self) -> bool {
        !self.stem.is_empty() && self.stem == other.stem
    }

    /// Whether two words have half of the letters in common that the one with fewer has.
    fn shares_letters(&self, other: &Self) -> bool {
        let common = (self.letters & other.letters).count_ones();
        2 * common >= self.letters.count_ones().min(other.letters.count_ones())
    }
}

/// Makes the [`Form`] of a word; holds the stemmer and the phonetic coder.
pub struct Normalizer {
    stemmer: Stemmer,
    metaphone: DoubleMetaphone,
}

impl Default for Normalizer {
    fn default() -> Self {
        Self {
            stemmer: Stemmer::create(Algorithm::English),
            metaphone: DoubleMetaphone::new(Some(8)),
        }
    }
}

impl Normalizer {
    /// The normal form of `word`.
    pub fn form(&self, word: &str) -> Form {
        let bare = without_possessive(word);
        let folded: String = deunicode::deunicode(bare)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        let letters: String = folded.chars().filter(char::is_ascii_alphabetic).collect();
        let code = self.metaphone.double_metaphone(&letters);
        Form {
            stem: self.stemmer.stem(&folded).into_owned(),
            sounds: [code.primary(), code.alternate()],
            digits: folded.chars().filter(char::is_ascii_digit).collect(),
            common: COMMON.binary_search(&folded.as_str()).is_ok() && !is_abbreviation(bare),
            capital: bare.chars().next().is_some_and(char::is_uppercase),
            letters: letters.bytes().fold(0, |set, b| set | 1 << (b - b'a')),
            folded,
        }
    }
}

/// Whether a word that is spelled like a common one is an abbreviation all the same: "US"
/// is a country, "us" is not. "U.S." counts as "us": the networks were trained that way.
fn is_abbreviation(word: &str) -> bool {
    is_all_capitals(word) && word.chars().all(char::is_alphabetic)
}

/// How similar two words are, with the parts that make it; every number lies in 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Similarity {
    /// The similarity, all parts taken together.
    pub total: f32,
    /// 1 for the same stem.
    pub stem: f32,
    /// The agreement of the phonetic codes.
    pub sound: f32,
    /// 1 − edit distance ÷ length.
    pub spelling: f32,
    /// How much of the shorter stem is one run of letters of the other.
    pub shared: f32,
}

/// How similar two words are. Common words and numbers are similar to themselves only.
pub fn similarity(a: &Form, b: &Form) -> Similarity {
    if a.folded.is_empty() || b.folded.is_empty() {
        return Similarity::default();
    }
    if a.folded == b.folded {
        return Similarity {
            total: 1.0,
            stem: 1.0,
            sound: 1.0,
            spelling: 1.0,
            shared: 1.0,
        };
    }
    // No word of a language; letters are compared each with each.
    if a.folded.len().max(b.folded.len()) > MAX_LETTERS {
        return Similarity::default();
    }
    if !(a.digits.is_empty() && b.digits.is_empty()) {
        let total = if a.digits == b.digits { 0.8 } else { 0.0 };
        return Similarity {
            total,
            ..Similarity::default()
        };
    }
    if a.common || b.common {
        return Similarity::default();
    }
    // Words of other letters are strangers; to see that is cheap.
    if !a.shares_letters(b) {
        return Similarity::default();
    }
    let sound = sound(a, b);
    let shared = shared(&a.stem, &b.stem);
    let stem = flag(a.same(b));
    let spelling = strsim::normalized_damerau_levenshtein(&a.folded, &b.folded) as f32;
    let total = (0.5 * spelling + 0.5 * sound)
        .max(0.9 * shared)
        .max(0.95 * stem);
    Similarity {
        total,
        stem,
        sound,
        spelling,
        shared,
    }
}

/// Whether two words can stand for each other: whether their [`similarity`] is at least
/// [`SIMILAR`]. Of most pairs that is known before all of it is computed.
pub(super) fn are_similar(a: &Form, b: &Form) -> bool {
    let plain = |form: &Form| {
        let length = form.folded.len();
        (1..=MAX_LETTERS).contains(&length) && form.digits.is_empty() && !form.common
    };
    if !(plain(a) && plain(b)) {
        return similarity(a, b).total >= SIMILAR;
    }
    if !a.shares_letters(b) {
        return false;
    }
    if a.same(b) || 0.9 * shared(&a.stem, &b.stem) >= SIMILAR {
        return true;
    }
    // Each letter that only one of them has is an edit at least.
    let (longer, shorter) = (
        a.folded.len().max(b.folded.len()),
        a.folded.len().min(b.folded.len()),
    );
    let only = |a: &Form, b: &Form| (a.letters & !b.letters).count_ones() as usize;
    let edits = only(a, b).max(only(b, a)).max(longer - shorter);
    let spelling = 1.0 - edits as f32 / longer as f32;
    0.5 * spelling + 0.5 * sound(a, b) >= SIMILAR - ROUNDING && similarity(a, b).total >= SIMILAR
}

/// By how much sums of similarities may differ with the way they are computed.
const ROUNDING: f32 = 1e-4;

/// Agreement of the best pair of codes; a code of one or two consonants is
/// shared by too many words to count in full.
fn sound(a: &Form, b: &Form) -> f32 {
    let mut best = 0.0f32;
    for x in &a.sounds {
        for y in &b.sounds {
            if x.is_empty() || y.is_empty() {
                continue;
            }
            let shorter = x.len().min(y.len());
            let weight = (shorter as f32 / 3.0).min(1.0);
            best = best.max(weight * strsim::normalized_levenshtein(x, y) as f32);
            // A foreign ending behind the same root.
            if shorter >= ROOT_SOUNDS && (x.starts_with(y.as_str()) || y.starts_with(x.as_str())) {
                best = best.max(ROOT_AGREES);
            }
        }
    }
    best
}

fn shared(a: &str, b: &str) -> f32 {
    let (shorter, longer) = (a.len().min(b.len()), a.len().max(b.len()));
    let run = longest_common_run(a.as_bytes(), b.as_bytes());
    let nearly = run + 1 >= SHARED_RUN && run * 5 >= shorter * 4;
    if run < SHARED_RUN && !nearly {
        return 0.0;
    }
    let (run, shorter, longer) = (run as f32, shorter as f32, longer as f32);
    run / shorter * (0.7 + 0.3 * run / longer)
}

/// Length of the longest run of bytes that stands in both.
fn longest_common_run(a: &[u8], b: &[u8]) -> usize {
    // Only words of at most so many letters are compared.
    let mut row = [0u8; MAX_LETTERS + 1];
    let b = &b[..b.len().min(MAX_LETTERS)];
    let mut best = 0;
    for &x in a {
        for j in (0..b.len()).rev() {
            row[j + 1] = if x == b[j] { row[j] + 1 } else { 0 };
            best = best.max(row[j + 1]);
        }
    }
    usize::from(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(a: &str, b: &str) -> f32 {
        let normalizer = Normalizer::default();
        similarity(&normalizer.form(a), &normalizer.form(b)).total
    }

    #[test]
    fn what_is_told_early_is_what_the_whole_similarity_says() {
        let normalizer = Normalizer::default();
        let words = "Poutine Putin Moskau Moscow precipitations rain rainfall valves vannes Tschaikowski \
                     Tchaikovsky US us 120 1,200 the evacuated evacuation gouvernement government wind \
                     winter Litiger litigate ÉTÉ été summer test tests attestation protest a ab abc";
        let forms: Vec<Form> = words
            .split_whitespace()
            .map(|w| normalizer.form(w))
            .collect();
        let mut similar = 0;
        for a in &forms {
            for b in &forms {
                let whole = similarity(a, b).total >= SIMILAR;
                assert_eq!(are_similar(a, b), whole, "{a:?} {b:?}");
                similar += usize::from(whole);
            }
        }
        assert!(similar > forms.len());
    }

    #[test]
    fn common_words_are_sorted() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn names_meet_across_spellings_and_scripts() {
        for (a, b) in [
            ("Poutine", "Putin"),
            ("Londres", "London"),
            ("Tschaikowski", "Tchaikovsky"),
            ("Nurmagomédov’s", "Nurmagomedov"),
            ("Чехов", "Chekhov"),
            ("Lavrov", "Lavrow"),
        ] {
            assert!(total(a, b) >= 0.6, "{a} {b}: {}", total(a, b));
        }
    }

    #[test]
    fn cousins_meet_by_their_root() {
        for (a, b) in [
            ("dénucléariser", "denuclearising"),
            ("translators", "translator"),
            ("Litiger", "relitigating"),
            ("vaccinieren", "vaccinate"),
            ("restaurieren", "restore"),
        ] {
            assert!(total(a, b) >= 0.6, "{a} {b}: {}", total(a, b));
        }
    }

    #[test]
    fn strangers_do_not_meet() {
        for (a, b) in [
            ("meeting", "election"),
            ("Berlin", "Warsaw"),
            ("home", "power"),
            ("2016", "2017"),
            ("the", "them"),
            ("doctor", "goal"),
        ] {
            assert!(total(a, b) < 0.55, "{a} {b}: {}", total(a, b));
        }
    }

    #[test]
    fn numbers_meet_by_their_digits() {
        assert!(total("20", "G20") > 0.7);
    }

    #[test]
    fn odd_words_are_compared_without_harm() {
        for word in ["", "’s", "👩‍👩‍👧", "ß", "漢字", "İ", "'", "ŒUVRE’S"] {
            total(word, "Putin");
            total("Putin", word);
        }
    }
}
