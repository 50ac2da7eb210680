//! Sentences that a text says again.
//!
//! In: a [`Setting`]. Out: a pattern over each run of repeats, from the second on. Two
//! sentences are the same if their words are, whatever their capitals and marks. The rules,
//! by where the repeats stand and how many words the sentence has:
//!
//! | repeats | confidence |
//! |---|---|
//! | directly, three times or more | 0.8 |
//! | directly, twice: 12 words / 7 words / fewer | 0.85 / 0.7 / 0.45 |
//! | anywhere, five times or more, 6 words or more | 0.7 |
//! | anywhere, three times or more: 12 words / 8 words | 0.7 / 0.4 |
//! | within five sentences, twice: 12 words / 8 words | 0.55 / 0.4 |
//! | anywhere, twice, 12 words or more | 0.35 |
//! | three in a row or more that differ by one word each: 8 words / 5 words | 0.55 / 0.35 |
//!
//! No sentences are headings, lists, captions, verse, what ends with an exclamation mark,
//! and what is in quotation marks; these are left out, as is a sentence that always stands
//! alone in a paragraph of its own between longer ones ("Click here to read more.").

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use super::pattern::{Pattern, PatternKind, Replacement};
use super::setting::{Claim, Setting};
use crate::rating::{Category, Severity};

/// The fewest words of a sentence that is looked at.
const MIN_WORDS: usize = 4;
/// The fewest words of sentences that may differ by one word and still be repeats.
const MIN_NEAR_WORDS: usize = 5;
/// From this many times on the sense is lost.
const CRITICAL_TIMES: usize = 3;
/// From this many times on a sentence of some length is no figure of speech.
const MANY: usize = 5;
/// Within this many sentences a repeat is close.
const CLOSE: usize = 5;
/// What a paragraph of its own may have at most to be a caption or a link, in words.
const CAPTION_WORDS: usize = 12;

/// A sentence that counts: prose, not in quotation marks.
struct Sentence {
    /// Its index among all of the text.
    index: usize,
    /// Its words and marks.
    words: Range<usize>,
    /// Its words alone, in small letters, as hashes.
    said: Vec<u64>,
    /// Whether it is alone in its paragraph.
    alone: bool,
    /// Whether each of its numbers and names makes it a line of a list.
    has_number: bool,
}

/// The sentences that a text says again.
pub(super) fn repeated_sentences(setting: &Setting<'_>) -> Vec<Pattern> {
    let sentences = sentences(setting);
    let mut groups: HashMap<&[u64], Vec<usize>> = HashMap::new();
    for (at, sentence) in sentences.iter().enumerate() {
        groups.entry(&sentence.said).or_default().push(at);
    }
    // In a text with a sentence a line, a paragraph of its own says nothing.
    let alone = sentences.iter().filter(|one| one.alone).count();
    let in_lines = alone * 3 > sentences.len() * 2;
    let mut found = Vec::new();
    let mut groups: Vec<Vec<usize>> = groups
        .into_values()
        .filter(|group| group.len() > 1)
        .collect();
    groups.sort();
    for group in groups {
        found.extend(repeats(setting, &sentences, &group, in_lines));
    }
    found.extend(near_repeats(setting, &sentences));
    found
}

fn sentences(setting: &Setting<'_>) -> Vec<Sentence> {
    let count = setting.segments.sentences.len();
    (0..count)
        .filter_map(|index| prose(setting, index))
        .collect()
}

