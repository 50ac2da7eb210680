//! Numbers in a sentence, in figures and in words.
//!
//! In: the words of a sentence. Out: a [`Fact`] for each number, with what it counts
//! as far as its neighbors say; durations are one fact, in seconds. Number words are
//! read by the `text2num` library. Nothing is compared here.

use std::ops::Range;

use text2num::lang::English;
use text2num::word_to_digit::{Token, find_numbers};

use super::value::{Fact, Measure, Value};
use crate::sibling::text::NormalizedText;

/// The months, from January on.
pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// What stands behind a number and multiplies it.
const MULTIPLIERS: [(&str, f64); 10] = [
    ("hundred", 1e2),
    ("thousand", 1e3),
    ("k", 1e3),
    ("million", 1e6),
    ("m", 1e6),
    ("mn", 1e6),
    ("billion", 1e9),
    ("bn", 1e9),
    ("trillion", 1e12),
    ("tn", 1e12),
];

/// Units of time, with their seconds.
const TIMES: [(&str, f64); 14] = [
    ("second", 1.0),
    ("seconds", 1.0),
    ("minute", 60.0),
    ("minutes", 60.0),
    ("hour", 3_600.0),
    ("hours", 3_600.0),
    ("day", 86_400.0),
    ("days", 86_400.0),
    ("week", 604_800.0),
    ("weeks", 604_800.0),
    ("month", 2_629_800.0),
    ("months", 2_629_800.0),
    ("year", 31_557_600.0),
    ("years", 31_557_600.0),
];

/// Words before a number that make it a rough one.
const ROUGH: [&str; 17] = [
    "about",
    "above",
    "almost",
    "approximately",
    "around",
    "below",
    "least",
    "less",
    "more",
    "most",
    "nearly",
    "over",
    "roughly",
    "some",
    "than",
    "under",
    "up",
];

/// A word as `text2num` takes it.
struct Spelled<'a>(&'a str, String);

impl Token for Spelled<'_> {
    fn text(&self) -> std::borrow::Cow<'_, str> {
        self.0.into()
    }

    fn text_lowercase(&self) -> std::borrow::Cow<'_, str> {
        self.1.as_str().into()
    }
}

/// The numbers of a sentence whose words are `words`.
pub(super) fn numbers(text: &NormalizedText<'_>, words: &Range<usize>) -> Vec<Fact> {
    let mut found = Vec::new();
    let mut word = words.start;
    while word < words.end {
        if !text.is_word(word) || text.forms[word].digits.is_empty() {
            word += 1;
            continue;
        }
        let number = written_number(text.spelling(word));
        let Some((mut number, suffix)) = number else {
            word += 1;
            continue;
        };
        let mut end = word + 1;
        let multiplier = |word: &str| {
            let known = MULTIPLIERS.iter().find(|(name, _)| *name == word);
            known.map(|(_, by)| *by)
        };
        let next = || {
            Some(
                text.forms
                    .get(end)
                    .filter(|_| end < words.end)?
                    .folded
                    .as_str(),
            )
        };
        let rank = matches!(suffix.as_str(), "st" | "nd" | "rd" | "th");
        // "5 m" and "100m" are metres, "$5m" is not.
        let before = word.checked_sub(1).filter(|at| words.contains(at));
        let signed = before.is_some_and(|at| ["$", "€", "£", "¥"].contains(&text.spelling(at)));
        match multiplier(&suffix).filter(|_| signed || suffix.len() > 1) {
            Some(by) => number *= by,
            None => {
                if let Some(by) = next().filter(|n| n.len() > 2).and_then(multiplier) {
                    number *= by;
                    end += 1;
                }
            }
        }
        let range = word..end;
        let of = measure(text, words, &range, number, rank);
        found.push(fact(text, words, range, number, of));
        word = end;
    }
    let tokens = words.clone().map(|word| {
        let spelling = text.spelling(word);
        Spelled(spelling, spelling.to_lowercase())
    });
    for number in find_numbers(tokens, &English::new(), 0.0) {
        let range = words.start + number.start..words.start + number.end;
        let has_digits = range.clone().any(|w| !text.forms[w].digits.is_empty());
        let overlaps = found
            .iter()
            .any(|fact: &Fact| fact.words.start < range.end && range.start < fact.words.end);
        // "One of them", "on the one hand", "for the first time", "a second".
        let vague =
            range.len() == 1 && number.value <= 2.0 && (number.is_ordinal || number.value < 2.0);
        if has_digits || overlaps || vague {
            continue;
        }
        let of = measure(text, words, &range, number.value, number.is_ordinal);
        found.push(fact(text, words, range, number.value, of));
    }
    found
}

