//! Findings of facts that a sibling contradicts.
//!
//! In: the findings so far, and the contradictions. Out: findings of category
//! `inconsistency` among them. What a contradiction meets of a phrase that was found
//! already is part of it, the rest of the phrase stays a finding of its own; where a
//! safe correction already says what is wrong, nothing is added. Which of the two
//! articles is right is not decided.

use std::ops::Range;

use super::phrases::{Judged, parts};
use super::{Applicability, Category, Finding, Severity, Suggestion};
use crate::lm::LanguageModel;

/// Adds what `contradictions` say to `findings`, which stay in text order. Each is the
/// words of the document that are contradicted, as indices, and what the sibling has
/// in their place.
pub fn contradict(
    findings: &mut Vec<Finding>,
    contradictions: Vec<(Range<usize>, Suggestion)>,
    judged: &Judged<'_>,
    lm: &dyn LanguageModel,
) {
    for (words, suggestion) in contradictions {
        let span = suggestion.span;
        let corrected = |finding: &Finding| {
            let mut suggestions = finding.suggestions.iter();
            suggestions.any(|s| s.applicability == Applicability::Safe && s.span.overlaps(span))
        };
        if findings.iter().any(corrected) {
            continue;
        }
        let met = findings.extract_if(.., |other| other.span.overlaps(span));
        let met: Vec<Finding> = met.collect();
        for other in met {
            let phrase = judged.segments.words_in(other.span);
            let rest = parts(judged, phrase, &[words.start, words.end]);
            let rest = rest.into_iter().map(|words| judged.finding(words, lm));
            findings.extend(rest.filter(|rest| !rest.span.overlaps(span)));
        }
        // What was to stand there, or partly there, is no correction any more.
        for other in findings.iter_mut() {
            if other.suggestions.iter().any(|s| s.span.overlaps(span)) {
                other.suggestions.clear();
            }
        }
        findings.push(Finding {
            category: Category::Inconsistency,
            severity: Severity::Major,
            confidence: suggestion.confidence,
            suggestions: vec![suggestion],
            ..judged.finding(words, lm)
        });
    }
    findings.sort_by_key(|finding| finding.span);
}
