//! Corrections applied to a text.
//!
//! In: the original text and its findings. Out: the corrected text with a list
//! of what was replaced, each place given in both texts; whatever stands
//! between the replaced places is the same, byte for byte. Of a finding the
//! first suggestion that may be applied is taken. Where two corrections conflict,
//! the more confident one is applied, of equals the earlier one, and the other
//! is left out whole. It reads and writes no file and judges nothing again.

use std::collections::BTreeMap;

use crate::finding::{Applicability, Finding, Suggestion};
use crate::span::{Corrected, Doc, Span};

/// Which suggestions [`correct`] may apply. Those for display only are never applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Suggestions that a tool may apply unasked.
    Safe,
    /// Suggestions that a tool may apply unasked, and those that a person should check.
    SafeAndUnsafe,
}

impl Permission {
    /// Whether a suggestion of this applicability may be applied.
    pub fn permits(self, applicability: Applicability) -> bool {
        match applicability {
            Applicability::Safe => true,
            Applicability::Unsafe => self == Self::SafeAndUnsafe,
            Applicability::DisplayOnly => false,
        }
    }

    /// The best suggestion of a finding that may be applied; `None` if there is none.
    pub fn choose(self, finding: &Finding) -> Option<&Suggestion> {
        let mut suggestions = finding.suggestions.iter();
        suggestions.find(|suggestion| self.permits(suggestion.applicability))
    }
}

/// One replacement in a corrected text, given in both texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The replaced bytes of the original text.
    pub span: Span<Doc>,
    /// The original text under `span`.
    pub text: String,
    /// The replacement, in bytes of the corrected text.
    pub corrected: Span<Corrected>,
    /// The suggestion that was applied.
    pub suggestion: Suggestion,
}

/// A corrected text, with the replacements that were made.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    /// The corrected text.
    pub text: String,
    /// The replacements, in text order; no two overlap.
    pub edits: Vec<Edit>,
}

/// Applies to `text` the best suggestion of each finding that `allowed` permits.
/// Suggestions that do not fit the text or change nothing are passed over.
pub fn correct(text: &str, findings: &[Finding], allowed: Permission) -> Correction {
    let mut chosen: Vec<&Suggestion> = findings
        .iter()
        .filter_map(|finding| allowed.choose(finding))
        .filter(|suggestion| {
            let old = suggestion.span.slice(text);
            old.is_some_and(|old| old != suggestion.replacement)
        })
        .collect();
    chosen.sort_by_key(|suggestion| suggestion.span);
    // A stable sort: of equals, the earlier one stays before.
    chosen.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let mut applied: BTreeMap<Span<Doc>, &Suggestion> = BTreeMap::new();
    for suggestion in chosen {
        let span = suggestion.span;
        // What is applied never overlaps, so only neighbors can overlap it.
        let before = applied.range(..=span).next_back();
        let after = applied.range(span..).next();
        if ![before, after]
            .into_iter()
            .flatten()
            .any(|(&other, _)| conflict(other, span))
        {
            applied.insert(span, suggestion);
        }
    }
    let replacements = applied.values().map(|s| (s.span, s.replacement.as_str()));
    let corrected = replaced(text, replacements);
    let mut moved = 0isize;
    let edits = applied.into_values().map(|suggestion| {
        let length = suggestion.replacement.len();
        let start = suggestion.span.start().saturating_add_signed(moved);
        moved += length as isize - suggestion.span.len() as isize;
        Edit {
            span: suggestion.span,
            text: suggestion.span.slice(text).unwrap_or_default().to_owned(),
            corrected: Span::new(start, start + length),
            suggestion: suggestion.clone(),
        }
    });
    Correction {
        edits: edits.collect(),
        text: corrected,
    }
}

/// Returns `text` with the bytes under each span replaced. The spans must be sorted and
/// must not overlap; one that does not fit the text is passed over.
pub fn replaced<'a>(
    text: &str,
    replacements: impl IntoIterator<Item = (Span<Doc>, &'a str)>,
) -> String {
    let mut out = String::with_capacity(text.len());
    let mut end = 0;
    for (span, replacement) in replacements {
        let between = text.get(end..span.start());
        if let (Some(between), Some(_)) = (between, span.slice(text)) {
            out += between;
            out += replacement;
            end = span.end();
        }
    }
    out + text.get(end..).unwrap_or_default()
}

/// Whether two corrections cannot both be applied: they share a byte, or put
/// something in at the same place.
fn conflict(a: Span<Doc>, b: Span<Doc>) -> bool {
    a.overlaps(b) || a == b
}

#[cfg(test)]
mod tests;
