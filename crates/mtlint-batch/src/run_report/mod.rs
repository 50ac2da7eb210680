//! The run report, contract `mtlint.run-report/1`: what the last run of a state brought,
//! and what has changed since the run before.
//!
//! In: a state that is only read. Out: totals, the worst documents, findings by category,
//! changes, and what was not judged and why. The types of the contract are
//! written to JSON and read back from it; [`text`] makes text of them, [`html`] a page.
//! Nothing is linted here.

mod changes;
mod contract;
pub mod html;
mod last_run;
mod smallest;
mod stored_outcome;
mod tally;
#[cfg(test)]
mod tests;
pub mod text;

pub use contract::{
    CategoryCounts, Changes, DocumentChange, FindingSummary, RunReport, Schema, SeverityCounts,
    Totals, UnscoredDocument, UnscoredGroup, WorstDocument, json,
};
pub use last_run::LastRun;
