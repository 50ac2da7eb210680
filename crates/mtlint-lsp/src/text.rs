//! The text of an open document, and places in it as clients count them.
//!
//! In: a text, and edits. Out: bytes for places and places for bytes, each in the time of one
//! search, however long a line is. A line ends with `\n`, `\r\n` or a `\r` of its own, as the
//! protocol has it. A byte order mark that the client sent is a character like any other.

use std::ops::Range;

use lsp_types::{Position, Range as PlaceRange};
use ropey::Rope;

/// How a client counts the characters of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// In bytes of UTF-8.
    Utf8,
    /// In units of UTF-16, which every client knows.
    Utf16,
}

/// A place that the text does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PlaceError {
    /// The line is behind the last one.
    #[error("there is no line {line}: the text has {lines}, counted from 0")]
    NoLine { line: u32, lines: usize },
    /// The range ends before it starts.
    #[error("the range ends before it starts")]
    Backwards,
}

/// The text of an open document. A copy costs nothing.
#[derive(Debug, Clone)]
pub(crate) struct Text(Rope);

impl Text {
    pub(crate) fn new(text: &str) -> Self {
        Self(Rope::from_str(text))
    }

    /// How many bytes the text has.
    pub(crate) fn len(&self) -> usize {
        self.0.len_bytes()
    }

    /// The text as a whole.
    pub(crate) fn whole(&self) -> String {
        self.0.to_string()
    }

    /// The place of a byte. One within a character counts as the character's first, one behind
    /// the text as its end.
    pub(crate) fn place(&self, byte: usize, encoding: Encoding) -> Position {
        let text = &self.0;
        let character = text.byte_to_char(byte.min(text.len_bytes()));
        let line = text.char_to_line(character);
        let start = text.line_to_char(line);
        let units = match encoding {
            Encoding::Utf8 => text.char_to_byte(character) - text.char_to_byte(start),
            Encoding::Utf16 => text.char_to_utf16_cu(character) - text.char_to_utf16_cu(start),
        };
        Position::new(number(line), number(units))
    }

    /// The places of the first byte of a span and of the one behind it.
    pub(crate) fn places(&self, bytes: Range<usize>, encoding: Encoding) -> PlaceRange {
        PlaceRange::new(
            self.place(bytes.start, encoding),
            self.place(bytes.end, encoding),
        )
    }

    /// The byte of a place. A place behind the end of its line counts as that end, one within a
    /// character as the character's first byte.
    ///
    /// # Errors
    /// When there is no such line.
    pub(crate) fn byte(&self, place: Position, encoding: Encoding) -> Result<usize, PlaceError> {
        let character = self.character(place, encoding)?;
        Ok(self.0.char_to_byte(character))
    }

    /// The bytes between two places.
    ///
    /// # Errors
    /// When there are no such lines, or the second place comes before the first.
    pub(crate) fn bytes(
        &self,
        range: PlaceRange,
        encoding: Encoding,
    ) -> Result<Range<usize>, PlaceError> {
        let start = self.byte(range.start, encoding)?;
        let end = self.byte(range.end, encoding)?;
        if end < start {
            return Err(PlaceError::Backwards);
        }
        Ok(start..end)
    }

    /// Puts `new` between two places.
    ///
    /// # Errors
    /// When there are no such lines, or the second place comes before the first.
    pub(crate) fn replace(
        &mut self,
        range: PlaceRange,
        new: &str,
        encoding: Encoding,
    ) -> Result<(), PlaceError> {
        let start = self.character(range.start, encoding)?;
        let end = self.character(range.end, encoding)?;
        if end < start {
            return Err(PlaceError::Backwards);
        }
        self.0.remove(start..end);
        self.0.insert(start, new);
        Ok(())
    }

    /// The place of a whole line, without what ends it; of the last one if there is no such line.
    pub(crate) fn line(&self, line: usize, encoding: Encoding) -> PlaceRange {
        let line = line.min(self.0.len_lines().saturating_sub(1));
        let start = self.0.line_to_char(line);
        let bytes = self.0.char_to_byte(start)..self.0.char_to_byte(self.line_end(line));
        self.places(bytes, encoding)
    }

    /// The index of the character at a place.
    fn character(&self, place: Position, encoding: Encoding) -> Result<usize, PlaceError> {
        let text = &self.0;
        let lines = text.len_lines();
        let line = usize::try_from(place.line).unwrap_or(usize::MAX);
        if line >= lines {
            let line = place.line;
            return Err(PlaceError::NoLine { line, lines });
        }
        let start = text.line_to_char(line);
        let end = self.line_end(line);
        let units = usize::try_from(place.character).unwrap_or(usize::MAX);
        Ok(match encoding {
            Encoding::Utf8 => {
                let last = text.char_to_byte(end);
                text.byte_to_char(text.char_to_byte(start).saturating_add(units).min(last))
            }
            Encoding::Utf16 => {
                let last = text.char_to_utf16_cu(end);
                let first = text.char_to_utf16_cu(start);
                text.utf16_cu_to_char(first.saturating_add(units).min(last))
            }
        })
    }

    /// The index of the character that ends a line, or of the end of the text.
    fn line_end(&self, line: usize) -> usize {
        let start = self.0.line_to_char(line);
        let mut end = self.0.line_to_char(line + 1);
        while end > start && matches!(self.0.get_char(end - 1), Some('\n' | '\r')) {
            end -= 1;
        }
        end
    }
}

