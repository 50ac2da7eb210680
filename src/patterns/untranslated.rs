//! Passages that were left in another language.
//!
//! In: a text with its segments, the lexicon, and what the markup says of words. Out: a
//! [`Pattern`] for each passage that was left over, and the spans of those that stand there
//! on purpose. Which passages are foreign, and on purpose, is found in [`crate::language`].

use super::{MarkedWords, Pattern, PatternKind};
use crate::language::{ForeignPassage, foreign_passages};
use crate::lexicon::Lexicon;
use crate::rating::{Category, Severity};
use crate::segment::Segments;
use crate::span::{Doc, Span};

/// From this many words on a passage is a clause, and its sense is lost on a reader.
const CLAUSE: usize = 4;

/// The passages that were left over, and those that are there on purpose.
pub(super) fn passages(
    text: &str,
    segments: &Segments,
    lexicon: &Lexicon,
    marked: &MarkedWords,
) -> (Vec<Pattern>, Vec<Span<Doc>>) {
    let (mut left_over, mut on_purpose) = (Vec::new(), Vec::new());
    for passage in foreign_passages(text, segments, lexicon, &marked.set_off) {
        if passage.on_purpose {
            let words = &segments.words[passage.words];
            let span = words.first().zip(words.last());
            on_purpose.extend(span.map(|(first, last)| first.span.cover(last.span)));
        } else {
            left_over.push(pattern(passage));
        }
    }
    (left_over, on_purpose)
}

fn pattern(passage: ForeignPassage) -> Pattern {
    Pattern {
        words: passage.words,
        kind: PatternKind::UntranslatedPassage {
            language: passage.language,
        },
        category: Category::Untranslated,
        severity: if passage.spoken >= CLAUSE {
            Severity::Critical
        } else {
            Severity::Major
        },
        confidence: passage.confidence,
        replacement: None,
    }
}
