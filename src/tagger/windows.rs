//! The stretches of a text that the encoder reads at once.
//!
//! In: the words of a text with the number of their pieces. Out: [`Window`]s, which hold
//! each word once, and the context that each is read with. Windows hold whole sentences; only
//! a sentence too long for one is cut.

use std::ops::Range;

use crate::segment::Segments;

/// Most pieces of the words of a window.
pub(super) const MAX_PIECES: usize = 192;
/// Most pieces of a window with its context.
pub(super) const MAX_WITH_CONTEXT: usize = 254;
/// Most positions of a window: its pieces between `[CLS]` and `[SEP]`.
pub(super) const MAX_POSITIONS: usize = MAX_WITH_CONTEXT + 2;

/// A stretch of a text that is read at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// The words before it that are read with it, as indices; they get no output. Empty where
    /// they would not fit.
    pub(super) context: Range<usize>,
    /// The words that get output, as indices.
    pub(super) words: Range<usize>,
}

/// A sentence, or a run of words of one that does not fit into a window.
struct Unit {
    words: Range<usize>,
    pieces: usize,
    whole: bool,
}

/// The windows of a text, in order; `lengths` are the pieces of each word. Sentences are put
/// into a window while their pieces fit. A longer sentence is cut into runs of words, as many
/// as fit, and each is a window by itself. The context is the sentence before, or the run.
pub(super) fn windows(segments: &Segments, lengths: &[usize]) -> Vec<Window> {
    let units = units(segments, lengths);
    let mut windows = Vec::new();
    let mut at = 0;
    while at < units.len() {
        let first = &units[at];
        let (mut end, mut pieces) = (at + 1, first.pieces);
        while first.whole && end < units.len() {
            let next = &units[end];
            if !next.whole || pieces + next.pieces > MAX_PIECES {
                break;
            }
            pieces += next.pieces;
            end += 1;
        }
        let before = units[..at].last();
        let before = before.filter(|before| before.pieces + pieces <= MAX_WITH_CONTEXT);
        let start = first.words.start;
        windows.push(Window {
            context: before.map_or(start..start, |before| before.words.clone()),
            words: start..units[end - 1].words.end,
        });
        at = end;
    }
    windows
}

fn units(segments: &Segments, lengths: &[usize]) -> Vec<Unit> {
    let mut units = Vec::new();
    for words in segments.words_by_sentence() {
        let pieces: usize = lengths[words.clone()].iter().sum();
        if pieces <= MAX_PIECES {
            units.push(Unit {
                words,
                pieces,
                whole: true,
            });
        } else {
            units.extend(runs(words, lengths));
        }
    }
    units
}

/// A sentence's words, cut into runs that fit into a window.
fn runs(words: Range<usize>, lengths: &[usize]) -> Vec<Unit> {
    let mut runs: Vec<Unit> = Vec::new();
    for word in words {
        let pieces = lengths[word];
        match runs.last_mut() {
            Some(run) if run.pieces + pieces <= MAX_PIECES => {
                run.words.end = word + 1;
                run.pieces += pieces;
            }
            _ => runs.push(Unit {
                words: word..word + 1,
                pieces,
                whole: false,
            }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::segment::{Word, WordKind};
    use crate::span::Span;

    /// Segments whose sentences have so many words.
    fn segments(sentences: &[usize]) -> Segments {
        let mut segments = Segments::default();
        for (sentence, count) in sentences.iter().enumerate() {
            for _ in 0..*count {
                segments.words.push(Word {
                    span: Span::new(segments.words.len(), segments.words.len() + 1),
                    kind: WordKind::Word,
                    sentence,
                    paragraph: 0,
                });
            }
        }
        segments
    }

    /// The windows of sentences with so many words of one piece.
    fn cut(sentences: &[usize]) -> Vec<(Range<usize>, Range<usize>)> {
        let segments = segments(sentences);
        let windows = windows(&segments, &vec![1; segments.words.len()]);
        let windows = windows.into_iter();
        windows
            .map(|window| (window.context, window.words))
            .collect()
    }

    #[test]
    fn whole_sentences_are_read_after_the_one_before() {
        assert_eq!(cut(&[]), []);
        assert_eq!(cut(&[100, 92]), [(0..0, 0..192)]);
        assert_eq!(
            cut(&[100, 62, 31, 7]),
            [(0..0, 0..162), (100..162, 162..200)]
        );
        // 62 and 192 fit with [CLS] and [SEP]; 63 and 192 do not.
        assert_eq!(cut(&[62, 192]), [(0..0, 0..62), (0..62, 62..254)]);
        assert_eq!(cut(&[63, 192]), [(0..0, 0..63), (63..63, 63..255)]);
    }

    #[test]
    fn a_long_sentence_is_cut_into_runs_that_stand_alone() {
        assert_eq!(
            cut(&[10, 400, 20]),
            [
                (0..0, 0..10),
                (0..10, 10..202),
                (202..202, 202..394),
                (202..394, 394..410),
                (394..410, 410..430),
            ]
        );
    }

    proptest! {
        #[test]
        fn every_word_is_output_once_and_windows_fit(
            sentences in prop::collection::vec(1usize..300, 0..12),
            piece in 1usize..=16,
        ) {
            let segments = segments(&sentences);
            let lengths: Vec<usize> = (0..segments.words.len())
                .map(|at| 1 + at * 7 % piece)
                .collect();
            let mut next = 0;
            for window in windows(&segments, &lengths) {
                prop_assert_eq!(window.words.start, next);
                prop_assert!(window.context.is_empty() || window.context.end == next);
                let own: usize = lengths[window.words.clone()].iter().sum();
                let context: usize = lengths[window.context].iter().sum();
                prop_assert!(0 < own && own <= MAX_PIECES);
                prop_assert!(own + context <= MAX_WITH_CONTEXT);
                next = window.words.end;
            }
            prop_assert_eq!(next, segments.words.len());
        }
    }
}
