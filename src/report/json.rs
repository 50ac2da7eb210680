//! Reports as JSON: schema `mtlint.report/1`.
//!
//! In: reports. Out: one object for a document, an array for several, or one
//! line each. Numbers are rounded so that output is stable; positions in
//! characters, lines and columns are made here from the document's line index.
//! A field that has no value is left out; an array is there even when empty.

use serde::Serialize;

use crate::correct::Correction;
use crate::finding::{Applicability, Category, Finding, Severity, Suggestion};
use crate::sibling::Trust;

use super::fingerprint::fingerprints;
use super::{Analysis, Outcome, Report, message};

/// The name of the format; a change that removes or renames a field gets a new
/// one.
pub const SCHEMA: &str = "mtlint.report/1";

/// What is put into the JSON beside what is always there.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options<'a> {
    /// `words[]`: every word and punctuation mark.
    pub words: bool,
    /// `fix`: the corrections that were applied before the text was judged; all
    /// other positions are those in its text.
    pub fix: Option<&'a Correction>,
}

/// One report on one line, without the line break.
pub fn line(report: &Report, options: Options<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string(&ReportJson::new(report, options))
}

/// One report as an object over several lines, without the last line break.
pub fn object(report: &Report, options: Options<'_>) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&ReportJson::new(report, options))
}

/// Objects made by [`object`] as one array.
pub fn array(objects: &[String]) -> String {
    if objects.is_empty() {
        return "[]".to_owned();
    }
    format!("[\n{}\n]", objects.join(",\n"))
}

#[derive(Serialize)]
struct ReportJson<'a> {
    schema: &'static str,
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<LanguageJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<ScoreJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<ModelJson<'a>>,
    findings: Vec<FindingJson<'a>>,
    #[serde(skip_serializing_if = "is_zero")]
    known_findings: usize,
    #[serde(skip_serializing_if = "is_zero")]
    accepted_findings: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<Vec<WordJson>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    siblings: Vec<StandingJson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixJson<'a>>,
}

#[derive(Serialize)]
struct StandingJson<'a> {
    id: &'a str,
    weight: f64,
    aligned: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    quality: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
}

impl<'a> StandingJson<'a> {
    fn new(trust: &'a Trust) -> Self {
        Self {
            id: &trust.id,
            weight: rounded(trust.weight, 2),
            aligned: rounded(trust.aligned, 2),
            quality: trust.quality.map(|quality| rounded(quality, 2)),
            reason: trust.doubt.map(message::doubt_name),
        }
    }
}

#[derive(Serialize)]
struct FixJson<'a> {
    applied: Vec<EditJson<'a>>,
    text: &'a str,
}

/// `start` and `end` are bytes of the text as it was.
#[derive(Serialize)]
struct EditJson<'a> {
    text: &'a str,
    #[serde(flatten)]
    suggestion: SuggestionJson<'a>,
    corrected_start: usize,
    corrected_end: usize,
}

impl<'a> FixJson<'a> {
    fn new(correction: &'a Correction) -> Self {
        let edits = correction.edits.iter().map(|edit| EditJson {
            text: &edit.text,
            suggestion: SuggestionJson::new(&edit.suggestion),
            corrected_start: edit.corrected.start(),
            corrected_end: edit.corrected.end(),
        });
        Self {
            applied: edits.collect(),
            text: &correction.text,
        }
    }
}

#[derive(Serialize)]
struct ErrorJson {
    kind: &'static str,
    message: String,
}

#[derive(Serialize)]
struct LanguageJson<'a> {
    code: &'a str,
    confidence: f64,
}

#[derive(Serialize)]
struct ScoreJson {
    quality: f64,
    quality_interval: [f64; 2],
    post_edit_rate: f64,
    bits_per_word: f64,
    perplexity: f64,
    words: usize,
}

#[derive(Serialize)]
struct ModelJson<'a> {
    name: &'a str,
    sha256: &'a str,
    detector: &'a str,
    precision: &'static str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    start: usize,
    end: usize,
    char_start: usize,
    char_end: usize,
    line: usize,
    column: usize,
    text: &'a str,
    category: Category,
    severity: Severity,
    confidence: f64,
    message: String,
    evidence: EvidenceJson<'a>,
    suggestions: Vec<SuggestionJson<'a>>,
    fingerprint: String,
}

#[derive(Serialize)]
struct EvidenceJson<'a> {
    surprisal_bits: f64,
    expected_bits: f64,
    p_garbled: f64,
    expected: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    residue_language: Option<&'a str>,
}

#[derive(Serialize)]
struct SuggestionJson<'a> {
    start: usize,
    end: usize,
    replacement: &'a str,
    confidence: f64,
    applicability: Applicability,
    bits_saved: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    sibling: Option<SiblingJson<'a>>,
}

#[derive(Serialize)]
struct SiblingJson<'a> {
    id: &'a str,
    start: usize,
    end: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct WordJson {
    start: usize,
    end: usize,
    surprisal_bits: f64,
    p_garbled: f64,
    garbled: bool,
}

