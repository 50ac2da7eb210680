//! The places of a text where a name in foreign form stands, or a misspelt one.
//!
//! In: a [`Setting`]. Out: [`Candidate`]s in text order, none overlapping another one: at
//! each place the longest name that the table has. Whether it is wrong there is not
//! decided here.

use std::collections::HashMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::super::setting::Setting;
use crate::lexicon::{ForeignForm, NameKind, begins_a_name, foreign_form, people_called};
use crate::segment::{is_apostrophe, possessive_ending, without_possessive};

/// Words of a name, at most.
const MAX_WORDS: usize = 4;
/// Words and marks of a name, at most: "EE. UU." has four.
const MAX_TOKENS: usize = 6;
/// Letters of a surname, at least, for another spelling to be a slip.
const MISSPELT_LETTERS: usize = 5;
/// How well known a person must be, on the Zipf scale, for a name like theirs to be theirs.
const VERY_WELL_KNOWN: f32 = 3.0;
/// A word that English has more often than this is no slip: it is a name of its own.
const UNLISTED: f32 = 1.0;

/// A name in foreign form.
pub(super) struct Candidate {
    /// The words and marks of the name.
    pub words: Range<usize>,
    /// What is known of it.
    pub form: ForeignForm,
    /// Whether it is no foreign form but a slip in a well-known name.
    pub misspelt: bool,
}

impl Candidate {
    /// The name as it stands in the text, without a possessive ending.
    pub(super) fn spelling<'a>(&self, setting: &Setting<'a>) -> &'a str {
        without_possessive(slice(setting, self.words.clone()))
    }

    /// The last word of the name as it stands in the text.
    pub(super) fn last_word<'a>(&self, setting: &Setting<'a>) -> &'a str {
        slice(setting, self.words.end - 1..self.words.end)
    }

    /// Whether it is a person with the given name or in words that name nobody else.
    pub(super) fn is_full_person(&self) -> bool {
        self.form.kind == NameKind::Person
            && !self.form.ambiguous
            && self.form.english.contains(' ')
            && self.words.len() > 1
    }
}

/// The text of some words with what stands between them.
fn slice<'a>(setting: &Setting<'a>, words: Range<usize>) -> &'a str {
    let within = setting.segments.words.get(words).unwrap_or_default();
    let (Some(first), Some(last)) = (within.first(), within.last()) else {
        return "";
    };
    let text: &'a str = setting.text;
    let span = first.span.start()..last.span.end();
    text.get(span).unwrap_or_default()
}

/// The names in foreign form in a text.
pub(super) fn candidates(setting: &Setting<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut at = 0;
    // Most words occur many times.
    let mut begins: HashMap<&str, bool> = HashMap::new();
    let mut slips: HashMap<(String, String), Option<ForeignForm>> = HashMap::new();
    while at < setting.segments.words.len() {
        let word = setting.spelling(at);
        let may_begin = setting.is_word(at)
            && !setting.is_excluded(at)
            && *begins
                .entry(word)
                .or_insert_with(|| begins_a_name(without_possessive(word)));
        let name = if may_begin {
            longest(setting, at)
        } else {
            None
        };
        let name = name.or_else(|| {
            let pair = (
                without_possessive(word).to_owned(),
                without_possessive(setting.spelling(at + 1)).to_owned(),
            );
            let pair_is_name = is_capital(&pair.0) && is_capital(&pair.1) && together(setting, at);
            if !pair_is_name || !possessive_ending(word).is_empty() {
                return None;
            }
            let slip = slips
                .entry(pair)
                .or_insert_with_key(|(given, surname)| misspelt(setting, given, surname));
            (*slip).map(|form| Candidate {
                words: at..at + 2,
                form,
                misspelt: true,
            })
        });
        match name {
            Some(name) => {
                at = name.words.end;
                if name.misspelt || !name.form.right {
                    found.push(name);
                }
            }
            None => at += 1,
        }
    }
    found
}

