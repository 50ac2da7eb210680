//! Many documents: the same pipeline in a loop.
//!
//! In: records, from JSON Lines, tables or files. Out: one report a record, in
//! the same order, those included that could not be read. Records are read and
//! linted a group at a time, so memory does not grow with their number; with a
//! state, what an earlier run linted is not read again; with a pool, documents
//! without siblings find theirs there. It does not write output and does not
//! open standard input.

#![warn(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod csv_records;
mod date;
mod error;
mod input_error;
mod job;
mod json_lines;
mod json_record;
mod open;
mod parquet_records;
pub mod pool;
mod record;
mod record_error;
mod report_line;
pub mod run_report;
mod shard;
mod sibling_finder;
mod source;
pub mod state;
mod unpack;
mod waiting;
mod walk;

pub use csv_records::CsvRecords;
pub use date::{RecordDate, UnreadDates};
pub use error::BatchError;
pub use input_error::InputError;
pub use job::{Completion, Job};
pub use json_lines::JsonLinesRecords;
pub use open::{AnyRecords, InputOptions, RecordNaming, records};
pub use parquet_records::ParquetRecords;
pub use record::{MAX_ID_BYTES, Record};
pub use record_error::{RecordError, RecordPosition};
pub use report_line::{DocumentLinks, Line, ReportLine, Summary};
pub use shard::{Shard, ShardError};
pub use sibling_finder::SiblingFinder;
pub use source::{Inputs, Source, SourceError, SourceNote, sources};
pub use unpack::BytesRead;

#[cfg(test)]
mod tests;
