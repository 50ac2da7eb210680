//! From the arguments of a batch to the files it reads.
//!
//! In: paths, folders, glob patterns and `-`. Out: the files in a fixed order,
//! and whether each is one text or holds records. It reads no document.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crate::unpack::packing;

/// Folders within folders are followed this deep; links back to a folder above
/// would otherwise never end.
const MAX_FOLDER_DEPTH: usize = 64;

/// An input of a batch: a file, by what is in it, or standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A file that is one document.
    Text(PathBuf),
    /// A file of JSON Lines, maybe packed.
    JsonLines(PathBuf),
    /// A file of CSV, maybe packed.
    Csv(PathBuf),
    /// A file of Parquet.
    Parquet(PathBuf),
    /// Standard input, as JSON Lines.
    StandardInput,
}

impl Source {
    /// The path of the file; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Text(path) | Self::JsonLines(path) | Self::Csv(path) | Self::Parquet(path) => {
                Some(path)
            }
            Self::StandardInput => None,
        }
    }

    /// The name of the source in messages: the path, or `-` for standard input.
    pub fn name(&self) -> String {
        let path = self.path();
        path.map_or_else(|| "-".to_owned(), |path| path.display().to_string())
    }
}

/// Why the arguments of a batch name nothing that can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The argument names no file that can be read, and does not look like a pattern either.
    #[error("cannot read {path}")]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the system said of the file.
        source: io::Error,
    },
    /// The folder holds no `.txt` file.
    #[error("the folder {path} holds no .txt file; name files, or a pattern such as '{path}/*.md'")]
    EmptyFolder {
        /// The path as given.
        path: String,
    },
    /// The pattern is malformed.
    #[error("{pattern} is not a pattern: {problem}")]
    BadPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with the pattern.
        problem: String,
    },
    /// The pattern fits no file.
    #[error("no file fits the pattern {pattern}")]
    NoMatch {
        /// The pattern as given.
        pattern: String,
    },
    /// The file is packed and by its name neither JSON Lines nor CSV.
    #[error(
        "{path} is packed, and by its name it holds neither JSON Lines (.jsonl.gz, .jsonl.zst) nor \
         CSV (.csv.gz, .csv.zst); unpack it"
    )]
    Packed {
        /// The path as given.
        path: String,
    },
    /// Standard input was named twice.
    #[error("standard input (-) can be read only once")]
    StandardInputTwice,
}

/// The files that `arguments` name. A folder gives the `.txt` files in it and
/// in its folders, sorted by path; a pattern gives the files that fit, sorted;
/// a file is one text when its name ends in `.txt`, holds rows when it ends in
/// `.csv`, is a table when it ends in `.parquet`, and else holds records when its first
/// character is `{`. JSON Lines and CSV may be packed: `.gz` or `.zst`.
///
/// # Errors
/// When an argument names nothing that can be read, and when standard input is named twice.
pub fn sources(arguments: &[String]) -> Result<Vec<Source>, SourceError> {
    let mut found = Vec::new();
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            if found.contains(&Source::StandardInput) {
                return Err(SourceError::StandardInputTwice);
            }
            found.push(Source::StandardInput);
        } else if path.is_dir() {
            let before = found.len();
            folder(path, 0, &mut found)?;
            if found.len() == before {
                return Err(SourceError::EmptyFolder {
                    path: argument.clone(),
                });
            }
        } else if path.exists() || !argument.contains(['*', '?', '[']) {
            found.push(file(path)?);
        } else {
            pattern(argument, &mut found)?;
        }
    }
    Ok(found)
}

fn has_extension(path: &Path, wanted: &[&str]) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| {
            wanted
                .iter()
                .any(|wanted| extension.eq_ignore_ascii_case(wanted))
        })
}

fn unreadable(path: &Path, source: io::Error) -> SourceError {
    SourceError::Unreadable {
        path: path.display().to_string(),
        source,
    }
}

fn file(path: &Path) -> Result<Source, SourceError> {
    // A text that cannot be opened is a failed document, not a failed batch.
    if has_extension(path, &["txt"]) {
        return Ok(Source::Text(path.to_owned()));
    }
    if has_extension(path, &["parquet"]) {
        File::open(path).map_err(|source| unreadable(path, source))?;
        return Ok(Source::Parquet(path.to_owned()));
    }
    let records = |yes| if yes { Source::JsonLines } else { Source::Text };
    let open = || File::open(path).map_err(|source| unreadable(path, source));
    let packed = packing(path).map(|(_, inner)| inner);
    let inner = packed.unwrap_or(path);
    if has_extension(inner, &["jsonl", "ndjson"]) {
        open()?;
        return Ok(Source::JsonLines(path.to_owned()));
    }
    if has_extension(inner, &["csv"]) {
        open()?;
        return Ok(Source::Csv(path.to_owned()));
    }
    if packed.is_some() {
        let path = path.display().to_string();
        return Err(SourceError::Packed { path });
    }
    // Only a regular file can be looked into and read again from its start;
    // anything else, such as a pipe, is taken for records.
    let file = open()?;
    let regular = file.metadata().is_ok_and(|metadata| metadata.is_file());
    let yes = !regular || begins_with_brace(file).map_err(|source| unreadable(path, source))?;
    Ok(records(yes)(path.to_owned()))
}

fn begins_with_brace(file: File) -> io::Result<bool> {
    let mut reader = BufReader::new(file);
    let start = reader.fill_buf()?;
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    Ok(start.trim_ascii_start().first() == Some(&b'{'))
}

fn folder(path: &Path, depth: usize, found: &mut Vec<Source>) -> Result<(), SourceError> {
    let entries = std::fs::read_dir(path).map_err(|source| unreadable(path, source))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|source| unreadable(path, source))?.path());
    }
    paths.sort();
    for path in paths {
        if path.is_dir() {
            if depth < MAX_FOLDER_DEPTH {
                folder(&path, depth + 1, found)?;
            }
        } else if has_extension(&path, &["txt"]) {
            found.push(Source::Text(path));
        }
    }
    Ok(())
}

fn pattern(argument: &str, found: &mut Vec<Source>) -> Result<(), SourceError> {
    let paths = glob::glob(argument).map_err(|error| SourceError::BadPattern {
        pattern: argument.to_owned(),
        problem: error.to_string(),
    })?;
    let before = found.len();
    for path in paths {
        let path = path.map_err(|error| SourceError::Unreadable {
            path: error.path().display().to_string(),
            source: error.into(),
        })?;
        if !path.is_dir() {
            found.push(file(&path)?);
        }
    }
    if found.len() == before {
        return Err(SourceError::NoMatch {
            pattern: argument.to_owned(),
        });
    }
    Ok(())
}
