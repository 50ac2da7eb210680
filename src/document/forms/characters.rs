//! Characters that stand for others.
//!
//! In: a text. Out: edits after which its line ends are line feeds, its spaces are spaces, its
//! ligatures are letters, its accents are one with their letters, and nothing invisible stands
//! within lines. Damaged text is left as it is, since it is to be noticed: a no-break space
//! behind Â was never one.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::document::prose::Edit;

/// The largest number of marks on one letter that are put together with it: scripts have three
/// or four.
const MAX_MARKS: usize = 8;

/// The edits that a text needs, in order.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    if text.is_ascii() && !text.contains(['\r', '\u{b}', '\u{c}']) {
        return Vec::new();
    }
    let mut edits = Vec::new();
    let mut before: Option<(usize, char)> = None;
    let mut characters = text.char_indices().peekable();
    while let Some((at, c)) = characters.next() {
        let end = at + c.len_utf8();
        let rest = text.get(end..).unwrap_or_default();
        if let Some((base, letter)) = before.filter(|(_, letter)| letter.is_alphabetic())
            && is_combining_mark(c)
        {
            let mut end = end;
            let mut marks = 1;
            while let Some((next, mark)) = characters.next_if(|(_, mark)| is_combining_mark(*mark))
            {
                end = next + mark.len_utf8();
                marks += 1;
            }
            if marks <= MAX_MARKS {
                edits.extend(composed(text, base..end));
            }
            before = Some((base, letter));
            continue;
        }
        let damaged = before.is_some_and(|(_, c)| is_lead_byte(c));
        match c {
            '\r' if rest.starts_with('\n') => edits.push(Edit::new(at..end, "")),
            '\r' | '\u{b}' | '\u{c}' | '\u{2028}' => edits.push(Edit::new(at..end, "\n")),
            '\u{85}' if !damaged => edits.push(Edit::new(at..end, "\n")),
            '\u{2029}' => edits.push(Edit::new(at..end, "\n\n")),
            '\u{a0}' if !damaged => edits.push(Edit::new(at..end, " ")),
            '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
                edits.push(Edit::new(at..end, " "));
            }
            // At the end of a line it tells how the line was wrapped.
            '\u{ad}' if rest.trim_start_matches(' ').starts_with(['\n', '\r']) => {}
            '\u{ad}' if !damaged => edits.push(Edit::new(at..end, "")),
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2060}' => edits.push(Edit::new(at..end, "")),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => edits.push(Edit::new(at..end, "")),
            '\u{feff}' if at > 0 => edits.push(Edit::new(at..end, "")),
            // They join emoji, and the letters of other scripts.
            '\u{200c}' | '\u{200d}'
                if before.is_some_and(|(_, c)| is_latin(c)) && rest.starts_with(is_latin) =>
            {
                edits.push(Edit::new(at..end, ""));
            }
            '\u{fb00}'..='\u{fb06}' => edits.push(Edit::new(at..end, ligature(c))),
            _ => {}
        }
        before = Some((at, c));
    }
    edits
}

/// A letter with its marks as one character, if there is one.
fn composed(text: &str, range: Range<usize>) -> Option<Edit> {
    let apart = text.get(range.clone())?;
    let together: String = apart.nfc().collect();
    (together.chars().count() < apart.chars().count()).then(|| Edit::new(range, together))
}

/// Whether a character is what a first byte of UTF-8 becomes that was read as Latin-1, or a byte
/// between: the next character is then the last byte of another one.
fn is_lead_byte(c: char) -> bool {
    matches!(c, 'Â'..='Å' | 'Ð' | 'Ñ' | 'â' | '\u{80}'..='\u{9f}')
}

fn is_latin(c: char) -> bool {
    c.is_alphabetic() && c < '\u{250}'
}

fn ligature(c: char) -> &'static str {
    match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        _ => "st",
    }
}
