//! Where paragraphs begin and end.
//!
//! In: the text. Out: byte ranges, each one paragraph with the line ends inside
//! it. A blank line always ends a paragraph. A single line end is harder:
//! articles come with one line a paragraph, and as text wrapped at some 72
//! columns. The two are told apart by what wrapping does: it breaks a line only
//! where the next word would not have fitted, and mostly in the middle of a
//! sentence. It does not look inside lines.

use std::ops::Range;

/// Wrapped text is not wider than this, in characters.
const MAX_WRAP_WIDTH: usize = 120;
/// Nor narrower than this: shorter lines are lists, verses, addresses.
const MIN_WRAP_WIDTH: usize = 40;
/// A line this long, in characters, that breaks off before a lower-case letter
/// goes on in the next line even where the text as a whole is not wrapped.
const LONG_LINE: usize = 30;

/// One line that is not blank, without its line end and outer white space.
struct Line {
    bytes: Range<usize>,
    /// Whether a blank line or the start of the text stands before it.
    after_blank: bool,
    /// White space before it, in characters.
    indent: usize,
    /// Length without indent, in characters.
    length: usize,
    /// Length of its first word, in characters.
    first_word: usize,
    starts_lower: bool,
    starts_item: bool,
    /// It ends with a letter or a comma: its sentence is not over.
    breaks_off: bool,
    /// It ends with a part of a word.
    ends_in_word: bool,
}

/// The paragraphs of `text`, in order. None is blank.
pub(crate) fn paragraphs(text: &str) -> Vec<Range<usize>> {
    let lines = lines(text);
    let width = wrap_width(&lines);
    let mut paragraphs: Vec<Range<usize>> = Vec::new();
    let mut before: Option<&Line> = None;
    for line in &lines {
        let goes_on = before.is_some_and(|before| goes_on(before, line, width));
        match paragraphs.last_mut() {
            Some(last) if goes_on => last.end = line.bytes.end,
            _ => paragraphs.push(line.bytes.clone()),
        }
        before = Some(line);
    }
    paragraphs
}

/// Whether `line` belongs to the paragraph of the line `before` it.
fn goes_on(before: &Line, line: &Line, width: Option<usize>) -> bool {
    if line.after_blank || line.starts_item {
        return false;
    }
    match width {
        Some(width) => is_full(before, line, width) && line.indent <= before.indent,
        None if before.ends_in_word && line.starts_lower => true,
        None => before.breaks_off && line.starts_lower && before.length >= LONG_LINE,
    }
}

/// Whether the first word of `line` would not have fitted behind `before`: it is the rest of a
/// word that did not, or it would have been too long.
fn is_full(before: &Line, line: &Line, width: usize) -> bool {
    before.ends_in_word && line.starts_lower
        || before.indent + before.length + 1 + line.first_word > width
}

/// The column at which the text is wrapped, if it is: at least four of five
/// lines that are followed by another are full, and at least a third of them
/// break off before a lower-case letter.
fn wrap_width(lines: &[Line]) -> Option<usize> {
    let width = lines.iter().map(|line| line.indent + line.length).max()?;
    if !(MIN_WRAP_WIDTH..=MAX_WRAP_WIDTH).contains(&width) {
        return None;
    }
    let pairs = || {
        lines
            .iter()
            .zip(&lines[1..])
            .filter(|(_, line)| !line.after_blank && !line.starts_item)
    };
    let all = pairs().count();
    let full = pairs()
        .filter(|(before, line)| is_full(before, line, width))
        .count();
    let in_sentence = pairs()
        .filter(|(before, line)| {
            is_full(before, line, width) && before.breaks_off && line.starts_lower
        })
        .count();
    (all > 0 && full * 5 >= all * 4 && in_sentence * 3 >= full).then_some(width)
}

fn lines(text: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut after_blank = true;
    let mut start = text.len() - text.trim_start_matches('\u{feff}').len();
    start = start.min('\u{feff}'.len_utf8());
    while start < text.len() {
        let rest = &text[start..];
        let end = rest.find(is_line_end).unwrap_or(rest.len());
        let line = &rest[..end];
        let content = line.trim();
        if content.is_empty() {
            after_blank = true;
        } else {
            let from = start + (line.len() - line.trim_start().len());
            lines.push(describe(line, content, from, after_blank));
            after_blank = false;
        }
        let line_end = if rest[end..].starts_with("\r\n") {
            2
        } else {
            rest[end..].chars().next().map_or(0, char::len_utf8)
        };
        start += end + line_end;
    }
    lines
}

fn describe(line: &str, content: &str, from: usize, after_blank: bool) -> Line {
    let first = content.split_whitespace().next().unwrap_or_default();
    let last = content.chars().next_back();
    Line {
        bytes: from..from + content.len(),
        after_blank,
        indent: line.chars().take_while(|c| c.is_whitespace()).count(),
        length: content.chars().count(),
        first_word: first.chars().count(),
        starts_lower: content.starts_with(char::is_lowercase),
        starts_item: matches!(first, "-" | "*" | "•" | "–" | "—" | "·" | "+" | "#"),
        breaks_off: last
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, ',' | ';') || is_hyphen(c)),
        ends_in_word: last.is_some_and(is_hyphen)
            && content[..content.len() - last.map_or(0, char::len_utf8)]
                .ends_with(char::is_alphabetic),
    }
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{ad}')
}

/// Whether `c` ends a line.
fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}
