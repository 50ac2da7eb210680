//! The contract `mtlint.compare/1`: a comparison as programs read and write it.
//!
//! In: a [comparison](super::Comparison). Out: the same as owned values that are written to
//! JSON and read back from it, with a JSON schema. Scores and findings are those of
//! [`mtlint.report/1`](crate::report::v1). Numbers are rounded here. Fields may be added:
//! unknown ones are passed over in reading.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::json::{self, Options};
use super::super::{AbstainReason, v1};
use crate::finding::Severity;

/// The name of the contract, which every comparison begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The only version so far.
    #[default]
    #[serde(rename = "mtlint.compare/1")]
    V1,
}

impl fmt::Display for Schema {
    /// Writes the contract's name, `mtlint.compare/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// Several versions of one text compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mtlint.compare/1")]
pub struct Comparison {
    /// The name of the contract.
    pub schema: Schema,
    /// The versions: those that were judged by quality, the best first, then those that
    /// were not.
    pub versions: Vec<Version>,
    /// The places where versions differ and at least one has a finding, or one is clearly
    /// better than another; in the order of the best version.
    pub passages: Vec<Passage>,
}

/// One version of a text.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// The version's path as given, `-` for standard input.
    pub id: String,
    /// What became of the version.
    pub status: v1::Status,
    /// Why the version was not judged, if its status is `abstained`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<AbstainReason>,
    /// Why the version could not be read, if its status is `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<v1::Failure>,
    /// The language of the version, if it was judged or if its language was the reason not
    /// to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<v1::Language>,
    /// How good the version is, if it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<v1::Score>,
    /// The model that judged the version, if it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<v1::Model>,
    /// The findings of the whole version by severity, if it was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<SeverityCounts>,
    /// The earlier version with the very same text, as an index into `versions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<usize>,
    /// The share of the version's sentences that share words with their counterparts in the
    /// first version. Left out for the first one and where it was not judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub aligned: Option<f64>,
    /// The probability that the first version is better than this one; 0.5 where they are
    /// equally good. Left out where `aligned` is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1))]
    pub p_first_better: Option<f64>,
}

/// Findings by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityCounts {
    /// Findings where the sense is lost or false.
    pub critical: usize,
    /// Findings that slow or mislead the reader.
    pub major: usize,
    /// Findings that a reader notices and understands.
    pub minor: usize,
}

/// A place where versions differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Passage {
    /// What the versions have there, in their order; one that leaves the place out is not
    /// listed.
    pub wordings: Vec<Wording>,
}

/// What a version has in a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    /// The version, as an index into `versions`.
    pub version: usize,
    /// Where the sentences begin, in bytes of the version's text.
    pub start: usize,
    /// Where the sentences end, in bytes.
    pub end: usize,
    /// The sentences themselves.
    pub text: String,
    /// The quality of these sentences alone, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub quality: f64,
    /// The findings that begin there, in text order.
    pub findings: Vec<v1::Finding>,
}

impl Comparison {
    /// The comparison as the contract has it.
    pub fn new(comparison: &super::Comparison) -> Self {
        let reports = comparison.versions.iter();
        let reports = reports.map(|version| v1::Report::new(&version.report, Options::default()));
        let reports: Vec<v1::Report> = reports.collect();
        let passages = comparison.passages.iter();
        let passages = passages.map(|passage| passage_of(comparison, &reports, passage));
        let passages = passages.collect();
        let versions = comparison.versions.iter().zip(reports);
        Self {
            schema: Schema::default(),
            versions: versions
                .map(|(version, report)| version_of(version, report))
                .collect(),
            passages,
        }
    }
}

/// A comparison as JSON over several lines, without the last line break.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn json(comparison: &super::Comparison) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(&Comparison::new(comparison)).map(json::escaped)
}

fn version_of(version: &super::Version, report: v1::Report) -> Version {
    let count = |severity: Severity| {
        let found = report.findings.iter();
        found.filter(|finding| finding.severity == severity).count()
    };
    let findings = report.score.is_some().then(|| SeverityCounts {
        critical: count(Severity::Critical),
        major: count(Severity::Major),
        minor: count(Severity::Minor),
    });
    Version {
        id: report.id,
        status: report.status,
        reason: report.reason,
        error: report.error,
        language: report.language,
        score: report.score,
        model: report.model,
        findings,
        same_as: version.same_as,
        aligned: version.aligned_share.map(|share| rounded(share, 2)),
        p_first_better: version.p_best_better.map(|p| rounded(p, 4)),
    }
}

fn passage_of(
    comparison: &super::Comparison,
    reports: &[v1::Report],
    passage: &super::Passage,
) -> Passage {
    let versions = comparison.judged().zip(reports).enumerate();
    let wordings = versions.zip(&passage.wordings);
    let wordings = wordings.filter_map(|((version, ((_, analysis), report)), wording)| {
        let wording = wording.as_ref()?;
        let text = wording.span.slice(analysis.document.text());
        let findings = wording.findings.iter();
        Some(Wording {
            version,
            start: wording.span.start(),
            end: wording.span.end(),
            text: text.unwrap_or_default().to_owned(),
            quality: rounded(wording.quality, 2),
            findings: findings
                .filter_map(|at| report.findings.get(*at).cloned())
                .collect(),
        })
    });
    Passage {
        wordings: wordings.collect(),
    }
}

/// A number as the contract has it: so many decimals, whatever the number.
fn rounded(number: f32, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (f64::from(number) * scale).round() / scale
}