/// The longest name of the table that begins at a word.
fn longest(setting: &Setting<'_>, first: usize) -> Option<Candidate> {
    let words = &setting.segments.words;
    let paragraph = words.get(first)?.paragraph;
    let most = (first + MAX_TOKENS).min(words.len());
    (first + 1..=most).rev().find_map(|end| {
        let range = first..end;
        let tokens = &words[range.clone()];
        let within = tokens.iter().all(|word| word.paragraph == paragraph);
        let count = range.clone().filter(|word| setting.is_word(*word)).count();
        // Only the full stops of an abbreviation belong to a name.
        let mut marks = range.clone().filter(|word| !setting.is_word(*word));
        let plain = marks.all(|word| setting.spelling(word) == ".");
        let last = setting.spelling(end - 1);
        let mut inner = range.clone().take(range.len() - 1);
        let whole = inner.all(|word| possessive_ending(setting.spelling(word)).is_empty());
        if !within || count > MAX_WORDS || !plain || !whole || last == "." && count == 1 {
            return None;
        }
        let spelling = without_possessive(slice(setting, range.clone()));
        let form = foreign_form(spelling)?;
        has_capitals(spelling, &form).then_some(Candidate {
            words: range,
            form,
            misspelt: false,
        })
    })
}

/// Whether a name has the capitals that it needs.
fn has_capitals(spelling: &str, form: &ForeignForm) -> bool {
    if form.in_capitals {
        return !spelling.chars().any(char::is_lowercase);
    }
    if form.kind == NameKind::Month {
        return true;
    }
    let mut words = spelling.split(' ').filter(|word| !word.is_empty());
    let Some(first) = words.next() else {
        return false;
    };
    // "Union européenne", "mer Noire", "de Gol".
    match words.next_back() {
        None => is_capital(first),
        Some(last) => is_capital(last) || is_capital(first) && !form.right,
    }
}

fn is_capital(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// Whether nothing but a blank stands between a word and the next one.
fn together(setting: &Setting<'_>, first: usize) -> bool {
    let words = &setting.segments.words;
    let (Some(one), Some(next)) = (words.get(first), words.get(first + 1)) else {
        return false;
    };
    one.sentence == next.sentence
        && setting.is_word(first)
        && setting.is_word(first + 1)
        && !setting.is_excluded(first)
        && next.span.start() == one.span.end() + 1
}

/// The well-known person whose name this is but for one letter of the surname.
fn misspelt(setting: &Setting<'_>, given: &str, surname: &str) -> Option<ForeignForm> {
    let lower = surname.to_lowercase();
    let letters = lower.chars().count();
    if letters + 1 < MISSPELT_LETTERS || setting.lexicon.english_zipf(&lower) > UNLISTED {
        return None;
    }
    if foreign_form(surname).is_some() {
        return None;
    }
    people_called(given).find(|person| {
        let right = person.english.rsplit(' ').next().unwrap_or_default();
        let whole = person.english.split(' ').count() == 2;
        let plain = folded(right);
        // "the two Bidens", and what differs in marks only, are right.
        let other = folded(surname);
        let plural = other
            .strip_prefix(plain.as_str())
            .is_some_and(|rest| rest == "s");
        whole
            && person.zipf >= VERY_WELL_KNOWN
            && right.chars().count() >= MISSPELT_LETTERS
            && !plural
            && edits(&other, &plain) == 1
    })
}

/// A name in lower case, without marks on its letters.
fn folded(name: &str) -> String {
    let lower = name.nfd().flat_map(char::to_lowercase);
    let plain = lower.filter(|c| !unicode_normalization::char::is_combining_mark(*c));
    plain.filter(|c| !is_apostrophe(*c)).collect()
}

/// How many letters are put in, left out, changed, or swapped with the next one between two
/// names, at most some fifty.
pub(super) fn edits(a: &str, b: &str) -> usize {
    let a: Vec<char> = folded(a).chars().take(50).collect();
    let b: Vec<char> = folded(b).chars().take(50).collect();
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = usize::from(a[i - 1] != b[j - 1]);
            let mut best = (rows[i - 1][j] + 1)
                .min(row[j - 1] + 1)
                .min(rows[i - 1][j - 1] + changed);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
