//! Why a state cannot be used.
//!
//! In: what SQLite and the system say. Out: an error that tells damage from a file that
//! cannot be reached, and says what to do. It opens no file.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error with which a state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Another run is using the state.
    #[error("another run is using the state {path}; wait for its end or name another state")]
    Busy {
        /// The path of the state.
        path: PathBuf,
    },
    /// Someone is reading the state, and has been for long.
    #[error("a report is still read from the state {path}; wait for its end or name another state")]
    BeingRead {
        /// The path of the state.
        path: PathBuf,
    },
    /// The state is to be read, and there is no such file.
    #[error("there is no state {path}")]
    Missing {
        /// The path of the state.
        path: PathBuf,
    },
    /// The state is to be read, and holds no run.
    #[error("the state {path} holds no run yet")]
    NoRun {
        /// The path of the state.
        path: PathBuf,
    },
    /// The state's file, or its lock, cannot be read or written.
    #[error("cannot use the state {path}")]
    Unusable {
        /// The path of the file.
        path: PathBuf,
        /// What the system said of the file.
        source: std::io::Error,
    },
    /// SQLite could not do its work: a full disk, a folder without leave to write.
    #[error("cannot use the state {path}")]
    Sqlite {
        /// The path of the state.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The content of the state is damaged.
    #[error(
        "the state {path} is damaged ({problem}); the next run with it keeps it aside and begins \
         a new one"
    )]
    Damaged {
        /// The path of the state.
        path: PathBuf,
        /// What is wrong with the content.
        problem: String,
    },
    /// The file is something else's, and no state.
    #[error("{path} is not a state of mtlint and is left as it is; name another file")]
    Foreign {
        /// The path of the file.
        path: PathBuf,
    },
    /// The state was made by another version of mtlint, with another layout.
    #[error(
        "the state {path} has layout {got}, and this mtlint reads layout {expected}; name \
         another state"
    )]
    Layout {
        /// The path of the state.
        path: PathBuf,
        /// The number of the layout that this mtlint reads.
        expected: i32,
        /// The number of the layout that the state has.
        got: i32,
    },
}

impl StateError {
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if is_damage(&source) {
            let problem = source.to_string();
            return Self::Damaged { path, problem };
        }
        Self::Sqlite { path, source }
    }
}

/// Whether an error says that the file's content is wrong, and not that it
/// could not be reached.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqliteFailure(failure, _) => matches!(
            failure.code,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase
        ),
        rusqlite::Error::InvalidColumnType(..)
        | rusqlite::Error::FromSqlConversionFailure(..)
        | rusqlite::Error::IntegralValueOutOfRange(..)
        | rusqlite::Error::Utf8Error(..)
        | rusqlite::Error::QueryReturnedNoRows => true,
        _ => false,
    }
}
