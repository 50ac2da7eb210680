//! Dates and times that cannot be, or that have a form of another language.
//!
//! In: a [`Setting`]. Out: a pattern over each, with the English form where it is certain.
//! The rules:
//!
//! | form | confidence |
//! |---|---|
//! | a day that the month never has ("31 June", "June 31", "29 February 2011") | 0.85 |
//! | the same in figures ("2011-02-30", "31/06/2011") | 0.8 |
//! | a day without its ending before "of" ("the 14 of March") | 0.85 |
//! | a full stop behind the day ("on 14. March") | 0.8 |
//! | a time with 60 minutes or more behind "at", "until" … ("at 25:70") | 0.8 |
//! | an h between hours and minutes ("at 14h30") | 0.85 behind "at" …, else 0.5 |
//!
//! In quotation marks a day that cannot be may be meant: there it is none.

use super::pattern::{DateForm, Pattern, PatternKind, Replacement};
use super::setting::{Claim, Setting, certain, checked};
use crate::rating::{Category, Severity};

/// The months with their short forms and the most days that they have.
const MONTHS: [(&str, &str, u32); 12] = [
    ("january", "jan", 31),
    ("february", "feb", 29),
    ("march", "mar", 31),
    ("april", "apr", 30),
    ("may", "may", 31),
    ("june", "jun", 30),
    ("july", "jul", 31),
    ("august", "aug", 31),
    ("september", "sept", 30),
    ("october", "oct", 31),
    ("november", "nov", 30),
    ("december", "dec", 31),
];

/// Words before a point in time.
const BEFORE_TIMES: &[&str] = &[
    "about",
    "after",
    "around",
    "at",
    "before",
    "by",
    "from",
    "since",
    "till",
    "to",
    "until",
    "between",
    "and",
    "approximately",
    "exactly",
    "nearly",
    "past",
];

/// Small words behind a date, where a number would be followed by what it counts.
const BEHIND_DATES: &[&str] = &[
    "a", "after", "and", "at", "because", "before", "but", "by", "every", "for", "from", "he", "i",
    "in", "is", "it", "next", "of", "on", "or", "she", "that", "the", "they", "this", "to",
    "until", "was", "we", "when", "which", "will", "with", "would",
];

/// The dates and times of a text that are wrong.
pub(super) fn dates(setting: &Setting<'_>) -> Vec<Pattern> {
    let words = 0..setting.segments.words.len();
    let found = words.filter_map(|word| {
        let spelling = setting.spelling(word);
        let first = spelling.chars().next()?;
        if first.is_ascii_digit() {
            in_figures(setting, word).or_else(|| time(setting, word))
        } else if first.is_uppercase() {
            let month = month(spelling)?;
            impossible(setting, word, month).or_else(|| foreign_day(setting, word))
        } else {
            None
        }
    });
    found.collect()
}

/// The days of the month that a word with a capital names.
fn month(word: &str) -> Option<u32> {
    let lower = word.trim_end_matches('.').to_lowercase();
    let is = |(name, short, _): &&(&str, &str, u32)| lower == *name || lower == *short;
    let found = MONTHS.iter().find(is);
    found.map(|(_, _, days)| *days)
}

/// A day: one or two digits, with or without an ending.
fn day(word: &str) -> Option<u32> {
    let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let ending = &word[digits.len()..];
    if !matches!(ending, "" | "st" | "nd" | "rd" | "th") || digits.len() > 2 {
        return None;
    }
    digits.parse().ok()
}

/// The year at a word.
fn year(word: &str) -> Option<u32> {
    let year = (word.len() == 4).then(|| word.parse().ok())?;
    year.filter(|year| (1000..2200).contains(year))
}

fn is_leap(year: u32) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

fn claim(form: DateForm, confidence: f32, replacement: Option<Replacement>) -> Claim {
    Claim {
        kind: PatternKind::Date(form),
        category: Category::Number,
        severity: match form {
            DateForm::NoSuchDay | DateForm::NoSuchTime => Severity::Major,
            DateForm::ForeignDay | DateForm::ForeignTime => Severity::Minor,
        },
        confidence,
        replacement,
    }
}

/// A day that the month at `word` never has, before or behind it.
fn impossible(setting: &Setting<'_>, word: usize, days: u32) -> Option<Pattern> {
    if setting.is_quoted(word) {
        return None;
    }
    let never = |day: u32, year: Option<u32>| {
        let february = days == 29 && day == 29 && year.is_some_and(|year| !is_leap(year));
        (day > days && day < 40) || february
    };
    let at = |place: usize| setting.spelling(place);
    let joined = |from: usize| setting.blank_between(from) && setting.same_sentence(from, from + 1);
    // "31 June", "31st of June"
    let earlier = word.checked_sub(1).filter(|earlier| joined(*earlier));
    let of = earlier
        .filter(|of| at(*of) == "of")
        .and_then(|of| of.checked_sub(1));
    let number = of.filter(|of| joined(*of)).or(earlier);
    let comma = usize::from(at(word + 1) == ",");
    if let Some(number) = number
        && let Some(day) = day(at(number).rsplit(['-', '–']).next()?)
    {
        let year = year(at(word + 1 + comma));
        let plain = day <= 31 || setting.before(number) != "the";
        if never(day, year) && plain && !is_part(setting, number) {
            let end = if year.is_some() {
                word + 2 + comma
            } else {
                word + 1
            };
            let bytes = setting.bytes(number..end);
            return setting.pattern(bytes, claim(DateForm::NoSuchDay, 0.85, None));
        }
    }
    // "June 31", "June 31st, 2010"
    let number = joined(word).then(|| day(at(word + 1)))??;
    let comma = usize::from(at(word + 2) == ",");
    let year = year(at(word + 2 + comma));
    // "May 68" is a year, "June 45" too.
    // "In June 31 people came": the number counts what follows.
    let behind = at(word + 2);
    let counts = behind.starts_with(char::is_alphabetic)
        && !BEHIND_DATES.contains(&behind.to_lowercase().as_str());
    let certain = (number <= 31 && !counts) || year.is_some();
    if !never(number, year) || !certain {
        return None;
    }
    let end = if year.is_some() {
        word + 3 + comma
    } else {
        word + 2
    };
    setting.pattern(
        setting.bytes(word..end),
        claim(DateForm::NoSuchDay, 0.85, None),
    )
}

