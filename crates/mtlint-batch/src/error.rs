//! Why a batch could not go on.
//!
//! In: the errors of the state and of the pool. Out: one error that says which of them it
//! was. What is wrong with an input or with a single record ends no batch; see
//! [`InputError`](crate::InputError) and [`RecordError`](crate::RecordError).

use crate::pool::error::PoolError;
use crate::state::StateError;

/// An error that ends a batch, whatever records are left.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
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
