//! Where data that is asked for by name goes: standard output, a pipe or device, or a
//! file that appears whole.
//!
//! In: a name and data. Out: all of it under that name, or what stood there
//! before and why. It knows nothing of reports.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use tempfile::NamedTempFile;

use super::output::OutputError;
use super::replace::temporary_file;

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
        if name == "-" {
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

/// Refuses the path of an output that is read too; `flag` is what names the output. Standard
/// output takes nothing's place.
pub fn refuse_to_write_over<'a>(
    flag: &str,
    path: &str,
    read: impl Iterator<Item = &'a str>,
) -> anyhow::Result<()> {
    if path != "-" && is_one_of(path, read) {
        bail!("{flag} would write over {path}, which is read; name another file");
    }
    Ok(())
}

/// Whether a path leads to one of the files.
pub fn is_one_of<'a>(path: &str, mut files: impl Iterator<Item = &'a str>) -> bool {
    let path = resolved(path);
    files.any(|file| resolved(file) == path)
}

/// A path by which two names of one file are seen to be the same, links followed.
fn resolved(path: &str) -> PathBuf {
    let path = Path::new(path);
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
