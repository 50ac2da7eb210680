//! Untrusted text made safe to show on a terminal.
//!
//! In: any text, such as a document's words or a path. Out: one line of
//! characters that all show, take the columns they are said to take, and obey
//! nothing: control, bidirectional and other invisible format characters
//! become escapes such as `\u{202e}`. It does not judge what the text says.

use unicode_width::UnicodeWidthChar;

/// Columns that a tab is given.
const TAB_COLUMNS: usize = 4;

/// Characters that show nothing, or change how others show: format characters
/// and the rest of Unicode's `Default_Ignorable_Code_Point`, variation
/// selectors and the zero width joiner among them, and the two separators that
/// some terminals take for a line break.
const INVISIBLE: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{17b4}', '\u{17b5}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{3164}', '\u{3164}'),
    ('\u{fe00}', '\u{fe0f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{ffa0}', '\u{ffa0}'),
    ('\u{fff0}', '\u{fffb}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || INVISIBLE
            .iter()
            .any(|&(first, last)| (first..=last).contains(&character))
}

/// Appends `character` as it may be shown. A line break becomes a space, a tab
/// four.
pub(super) fn push(out: &mut String, character: char) {
    match character {
        '\n' | '\r' => out.push(' '),
        '\t' => out.extend(std::iter::repeat_n(' ', TAB_COLUMNS)),
        _ if is_invisible(character) => out.extend(character.escape_unicode()),
        _ => out.push(character),
    }
}

/// Running text as it may be shown on one line; `\r\n` is one space.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut previous = ' ';
    for character in text.chars() {
        if !(previous == '\r' && character == '\n') {
            push(&mut out, character);
        }
        previous = character;
    }
    out
}

/// A path or id as it may be shown: like [`prose`], but a line break in it is
/// an escape too, since it is part of the name.
pub(super) fn name(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.extend(character.escape_unicode()),
            _ => push(&mut out, character),
        }
    }
    out
}

/// Columns that one shown character takes.
pub(super) fn columns_of(character: char) -> usize {
    character.width().unwrap_or(0)
}

/// Columns that a shown text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// `text` if it takes at most `columns` columns, else its beginning and its
/// end with `…` between them. Never looks at more of it than it keeps.
pub(super) fn shortened(text: &str, limit: usize) -> String {
    // A character takes at least one byte, so a text this long in characters
    // is seen to be too wide without walking through all of it.
    if text.chars().take(limit + 1).count() <= limit && columns(text) <= limit {
        return text.to_owned();
    }
    let room = limit.saturating_sub(1);
    let head = take_columns(text.chars(), room.div_ceil(2));
    let tail: Vec<char> = take_columns(text.chars().rev(), room / 2);
    let tail: String = tail.into_iter().rev().collect();
    let head: String = head.into_iter().collect();
    if head.len() + tail.len() >= text.len() {
        return text.to_owned();
    }
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

fn take_columns(characters: impl Iterator<Item = char>, limit: usize) -> Vec<char> {
    let mut used = 0;
    characters
        .take_while(|&character| {
            used += columns_of(character);
            used <= limit
        })
        .take(limit)
        .collect()
}

/// `text` broken at spaces into lines of at most `width` columns; a word that
/// is wider than that is broken where the line ends.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let needed = columns(word) + usize::from(used > 0);
        if used + needed <= width {
            if used > 0 {
                line.push(' ');
            }
            line.push_str(word);
            used += needed;
            continue;
        }
        if used > 0 {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        for character in word.chars() {
            let needed = columns_of(character);
            if used > 0 && used + needed > width {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(character);
            used += needed;
        }
    }
    if used > 0 || lines.is_empty() {
        lines.push(line);
    }
    lines
}

/// Cells, each of which shows a character, line by line: broken at spaces, inside words that are
/// wider than `width` columns, and before the cell `forced`. Spaces at the front of a line are
/// left out; those at its end are not, and may stick out.
pub(super) fn lines<T>(
    cells: &[T],
    character: fn(&T) -> char,
    width: usize,
    forced: Option<usize>,
) -> Vec<&[T]> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < cells.len() {
        if character(&cells[start]) == ' ' {
            start += 1;
            continue;
        }
        let until = forced.filter(|forced| *forced > start);
        let until = until.unwrap_or(cells.len()).min(cells.len());
        let end = start + line_length(cells[start..until].iter().map(character), width);
        lines.push(&cells[start..end]);
        start = end;
    }
    lines
}

/// How many of some characters, one at least, stand on a line of `width` columns.
fn line_length(characters: impl ExactSizeIterator<Item = char>, width: usize) -> usize {
    let all = characters.len();
    let mut used = 0;
    let mut last_space = None;
    for (index, character) in characters.enumerate() {
        used += columns_of(character);
        if character == ' ' {
            last_space = Some(index);
        }
        if used > width {
            // A space that sticks out is dropped, so the line may end at it.
            return last_space.unwrap_or(index).max(1);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn hidden_characters_are_shown_as_escapes() {
        assert_eq!(prose("a\u{202e}b"), "a\\u{202e}b");
        assert_eq!(prose("\u{1b}[31mred"), "\\u{1b}[31mred");
        assert_eq!(prose("x\u{200d}y\u{fe0f}"), "x\\u{200d}y\\u{fe0f}");
        assert_eq!(prose("a\tb\r\nc\nd"), "a    b c d");
        assert_eq!(name("two\nlines\r"), "two\\u{a}lines\\u{d}");
        assert_eq!(prose("naïve 東京 😀"), "naïve 東京 😀");
    }

    #[test]
    fn long_texts_keep_both_ends() {
        assert_eq!(shortened("the whole phrase", 16), "the whole phrase");
        assert_eq!(shortened("the beginning and the end", 11), "the b…e end");
        let huge = "word ".repeat(200_000);
        assert!(columns(&shortened(&huge, 40)) <= 40);
    }

    #[test]
    fn lines_break_at_spaces_and_inside_words_that_are_too_wide() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 3), ["abc", "def", "gh", "ij"]);
        assert_eq!(wrapped("", 3), [""]);
    }

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_is_left(text in ".*") {
            for shown in [prose(&text), name(&text)] {
                prop_assert!(!shown.chars().any(is_invisible));
            }
        }

        #[test]
        fn wrapping_keeps_every_word_and_the_width(text in "[a-z東😀 ]{0,60}", width in 2usize..20) {
            let lines = wrapped(&text, width);
            prop_assert!(lines.iter().all(|line| columns(line) <= width));
            let squeezed = |text: &str| text.replace(' ', "");
            prop_assert_eq!(squeezed(&lines.concat()), squeezed(&text));
        }

        #[test]
        fn shortening_keeps_the_limit(text in "[a-z東 ]{0,60}", limit in 3usize..30) {
            prop_assert!(columns(&shortened(&text, limit)) <= limit);
        }
    }
}
