//! Byte spans into a text, typed by the text they point into.
//!
//! In: two byte offsets. Out: a half-open range that can only be sliced from
//! the kind of text it was made for. Lines, columns and character offsets are
//! not kept here: the line index of a document computes them when a report is
//! written.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Range;

/// The text kind of spans into the document that is analyzed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doc {}

/// The text kind of spans into a sibling article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sibling {}

/// The text kind of spans into the document after corrections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Corrected {}

/// A half-open range of bytes, `start..end`, in the text named by `T`.
pub struct Span<T = Doc> {
    start: usize,
    end: usize,
    text: PhantomData<fn() -> T>,
}

impl<T> Span<T> {
    /// A span from `start` up to, not including, `end`.
    ///
    /// # Panics
    /// When `end` lies before `start`: that is a mistake of the program, never
    /// of its input.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(start <= end, "span {start}..{end} ends before it starts");
        Self {
            start,
            end,
            text: PhantomData,
        }
    }

    /// The first byte of the span.
    pub fn start(self) -> usize {
        self.start
    }

    /// The byte after the last one of the span.
    pub fn end(self) -> usize {
        self.end
    }

    /// The length of the span, in bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Whether the span covers no byte.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// The span as a standard range.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The bytes of `text` under this span; `None` when the span leaves the
    /// text or cuts a character.
    pub fn slice(self, text: &str) -> Option<&str> {
        text.get(self.start..self.end)
    }

    /// Whether the two spans share at least one byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// Whether every byte of `other` lies in this span.
    pub fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// The smallest span that contains both spans.
    pub fn cover(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The span moved right by `by` bytes.
    pub fn shifted(self, by: usize) -> Self {
        Self::new(self.start + by, self.end + by)
    }

    /// The span with the same offsets, into another kind of text.
    pub fn retype<U>(self) -> Span<U> {
        Span::new(self.start, self.end)
    }
}

// Written out because a derive would ask the marker type for the trait.
impl<T> Clone for Span<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Span<T> {}
impl<T> PartialEq for Span<T> {
    fn eq(&self, other: &Self) -> bool {
        (self.start, self.end) == (other.start, other.end)
    }
}
impl<T> Eq for Span<T> {}
impl<T> PartialOrd for Span<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Span<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.start, self.end).cmp(&(other.start, other.end))
    }
}
impl<T> Hash for Span<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.start, self.end).hash(state);
    }
}
impl<T> fmt::Debug for Span<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slices_only_on_character_boundaries() {
        let text = "naïve";
        assert_eq!(Span::<Doc>::new(2, 4).slice(text), Some("ï"));
        assert_eq!(Span::<Doc>::new(2, 3).slice(text), None);
        assert_eq!(Span::<Doc>::new(4, 99).slice(text), None);
    }

    proptest! {
        #[test]
        fn cover_contains_both(a in 0usize..50, b in 0usize..50, c in 0usize..50, d in 0usize..50) {
            let x = Span::<Doc>::new(a.min(b), a.max(b));
            let y = Span::<Doc>::new(c.min(d), c.max(d));
            let both = x.cover(y);
            prop_assert!(both.contains(x) && both.contains(y));
            prop_assert_eq!(x.overlaps(y), y.overlaps(x));
            prop_assert_eq!(x.shifted(7).len(), x.len());
        }
    }
}
