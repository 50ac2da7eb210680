//! What of a text is not to be judged.
//!
//! In: a text, and what its markup says. Out: for each word whether it is spared:
//! passages in another language on purpose, and what the markup takes out.

use std::sync::Arc;

use crate::document::Prose;
use crate::language::foreign_passages;
use crate::segment::Segments;
use crate::span::{Doc, Span};

/// What of a text is not to be judged.
pub(super) struct Exclusions {
    /// Passages that are in another language on purpose.
    foreign: Vec<Span<Doc>>,
    /// A marked-up text says for itself.
    prose: Option<Arc<Prose>>,
}

impl Exclusions {
    pub fn new(text: &str, segments: &Segments, prose: Option<&Arc<Prose>>) -> Self {
        Self {
            foreign: foreign_passages(text, segments),
            prose: prose.cloned(),
        }
    }

    pub fn holds(&self, word: Span<Doc>) -> bool {
        let marked = self
            .prose
            .as_ref()
            .is_some_and(|prose| prose.excludes(word));
        marked || self.foreign.iter().any(|passage| passage.overlaps(word))
    }
}
