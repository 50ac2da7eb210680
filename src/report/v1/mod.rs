//! The contract `mtlint.report/1`: a report as programs read and write it.
//!
//! In: a [report](super::Report). Out: the same as owned values that are written to JSON
//! and read back from it, with a JSON schema. Every JSON report of mtlint is written from
//! these types, and whatever reads one uses them. Numbers are rounded here, so that
//! output is stable. A field without a value is left out; `findings` is there even when
//! empty. Fields may be added: unknown ones are passed over in reading. One that is
//! removed or renamed makes a new contract.
//!
//! ```
//! let line = r#"{"schema":"mtlint.report/1","id":"a.txt","status":"abstained",
//!                "reason":"too_short","findings":[],"a_later_field":7}"#;
//! let report: mtlint::report::v1::Report = serde_json::from_str(line)?;
//! assert_eq!(report.status, mtlint::report::v1::Status::Abstained);
//! # Ok::<(), serde_json::Error>(())
//! ```

mod convert;

use std::fmt;

use schemars::JsonSchema;
use serde::de::IntoDeserializer;
use serde::de::value::{self, StrDeserializer};
use serde::{Deserialize, Serialize};

use super::{AbstainReason, SiblingDoubt};
use crate::finding::{Applicability, Category, Severity, SuggestionSource};

pub use super::failure::{Failure, FailureKind};

/// The name of the contract, which every report begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The only version so far.
    #[default]
    #[serde(rename = "mtlint.report/1")]
    V1,
}

impl fmt::Display for Schema {
    /// Writes the contract's name, `mtlint.report/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// What became of a document.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The document was judged: `language`, `score` and `model` are there.
    Scored,
    /// The document cannot be judged, for the `reason` given. That says nothing about its
    /// quality.
    Abstained,
    /// The document could not be read; `error` says why.
    Failed,
}

impl Status {
    /// The status that reports call `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        let name: StrDeserializer<'_, value::Error> = name.into_deserializer();
        Self::deserialize(name).ok()
    }
}

impl fmt::Display for Status {
    /// Writes the status's name in reports, such as `scored`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// The report on one document. Positions are bytes of the document's UTF-8 text, counted
/// from 0, with the end exclusive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mtlint.report/1", transform = requirements)]
pub struct Report {
    /// The name of the contract.
    pub schema: Schema,
    /// The document's path as given, `-` for standard input, or the record's own id.
    pub id: String,
    /// In a batch with a pool: the id of the article that the document is a near copy of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_of: Option<String>,
    /// In a batch with a pool: the id of the article that served as the sibling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sibling: Option<String>,
    /// What became of the document.
    pub status: Status,
    /// Why the document was not judged, if its status is `abstained`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<AbstainReason>,
    /// Why the document could not be read, if its status is `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// The language of the document, if it was judged or if its language was the reason
    /// not to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// How good the document is, if it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<Score>,
    /// The model that judged the document, if it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Model>,
    /// The suspect phrases, in text order.
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// How many more findings there are that a baseline holds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub known_findings: usize,
    /// How many more findings there are of words and names that the configuration accepts.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub accepted_findings: usize,
    /// Every word and mark with its numbers, in text order, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Vec<Word>>,
    /// The siblings that the document was compared with, in the order they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub siblings: Vec<Sibling>,
    /// The corrections that were applied before the text was judged, if that was asked for.
    /// All other positions are those in the corrected text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A language, and how sure it is that a document is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Language {
    /// The language's ISO 639-3 code; `und` where none could be guessed.
    pub code: String,
    /// The probability of the guess; 1 where the user named the language.
    #[schemars(range(min = 0, max = 1))]
    pub confidence: f64,
}

/// How good a document is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// The quality, from 0 to 100; 100 is a text that no editor would change.
    #[schemars(range(min = 0, max = 100))]
    pub quality: f64,
    /// The lower and upper end of the quality's 95 % interval.
    pub quality_interval: [f64; 2],
    /// The share of the words that an editor would change.
    pub post_edit_rate: f64,
    /// How surprising the text is to the language model, in bits per word.
    pub bits_per_word: f64,
    /// The perplexity of the text by the language model's tokens; absent where it is too large
    /// to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub perplexity: Option<f64>,
    /// How many words the text has, punctuation marks not counted.
    pub words: usize,
}

/// The language model and the detector that judged a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Model {
    /// The name of the language model, such as `smollm2-135m`.
    pub name: String,
    /// The SHA-256 of the model's weights, in lower-case hexadecimal.
    pub sha256: String,
    /// The name of the detector, such as `surprisal-1`.
    pub detector: String,
    /// In which numbers the model calculated, such as `int8`.
    pub precision: String,
}

