//! Whether there is enough text to judge at all.
//!
//! In: a text's words. Out: a reason to abstain before any language is guessed.
//! It tells words from numbers, units, codes and addresses by their letters.

use super::AbstainReason;
use crate::segment::{Segments, Word, WordKind, is_word_character};

/// Units that stand behind the numbers of a table.
const UNITS: &[&str] = &[
    "km", "kg", "cm", "mm", "ml", "mg", "kw", "kwh", "mw", "gb", "mb", "kb", "tb", "hz", "khz",
    "mhz", "ghz", "ft", "lb", "lbs", "oz", "mph", "eur", "usd", "gbp", "min", "sec", "pm", "am",
    "mln", "bn",
];
/// From this many numbers on a text may be a table.
const TABLE_NUMBERS: usize = 20;
/// A table has this many numbers for each word.
const NUMBERS_PER_WORD: usize = 9;
/// Latin letters from which a word is data: translators by machine are known to repeat
/// a letter a hundred times, and other scripts may write without spaces. The splitter
/// cuts at 512.
const MAX_WORD_LETTERS: usize = 400;

/// What kind of thing a word of the splitter is to a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TokenClass {
    Word,
    Number,
    /// A unit or a code with digits.
    Code,
    Address,
    Mark,
}

/// Why there is nothing to judge, if there is not.
pub(super) fn reason(text: &str, segments: &Segments) -> Option<AbstainReason> {
    if segments.words.is_empty() {
        return Some(AbstainReason::Empty);
    }
    let (mut words, mut numbers, mut letters, mut addresses) = (0usize, 0usize, false, false);
    let (mut latin, mut data) = (0usize, 0usize);
    let mut before = TokenClass::Mark;
    for word in &segments.words {
        let written = &text[word.span.range()];
        let class = classify(written, word, before);
        letters |= written.chars().any(is_letter);
        let here = written.chars().filter(char::is_ascii_alphabetic).count();
        latin += here;
        data += if here > MAX_WORD_LETTERS { here } else { 0 };
        match class {
            TokenClass::Word => words += 1,
            TokenClass::Number => numbers += 1,
            TokenClass::Address => addresses = true,
            TokenClass::Code | TokenClass::Mark => {}
        }
        before = class;
    }
    let table = numbers >= TABLE_NUMBERS && numbers >= NUMBERS_PER_WORD * words;
    let mostly_data = 2 * data > latin;
    if !letters || table || mostly_data || (words == 0 && numbers > 0 && !addresses) {
        Some(AbstainReason::NotText)
    } else if words == 0 {
        Some(AbstainReason::TooShort)
    } else {
        None
    }
}

fn classify(written: &str, word: &Word, before: TokenClass) -> TokenClass {
    if word.kind == WordKind::Punctuation {
        return TokenClass::Mark;
    }
    if written.contains("://") || written.contains(['@', '/']) || written.starts_with("www.") {
        return TokenClass::Address;
    }
    let letters = written.chars().filter(|&c| is_letter(c)).count();
    let digits = written.chars().filter(|c| c.is_numeric()).count();
    let lower = written.to_lowercase();
    if letters == 0 {
        TokenClass::Number
    } else if before == TokenClass::Number && UNITS.contains(&lower.as_str()) {
        TokenClass::Code
    } else if digits > 0 {
        // "COVID-19" is a word, "B-12" and "5km" are not.
        if letters > 2 {
            TokenClass::Word
        } else {
            TokenClass::Code
        }
    } else if letters == 1 && lower.is_ascii() && !matches!(lower.as_str(), "a" | "i" | "o") {
        TokenClass::Code
    } else {
        TokenClass::Word
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic() && is_word_character(c)
}
