//! The report on one document, and how it is drawn.
//!
//! In: what was judged. Out: text or JSON, by pure functions. Prose is made in
//! this folder and nowhere else.

use crate::document::{Document, DocumentError};
use crate::finding::Finding;
pub use crate::language::{AbstainReason, Language};
use crate::lm::ModelId;
use crate::score::Score;
use crate::span::{Doc, Span};

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
    Scored(Box<Judgement>),
    /// It was not judged, and that says nothing about its quality.
    Abstained {
        /// Why.
        reason: AbstainReason,
        /// The language that was guessed, if it came to that.
        language: Option<Language>,
    },
    /// It could not be read.
    Failed(DocumentError),
}

/// What was judged of one document.
#[derive(Debug)]
pub struct Judgement {
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
    /// The suspect phrases, in text order.
    pub findings: Vec<Finding>,
    /// Every word and punctuation mark, in text order.
    pub words: Vec<WordJudgement>,
}

/// What was judged of one word or punctuation mark.
#[derive(Debug, Clone, PartialEq)]
pub struct WordJudgement {
    /// The word, in bytes of the document.
    pub span: Span<Doc>,
    /// Sum of its tokens' surprisals, in bits.
    pub surprisal_bits: f32,
    /// Calibrated probability that a post-editor would change it.
    pub p_garbled: f32,
    /// The decision that findings are built from.
    pub garbled: bool,
}
