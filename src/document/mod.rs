//! Bytes to a [`Document`]. Placeholder: replaced by the `read` stage.
use std::io::Read;
use std::path::Path;

/// A text with its name.
#[derive(Debug, Clone)]
pub struct Document {
    name: String,
    text: String,
    line_index: LineIndex,
}

impl Document {
    /// Document from text in memory.
    pub fn from_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            name: name.into(),
            line_index: LineIndex { text: text.clone() },
            text,
        }
    }
    /// Reads all of `reader`, refusing more than `max_bytes`.
    pub fn from_reader(
        name: impl Into<String>,
        reader: impl Read,
        max_bytes: u64,
    ) -> Result<Self, DocumentError> {
        let name = name.into();
        let mut bytes = Vec::new();
        reader
            .take(max_bytes.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|source| DocumentError::Unreadable {
                path: name.clone(),
                source,
            })?;
        if bytes.len() as u64 > max_bytes {
            return Err(DocumentError::TooLarge {
                path: name,
                max_bytes,
            });
        }
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self::from_text(name, text)),
            Err(error) => Err(DocumentError::NotUtf8 {
                path: name,
                byte: error.utf8_error().valid_up_to(),
            }),
        }
    }
    /// Opens and reads a file.
    pub fn open(path: &Path, max_bytes: u64) -> Result<Self, DocumentError> {
        let name = path.display().to_string();
        let file = std::fs::File::open(path).map_err(|source| DocumentError::Unreadable {
            path: name.clone(),
            source,
        })?;
        Self::from_reader(name, file, max_bytes)
    }
    /// Name.
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The whole original text, a byte order mark included.
    pub fn text(&self) -> &str {
        &self.text
    }
    /// Where lines begin.
    pub fn line_index(&self) -> &LineIndex {
        &self.line_index
    }
}

/// Turns byte offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex {
    text: String,
}

/// A place in a text, for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Unicode scalar values before it.
    pub char_offset: usize,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl LineIndex {
    /// The position of a byte offset on a character boundary.
    pub fn position(&self, byte: usize) -> Position {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Position {
            char_offset: before.chars().count(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentError {
    /// The file cannot be opened or read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// Path as given.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// Not UTF-8.
    #[error("{path} is not UTF-8: its byte {byte} cannot stand there")]
    NotUtf8 {
        /// Path as given.
        path: String,
        /// First wrong byte, from 0.
        byte: usize,
    },
    /// More bytes than allowed.
    #[error("{path} is over the limit of {max_bytes} bytes")]
    TooLarge {
        /// Path as given.
        path: String,
        /// The limit.
        max_bytes: u64,
    },
}

impl DocumentError {
    /// The kind, as reports name it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::TooLarge { .. } => "too_large",
        }
    }
}
