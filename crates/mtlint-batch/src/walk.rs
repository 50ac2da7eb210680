//! From folders and patterns to the files in them.
//!
//! In: a folder or a pattern. Out: what lies there, in a fixed order: folders are entered
//! once however many links lead to them, and what cannot be looked into is said and ends
//! nothing. It opens no file and does not know which files are read.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Component, Path, PathBuf};

use glob::{Pattern, PatternError};

/// What a walk comes by.
pub(super) enum Found {
    /// A file, or what may be one: a link that leads nowhere.
    File(PathBuf),
    /// A pipe, a device or a socket.
    Stream,
    /// A folder or a name that cannot be looked into.
    Unreadable(PathBuf, io::Error),
}

/// All that lies in a folder and in the folders below it, sorted by path.
pub(super) fn folder(path: &Path) -> Vec<Found> {
    let mut walk = Walk::default();
    walk.below(path);
    walk.found
}

/// All that fits a pattern, sorted by path, without folders. `None` where the folder that the
/// pattern begins with is not there.
///
/// # Errors
/// When a part of the pattern is none.
pub(super) fn pattern(pattern: &str) -> Result<Option<Vec<Found>>, PatternError> {
    let parts: Vec<Part> = Path::new(pattern)
        .components()
        .map(Part::of)
        .collect::<Result<_, _>>()?;
    let is_name = |part: &&Part| matches!(part, Part::Name(_));
    let names = parts.iter().take_while(is_name).count();
    let base: PathBuf = parts[..names].iter().filter_map(Part::name).collect();
    if names < parts.len() && !here(&base).is_dir() {
        return Ok(None);
    }
    let mut walk = Walk::default();
    walk.fitting(&base, &parts[names..]);
    let mut found = walk.found;
    found.sort_by(|one, other| one.path().cmp(&other.path()));
    found.dedup_by(|one, other| one.path().is_some() && one.path() == other.path());
    Ok(Some(found))
}

impl Found {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::File(path) | Self::Unreadable(path, _) => Some(path),
            Self::Stream => None,
        }
    }
}

/// What stands between two strokes of a pattern.
enum Part {
    /// The name itself.
    Name(PathBuf),
    /// What names may look like.
    Like(Pattern),
    /// Any number of folders.
    Folders,
}

impl Part {
    fn of(component: Component<'_>) -> Result<Self, PatternError> {
        let text = component.as_os_str().to_string_lossy();
        Ok(if text == "**" {
            Self::Folders
        } else if text.contains(['*', '?', '[']) {
            Self::Like(Pattern::new(&text)?)
        } else {
            Self::Name(PathBuf::from(component.as_os_str()))
        })
    }

    fn name(&self) -> Option<&Path> {
        match self {
            Self::Name(name) => Some(name),
            Self::Like(_) | Self::Folders => None,
        }
    }
}

/// A walk in progress.
#[derive(Default)]
struct Walk {
    found: Vec<Found>,
    /// The folders that were entered, by what they are, with the number of parts of the
    /// pattern that were left then.
    entered: HashSet<(Identity, usize)>,
}

impl Walk {
    fn below(&mut self, folder: &Path) {
        if !self.enter(folder, 0) {
            return;
        }
        for path in self.entries(folder) {
            match path.metadata() {
                Ok(metadata) if metadata.is_dir() => self.below(&path),
                metadata => self.take(path, metadata),
            }
        }
    }

    /// Takes what lies below `folder` and fits the `parts` that are left.
    fn fitting(&mut self, folder: &Path, parts: &[Part]) {
        let Some((part, left)) = parts.split_first() else {
            let metadata = folder.metadata();
            if !metadata.as_ref().is_ok_and(Metadata::is_dir) {
                self.take(folder.to_owned(), metadata);
            }
            return;
        };
        match part {
            Part::Name(name) => {
                let path = folder.join(name);
                if path.symlink_metadata().is_ok() {
                    self.fitting(&path, left);
                }
            }
            Part::Like(pattern) => {
                for path in self.entries(folder) {
                    // A name that is no UTF-8 is fitted as it is shown.
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    if pattern.matches(&name) && (left.is_empty() || path.is_dir()) {
                        self.fitting(&path, left);
                    }
                }
            }
            Part::Folders => {
                if !self.enter(folder, parts.len()) {
                    return;
                }
                if !left.is_empty() {
                    self.fitting(folder, left);
                }
                for path in self.entries(folder) {
                    match path.metadata() {
                        Ok(metadata) if metadata.is_dir() => self.fitting(&path, parts),
                        metadata if left.is_empty() => self.take(path, metadata),
                        _ => {}
                    }
                }
            }
        }
    }

    fn take(&mut self, path: PathBuf, metadata: io::Result<Metadata>) {
        self.found.push(match metadata {
            Ok(metadata) if metadata.is_file() => Found::File(path),
            Ok(_) => Found::Stream,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::File(path),
            Err(error) => Found::Unreadable(path, error),
        });
    }

    /// Whether the folder is entered for the first time.
    fn enter(&mut self, folder: &Path, left: usize) -> bool {
        match identity(here(folder)) {
            Ok(identity) => self.entered.insert((identity, left)),
            Err(error) => {
                self.unreadable(folder, error);
                false
            }
        }
    }

    /// What lies in a folder, sorted; nothing where it is none.
    fn entries(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match here(folder).read_dir() {
            Ok(entries) => entries,
            Err(error) => {
                self.unreadable(folder, error);
                return Vec::new();
            }
        };
        let mut paths = Vec::new();
        for entry in entries {
            match entry {
                Ok(entry) => paths.push(folder.join(entry.file_name())),
                Err(error) => self.unreadable(folder, error),
            }
        }
        paths.sort();
        paths
    }

    fn unreadable(&mut self, folder: &Path, error: io::Error) {
        let gone = matches!(
            error.kind(),
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
        );
        let said = self.found.last().and_then(Found::path) == Some(folder);
        if !gone && !said {
            self.found.push(Found::Unreadable(folder.to_owned(), error));
        }
    }
}

/// The folder of a path that begins nowhere is the working directory.
fn here(folder: &Path) -> &Path {
    if folder.as_os_str() == OsStr::new("") {
        Path::new(".")
    } else {
        folder
    }
}

/// What a folder is, whatever path leads to it: its device and inode.
#[cfg(unix)]
type Identity = (u64, u64);

#[cfg(unix)]
fn identity(folder: &Path) -> io::Result<Identity> {
    use std::os::unix::fs::MetadataExt;

    let metadata = folder.metadata()?;
    Ok((metadata.dev(), metadata.ino()))
}

/// What a folder is, whatever path leads to it: its path with links followed.
#[cfg(not(unix))]
type Identity = PathBuf;

#[cfg(not(unix))]
fn identity(folder: &Path) -> io::Result<Identity> {
    folder.canonicalize()
}
