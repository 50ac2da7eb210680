//! What was found: phrases with a category, a severity, evidence and
//! suggested corrections.
//!
//! In: the decisions about words. Out: [`Finding`]s, made in [`phrases`] by the
//! rules in [`category`], or by what
//! a sibling contradicts in [`inconsistency`]. Prose about a finding is made in [`crate::report`]
//! only.

pub mod category;
pub mod inconsistency;
pub mod phrases;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::span::{Doc, Sibling, Span};

/// What kind of error a finding is, by the names of MQM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A word left in the source language: "rather than *Litiger* the past".
    Untranslated,
    /// A name in the wrong spelling: "Vladimir *Poutine*".
    Name,
    /// Words that cannot be what was meant: "the *overweight* interference".
    Mistranslation,
    /// Words that are understood but that no one would choose.
    Wording,
    /// Wrong agreement, tense, article or preposition.
    Grammar,
    /// Right words in the wrong order.
    WordOrder,
    /// A word or more is missing.
    Omission,
    /// A number, date or name that the sibling contradicts: "built in *1997*" where
    /// it says 1987.
    Inconsistency,
    /// A mark that is wrong or missing.
    Punctuation,
}

/// How much a finding hurts the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The reader notices the error and understands what is meant.
    Minor,
    /// The error slows or misleads the reader.
    Major,
    /// The sense is lost or false.
    Critical,
}

/// How freely a suggestion may be applied, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// An idea of the language model's own, which is shown and never applied.
    DisplayOnly,
    /// A suggestion that a person should check before it is applied.
    Unsafe,
    /// A suggestion that a tool may apply unasked.
    Safe,
}

/// The numbers behind a finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// The sum of the surprisals over the words of the finding, in bits.
    pub surprisal_bits: f32,
    /// The sum of the entropies over the same words: the surprisal to be expected, in bits.
    pub expected_bits: f32,
    /// The largest `p_garbled` of the words of the finding, 0 to 1.
    pub p_garbled: f32,
    /// Words the model would have expected at the finding's most suspect
    /// word, most probable first.
    pub expected: Vec<String>,
    /// The language that the phrase seems to be left in (ISO 639-3), if any.
    pub residue_language: Option<String>,
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
    /// The replaced bytes of the document; they may reach beyond the finding.
    pub span: Span<Doc>,
    /// The text that replaces them; empty for words that are cut out.
    pub replacement: String,
    /// The probability that the correction helps, 0 to 1.
    pub confidence: f32,
    /// How freely the correction may be applied.
    pub applicability: Applicability,
    /// How many bits of surprisal the correction saves over the passage.
    pub bits_saved: f32,
    /// The sibling's words that support the correction; `None` for the model's own idea.
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
    /// The probability that at least one word of the phrase is wrong, 0 to 1.
    pub confidence: f32,
    /// The numbers that make the phrase suspect.
    pub evidence: Evidence,
    /// Suggested corrections, the best one first.
    pub suggestions: Vec<Suggestion>,
    /// Whether a baseline holds the finding: then somebody knows of it, and it is not shown
    /// as new.
    pub known: bool,
}
