//! Which words of a text are left out of the detector's verdict, and what is wrong in it by
//! its form.
//!
//! In: a text, and what its markup says. Out: [`Exclusions`], which say of each word
//! whether it is left out: because it stands in a passage in another language on purpose,
//! or because the markup takes it out. They change no number themselves.

use std::sync::Arc;

use crate::document::Prose;
use crate::lexicon::Lexicon;
use crate::patterns::{MarkedWords, Pattern, Patterns, patterns};
use crate::segment::Segments;
use crate::span::{Doc, Span};

/// The parts of a text whose words are never flagged.
pub(super) struct Exclusions {
    /// Passages that are in another language on purpose, in text order.
    foreign: Vec<Span<Doc>>,
    /// The prose of a marked-up text, which knows what its markup takes out.
    prose: Option<Arc<Prose>>,
}

impl Exclusions {
    /// Finds what is excluded of a text, and the patterns in it; `prose` is that of a
    /// marked-up one.
    pub(super) fn new(
        lexicon: &Lexicon,
        text: &str,
        segments: &Segments,
        prose: Option<&Arc<Prose>>,
    ) -> (Self, Vec<Pattern>) {
        let marked = prose.map(|prose| marked_words(prose, segments));
        let Patterns { found, on_purpose } =
            patterns(text, segments, lexicon, &marked.unwrap_or_default());
        let exclusions = Self {
            foreign: on_purpose,
            prose: prose.cloned(),
        };
        (exclusions, found)
    }

    /// Whether a word is excluded.
    pub(super) fn holds(&self, word: Span<Doc>) -> bool {
        let marked = self
            .prose
            .as_ref()
            .is_some_and(|prose| prose.excludes(word));
        let after = |passage: &Span<Doc>| passage.end() <= word.start();
        let next = self.foreign.get(self.foreign.partition_point(after));
        marked || next.is_some_and(|passage| passage.overlaps(word))
    }
}

/// What the markup says of each word.
fn marked_words(prose: &Prose, segments: &Segments) -> MarkedWords {
    let words = || segments.words.iter().map(|word| word.span);
    MarkedWords {
        excluded: words().map(|word| prose.excludes(word)).collect(),
        set_off: words().map(|word| prose.sets_off(word)).collect(),
    }
}
