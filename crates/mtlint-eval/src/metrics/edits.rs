//! The distance of a text from a correct one, in words, and the effect of edits on it.
//!
//! In: a text in passages, each with its correct versions, and replacements. Out:
//! numbers of words. The distance is Levenshtein's over words and punctuation
//! marks, case kept; a passage counts its distance to the nearer of its correct
//! versions, a text the sum over its passages. Only the passages that an edit
//! touches are compared anew, so that the work for an edit does not grow with
//! the text.

use std::ops::Range;

use crate::dataset::Passage;
use mtlint::correct::replaced;
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};

/// The word edit distance: the least number of words put in, taken out or exchanged that
/// makes `a` of `b`. Levenshtein, "Binary codes capable of correcting deletions, insertions,
/// and reversals" (1966). Time grows with the product of what is left of both
/// without their common beginning and end.
pub fn word_edit_distance(a: &[&str], b: &[&str]) -> usize {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = a.iter().zip(b).take_while(same).count();
    let (a, b) = (&a[head..], &b[head..]);
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    let (a, b) = (&a[..a.len() - tail], &b[..b.len() - tail]);
    strsim::generic_levenshtein(&a.to_vec(), &b.to_vec())
}

/// Words and punctuation marks of a text, in order.
fn words(text: &str) -> Vec<&str> {
    let words = segment(text).words;
    let words = words.iter().filter_map(|word| word.span.slice(text));
    words.collect()
}

/// The word errors of a text in passages: its distance from their correct versions.
pub struct Distances<'a> {
    text: &'a str,
    passages: &'a [Passage],
    /// The word errors of each passage before any edit.
    own: Vec<usize>,
}

impl<'a> Distances<'a> {
    /// Measures the word errors of `text`, whose `passages` must be sorted and must not
    /// overlap.
    pub fn new(text: &'a str, passages: &'a [Passage]) -> Self {
        let own = (0..passages.len()).map(|index| {
            let passage = passages[index].span.slice(text).unwrap_or_default();
            to_nearest(passage, &passages[index..=index])
        });
        Self {
            own: own.collect(),
            text,
            passages,
        }
    }

    /// The number of word errors of the text before any edit.
    pub fn errors(&self) -> usize {
        self.own.iter().sum()
    }

    /// The change of the number of word errors by `edits`, spans of the text with their
    /// replacements, which must be sorted and must not overlap; negative where there are
    /// fewer.
    pub fn change(&self, edits: &[(Span<Doc>, &str)]) -> i64 {
        let mut change = 0;
        let mut rest = edits;
        while let Some((first, _)) = rest.first() {
            // All edits that touch the same passages are one matter.
            let mut touched = self.touched(*first);
            let mut together = 1;
            while let Some((next, _)) = rest.get(together) {
                let next = self.touched(*next);
                if next.start >= touched.end {
                    break;
                }
                touched.end = touched.end.max(next.end);
                together += 1;
            }
            let (now, later) = rest.split_at(together);
            change += self.change_in(touched, now);
            rest = later;
        }
        change
    }

    /// The indices of the passages that hold a byte of `span` or end where it stands.
    fn touched(&self, span: Span<Doc>) -> Range<usize> {
        let passages = self.passages;
        let first = passages.partition_point(|passage| passage.span.end() < span.start());
        let count = passages[first..].partition_point(|p| p.span.start() <= span.end());
        first..first + count
    }

    fn change_in(&self, touched: Range<usize>, edits: &[(Span<Doc>, &str)]) -> i64 {
        let passages = &self.passages[touched.clone()];
        let (Some(first), Some(last)) = (passages.first(), passages.last()) else {
            return 0;
        };
        let spans = edits.iter().map(|(span, _)| *span);
        let whole = spans.fold(first.span.cover(last.span), Span::cover);
        let before = whole.slice(self.text).unwrap_or_default();
        let moved = edits.iter().map(|(span, replacement)| {
            let (start, end) = (span.start() - whole.start(), span.end() - whole.start());
            (Span::new(start, end), *replacement)
        });
        let after = to_nearest(&replaced(before, moved), passages);
        // Passages grown together may be nearer than each for itself.
        let before = match &self.own[touched] {
            [own] => *own,
            _ => to_nearest(before, passages),
        };
        after as i64 - before as i64
    }
}

