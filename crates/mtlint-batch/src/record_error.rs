//! Why a record of a batch holds no document.
//!
//! In: where a record stands in its input, and what is wrong with it. Out: the error,
//! and the [`Failure`] that the record's report carries: its kind, and a message that
//! says the way out too. It reads no record.

use std::fmt;

use mtlint::report::{Failure, FailureKind};

/// Where a record stands in its input, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordPosition {
    /// The line of a file of lines.
    Line(u64),
    /// The row of a table.
    Row(u64),
}

impl fmt::Display for RecordPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(number) => write!(f, "line {number}"),
            Self::Row(number) => write!(f, "row {number}"),
        }
    }
}

/// Why a record of a batch's input holds no document that can be judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The line is not a JSON object of the expected shape, or the row holds no text.
    #[error("{position} is not a record: {problem}")]
    Malformed {
        /// Where the record stands in the input.
        position: RecordPosition,
        /// What is wrong, with expected and got.
        problem: String,
    },
    /// The row of CSV is not of the expected shape.
    #[error("line {line} is not a row: {problem}")]
    BadRow {
        /// The line of the input on which the row begins, counted from 1.
        line: u64,
        /// What is wrong, with expected and got.
        problem: String,
    },
    /// The record is not UTF-8.
    #[error("{position} is not UTF-8: its byte {byte} cannot stand there")]
    NotUtf8 {
        /// Where the record stands in the input.
        position: RecordPosition,
        /// The first byte that is wrong, counted from 0 in the line or the cell.
        byte: usize,
    },
    /// The record, or a text in it, is larger than allowed.
    #[error("{what} of {position} is over the limit of {limit} bytes")]
    TooLarge {
        /// Where the record stands in the input.
        position: RecordPosition,
        /// What is too large: `the record`, `the text`, `sibling 2`.
        what: String,
        /// The most bytes allowed for it.
        limit: u64,
    },
}

impl From<&RecordError> for Failure {
    fn from(error: &RecordError) -> Self {
        let (kind, way_out) = match error {
            RecordError::Malformed {
                position: RecordPosition::Row(_),
                ..
            } => (
                FailureKind::BadRecord,
                "a row needs a text in its column 'text'",
            ),
            RecordError::Malformed { .. } => (
                FailureKind::BadRecord,
                r#"a record is one line such as {"id":"a","text":"...","siblings":["..."]}"#,
            ),
            RecordError::BadRow { .. } => {
                (FailureKind::BadRecord, "put a text with commas in quotes")
            }
            RecordError::NotUtf8 { .. } => {
                (FailureKind::NotUtf8, "save it as plain text in UTF-8 first")
            }
            RecordError::TooLarge { .. } => (FailureKind::TooLarge, "split it"),
        };
        Self {
            kind,
            message: format!("{error}; {way_out}"),
        }
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtlint::report::{Report, json};

    #[test]
    fn failures_give_the_way_out() {
        let too_large = RecordError::TooLarge {
            position: RecordPosition::Line(3),
            what: "the text".to_owned(),
            limit: 10,
        };
        assert_eq!(
            Failure::from(too_large).message,
            "the text of line 3 is over the limit of 10 bytes; split it"
        );
    }

    #[test]
    fn a_record_that_is_none_is_a_failed_report() {
        let error = RecordError::Malformed {
            position: RecordPosition::Line(7),
            problem: "no \"text\"".to_owned(),
        };
        let report = Report::failed("7", error);
        let shown = json::line(&report, json::Options::default()).unwrap();
        assert!(
            shown.starts_with(
                r#"{"schema":"mtlint.report/1","id":"7","status":"failed","error":{"kind":"bad_record","message":"line 7 is not a record: no \"text\"; "#
            ),
            "{shown}"
        );
    }
}
