//! A text cut up for a page.
//!
//! In: a text, the sentences of it that have counterparts in another text, and the phrases
//! to mark. Out: the whole text in pieces, sentence by sentence, nothing left out and
//! nothing twice. Where marks overlap the earlier one keeps the words, and the later
//! one gets what is left, or an empty place.

use std::ops::Range;

use crate::finding::Severity;
use crate::span::Span;

use super::shown::Shown;

/// The sentences of other texts that say the same as one of this text: their ids, with
/// spaces between.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Counterparts(String);

impl Counterparts {
    pub(super) fn new(id: String) -> Self {
        Self(id)
    }

    pub(super) fn push(&mut self, id: &str) {
        self.0.push(' ');
        self.0 += id;
    }
}

/// What is marked, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// The mark's own id.
    pub id: String,
    /// The id of the card with the finding.
    pub card: String,
    pub severity: String,
    /// The number of the finding, counted from 1.
    pub number: usize,
    /// Whether this is the first piece of the mark.
    pub first: bool,
    /// Whether this is the last piece of the mark.
    pub last: bool,
}

impl Mark {
    fn new(id: String, card: String, severity: String, number: usize) -> Self {
        Self {
            id,
            card,
            severity,
            number,
            first: true,
            last: true,
        }
    }

    /// The mark of a document's finding.
    pub(super) fn finding(anchor: &str, index: usize, severity: Severity) -> Self {
        let number = index + 1;
        let card = card_id(anchor, index);
        Self::new(
            finding_id(anchor, index),
            card,
            severity.to_string(),
            number,
        )
    }

    /// The mark of what a sibling says about a document's finding.
    pub(super) fn quote(anchor: &str, index: usize, place: usize) -> Self {
        let id = quote_id(anchor, index, place);
        Self::new(id, card_id(anchor, index), String::new(), index + 1)
    }
}

/// The id of a finding's phrase.
pub(super) fn finding_id(anchor: &str, index: usize) -> String {
    format!("{anchor}m{}", index + 1)
}

/// The id of a finding's card.
pub(super) fn card_id(anchor: &str, index: usize) -> String {
    format!("{anchor}f{}", index + 1)
}

/// The id of the words of a sibling that one of its corrections comes from.
pub(super) fn quote_id(anchor: &str, index: usize, place: usize) -> String {
    format!("{anchor}q{}-{}", index + 1, place + 1)
}

/// A sentence, or what stands between two of them.
pub(super) struct Sentence<'a> {
    /// The ids of the counterparts; empty where there are none.
    pub to: String,
    pub pieces: Vec<Piece<'a>>,
}

impl Sentence<'_> {
    pub(super) fn has_counterparts(&self) -> bool {
        !self.to.is_empty()
    }
}

/// Text that is marked throughout, or not at all.
pub(super) struct Piece<'a> {
    pub text: Shown<'a>,
    pub mark: Option<Mark>,
    empty: bool,
}

impl Piece<'_> {
    /// Whether nothing stands here: something is missing.
    pub(super) fn is_gap(&self) -> bool {
        self.empty
    }
}

/// Cuts `text`. What does not lie on its characters is left out.
pub(super) fn sentences<T>(
    text: &str,
    aligned: Vec<(Span<T>, Counterparts)>,
    mut marks: Vec<(Span<T>, Mark)>,
) -> Vec<Sentence<'_>> {
    marks.sort_by_key(|(span, _)| (span.start(), span.end()));
    let marked = cover(
        text,
        marks.into_iter().map(|(span, mark)| (span.range(), mark)),
    );
    let aligned = cover(
        text,
        aligned.into_iter().map(|(span, ids)| (span.range(), ids)),
    );
    let mut marked = marked.into_iter().peekable();
    let mut sentences = Vec::new();
    let last = aligned.len().saturating_sub(1);
    for (index, (range, counterparts)) in aligned.into_iter().enumerate() {
        let mut pieces = Vec::new();
        while let Some((piece, mark)) = marked.peek_mut() {
            let empty = piece.start == piece.end;
            if piece.start >= range.end && !(index == last && empty) {
                break;
            }
            let end = piece.end.min(range.end);
            let goes_on = piece.end > end;
            pieces.push(Piece {
                text: Shown::new(&text[piece.start..end]),
                mark: mark.clone().map(|mark| Mark {
                    last: !goes_on,
                    ..mark
                }),
                empty,
            });
            if goes_on {
                piece.start = end;
                if let Some(mark) = mark {
                    mark.first = false;
                }
                break;
            }
            marked.next();
        }
        sentences.push(Sentence {
            to: counterparts.map(|found| found.0).unwrap_or_default(),
            pieces,
        });
    }
    sentences
}

