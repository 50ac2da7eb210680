//! What is wrong with a configuration file, and where.

use std::fmt;
use std::io;

/// A place in a configuration file, counted from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file, as it is shown.
    pub path: String,
    /// The line.
    pub line: usize,
    /// The character in the line.
    pub column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.path, self.line, self.column)
    }
}

/// What is wrong with a configuration file.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the configuration {path}")]
    Unreadable {
        /// The file.
        path: String,
        /// What the system said.
        source: io::Error,
    },
    /// A folder or device has the file's name.
    #[error("the configuration {path} is not a file")]
    NotAFile {
        /// Its path.
        path: String,
    },
    /// It is too large to be a configuration.
    #[error("the configuration {path} is over the limit of {limit} bytes")]
    TooLarge {
        /// The file.
        path: String,
        /// The most bytes it may have.
        limit: u64,
    },
    /// It is not UTF-8.
    #[error("the configuration {path} is not UTF-8 text: its byte {byte} cannot stand there")]
    NotUtf8 {
        /// The file.
        path: String,
        /// The first byte that is wrong, from 0.
        byte: usize,
    },
    /// A key that nobody knows.
    #[error("{place}: {unknown}")]
    UnknownKey {
        /// Where it stands.
        place: Place,
        /// What could have been meant.
        unknown: Box<UnknownKey>,
    },
    /// It is no TOML, or a value is not what is expected.
    #[error("{place}: {}{problem}", key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default())]
    Wrong {
        /// Where.
        place: Place,
        /// Of which key, if it is about one.
        key: Option<String>,
        /// What is wrong, with expected and got.
        problem: String,
    },
}

/// A key that nobody knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownKey {
    /// The key.
    pub key: String,
    /// The table it stands in, such as `gates`; empty at the top.
    pub table: String,
    /// The known key that it is most likely a slip of.
    pub nearest: Option<String>,
    /// All that are known there.
    pub known: Vec<String>,
}

impl fmt::Display for UnknownKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown key `{}`; ", self.key)?;
        if let Some(nearest) = &self.nearest {
            return write!(f, "did you mean `{nearest}`?");
        }
        let known: Vec<String> = self.known.iter().map(|key| format!("`{key}`")).collect();
        let known = known.join(", ");
        match self.table.as_str() {
            "" => write!(f, "the keys are {known}"),
            table => write!(f, "the keys of {table} are {known}"),
        }
    }
}
