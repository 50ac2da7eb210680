//! Words, phrases and parts of words that are said again and again.
//!
//! In: a [`Setting`]. Out: a pattern over all of the repeats, with one of them in their
//! place. A sentence is looked through for each length of phrase, up to eight words. The
//! rules:
//!
//! | repeated | confidence |
//! |---|---|
//! | a word in small letters, three times or more, blanks between | 0.9; 0.6 if the lexicon does not have it |
//! | a word that is said for emphasis ("very"), five times or more | 0.7 |
//! | a word with a capital, three times / more often | 0.5 / 0.75 |
//! | a phrase of two words or more, three times or more | 0.9; 0.7 with capitals only |
//! | a phrase of four words or more, twice | 0.7 |
//! | a word six times, or a phrase four times (twelve words), with commas | 0.6 |
//! | a part of a word three times, with hyphens or without | 0.9 |
//! | "again and again and again", sounds, counts, numbers | none |
//!
//! In quotation marks people chant: there the confidence is lower by 0.35.

use std::ops::Range;

use super::pattern::{Pattern, PatternKind};
use super::reduplication::{is_emphatic, is_sound};
use super::setting::{Claim, Setting, checked};
use crate::rating::{Category, Severity};

/// The longest phrase whose repeats are looked for, in words.
const MAX_UNIT: usize = 8;
/// From this many repeats on the sense is lost.
const CRITICAL_TIMES: usize = 3;
/// What quotation marks take from the confidence.
const QUOTED: f32 = 0.35;
/// Words between which a word may be said any number of times: "on and on and on".
const JOINTS: &[&str] = &[
    "after", "and", "by", "for", "in", "is", "of", "on", "or", "over", "than", "to", "upon",
    "versus", "vs",
];

/// The words and phrases of a text that are said again and again.
pub(super) fn loops(setting: &Setting<'_>) -> Vec<Pattern> {
    let mut found = Vec::new();
    for sentence in 0..setting.segments.sentences.len() {
        let words = setting.sentence(sentence);
        let words: Vec<usize> = words.filter(|word| setting.is_word(*word)).collect();
        let said = Said::new(setting, words);
        let mut done = vec![false; said.words.len()];
        for unit in 1..=MAX_UNIT {
            for run in said.runs(unit) {
                if done[run.clone()].contains(&true) {
                    continue;
                }
                if let Some(pattern) = said.judged(run.clone(), unit) {
                    found.push(pattern);
                    done[run].fill(true);
                }
            }
        }
    }
    let words = 0..setting.segments.words.len();
    found.extend(words.filter_map(|word| inside_word(setting, word)));
    found
}

/// What stands between two words of a loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    Blank,
    Comma,
    Other,
}

/// The words of one sentence.
struct Said<'s, 'a> {
    setting: &'s Setting<'a>,
    /// Their places in the text.
    words: Vec<usize>,
    /// Each in small letters.
    lower: Vec<String>,
    /// What stands behind each.
    joints: Vec<Joint>,
}

impl<'s, 'a> Said<'s, 'a> {
    fn new(setting: &'s Setting<'a>, words: Vec<usize>) -> Self {
        let lower = words.iter().map(|word| setting.spelling(*word));
        let lower = lower.map(str::to_lowercase).collect();
        let joints = words.iter().map(|word| joint(setting, *word)).collect();
        Self {
            setting,
            words,
            lower,
            joints,
        }
    }

