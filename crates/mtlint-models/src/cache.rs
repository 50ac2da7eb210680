//! The cache folder: which files of known models are in it, and whether they
//! are what the registry says.
//!
//! In: a [`ModelEntry`]. Out: a path, a state or a verification. Nothing is fetched here, and
//! all works in a folder that cannot be written to.
//!
//! **The stamp.** Hashing 98 MB at every start would cost more than reading a
//! short article does. So when a file `NAME.gguf` has been hashed and found
//! right, its size, times, place on the disk and SHA-256 are noted beside it in
//! `NAME.gguf.verified`, and as long as all of them still hold the file is not
//! hashed again. On Unix nobody can set the time of the last change but the
//! system's clock; elsewhere a stamp can be fooled by somebody who changes the bytes and
//! sets the time of modification back. [`ModelCache::verify`] believes no stamp.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{ModelEntry, ModelError, Progress, Stage};
use etcetera::BaseStrategy;
use mtlint_lm::checksum;
use serde::{Deserialize, Serialize};

/// The number of bytes that are read, hashed and reported at a time.
pub(super) const CHUNK_BYTES: usize = 1 << 18;

/// Whether a model's file is in the cache folder, by its size alone: no byte of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheState {
    /// The file is there and has the right size.
    Cached,
    /// The file is not there.
    Missing,
    /// The file is there and has another size.
    WrongSize,
}

/// The result of reading all bytes of a cached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// The file is the model that the registry names.
    Sound,
    /// There is no such file.
    Missing,
    /// The file is cut off, or another one.
    WrongSize {
        /// The number of bytes that the file must have.
        expected_bytes: u64,
        /// The number of bytes that the file has.
        got_bytes: u64,
    },
    /// The file has the right size and the wrong bytes.
    WrongChecksum {
        /// The SHA-256 that the file must have, in lower-case hexadecimal.
        expected: String,
        /// The SHA-256 of the file, in lower-case hexadecimal.
        got: String,
    },
}

/// The folder that model files are kept in.
#[derive(Debug, Clone)]
pub struct ModelCache {
    folder: PathBuf,
}

/// The contents of a `.verified` file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Stamp {
    size: u64,
    /// Nanoseconds since 1970.
    modified: u128,
    identity: Identity,
    sha256: String,
}

/// What tells a file from another one of the same path, size and time of modification.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Identity {
    device: u64,
    inode: u64,
    /// The time of the last change of the file or its metadata, in seconds since 1970 and
    /// nanoseconds.
    changed: (i64, i64),
}

impl Identity {
    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }

    /// Other systems do not say.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Self {
            device: 0,
            inode: 0,
            changed: (0, 0),
        }
    }
}

impl ModelCache {
    /// A cache in `folder`, which need not exist yet.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The cache of the user: in `MTLINT_MODELS` when it is set and not empty, else
    /// `mtlint/models` in the XDG cache folder (on Windows in the local
    /// application data).
    ///
    /// # Errors
    /// [`ModelError::NoCacheFolder`] when there is no home folder either.
    pub fn from_environment() -> Result<Self, ModelError> {
        Self::from_variable(std::env::var_os("MTLINT_MODELS"))
    }

    /// The cache of a user whose `MTLINT_MODELS` has the value `variable`.
    pub(super) fn from_variable(variable: Option<OsString>) -> Result<Self, ModelError> {
        if let Some(folder) = variable.filter(|folder| !folder.is_empty()) {
            return Ok(Self::new(folder));
        }
        let strategy =
            etcetera::choose_base_strategy().map_err(|_no_home| ModelError::NoCacheFolder)?;
        Ok(Self::new(
            strategy.cache_dir().join("mtlint").join("models"),
        ))
    }

    /// The folder of the cache.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path at which the file of a model is, or would be.
    pub fn path(&self, entry: &ModelEntry) -> PathBuf {
        self.folder.join(entry.file_name())
    }

