//! Words that a missing blank glues together, or that a superfluous one tears apart.
//!
//! In: a [`Setting`]. Out: a pattern over each, with the blank where it belongs. Words are
//! judged by the lexicon: what it has as a whole is a word. The rules:
//!
//! | form | confidence |
//! |---|---|
//! | two frequent words as one, a small word of a closed list among them ("thatthe") | 0.85 |
//! | a small word and a frequent word with a capital ("onTuesday") | 0.85 |
//! | a word and a day of the week or a month ("meetingTuesday") | 0.8 |
//! | a full stop between a word and a word with a capital ("end.The") | 0.85 before a small word; else 0.6 |
//! | a comma, semicolon, question or exclamation mark between words ("yes,but") | 0.8 |
//! | two unlisted pieces that are one frequent word together ("hospi tal") | 0.75 |
//!
//! None are compounds, names in camel case, codes, addresses, and lists without blanks.

use super::pattern::{GluedForm, Pattern, PatternKind};
use super::setting::{Claim, Setting, checked};
use crate::rating::{Category, Severity};

/// Small words with which hardly any word begins, unless one is glued to them.
const FIRST: &[&str] = &[
    "and", "because", "from", "have", "that", "the", "their", "these", "this", "those", "were",
    "when", "where", "which", "would", "of", "should", "could",
];
/// Small words with which hardly any word ends.
const LAST: &[&str] = &[
    "and", "because", "from", "have", "his", "that", "the", "their", "these", "this", "was",
    "were", "which", "with", "would", "of", "should", "could", "to",
];
/// Small words that count beside another small one only.
const SHORT: &[&str] = &["at", "by", "for", "in", "on"];
/// Words of English that consist of two small ones.
const COMPOUNDS: &[&str] = &[
    "whereat",
    "whereby",
    "wherein",
    "whereof",
    "whereon",
    "whereto",
    "wherewith",
];
/// Small words before which or behind which a capital begins a new word.
const SMALL: &[&str] = &[
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "he", "his", "if", "in", "is", "it",
    "of", "on", "or", "she", "that", "the", "their", "they", "this", "to", "was", "we", "when",
    "which", "who", "with", "would", "has", "had", "have", "are", "were", "i", "there", "these",
    "however", "after", "before", "since", "until", "during",
];
const DATED: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The least frequency of a word that is glued to another one.
const FREQUENT: f32 = 4.0;
/// The greatest frequency of the rarer of two pieces of a word.
const PIECE: f32 = 3.2;
/// How much more frequent, in Zipf units, a word is than each of its pieces.
const CLEARLY: f32 = 1.5;
/// The greatest frequency of two small words as one, which texts of the net have at times:
/// "ofthe".
const SLIP: f32 = 3.4;
/// The least frequency of a word on a side of a mark.
const KNOWN: f32 = 3.5;

/// The glued and torn words of a text.
pub(super) fn glued(setting: &Setting<'_>) -> Vec<Pattern> {
    let words = 0..setting.segments.words.len();
    let found = words
        .filter(|word| setting.is_word(*word))
        .filter_map(|word| {
            let spelling = setting.spelling(word);
            // Addresses are words too, and end in no letter of ours.
            if !spelling.bytes().all(|byte| byte.is_ascii_alphabetic())
                || is_tag(setting, word)
                || setting.is_code(word)
            {
                return None;
            }
            words_as_one(setting, word, spelling)
                .or_else(|| mark(setting, word))
                .or_else(|| torn(setting, word))
        });
    found.collect()
}

/// Whether a mark before a word makes it a tag, a name of a file, or code.
fn is_tag(setting: &Setting<'_>, word: usize) -> bool {
    let around = |place: usize| {
        matches!(
            setting.spelling(place),
            "#" | "@" | "_" | "/" | "\\" | "=" | "$" | "%" | "{" | "." | ":" | "~"
        )
    };
    let before = word
        .checked_sub(1)
        .is_some_and(|earlier| setting.gap(earlier).is_empty() && around(earlier));
    let behind = setting.spelling(word + 1);
    before || (setting.gap(word).is_empty() && matches!(behind, "(" | "_" | "/" | "\\" | "=" | "@"))
}

fn claim(form: GluedForm, confidence: f32, new: String) -> Claim {
    Claim {
        kind: PatternKind::Glued(form),
        category: match form {
            GluedForm::Mark => Category::Punctuation,
            GluedForm::Words | GluedForm::Torn => Category::Wording,
        },
        severity: Severity::Minor,
        confidence,
        replacement: Some(checked(new)),
    }
}

fn words_as_one(setting: &Setting<'_>, word: usize, spelling: &str) -> Option<Pattern> {
    let bytes = spelling.as_bytes();
    if bytes.len() < 5 {
        return None;
    }
    let capital = bytes[1..]
        .iter()
        .position(u8::is_ascii_uppercase)
        .map(|at| at + 1);
    let (at, confidence) = match capital {
        Some(at) => (at, before_capital(setting, spelling, at)?),
        None if bytes[0].is_ascii_lowercase() => (small_letters(setting, spelling)?, 0.85),
        None => return None,
    };
    let (left, right) = spelling.split_at(at);
    let new = format!("{left} {right}");
    setting.pattern(
        setting.bytes(word..word + 1),
        claim(GluedForm::Words, confidence, new),
    )
}

