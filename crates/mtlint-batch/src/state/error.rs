//! Why a state cannot be used.
//!
//! In: what SQLite and the system say. Out: an error that tells damage from a file that
//! cannot be reached, and says what to do. It opens no file.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a state cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Another run has it.
    #[error("another run is using the state {path}; wait for its end or name another state")]
    Busy {
        /// The state.
        path: PathBuf,
    },
    /// Someone is reading it, and has been for long.
    #[error("a report is still read from the state {path}; wait for its end or name another state")]
    BeingRead {
        /// The state.
        path: PathBuf,
    },
    /// There is no such file, and it is to be read only.
    #[error("there is no state {path}")]
    Missing {
        /// The state.
        path: PathBuf,
    },
    /// It is to be read only, and nothing is in it.
    #[error("the state {path} holds no run yet")]
    NoRun {
        /// The state.
        path: PathBuf,
    },
    /// The file cannot be read or written.
    #[error("cannot use the state {path}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// SQLite could not do its work: a full disk, a folder without leave to write.
    #[error("cannot use the state {path}")]
    Sqlite {
        /// The state.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// Its content is wrong.
    #[error(
        "the state {path} is damaged ({problem}); the next run with it keeps it aside and begins \
         a new one"
    )]
    Damaged {
        /// The state.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// It is a database of something else.
    #[error("{path} is not a state of mtlint and is left as it is; name another file")]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// Another version of mtlint made it.
    #[error(
        "the state {path} has layout {got}, and this mtlint reads layout {expected}; name \
         another state"
    )]
    Layout {
        /// The state.
        path: PathBuf,
        /// The layout that is read.
        expected: i32,
        /// The layout it has.
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
