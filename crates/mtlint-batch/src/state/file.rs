//! The state's file: locked for one run or for readers, opened, checked, kept
//! aside if it is damaged.
//!
//! In: a path. Out: a [`State`] or a connection to one that is only read, and where
//! a damaged one was put. It knows the tables by name only.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{StateError, is_damage};
use super::header::{self, APPLICATION_ID, Header};
use super::lock::{Lock, lock, lock_to_read, with_suffix};

/// The layout of the tables; a change to them counts it up.
const LAYOUT: i32 = 2;

const SCHEMA: &str = include_str!("schema.sql");

/// The layout before, which lacks one table.
const FORMER_LAYOUT: i32 = 1;

/// The table that the former layout lacks, and what makes it.
const POOL_REPORTS: &str = "pool_reports";
const ADD_POOL_REPORTS: &str = include_str!("pool_reports.sql");

/// How long a reader or writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// A damaged state that a new one has replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedState {
    /// The path under which the damaged state is kept.
    pub path: PathBuf,
    /// What is wrong with the damaged state.
    pub problem: String,
}

/// A state that this process writes to, and no other.
#[derive(Debug)]
pub struct State {
    pub(super) path: PathBuf,
    pub(super) connection: Connection,
    // Given back after the connection is closed: fields are dropped in order.
    lock: Lock,
}

impl State {
    /// Opens the state at `path`, or makes it. A damaged state is kept under another name, and
    /// a new one is made. A file that is something else's is left as it is, damaged or not.
    ///
    /// # Errors
    /// When another run uses the state, when it cannot be written, and when the file is
    /// something else's or another version's.
    pub fn open(path: &Path) -> Result<(Self, Option<DamagedState>), StateError> {
        // Before the lock, so that nothing is made beside a file that is something else's.
        header::look(path)?;
        let lock = lock(path)?;
        let check = Check::of(&lock, path);
        // Until it is closed again, whatever happens.
        lock.break_seal();
        let (connection, aside) = open(path, check)?;
        let state = Self {
            path: path.to_owned(),
            connection,
            lock,
        };
        Ok((state, aside))
    }

    /// Closes the database, and seals it: the next run need not look through all of it.
    pub(super) fn close(self) -> Result<(), StateError> {
        let Self {
            path,
            connection,
            lock,
        } = self;
        let closed = connection.close();
        closed.map_err(|(_, source)| StateError::sqlite(&path, source))?;
        lock.seal(&path);
        Ok(())
    }

    /// The paths of the files that stand beside the state at `path`: its lock and SQLite's own.
    pub fn files_beside(path: &Path) -> [PathBuf; 4] {
        ["-lock", "-wal", "-shm", "-journal"].map(|suffix| with_suffix(path, suffix))
    }
}

/// How much of a database is looked at when it is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    /// Its header and its tables' statements: it is as it was when it was closed.
    Beginning,
    /// All of it.
    Whole,
}

impl Check {
    /// What the state at `path` needs: all of it where the last run was killed, and where the
    /// file has changed since it was closed.
    fn of(lock: &Lock, path: &Path) -> Self {
        if lock.seals(path) {
            Self::Beginning
        } else {
            Self::Whole
        }
    }
}

/// What a file turned out to be.
enum FileKind {
    New,
    State,
    /// A state of the former layout.
    Former,
    Damaged(String),
}

/// The database to read from, and its lock. Nothing is changed in it.
pub(super) fn open_to_read(path: &Path) -> Result<(Connection, Option<Lock>), StateError> {
    let state = || path.to_owned();
    let header = header::look(path)?;
    match header {
        Header::Missing => return Err(StateError::Missing { path: state() }),
        Header::Empty => return Err(StateError::NoRun { path: state() }),
        Header::State | Header::Database => {}
    }
    let lock = lock_to_read(path)?;
    let failed = |source| StateError::sqlite(path, source);
    let connection = connect_to_read(path).map_err(failed)?;
    let check = lock
        .as_ref()
        .map_or(Check::Whole, |lock| Check::of(lock, path));
    match kind(path, (header, check), &connection)? {
        // What the former layout lacks is not read.
        FileKind::State | FileKind::Former => Ok((connection, lock)),
        FileKind::New => Err(StateError::NoRun { path: state() }),
        FileKind::Damaged(problem) => Err(StateError::Damaged {
            path: state(),
            problem,
        }),
    }
}

fn connect_to_read(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    // A log is there only after a run that was killed, or beside a copy.
    let log = with_suffix(path, "-wal").metadata();
    let has_log = log.is_ok_and(|log| log.len() > 0);
    match (has_log, immutable_uri(path)) {
        (false, Some(uri)) => Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI),
        _ => Connection::open_with_flags(path, flags),
    }
}

