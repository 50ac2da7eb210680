//! Words that stand twice in a row.
//!
//! In: a [`Setting`]. Out: a pattern over both words, with the word said once in their
//! place. Three times or more is a loop and not looked at here. The rules, by the word:
//!
//! | word | confidence |
//! |---|---|
//! | an article, conjunction, possessive or preposition that cannot follow itself ("the the") | 0.9; 0.5 behind "what", "who" … in the sentence |
//! | a form of *be* or *have*, "this", "it" … ("is is") | 0.75; none behind "what", "who" … |
//! | a particle ("on on") | 0.75; none behind a verb that takes particles |
//! | a listed content word in small letters ("adverse adverse") | 0.8; none behind "what", "who" …; 0.4 if an adverb in -ly |
//! | what is said twice for emphasis, sounds, names, numbers, foreign words | none |
//!
//! In quotation marks people stutter: there the confidence is lower by 0.35.

use super::pattern::{Pattern, PatternKind};
use super::reduplication::{is_emphatic, is_sound};
use super::setting::{Claim, Setting, certain, checked};
use crate::rating::{Category, Severity};
use crate::segment::is_all_capitals;

/// Small words that cannot follow themselves.
const NEVER_TWICE: &[&str] = &[
    "a", "an", "and", "as", "at", "because", "but", "could", "for", "from", "if", "into", "its",
    "of", "or", "our", "she", "should", "than", "the", "their", "these", "they", "those", "to",
    "we", "when", "with", "would", "your", "his",
];

/// Small words that follow themselves where two clauses meet, and hardly elsewhere.
const RARELY_TWICE: &[&str] = &[
    "are", "be", "been", "being", "can", "did", "does", "has", "have", "is", "it", "not", "then",
    "this", "was", "were", "will", "must", "may", "also", "which", "between", "against", "during",
    "without", "before", "after", "them",
];

/// Particles of verbs, which a preposition that looks the same may follow.
const PARTICLES: &[&str] = &[
    "about", "along", "around", "by", "down", "in", "off", "on", "out", "over", "through", "under",
    "up",
];

/// Verbs that take particles, in the forms that have no ending to tell them by.
const WITH_PARTICLES: &[&str] = &[
    "am", "are", "be", "been", "blow", "break", "bring", "broke", "brought", "build", "built",
    "call", "came", "carry", "check", "come", "cut", "dig", "drag", "drew", "drive", "drop",
    "drove", "fall", "fell", "fill", "find", "fly", "flew", "gave", "get", "give", "go", "goes",
    "gone", "got", "grow", "hand", "hang", "held", "hold", "hung", "is", "join", "jump", "left",
    "leave", "done", "driven", "flown", "taken", "known", "shown", "worn", "thrown", "keep",
    "kept", "kick", "knock", "laid", "lay", "lead", "led", "let", "lie", "live", "log", "look",
    "made", "make", "mark", "move", "pass", "pay", "phone", "pick", "pull", "push", "put", "ran",
    "read", "ring", "run", "sail", "sell", "send", "sent", "set", "settle", "shut", "sign", "sit",
    "sold", "stand", "stay", "step", "stick", "stood", "stuck", "switch", "take", "taken", "think",
    "threw", "throw", "took", "travel", "tune", "turn", "walk", "was", "went", "were", "work",
    "write", "wrote", "further", "far", "straight", "right", "way", "from", "here", "there", "it",
    "them", "him", "her", "us", "me", "you",
];

/// How much more frequent, in Zipf units, a word may be elsewhere and still be English.
const FOREIGN_MARGIN: f32 = 0.7;
/// What quotation marks take from the confidence.
const QUOTED: f32 = 0.35;

/// The words of a text that stand twice in a row.
pub(super) fn doubled_words(setting: &Setting<'_>) -> Vec<Pattern> {
    let count = setting.segments.words.len();
    let pairs = (0..count.saturating_sub(1)).filter(|word| same_twice(setting, *word));
    pairs
        .filter_map(|word| {
            // "so on, on and on on": three and more are loops.
            let earlier = word.checked_sub(1);
            let three = earlier.is_some_and(|word| same_twice(setting, word));
            if three || same_twice(setting, word + 1) {
                return None;
            }
            doubled(setting, word)
        })
        .collect()
}

