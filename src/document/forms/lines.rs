//! Lines that are no lines of the text.
//!
//! In: a plain text with line feeds. Out: edits that take away the marks of a quoted message
//! and join the lines of wrapped paragraphs, with the words that were hyphenated at their ends.
//! Which lines make a paragraph is said in `paragraphs`.

use std::cell::OnceCell;
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
    let mut edits = Vec::new();
    // The first line of a quotation, until the second comes.
    let mut first = None;
    let mut after_quoted = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_quoted = line.starts_with('>');
        if is_quoted {
            let content = line.trim_start_matches(['>', ' ']);
            let marks = Edit::new(at..at + line.len() - content.len(), "");
            if after_quoted {
                edits.extend(first.take());
                edits.push(marks);
            } else {
                first = Some(marks);
            }
        }
        after_quoted = is_quoted;
        at += line.len();
    }
    edits
}

/// The edits that join the lines of wrapped paragraphs. What stands between paragraphs becomes
/// the end of a line or, where it was blank or lines were joined, a blank line.
pub(super) fn wraps(text: &str) -> Vec<Edit> {
    let all = paragraphs(text);
    let wrapped = all
        .iter()
        .any(|paragraph| text[paragraph.clone()].contains('\n'));
    let mut joining = Joining::new(text);
    let mut before: Option<usize> = None;
    for paragraph in all {
        if let Some(end) = before {
            let gap = end..paragraph.start;
            let blank = wrapped || text[gap.clone()].matches('\n').count() > 1;
            joining.change(gap, if blank { "\n\n" } else { "\n" });
        } else if !text[..paragraph.start].contains('\u{feff}') {
            joining.change(0..paragraph.start, "");
        }
        before = Some(paragraph.end);
        joining.join(paragraph);
    }
    joining.edits
}

/// The edits that join the lines of a text that is one paragraph.
#[cfg(test)]
pub(super) fn joined(text: &str) -> Vec<Edit> {
    let mut joining = Joining::new(text);
    joining.join(0..text.len());
    joining.edits
}

/// The joining of a text's lines.
struct Joining<'a> {
    text: &'a str,
    /// The words of the text, compounds with their hyphens; found when they are first asked for.
    words: OnceCell<HashSet<&'a str>>,
    edits: Vec<Edit>,
}

impl<'a> Joining<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            words: OnceCell::new(),
            edits: Vec::new(),
        }
    }

    /// Whether the text has a word.
    fn says(&self, word: &str) -> bool {
        let is_part = |c: char| c.is_alphabetic() || c == '-';
        let words = self
            .words
            .get_or_init(|| self.text.split(|c| !is_part(c)).collect());
        words.contains(word)
    }

    fn change(&mut self, range: Range<usize>, wanted: &'static str) {
        if self.text[range.clone()] != *wanted {
            self.edits.push(Edit::new(range, wanted));
        }
    }

    /// Joins the lines of a paragraph.
    fn join(&mut self, paragraph: Range<usize>) {
        let text = self.text;
        let mut from = paragraph.start;
        while let Some(feed) = text[from..paragraph.end].find('\n') {
            let feed = from + feed;
            let start = text[..feed].trim_end().len();
            let rest = &text[feed..paragraph.end];
            from = feed + (rest.len() - rest.trim_start().len());
            let line = &text[paragraph.start..start];
            match self.hyphen(line, &text[from..paragraph.end]) {
                Some(Hyphen::OfWrapping) => {
                    let last = line.chars().next_back().map_or(0, char::len_utf8);
                    self.change(start - last..from, "");
                }
                Some(Hyphen::OfWord) => self.change(start..from, ""),
                None => self.change(start..from, " "),
            }
        }
    }

    /// The hyphen that ends a line, the last of `before`; the next line is the beginning of
    /// `after`.
    fn hyphen(&self, before: &str, after: &str) -> Option<Hyphen> {
        if before.ends_with('\u{ad}') {
            return Some(Hyphen::OfWrapping);
        }
        let line = before.strip_suffix(['-', '\u{2010}'])?;
        let left = &line[line.trim_end_matches(char::is_alphabetic).len()..];
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
        let kept = self.says(&format!("{left}-{right}"))
            || is_compound && !self.says(&format!("{left}{right}"));
        Some(if kept {
            Hyphen::OfWord
        } else {
            Hyphen::OfWrapping
        })
    }
}

/// A hyphen at the end of a line.
enum Hyphen {
    /// It is there because the line is over.
    OfWrapping,
    /// The word has it in any place.
    OfWord,
}
