//! Files that are still being written, before they take the names that are wanted.
//!
//! In: a folder. Out: a new file in it, held by this process while it is written; and a
//! folder in which no such file of a process that was killed is left. It gives no file its
//! name.

use std::ffi::OsStr;
use std::fs::{File, Metadata, TryLockError};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// How the names of these files begin and end.
const PREFIX: &str = ".mtlint-";
const SUFFIX: &str = ".partial";

/// The number of letters and digits between the two.
const RANDOM: usize = 6;

/// How often a file is made anew because another process was about to remove it: that
/// happens in the moment between making and locking it, and hardly twice.
const MAX_ATTEMPTS: u32 = 8;

/// A file in a folder with the permissions of the one that is replaced, or those that
/// any new file gets; a temporary file's own would hide the reports from other users.
pub fn temporary_file(folder: &Path, replaced: Option<&Metadata>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = replaced.map_or_else(
            || std::fs::Permissions::from_mode(0o666),
            Metadata::permissions,
        );
        builder.permissions(permissions);
    }
    #[cfg(not(unix))]
    let _ = replaced;
    let mut attempts = 0;
    loop {
        // Its own words name a file that nobody asked for.
        let file = builder.tempfile_in(folder);
        let file = file.map_err(|error| io::Error::from(error.kind()))?;
        attempts += 1;
        if is_held(&file) || attempts == MAX_ATTEMPTS {
            return Ok(file);
        }
    }
}

/// Locks a file until it is closed, so that no other process takes it for left behind;
/// false where one has done so already.
fn is_held(file: &NamedTempFile) -> bool {
    match file.as_file().try_lock() {
        Ok(()) => file.path().exists(),
        Err(TryLockError::WouldBlock) => false,
        // Where nothing can be locked, nothing is removed either.
        Err(TryLockError::Error(_)) => true,
    }
}

/// Removes what processes that were killed have left in a folder: files with names as these
/// have them that no process holds. What cannot be looked at or removed stays.
pub fn sweep(folder: &Path) {
    let Ok(entries) = folder.read_dir() else {
        return;
    };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !is_partial(&entry.file_name()) {
            continue;
        }
        let path = entry.path();
        if let Ok(file) = File::open(&path)
            && file.try_lock().is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

fn is_partial(name: &OsStr) -> bool {
    let random = name
        .to_str()
        .and_then(|name| name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".mtlint-aB3dE6.partial");
        std::fs::write(&left, "half a report").unwrap();
        for name in [
            "mtlint-aB3dE6.partial",
            ".mtlint-aB3dE.partial",
            ".mtlint-notes.md.partial",
            ".mtlint-aB3dE6.txt",
        ] {
            std::fs::write(folder.path().join(name), "a user's").unwrap();
        }
        let held = temporary_file(folder.path(), None).unwrap();
        sweep(folder.path());
        assert!(!left.exists());
        assert!(held.path().exists());
        assert_eq!(folder.path().read_dir().unwrap().count(), 5);
    }
}
