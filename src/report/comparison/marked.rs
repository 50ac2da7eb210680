//! A wording with several phrases underlined.
//!
//! In: a text, the bytes to underline, and the columns there are. Out: lines that begin
//! with ` | `, each underlined where it has to be. Every character is safe to show, runs
//! of white space are one space, and what is very long is cut at the end.

use std::ops::Range;

use super::super::text::{Style, bold};
use super::super::visible;

/// A wording is shown on at most about this many lines.
const MAX_LINES: usize = 8;

/// What each line begins with.
const MARGIN: &str = " | ";

/// Less than this leaves no room for words.
const NARROWEST: usize = 20;

/// One shown character.
#[derive(Clone, Copy)]
struct Cell {
    character: char,
    marked: bool,
}

/// The lines of a wording, each with a line break. An empty mark, where something is
/// missing, underlines the character after it, or the last one.
pub(super) fn marked(text: &str, marks: &[Range<usize>], style: Style) -> String {
    let width = style.width.saturating_sub(MARGIN.len()).max(NARROWEST);
    let mut cells = cells(text, marks, MAX_LINES * width);
    if cells.len() > MAX_LINES * width {
        cells.truncate(MAX_LINES * width - 1);
        cells.push(Cell {
            character: '…',
            marked: false,
        });
    }
    let mut out = String::new();
    for line in visible::lines(&cells, |cell| cell.character, width, None) {
        let shown: String = line.iter().map(|cell| cell.character).collect();
        out += &format!("{MARGIN}{}\n", shown.trim_end());
        let under = line.iter().flat_map(|cell| {
            let mark = if cell.marked { '^' } else { ' ' };
            std::iter::repeat_n(mark, visible::columns_of(cell.character))
        });
        let under: String = under.collect();
        let under = under.trim_end();
        if !under.is_empty() {
            out += &format!("{MARGIN}{}\n", bold(under, style));
        }
    }
    out
}

/// The characters of a text as they are shown; one more than `limit` at least, if it has as
/// many.
fn cells(text: &str, marks: &[Range<usize>], limit: usize) -> Vec<Cell> {
    let text = text.trim_end();
    let last = text.char_indices().next_back().map_or(0, |(at, _)| at);
    let marks = marks.iter().map(|mark| {
        let start = mark.start.min(last);
        start..mark.end.max(start + 1)
    });
    let marks: Vec<Range<usize>> = marks.collect();
    let mut cells: Vec<Cell> = Vec::new();
    let mut shown = String::new();
    for (at, character) in text.char_indices() {
        if cells.len() > limit {
            break;
        }
        let marked = marks.iter().any(|mark| mark.contains(&at));
        if character.is_whitespace() {
            if cells.last().is_some_and(|cell| cell.character != ' ') {
                let character = ' ';
                cells.push(Cell { character, marked });
            }
            continue;
        }
        shown.clear();
        visible::push_inert(
            &mut shown,
            character,
            cells.iter().map(|cell| cell.character),
        );
        cells.extend(shown.chars().map(|character| Cell { character, marked }));
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, phrases: &[&str], width: usize) -> String {
        let find = |phrase: &&str| {
            let start = text.find(phrase).unwrap();
            start..start + phrase.len()
        };
        let marks: Vec<Range<usize>> = phrases.iter().map(find).collect();
        let color = false;
        marked(text, &marks, Style { width, color })
    }

    #[test]
    fn no_line_is_a_command() {
        let lines = drawn("::a ##[error]b", &["error"], 40);
        let under = " ".repeat("::a ##\\u{5b}".len());
        assert_eq!(
            lines,
            format!(" | ::a ##\\u{{5b}}error]b\n | {under}^^^^^\n")
        );
    }

    #[test]
    fn every_phrase_is_underlined_in_its_line() {
        assert_eq!(
            drawn(
                "The Spritze was\r\ngiven to an old gast of 東京.",
                &["Spritze", "gast", "東京"],
                27
            ),
            " | The Spritze was given to\n\
             \x20|     ^^^^^^^\n\
             \x20| an old gast of 東京.\n\
             \x20|        ^^^^    ^^^^\n"
        );
    }

    #[test]
    fn what_is_missing_is_marked_where_it_is_missing() {
        let style = Style {
            width: 40,
            color: false,
        };
        let missing = |at: usize| marked("He went home.", std::slice::from_ref(&(at..at)), style);
        assert_eq!(missing(8), " | He went home.\n |         ^\n");
        assert_eq!(missing(13), " | He went home.\n |             ^\n");
    }

    #[test]
    fn nothing_is_obeyed_and_long_texts_are_cut() {
        let hostile = drawn("a\u{1b}[2Jb\u{202e}c", &["b"], 60);
        assert_eq!(hostile, " | a\\u{1b}[2Jb\\u{202e}c\n |           ^\n");
        let long = drawn(&"word ".repeat(10_000), &["word"], 60);
        assert!(long.lines().count() <= MAX_LINES + 3, "{long}");
        assert!(long.ends_with("…\n"));
    }
}