impl<'a> ReportJson<'a> {
    fn new(report: &'a Report, options: Options<'a>) -> Self {
        let empty = Self {
            schema: SCHEMA,
            id: &report.id,
            status: "failed",
            reason: None,
            error: None,
            language: None,
            score: None,
            model: None,
            findings: Vec::new(),
            known_findings: 0,
            accepted_findings: 0,
            words: options.words.then(Vec::new),
            siblings: Vec::new(),
            fix: options.fix.map(FixJson::new),
        };
        match &report.outcome {
            Outcome::Scored(analysis) => empty.scored(analysis, options),
            Outcome::Abstained { reason, language } => Self {
                status: "abstained",
                reason: Some(message::reason_name(*reason)),
                language: language.as_ref().map(LanguageJson::new),
                ..empty
            },
            Outcome::Failed(error) => Self {
                error: Some(ErrorJson {
                    kind: error.kind(),
                    message: error.to_string(),
                }),
                ..empty
            },
            Outcome::BadRecord(error) => Self {
                error: Some(ErrorJson {
                    kind: message::record_error_kind(error),
                    message: message::record_error(error),
                }),
                ..empty
            },
        }
    }

    fn scored(self, analysis: &'a Analysis, options: Options<'a>) -> Self {
        let score = analysis.score;
        Self {
            status: "scored",
            language: Some(LanguageJson::new(&analysis.language)),
            score: Some(ScoreJson {
                quality: rounded(score.quality, 2),
                quality_interval: [
                    rounded(score.quality_interval.0, 2),
                    rounded(score.quality_interval.1, 2),
                ],
                post_edit_rate: rounded(score.post_edit_rate, 4),
                bits_per_word: rounded(score.bits_per_word, 2),
                perplexity: rounded(score.perplexity, 2),
                words: score.words,
            }),
            model: Some(ModelJson {
                name: &analysis.model.name,
                sha256: &analysis.model.sha256,
                precision: analysis.model.precision.name(),
                detector: &analysis.detector,
            }),
            findings: analysis
                .findings
                .iter()
                .zip(fingerprints(analysis))
                .filter(|(finding, _)| !finding.known)
                .map(|(finding, fingerprint)| FindingJson::new(finding, fingerprint, analysis))
                .collect(),
            known_findings: analysis.known_findings(),
            accepted_findings: analysis.accepted,
            words: options.words.then(|| words(analysis)),
            siblings: analysis
                .siblings
                .iter()
                .map(|sibling| StandingJson::new(&sibling.trust))
                .collect(),
            ..self
        }
    }
}

impl<'a> LanguageJson<'a> {
    fn new(language: &'a super::Language) -> Self {
        Self {
            code: &language.code,
            confidence: rounded(language.confidence, 3),
        }
    }
}

impl<'a> FindingJson<'a> {
    fn new(finding: &'a Finding, fingerprint: String, analysis: &'a Analysis) -> Self {
        let text = analysis.document.text();
        let index = analysis.document.line_index();
        let from = index.position(finding.span.start());
        let to = index.position(finding.span.end());
        let evidence = &finding.evidence;
        Self {
            start: finding.span.start(),
            end: finding.span.end(),
            char_start: from.char_offset,
            char_end: to.char_offset,
            line: from.line,
            column: from.column,
            text: finding.span.slice(text).unwrap_or_default(),
            category: finding.category,
            severity: finding.severity,
            confidence: rounded(finding.confidence, 4),
            message: message::finding(text, finding),
            evidence: EvidenceJson {
                surprisal_bits: rounded(evidence.surprisal_bits, 2),
                expected_bits: rounded(evidence.expected_bits, 2),
                p_garbled: rounded(evidence.p_garbled, 4),
                expected: &evidence.expected,
                residue_language: evidence.residue_language.as_deref(),
            },
            suggestions: finding
                .suggestions
                .iter()
                .map(SuggestionJson::new)
                .collect(),
            fingerprint,
        }
    }
}

impl<'a> SuggestionJson<'a> {
    fn new(suggestion: &'a Suggestion) -> Self {
        Self {
            start: suggestion.span.start(),
            end: suggestion.span.end(),
            replacement: &suggestion.replacement,
            confidence: rounded(suggestion.confidence, 4),
            applicability: suggestion.applicability,
            bits_saved: rounded(suggestion.bits_saved, 2),
            sibling: suggestion.sibling.as_ref().map(|sibling| SiblingJson {
                id: &sibling.id,
                start: sibling.span.start(),
                end: sibling.span.end(),
                text: &sibling.text,
            }),
        }
    }
}

fn words(analysis: &Analysis) -> Vec<WordJson> {
    let word_json = |word: &super::WordVerdict| WordJson {
        start: word.span.start(),
        end: word.span.end(),
        surprisal_bits: rounded(word.surprisal_bits, 2),
        p_garbled: rounded(word.p_garbled, 4),
        garbled: word.garbled,
    };
    analysis.words.iter().map(word_json).collect()
}

/// As serde asks for it.
fn is_zero(number: &usize) -> bool {
    *number == 0
}

fn rounded(number: f32, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (f64::from(number) * scale).round() / scale
}

#[cfg(test)]
mod tests;
