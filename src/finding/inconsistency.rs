//! Findings of facts that a sibling contradicts.
//!
//! In: the findings so far, and the contradictions. Out: findings of category
//! `inconsistency` among them. The part of an earlier finding that a contradiction overlaps
//! becomes part of it, the rest of the phrase stays a finding of its own; where a
//! safe correction already says what is wrong, nothing is added. Which of the two
//! articles is right is not decided.

use std::ops::Range;

use super::phrases::parts;
use super::words::WordTable;
use super::{Applicability, Category, Finding, Severity, Suggestion};
use crate::lm::LanguageModel;

/// A fact of the document that a sibling contradicts.
#[derive(Debug, Clone)]
pub(crate) struct ContradictedFact {
    /// The words of the document that say the fact, as indices; at least one.
    pub words: Range<usize>,
    /// The suggestion to put what the sibling says in their place.
    pub suggestion: Suggestion,
}

/// The findings of a document with those of contradicted facts added, in text order.
pub(crate) fn with_inconsistencies(
    findings: Vec<Finding>,
    facts: Vec<ContradictedFact>,
    table: &WordTable<'_>,
    lm: &dyn LanguageModel,
) -> Vec<Finding> {
    let mut findings = findings;
    for fact in facts {
        findings = with_inconsistency(findings, fact, table, lm);
    }
    findings.sort_by_key(|finding| finding.span);
    findings
}

/// The findings with one of a contradicted fact behind them.
fn with_inconsistency(
    mut findings: Vec<Finding>,
    fact: ContradictedFact,
    table: &WordTable<'_>,
    lm: &dyn LanguageModel,
) -> Vec<Finding> {
    let ContradictedFact { words, suggestion } = fact;
    let span = suggestion.span;
    let corrected = |finding: &Finding| {
        let mut suggestions = finding.suggestions.iter();
        suggestions.any(|s| s.applicability == Applicability::Safe && s.span.overlaps(span))
    };
    if findings.iter().any(corrected) {
        return findings;
    }
    let overlapping = findings.extract_if(.., |other| other.span.overlaps(span));
    let overlapping: Vec<Finding> = overlapping.collect();
    for other in overlapping {
        let phrase = table.segments.words_in(other.span);
        let rest = parts(table, phrase, &[words.start, words.end]);
        let rest = rest.into_iter().map(|words| table.finding(words, lm));
        findings.extend(rest.filter(|rest| !rest.span.overlaps(span)));
    }
    // What was to stand there, or partly there, is no correction any more.
    for other in &mut findings {
        if other.suggestions.iter().any(|s| s.span.overlaps(span)) {
            other.suggestions.clear();
        }
    }
    findings.push(Finding {
        category: Category::Inconsistency,
        severity: Severity::Major,
        confidence: suggestion.confidence,
        suggestions: vec![suggestion],
        ..table.finding(words, lm)
    });
    findings
}