/// Lines and units as the protocol writes them; no text that is read has more.
fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [Encoding; 2] = [Encoding::Utf8, Encoding::Utf16];

    /// The lines of a text, each without and with what ends it, found in the plainest way.
    fn lines(text: &str) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        let mut rest = text;
        loop {
            let Some(at) = rest.find(['\n', '\r']) else {
                found.push((rest, rest));
                return found;
            };
            let ends = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
            found.push((&rest[..at], &rest[..at + ends]));
            rest = &rest[at + ends..];
        }
    }

    fn units(text: &str, encoding: Encoding) -> u32 {
        let units = match encoding {
            Encoding::Utf8 => text.len(),
            Encoding::Utf16 => text.encode_utf16().count(),
        };
        u32::try_from(units).unwrap()
    }

    /// The place of a character's first byte, found in the plainest way.
    fn plain_place(text: &str, byte: usize, encoding: Encoding) -> Position {
        let mut start = 0;
        for (number, (_, whole)) in (0..).zip(lines(text)) {
            let last = start + whole.len() == text.len() && !whole.ends_with(['\n', '\r']);
            if byte < start + whole.len() || last {
                return Position::new(number, units(&text[start..byte], encoding));
            }
            start += whole.len();
        }
        panic!("{byte} is not in {text:?}")
    }

    /// Texts with characters of one to four bytes, marks that combine, and every end of a line.
    fn texts() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "a",
            " ",
            "é",
            "e\u{301}",
            "東",
            "🦊",
            "👩‍👩‍👧",
            "\u{feff}",
            "\n",
            "\r\n",
            "\r",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn places_are_those_that_plain_counting_finds(text in texts()) {
            let rope = Text::new(&text);
            for encoding in BOTH {
                for (byte, character) in text.char_indices() {
                    let place = plain_place(&text, byte, encoding);
                    prop_assert_eq!(rope.place(byte, encoding), place);
                    // Behind the end of a line its places lead back to that end.
                    if !"\r\n".contains(character) {
                        prop_assert_eq!(rope.byte(place, encoding), Ok(byte));
                    }
                }
                let end = rope.place(text.len(), encoding);
                prop_assert_eq!(rope.byte(end, encoding), Ok(text.len()));
                prop_assert_eq!(rope.place(usize::MAX, encoding), end);
            }
        }

        #[test]
        fn what_lies_behind_a_line_is_its_end(text in texts(), beyond in 0u32..9) {
            let rope = Text::new(&text);
            let mut start = 0;
            for (number, (line, whole)) in (0..).zip(lines(&text)) {
                for encoding in BOTH {
                    let place = Position::new(number, units(line, encoding) + beyond);
                    prop_assert_eq!(rope.byte(place, encoding), Ok(start + line.len()));
                }
                start += whole.len();
            }
            let lines = lines(&text).len();
            let none = Position::new(u32::try_from(lines).unwrap(), 0);
            prop_assert!(rope.byte(none, Encoding::Utf16).is_err());
        }

        #[test]
        fn no_place_is_too_odd_to_be_looked_up(
            text in texts(), line in 0u32..50, character in any::<u32>(), byte in 0usize..400,
        ) {
            let rope = Text::new(&text);
            for encoding in BOTH {
                if let Ok(byte) = rope.byte(Position::new(line, character), encoding) {
                    prop_assert!(text.is_char_boundary(byte));
                }
                rope.place(byte, encoding);
                rope.line(byte, encoding);
            }
        }

        #[test]
        fn an_edit_does_what_it_does_to_a_string(
            text in texts(), new in texts(), from in 0usize..60, length in 0usize..20,
        ) {
            let characters: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
            let at = |index: usize| characters.get(index).copied().unwrap_or(text.len());
            let (start, end) = (at(from), at(from + length));
            // No client can name a place between the two characters that end a line.
            let split = |byte: usize| text[..byte].ends_with('\r') && text[byte..].starts_with('\n');
            prop_assume!(!split(start) && !split(end));
            for encoding in BOTH {
                let mut rope = Text::new(&text);
                rope.replace(rope.places(start..end, encoding), &new, encoding).unwrap();
                let expected = format!("{}{new}{}", &text[..start], &text[end..]);
                prop_assert_eq!(rope.whole(), expected);
            }
        }
    }

    #[test]
    fn a_range_that_runs_backwards_is_refused() {
        let mut text = Text::new("one\ntwo");
        let range = PlaceRange::new(Position::new(1, 0), Position::new(0, 1));
        assert_eq!(
            text.replace(range, "", Encoding::Utf16),
            Err(PlaceError::Backwards)
        );
        assert_eq!(
            text.bytes(range, Encoding::Utf8),
            Err(PlaceError::Backwards)
        );
        assert_eq!(text.whole(), "one\ntwo");
    }

    #[test]
    fn a_long_line_is_no_work_without_end() {
        let text = "🦊é ".repeat(1 << 20);
        let rope = Text::new(&text);
        for index in 0..10_000 {
            let place = Position::new(0, index * 400);
            let byte = rope.byte(place, Encoding::Utf16).unwrap();
            assert_eq!(rope.place(byte, Encoding::Utf16), place);
        }
    }
}