/// A suspect phrase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Where the phrase begins, in bytes.
    pub start: usize,
    /// Where the phrase ends, in bytes.
    pub end: usize,
    /// Where the phrase begins, in characters (Unicode scalar values).
    pub char_start: usize,
    /// Where the phrase ends, in characters.
    pub char_end: usize,
    /// The line in which the phrase begins, counted from 1.
    pub line: usize,
    /// The character of the line at which the phrase begins, counted from 1.
    pub column: usize,
    /// The phrase.
    pub text: String,
    /// What kind of error the phrase is.
    pub category: Category,
    /// How bad the error is.
    pub severity: Severity,
    /// The probability that at least one word of the phrase is wrong.
    #[schemars(range(min = 0, max = 1))]
    pub confidence: f64,
    /// What is wrong and how it shows, in a sentence for people. The wording may change.
    pub message: String,
    /// The numbers behind the finding.
    pub evidence: Evidence,
    /// Corrections, best first.
    #[serde(default)]
    pub suggestions: Vec<Suggestion>,
    /// A name of the finding that survives edits elsewhere in the document.
    pub fingerprint: String,
}

/// The numbers behind a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// How surprising the phrase is to the language model, in bits.
    pub surprisal_bits: f64,
    /// How surprising a phrase in that place is expected to be, in bits.
    pub expected_bits: f64,
    /// The probability that an editor would change the most suspect word of the phrase.
    #[schemars(range(min = 0, max = 1))]
    pub p_garbled: f64,
    /// Words that the language model expected in place of the most suspect word, most
    /// probable first.
    #[serde(default)]
    pub expected: Vec<String>,
    /// The ISO 639-3 code of the language that the phrase seems to be left in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub residue_language: Option<String>,
    /// What the word that was left in that language means in English, if a dictionary has it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meanings: Vec<String>,
    /// What is wrong with the form of the phrase, such as `untranslated_passage`, if it is
    /// wrong whatever the language model says. More names may be added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

/// A correction: the bytes of the document from `start` to `end` are to be replaced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// Where the replaced text begins, in bytes. It may begin before the finding.
    pub start: usize,
    /// Where the replaced text ends, in bytes.
    pub end: usize,
    /// The text to put there.
    pub replacement: String,
    /// The probability that the correction helps.
    #[schemars(range(min = 0, max = 1))]
    pub confidence: f64,
    /// How freely the correction may be applied.
    pub applicability: Applicability,
    /// How many bits less surprising the passage is after the correction.
    pub bits_saved: f64,
    /// Who proposes the correction. Reports of versions that did not say so had siblings' only.
    #[serde(default = "sibling_source")]
    pub source: SuggestionSource,
    /// Whether the correction would change what somebody is quoted with.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_quotation: bool,
    /// The words of a sibling that support the correction; left out of the corrections of other
    /// sources.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sibling: Option<Quote>,
}

fn sibling_source() -> SuggestionSource {
    SuggestionSource::Sibling
}

/// Words of a sibling that support a correction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quote {
    /// The sibling's path as given, or its own id.
    pub id: String,
    /// Where the words begin in the sibling's text, in bytes.
    pub start: usize,
    /// Where the words end in the sibling's text, in bytes.
    pub end: usize,
    /// The words.
    pub text: String,
}

/// A word or punctuation mark of a document.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Word {
    /// Where the word begins, in bytes.
    pub start: usize,
    /// Where the word ends, in bytes.
    pub end: usize,
    /// How surprising the word is to the language model, in bits.
    pub surprisal_bits: f64,
    /// The probability that an editor would change the word.
    #[schemars(range(min = 0, max = 1))]
    pub p_garbled: f64,
    /// Whether the word counts as garbled.
    pub garbled: bool,
}

/// A sibling that a document was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Sibling {
    /// The sibling's path as given, or its own id.
    pub id: String,
    /// How far the sibling is trusted: from 0, not at all, to 1.
    #[schemars(range(min = 0, max = 1))]
    pub weight: f64,
    /// The share of the document's sentences that the sibling has a counterpart of.
    #[schemars(range(min = 0, max = 1))]
    pub aligned: f64,
    /// The sibling's own quality, from 0 to 100, if it could be judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub quality: Option<f64>,
    /// Why the sibling is not trusted in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<SiblingDoubt>,
}

/// The corrections that were applied to a text before it was judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Fix {
    /// The corrections that were applied, in text order.
    pub applied: Vec<Edit>,
    /// The corrected text.
    pub text: String,
}

/// A correction that was applied. Its `start` and `end` are bytes of the text as it was
/// before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Edit {
    /// The text that was replaced.
    pub text: String,
    /// The correction.
    #[serde(flatten)]
    pub suggestion: Suggestion,
    /// Where the replacement begins in the corrected text, in bytes.
    pub corrected_start: usize,
    /// Where the replacement ends in the corrected text, in bytes.
    pub corrected_end: usize,
}

/// As serde asks for it.
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// Adds to the schema of a report which fields each status has.
fn requirements(schema: &mut schemars::Schema) {
    let of = |status: Status, required: &[&str]| {
        serde_json::json!({
            "if": { "properties": { "status": { "const": status } } },
            "then": { "required": required },
        })
    };
    let all = [
        of(Status::Scored, &["language", "score", "model"]),
        of(Status::Abstained, &["reason"]),
        of(Status::Failed, &["error"]),
    ];
    schema.insert("allOf".to_owned(), all.to_vec().into());
}
