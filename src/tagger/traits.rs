//! What is known of each word besides its letters, as small numbers.
//!
//! In: a text, its segments and the lexicon. Out: for each word [`WIDTH`] traits, each a
//! row number of a table of vectors that the tagger adds to the word's pieces. The table
//! `TRAITS` gives each trait its name, its size and its value; files of weights hold the
//! names and sizes too.

use std::collections::HashMap;

use unicode_normalization::char::is_combining_mark;

use crate::lexicon::{Entry, Lexicon, is_latin_letter};
use crate::segment::{Segments, WordKind, is_apostrophe, is_line_end, normal, without_possessive};

/// How many traits a word has.
pub const WIDTH: usize = TRAITS.len();

/// The borders between the values 1 to 7 of `english`, on the Zipf scale.
const ENGLISH_BORDERS: [f32; 6] = [2.0, 2.5, 3.0, 3.5, 4.0, 5.0];
/// The borders between the values 1 to 7 of `foreign`, in Zipf units.
const FOREIGN_BORDERS: [f32; 6] = [-2.0, -1.0, 0.0, 1.0, 2.0, 3.0];
/// The borders between the values of `spelling`: probabilities that a word is English.
const SPELLING_BORDERS: [f32; 5] = [0.02, 0.1, 0.3, 0.6, 0.9];

/// A trait: its name, how many values it has, and its value for a word.
struct Trait {
    name: &'static str,
    size: u8,
    value: fn(&Word<'_>) -> u8,
}

const fn of(name: &'static str, size: u8, value: fn(&Word<'_>) -> u8) -> Trait {
    Trait { name, size, value }
}

/// The traits, in the order of a row.
const TRAITS: [Trait; 9] = [
    of("shape", 8, shape),
    of("accents", 2, |word| {
        let beyond = |c: char| !c.is_ascii() && (c.is_alphabetic() || is_combining_mark(c));
        u8::from(!word.punctuation && word.normal.chars().any(beyond))
    }),
    of("english", 8, |word| match &word.entry {
        entry if !entry.is_word => 7,
        entry if entry.english_zipf == 0.0 => 0,
        entry => 1 + rank(entry.english_zipf, &ENGLISH_BORDERS),
    }),
    of("foreign", 8, |word| match &word.entry {
        Entry { foreign: None, .. } => 0,
        entry => 1 + rank(tenths(entry.margin()), &FOREIGN_BORDERS),
    }),
    of("spelling", 6, |word| {
        rank(word.entry.spelling.p_english, &SPELLING_BORDERS)
    }),
    of("gap", 4, |word| match word.before {
        None => 3,
        Some("") => 0,
        Some(gap) if gap.contains(is_line_end) => 2,
        Some(_) => 1,
    }),
    of("occurrences", 4, |word| match word.occurrences {
        _ if word.punctuation => 3,
        0 | 1 => 0,
        2 => 1,
        3 | 4 => 2,
        _ => 3,
    }),
    of("place", 3, |word| word.place as u8),
    // Kept for a table of foreign names. Until there is one, no name is known.
    of("name", 6, |_| 0),
];

/// The names and sizes of the traits, in order, as files of weights hold them:
/// `shape:8 accents:2 …`.
pub fn names() -> String {
    let names = TRAITS
        .iter()
        .map(|one| format!("{}:{}", one.name, one.size));
    names.collect::<Vec<String>>().join(" ")
}

/// The name of each trait and how many values it has, in order.
pub(super) fn sizes() -> impl Iterator<Item = (&'static str, usize)> {
    TRAITS.iter().map(|one| (one.name, usize::from(one.size)))
}

/// The traits of each word of a text, in the order of its words. Each number is below the
/// size of its trait.
pub fn traits(text: &str, segments: &Segments, lexicon: &Lexicon) -> Vec<[u8; WIDTH]> {
    let forms = segments.words.iter().map(|word| {
        let spelling = normal(word.span.slice(text).unwrap_or_default());
        without_possessive(&spelling).to_owned()
    });
    let forms: Vec<String> = forms.collect();
    let folded: Vec<String> = forms.iter().map(|form| form.to_lowercase()).collect();
    // Words come again, and looking one up is most of the work.
    let mut known: HashMap<&str, (Entry, u32)> = HashMap::new();
    for (word, folded) in segments.words.iter().zip(&folded) {
        let look_up = || match word.kind {
            WordKind::Word => lexicon.look_up(folded),
            WordKind::Punctuation => Entry::NEUTRAL,
        };
        let (_, count) = known.entry(folded).or_insert_with(|| (look_up(), 0));
        *count += 1;
    }
    let places = places(segments);
    let rows = (0..segments.words.len()).map(|at| {
        let (entry, occurrences) = known[folded[at].as_str()];
        let word = Word {
            normal: &forms[at],
            punctuation: segments.words[at].kind == WordKind::Punctuation,
            entry,
            before: gap(text, segments, at),
            occurrences,
            place: places[at],
        };
        let row: [u8; WIDTH] = std::array::from_fn(|index| (TRAITS[index].value)(&word));
        row
    });
    rows.collect()
}

