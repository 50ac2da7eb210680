//! Correct articles with one fact changed, to measure whether contradictions are found.
//!
//! In: an article, its sibling, and names to choose from. Out: the article with a
//! number, a date or a name changed that the sibling has too, and the place of the change.
//! A seed draws the fact and its new value. The rule is simpler than the one by which
//! contradictions are found, and shares nothing with it. Nothing is linted here.

use serde::Serialize;

use mtlint::segment::{WordKind, segment};
use mtlint::span::{Doc, Span};

use super::bootstrap::SplitMix64;

const DATES: [&[&str]; 2] = [
    &[
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    &[
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
];

/// The fewest letters of a name that is changed.
const MIN_NAME_LETTERS: usize = 4;

/// The kind of a fact that is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FactKind {
    /// A number: a word with a digit.
    Number,
    /// A date: a month or a day of the week.
    Date,
    /// A name: a word with a capital amid a sentence.
    Name,
}

/// An article with one fact changed.
#[derive(Debug, Clone, PartialEq)]
pub struct FactChange {
    /// The text after the change.
    pub text: String,
    /// The changed word, as bytes of the text after the change.
    pub span: Span<Doc>,
    /// The kind of the changed fact.
    pub kind: FactKind,
}

/// The words that can be changed, each with its kind: those that `sibling` has in the same
/// spelling.
fn places(text: &str, sibling: &str) -> Vec<(Span<Doc>, FactKind)> {
    let segments = segment(text);
    let there = segment(sibling);
    let there = there
        .words
        .iter()
        .filter_map(|word| word.span.slice(sibling));
    let there: std::collections::HashSet<&str> = there.collect();
    let mut sentence = None;
    let words = segments
        .words
        .iter()
        .filter(|word| word.kind == WordKind::Word);
    let mut found = Vec::new();
    for word in words {
        let opens_sentence = sentence.replace(word.sentence) != Some(word.sentence);
        let Some(spelling) = word.span.slice(text).filter(|word| there.contains(word)) else {
            continue;
        };
        let kind = if spelling.contains(|c: char| c.is_ascii_digit()) {
            FactKind::Number
        } else if DATES.iter().any(|names| names.contains(&spelling)) {
            FactKind::Date
        } else if is_name(spelling) && !opens_sentence {
            FactKind::Name
        } else {
            continue;
        };
        found.push((word.span, kind));
    }
    found
}

/// Whether a word amid a sentence is written as a name is.
fn is_name(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
        && word.chars().count() >= MIN_NAME_LETTERS
        && word.chars().skip(1).all(char::is_lowercase)
}

/// The names of an article, to be put into other articles.
pub fn names(text: &str) -> Vec<String> {
    let places = places(text, text).into_iter();
    let names = places.filter(|(_, kind)| *kind == FactKind::Name);
    let names = names.filter_map(|(span, _)| span.slice(text));
    names.map(str::to_owned).collect()
}

/// Changes one fact of `text` that `sibling` has too; `None` where they share none, or
/// where none of `names` is new to the text. `seed` draws the kind first, so that names,
/// which are many, do not drown dates; then the fact and its new value.
pub fn change_fact(text: &str, sibling: &str, names: &[String], seed: u64) -> Option<FactChange> {
    let mut random = SplitMix64::new(seed);
    let places = places(text, sibling);
    let mut kinds: Vec<FactKind> = places.iter().map(|(_, kind)| *kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    if kinds.is_empty() {
        return None;
    }
    let kind = kinds[random.below(kinds.len())];
    let places: Vec<Span<Doc>> = places
        .into_iter()
        .filter_map(|(span, of)| (of == kind).then_some(span))
        .collect();
    let place = places[random.below(places.len())];
    let old = place.slice(text)?;
    let new = match kind {
        FactKind::Number => other_number(old, &mut random),
        FactKind::Date => {
            let all = DATES.iter().find(|names| names.contains(&old))?;
            let others: Vec<&&str> = all.iter().filter(|name| **name != old).collect();
            (*others[random.below(others.len())]).to_owned()
        }
        FactKind::Name => {
            let new = |name: &&String| !text.contains(name.as_str());
            let others: Vec<&String> = names.iter().filter(new).collect();
            if others.is_empty() {
                return None;
            }
            others[random.below(others.len())].clone()
        }
    };
    let (before, behind) = (&text[..place.start()], &text[place.end()..]);
    Some(FactChange {
        text: format!("{before}{new}{behind}"),
        span: Span::new(place.start(), place.start() + new.len()),
        kind,
    })
}

/// A number with one digit exchanged: the first, or of four digits, which may be a year,
/// the last.
fn other_number(old: &str, random: &mut SplitMix64) -> String {
    let digits: Vec<usize> = old
        .char_indices()
        .filter(|(_, c)| c.is_ascii_digit())
        .map(|(at, _)| at)
        .collect();
    let at = match digits[..] {
        [_, _, _, last] => last,
        [first, ..] => first,
        [] => return old.to_owned(),
    };
    let digit = u32::from(old.as_bytes()[at] - b'0');
    // Never 0, which at the front is no digit, and never the same.
    let mut new = 1 + random.below(8) as u32;
    new += u32::from(new >= digit && digit > 0);
    let mut text = old.to_owned();
    text.replace_range(at..=at, &new.to_string());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fact_that_both_have_is_changed() {
        let text = "The dam near Kiruna burst on Friday. In all 340 people left Kiruna.";
        let sibling = "340 people had to leave when a dam burst on Friday near Kiruna.";
        let names = ["Bergen".to_owned()];
        let mut kinds = Vec::new();
        for seed in 0..40 {
            let changed = change_fact(text, sibling, &names, seed).unwrap();
            let new = changed.span.slice(&changed.text).unwrap();
            assert!(!sibling.contains(new), "{new}");
            let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
            let (old, new) = (words(text), words(&changed.text));
            let differ = old.iter().zip(&new).filter(|(a, b)| a != b).count();
            assert_eq!((differ, old.len()), (1, new.len()));
            kinds.push(changed.kind);
        }
        kinds.sort();
        kinds.dedup();
        assert_eq!(kinds, [FactKind::Number, FactKind::Date, FactKind::Name]);
        assert_eq!(
            change_fact(text, sibling, &names, 3),
            change_fact(text, sibling, &names, 3)
        );
    }

    #[test]
    fn what_only_one_has_is_left_alone() {
        assert_eq!(
            change_fact("It rained on Monday.", "It rained.", &[], 1),
            None
        );
        assert_eq!(change_fact("", "", &[], 1), None);
    }

    #[test]
    fn digits_stay_digits() {
        let mut random = SplitMix64::new(1);
        for old in ["7", "0", "1998", "12,000", "3.5bn", "20th"] {
            for _ in 0..50 {
                let new = other_number(old, &mut random);
                assert!(new != old && new.len() == old.len(), "{old} {new}");
            }
        }
    }
}
