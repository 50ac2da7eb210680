//! Findings of what is wrong by its form, beside those of words.
//!
//! In: the patterns of a document, its siblings, and the findings that the words made. Out:
//! the patterns that become findings. It makes no findings itself.

use std::cell::LazyCell;

use super::options::{Options, Sensitivity};
use crate::finding::Finding;
use crate::finding::patterns::apart;
use crate::patterns::Pattern;
use crate::segment::{Segments, normal};
use crate::sibling::{Phrases, SiblingArticle};

/// The confidence from which a pattern becomes a finding. Patterns are rules whose
/// confidence was set by reading what they find, and are no calibrated model: the
/// thresholds are round, and the same for all kinds.
fn threshold(options: &Options) -> f32 {
    options.threshold.unwrap_or(match options.sensitivity {
        Sensitivity::Precise => 0.7,
        Sensitivity::Balanced => 0.5,
        Sensitivity::Thorough => 0.3,
    })
}

/// The patterns that become findings, in text order, none overlapping another one: those
/// that are sure enough, that no sibling in `believed` has word for word on purpose, and that
/// no finding in `found` puts right by a sibling's words.
pub(super) fn shown_patterns(
    patterns: &[Pattern],
    text: &str,
    segments: &Segments,
    (believed, found): (&[&SiblingArticle], &[Finding]),
    options: &Options,
) -> Vec<Pattern> {
    let threshold = threshold(options);
    let brought = corrected_words(segments, found);
    // Few documents have a pattern that asks for them.
    let phrases = LazyCell::new(|| {
        let phrases = believed.iter().map(|sibling| sibling.phrases());
        phrases.collect::<Vec<Phrases>>()
    });
    let shown = patterns.iter().filter(|pattern| {
        let sure = pattern.confidence >= threshold;
        let corrected =
            pattern.replacement.is_some() && brought[pattern.words.clone()].contains(&true);
        sure && !corrected
            && !(pattern.kind.is_refuted_by_a_copy() && {
                let words = segments.words[pattern.words.clone()].iter();
                let words = words.filter_map(|word| word.span.slice(text));
                let words: Vec<String> = words.map(normal).collect();
                phrases.iter().any(|phrases| phrases.has(&words))
            })
    });
    apart(shown.cloned().collect())
}

/// For each word whether a sibling brought other words for its place.
fn corrected_words(segments: &Segments, found: &[Finding]) -> Vec<bool> {
    let mut corrected = vec![false; segments.words.len()];
    let suggestions = found.iter().flat_map(|finding| &finding.suggestions);
    for suggestion in suggestions.filter(|suggestion| suggestion.sibling.is_some()) {
        corrected[segments.words_in(suggestion.span)].fill(true);
    }
    corrected
}