/// The confidence that a word is two, of which the second begins with the capital at `at`.
fn before_capital(setting: &Setting<'_>, spelling: &str, at: usize) -> Option<f32> {
    let (left, right) = spelling.split_at(at);
    let rest = right.get(1..)?;
    if rest.len() < 2 || !rest.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let (left, right) = (left.to_lowercase(), right.to_lowercase());
    let zipf = |word: &str| setting.lexicon.english_zipf(word);
    if left.len() < 2 || zipf(&left) < KNOWN || zipf(&right) < 3.0 {
        return None;
    }
    let lower = !spelling.starts_with(char::is_uppercase);
    if DATED.contains(&right.as_str()) {
        Some(0.8)
    } else if lower
        && SMALL.contains(&left.as_str())
        && right.len() >= 4
        && setting.lexicon.english_zipf(&(left.clone() + &right)) < 1.5
    {
        Some(0.85)
    } else {
        None
    }
}

/// Where an unlisted word in small letters is two frequent ones.
fn small_letters(setting: &Setting<'_>, spelling: &str) -> Option<usize> {
    if !spelling.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let small = |word: &&&str| spelling.len() >= word.len() + 3;
    let first = FIRST
        .iter()
        .filter(small)
        .filter(|word| spelling.starts_with(**word))
        .map(|word| word.len());
    let last = LAST
        .iter()
        .filter(small)
        .filter(|word| spelling.ends_with(**word))
        .map(|word| spelling.len() - word.len());
    let mut cuts = first.chain(last).peekable();
    // Most words have no such end: they are not looked up.
    cuts.peek()?;
    let whole = setting.lexicon.english_zipf(spelling);
    if whole > SLIP {
        return None;
    }
    let listed = || {
        let entry = setting.lexicon.look_up(spelling);
        entry.english_zipf > 0.0 || entry.foreign.is_some()
    };
    cuts.find(|at| {
        let (left, right) = spelling.split_at(*at);
        let zipf = |word: &str| setting.lexicon.english_zipf(word);
        if zipf(left) < FREQUENT || zipf(right) < FREQUENT {
            return false;
        }
        let small =
            |word: &str| FIRST.contains(&word) || LAST.contains(&word) || SHORT.contains(&word);
        if small(left) && small(right) && left != right && whole < zipf(left) - CLEARLY {
            return !COMPOUNDS.contains(&spelling);
        }
        let other = if FIRST.contains(&left) { right } else { left };
        let short = left.len().min(right.len()) < 3;
        let enough = if short { 5 } else { 4 };
        (other.len() >= enough || left == right) && !listed()
    })
}

/// A mark behind `word` to which the next word is glued.
fn mark(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let (left, mark, right) = (
        setting.spelling(word),
        setting.spelling(word + 1),
        setting.spelling(word + 2),
    );
    let glued = setting.gap(word).is_empty() && setting.gap(word + 1).is_empty();
    if !matches!(mark, "." | "," | ";" | "!" | "?") || !glued || !setting.is_word(word + 2) {
        return None;
    }
    let plain = |text: &str| text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    let small = right.to_lowercase();
    let zipf = |word: &str| setting.lexicon.english_zipf(word);
    let single = matches!(right, "I" | "A" | "a");
    if !(plain(right) || single)
        || left.len() < 2
        || !lower(left)
        || zipf(left) < KNOWN
        || zipf(&small) < KNOWN
    {
        return None;
    }
    let is_small = SMALL.contains(&small.as_str());
    let confidence = match mark {
        "." | "!" | "?" if lower(right) => return None,
        "." if is_small => 0.85,
        "." => 0.6,
        // "red,green,blue": a list that no one reads.
        "," | ";"
            if is_glued_mark(setting, word + 3)
                || word
                    .checked_sub(1)
                    .is_some_and(|word| is_glued_mark(setting, word)) =>
        {
            return None;
        }
        _ => 0.8,
    };
    let new = format!("{left}{mark} {right}");
    let bytes = setting.bytes(word..word + 3);
    setting.pattern(bytes, claim(GluedForm::Mark, confidence, new))
}

fn is_glued_mark(setting: &Setting<'_>, word: usize) -> bool {
    matches!(setting.spelling(word), "," | ";") && setting.gap(word).is_empty()
}

/// Two pieces that are one word together.
fn torn(setting: &Setting<'_>, word: usize) -> Option<Pattern> {
    let (left, right) = (setting.spelling(word), setting.spelling(word + 1));
    let lower = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    if setting.gap(word) != " "
        || !lower(right)
        || !lower(left.get(1..)?)
        || right.len() < 2
        || left.len() + right.len() < 6
    {
        return None;
    }
    let zipf = |word: &str| setting.lexicon.english_zipf(word);
    let (first, second) = (left.to_lowercase(), right.to_lowercase());
    if first.len() < 2 {
        return None;
    }
    let (rarer, commoner) = match (zipf(&first), zipf(&second)) {
        (one, other) if one < other => (one, other),
        (one, other) => (other, one),
    };
    // Most words are no pieces: the whole is not looked up.
    if rarer > PIECE || commoner > PIECE + 1.0 {
        return None;
    }
    let whole = zipf(&format!("{first}{second}"));
    if whole < FREQUENT || whole < commoner + CLEARLY {
        return None;
    }
    let new = format!("{left}{right}");
    setting.pattern(
        setting.bytes(word..word + 2),
        claim(GluedForm::Torn, 0.75, new),
    )
}
