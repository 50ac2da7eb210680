//! Untrusted text made safe to write: on a terminal, in the log of a build, into JSON and
//! into the cells of a table.
//!
//! In: any text, such as a document's words or a path. Out: one line of
//! characters that all show, take the columns they are said to take, and obey
//! nothing: control, bidirectional and other invisible format characters
//! become escapes such as `\u{202e}`, and so does what GitHub's runner would take
//! for a command. It does not judge what the text says.

use std::fmt::Write;

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

/// What GitHub's runner takes for a command at the front of a line, white space before it
/// left out, and what stands there in its place.
const COMMAND: [&str; 2] = ["::", "\\u{3a}:"];

/// What the runner takes for a command anywhere in a line, with what stands in its place: in
/// text, and in JSON.
const INNER_COMMAND: &str = "##[";
const INERT: &str = "#\\u{23}[";
const INERT_IN_JSON: &str = "#\\u0023[";

/// A line at whose front stands no command.
fn without_command(line: String) -> String {
    let text = line.trim_start();
    match text.strip_prefix(COMMAND[0]) {
        Some(rest) => {
            let indentation = &line[..line.len() - text.len()];
            format!("{indentation}{}{rest}", COMMAND[1])
        }
        None => line,
    }
}

/// A line in which stands no command.
fn without_inner_command(line: String) -> String {
    if line.contains(INNER_COMMAND) {
        line.replace(INNER_COMMAND, INERT)
    } else {
        line
    }
}

/// Appends `character` as it may be shown behind those `before`, so that no command arises.
pub(super) fn push_inert(
    out: &mut String,
    character: char,
    before: impl DoubleEndedIterator<Item = char>,
) {
    // What the command consists of, without its last character.
    let begun = INNER_COMMAND.strip_suffix(character);
    if begun.is_some_and(|begun| begun.chars().rev().eq(before.rev().take(begun.len()))) {
        out.extend(character.escape_unicode());
    } else {
        push(out, character);
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
    without_inner_command(out)
}

/// A text of several lines, such as a message that quotes a path, each as it may be shown
/// on a line of its own; those after the first come after `indentation`.
pub(super) fn message(text: &str, indentation: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| without_command(prose(line)))
        .collect();
    lines.join(&format!("\n{indentation}"))
}

/// A path or id as it may be shown at the front of a line: like [`prose`], but a line break in
/// it is an escape too, since it is part of the name.
pub(super) fn name(text: &str) -> String {
    without_command(name_within_line(text))
}

/// A path or id as it may be shown within a line.
pub(super) fn name_within_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' | '\r' => out.extend(character.escape_unicode()),
            _ => push(&mut out, character),
        }
    }
    without_inner_command(out)
}

/// JSON in which no character hides and nothing is a command; it says the same, since all of
/// that can only stand in its strings.
pub(super) fn json(text: String) -> String {
    let hides = |character: char| character >= '\u{7f}' && is_invisible(character);
    if !text.contains(hides) && !text.contains(INNER_COMMAND) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if hides(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(character);
        }
    }
    out.replace(INNER_COMMAND, INERT_IN_JSON)
}

/// Whether programs for tables would take a cell with this text for a formula: by its first
/// character that shows.
pub(super) fn is_formula(text: &str) -> bool {
    let first = text
        .chars()
        .find(|&character| !character.is_whitespace() && !is_invisible(character));
    // The last four are the same signs in the width of Chinese characters.
    first.is_some_and(|first| "=+-@＝＋－＠".contains(first))
}

/// Whether a character turns the direction of those around it.
pub(super) fn turns(character: char) -> bool {
    matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    )
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
    fn nothing_is_a_command_to_the_runner_of_a_build() {
        assert_eq!(name("::error::a.txt"), "\\u{3a}:error::a.txt");
        assert_eq!(name("a::b##[error]c"), "a::b#\\u{23}[error]c");
        assert_eq!(
            message("cannot read a\n ::stop-commands::x\n###[group]", "  "),
            "cannot read a\n   \\u{3a}:stop-commands::x\n  ##\\u{23}[group]"
        );
    }

    #[test]
    fn json_says_the_same_without_hidden_characters() {
        let said = "a\u{9b}2J \u{202e}b\u{e0041} ##[error]\\ caf\u{e9}\n";
        let escaped = json(serde_json::to_string(said).unwrap());
        assert_eq!(
            escaped,
            "\"a\\u009b2J \\u202eb\\udb40\\udc41 #\\u0023[error]\\\\ caf\u{e9}\\n\""
        );
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), said);
    }

    #[test]
    fn cells_that_would_be_computed_are_known() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", " \u{feff}\t=1", "＝1"] {
            assert!(is_formula(formula), "{formula}");
        }
        for text in ["1=1", "a", "", "\"=1"] {
            assert!(!is_formula(text), "{text}");
        }
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
            for shown in [prose(&text), name(&text), message(&text, "").replace('\n', "")] {
                prop_assert!(!shown.chars().any(is_invisible));
                prop_assert!(!shown.contains(INNER_COMMAND));
            }
            prop_assert!(!name(&text).trim_start().starts_with(COMMAND[0]));
            let escaped = json(serde_json::to_string(&text).unwrap());
            prop_assert!(!escaped.chars().any(is_invisible));
            prop_assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), text);
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
