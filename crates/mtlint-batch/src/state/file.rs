//! The state's file: locked for one run or for readers, opened, checked, kept
//! aside if it is damaged.
//!
//! In: a path. Out: a [`State`] or a connection to one that is only read, and where
//! a damaged one was put. It knows the tables by name only.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::{StateError, is_damage};

/// "mtli" in ASCII: what SQLite keeps in the file's header for us.
const APPLICATION_ID: i32 = 0x6d74_6c69;

/// The layout of the tables; a change to them counts it up.
const LAYOUT: i32 = 1;

const SCHEMA: &str = include_str!("schema.sql");

/// How long a reader or writer waits for another.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// How often a run looks whether a report has been read to its end, and how
/// long it waits between. Reports are short: a night does not fail for one.
const MAX_LOCK_ATTEMPTS: u32 = 600;
const LOCK_RETRY_DELAY: Duration = Duration::from_millis(100);

/// How every database of SQLite begins.
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

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
    _lock: Lock,
}

impl State {
    /// Opens the state at `path`, or makes it. A damaged state is kept under another name, and
    /// a new one is made.
    ///
    /// # Errors
    /// When another run uses the state, when it cannot be written, and when the file is
    /// something else's or another version's.
    pub fn open(path: &Path) -> Result<(Self, Option<DamagedState>), StateError> {
        let lock = lock(path)?;
        let (connection, aside) = open(path)?;
        let state = Self {
            path: path.to_owned(),
            connection,
            _lock: lock,
        };
        Ok((state, aside))
    }
}

/// What a file turned out to be.
enum FileKind {
    New,
    State,
    Damaged(String),
}

/// Held while a run writes to the state; the system gives it back however the
/// process ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held, not looked at")] File);

fn lock(path: &Path) -> Result<Lock, StateError> {
    let name = with_suffix(path, "-lock");
    let unusable = |source| StateError::Unusable {
        path: name.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(unusable)?;
    let path = path.to_owned();
    for _ in 0..MAX_LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        // Where a shared lock can be had, no run but only readers have it.
        match file.try_lock_shared() {
            Ok(()) => file.unlock().map_err(unusable)?,
            Err(TryLockError::WouldBlock) => return Err(StateError::Busy { path }),
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        std::thread::sleep(LOCK_RETRY_DELAY);
    }
    Err(StateError::BeingRead { path })
}

/// A lock that others who only read can have too. There is none where no run
/// has been and none can be: in a folder that cannot be written.
fn lock_to_read(path: &Path) -> Result<Option<Lock>, StateError> {
    let name = with_suffix(path, "-lock");
    let opened = match File::open(&name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            match File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&name)
            {
                Ok(file) => Ok(file),
                Err(_) => return Ok(None),
            }
        }
        opened => opened,
    };
    let unusable = |source| StateError::Unusable {
        path: name.clone(),
        source,
    };
    let file = opened.map_err(unusable)?;
    match file.try_lock_shared() {
        Ok(()) => Ok(Some(Lock(file))),
        Err(TryLockError::WouldBlock) => Err(StateError::Busy {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(unusable(source)),
    }
}

/// The database to read from, and its lock. Nothing is changed in it.
pub(super) fn open_to_read(path: &Path) -> Result<(Connection, Option<Lock>), StateError> {
    let state = || path.to_owned();
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| {
        let length = MAGIC.len() as u64;
        file.take(length).read_to_end(&mut start)
    });
    match read {
        Err(source) if source.kind() == io::ErrorKind::NotFound => {
            return Err(StateError::Missing { path: state() });
        }
        Err(source) => {
            return Err(StateError::Unusable {
                path: state(),
                source,
            });
        }
        Ok(0) => return Err(StateError::NoRun { path: state() }),
        Ok(_) if start != MAGIC => return Err(StateError::Foreign { path: state() }),
        Ok(_) => {}
    }
    let lock = lock_to_read(path)?;
    let failed = |source| StateError::sqlite(path, source);
    let connection = connect_to_read(path).map_err(failed)?;
    match kind(path, &connection)? {
        FileKind::State => Ok((connection, lock)),
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
fn open(path: &Path) -> Result<(Connection, Option<DamagedState>), StateError> {
    let (connection, kind) = opened(path)?;
    let (connection, kind, aside) = match kind {
        FileKind::Damaged(problem) => {
            drop(connection);
            let aside = move_damaged(path, problem)?;
            let (connection, kind) = opened(path)?;
            (connection, kind, Some(aside))
        }
        kind => (connection, kind, None),
    };
    let failed = |source| StateError::sqlite(path, source);
    if matches!(kind, FileKind::New) {
        // All or nothing: a kill leaves an empty file, which is new again.
        let begin = "BEGIN IMMEDIATE;";
        let layout = format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {LAYOUT}; COMMIT;"
        );
        connection
            .execute_batch(&[begin, SCHEMA, &layout].concat())
            .map_err(failed)?;
    }
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
        .and_then(|()| connection.pragma_update(None, "foreign_keys", true))
        .map_err(failed)?;
    Ok((connection, aside))
}

fn opened(path: &Path) -> Result<(Connection, FileKind), StateError> {
    let failed = |source| StateError::sqlite(path, source);
    let connection = Connection::open(path).map_err(failed)?;
    connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
    let kind = kind(path, &connection)?;
    Ok((connection, kind))
}

fn kind(path: &Path, connection: &Connection) -> Result<FileKind, StateError> {
    let expected = expected_tables().map_err(|source| StateError::sqlite(path, source))?;
    match inspect(connection) {
        Ok(Inspection {
            problem: Some(problem),
            ..
        }) => Ok(FileKind::Damaged(problem)),
        Ok(inspection) if inspection.tables.is_empty() => Ok(FileKind::New),
        Ok(inspection) if inspection.application != APPLICATION_ID => {
            // Another program's database is left alone; ours with a wrong mark
            // is a damaged one.
            let is_ours = |(name, _): &(String, _)| name == "fingerprints" || name == "documents";
            if inspection
                .tables
                .iter()
                .filter(|table| is_ours(table))
                .count()
                < 2
            {
                let path = path.to_owned();
                return Err(StateError::Foreign { path });
            }
            Ok(FileKind::Damaged("its header is wrong".to_owned()))
        }
        Ok(inspection) if inspection.layout != LAYOUT => Err(StateError::Layout {
            path: path.to_owned(),
            expected: LAYOUT,
            got: inspection.layout,
        }),
        Ok(inspection) if inspection.tables != expected => Ok(FileKind::Damaged(
            "its tables are not as they were made".to_owned(),
        )),
        Ok(_) => Ok(FileKind::State),
        Err(error) if is_damage(&error) => Ok(FileKind::Damaged(error.to_string())),
        Err(error) => Err(StateError::sqlite(path, error)),
    }
}

struct Inspection {
    problem: Option<String>,
    tables: Vec<(String, String)>,
    application: i32,
    layout: i32,
}

fn inspect(connection: &Connection) -> rusqlite::Result<Inspection> {
    let problem: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    Ok(Inspection {
        problem: (problem != "ok").then_some(problem),
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

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
