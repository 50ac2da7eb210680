//! What is known from earlier nights: a database of reports.
//!
//! In: a path, and reports as they are made. Out: the report on a text that was
//! judged before with the same siblings in the same way, and what each run was
//! given. One run writes at a time. Failures are never kept as reports. It
//! judges nothing and draws nothing.

mod error;
mod file;
mod header;
mod key;
mod lock;
mod reader;
mod retention;
mod run;
mod stored;

pub use error::StateError;
pub use file::{DamagedState, State};
pub use key::{Fingerprint, Key};
pub(super) use reader::{Content, Previous};
pub use reader::{RunFacts, StateReader};
pub use run::Run;
pub(super) use run::RunEntry;

#[cfg(test)]
mod tests;
