//! Bytes to a [`Document`]: placeholder signatures.
use std::io::Read;
use std::path::Path;

/// A text with its name.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
}

impl Document {
    /// Document from text in memory.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
        }
    }
    /// Reads all of `reader`, refusing more than `max_bytes`.
    pub fn from_reader(
        _name: impl Into<String>,
        _reader: impl Read,
        _max_bytes: u64,
    ) -> Result<Self, DocumentError> {
        unimplemented!()
    }
    /// Opens and reads a file.
    pub fn open(_path: &Path, _max_bytes: u64) -> Result<Self, DocumentError> {
        unimplemented!()
    }
    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The whole original text, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
}
