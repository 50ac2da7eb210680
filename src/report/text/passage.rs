//! The sentence around a finding, wrapped into a few lines of safe text.
//!
//! In: an analysis, the finding's span, the columns there are, and the label
//! that will stand next to the underline. Out: lines that fit, and the byte
//! ranges of the phrase in them. A long sentence is cut at word boundaries,
//! the phrase kept; the work does not grow with the length of the sentence.
//! It draws nothing.

use std::ops::Range;

use crate::report::{Analysis, visible};
use crate::span::{Doc, Span};

/// A sentence is shown on at most about this many lines.
const MAX_LINES: usize = 5;

/// The phrase itself is shown on at most about this many.
const MAX_PHRASE_LINES: usize = 2;

/// Wrapped lines, joined with `\n` by whoever draws them.
pub(super) struct Passage {
    /// What to show, no line wider than asked for.
    pub lines: Vec<String>,
    /// The phrase: byte ranges into the joined lines, one a line, never empty.
    pub marks: Vec<Range<usize>>,
    /// Whether the label fits next to the end of the phrase.
    pub label_fits: bool,
}

impl Passage {
    /// The sentence that `phrase` stands in.
    pub(super) fn new(analysis: &Analysis, phrase: Span<Doc>, width: usize, label: &str) -> Self {
        let text = analysis.document.text();
        let sentence = sentence_around(analysis, phrase);
        let (before, phrase, after) = parts(text, sentence, phrase);
        let cells = cells(before, phrase, after, width);
        let label_columns = visible::columns(label) + 1;
        let wrap = |forced| -> Vec<Line> {
            let lines = visible::lines(&cells, |cell| cell.character, width, forced);
            lines.into_iter().map(line_of).collect()
        };
        let lines = wrap(None);
        let fits = |lines: &[Line]| {
            lines
                .iter()
                .rfind(|line| line.marked.is_some())
                .and_then(|line| line.marked_end_column)
                .is_some_and(|column| column + label_columns <= width)
        };
        if fits(&lines) {
            return Self::joined(lines, true);
        }
        // The label would stick out: begin a new line with the phrase.
        let rewrapped = wrap(word_of_phrase(&cells));
        if fits(&rewrapped) {
            return Self::joined(rewrapped, true);
        }
        Self::joined(lines, false)
    }

    fn joined(lines: Vec<Line>, label_fits: bool) -> Self {
        let mut marks = Vec::new();
        let mut start = 0;
        for line in &lines {
            if let Some(marked) = &line.marked {
                marks.push(start + marked.start..start + marked.end);
            }
            start += line.text.len() + 1;
        }
        Self {
            lines: lines.into_iter().map(|line| line.text).collect(),
            marks,
            label_fits,
        }
    }
}

/// The sentence, or the sentences, that hold the phrase; the line where the
/// analysis knows of none.
fn sentence_around(analysis: &Analysis, phrase: Span<Doc>) -> Span<Doc> {
    let sentences = &analysis.sentences;
    let first = sentences.partition_point(|sentence| sentence.end() <= phrase.start());
    let held = sentences[first..]
        .iter()
        .take_while(|sentence| sentence.start() < phrase.end().max(phrase.start() + 1))
        .copied()
        .reduce(Span::cover);
    if let Some(held) = held {
        return held.cover(phrase);
    }
    let text = analysis.document.text();
    let (Some(before), Some(after)) = (text.get(..phrase.start()), text.get(phrase.end()..)) else {
        return phrase;
    };
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let end = after
        .find('\n')
        .map_or(text.len(), |newline| phrase.end() + newline);
    Span::new(start, end)
}

