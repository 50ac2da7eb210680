//! Lines that are no lines of the text.
//!
//! In: a plain text with line feeds. Out: edits that take away the marks of a quoted message
//! and join the lines of wrapped paragraphs, with the words that were hyphenated at their ends.
//! Which lines make a paragraph is said in `paragraphs`.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashSet;
use std::ops::Range;

use crate::document::paragraphs::paragraphs;
use crate::document::prose::Edit;

/// Words that are mostly joined to the next one by a hyphen that is kept.
const JOINING: [&str; 42] = [
    "all", "anti", "back", "co", "cross", "double", "eight", "ex", "far", "first", "five", "four",
    "full", "half", "hard", "high", "ill", "large", "left", "long", "low", "mid", "nine", "non",
    "north", "one", "post", "pre", "pro", "right", "second", "self", "seven", "short", "single",
    "six", "small", "so", "south", "ten", "third", "well",
];

/// Words that are mostly joined to the one before by a hyphen that is kept.
const JOINED: [&str; 20] = [
    "based", "called", "day", "foot", "free", "hour", "in", "known", "like", "long", "minute",
    "month", "old", "part", "style", "term", "time", "week", "wide", "year",
];

/// The edits that take away `>` where it begins two lines or more in a row, as in a quoted
/// message.
pub(super) fn quotations(text: &str) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut first: Option<Edit> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(['>', ' ']);
        if line.starts_with('>') {
            // A quoted line without a word still ends with its line feed.
            let marks = line.len() - content.len();
            let edit = Edit {
                range: at..at + marks,
                text: Cow::Borrowed(""),
            };
            let goes_on = edits
                .last()
                .is_some_and(|last| line_before(text, at).contains(&last.range.start));
            match first.take() {
                Some(first) => edits.extend([first, edit]),
                None if goes_on => edits.push(edit),
                None => first = Some(edit),
            }
        } else {
            first = None;
        }
        at += line.len();
    }
    edits
}

/// The line that ends where a line begins at byte `at`.
fn line_before(text: &str, at: usize) -> Range<usize> {
    let end = at.saturating_sub(1);
    text[..end].rfind('\n').map_or(0, |feed| feed + 1)..at
}

/// The edits that join the lines of wrapped paragraphs. What stands between paragraphs becomes
/// the end of a line or, where it was blank or lines were joined, a blank line.
pub(super) fn wraps(text: &str) -> Vec<Edit> {
    let all = paragraphs(text);
    let wrapped = all
        .iter()
        .any(|paragraph| text[paragraph.clone()].contains('\n'));
    let words = LazyCell::new(|| words(text));
    let mut edits = Vec::new();
    let mut before: Option<usize> = None;
    for paragraph in all {
        if let Some(end) = before {
            let gap = end..paragraph.start;
            let blank = wrapped || text[gap.clone()].matches('\n').count() > 1;
            change(text, gap, if blank { "\n\n" } else { "\n" }, &mut edits);
        } else if !text[..paragraph.start].contains('\u{feff}') {
            change(text, 0..paragraph.start, "", &mut edits);
        }
        joins(text, &words, paragraph.clone(), &mut edits);
        before = Some(paragraph.end);
    }
    edits
}

/// The edits that join the lines of a text that is one paragraph.
#[cfg(test)]
pub(super) fn joined(text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    joins(
        text,
        &LazyCell::new(|| words(text)),
        0..text.len(),
        &mut edits,
    );
    edits
}

/// The words of a text, compounds with their hyphens.
fn words(text: &str) -> HashSet<&str> {
    let is_part = |c: char| c.is_alphabetic() || c == '-';
    text.split(|c| !is_part(c)).collect()
}

/// Adds the edits that join the lines of a paragraph of a text with `words`.
fn joins<'a>(
    text: &'a str,
    words: &LazyCell<HashSet<&'a str>, impl FnOnce() -> HashSet<&'a str>>,
    paragraph: Range<usize>,
    edits: &mut Vec<Edit>,
) {
    let mut from = paragraph.start;
    while let Some(feed) = text[from..paragraph.end].find('\n') {
        let feed = from + feed;
        let start = text[..feed].trim_end().len();
        let rest = &text[feed..paragraph.end];
        from = feed + (rest.len() - rest.trim_start().len());
        match hyphen(text, words, paragraph.start..start, from..paragraph.end) {
            Some(Hyphen::OfWrapping) => {
                let last = text[..start].chars().next_back().map_or(0, char::len_utf8);
                change(text, start - last..from, "", edits);
            }
            Some(Hyphen::OfWord) => change(text, start..from, "", edits),
            None => change(text, start..from, " ", edits),
        }
    }
}

fn change(text: &str, range: Range<usize>, wanted: &'static str, edits: &mut Vec<Edit>) {
    if text[range.clone()] != *wanted {
        edits.push(Edit {
            range,
            text: Cow::Borrowed(wanted),
        });
    }
}

/// A hyphen at the end of a line.
enum Hyphen {
    /// It is there because the line is over.
    OfWrapping,
    /// The word has it in any place.
    OfWord,
}

/// The hyphen that ends a line, the last of `before`; the next line is the beginning of `after`.
fn hyphen<'a>(
    text: &'a str,
    words: &LazyCell<HashSet<&'a str>, impl FnOnce() -> HashSet<&'a str>>,
    before: Range<usize>,
    after: Range<usize>,
) -> Option<Hyphen> {
    let line = &text[before];
    if line.ends_with('\u{ad}') {
        return Some(Hyphen::OfWrapping);
    }
    let line = line.strip_suffix(['-', '\u{2010}'])?;
    let left = &line[line.trim_end_matches(char::is_alphabetic).len()..];
    let after = &text[after];
    let right = &after[..after.len() - after.trim_start_matches(char::is_alphabetic).len()];
    if left.is_empty() || right.is_empty() {
        // "10-⏎year" has its own; a dash has a space before it.
        return line
            .ends_with(char::is_alphanumeric)
            .then_some(Hyphen::OfWord);
    }
    let is_compound = right.starts_with(char::is_uppercase)
        || line[..line.len() - left.len()].ends_with('-')
        || after[right.len()..].starts_with('-')
        || JOINING.contains(&left.to_lowercase().as_str())
        || JOINED.contains(&right)
        || JOINED.contains(&right.trim_end_matches('s'));
    // The rest of the text may tell.
    let says = |word: String| words.contains(word.as_str());
    let kept = says(format!("{left}-{right}")) || is_compound && !says(format!("{left}{right}"));
    Some(if kept {
        Hyphen::OfWord
    } else {
        Hyphen::OfWrapping
    })
}