/// Whether a number is part of something longer, as in "page 4/31 June".
fn is_part(setting: &Setting<'_>, word: usize) -> bool {
    let earlier = word.checked_sub(1);
    earlier.is_some_and(|word| {
        setting.gap(word).is_empty()
            && !matches!(setting.spelling(word), "(" | "[" | "—" | "–" | "-")
    })
}

/// A day before the month at `word` in the form of another language.
fn foreign_day(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let middle = word.checked_sub(1)?;
    let number = middle.checked_sub(1)?;
    let spelling = setting.spelling(number);
    let plain = spelling.bytes().all(|byte| byte.is_ascii_digit());
    let day = day(spelling).filter(|day| plain && (1..=31).contains(day))?;
    if !setting.blank_between(middle) || is_part(setting, number) {
        return None;
    }
    let ordinal = format!("{day}{}", ending(day));
    match setting.spelling(middle) {
        "of" if setting.same_sentence(number, word) && setting.blank_between(number) => {
            let the = number
                .checked_sub(1)
                .filter(|the| setting.spelling(*the).eq_ignore_ascii_case("the"));
            // "3 of May's ministers": a count, unless "the" stands before it.
            the?;
            let bytes = setting.bytes(number..number + 1);
            let new = Some(certain(ordinal));
            setting.pattern(bytes, claim(DateForm::ForeignDay, 0.85, new))
        }
        "." if setting.gap(number).is_empty() => {
            let before = setting.before(number);
            let dated = matches!(before.as_str(), "on" | "the" | "since" | "until");
            let bytes = setting.bytes(number..middle + 1);
            let new = Some(checked(day.to_string()));
            dated.then(|| setting.pattern(bytes, claim(DateForm::ForeignDay, 0.8, new)))?
        }
        _ => None,
    }
}

fn ending(day: u32) -> &'static str {
    match (day % 10, day / 10) {
        (_, 1) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    }
}

/// A date in figures whose day the month never has.
fn in_figures(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let spelling = setting.spelling(word);
    let parsed = |parts: &[&str]| -> Option<Vec<u32>> {
        parts.iter().map(|part| part.parse().ok()).collect()
    };
    let lengths = |parts: &[&str]| parts.iter().map(|part| part.len()).collect::<Vec<_>>();
    let parts: Vec<&str> = spelling.split('-').collect();
    let (words, year, month, day) = if lengths(&parts) == [4, 2, 2] {
        let numbers = parsed(&parts)?;
        (1, numbers[0], numbers[1], numbers[2])
    } else {
        let marks = [1, 3].map(|mark| setting.spelling(word + mark));
        let glued = (0..4).all(|at| setting.gap(word + at).is_empty());
        let three = [0, 2, 4].map(|at| setting.spelling(word + at));
        if marks != ["/", "/"] || !glued || lengths(&three)[2] != 4 || is_part(setting, word) {
            return None;
        }
        let numbers = parsed(&three)?;
        (5, numbers[2], numbers[1], numbers[0])
    };
    let (_, _, days) = MONTHS.get(month.checked_sub(1)? as usize)?;
    let days = if month == 2 && !is_leap(year) {
        28
    } else {
        *days
    };
    if !(1000..2200).contains(&year) || day <= days || day > 39 || setting.is_quoted(word) {
        return None;
    }
    let bytes = setting.bytes(word..word + words);
    setting.pattern(bytes, claim(DateForm::NoSuchDay, 0.8, None))
}

fn time(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let spelling = setting.spelling(word);
    let dated = BEFORE_TIMES.contains(&setting.before(word).as_str());
    let two = |part: &str| -> Option<u32> {
        let digits = part.bytes().all(|byte| byte.is_ascii_digit());
        (digits && (1..=2).contains(&part.len())).then(|| part.parse().ok())?
    };
    let bytes = setting.bytes(word..word + 1);
    if let Some((hours, minutes)) = spelling.split_once(':') {
        let (h, m) = (two(hours)?, two(minutes)?);
        let wrong = m > 59 && h <= 30 && minutes.len() == 2 && h + m != 100;
        // "from 10:75 to": a ratio or a score has no such words before it, "at" is surest.
        let at = matches!(
            setting.before(word).as_str(),
            "at" | "until" | "till" | "since"
        );
        return (wrong && at)
            .then(|| setting.pattern(bytes, claim(DateForm::NoSuchTime, 0.8, None)))?;
    }
    let (hours, minutes) = spelling.split_once('h')?;
    let (h, m) = (two(hours)?, two(minutes)?);
    if h > 24 || m > 59 || minutes.len() != 2 {
        return None;
    }
    let confidence = if dated { 0.85 } else { 0.5 };
    let new = format!("{hours}:{minutes}");
    let new = if dated { certain(new) } else { checked(new) };
    setting.pattern(bytes, claim(DateForm::ForeignTime, confidence, Some(new)))
}
