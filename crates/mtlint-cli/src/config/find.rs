//! Which configuration is an article's.
//!
//! In: the path of an article. Out: the nearest `mtlint.toml` in its folder or above it.
//! The nearest one counts alone. Standard input is taken to be in the working directory.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use super::error::ConfigError;
use super::read::shown;

/// The name of a configuration file.
pub const FILE_NAME: &str = "mtlint.toml";

/// Looks for configurations, in no folder twice.
#[derive(Debug, Default)]
pub struct Finder {
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl Finder {
    /// The configuration for a file, which need not be there.
    pub fn of(&mut self, file: &Path) -> Result<Option<PathBuf>, ConfigError> {
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        // Above a folder that is not there is nothing that could be read either.
        let Ok(folder) = folder.canonicalize() else {
            return Ok(None);
        };
        self.above(&folder)
    }

    /// The configuration for the working directory.
    pub fn here(&mut self) -> Result<Option<PathBuf>, ConfigError> {
        self.of(Path::new(FILE_NAME))
    }

    fn above(&mut self, folder: &Path) -> Result<Option<PathBuf>, ConfigError> {
        if let Some(known) = self.known.get(folder) {
            return Ok(known.clone());
        }
        let mut found = None;
        for folder in folder.ancestors() {
            let path = folder.join(FILE_NAME);
            match path.symlink_metadata() {
                Ok(_) => {
                    found = Some(path);
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                // Not to know whether there is one is not to have none.
                Err(source) => {
                    return Err(ConfigError::Unreadable {
                        path: shown(&path),
                        source,
                    });
                }
            }
        }
        self.known.insert(folder.to_owned(), found.clone());
        Ok(found)
    }
}
