//! From a report in memory to its contract.
//!
//! In: a report, and what is asked for on top of what is always there. Out: the types of
//! [`v1`](super), numbers rounded, with positions in characters, lines and columns from
//! the document's line index. It writes nothing.

use super::{
    Edit, Evidence, Finding, Fix, Language, Model, Quote, Report, Schema, Score, Sibling, Status,
    Suggestion, Word,
};
use crate::correct::Correction;
use crate::report::fingerprint::fingerprints;
use crate::report::json::Options;
use crate::report::{self, Analysis, Outcome, SiblingEntry, WordVerdict, message};
use crate::{finding, score};

impl Report {
    /// The contract of a report, with what `options` ask for.
    pub fn new(report: &report::Report, options: Options<'_>) -> Self {
        let empty = Self {
            schema: Schema::default(),
            id: report.id.clone(),
            copy_of: None,
            sibling: None,
            status: report.outcome.status(),
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
            fix: options.fix.map(Fix::from),
        };
        match &report.outcome {
            Outcome::Scored(analysis) => empty.scored(analysis, options),
            Outcome::Abstained { reason, language } => Self {
                reason: Some(*reason),
                language: language.as_ref().map(Language::from),
                ..empty
            },
            Outcome::Failed(failure) => Self {
                error: Some(failure.clone()),
                ..empty
            },
        }
    }

    fn scored(self, analysis: &Analysis, options: Options<'_>) -> Self {
        let findings = analysis.findings.iter().zip(fingerprints(analysis));
        let new = findings.filter(|(finding, _)| !finding.known);
        let words = || analysis.words.iter().map(Word::from).collect();
        Self {
            language: Some(Language::from(&analysis.language)),
            score: Some(Score::from(&analysis.score)),
            model: Some(Model {
                name: analysis.model.name.clone(),
                sha256: analysis.model.sha256.clone(),
                detector: analysis.detector.clone(),
                precision: analysis.model.precision.name().to_owned(),
            }),
            findings: new
                .map(|(finding, fingerprint)| Finding::new(finding, fingerprint, analysis))
                .collect(),
            known_findings: analysis.known_findings(),
            accepted_findings: analysis.accepted,
            words: options.words.then(words),
            siblings: analysis.siblings.iter().map(Sibling::from).collect(),
            ..self
        }
    }
}

impl Outcome {
    /// The status of a report with this outcome.
    pub fn status(&self) -> Status {
        match self {
            Self::Scored(_) => Status::Scored,
            Self::Abstained { .. } => Status::Abstained,
            Self::Failed(_) => Status::Failed,
        }
    }
}

impl Finding {
    fn new(finding: &finding::Finding, fingerprint: String, analysis: &Analysis) -> Self {
        let text = analysis.document.text();
        let index = analysis.document.line_index();
        let from = index.position(finding.span.start());
        let to = index.position(finding.span.end());
        Self {
            start: finding.span.start(),
            end: finding.span.end(),
            char_start: from.char_offset,
            char_end: to.char_offset,
            line: from.line,
            column: from.column,
            text: finding.span.slice(text).unwrap_or_default().to_owned(),
            category: finding.category,
            severity: finding.severity,
            confidence: rounded(finding.confidence, 4),
            message: message::finding(text, finding),
            evidence: Evidence::from(&finding.evidence),
            suggestions: finding.suggestions.iter().map(Suggestion::from).collect(),
            fingerprint,
        }
    }
}

impl From<&report::Language> for Language {
    fn from(language: &report::Language) -> Self {
        Self {
            code: language.code.clone(),
            confidence: rounded(language.confidence, 3),
        }
    }
}

impl From<&score::Score> for Score {
    fn from(score: &score::Score) -> Self {
        let (low, high) = score.quality_interval;
        Self {
            quality: rounded(score.quality, 2),
            quality_interval: [rounded(low, 2), rounded(high, 2)],
            post_edit_rate: rounded(score.post_edit_rate, 4),
            bits_per_word: rounded(score.bits_per_word, 2),
            perplexity: Some(rounded(score.perplexity, 2)).filter(|told| told.is_finite()),
            words: score.words,
        }
    }
}

impl From<&finding::Evidence> for Evidence {
    fn from(evidence: &finding::Evidence) -> Self {
        Self {
            surprisal_bits: rounded(evidence.surprisal_bits, 2),
            expected_bits: rounded(evidence.expected_bits, 2),
            p_garbled: rounded(evidence.p_garbled, 4),
            expected: evidence.expected.clone(),
            residue_language: evidence.residue_language.clone(),
            meanings: evidence.meanings.clone(),
            pattern: evidence.pattern.as_ref().map(|kind| kind.name().to_owned()),
        }
    }
}

impl From<&finding::Suggestion> for Suggestion {
    fn from(suggestion: &finding::Suggestion) -> Self {
        Self {
            start: suggestion.span.start(),
            end: suggestion.span.end(),
            replacement: suggestion.replacement.clone(),
            confidence: rounded(suggestion.confidence, 4),
            applicability: suggestion.applicability,
            bits_saved: rounded(suggestion.bits_saved, 2),
            source: suggestion.source,
            in_quotation: suggestion.in_quotation,
            sibling: suggestion.sibling.as_ref().map(Quote::from),
        }
    }
}

impl From<&finding::SiblingQuote> for Quote {
    fn from(quote: &finding::SiblingQuote) -> Self {
        Self {
            id: quote.id.clone(),
            start: quote.span.start(),
            end: quote.span.end(),
            text: quote.text.clone(),
        }
    }
}

impl From<&WordVerdict> for Word {
    fn from(word: &WordVerdict) -> Self {
        Self {
            start: word.span.start(),
            end: word.span.end(),
            surprisal_bits: rounded(word.surprisal_bits, 2),
            p_garbled: rounded(word.p_garbled, 4),
            garbled: word.garbled,
        }
    }
}

impl From<&SiblingEntry> for Sibling {
    fn from(sibling: &SiblingEntry) -> Self {
        Self {
            id: sibling.id.clone(),
            weight: rounded(sibling.weight, 2),
            aligned: rounded(sibling.aligned_share, 2),
            quality: sibling.quality.map(|quality| rounded(quality, 2)),
            reason: sibling.doubt,
        }
    }
}

impl From<&Correction> for Fix {
    fn from(correction: &Correction) -> Self {
        let edits = correction.edits.iter().map(|edit| Edit {
            text: edit.text.clone(),
            suggestion: Suggestion::from(&edit.suggestion),
            corrected_start: edit.corrected.start(),
            corrected_end: edit.corrected.end(),
        });
        Self {
            applied: edits.collect(),
            text: correction.text.clone(),
        }
    }
}

/// A number as the contract has it: so many decimals, whatever the number.
fn rounded(number: f32, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (f64::from(number) * scale).round() / scale
}