/// Whether a word and the next one are the same.
fn same_twice(setting: &Setting<'_>, word: usize) -> bool {
    let (one, two) = (setting.spelling(word), setting.spelling(word + 1));
    // Most neighbors differ in length: nothing is put in small letters for them.
    one.len() == two.len()
        && setting.is_word(word)
        && setting.is_word(word + 1)
        && (setting.blank_between(word) || line_between(setting, word))
        && one.to_lowercase() == two.to_lowercase()
}

/// Whether the end of a line is between two words in small letters that cannot stand
/// there for themselves, even if the lines are taken for paragraphs.
fn line_between(setting: &Setting<'_>, word: usize) -> bool {
    let small = |word: usize| NEVER_TWICE.contains(&setting.spelling(word));
    let gap = setting.gap(word);
    gap.matches('\n').count() == 1 && gap.trim().is_empty() && small(word) && small(word + 1)
}

fn doubled(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let (first, second) = (setting.spelling(word), setting.spelling(word + 1));
    if setting.is_code(word) {
        return None;
    }
    let starts = word == 0 || !setting.same_sentence(word - 1, word);
    let lower = first.to_lowercase();
    let small = NEVER_TWICE.contains(&lower.as_str())
        || RARELY_TWICE.contains(&lower.as_str())
        || PARTICLES.contains(&lower.as_str());
    let capitals = small && is_all_capitals(first) && is_all_capitals(second);
    let plain = second == lower && (first == lower || starts);
    if !(plain || capitals) || !setting.has_words(word, 4) {
        return None;
    }
    let (mut confidence, safe) = match lower.as_str() {
        // "the rhyme a a b b", "vitamin A a day"
        "a" if setting.behind(word + 1).len() < 2 => return None,
        small if NEVER_TWICE.contains(&small) => match setting.after_relative(word) {
            true if !matches!(small, "the" | "a" | "an" | "and" | "their" | "its") => (0.5, false),
            _ => (0.9, true),
        },
        small if RARELY_TWICE.contains(&small) => (rarely(setting, word)?, false),
        small if PARTICLES.contains(&small) => (particle(setting, word)?, false),
        _ => (content(setting, word, &lower)?, false),
    };
    if setting.is_quoted(word) {
        confidence -= QUOTED;
    }
    let replacement = if safe { certain(first) } else { checked(first) };
    let severity = if small {
        Severity::Minor
    } else {
        Severity::Major
    };
    setting.pattern(
        setting.bytes(word..word + 2),
        Claim {
            kind: PatternKind::DoubledWord,
            category: Category::Wording,
            severity,
            confidence,
            replacement: Some(replacement),
        },
    )
}

fn rarely(setting: &Setting<'_>, word: usize) -> Option<f32> {
    (!setting.after_relative(word)).then_some(0.75)
}

fn particle(setting: &Setting<'_>, word: usize) -> Option<f32> {
    let before = setting.before(word);
    let takes = |verb: &str| WITH_PARTICLES.contains(&verb);
    let verb = before.is_empty()
        || takes(&before)
        || before.strip_suffix('s').is_some_and(takes)
        || before.strip_suffix("es").is_some_and(takes)
        || ["ed", "ing"].iter().any(|end| before.ends_with(end))
        || setting.after_relative(word);
    (!verb).then_some(0.75)
}

/// The confidence for a content word: it must be a word of English, in small letters, that
/// is not said twice on purpose.
fn content(setting: &Setting<'_>, word: usize, lower: &str) -> Option<f32> {
    let letters = lower.chars().all(|c| c.is_ascii_lowercase());
    if !letters || lower.len() < 3 || is_emphatic(lower) || is_sound(lower) {
        return None;
    }
    let entry = setting.lexicon.look_up(lower);
    let foreign = entry.foreign.map_or(0.0, |(_, zipf)| zipf);
    let elsewhere = foreign > entry.english_zipf + FOREIGN_MARGIN;
    // "Homo sapiens sapiens": a subspecies.
    let earlier = word.checked_sub(1).map(|word| setting.spelling(word));
    let named = earlier.is_some_and(|word| word.starts_with(char::is_uppercase));
    let latin = named && ["s", "a", "um", "i"].iter().any(|end| lower.ends_with(end));
    if entry.english_zipf < 2.0 || elsewhere || latin || setting.after_relative(word) {
        return None;
    }
    Some(if lower.ends_with("ly") { 0.4 } else { 0.8 })
}
