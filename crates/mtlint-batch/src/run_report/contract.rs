//! The contract `mtlint.run-report/1`.
//!
//! The types are written to JSON and read back from it; their descriptions stand in
//! `schemas/run-report.json`. Fields may be added: unknown ones are passed over in reading.
//! Nothing is counted here.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mtlint::finding::{Category, Severity};
use mtlint::report::{Status, json};

use crate::state::RunFacts;

/// The name of the contract, which every run report begins with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Schema {
    /// The only version so far.
    #[default]
    #[serde(rename = "mtlint.run-report/1")]
    V1,
}

impl fmt::Display for Schema {
    /// Writes the contract's name, `mtlint.run-report/1`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

/// What the last run of a state brought. Every list of documents is cut to the length that
/// was asked for; no count is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mtlint.run-report/1")]
pub struct RunReport {
    /// The name of the contract.
    pub schema: Schema,
    /// The run that is reported on.
    pub run: RunFacts,
    /// The run's documents and findings, counted.
    pub totals: Totals,
    /// The run's findings by category; a category without any is left out.
    pub findings: Vec<CategoryCounts>,
    /// The documents with the lowest quality, lowest first.
    pub worst: Vec<WorstDocument>,
    /// What has changed since the run before, if there was one that was finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// The documents that were not judged, by the reason.
    pub not_judged: Vec<UnscoredGroup>,
}

/// Documents and findings of a run, counted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Totals {
    /// All documents of the run.
    pub documents: u64,
    /// The documents that were judged.
    pub judged: u64,
    /// The documents that cannot be judged.
    pub abstained: u64,
    /// The documents that could not be read.
    pub failed: u64,
    /// The median of the qualities; left out if no document was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub median_quality: Option<f64>,
    /// All findings of the run.
    pub findings: SeverityCounts,
}

/// Findings, counted by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeverityCounts {
    /// Findings with which the sense is lost or false.
    pub critical: u64,
    /// Findings that slow or mislead the reader.
    pub major: u64,
    /// Findings that a reader notices and understands.
    pub minor: u64,
}

impl SeverityCounts {
    pub(super) fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Critical => self.critical += 1,
            Severity::Major => self.major += 1,
            Severity::Minor => self.minor += 1,
        }
    }

    /// The number of findings of all severities.
    pub fn all(&self) -> u64 {
        self.critical + self.major + self.minor
    }
}

/// The findings of one category, counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CategoryCounts {
    /// The category of the findings.
    pub category: Category,
    /// The number of the category's findings, by severity.
    #[serde(flatten)]
    pub findings: SeverityCounts,
}

/// One of the documents with the lowest quality.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WorstDocument {
    /// The document's quality, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub quality: f64,
    /// The share of the document's words that an editor would change.
    pub post_edit_rate: f64,
    /// The document's findings, counted.
    pub findings: SeverityCounts,
    /// The first few of the document's findings, worst first.
    pub found: Vec<FindingSummary>,
    /// The document's id.
    pub id: String,
}

/// The documents that were not judged for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnscoredGroup {
    /// Whether the documents cannot be judged or could not be read.
    pub status: Status,
    /// The reason or the kind of failure, by its name in reports; `damaged_report` for a
    /// report that was changed on the disk.
    pub reason: String,
    /// How many documents there are.
    pub documents: u64,
    /// The first of the documents, in the order of the run.
    pub first: Vec<UnscoredDocument>,
}

/// A document that was not judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnscoredDocument {
    /// The document's id.
    pub id: String,
    /// Why the document was not judged, in a sentence. The wording may change.
    pub message: String,
}

/// What has changed since the run before. Each document is counted once, as
/// `new`, `unchanged`, `changed`, `now_judged` or `no_longer_judged`; `gone`
/// come on top.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// The run before: the last that was finished.
    pub before: RunFacts,
    /// In what the two runs did not judge alike, such as `model` or `version`; a change may
    /// come from that.
    pub judged_otherwise: Vec<String>,
    /// Documents whose id the run before did not have.
    pub new: u64,
    /// Documents whose id this run does not have; left out if the run was cut short, for
    /// then nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<u64>,
    /// Documents with the same quality and the same findings, or not judged
    /// either time.
    pub unchanged: u64,
    /// Documents with another quality or other findings.
    pub changed: u64,
    /// Documents that were not judged before and are now.
    pub now_judged: u64,
    /// Documents that were judged before and are not any more.
    pub no_longer_judged: u64,
    /// Of the changed documents, those with findings that they did not have before.
    pub with_new_findings: u64,
    /// Of the changed documents, those without findings that they had before.
    pub with_fixed_findings: u64,
    /// Findings that changed documents did not have before.
    pub new_findings: u64,
    /// Findings that changed documents had before and have no longer.
    pub fixed_findings: u64,
    /// The changed documents: those with the worst new findings first, and of these the
    /// ones with the lowest quality.
    pub documents: Vec<DocumentChange>,
    /// The first ids that are new, in the order of the run.
    pub new_documents: Vec<String>,
    /// The first ids that are gone, in the order of the run before.
    pub gone_documents: Vec<String>,
    /// The first ids that are no longer judged, in the order of the run.
    pub no_longer_judged_documents: Vec<String>,
}

/// A document that has changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DocumentChange {
    /// The document's id.
    pub id: String,
    /// The document's quality before, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub quality_before: f64,
    /// The document's quality now, from 0 to 100.
    #[schemars(range(min = 0, max = 100))]
    pub quality: f64,
    /// Findings that the document did not have before, worst first.
    pub new: Vec<FindingSummary>,
    /// Findings that the document had before and has no longer, worst first.
    pub fixed: Vec<FindingSummary>,
}

/// A finding without its position, which moves when something before it is edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct FindingSummary {
    /// How bad the error is.
    pub severity: Severity,
    /// What kind of error the phrase is.
    pub category: Category,
    /// The phrase that was found, as it stands in the document.
    pub text: String,
}

/// The run report as one JSON object, indented, with a line break at its end.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn json(report: &RunReport) -> serde_json::Result<String> {
    Ok(json::escaped(serde_json::to_string_pretty(report)?) + "\n")
}

/// A quality as a whole number, to sort by: reports give two decimals.
pub(super) fn hundredths(quality: f64) -> i64 {
    (quality * 100.0).round() as i64
}
