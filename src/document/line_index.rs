//! From a byte to its line, its column and its character.
//!
//! In: a text, once. Out: a [`LineIndex`] that answers for any byte in the time
//! of one binary search, on an 8 MiB line as on a short one. It keeps one bit a
//! byte (does a character start here?) with running counts, so it needs an
//! eighth of the text's memory and no longer the text. It knows nothing of
//! display width: a column is a count of characters, not of screen cells.

/// Where a byte of a text stands, for people and for tools that count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// How many Unicode scalar values stand before the byte, a byte order mark included.
    pub char_offset: usize,
    /// The line of the byte, from 1.
    pub line: usize,
    /// The column of the byte, from 1, in Unicode scalar values. A byte order mark takes no
    /// column, since no editor shows one.
    pub column: usize,
}

/// An index of a text that finds lines, columns and characters by byte.
///
/// A line ends with `\n`, with `\r\n` or with a `\r` of its own; these bytes
/// still belong to the line they end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineIndex {
    /// Bit `i` of word `w`: a character starts at byte 64 `w` + `i`.
    starts: Vec<u64>,
    /// Characters that start before each word of `starts`.
    before: Vec<usize>,
    /// First byte of each line; the first line starts at 0.
    lines: Vec<usize>,
    /// Length of the text, in bytes.
    length: usize,
    has_mark: bool,
}

impl LineIndex {
    /// The index of `text`, which is read once.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = Vec::with_capacity(bytes.len() / 64 + 1);
        let mut before = Vec::with_capacity(bytes.len() / 64 + 1);
        let mut characters = 0;
        for block in bytes.chunks(64) {
            let mut word = 0u64;
            for (i, &byte) in block.iter().enumerate() {
                // Bytes 10xxxxxx continue a character.
                word |= u64::from(byte & 0xc0 != 0x80) << i;
            }
            starts.push(word);
            before.push(characters);
            characters += word.count_ones() as usize;
        }
        let mut lines = vec![0];
        for (i, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' || (byte == b'\r' && bytes.get(i + 1) != Some(&b'\n')) {
                lines.push(i + 1);
            }
        }
        Self {
            starts,
            before,
            lines,
            length: bytes.len(),
            has_mark: text.starts_with('\u{feff}'),
        }
    }

    /// Where `byte` stands. A byte inside a character counts as the character's first one, a
    /// byte beyond the end of the text as the end.
    pub fn position(&self, byte: usize) -> Position {
        let byte = self.character_start(byte.min(self.length));
        let line = self.lines.partition_point(|&start| start <= byte);
        let line_start = self.lines[line - 1];
        let char_offset = self.characters_before(byte);
        let mut column = char_offset - self.characters_before(line_start);
        if self.has_mark && line == 1 {
            column = column.saturating_sub(1);
        }
        Position {
            char_offset,
            line,
            column: column + 1,
        }
    }

    /// How many lines the text has, one at least: a text that ends with a line end has an
    /// empty last line.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    fn character_start(&self, byte: usize) -> usize {
        let mut start = byte;
        while start < self.length && self.starts[start / 64] & (1 << (start % 64)) == 0 {
            start -= 1;
        }
        start
    }

    fn characters_before(&self, byte: usize) -> usize {
        match self.starts.get(byte / 64) {
            Some(word) => {
                let lower = word & ((1u64 << (byte % 64)) - 1);
                self.before[byte / 64] + lower.count_ones() as usize
            }
            // The end of a text whose length is a multiple of 64.
            None => match (self.before.last(), self.starts.last()) {
                (Some(before), Some(word)) => before + word.count_ones() as usize,
                _ => 0,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
        let position = LineIndex::new(text).position(byte);
        (position.line, position.column)
    }

    #[test]
    fn all_three_line_ends_count_once() {
        let text = "a\nbc\r\nd\re";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 1), (1, 2));
        assert_eq!(line_and_column(text, 2), (2, 1));
        assert_eq!(line_and_column(text, 5), (2, 4));
        assert_eq!(line_and_column(text, 6), (3, 1));
        assert_eq!(line_and_column(text, 8), (4, 1));
        assert_eq!(line_and_column(text, 9), (4, 2));
        assert_eq!(LineIndex::new(text).line_count(), 4);
    }

    #[test]
    fn a_byte_order_mark_takes_no_column_but_is_a_character() {
        let text = "\u{feff}Ice\nmelts";
        let index = LineIndex::new(text);
        let expected = Position {
            char_offset: 1,
            line: 1,
            column: 1,
        };
        assert_eq!(index.position(3), expected);
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 7), (2, 1));
    }

    #[test]
    fn columns_count_characters_not_bytes() {
        let text = "Žluťoučký kůň 🐎!";
        let byte = text.find('!').unwrap();
        assert_eq!(line_and_column(text, byte), (1, 16));
    }

    #[test]
    fn many_questions_about_a_huge_line_are_cheap() {
        let text = "naïve ".repeat((8 << 20) / 7);
        let index = LineIndex::new(&text);
        let begun = std::time::Instant::now();
        let mut sum = 0;
        for i in 0..100_000 {
            sum += index.position(i * 83 % text.len()).column;
        }
        assert!(sum > 0);
        // A walk along the line for each would take an hour.
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }

    proptest! {
        #[test]
        fn agrees_with_counting(text in "(\u{feff})?([a-c\r\nåé漢🐎]|\r\n){0,200}") {
            let index = LineIndex::new(&text);
            for (byte, _) in text.char_indices().chain([(text.len(), ' ')]) {
                let head = &text[..byte];
                let mut ends = head.matches('\n').count();
                ends += head
                    .match_indices('\r')
                    .filter(|(i, _)| text.as_bytes().get(i + 1) != Some(&b'\n'))
                    .count();
                let position = index.position(byte);
                prop_assert_eq!(position.char_offset, head.chars().count());
                prop_assert_eq!(position.line, ends + 1);
                let line_start = head
                    .rfind(['\n', '\r'])
                    .filter(|&i| head[i..] != *"\r" || !text[byte..].starts_with('\n'))
                    .map(|i| i + 1);
                let line_start = match line_start {
                    Some(start) => start,
                    // Between \r and \n: still the line before.
                    None => head.strip_suffix('\r').unwrap_or(head).rfind(['\n', '\r']).map_or(0, |i| i + 1),
                };
                let mut column = text[line_start..byte].chars().count();
                if line_start == 0 && text.starts_with('\u{feff}') {
                    column = column.saturating_sub(1);
                }
                prop_assert_eq!(position.column, column + 1);
            }
        }
    }
}