/// A sentence, if it is prose.
fn prose(setting: &Setting<'_>, index: usize) -> Option<Sentence> {
    let words = setting.sentence(index);
    let said = words.clone().filter(|word| setting.is_word(*word));
    let said: Vec<String> = said
        .map(|word| setting.spelling(word).to_lowercase())
        .collect();
    if said.len() < MIN_WORDS || setting.is_code(words.start) {
        return None;
    }
    let lower = words.clone().filter(|word| {
        let spelling = setting.spelling(*word);
        spelling.starts_with(char::is_lowercase)
            && spelling
                .chars()
                .all(|c| c.is_alphabetic() || c == '\'' || c == '’' || c == '-')
    });
    let quoted = words
        .clone()
        .filter(|word| setting.is_quoted(*word))
        .count();
    let ends = words
        .clone()
        .rev()
        .map(|word| setting.spelling(word))
        .find(|mark| !matches!(*mark, "\"" | "”" | "’" | ")" | "]" | "»"));
    let ends = ends.unwrap_or_default();
    let stops = ends.ends_with(['.', '…', '?'])
        || (said.len() >= 10 && ends.ends_with(char::is_alphabetic));
    if lower.count() * 5 < said.len() * 3 || quoted * 2 > words.len() || !stops {
        return None;
    }
    let paragraph = |word: usize| setting.segments.words.get(word).map(|word| word.paragraph);
    let here = paragraph(words.start);
    let before = words.start.checked_sub(1).and_then(paragraph);
    Some(Sentence {
        index,
        alone: before != here && paragraph(words.end) != here,
        has_number: said
            .iter()
            .any(|word| word.contains(|c: char| c.is_numeric())),
        words,
        said: said.iter().map(|word| hash(word)).collect(),
    })
}

fn hash(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

/// The patterns over the repeats of one sentence; `group` are its places in `all`.
fn repeats(
    setting: &Setting<'_>,
    all: &[Sentence],
    group: &[usize],
    in_lines: bool,
) -> Vec<Pattern> {
    let times = group.len();
    let length = all[group[0]].said.len();
    let alone = group.iter().all(|at| all[*at].alone);
    let mut found = Vec::new();
    let mut at = 1;
    while at < times {
        // The run of repeats that begins here, each directly behind the one before.
        let first = at;
        while at + 1 < times && all[group[at + 1]].index == all[group[at]].index + 1 {
            at += 1;
        }
        let (one, last) = (&all[group[first]], &all[group[at]]);
        let distance = one.index - all[group[first - 1]].index;
        let directly = distance == 1;
        let run = at - first + 1 + usize::from(directly);
        at += 1;
        if !directly && alone && !in_lines && length < CAPTION_WORDS {
            continue;
        }
        let confidence = match (directly, length) {
            (true, _) if run >= 3 => 0.8,
            (true, 12..) => 0.85,
            (true, 7..) => 0.7,
            (true, _) => 0.45,
            (false, 6..) if times >= MANY => 0.7,
            (false, 12..) if times >= 3 => 0.7,
            (false, 12..) if distance <= CLOSE => 0.55,
            (false, 8..) if times >= 3 || distance <= CLOSE => 0.4,
            (false, 12..) => 0.35,
            _ => continue,
        };
        // The blank beside it would stay: a person should do it.
        let deleted = directly.then(|| Replacement::shown(""));
        let words = one.words.start..last.words.end;
        found.extend(pattern(setting, words, times, confidence, deleted));
    }
    found
}

/// Three sentences in a row or more of which each differs from the one before by one word.
fn near_repeats(setting: &Setting<'_>, all: &[Sentence]) -> Vec<Pattern> {
    let mut found = Vec::new();
    let mut first = 0;
    while first < all.len() {
        let mut last = first;
        while last + 1 < all.len() && is_near(&all[last], &all[last + 1]) {
            last += 1;
        }
        let times = last - first + 1;
        if times >= CRITICAL_TIMES {
            let confidence = match all[first].said.len() {
                8.. => 0.55,
                _ => 0.35,
            };
            let words = all[first + 1].words.start..all[last].words.end;
            found.extend(pattern(setting, words, times, confidence, None));
        }
        first = last + 1;
    }
    found
}

fn is_near(one: &Sentence, next: &Sentence) -> bool {
    let different = one.said.iter().zip(&next.said).filter(|(a, b)| a != b);
    next.index == one.index + 1
        && one.said.len() == next.said.len()
        && one.said.len() >= MIN_NEAR_WORDS
        && !one.has_number
        && different.count() == 1
}

fn pattern(
    setting: &Setting<'_>,
    words: Range<usize>,
    times: usize,
    confidence: f32,
    replacement: Option<Replacement>,
) -> Option<Pattern> {
    setting.pattern(
        setting.bytes(words),
        Claim {
            kind: PatternKind::RepeatedSentence { times },
            category: Category::Wording,
            severity: match times {
                CRITICAL_TIMES.. => Severity::Critical,
                _ => Severity::Major,
            },
            confidence,
            replacement,
        },
    )
}
