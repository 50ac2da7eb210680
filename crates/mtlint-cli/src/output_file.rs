//! Where data that is asked for by name goes: standard output, a pipe or device, or a
//! file that appears whole.
//!
//! In: a name and data. Out: all of it under that name, or what stood there
//! before and why. It knows nothing of reports.

use std::fs::{File, Metadata};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use tempfile::NamedTempFile;

use super::output::OutputError;
use super::partial::{sweep, temporary_file};

/// Where the data goes.
pub enum OutputFile {
    Standard,
    /// A device or pipe, which cannot be renamed.
    Direct {
        name: String,
        file: BufWriter<File>,
    },
    /// A new file beside the one that is wanted, so that what appears under
    /// the wanted name is whole.
    Staged {
        wanted: PathBuf,
        file: BufWriter<NamedTempFile>,
    },
}

impl OutputFile {
    /// Makes the place that `name` means.
    pub fn create(name: &str) -> anyhow::Result<Self> {
        if name == STANDARD {
            return Ok(Self::Standard);
        }
        let failed = |error| OutputError::Failed {
            name: name.to_owned(),
            source: error,
        };
        // A link is followed: the file it points to is replaced, not the link.
        let wanted = std::fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        let metadata = std::fs::metadata(&wanted).ok();
        match &metadata {
            Some(metadata) if metadata.is_dir() => {
                bail!("the output {name} is a folder; name a file in it")
            }
            Some(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(&wanted).map_err(failed)?;
                return Ok(Self::Direct {
                    name: name.to_owned(),
                    file: BufWriter::new(file),
                });
            }
            _ => {}
        }
        let folder = match wanted.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        sweep(folder);
        let file = temporary_file(folder, metadata.as_ref()).map_err(failed)?;
        Ok(Self::Staged {
            wanted,
            file: BufWriter::new(file),
        })
    }

    /// Writes some of it.
    pub fn write(&mut self, data: &str, stdout: &mut dyn Write) -> Result<(), OutputError> {
        match self {
            Self::Standard => stdout
                .write_all(data.as_bytes())
                .and_then(|()| stdout.flush())
                .map_err(|error| OutputError::new("standard output", error)),
            Self::Direct { name, file } => file
                .write_all(data.as_bytes())
                .map_err(|error| OutputError::new(name.clone(), error)),
            Self::Staged { wanted, file } => file
                .write_all(data.as_bytes())
                .map_err(|error| OutputError::new(wanted.display().to_string(), error)),
        }
    }

    /// Puts the file under its name, once all its bytes are on the disk.
    pub fn finish(self, stdout: &mut dyn Write) -> Result<(), OutputError> {
        match self {
            Self::Standard => stdout
                .flush()
                .map_err(|error| OutputError::new("standard output", error)),
            Self::Direct { name, mut file } => {
                file.flush().map_err(|error| OutputError::new(name, error))
            }
            Self::Staged { wanted, file } => {
                let failed = |error| OutputError::new(wanted.display().to_string(), error);
                let file = file
                    .into_inner()
                    .map_err(|error| failed(error.into_error()))?;
                file.as_file().sync_all().map_err(failed)?;
                file.persist(&wanted).map_err(|error| failed(error.error))?;
                Ok(())
            }
        }
    }
}

/// Refuses the path of an output that is read too; `flag` is what names the output. `-` is
/// standard output, or standard input where it is read: each may be a file.
pub fn refuse_to_write_over<'a>(
    flag: &str,
    path: &str,
    read: impl Iterator<Item = &'a Path>,
) -> anyhow::Result<()> {
    let read = read.map(|path| match path == STANDARD {
        true => Path::new("/dev/stdin"),
        false => path,
    });
    if path != STANDARD {
        if is_one_of(Path::new(path), read) {
            bail!("{flag} would write over {path}, which is read; name another file");
        }
        return Ok(());
    }
    // A pipe and a terminal hold nothing that could be written over.
    let Some(output) = FileId::of(Path::new("/dev/stdout")) else {
        return Ok(());
    };
    let mut read = read;
    if let Some(path) = read.find(|path| FileId::of(path) == Some(output)) {
        bail!(
            "standard output would write over {}, which is read; send it to another file",
            path.display()
        );
    }
    Ok(())
}

/// Whether a path leads to one of the files, through links of either kind.
pub fn is_one_of<'a>(path: &Path, mut files: impl Iterator<Item = &'a Path>) -> bool {
    let (resolved_path, id) = (resolved(path), FileId::of(path));
    files.any(|file| (id.is_some() && FileId::of(file) == id) || resolved(file) == resolved_path)
}

/// The name of standard input and of standard output.
const STANDARD: &str = "-";

/// What tells a file from every other on this machine, by whatever name it is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// The identity of the file at `path`, links followed. There is none of what is no file
    /// or not there, nor where the system numbers no files.
    fn of(path: &Path) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            let metadata = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
            Some(Self {
                device: metadata.dev(),
                inode: metadata.ino(),
            })
        }
        #[cfg(not(unix))]
        {
            let _ = path;
            None
        }
    }
}

/// A path by which two names of one file are seen to be the same, symbolic links followed.
fn resolved(path: &Path) -> PathBuf {
    if let Ok(whole) = path.canonicalize() {
        return whole;
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    match (folder.canonicalize(), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        _ => path.to_owned(),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_again_by_every_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("feed.jsonl"), "").unwrap();
        std::fs::write(path("other.jsonl"), "").unwrap();
        std::fs::hard_link(path("feed.jsonl"), path("hard.jsonl")).unwrap();
        std::os::unix::fs::symlink("feed.jsonl", path("soft.jsonl")).unwrap();
        let feed = path("feed.jsonl");
        for name in ["feed.jsonl", "./feed.jsonl", "hard.jsonl", "soft.jsonl"] {
            assert!(is_one_of(&path(name), [&*feed].into_iter()), "{name}");
        }
        for name in ["other.jsonl", "new.jsonl"] {
            assert!(!is_one_of(&path(name), [&*feed].into_iter()), "{name}");
        }
        let new = path("new.jsonl");
        assert!(is_one_of(&new, [&*path("./new.jsonl")].into_iter()));
        let refused = refuse_to_write_over(
            "--output",
            path("hard.jsonl").to_str().unwrap(),
            [&*feed].into_iter(),
        );
        assert!(refused.is_err());
    }
}
