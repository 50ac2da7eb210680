//! What is known from earlier nights: a database of reports.
//!
//! In: a path, and reports as they are made. Out: the report on a text that was
//! judged before with the same siblings in the same way, and what each run was
//! given. One run writes at a time. Failures are never kept as reports. It
//! judges nothing and draws nothing.

mod file;
mod key;
mod reader;
mod run;
mod stored;

pub use file::SetAside;
pub use key::{Fingerprint, Key};
pub(super) use reader::{Content, Former};
pub use reader::{Reader, RunFacts};
pub(super) use run::Entry;
pub use run::Run;

use std::path::{Path, PathBuf};

use rusqlite::Connection;

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
    fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        if file::is_damage(&source) {
            let problem = source.to_string();
            return Self::Damaged { path, problem };
        }
        Self::Sqlite { path, source }
    }
}

/// A state that this process writes to, and no other.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    connection: Connection,
    // Given back after the connection is closed: fields are dropped in order.
    _lock: file::Lock,
}

impl State {
    /// Opens the state at `path`, or makes it. A damaged one is kept aside.
    ///
    /// # Errors
    /// When another run uses it, when it cannot be written, and when it is
    /// something else's or another version's.
    pub fn open(path: &Path) -> Result<(Self, Option<SetAside>), StateError> {
        let lock = file::lock(path)?;
        let (connection, aside) = file::open(path)?;
        let state = Self {
            path: path.to_owned(),
            connection,
            _lock: lock,
        };
        Ok((state, aside))
    }
}

#[cfg(test)]
mod tests;