/// All of `text`, in order: the ranges with what they carry, and what lies between.
fn cover<V>(
    text: &str,
    ranges: impl Iterator<Item = (Range<usize>, V)>,
) -> Vec<(Range<usize>, Option<V>)> {
    let mut all = Vec::new();
    let mut done = 0;
    for (range, value) in ranges.filter(|(range, _)| text.get(range.clone()).is_some()) {
        let start = range.start.max(done);
        if start > done {
            all.push((done..start, None));
        }
        done = range.end.max(start);
        all.push((start..done, Some(value)));
    }
    if done < text.len() || all.is_empty() {
        all.push((done..text.len(), None));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Doc;
    use proptest::prelude::*;

    fn cut(text: &str, aligned: &[(usize, usize)], marks: &[(usize, usize)]) -> String {
        let span = |range: &(usize, usize)| Span::<Doc>::new(range.0, range.1);
        let aligned = aligned
            .iter()
            .map(|range| (span(range), Counterparts::new("t".into())));
        let marks = marks.iter().enumerate();
        let marks =
            marks.map(|(index, range)| (span(range), Mark::finding("d", index, Severity::Minor)));
        let mut out = String::new();
        for sentence in sentences(text, aligned.collect(), marks.collect()) {
            let open = if sentence.has_counterparts() { "[" } else { "" };
            out += open;
            for piece in sentence.pieces {
                match piece.mark {
                    Some(mark) => out += &format!("({}:{})", mark.number, piece.text),
                    None => out += &piece.text.to_string(),
                }
            }
            out += if open.is_empty() { "" } else { "]" };
        }
        out
    }

    #[test]
    fn phrases_stand_in_their_sentences() {
        assert_eq!(
            cut("one two. three", &[(0, 8)], &[(4, 7)]),
            "[one (1:two).] three"
        );
        assert_eq!(
            cut("one two. three", &[(0, 8), (9, 14)], &[(4, 12)]),
            "[one (1:two.)](1: )[(1:thr)ee]"
        );
        assert_eq!(cut("one two", &[(0, 7)], &[(7, 7)]), "[one two(1:)]");
        assert_eq!(
            cut("one two", &[], &[(3, 3), (0, 3), (0, 7)]),
            "(2:one)(3: two)(1:)"
        );
        assert_eq!(cut("", &[], &[(0, 0)]), "(1:)");
    }

    proptest! {
        #[test]
        fn nothing_is_left_out_and_every_mark_is_there(
            text in "[a-zé .]{0,30}",
            cuts in prop::collection::vec(0usize..40, 0..6),
            marks in prop::collection::vec((0usize..40, 0usize..8), 0..6),
        ) {
            let on = |at: usize| text.char_indices().map(|(at, _)| at).nth(at).unwrap_or(text.len());
            let mut cuts: Vec<usize> = cuts.into_iter().map(on).collect();
            cuts.sort_unstable();
            let aligned: Vec<_> = cuts.windows(2).map(|pair| (pair[0], pair[1])).filter(|(start, end)| start < end).collect();
            let marks: Vec<_> = marks.into_iter().map(|(start, length)| (on(start), on(start + length))).collect();
            let drawn = cut(&text, &aligned, &marks);
            for number in 1..=marks.len() {
                let opening = format!("({number}:");
                prop_assert!(drawn.contains(&opening), "{drawn}");
            }
            let plain: String = drawn.chars().filter(|c| !"()[]:123456789".contains(*c)).collect();
            prop_assert_eq!(plain, text);
        }
    }
}
