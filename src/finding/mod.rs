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
    /// Agreement, tense, articles, prepositions.
    Grammar,
    /// The right words in the wrong order.
    WordOrder,
    /// Something is missing.
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
    /// Noticed, understood.
    Minor,
    /// Slows or misleads the reader.
    Major,
    /// The sense is lost or false.
    Critical,
}

/// How freely a suggestion may be applied, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// An idea of the model's own; never applied.
    DisplayOnly,
    /// A person should look first.
    Unsafe,
    /// A tool may apply it unasked.
    Safe,
}

/// The numbers behind a finding.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// Sum of the surprisals over the finding's span, in bits.
    pub surprisal_bits: f32,
    /// Sum of the entropies there: the surprisal one would expect, in bits.
    pub expected_bits: f32,
    /// The largest `p_garbled` of its words.
    pub p_garbled: f32,
    /// Words the model would have expected at the finding's most suspect
    /// word, most probable first.
    pub expected: Vec<String>,
    /// Language the phrase seems to be left in, as ISO 639-3.
    pub residue_language: Option<String>,
}

/// Where in a sibling a suggestion comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingQuote {
    /// The sibling's id: its path as given, or the record's own.
    pub id: String,
    /// The quoted bytes of the sibling's text.
    pub span: Span<Sibling>,
    /// The text under `span`.
    pub text: String,
}

/// A correction: replace the document's bytes under `span`.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// What is replaced; may be wider than the finding.
    pub span: Span<Doc>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Probability that the edit helps.
    pub confidence: f32,
    /// Whether a tool may apply it.
    pub applicability: Applicability,
    /// Bits of surprisal the edit saves over the passage.
    pub bits_saved: f32,
    /// The sibling's words that support it; `None` for a model's own idea.
    pub sibling: Option<SiblingQuote>,
}

/// A suspect phrase.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The phrase, in bytes of the document.
    pub span: Span<Doc>,
    /// What kind of error.
    pub category: Category,
    /// How bad.
    pub severity: Severity,
    /// Probability that at least one word of it is wrong.
    pub confidence: f32,
    /// Why it is suspect.
    pub evidence: Evidence,
    /// Corrections, best first.
    pub suggestions: Vec<Suggestion>,
    /// A baseline holds it: somebody knows of it, and only what is new is shown.
    pub known: bool,
}
