//! Why a document could not be read, as its report carries it.
//!
//! In: an error of whoever was to read the document. Out: a [`Failure`], a kind for
//! programs and a message for people, both made where the error is known. This file
//! reads nothing, and it knows of no other error than [`DocumentError`].

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::document::DocumentError;

/// Why a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// The kind of failure, for programs.
    pub kind: FailureKind,
    /// What went wrong and the way out, in a sentence for people. The wording may change.
    pub message: String,
}

/// The kind of a [`Failure`].
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FailureKind {
    /// The bytes are not UTF-8 text.
    NotUtf8,
    /// The document is larger than allowed.
    TooLarge,
    /// The operating system refused to read it, or failed.
    Unreadable,
    /// A folder stands where a file was expected.
    IsFolder,
    /// There is no such file.
    NotFound,
    /// The record of a batch holds no document.
    BadRecord,
    /// The language model failed on the document or on a sibling of it.
    ModelFailed,
    /// mtlint itself has a fault that the document or a sibling of it brings out.
    Internal,
    /// A kind that another version of mtlint has.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for FailureKind {
    /// Writes the kind's name in reports, such as `not_utf8`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl From<&DocumentError> for Failure {
    fn from(error: &DocumentError) -> Self {
        let kind = match error {
            DocumentError::NotUtf8 { .. } => FailureKind::NotUtf8,
            DocumentError::TooLarge { .. } => FailureKind::TooLarge,
            DocumentError::Unreadable { .. } => FailureKind::Unreadable,
            DocumentError::IsFolder { .. } => FailureKind::IsFolder,
            DocumentError::NotFound { .. } => FailureKind::NotFound,
        };
        Self {
            kind,
            message: error.to_string(),
        }
    }
}

impl From<DocumentError> for Failure {
    fn from(error: DocumentError) -> Self {
        Self::from(&error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_other_versions_keep_their_name() {
        for (name, kind) in [
            ("is_folder", FailureKind::IsFolder),
            ("on_fire", FailureKind::Other("on_fire".to_owned())),
        ] {
            let json = format!(r#"{{"kind":"{name}","message":"m","since":7}}"#);
            let failure: Failure = serde_json::from_str(&json).unwrap();
            assert_eq!(failure.kind, kind);
            assert_eq!(failure.kind.to_string(), name);
            let written = serde_json::to_string(&failure).unwrap();
            assert_eq!(written, format!(r#"{{"kind":"{name}","message":"m"}}"#));
        }
    }
}
