//! Many documents: the same pipeline in a loop.
//!
//! In: records, from JSON Lines, tables or files. Out: one report a record, in
//! the same order, those included that could not be read. Records are read and
//! judged a group at a time, so memory does not grow with their number; with a
//! state, what an earlier run judged is not read again; with a pool, documents
//! without siblings find theirs there. It does not write output and does not
//! open standard input.

#![warn(clippy::print_stdout, clippy::print_stderr)]

mod error;
mod job;
mod open;
pub mod pool;
mod record;
mod record_error;
mod report_line;
mod rows;
pub mod run_report;
mod shard;
mod sibling_finder;
mod source;
pub mod state;
mod table;
mod unpack;

pub use error::BatchError;
pub use job::{Completion, Job};
pub use open::{AnyRecords, InputOptions, RecordNaming, records};
pub use record::{Record, Records};
pub use record_error::{RecordError, RecordPosition};
pub use report_line::{DocumentLinks, Line, ReportLine, Summary};
pub use rows::{RowTooLarge, Rows};
pub use shard::{Shard, ShardError};
pub use sibling_finder::SiblingFinder;
pub use source::{Source, SourceError, sources};
pub use table::Table;
pub use unpack::BytesRead;

#[cfg(test)]
mod tests;
