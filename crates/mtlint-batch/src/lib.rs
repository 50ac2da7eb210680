//! Many documents: the same pipeline in a loop.
//!
//! In: records, from JSON Lines, tables or files. Out: one report a record, in
//! the same order, those included that could not be read. Records are read and
//! judged a group at a time, so memory does not grow with their number; with a
//! state, what an earlier run judged is not read again; with a pool, documents
//! without siblings find theirs there. It does not write output and does not
//! open standard input.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod judge;
mod open;
pub mod pool;
mod record;
mod record_error;
mod report_line;
mod rows;
pub mod run_report;
mod shard;
mod siblings;
mod source;
pub mod state;
mod table;
mod unpack;

pub use judge::{Ended, Job};
pub use open::{AnyRecords, BytesRead, Reading, Unnamed, records};
pub use record::{Record, Records};
pub use record_error::{RecordError, RecordPosition};
pub use report_line::{Line, ReportLine, Summary};
pub use rows::{RowTooLarge, Rows};
pub use shard::{Shard, ShardError};
pub use siblings::{Links, Siblings};
pub use source::{Source, SourceError, sources};
pub use table::Table;

use mtlint::linter::LintError;

/// Why a batch could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// An input of records cannot be read any further.
    #[error("cannot read {name}")]
    Read {
        /// Path as given, `-` for standard input.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model could not read.
    #[error(transparent)]
    Linter(#[from] LintError),
    /// The state could not be used.
    #[error(transparent)]
    State(#[from] state::StateError),
    /// The pool could not be used.
    #[error(transparent)]
    Pool(#[from] pool::PoolError),
    /// A report could not be put into JSON.
    #[error("cannot write a report as JSON")]
    Json(#[from] serde_json::Error),
}

#[cfg(test)]
mod tests;
