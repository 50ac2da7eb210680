//! The report on one document, and how it is drawn.
//!
//! In: what was judged. Out: text, JSON, SARIF and other formats, or a diff, by pure
//! functions. Prose is made in this folder and nowhere else.

pub mod baseline;
pub mod compact;
pub mod diff;
pub mod fingerprint;
pub mod github;
pub mod html;
pub mod json;
pub mod message;
pub mod rules;
pub mod sarif;
pub mod text;
pub mod tsv;
mod visible;

#[cfg(test)]
mod fixtures;

use std::fmt;
use std::sync::Arc;

use crate::document::{Document, DocumentError, Prose};
use crate::finding::Finding;
pub use crate::language::{AbstainReason, Language};
use crate::lm::ModelId;
use crate::score::Score;
use crate::sibling::Trust;
use crate::span::{Doc, Sibling, Span};

/// Everything that is said about one document.
#[derive(Debug)]
pub struct Report {
    /// The path as given, `-` for standard input, or the record's own id.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a document.
#[derive(Debug)]
pub enum Outcome {
    /// It was read and judged.
    Scored(Box<Analysis>),
    /// It was not judged, and that says nothing about its quality.
    Abstained {
        /// Why.
        reason: AbstainReason,
        /// The language that was guessed, if it came to that.
        language: Option<Language>,
    },
    /// It could not be read.
    Failed(DocumentError),
    /// It was to be a record of a batch, and the record holds no document.
    BadRecord(RecordError),
}

/// Where a record stands in its input, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In a file of lines.
    Line(u64),
    /// In a table.
    Row(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(number) => write!(f, "row {number}"),
        }
    }
}

/// Why a record of a batch's input holds no document that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The line is not a JSON object of the expected shape, or the row holds no text.
    #[error("{place} is not a record: {problem}")]
    Malformed {
        /// Where it stands in the input.
        place: Place,
        /// What is wrong, with expected and got.
        problem: String,
    },
    /// The row of CSV is not of the expected shape.
    #[error("line {line} is not a row: {problem}")]
    BadRow {
        /// Line of the input on which the row begins, from 1.
        line: u64,
        /// What is wrong, with expected and got.
        problem: String,
    },
    /// It is not UTF-8.
    #[error("{place} is not UTF-8: its byte {byte} cannot stand there")]
    NotUtf8 {
        /// Where it stands in the input.
        place: Place,
        /// The first byte that is wrong, from 0, counted in the line or the cell.
        byte: usize,
    },
    /// The record, or a text in it, is larger than allowed.
    #[error("{what} of {place} is over the limit of {limit} bytes")]
    TooLarge {
        /// Where it stands in the input.
        place: Place,
        /// What is too large: `the record`, `the text`, `sibling 2`.
        what: String,
        /// The most bytes allowed for it.
        limit: u64,
    },
}

/// What was judged of one document.
#[derive(Debug)]
pub struct Analysis {
    /// The text and its line index.
    pub document: Document,
    /// The language it was taken for.
    pub language: Language,
    /// The model that read it.
    pub model: ModelId,
    /// Name of the detector that judged it, such as `surprisal-1`.
    pub detector: String,
    /// The calibrated score.
    pub score: Score,
    /// The sentences, in text order: a finding is shown in its own.
    pub sentences: Vec<Span<Doc>>,
    /// The suspect phrases, in text order.
    pub findings: Vec<Finding>,
    /// How many more there were, of words and names that the house has accepted.
    pub accepted: usize,
    /// Every word and punctuation mark, in text order.
    pub words: Vec<WordVerdict>,
    /// By how much the thresholds rose in this document, in logits.
    pub threshold_shift: f32,
    /// The siblings it was read beside.
    pub siblings: Vec<ReadSibling>,
}

/// A sibling that a document was read beside.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadSibling {
    /// How far it was believed.
    pub trust: Trust,
    /// Its text.
    pub text: String,
    /// What is read of it, if it is marked up.
    pub prose: Option<Arc<Prose>>,
    /// What it tells of the document.
    pub aligned: AlignedSentences,
}

/// Sentences of a document, in text order, each with the sentence that a sibling has
/// in its place.
pub type AlignedSentences = Vec<(Span<Doc>, Span<Sibling>)>;

impl Analysis {
    /// The findings to show: those that no baseline holds.
    pub fn new_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| !finding.known)
    }

    /// How many findings are left out because a baseline holds them.
    pub fn known_findings(&self) -> usize {
        self.findings.iter().filter(|finding| finding.known).count()
    }
}

/// What was judged of one word or punctuation mark.
#[derive(Debug, Clone, PartialEq)]
pub struct WordVerdict {
    /// The word, in bytes of the document.
    pub span: Span<Doc>,
    /// Sum of its tokens' surprisals, in bits.
    pub surprisal_bits: f32,
    /// Calibrated probability that a post-editor would change it.
    pub p_garbled: f32,
    /// The decision that findings are built from.
    pub garbled: bool,
}
