//! The run report, contract `mtlint.run-report/1`: what the last run of a state brought,
//! and what has changed since the run before.
//!
//! In: a state that is only read. Out: totals, the worst documents, findings by category,
//! changes, and what was not judged and why. The types are written to JSON and read back
//! from it; [`text`] makes text of them, [`html`] a page. Fields may be added: unknown
//! ones are passed over in reading. Nothing is judged here.

mod changes;
pub mod html;
mod smallest;
mod stored_outcome;
mod tally;
pub mod text;

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mtlint::finding::{Category, Severity};
use mtlint::report::Status;

use super::report_line::Summary;
use super::state::{Reader, RunFacts, StateError};

pub use changes::{Changes, DocumentChange};
pub use stored_outcome::FindingSummary;

use smallest::FirstDocuments;
use stored_outcome::StoredOutcome;
use tally::Tally;

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
    /// The run.
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
    fn count(&mut self, severity: Severity) {
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
    /// The category.
    pub category: Category,
    /// The number of its findings of each severity.
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

/// The last run of a state.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRun {
    /// What the run brought.
    pub report: RunReport,
    /// The lowest quality and the most severe finding of the run, exact: whatever gate one
    /// of its documents meets, these meet too.
    pub extremes: Summary,
}

impl LastRun {
    /// Looks at the last run of a state; every list holds at most `top` documents. Reports
    /// are read one at a time, so that memory does not grow with the run but for the eight
    /// bytes of a quality.
    ///
    /// # Errors
    /// When there is no run, or the state cannot be read.
    pub fn of(reader: &Reader, top: usize) -> Result<Self, StateError> {
        let run = reader.last_run()?;
        let before = reader.finished_before(&run)?;
        let former = before.as_ref().map(|before| before.number);
        let mut tally = Tally::new(top);
        let mut changes = before.map(|before| changes::ChangeTally::new(&run, before, top));
        // Those not reached are not gone.
        let mut gone = run.finished.then(|| FirstDocuments::new(top));
        reader.documents(
            run.number,
            former,
            |position, id, content, former| {
                let outcome = StoredOutcome::of(content);
                if let Some(changes) = &mut changes {
                    changes.count(position, &id, &outcome, former);
                }
                tally.count(position, id, outcome);
            },
            |position, id| {
                if let Some(gone) = &mut gone {
                    gone.count(position, || id);
                }
            },
        )?;
        let changes = changes.map(|changes| changes.finish(gone));
        Ok(tally.finish(run, changes))
    }
}

/// One JSON object, indented, with a line break at its end.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn json(report: &RunReport) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(report)? + "\n")
}

/// A quality as a whole number, to sort by: reports give two decimals.
fn hundredths(quality: f64) -> i64 {
    (quality * 100.0).round() as i64
}

#[cfg(test)]
mod tests;
