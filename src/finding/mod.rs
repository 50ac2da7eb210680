//! Findings: suspect phrases with a category, a severity, evidence and suggested
//! corrections.
//!
//! In: the decisions about words. Out: [`Finding`]s, made in `phrases` by the rules in
//! `category`, or of facts that a sibling contradicts in `inconsistency`. It neither
//! scores words nor asks siblings. Prose about a finding is made in [`crate::report`] only.

pub(crate) mod category;
pub(crate) mod inconsistency;
pub(crate) mod phrases;
pub(crate) mod words;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::span::{Doc, Sibling, Span};

/// What kind of error a finding is, by the names of MQM.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
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
    /// A place where something is missing.
    Omission,
    /// A number, date or name that the sibling contradicts: "built in *1997*" where
    /// it says 1987.
    Inconsistency,
    /// A mark that is wrong or missing.
    Punctuation,
}

/// How much a finding hurts the reader.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A reader notices the error and understands the text.
    Minor,
    /// The error slows or misleads the reader.
    Major,
    /// The sense is lost or false.
    Critical,
}

/// How freely a suggestion may be applied, least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// The correction is an idea of the model's own and is never applied.
    DisplayOnly,
    /// A person should look before the correction is applied.
    Unsafe,
    /// A tool may apply the correction unasked.
    Safe,
}

impl fmt::Display for Category {
    /// Writes the category's name in reports, such as `word_order`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Severity {
    /// Writes the severity's name in reports, such as `major`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Minor, Self::Major, Self::Critical]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.to_string()))
    }
}

impl fmt::Display for Applicability {
    /// Writes the applicability's name in reports, such as `display_only`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

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
