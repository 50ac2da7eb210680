//! `mtlint.toml`, and what counts of it and of what was typed.
//!
//! What may stand in the file is in `file`; `settings` joins it with the flags.
//! Nothing is judged here: what a configuration makes of findings is
//! [`mtlint::policy`]. Which file counts for which article is decided in
//! [`super::plan`].

mod accept;
mod error;
mod field;
mod file;
mod find;
mod patterns;
mod read;
mod settings;
mod siblings;
#[cfg(test)]
mod tests;

pub use accept::accept;
pub use error::ConfigError;
pub use file::schema;
pub use find::{FILE_NAME, Finder};
pub use read::ConfigFile;
pub use settings::{Origin, RUST_BERT, Setting, Settings, Strictness, Typed};
pub use siblings::{RuleMatches, Rules};
