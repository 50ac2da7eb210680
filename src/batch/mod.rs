//! Many documents: the same pipeline in a loop.
//!
//! In: records, from JSON Lines or from files. Out: one report a record, in
//! the same order, those included that could not be read. Records are read and
//! judged a group at a time, so memory does not grow with their number. It
//! does not write output and does not open standard input.

mod record;
mod source;

pub use record::{Record, Records};
pub use source::{Source, SourceError, sources};

use crate::pipeline::AnalyzerError;
use crate::pipeline::{Analyzer, Input};
use crate::report::{Outcome, Report};

/// A group is judged once it holds this many bytes of text: enough for the
/// model to work on many sentences at once, little against its own weights.
const GROUP_BYTES: usize = 256 * 1024;

/// A group never holds more records, so that reports do not pile up and
/// progress shows.
const GROUP_RECORDS: usize = 64;

/// Why a batch could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// An input of records cannot be read any further.
    #[error("cannot read {name}: {source}")]
    Read {
        /// Path as given, `-` for standard input.
        name: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The model could not read.
    #[error(transparent)]
    Analyzer(#[from] AnalyzerError),
}

/// Judges `records` in groups and hands every report to `each`, in the order
/// of the records.
pub fn judge_all<E>(
    analyzer: &Analyzer,
    records: impl Iterator<Item = Result<Record, BatchError>>,
    mut each: impl FnMut(Report) -> Result<(), E>,
) -> Result<(), E>
where
    E: From<BatchError>,
{
    let mut group = Vec::new();
    let mut bytes = 0;
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                // What was read before the input broke is not lost.
                judge_group(analyzer, group, &mut each)?;
                return Err(error.into());
            }
        };
        bytes += record.bytes();
        group.push(record);
        if bytes >= GROUP_BYTES || group.len() >= GROUP_RECORDS {
            judge_group(analyzer, std::mem::take(&mut group), &mut each)?;
            bytes = 0;
        }
    }
    judge_group(analyzer, group, &mut each)
}

fn judge_group<E>(
    analyzer: &Analyzer,
    group: Vec<Record>,
    each: &mut impl FnMut(Report) -> Result<(), E>,
) -> Result<(), E>
where
    E: From<BatchError>,
{
    let mut inputs: Vec<Input> = Vec::new();
    // A rejected record keeps its place among those that are judged.
    let mut places: Vec<Option<Report>> = Vec::new();
    for record in group {
        match record {
            Record::Document(input) => {
                inputs.push(*input);
                places.push(None);
            }
            Record::Rejected { id, error } => places.push(Some(Report {
                id,
                outcome: Outcome::BadRecord(error),
            })),
        }
    }
    let mut judged = analyzer
        .judge(inputs)
        .map_err(BatchError::from)?
        .into_iter();
    for place in places {
        if let Some(report) = place.or_else(|| judged.next()) {
            each(report)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