/// The word edit distance of `text` from the nearer of the correct versions of `passages`,
/// joined.
fn to_nearest(text: &str, passages: &[Passage]) -> usize {
    let text = words(text);
    let versions = passages
        .iter()
        .map(|passage| passage.references.len())
        .min();
    let distances = (0..versions.unwrap_or(0)).map(|version| {
        let references = passages.iter().flat_map(|p| words(&p.references[version]));
        word_edit_distance(&text, &references.collect::<Vec<&str>>())
    });
    distances.min().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn distance(a: &str, b: &str) -> usize {
        word_edit_distance(&words(a), &words(b))
    }

    #[test]
    fn words_are_counted_with_their_case_and_marks_apart() {
        assert_eq!(distance("The tide rose.", "The tide rose."), 0);
        assert_eq!(distance("The tide rose.", "the tide rose"), 2);
        assert_eq!(distance("", "Snow fell."), 3);
        // Exchanged, put in, taken out.
        assert_eq!(distance("a b c d e", "a x c y d"), 3);
    }

    /// Passages of the lines of a text with the lines of its references.
    fn passages(text: &str, references: &[&str]) -> Vec<Passage> {
        let mut start = 0;
        let mut passages = Vec::new();
        for (index, line) in text.split('\n').enumerate() {
            let versions = references.iter().map(|text| text.split('\n').nth(index));
            passages.push(Passage {
                span: Span::new(start, start + line.len()),
                references: versions.map(|line| line.unwrap().to_owned()).collect(),
                tokens: Vec::new(),
            });
            start += line.len() + 1;
        }
        passages
    }

    fn at(text: &str, old: &str) -> Span<Doc> {
        let start = text.find(old).unwrap();
        Span::new(start, start + old.len())
    }

    #[test]
    fn each_passage_has_its_nearer_reference() {
        let text = "The ferry gone late.\nNobody were hurt.";
        let first = "The ferry left late.\nThere was nobody who was hurt.";
        let second = "A boat sailed after its time.\nNobody was hurt.";
        let passages = passages(text, &[first, second]);
        let distances = Distances::new(text, &passages);
        assert_eq!(distances.errors(), 2);
        assert_eq!(distances.change(&[(at(text, "gone"), "left")]), -1);
        assert_eq!(distances.change(&[(at(text, "gone"), "went")]), 0);
        assert_eq!(distances.change(&[(at(text, "late"), "early")]), 1);
        let both = [(at(text, "gone"), "left"), (at(text, "were"), "was")];
        assert_eq!(distances.change(&both), -2);
    }

    #[test]
    fn an_edit_may_reach_over_a_line_end_and_stand_at_an_end() {
        let text = "Rain\nfell";
        let passages = passages(text, &["Rain\nhas fallen"]);
        let distances = Distances::new(text, &passages);
        assert_eq!(distances.errors(), 2);
        assert_eq!(
            distances.change(&[(Span::new(0, 9), "Rain has fallen")]),
            -2
        );
        assert_eq!(distances.change(&[(Span::new(9, 9), " down")]), 0);
        assert_eq!(distances.change(&[(Span::new(4, 4), " has")]), 1);
        assert_eq!(distances.change(&[]), 0);
    }

    /// The table of the textbook.
    fn by_table(a: &[&str], b: &[&str]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, n) | (n, 0) => n,
                    _ => (table[i - 1][j] + 1)
                        .min(table[i][j - 1] + 1)
                        .min(table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1])),
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn the_distance_is_that_of_the_textbook(a in "[ab ]{0,24}", b in "[ab ]{0,24}") {
            let (a, b): (Vec<&str>, Vec<&str>) =
                (a.split_whitespace().collect(), b.split_whitespace().collect());
            prop_assert_eq!(word_edit_distance(&a, &b), by_table(&a, &b));
        }

        #[test]
        fn a_change_is_the_difference_of_the_distances(
            lines in prop::collection::vec("[ab]( [abc]){0,5}", 1..5),
            references in prop::collection::vec("[ab]( [abc]){0,5}", 5),
            edited in 0usize..5,
            replacement in "[abc]( [abc]){0,2}",
        ) {
            let text = lines.join("\n");
            let references = references[..lines.len()].join("\n");
            let before = passages(&text, &[&references]);
            // The first word of one line.
            let start = before[edited % lines.len()].span.start();
            let edit = Span::new(start, start + 1);
            let distances = Distances::new(&text, &before);
            let change = distances.change(&[(edit, &replacement)]);
            let after = replaced(&text, [(edit, replacement.as_str())]);
            let passages = passages(&after, &[&references]);
            let expected = Distances::new(&after, &passages).errors() as i64;
            prop_assert_eq!(distances.errors() as i64 + change, expected);
        }
    }
}
