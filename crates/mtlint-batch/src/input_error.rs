//! Why an input of a batch cannot be read, or not to its end.
//!
//! In: what went wrong with a file, a folder or standard input as a whole. Out: the error,
//! and the [`Failure`] that a report of its own carries, so that whoever reads the output
//! sees that documents are missing. What is wrong with a single record is a
//! [`RecordError`](crate::RecordError).

use std::io;

use mtlint::report::{Failure, FailureKind};

use crate::csv_records::RowTooLarge;
use crate::unpack::UnpacksToTooMuch;
use crate::waiting::Endless;

/// Why an input of a batch cannot be read, or not to its end. Errors are cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// Nothing of the input can be read.
    #[error("{name}: cannot be read: {problem}")]
    Unreadable {
        /// The path as given, `-` for standard input.
        name: String,
        /// What is wrong, in words.
        problem: String,
    },
    /// The input was read up to some place, and cannot be read any further.
    #[error("{name}: cannot be read to its end: {problem}")]
    BrokenOff {
        /// The path as given, `-` for standard input.
        name: String,
        /// What is wrong, in words.
        problem: String,
    },
    /// The input, or one row of it, has more bytes than are allowed.
    #[error("{name}: cannot be read to its end: {problem}")]
    TooLarge {
        /// The path as given, `-` for standard input.
        name: String,
        /// What is too large, the limit, and the way out.
        problem: String,
    },
}

impl InputError {
    /// The error of an input of which nothing could be read.
    pub(super) fn unreadable(name: impl Into<String>, error: &io::Error) -> Self {
        Self::Unreadable {
            name: name.into(),
            problem: error.to_string(),
        }
    }

    /// The error of an input that was being read.
    pub(super) fn broken_off(name: impl Into<String>, error: &io::Error) -> Self {
        let (name, problem) = (name.into(), error.to_string());
        let too_large = error.get_ref().is_some_and(|cause| {
            cause.is::<RowTooLarge>() || cause.is::<UnpacksToTooMuch>() || cause.is::<Endless>()
        });
        if too_large {
            Self::TooLarge { name, problem }
        } else {
            Self::BrokenOff { name, problem }
        }
    }

    /// The name of the input.
    pub fn name(&self) -> &str {
        match self {
            Self::Unreadable { name, .. }
            | Self::BrokenOff { name, .. }
            | Self::TooLarge { name, .. } => name,
        }
    }
}

impl From<&InputError> for Failure {
    fn from(error: &InputError) -> Self {
        Self {
            kind: match error {
                InputError::Unreadable { .. } | InputError::BrokenOff { .. } => {
                    FailureKind::Unreadable
                }
                InputError::TooLarge { .. } => FailureKind::TooLarge,
            },
            message: error.to_string(),
        }
    }
}
