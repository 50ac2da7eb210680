//! The report on one document, and how it is printed.
//!
//! In: the outcome of a document. Out: text, JSON, SARIF and other formats, or a diff, by pure
//! functions; [`printer`] makes one output of several reports. Prose about documents is
//! made in this folder and nowhere else. What programs read is the contract in [`v1`].

pub mod baseline;
pub mod compact;
pub mod comparison;
pub mod diff;
mod failure;
pub mod fingerprint;
pub mod github;
pub mod html;
pub mod json;
pub mod message;
pub mod printer;
pub mod rules;
pub mod sarif;
pub mod schema;
pub mod text;
pub mod tsv;
pub mod v1;
mod visible;

#[cfg(test)]
pub(crate) mod fixtures;

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Prose};
use crate::finding::Finding;
pub use crate::language::{AbstainReason, Language};
use crate::lm::ModelId;
use crate::score::Score;
use crate::span::{Doc, Sibling, Span};

pub use failure::{Failure, FailureKind};
pub use v1::Status;

/// The report on one document: its id, and its analysis or the reason why there is none.
#[derive(Debug)]
pub struct Report {
    /// The document's path as given, `-` for standard input, or the record's own id.
    pub id: String,
    /// The outcome: an analysis, or the reason why there is none.
    pub outcome: Outcome,
}

impl Report {
    /// The findings, in text order; none for a document that was not judged.
    pub fn findings(&self) -> &[Finding] {
        match &self.outcome {
            Outcome::Scored(analysis) => &analysis.findings,
            _ => &[],
        }
    }

    /// The report on a document that could not be read.
    pub fn failed(id: impl Into<String>, failure: impl Into<Failure>) -> Self {
        Self {
            id: id.into(),
            outcome: Outcome::Failed(failure.into()),
        }
    }
}

/// The outcome of a document: scored, abstained or failed.
#[derive(Debug)]
pub enum Outcome {
    /// The document was read and judged.
    Scored(Box<Analysis>),
    /// The document was not judged, and that says nothing about its quality.
    Abstained {
        /// Why the document was not judged.
        reason: AbstainReason,
        /// The language that was guessed, if it came to that.
        language: Option<Language>,
    },
    /// The document could not be read.
    Failed(Failure),
}

/// The analysis of one document: its score, its findings and the numbers of its words.
#[derive(Debug)]
pub struct Analysis {
    /// The document: its text and its line index.
    pub document: Document,
    /// The language that the document was taken for.
    pub language: Language,
    /// The language model that read the document.
    pub model: ModelId,
    /// The name of the detector that judged the document, such as `surprisal-1`.
    pub detector: String,
    /// The document's calibrated score.
    pub score: Score,
    /// The document's sentences, in text order: a finding is shown in its own.
    pub sentences: Vec<Span<Doc>>,
    /// For each sentence the share of its words that a post-editor would change, 0 to 1.
    pub sentence_rates: Vec<f32>,
    /// The suspect phrases, in text order.
    pub findings: Vec<Finding>,
    /// How many more findings there were, of words and names that the configuration accepts.
    pub accepted: usize,
    /// Every word and punctuation mark of the document, in text order.
    pub words: Vec<WordVerdict>,
    /// How far the thresholds were shifted up for this document, in logits.
    pub threshold_shift: f32,
    /// The siblings that the document was compared with.
    pub siblings: Vec<SiblingEntry>,
}

/// A sibling that a document was compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct SiblingEntry {
    /// The sibling's path as given, or the record's own id.
    pub id: String,
    /// How far the sibling is trusted, from 0 to 1: its suggestions weigh so much.
    pub weight: f32,
    /// The share of the document's sentences that the sibling has a counterpart of, from 0
    /// to 1.
    pub aligned_share: f32,
    /// The sibling's own quality, from 0 to 100, if it could be judged.
    pub quality: Option<f32>,
    /// Why the sibling is not trusted in full.
    pub doubt: Option<SiblingDoubt>,
    /// The sibling's text.
    pub text: String,
    /// What is read of the text, if it is marked up.
    pub prose: Option<Arc<Prose>>,
    /// The document's sentences that the sibling has counterparts of.
    pub aligned: AlignedSentences,
}

impl SiblingEntry {
    /// The sentence of the sibling that `span`, in bytes of its text, stands in; `None` where that
    /// sentence is no counterpart of one of the document's.
    pub fn sentence_around(&self, span: Span<Sibling>) -> Option<Span<Sibling>> {
        let mut sentences = self.aligned.iter().map(|(_, own)| *own);
        sentences.find(|own| own.contains(span))
    }
}

/// Why a sibling is not trusted in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SiblingDoubt {
    /// The sibling cannot be judged: it is empty, or in another language.
    NotJudged,
    /// The sibling tells another story.
    OtherStory,
    /// The sibling is a copy of the document: it confirms nothing.
    Copy,
    /// The sibling is garbled itself.
    Garbled,
}

impl fmt::Display for SiblingDoubt {
    /// Writes the doubt's name in reports, such as `other_story`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
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

/// What was found out about one word or punctuation mark.
#[derive(Debug, Clone, PartialEq)]
pub struct WordVerdict {
    /// The word, in bytes of the document.
    pub span: Span<Doc>,
    /// How surprising the word is: the sum of its tokens' surprisals, in bits.
    pub surprisal_bits: f32,
    /// The calibrated probability that a post-editor would change the word.
    pub p_garbled: f32,
    /// Whether the word counts as garbled: findings are made of such words.
    pub garbled: bool,
}