/// The name under which SQLite reads a file that nobody writes, without making
/// others beside it: read-only disks will do. There is none for paths that are
/// not as on Unix.
fn immutable_uri(path: &Path) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let whole = path.canonicalize().ok()?;
        let mut uri = "file:".to_owned();
        for &byte in whole.as_os_str().as_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' => uri.push(char::from(byte)),
                _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
                _ => uri += &format!("%{byte:02x}"),
            }
        }
        Some(uri + "?immutable=1")
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// The database to write to, made if it is not there.
fn open(path: &Path, check: Check) -> Result<(Connection, Option<DamagedState>), StateError> {
    let (connection, kind) = opened(path, check)?;
    let (connection, kind, aside) = match kind {
        FileKind::Damaged(problem) => {
            drop(connection);
            let aside = move_damaged(path, problem)?;
            let (connection, kind) = opened(path, Check::Whole)?;
            (connection, kind, Some(aside))
        }
        kind => (connection, kind, None),
    };
    let failed = |source| StateError::sqlite(path, source);
    let missing: &[&str] = match kind {
        FileKind::New => &[SCHEMA, ADD_POOL_REPORTS],
        FileKind::Former => &[ADD_POOL_REPORTS],
        FileKind::State | FileKind::Damaged(_) => &[],
    };
    if !missing.is_empty() {
        // All or nothing: a kill leaves what was there, an empty file that is new again.
        let tables = missing.concat();
        let statements = format!(
            "BEGIN IMMEDIATE; {tables} PRAGMA application_id = {APPLICATION_ID}; \
             PRAGMA user_version = {LAYOUT}; COMMIT;"
        );
        connection.execute_batch(&statements).map_err(failed)?;
    }
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
        .map_err(failed)?;
    Ok((connection, aside))
}

fn opened(path: &Path, check: Check) -> Result<(Connection, FileKind), StateError> {
    let failed = |source| StateError::sqlite(path, source);
    let header = header::look(path)?;
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let kind = kind(path, (header, check), &connection)?;
    Ok((connection, kind))
}

fn kind(
    path: &Path,
    (header, check): (Header, Check),
    connection: &Connection,
) -> Result<FileKind, StateError> {
    let expected = expected_tables().map_err(|source| StateError::sqlite(path, source))?;
    let foreign = || StateError::Foreign {
        path: path.to_owned(),
    };
    // What is no state by its header is one only if it holds the tables of one.
    let damaged = |problem, tables: &[(String, String)]| {
        let is_ours = |(name, _): &&(String, _)| name == "fingerprints" || name == "documents";
        if header == Header::State || tables.iter().filter(is_ours).count() == 2 {
            Ok(FileKind::Damaged(problem))
        } else {
            Err(foreign())
        }
    };
    match inspect(connection, check) {
        Ok(Inspection {
            problem: Some(problem),
            tables,
            ..
        }) => damaged(problem, &tables),
        Ok(inspection) if inspection.application != APPLICATION_ID => {
            if inspection.tables.is_empty() && inspection.application == 0 {
                return Ok(FileKind::New);
            }
            damaged("its header is wrong".to_owned(), &inspection.tables)
        }
        Ok(inspection) if inspection.layout == FORMER_LAYOUT => {
            let known = expected.iter().filter(|(name, _)| name != POOL_REPORTS);
            if known.eq(&inspection.tables) {
                return Ok(FileKind::Former);
            }
            damaged(UNLIKE_MADE.to_owned(), &inspection.tables)
        }
        Ok(inspection) if inspection.layout != LAYOUT => Err(StateError::Layout {
            path: path.to_owned(),
            expected: LAYOUT,
            got: inspection.layout,
        }),
        Ok(inspection) if inspection.tables != expected => {
            damaged(UNLIKE_MADE.to_owned(), &inspection.tables)
        }
        Ok(_) => Ok(FileKind::State),
        Err(error) if is_damage(&error) => damaged(error.to_string(), &[]),
        Err(error) => Err(StateError::sqlite(path, error)),
    }
}

/// What is wrong with a state whose tables were changed.
const UNLIKE_MADE: &str = "its tables are not as they were made";

struct Inspection {
    problem: Option<String>,
    tables: Vec<(String, String)>,
    application: i32,
    layout: i32,
}

fn inspect(connection: &Connection, check: Check) -> rusqlite::Result<Inspection> {
    let problem = match check {
        Check::Beginning => None,
        Check::Whole => Some(connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?),
    };
    Ok(Inspection {
        problem: problem.filter(|problem| problem != "ok"),
        tables: tables(connection)?,
        application: connection.query_row("PRAGMA application_id", [], |row| row.get(0))?,
        layout: connection.query_row("PRAGMA user_version", [], |row| row.get(0))?,
    })
}

/// The tables with the statements that made them.
fn tables(connection: &Connection) -> rusqlite::Result<Vec<(String, String)>> {
    connection
        .prepare("SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The tables of a state that was just made: damage to the statements is not
/// found by SQLite's own check.
fn expected_tables() -> rusqlite::Result<Vec<(String, String)>> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(SCHEMA)?;
    connection.execute_batch(ADD_POOL_REPORTS)?;
    tables(&connection)
}

/// Gives a damaged state another name, with the log that belongs to it.
fn move_damaged(path: &Path, problem: String) -> Result<DamagedState, StateError> {
    // Counted, not dated: clocks can be moved.
    let mut number = 1;
    let aside = loop {
        let name = with_suffix(path, &format!(".damaged-{number}"));
        if !name.exists() {
            break name;
        }
        number += 1;
    };
    let moved = |from: &Path, to: &Path| match std::fs::rename(from, to) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(StateError::Unusable {
            path: from.to_owned(),
            source: error,
        }),
        _ => Ok(()),
    };
    for suffix in ["-wal", "-shm"] {
        moved(&with_suffix(path, suffix), &with_suffix(&aside, suffix))?;
    }
    moved(path, &aside)?;
    Ok(DamagedState {
        path: aside,
        problem,
    })
}