/// The numbers with those that count time as one duration each: "two hours and 15
/// minutes" says less than both its numbers.
pub(super) fn durations(
    text: &NormalizedText<'_>,
    sentence: &Range<usize>,
    mut found: Vec<Fact>,
) -> Vec<Fact> {
    found.sort_by_key(|fact| fact.words.start);
    let unit = |fact: &Fact| {
        let behind = fact.words.end;
        let form = text.forms.get(behind).filter(|_| behind < sentence.end)?;
        let known = TIMES.iter().find(|(name, _)| *name == form.folded);
        known.map(|(_, seconds)| *seconds)
    };
    let mut merged: Vec<(Fact, Option<f64>)> = Vec::new();
    for mut fact in found {
        let seconds = unit(&fact);
        if let (Some(seconds), Value::Number { number, of, .. }) = (seconds, &mut fact.value)
            && *of == Measure::Count
        {
            (*number, *of) = (*number * seconds, Measure::Time);
            fact.words.end += 1;
            // Smaller units behind larger ones, with "and" between them or not.
            if let Some((last, Some(larger))) = merged.last_mut()
                && seconds < *larger
                && fact.words.start <= last.words.end + 1
                && (last.words.end..fact.words.start).all(|word| text.is_word(word))
                && let Value::Number { number: sum, .. } = &mut last.value
            {
                *sum += *number;
                *larger = seconds;
                last.words.end = fact.words.end;
                continue;
            }
            merged.push((fact, Some(seconds)));
        } else {
            merged.push((fact, None));
        }
    }
    merged.into_iter().map(|(fact, _)| fact).collect()
}

fn fact(
    text: &NormalizedText<'_>,
    sentence: &Range<usize>,
    words: Range<usize>,
    number: f64,
    of: Measure,
) -> Fact {
    let before = words.start.saturating_sub(3).max(sentence.start)..words.start;
    let rough = before
        .clone()
        .any(|word| ROUGH.contains(&text.forms[word].folded.as_str()));
    Fact {
        words,
        value: Value::Number { number, of, rough },
    }
}

/// The number that a word with digits begins with, and what follows the digits.
/// `None` where there is more than one: scores, times, spans of years.
fn written_number(word: &str) -> Option<(f64, String)> {
    let word = word.trim_start_matches(|c: char| !c.is_ascii_digit());
    let end = word
        .find(|c: char| !(c.is_ascii_digit() || c == ',' || c == '.'))
        .unwrap_or(word.len());
    let (digits, rest) = word.split_at(end);
    if rest.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let plain = digits.trim_end_matches([',', '.']).replace(',', "");
    let suffix: String = rest.chars().filter(|c| c.is_alphabetic()).collect();
    Some((plain.parse().ok()?, suffix.to_lowercase()))
}

fn measure(
    text: &NormalizedText<'_>,
    sentence: &Range<usize>,
    words: &Range<usize>,
    number: f64,
    rank: bool,
) -> Measure {
    let near = |at: Option<usize>| {
        let at = at.filter(|at| sentence.contains(at));
        at.map_or("", |at| text.spelling(at))
    };
    let folded = |at: Option<usize>| {
        let at = at.filter(|at| sentence.contains(at));
        at.map_or("", |at| text.forms[at].folded.as_str())
    };
    let (before, after) = (words.start.checked_sub(1), Some(words.end));
    let month = |word: &str| MONTHS.contains(&word);
    let money = [
        "dollar", "dollars", "euro", "euros", "pound", "pounds", "yuan", "yen", "rupees",
    ];
    let own = text.spelling(words.start);
    if near(after) == "%"
        || own.ends_with('%')
        || matches!(folded(after), "percent" | "pc")
        || (folded(after) == "per" && folded(Some(words.end + 1)) == "cent")
    {
        Measure::Percent
    } else if matches!(near(before), "$" | "€" | "£" | "¥")
        || own.starts_with(['$', '€', '£', '¥'])
        || money.contains(&folded(after))
    {
        Measure::Money
    } else if number <= 31.0
        && number.fract() == 0.0
        && words.len() == 1
        && (month(folded(before)) || month(folded(after)))
    {
        Measure::Day
    } else if (1400.0..=2100.0).contains(&number)
        && number.fract() == 0.0
        && own.len() == 4
        && own.bytes().all(|b| b.is_ascii_digit())
    {
        Measure::Year
    } else if rank {
        Measure::Rank
    } else {
        Measure::Count
    }
}