/// What the traits of one word are made from.
struct Word<'a> {
    /// The word in its normal form, without a possessive ending.
    normal: &'a str,
    punctuation: bool,
    /// What the lexicon says; neutral for punctuation.
    entry: Entry,
    /// What stands between the word before and this one; `None` at the front of a
    /// paragraph.
    before: Option<&'a str>,
    /// How often the word comes in the text, whatever its case.
    occurrences: u32,
    place: Place,
}

/// Where in its sentence a word stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// It is the first word, marks not counted.
    First,
    /// It is neither the first word nor the last one, or it is a mark.
    Inside,
    /// It is the last word, marks not counted.
    Last,
}

/// How many of the borders a number reaches.
fn rank(number: f32, borders: &[f32]) -> u8 {
    borders
        .iter()
        .map(|border| u8::from(number >= *border))
        .sum()
}

/// A difference of Zipf frequencies, which are whole tenths, without the error of the
/// subtraction, so that it meets a border exactly.
fn tenths(difference: f32) -> f32 {
    (difference * 10.0).round() / 10.0
}

/// How a word is written: 0 in small letters, or without case; 1 with a capital at the
/// front (of each part of a compound, at most); 2 in capitals; 3 with capitals elsewhere;
/// 4 with a digit; 5 a mark; 6 mostly in letters of another script than Latin; 7 with a
/// single letter, a capital.
fn shape(word: &Word<'_>) -> u8 {
    if word.punctuation {
        return 5;
    }
    if word.normal.chars().any(char::is_numeric) {
        return 4;
    }
    let (mut letters, mut latin, mut capitals) = (0, 0, 0);
    // Whether each capital stands at the front of a part, the first part's among them.
    let (mut first, mut only_at_fronts, mut front) = (false, true, true);
    for c in word.normal.chars() {
        if c.is_alphabetic() {
            let capital = c.is_uppercase();
            first |= letters == 0 && capital;
            letters += 1;
            latin += usize::from(is_latin_letter(c));
            capitals += usize::from(capital);
            only_at_fronts &= front || !capital;
        }
        front = matches!(c, '-' | '‐' | '‑') || is_apostrophe(c);
    }
    match letters {
        _ if latin * 2 < letters => 6,
        _ if capitals == 0 => 0,
        1 => 7,
        _ if capitals == letters => 2,
        _ if first && only_at_fronts => 1,
        _ => 3,
    }
}

/// What stands between a word and the one before it; `None` at the front of a paragraph.
fn gap<'a>(text: &'a str, segments: &Segments, at: usize) -> Option<&'a str> {
    let word = segments.words[at];
    let before = segments.words[..at].last()?;
    let same = before.paragraph == word.paragraph;
    same.then(|| text.get(before.span.end()..word.span.start()))?
}