    /// Whether the file of a model is in the cache, by its size.
    pub fn state(&self, entry: &ModelEntry) -> CacheState {
        let state = |path: &Path, size: u64| match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() && metadata.len() == size => CacheState::Cached,
            Ok(_) => CacheState::WrongSize,
            Err(_) => CacheState::Missing,
        };
        let also = entry.companions();
        let also = also.map(|(name, entry)| state(&self.folder.join(name), entry.size));
        std::iter::once(state(&self.path(entry), entry.size))
            .chain(also)
            .find(|state| *state != CacheState::Cached)
            .unwrap_or(CacheState::Cached)
    }

    /// Reads all of a model's file and compares it with the registry. A stamp beside the file is
    /// written if the file is sound, and removed if not.
    ///
    /// # Errors
    /// [`ModelError::Unreadable`] when the file cannot be read.
    pub fn verify(
        &self,
        entry: &ModelEntry,
        progress: &dyn Progress,
    ) -> Result<Verification, ModelError> {
        let path = self.path(entry);
        let (verdict, metadata) = compare_with_registry(entry, &path, progress)?;
        match (&verdict, metadata) {
            (Verification::Sound, Some(metadata)) => self.write_stamp(entry, &metadata),
            (Verification::Missing, _) => {}
            _ => self.remove_stamp(entry),
        }
        match verdict {
            Verification::Sound => self.verify_companions(entry, progress),
            _ => Ok(verdict),
        }
    }

    /// The verification of the small files that a model needs besides its weights. They are
    /// read every time.
    fn verify_companions(
        &self,
        entry: &ModelEntry,
        progress: &dyn Progress,
    ) -> Result<Verification, ModelError> {
        for (name, companion) in entry.companions() {
            let (verdict, _) =
                compare_with_registry(&companion, &self.folder.join(name), progress)?;
            if verdict != Verification::Sound {
                return Ok(verdict);
            }
        }
        Ok(Verification::Sound)
    }

    /// Verifies the file of a model, without reading it if its stamp is up to date.
    pub(super) fn check(
        &self,
        entry: &ModelEntry,
        progress: &dyn Progress,
    ) -> Result<Verification, ModelError> {
        if self.stamp_holds(entry) {
            return self.verify_companions(entry, progress);
        }
        self.verify(entry, progress)
    }

    /// Whether the file of a model is the one that its stamp was written for, unchanged.
    pub(super) fn stamp_holds(&self, entry: &ModelEntry) -> bool {
        let metadata = fs::metadata(self.path(entry)).ok();
        let expected = metadata.and_then(|metadata| Stamp::of(entry, &metadata));
        expected.is_some_and(|expected| self.read_stamp(entry) == Some(expected))
    }

    /// Writes the stamp of a file with this metadata, which was verified. A stamp
    /// that cannot be written only costs time at the next start.
    pub(super) fn write_stamp(&self, entry: &ModelEntry, metadata: &Metadata) {
        let Some(stamp) = Stamp::of(entry, metadata) else {
            return;
        };
        if let Ok(text) = serde_json::to_string(&stamp)
            && fs::write(self.stamp_path(entry), text).is_err()
        {
            // A half-written stamp is no stamp, but should not lie about.
            self.remove_stamp(entry);
        }
    }

    pub(super) fn remove_stamp(&self, entry: &ModelEntry) {
        // Missing already, or not ours to remove: either way `check` compares
        // it with the file.
        let _ = fs::remove_file(self.stamp_path(entry));
    }

    fn read_stamp(&self, entry: &ModelEntry) -> Option<Stamp> {
        // A stamp has some 150 bytes; whatever is much longer is none.
        const MAX_STAMP_BYTES: u64 = 4096;
        let mut text = String::new();
        File::open(self.stamp_path(entry))
            .ok()?
            .take(MAX_STAMP_BYTES)
            .read_to_string(&mut text)
            .ok()?;
        serde_json::from_str(&text).ok()
    }

    fn stamp_path(&self, entry: &ModelEntry) -> PathBuf {
        self.folder.join(format!("{}.verified", entry.file_name()))
    }
}

impl Stamp {
    /// The stamp of a sound file of this model with this metadata; `None` where the size is
    /// wrong or the system keeps no times.
    fn of(entry: &ModelEntry, metadata: &Metadata) -> Option<Self> {
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        (metadata.is_file() && metadata.len() == entry.size).then(|| Self {
            size: entry.size,
            modified: modified.as_nanos(),
            identity: Identity::of(metadata),
            sha256: entry.sha256.clone(),
        })
    }
}

/// Compares a file with its entry in the registry; returns its metadata too, if the file exists.
fn compare_with_registry(
    entry: &ModelEntry,
    path: &Path,
    progress: &dyn Progress,
) -> Result<(Verification, Option<Metadata>), ModelError> {
    let unreadable = |source| ModelError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let Some(metadata) = existing_metadata(path).map_err(unreadable)? else {
        return Ok((Verification::Missing, None));
    };
    let verdict = if metadata.len() != entry.size {
        Verification::WrongSize {
            expected_bytes: entry.size,
            got_bytes: metadata.len(),
        }
    } else {
        let got = hash_file(path, entry.size, progress).map_err(unreadable)?;
        if got == entry.sha256 {
            Verification::Sound
        } else {
            Verification::WrongChecksum {
                expected: entry.sha256.clone(),
                got,
            }
        }
    };
    Ok((verdict, Some(metadata)))
}

fn existing_metadata(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        // Below a file there is nothing either; whoever writes will say so.
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(None),
            _ => Err(error),
        },
    }
}

/// The SHA-256 of a file of any kind, in lower-case hexadecimal. Reports name a model by it that
/// is not in the registry.
///
/// # Errors
/// The error of the system when the file cannot be read.
pub fn sha256_of_file(path: &Path, progress: &dyn Progress) -> io::Result<String> {
    let size = fs::metadata(path)?.len();
    hash_file(path, size, progress)
}

fn hash_file(path: &Path, size: u64, progress: &dyn Progress) -> io::Result<String> {
    checksum::of_file(path, |done| {
        progress.step(Stage::Checking, done, Some(size))
    })
}
