//! From suspect phrases to the corrections that are worth showing.
//!
//! In: a document with its reading, and its suspect phrases. Out: for each phrase
//! [`Proposal`]s, best first. Few of the candidates are read by the language model, which is the
//! costly part: as many as a share of the document's words, the most promising ones.

use std::ops::Range;

use super::candidates::{Candidate, Origin, candidates};
use super::document::DocumentText;
use super::model::SuggestModel;
use super::row::rows;
use crate::lexicon::Lexicon;
use crate::lm::{LanguageModel, LmError};
use crate::rating::{Applicability, SuggestionSource};
use crate::rereading::{self, DocumentReading};
use crate::span::{Doc, Span};

/// Candidates of one phrase that are read, at most.
const MAX_READ_PHRASE: usize = 8;
/// Of a document one candidate is read for so many words, and at least [`MIN_READ`].
const WORDS_A_READING: usize = 16;
const MIN_READ: usize = 12;
/// Corrections of one phrase, at most.
const MAX_PROPOSALS: usize = 3;

/// A correction that no sibling supports.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The bytes of the document that are replaced.
    pub span: Span<Doc>,
    /// The text that stands there afterwards.
    pub replacement: String,
    /// Who proposes it.
    pub source: SuggestionSource,
    /// The probability that it helps.
    pub confidence: f32,
    /// How freely it may be applied.
    pub applicability: Applicability,
    /// The surprisal that it saves the language model, in bits.
    pub bits_saved: f32,
}

/// The candidates of each phrase that the language model is to read, the most promising of the
/// document.
pub fn chosen(
    document: &DocumentText<'_>,
    lexicon: &Lexicon,
    lm: &dyn LanguageModel,
    phrases: &[Range<usize>],
) -> Vec<Vec<Candidate>> {
    let ideas = phrases.iter().map(|phrase| {
        let mut found = candidates(document, lexicon, lm, phrase);
        // Stable: of two as good the one that was thought of first.
        found.sort_by(|a, b| promise(b).total_cmp(&promise(a)));
        found.truncate(MAX_READ_PHRASE);
        found
    });
    let mut ideas: Vec<Vec<Candidate>> = ideas.collect();
    let most = (document.segments.words.len() / WORDS_A_READING).max(MIN_READ);
    let mut all: Vec<f32> = ideas.iter().flatten().map(promise).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    if let Some(least) = all.get(most) {
        for found in &mut ideas {
            found.retain(|one| promise(one) > *least);
        }
    }
    ideas
}

/// How worth reading a candidate is, before it is read.
fn promise(candidate: &Candidate) -> f32 {
    let rank = candidate.rank as f32;
    let prior = match candidate.origin {
        Origin::Name => 0.9,
        Origin::Meaning => 0.6 / (1.0 + 0.5 * rank + 0.3 * candidate.ending as f32),
        Origin::Favourite => 0.5 / (1.0 + 0.2 * rank),
        Origin::Sense => 0.35 / (1.0 + 0.3 * rank),
        Origin::Deletion => 0.3,
    };
    prior * candidate.p_garbled
}

/// The bits that each candidate saves. `reading` is the document's own reading, from which the
/// model can read on, if that was kept.
///
/// # Errors
/// When the language model cannot read.
pub fn bits_saved(
    lm: &dyn LanguageModel,
    document: &DocumentText<'_>,
    reading: Option<DocumentReading<'_>>,
    phrases: &[Vec<Candidate>],
) -> Result<Vec<Vec<f32>>, LmError> {
    let patches = phrases.iter().map(|candidates| {
        let patches = candidates
            .iter()
            .map(|one| (one.span, one.replacement.as_str()));
        patches.collect()
    });
    let patches: Vec<Vec<_>> = patches.collect();
    rereading::bits_saved(lm, (document.text, document.segments), reading, &patches)
}

/// The corrections of suspect phrases, ranges of indices within one sentence each: for each
/// phrase those that are worth showing, best first; none where nothing is known.
///
/// # Errors
/// When the language model cannot read.
pub fn proposals(
    lm: &dyn LanguageModel,
    (model, lexicon): (&SuggestModel, &Lexicon),
    document: &DocumentText<'_>,
    reading: Option<DocumentReading<'_>>,
    phrases: &[Range<usize>],
) -> Result<Vec<Vec<Proposal>>, LmError> {
    let candidates = chosen(document, lexicon, lm, phrases);
    let saved = bits_saved(lm, document, reading, &candidates)?;
    let read = candidates.iter().zip(&saved);
    Ok(read
        .map(|(candidates, saved)| ranked(model, candidates, saved))
        .collect())
}

fn ranked(model: &SuggestModel, candidates: &[Candidate], saved: &[f32]) -> Vec<Proposal> {
    let rows = rows(candidates, saved);
    let judged = candidates.iter().zip(saved).zip(&rows);
    let judged = judged.filter_map(|((candidate, &bits_saved), row)| {
        let confidence = model.helps.probability(row);
        let applicability = model.applicability(confidence, bits_saved)?;
        Some(Proposal {
            span: candidate.span,
            replacement: candidate.replacement.clone(),
            source: candidate.source(),
            confidence,
            applicability,
            bits_saved,
        })
    });
    let mut found: Vec<Proposal> = judged.collect();
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found.truncate(MAX_PROPOSALS);
    found
}
