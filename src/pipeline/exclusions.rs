//! Which words of a text are left out of the detector's verdict.
//!
//! In: a text, and what its markup says. Out: [`Exclusions`], which say of each word
//! whether it is left out: because it stands in a passage in another language on purpose,
//! or because the markup takes it out. They change no number themselves.

use std::sync::Arc;

use crate::document::Prose;
use crate::language::foreign_passages;
use crate::segment::Segments;
use crate::span::{Doc, Span};

/// The parts of a text whose words are never flagged.
pub(super) struct Exclusions {
    /// Passages that are in another language on purpose.
    foreign: Vec<Span<Doc>>,
    /// The prose of a marked-up text, which knows what its markup takes out.
    prose: Option<Arc<Prose>>,
}

impl Exclusions {
    /// Finds what is excluded of a text; `prose` is that of a marked-up one.
    pub(super) fn new(text: &str, segments: &Segments, prose: Option<&Arc<Prose>>) -> Self {
        Self {
            foreign: foreign_passages(text, segments),
            prose: prose.cloned(),
        }
    }

    /// Whether a word is excluded.
    pub(super) fn holds(&self, word: Span<Doc>) -> bool {
        let marked = self
            .prose
            .as_ref()
            .is_some_and(|prose| prose.excludes(word));
        marked || self.foreign.iter().any(|passage| passage.overlaps(word))
    }
}
