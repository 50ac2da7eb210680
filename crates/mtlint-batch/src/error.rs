//! Why a batch could not go on.
//!
//! In: the errors of inputs, of the state and of the pool. Out: one error
//! that says which of them it was. What is wrong with a single record ends no batch; see
//! [`RecordError`](crate::RecordError).

use crate::pool::error::PoolError;
use crate::state::StateError;

/// An error that ends a batch, whatever records are left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// An input of records cannot be read any further.
    #[error("cannot read {name}")]
    Read {
        /// The path as given, `-` for standard input.
        name: String,
        /// What the system said of the input.
        source: std::io::Error,
    },
    /// The state could not be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// The pool could not be used.
    #[error(transparent)]
    Pool(#[from] PoolError),
    /// A report could not be put into JSON.
    #[error("cannot write a report as JSON")]
    Json(#[from] serde_json::Error),
}
