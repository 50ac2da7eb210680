//! The lock of a state, which also says whether the state was closed.
//!
//! In: the path of a state. Out: its lock, for a run or for readers, and the seal that the
//! last run has put on it. It opens no database.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use super::error::StateError;

/// How often a run looks whether a report has been read to its end, and how
/// long it waits between. Reports are short: a night does not fail for one.
const MAX_LOCK_ATTEMPTS: u32 = 600;
const LOCK_RETRY_DELAY: Duration = Duration::from_millis(100);

/// A seal has fewer bytes than this.
const MAX_SEAL_BYTES: u64 = 256;

/// Held while a run writes to the state; the system gives it back however the
/// process ends.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Lock {
    /// Whether the state at `path` is as it was when the last run closed it. Whoever cannot
    /// tell says no.
    pub(super) fn seals(&self, path: &Path) -> bool {
        let mut kept = String::new();
        let mut file = &self.0;
        let read = file
            .rewind()
            .and_then(|()| file.take(MAX_SEAL_BYTES).read_to_string(&mut kept));
        read.is_ok() && seal(path).is_some_and(|seal| seal == kept)
    }

    /// Takes the seal away, so that a kill leaves none.
    pub(super) fn break_seal(&self) {
        // One that stays does not fit the state once that is written to.
        let _ = self.0.set_len(0);
    }

    /// Notes that the state at `path` is closed and as it should be.
    pub(super) fn seal(&self, path: &Path) {
        let mut file = &self.0;
        // Without a seal the next run looks through all of it.
        if let Some(seal) = seal(path) {
            let _ = file.rewind().and_then(|()| file.write_all(seal.as_bytes()));
        }
    }
}

/// The length of the state at `path` and when it was last written to. There is none of one
/// that SQLite has not closed.
fn seal(path: &Path) -> Option<String> {
    // Another program that has only read may leave an empty one.
    let holds = |suffix| {
        let beside = with_suffix(path, suffix).metadata();
        beside.is_ok_and(|beside| beside.len() > 0)
    };
    if holds("-wal") || holds("-journal") {
        return None;
    }
    let metadata = path.metadata().ok()?;
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    let bytes = metadata.len();
    Some(format!(
        "closed with {bytes} bytes at {} ns\n",
        since.as_nanos()
    ))
}

pub(super) fn lock(path: &Path) -> Result<Lock, StateError> {
    let name = with_suffix(path, "-lock");
    let unusable = |source| StateError::Unusable {
        path: name.clone(),
        source,
    };
    let file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
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
pub(super) fn lock_to_read(path: &Path) -> Result<Option<Lock>, StateError> {
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

/// The path of a file that stands beside the state at `path`.
pub(super) fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    PathBuf::from(name)
}