/// What stands before, in and after the phrase. An empty phrase, where
/// something is missing, is shown on the character after it, or before it.
fn parts(text: &str, sentence: Span<Doc>, phrase: Span<Doc>) -> (&str, &str, &str) {
    let (mut start, mut end) = (phrase.start(), phrase.end());
    if phrase.is_empty() {
        let after = text.get(end..sentence.end()).unwrap_or_default();
        let before = text.get(sentence.start()..start).unwrap_or_default();
        if let Some(next) = after.chars().find(|next| !next.is_whitespace()) {
            start += after.find(next).unwrap_or_default();
            end = start + next.len_utf8();
        } else if let Some(previous) = before.trim_end().chars().next_back() {
            end = sentence.start() + before.trim_end().len();
            start = end - previous.len_utf8();
        }
    }
    let slice = |range: Range<usize>| text.get(range).unwrap_or_default();
    (
        slice(sentence.start()..start),
        slice(start..end),
        slice(end..sentence.end()),
    )
}

/// One shown character.
struct Cell {
    character: char,
    in_phrase: bool,
}

/// The characters to show, cut to what fits on [`MAX_LINES`] lines.
fn cells(before: &str, phrase: &str, after: &str, width: usize) -> Vec<Cell> {
    let phrase = visible::shortened(phrase, MAX_PHRASE_LINES * width);
    let room = (MAX_LINES * width).saturating_sub(visible::columns(&phrase));
    let (before, after) = (before.trim_start(), after.trim_end());
    // Half of the room each side, so that the phrase stands in the middle of
    // what is shown of a long sentence; what one side leaves the other gets.
    let needed = |side: &str| side.chars().take(room).count();
    let before_part = last_characters(before, (room / 2).max(room - needed(after)));
    let after_part = first_characters(after, (room / 2).max(room - needed(before)));
    let cell = |in_phrase: bool| {
        move |character: char| Cell {
            character,
            in_phrase,
        }
    };
    let shown = |text: &str| visible::prose(text);
    let mut cells = Vec::new();
    cells.extend(shown(&before_part).chars().map(cell(false)));
    cells.extend(shown(&phrase).chars().map(cell(true)));
    cells.extend(shown(&after_part).chars().map(cell(false)));
    cells
}

/// The beginning of `text`, at most `room` characters, ending at a word with
/// `…` if something is left out.
fn first_characters(text: &str, room: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(room) else {
        return text.to_owned();
    };
    let kept = &text[..cut];
    let kept = kept
        .rfind(char::is_whitespace)
        .map_or(kept, |space| &kept[..space]);
    format!("{kept} …")
}

/// The end of `text`, at most `room` characters, beginning at a word with `…`
/// if something is left out.
fn last_characters(text: &str, room: usize) -> String {
    let Some((cut, first)) = text.char_indices().rev().nth(room) else {
        return text.to_owned();
    };
    let kept = &text[cut + first.len_utf8()..];
    let kept = kept
        .find(char::is_whitespace)
        .map_or(kept, |space| &kept[space..]);
    format!("… {}", kept.trim_start())
}

/// A wrapped line.
struct Line {
    text: String,
    /// Bytes of `text` that belong to the phrase.
    marked: Option<Range<usize>>,
    /// Column after the last of them.
    marked_end_column: Option<usize>,
}

/// The first cell of the word in which the phrase begins.
fn word_of_phrase(cells: &[Cell]) -> Option<usize> {
    let first = cells.iter().position(|cell| cell.in_phrase)?;
    let space = cells[..first]
        .iter()
        .rposition(|cell| cell.character == ' ');
    Some(space.map_or(0, |space| space + 1))
}

fn line_of(cells: &[Cell]) -> Line {
    let kept = cells
        .iter()
        .rposition(|cell| cell.character != ' ')
        .map_or(0, |last| last + 1);
    let mut text = String::new();
    let mut column = 0;
    let mut marked: Option<Range<usize>> = None;
    let mut marked_end_column = None;
    for cell in &cells[..kept] {
        let start = text.len();
        text.push(cell.character);
        column += visible::columns_of(cell.character);
        if cell.in_phrase {
            let from = marked.map_or(start, |range| range.start);
            marked = Some(from..text.len());
            marked_end_column = Some(column);
        }
    }
    Line {
        text,
        marked,
        marked_end_column,
    }
}
