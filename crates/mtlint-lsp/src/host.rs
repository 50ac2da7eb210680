//! What the server has to be told: configurations, models, and what helps a person.
//!
//! In: the place of a document and what the client has set. Out: how the document is to be
//! linted. Whoever runs the server implements [`Host`]; the server itself reads no configuration
//! and knows no model.

use std::path::PathBuf;

use mtlint::lm::Precision;
use mtlint::report::{AbstainReason, Failure, Language};
use mtlint::{Linter, Options};

use crate::loading::Loading;
use crate::settings::ClientSettings;

/// Where a document is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Its file; `None` for a document that was never saved.
    pub path: Option<PathBuf>,
    /// The folder of the workspace that it is in, if any.
    pub folder: Option<PathBuf>,
}

/// How a document is to be linted.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The language model that reads it.
    pub model: ModelChoice,
    /// How it is linted.
    pub options: Options,
    /// The most bytes that it may have.
    pub max_bytes: u64,
    /// The files of its siblings, by absolute paths.
    pub siblings: Vec<PathBuf>,
}

/// A language model, and how it computes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelChoice {
    /// The name of the model, or the path of its file.
    pub name: String,
    /// The numbers that it computes with.
    pub precision: Precision,
}

/// Why there is no plan for a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PlanError {
    /// What is wrong.
    pub message: String,
    /// The configuration that is wrong, by an absolute path, with the line from 1; `None` where
    /// it is something else.
    pub configuration: Option<(PathBuf, usize)>,
}

/// Whoever runs the server: it knows configurations and models. It is asked from several
/// threads.
pub trait Host: Send + Sync {
    /// How the document at `place` is to be linted. It is asked before each reading, and so has
    /// to be quick.
    ///
    /// # Errors
    /// When a configuration or a setting cannot be used.
    fn plan(&self, place: &Place, settings: &ClientSettings) -> Result<Plan, PlanError>;

    /// Gets and loads a language model, which may take minutes.
    ///
    /// # Errors
    /// When it cannot be had; the message says what helps.
    fn load(&self, model: &ModelChoice, loading: &Loading) -> Result<Linter, String>;

    /// Writes into the configuration of the document at `place` that `text` is no error, and
    /// returns the path of that configuration.
    ///
    /// # Errors
    /// When that cannot be written; the message says why.
    fn accept(&self, place: &Place, text: &str) -> Result<PathBuf, String>;

    /// Why a document could not be linted, and what helps.
    fn failure(&self, failure: &Failure) -> String;

    /// Why a document was not judged, and what helps.
    fn abstained(&self, reason: AbstainReason, language: Option<&Language>) -> String;
}
