//! A table of lines in byte order of their first column, searched as it stands in the program.
//!
//! In: the text of a table, and a key. Out: lines. What the columns mean, and how a word becomes
//! a key, is said where a table is used.

/// Bytes of what is looked up, at most: the longest key of any table has half of them.
pub(super) const MAX_BYTES: usize = 128;

/// The text of a table: a line an entry, columns parted by tabs, in byte order of the first
/// column, the key.
#[derive(Clone, Copy)]
pub(super) struct Table(pub &'static str);

impl Table {
    /// The line at or after the byte `at`, with where the next one begins; empty at the end.
    pub(super) fn line_at(self, at: usize) -> (&'static str, usize) {
        let rest = self.0.get(at..).unwrap_or_default();
        let length = rest.find('\n').unwrap_or(rest.len());
        (&rest[..length], (at + length + 1).min(self.0.len()))
    }

    /// The lines from the first one on whose key is not before `key`.
    pub(super) fn from(self, key: &str) -> impl Iterator<Item = &'static str> + use<> {
        let mut at = self.first_from(key);
        std::iter::from_fn(move || {
            let (line, next) = self.line_at(at);
            at = next;
            (!line.is_empty()).then_some(line)
        })
    }

    /// The lines with the key `key`.
    pub(super) fn with_key(self, key: &str) -> impl Iterator<Item = &'static str> + use<'_> {
        self.from(key).take_while(move |line| key_of(line) == key)
    }

    /// Where the first line begins whose key is not before `key`.
    fn first_from(self, key: &str) -> usize {
        let text = self.0;
        let (mut low, mut high) = (0, text.len());
        while low < high {
            let middle = low + (high - low) / 2;
            // Newlines are single bytes: what follows one is a character border.
            let start = text.as_bytes()[..middle].iter().rposition(|b| *b == b'\n');
            let start = start.map_or(0, |newline| newline + 1).max(low);
            let (line, next) = self.line_at(start);
            if key_of(line) < key {
                low = next;
            } else {
                high = start;
            }
        }
        low
    }
}

/// The first column of a line.
pub(super) fn key_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_wherever_they_stand() {
        let table = Table("a\t1\nab\t2\nab\t3\nc\t4\n");
        let of = |key| table.with_key(key).collect::<Vec<_>>();
        assert_eq!(of("a"), ["a\t1"]);
        assert_eq!(of("ab"), ["ab\t2", "ab\t3"]);
        assert_eq!(of("c"), ["c\t4"]);
        for nowhere in ["", "\n", "aa", "b", "d"] {
            assert_eq!(of(nowhere), [""; 0], "{nowhere:?}");
        }
        assert_eq!(table.from("b").collect::<Vec<_>>(), ["c\t4"]);
        assert_eq!(Table("").from("a").count(), 0);
    }
}
