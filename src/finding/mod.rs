//! Findings: suspect phrases with a category, a severity, evidence and suggested
//! corrections.
//!
//! In: the decisions about words. Out: [`Finding`]s, made in `phrases` by the rules in
//! `category`, of facts that a sibling contradicts in `inconsistency`, or of what is wrong
//! by its form in `patterns`. It neither
//! scores words nor asks siblings. Prose about a finding is made in [`crate::report`] only.

pub(crate) mod category;
pub(crate) mod inconsistency;
pub(crate) mod patterns;
pub(crate) mod phrases;
pub(crate) mod words;

pub use crate::rating::{Applicability, Category, Severity, SuggestionSource};

use crate::patterns::PatternKind;
use crate::span::{Doc, Sibling, Span};

/// The numbers behind a finding, and what the language model would have expected.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The sum of the surprisals over the finding's span, in bits.
    pub surprisal_bits: f32,
    /// The sum of the entropies over the finding's span: the surprisal one would expect, in
    /// bits.
    pub expected_bits: f32,
    /// The largest `p_garbled` of the finding's words.
    pub p_garbled: f32,
    /// Words the model would have expected at the finding's most suspect
    /// word, most probable first.
    pub expected: Vec<String>,
    /// The language that the phrase seems to be left in, as its ISO 639-3 code.
    pub residue_language: Option<String>,
    /// What the word that was left in that language means in English, the most frequent words
    /// first; empty where no dictionary has it.
    pub meanings: Vec<String>,
    /// What is wrong with the form of the phrase; `None` for a finding that rests on the
    /// language model's reading.
    pub pattern: Option<PatternKind>,
}

/// The words of a sibling that a suggestion comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingQuote {
    /// The id of the sibling: its path as given, or the id of its record.
    pub id: String,
    /// The quoted bytes of the sibling's text.
    pub span: Span<Sibling>,
    /// The text of the sibling under `span`.
    pub text: String,
}

/// A suggested correction: the document's bytes under `span` are replaced.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The bytes that are replaced; they may be wider than the finding.
    pub span: Span<Doc>,
    /// The text that stands there afterwards.
    pub replacement: String,
    /// The probability that the correction helps.
    pub confidence: f32,
    /// How freely the correction may be applied.
    pub applicability: Applicability,
    /// How many bits less surprising the passage is after the correction.
    pub bits_saved: f32,
    /// Who proposes the correction.
    pub source: SuggestionSource,
    /// Whether it would change what somebody is quoted with. It is never [`Applicability::Safe`]
    /// then.
    pub in_quotation: bool,
    /// The sibling's words that support the correction; `None` from any other source.
    pub sibling: Option<SiblingQuote>,
}

/// A suspect phrase of a document.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The phrase, in bytes of the document.
    pub span: Span<Doc>,
    /// The kind of error.
    pub category: Category,
    /// How much the error hurts the reader.
    pub severity: Severity,
    /// The probability that at least one word of the phrase is wrong.
    pub confidence: f32,
    /// The numbers that make the phrase suspect.
    pub evidence: Evidence,
    /// Suggested corrections, the best one first.
    pub suggestions: Vec<Suggestion>,
    /// Whether a baseline holds the finding: somebody knows of it, and only what is new is
    /// shown.
    pub known: bool,
}
