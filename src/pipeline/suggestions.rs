//! Corrections as suggestions of findings.
//!
//! In: corrections and contradictions of siblings, and proposals without one, which know nothing
//! of findings. Out: suggestions, which know nothing of how they were found. A finding that has a
//! correction of a sibling gets no others: what a sibling says is surer.

use super::models::Models;
use super::options::Options;
use crate::detect::WordSurprisal;
use crate::finding::inconsistency::ContradictedFact;
use crate::finding::words::WordTable;
use crate::finding::{Applicability, Finding, SiblingQuote, Suggestion, SuggestionSource};
use crate::language::quoted_words;
use crate::lm::LmError;
use crate::rereading::{DocumentReading, bits_saved};
use crate::segment::Segments;
use crate::sibling::{Contradiction, Correction, Quote};
use crate::suggest::{DocumentText, Proposal, proposals};

/// A sibling's correction as a suggestion.
pub(super) fn suggestion(correction: Correction) -> Suggestion {
    let Correction {
        span,
        replacement,
        confidence,
        applicability,
        bits_saved,
        quote,
    } = correction;
    let Quote {
        id,
        span: quoted,
        text,
    } = quote;
    Suggestion {
        span,
        replacement,
        confidence,
        applicability,
        bits_saved,
        source: SuggestionSource::Sibling,
        in_quotation: false,
        sibling: Some(SiblingQuote {
            id,
            span: quoted,
            text,
        }),
    }
}

/// A contradicted fact as findings take it.
pub(super) fn contradicted(contradiction: Contradiction) -> ContradictedFact {
    ContradictedFact {
        words: contradiction.words,
        suggestion: suggestion(contradiction.correction),
    }
}

/// The findings with all that is suggested for them, as far as it is wanted.
///
/// # Errors
/// When the language model fails.
pub(super) fn with_suggestions(
    models: &Models,
    found: Vec<Finding>,
    words: &WordTable<'_>,
    reading: Option<DocumentReading<'_>>,
    options: &Options,
) -> Result<Vec<Finding>, LmError> {
    let found = if options.asks_for_ideas() {
        let found = with_names_read(models, found, words, reading)?;
        with_proposals(models, found, words, reading)?
    } else {
        found
    };
    let wanted = options.without_unwanted_suggestions(found);
    Ok(marking_quotations(wanted, words.text, words.segments))
}

/// Bits that an English name must save the language model for a tool to put it in unasked: the
/// context agrees that it is meant.
const SAFE_NAME_BITS: f32 = 6.0;

/// The findings with English names read in their place, where the table of names offers one.
///
/// # Errors
/// When the language model fails.
fn with_names_read(
    models: &Models,
    mut findings: Vec<Finding>,
    words: &WordTable<'_>,
    reading: Option<DocumentReading<'_>>,
) -> Result<Vec<Finding>, LmError> {
    let suggestions = findings.iter_mut().flat_map(|one| &mut one.suggestions);
    let names = suggestions.filter(|one| one.source == SuggestionSource::Gazetteer);
    let mut names: Vec<&mut Suggestion> = names.collect();
    let patches = names
        .iter()
        .map(|one| vec![(one.span, one.replacement.as_str())]);
    let patches: Vec<Vec<_>> = patches.collect();
    let document = (words.text, words.segments);
    let saved = bits_saved(models.lm.as_ref(), document, reading, &patches)?;
    for (name, saved) in names.iter_mut().zip(saved.into_iter().flatten()) {
        name.bits_saved = saved;
        let agrees = saved >= SAFE_NAME_BITS;
        // What the table is not sure of stays an idea.
        if agrees && name.applicability == Applicability::Unsafe {
            name.applicability = Applicability::Safe;
        }
    }
    Ok(findings)
}

/// The findings with what is proposed without a sibling for those that have no suggestion yet.
///
/// # Errors
/// When the language model fails.
fn with_proposals(
    models: &Models,
    mut findings: Vec<Finding>,
    words: &WordTable<'_>,
    reading: Option<DocumentReading<'_>>,
) -> Result<Vec<Finding>, LmError> {
    let bare = findings
        .iter_mut()
        .filter(|finding| finding.suggestions.is_empty());
    let bare = bare.filter(|finding| finding.evidence.pattern.is_none());
    let mut bare: Vec<&mut Finding> = bare.collect();
    if bare.is_empty() {
        return Ok(findings);
    }
    let surprisals = words.rows.iter().map(|row| row.surprisal.clone());
    let surprisals: Vec<WordSurprisal> = surprisals.collect();
    let p_garbled: Vec<f32> = words.rows.iter().map(|row| row.p_garbled).collect();
    let document = DocumentText {
        text: words.text,
        segments: words.segments,
        reading: words.scores,
        surprisals: &surprisals,
        p_garbled: &p_garbled,
    };
    let phrases = bare
        .iter()
        .map(|finding| words.segments.words_in(finding.span));
    let phrases: Vec<_> = phrases.collect();
    let known = (models.suggestions.as_ref(), models.lexicon.as_ref());
    let proposed = proposals(models.lm.as_ref(), known, &document, reading, &phrases)?;
    for (finding, proposed) in bare.iter_mut().zip(proposed) {
        finding.suggestions = proposed.into_iter().map(proposal).collect();
    }
    Ok(findings)
}

/// The findings with each suggestion marked that would change a quotation: nobody is to be
/// quoted with other words unasked.
fn marking_quotations(mut findings: Vec<Finding>, text: &str, segments: &Segments) -> Vec<Finding> {
    let suggestions = findings.iter_mut().flat_map(|one| &mut one.suggestions);
    let mut suggestions = suggestions.peekable();
    if suggestions.peek().is_none() {
        return findings;
    }
    let quoted = quoted_words(text, segments);
    for suggestion in suggestions {
        suggestion.in_quotation = segments.words_in(suggestion.span).any(|word| quoted[word]);
        if suggestion.in_quotation {
            suggestion.applicability = suggestion.applicability.min(Applicability::Unsafe);
        }
    }
    findings
}

fn proposal(proposal: Proposal) -> Suggestion {
    Suggestion {
        span: proposal.span,
        replacement: proposal.replacement,
        confidence: proposal.confidence,
        applicability: proposal.applicability,
        bits_saved: proposal.bits_saved,
        source: proposal.source,
        in_quotation: false,
        sibling: None,
    }
}