/// Where in its sentence each word stands.
fn places(segments: &Segments) -> Vec<Place> {
    let mut places = vec![Place::Inside; segments.words.len()];
    let is_word = |at: &usize| segments.words[*at].kind == WordKind::Word;
    for mut sentence in segments.words_by_sentence() {
        if let Some(last) = sentence.clone().rfind(is_word) {
            places[last] = Place::Last;
        }
        if let Some(first) = sentence.find(is_word) {
            places[first] = Place::First;
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;
    use crate::segment::segment;

    static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::embedded().unwrap());

    /// The words of a text, each with the value of the trait `name`.
    fn values<'a>(text: &'a str, name: &str) -> Vec<(&'a str, u8)> {
        let segments = segment(text);
        let column = TRAITS.iter().position(|one| one.name == name).unwrap();
        let rows = traits(text, &segments, &LEXICON);
        let words = segments.words.iter().zip(rows);
        words
            .map(|(word, row)| (word.span.slice(text).unwrap(), row[column]))
            .collect()
    }

    /// The value of the trait `name` of a text that is one word.
    fn value(word: &str, name: &str) -> u8 {
        let values = values(word, name);
        assert_eq!(values.len(), 1, "{word}: {values:?}");
        values[0].1
    }

    #[test]
    fn names_have_their_sizes() {
        assert_eq!(
            names(),
            "shape:8 accents:2 english:8 foreign:8 spelling:6 gap:4 occurrences:4 place:3 name:6"
        );
        assert_eq!(sizes().count(), WIDTH);
    }

    #[test]
    fn shapes_are_told_apart() {
        for (word, shape) in [
            ("harbour", 0),
            ("don't", 0),
            ("Harbour", 1),
            ("Élan", 1),
            ("Harbour’s", 1),
            ("O’Brien", 1),
            ("Anglo-Saxon", 1),
            ("Vice-president", 1),
            ("NATO", 2),
            ("NATO's", 2),
            ("T-V", 2),
            ("iPhone", 3),
            ("McDonald", 3),
            ("non-English", 3),
            ("3rd", 4),
            ("G20", 4),
            ("1,250", 4),
            ("…", 5),
            ("🚲", 5),
            ("молоко", 6),
            ("МОЛОКО", 6),
            ("I", 7),
            ("Q's", 7),
            ("É", 7),
            ("a", 0),
        ] {
            assert_eq!(value(word, "shape"), shape, "{word}");
        }
    }

    #[test]
    fn letters_beyond_ascii_are_seen_however_they_are_composed() {
        for (word, accents) in [
            ("café", 1),
            ("cafe\u{301}", 1),
            ("cafe", 0),
            ("молоко", 1),
            ("keeper’s", 0),
            ("keeperʼs", 0),
            ("—", 0),
        ] {
            assert_eq!(value(word, "accents"), accents, "{word}");
        }
    }

    #[test]
    fn the_lexicon_is_cut_into_steps() {
        for word in ["42", ",", "🚲"] {
            let all = ["english", "foreign", "spelling"].map(|name| value(word, name));
            assert_eq!(all, [7, 0, 5], "{word}");
        }
        assert_eq!(value("The", "english"), 7);
        assert_eq!(value("Krankenhausverwaltungen", "english"), 0);
        assert_eq!(value("Krankenhausverwaltungen", "foreign"), 0);
        assert!(value("lighthouse", "english") > 2);
        assert!(value("und", "foreign") > value("the", "foreign"));
        assert!(value("Entwicklung", "foreign") >= 6);
        assert!(value("neighbourhood", "spelling") > value("Entwicklung", "spelling"));
        assert_eq!(value("молоко", "spelling"), 0);
    }

    #[test]
    fn a_number_on_a_border_belongs_above_it() {
        assert_eq!(rank(1.9, &ENGLISH_BORDERS), 0);
        assert_eq!(rank(2.0, &ENGLISH_BORDERS), 1);
        assert_eq!(rank(5.0, &ENGLISH_BORDERS), 6);
        // In single precision 3.8 − 4.8 is less than −1, and 4.2 − 1.2 less than 3.
        for (foreign, english, expected) in [(3.8f32, 4.8f32, 2), (4.2, 1.2, 6), (4.4, 4.4, 3)] {
            let margin = tenths(foreign - english);
            assert_eq!(rank(margin, &FOREIGN_BORDERS), expected, "{foreign}");
        }
    }

    #[test]
    fn gaps_tell_glued_words_from_lines_and_paragraphs() {
        let text = "The quiet harbour, seen from a boat that went\nout early.\u{a0}Gulls.\n\nThen";
        let values = values(text, "gap");
        let of = |word: &str| values.iter().find(|(w, _)| *w == word).unwrap().1;
        let found = ["The", "quiet", ",", "out", "Gulls", "Then"].map(of);
        assert_eq!(found, [3, 1, 0, 2, 1, 3], "{values:?}");
    }

    #[test]
    fn words_are_counted_whatever_their_case() {
        let text = "Gull, gull’s GULL gull. A boat, a mast and a pier. Boat! A-a a";
        let values = values(text, "occurrences");
        let of = |word: &str| values.iter().find(|(w, _)| *w == word).unwrap().1;
        let found = ["Gull", "gull’s", "boat", "mast", "a", "."].map(of);
        assert_eq!(found, [2, 2, 1, 0, 2, 3], "{values:?}");
    }

    #[test]
    fn marks_are_neither_first_nor_last_in_a_sentence() {
        let values = values("“The boat left.” Why? …", "place");
        let expected = [
            ("“", 1),
            ("The", 0),
            ("boat", 1),
            ("left", 2),
            (".", 1),
            ("”", 1),
            ("Why", 0),
            ("?", 1),
            ("…", 1),
        ];
        assert_eq!(values, expected);
    }

    proptest! {
        #[test]
        fn every_trait_is_below_its_size(text in "\\PC{0,60}|[A-Za-zé’'.,0-9 \n-]{0,80}") {
            let segments = segment(&text);
            let rows = traits(&text, &segments, &LEXICON);
            prop_assert_eq!(rows.len(), segments.words.len());
            for row in rows {
                for ((name, size), value) in sizes().zip(row) {
                    prop_assert!(usize::from(value) < size, "{}: {}", name, value);
                }
            }
        }
    }
}
