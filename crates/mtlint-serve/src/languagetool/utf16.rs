//! Places in units of UTF-16, as JavaScript and Java count them.

/// Turns bytes of a text into units of UTF-16. Places that are asked for in order cost one walk
/// through the text together.
pub(super) struct Utf16Index<'a> {
    text: &'a str,
    byte: usize,
    unit: usize,
}

impl<'a> Utf16Index<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            byte: 0,
            unit: 0,
        }
    }

    /// The unit at which the character at `byte` begins. One within a character counts as the
    /// end of the text.
    pub(super) fn unit(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            (self.byte, self.unit) = (0, 0);
        }
        let between = self.text.get(self.byte..byte);
        let between = between.or_else(|| self.text.get(self.byte..));
        let between = between.unwrap_or_default();
        self.byte += between.len();
        self.unit += units(between);
        self.unit
    }
}

/// How many units of UTF-16 a text has.
pub(super) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_javascript_does() {
        let text = "a🦊é\u{301}b";
        let mut index = Utf16Index::new(text);
        let places: Vec<usize> = text
            .char_indices()
            .map(|(byte, _)| index.unit(byte))
            .collect();
        assert_eq!(places, [0, 1, 3, 4, 5]);
        assert_eq!(index.unit(text.len()), 6);
        assert_eq!(index.unit(1), 1);
        assert_eq!(index.unit(1000), units(text));
    }
}