    /// The stretches in which each word is the same as the one `unit` words before, and
    /// that have the first `unit` words twice or more, as whole numbers of repeats.
    fn runs(&self, unit: usize) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut start = 0;
        let count = self.lower.len();
        while start + unit < count {
            let mut end = start + unit;
            while end < count && self.lower[end] == self.lower[end - unit] {
                end += 1;
            }
            let times = (end - start) / unit;
            if times >= 2 {
                runs.push(start..start + times * unit);
            }
            // A stretch of the next start ends where this one does.
            start = (end - unit + 1).max(start + 1);
        }
        runs
    }

    fn judged(&self, run: Range<usize>, unit: usize) -> Option<Pattern> {
        let times = run.len() / unit;
        let commas = self.commas(&run)?;
        if self.setting.is_code(self.words[run.start]) {
            return None;
        }
        let mut confidence = match (unit, commas) {
            (1, 0) => self.one_word(&run, times)?,
            (1, _) => (times >= 6 && !self.is_listed_twice(run.start)).then_some(0.6)?,
            (_, 0) => self.phrase(&run, unit, times)?,
            (_, _) => (times >= 4 && run.len() >= 12).then_some(0.6)?,
        };
        let first = self.words[run.start];
        if self.setting.is_quoted(first) {
            confidence -= QUOTED;
        }
        let last = self.words[run.end - 1];
        let bytes = self.setting.bytes(first..last + 1);
        let once = self
            .setting
            .bytes(first..self.words[run.start + unit - 1] + 1);
        let once = self.setting.text.get(once)?;
        self.setting.pattern(bytes, claim(once, times, confidence))
    }

    /// How many commas are in a run; `None` where other marks are.
    fn commas(&self, run: &Range<usize>) -> Option<usize> {
        let joints = &self.joints[run.start..run.end - 1];
        let other = joints.contains(&Joint::Other);
        let commas = joints.iter().filter(|joint| **joint == Joint::Comma);
        (!other).then(|| commas.count())
    }

    fn is_listed_twice(&self, word: usize) -> bool {
        let word = &self.lower[word];
        is_sound(word) || is_emphatic(word) || word.contains(|c: char| c.is_numeric())
    }

    fn one_word(&self, run: &Range<usize>, times: usize) -> Option<f32> {
        let lower = self.lower[run.start].as_str();
        if times < 3 || is_sound(lower) || !lower.chars().any(char::is_alphabetic) {
            return None;
        }
        if lower.contains(|c: char| c.is_numeric()) {
            return None;
        }
        if is_emphatic(lower) {
            return (times >= 5).then_some(0.7);
        }
        let second = self.setting.spelling(self.words[run.start + 1]);
        if second.starts_with(char::is_uppercase) {
            return Some(if times > 3 { 0.75 } else { 0.5 });
        }
        let entry = self.setting.lexicon.look_up(lower);
        let english = entry.english_zipf >= 1.5;
        Some(if english { 0.9 } else { 0.6 })
    }

    fn phrase(&self, run: &Range<usize>, unit: usize, times: usize) -> Option<f32> {
        let lower = &self.lower[run.start..run.start + unit];
        let alphabetic = |word: &&String| word.chars().all(char::is_alphabetic);
        if lower.iter().all(|word| is_sound(word))
            || lower.iter().filter(alphabetic).count() < unit.div_ceil(2)
        {
            return None;
        }
        let joint = lower.iter().any(|word| JOINTS.contains(&word.as_str()));
        if unit == 2 && joint && times < 6 {
            return None;
        }
        let capitals = (run.start..run.start + unit).all(|word| {
            let word = self.setting.spelling(self.words[word]);
            word.starts_with(|c: char| !c.is_lowercase())
        });
        match (times, capitals) {
            (2, _) => (unit >= 4 && !capitals).then_some(0.7),
            (_, true) => Some(0.7),
            (_, false) => Some(0.9),
        }
    }
}

fn joint(setting: &Setting<'_>, word: usize) -> Joint {
    if setting.blank_between(word) && setting.is_word(word + 1) {
        Joint::Blank
    } else if setting.spelling(word + 1) == "," {
        Joint::Comma
    } else {
        Joint::Other
    }
}

fn claim(unit: &str, times: usize, confidence: f32) -> Claim {
    Claim {
        kind: PatternKind::Loop {
            unit: unit.to_owned(),
            times,
        },
        category: Category::Wording,
        severity: match times {
            CRITICAL_TIMES.. => Severity::Critical,
            _ => Severity::Major,
        },
        confidence,
        replacement: Some(checked(unit)),
    }
}

/// A part that a word has three times or more: "DMC-DMC-DMC", "WhiteWhiteWhite".
fn inside_word(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let spelling = setting.spelling(word);
    if spelling.len() < 6 || !setting.is_word(word) {
        return None;
    }
    let hyphens = hyphenated(spelling);
    let (unit, times) = hyphens.or_else(|| written_as_one(spelling))?;
    let lower = unit.to_lowercase();
    let emphatic = hyphens.is_some() && is_emphatic(&lower);
    if is_sound(&lower) || emphatic || is_code(unit) || setting.is_code(word) {
        return None;
    }
    let known = setting.lexicon.english_zipf(&lower) >= 2.0 || unit.contains(char::is_uppercase);
    let mut confidence = if known { 0.9 } else { 0.55 };
    if setting.is_quoted(word) {
        confidence -= QUOTED;
    }
    let bytes = setting.bytes(word..word + 1);
    setting.pattern(bytes, claim(unit, times, confidence))
}

/// Whether a unit is a code that is repeated in science: "CAG" in genes, "Gly" in proteins,
/// or a short sound such as "rat" in "rat-tat-tat".
fn is_code(unit: &str) -> bool {
    let short = unit.chars().count() <= 3;
    let bases = unit
        .chars()
        .all(|c| matches!(c.to_ascii_uppercase(), 'A' | 'C' | 'G' | 'T' | 'U'));
    bases || (short && unit.contains(char::is_lowercase))
}

fn hyphenated(word: &str) -> Option<(&str, usize)> {
    let mut parts = word.split('-');
    let unit = parts.next().filter(|unit| unit.chars().nth(1).is_some())?;
    if !unit.chars().all(char::is_alphabetic) {
        return None;
    }
    let mut times = 1;
    for part in parts {
        if part != unit {
            return None;
        }
        times += 1;
    }
    (times >= 3).then_some((unit, times))
}

/// The shortest unit of three letters or more that a word consists of three times or more.
fn written_as_one(word: &str) -> Option<(&str, usize)> {
    if !word.chars().all(char::is_alphabetic) {
        return None;
    }
    for length in 1..=word.len() / 3 {
        if !word.len().is_multiple_of(length) || !word.is_char_boundary(length) {
            continue;
        }
        let (unit, rest) = word.split_at(length);
        let repeats = rest.as_bytes().chunks(length);
        if repeats.into_iter().all(|chunk| chunk == unit.as_bytes()) {
            let long = unit.chars().count() >= 3;
            return long.then_some((unit, word.len() / length));
        }
    }
    None
}
