//! Characters that were read in the wrong encoding.
//!
//! In: a [`Setting`]. Out: a pattern over each place, with the text that it should be where
//! that is certain. Looked for are UTF-8 that was read as windows-1252 ("ZÃ¼rich",
//! "donâ€™t"), once or twice, and the replacement character. The rules:
//!
//! | form | confidence |
//! |---|---|
//! | characters that are valid UTF-8 as bytes of windows-1252, not in a word of capitals | 0.95 |
//! | a quotation mark of which the last byte was lost ("â€ ") | 0.85 |
//! | the replacement character in a word or alone | 0.85 |

use std::ops::Range;

use super::pattern::{Pattern, PatternKind, Replacement};
use super::setting::{Claim, Setting, certain};
use crate::rating::{Category, Severity};

/// The characters of the bytes 0x80 to 0x9F in windows-1252; those that it leaves out are
/// the control characters of the same number, as browsers read them.
const HIGH: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// Characters that are decoded together; a longer run is found by its front.
const MAX_RUN: usize = 64;
/// Characters of a word that are looked at beside a place, since words of hostile texts
/// have no end.
const MAX_BESIDE: usize = 64;
/// How often a text may have been read wrongly, one time over another.
const MAX_TIMES: usize = 3;

/// The places of a text that were read in the wrong encoding.
pub(super) fn broken_encoding(setting: &Setting<'_>) -> Vec<Pattern> {
    let text = setting.text;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(offset) = text[at..].find(|c: char| !c.is_ascii()) {
        let start = at + offset;
        let run = text[start..].find(|c: char| c.is_ascii());
        let end = run.map_or(text.len(), |run| start + run);
        found.extend(broken(setting, start..end));
        at = end;
    }
    found
}

/// A pattern, if a run of characters beyond ASCII was read wrongly.
fn broken(setting: &Setting<'_>, run: Range<usize>) -> Option<Pattern> {
    let text = setting.text;
    let characters = &text[run.clone()];
    if characters.contains('\u{fffd}') {
        let claim = claim(0.85, Severity::Major, None);
        return setting.pattern(whole_words(text, run), claim);
    }
    if characters == "â€" {
        let claim = claim(0.85, Severity::Minor, None);
        return setting.pattern(run, claim);
    }
    let (part, decoded) = decoded(characters)?;
    let place = run.start + part.start..run.start + part.end;
    if !is_misread(text, &place) {
        return None;
    }
    let letters = decoded.chars().any(char::is_alphabetic);
    let severity = if letters {
        Severity::Major
    } else {
        Severity::Minor
    };
    let words = whole_words(text, place.clone());
    let new = [
        &text[words.start..place.start],
        &decoded,
        &text[place.end..words.end],
    ]
    .concat();
    // A second place in the same word is decoded too.
    let new = decoded_all(&new);
    setting.pattern(words, claim(0.95, severity, Some(certain(new))))
}

fn claim(confidence: f32, severity: Severity, replacement: Option<Replacement>) -> Claim {
    Claim {
        kind: PatternKind::BrokenEncoding,
        category: Category::Wording,
        severity,
        confidence,
        replacement,
    }
}

/// The byte of a character in windows-1252.
fn byte(c: char) -> Option<u8> {
    match c {
        '\u{a0}'..='\u{ff}' => u8::try_from(c).ok(),
        _ => {
            let index = HIGH.iter().position(|high| *high == c);
            index.and_then(|index| u8::try_from(0x80 + index).ok())
        }
    }
}

/// The longest part at the front of a run, or behind other characters, that is UTF-8 as
/// bytes of windows-1252, with what it should be.
fn decoded(characters: &str) -> Option<(Range<usize>, String)> {
    for (start, first) in characters.char_indices() {
        if !byte(first).is_some_and(|byte| (0xc2..=0xf4).contains(&byte)) {
            continue;
        }
        let rest = &characters[start..];
        let bytes: Vec<u8> = rest.chars().take(MAX_RUN).map_while(byte).collect();
        let valid = match std::str::from_utf8(&bytes) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default(),
        };
        if valid.is_empty() || valid.chars().any(|c| c.is_control() && c != '\u{a0}') {
            continue;
        }
        let count = valid.len();
        let length: usize = rest.chars().take(count).map(char::len_utf8).sum();
        return Some((start..start + length, again(valid)));
    }
    None
}

/// What a text should be that may have been read wrongly once more.
fn again(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 1..MAX_TIMES {
        match decoded(&text) {
            Some((part, inner)) if part == (0..text.len()) => text = inner,
            _ => break,
        }
    }
    text
}

/// A text with all its parts decoded.
fn decoded_all(text: &str) -> String {
    let mut done = String::new();
    let mut rest = text;
    while let Some((part, new)) = decoded(rest) {
        done += &rest[..part.start];
        done += &new;
        rest = &rest[part.end..];
    }
    done + rest
}

/// Whether characters were read wrongly indeed and are not a capital with an accent before
/// a mark: "CAFÉ™", "MALMÖ—".
fn is_misread(text: &str, place: &Range<usize>) -> bool {
    let before = text[..place.start].chars().next_back();
    let mut characters = text[place.clone()].chars();
    let first = characters.next().unwrap_or_default();
    let second = characters.next().unwrap_or_default();
    // "â€" and what begins with "Â" or "Ã" before a sign stand in no language.
    let never = matches!(
        (first, second),
        ('â', '€') | ('Â', _) | ('Ã', _) | ('ï', '»')
    );
    let capital = before.is_some_and(char::is_uppercase);
    if never {
        // "CAFÃ™" may be "CAFÃ" with a mark behind it.
        let mark = matches!(
            second,
            '‘' | '’' | '“' | '”' | '–' | '—' | '…' | '™' | '»' | '\u{a0}'
        );
        return !(capital && mark && matches!(first, 'Ã' | 'Â'));
    }
    let behind = text[place.end..].chars().next();
    let inside = before.is_some_and(char::is_lowercase) || behind.is_some_and(char::is_lowercase);
    let mark = !second.is_alphabetic() && !capital;
    first.is_uppercase() && inside && mark
}

/// A place with the rest of the words that it cuts.
fn whole_words(text: &str, place: Range<usize>) -> Range<usize> {
    let alphanumeric = |c: &char| c.is_alphanumeric();
    let front = text[..place.start].chars().rev().take(MAX_BESIDE);
    let front: usize = front.take_while(alphanumeric).map(char::len_utf8).sum();
    let back = text[place.end..].chars().take(MAX_BESIDE);
    let back: usize = back.take_while(alphanumeric).map(char::len_utf8).sum();
    place.start - front..place.end + back
}
