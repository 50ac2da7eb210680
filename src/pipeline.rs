//! The whole way from documents to reports.
//!
//! Stand-in: it flags words by a bare surprisal threshold, so that the command
//! line can be built and tested before the stages are joined here.

use std::sync::Arc;

use crate::document::{Document, DocumentError};
use crate::finding::{Category, Evidence, Finding, Severity};
use crate::lm::{LanguageModel, LmError, ReadOptions};
use crate::report::{AbstainReason, Judgement, Language, Outcome, Report, WordJudgement};
use crate::score::Score;
use crate::span::Span;

/// How a document is to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How sure a finding has to be.
    pub operating_point: OperatingPoint,
    /// ISO 639-3 code; skips the language gate.
    pub language: Option<String>,
}

/// How sure a finding has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperatingPoint {
    /// Few false alarms: for people.
    Precise,
    /// Best agreement with labelled data.
    Balanced,
    /// Rather a false alarm than a miss.
    Thorough,
    /// Every word whose probability of being garbled is at least this.
    Threshold(f32),
}

/// One document to judge.
#[derive(Debug)]
pub struct Input {
    /// The path as given, `-`, or the record's own id.
    pub id: String,
    /// The document, or why there is none.
    pub document: Result<Document, DocumentError>,
    /// Other articles on the same story.
    pub siblings: Vec<Document>,
}

/// Judges documents with one language model.
pub struct Analyzer {
    lm: Arc<dyn LanguageModel>,
    options: Options,
}

impl Analyzer {
    /// An analyzer that reads with `lm`.
    pub fn new(lm: Arc<dyn LanguageModel>, options: Options) -> Result<Self, LmError> {
        Ok(Self { lm, options })
    }

    /// The probability from which a word is flagged at an operating point.
    pub fn threshold(&self, point: OperatingPoint) -> f32 {
        match point {
            OperatingPoint::Precise => 15.0 / 30.0,
            OperatingPoint::Balanced => 12.0 / 30.0,
            OperatingPoint::Thorough => 9.0 / 30.0,
            OperatingPoint::Threshold(probability) => probability,
        }
    }

    /// Judges documents, each with its siblings; reports in input order.
    pub fn judge(&self, inputs: Vec<Input>) -> Result<Vec<Report>, LmError> {
        inputs
            .into_iter()
            .map(|input| {
                let outcome = match input.document {
                    Ok(document) => self.outcome(document)?,
                    Err(error) => Outcome::Failed(error),
                };
                Ok(Report {
                    id: input.id,
                    outcome,
                })
            })
            .collect()
    }

    fn outcome(&self, document: Document) -> Result<Outcome, LmError> {
        let text = document.text();
        let abstained = |reason| Outcome::Abstained {
            reason,
            language: None,
        };
        if text.trim().is_empty() {
            return Ok(abstained(AbstainReason::Empty));
        }
        if !text.chars().any(char::is_alphabetic) {
            return Ok(abstained(AbstainReason::NotText));
        }
        let bits = match self.options.operating_point {
            OperatingPoint::Precise => 15.0,
            OperatingPoint::Balanced => 12.0,
            OperatingPoint::Thorough => 9.0,
            OperatingPoint::Threshold(probability) => 30.0 * probability,
        };
        let reading = self
            .lm
            .read(&[text], ReadOptions::default())?
            .into_iter()
            .next()
            .unwrap_or_default();
        let mut words = Vec::new();
        let mut findings = Vec::new();
        for token in &reading.tokens {
            let shown = token.span.slice(text).unwrap_or_default();
            let start = token.span.start() + shown.len() - shown.trim_start().len();
            let span = Span::new(start, start + shown.trim().len());
            let probability = (token.surprisal_bits / 30.0).min(1.0);
            let garbled = token.surprisal_bits >= bits;
            words.push(WordJudgement {
                span,
                surprisal_bits: token.surprisal_bits,
                p_garbled: probability,
                garbled,
            });
            if garbled {
                findings.push(Finding {
                    span,
                    category: Category::Wording,
                    severity: if probability > 0.8 {
                        Severity::Critical
                    } else {
                        Severity::Major
                    },
                    confidence: probability,
                    evidence: Evidence {
                        surprisal_bits: token.surprisal_bits,
                        expected_bits: token.entropy_bits,
                        p_garbled: probability,
                        expected: Vec::new(),
                        residue_language: None,
                    },
                    suggestions: Vec::new(),
                });
            }
        }
        let count = words.len().max(1) as f32;
        let rate = findings.len() as f32 / count;
        let quality = 100.0 * (1.0 - rate);
        Ok(Outcome::Scored(Box::new(Judgement {
            language: Language {
                code: "eng".to_owned(),
                confidence: 1.0,
            },
            model: self.lm.id().clone(),
            detector: "stand-in".to_owned(),
            score: Score {
                quality,
                quality_interval: (quality - 5.0, quality + 5.0),
                post_edit_rate: rate,
                bits_per_word: reading.total_bits() as f32 / count,
                perplexity: 1.0,
                words: words.len(),
            },
            sentences: Vec::new(),
            findings,
            words,
            document,
        })))
    }
}
