//! From the arguments of a batch to the files it reads.
//!
//! In: paths, folders, glob patterns and `-`. Out: the files in a fixed order, whether each
//! is one text or holds records, and what else there is to say of the arguments. A pipe is
//! not opened: what its writer sent would be lost. It reads no document.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use mtlint::document::Markup;

use crate::input_error::InputError;
use crate::unpack::packing;
use crate::waiting::is_stream;
use crate::walk::{self, Found};

/// The most endings that a note names; the rest is counted together.
const MAX_ENDINGS: usize = 5;

/// What is wrong with a packed file of another kind.
const PACKED: &str = "is packed, and by its name it holds neither JSON Lines (.jsonl.gz, \
                      .jsonl.zst) nor CSV (.csv.gz, .csv.zst); unpack it";

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
    /// A file or folder that cannot be read, and why.
    Broken(PathBuf, InputError),
}

impl Source {
    /// The path of the file; none for standard input.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Text(path)
            | Self::JsonLines(path)
            | Self::Csv(path)
            | Self::Parquet(path)
            | Self::Broken(path, _) => Some(path),
            Self::StandardInput => None,
        }
    }

    /// The name of the source in messages: the path, or `-` for standard input.
    pub fn name(&self) -> String {
        let path = self.path();
        path.map_or_else(|| "-".to_owned(), |path| path.display().to_string())
    }

    /// Whether the source gives the same again when it is read again; a pipe does not.
    pub fn can_be_read_again(&self) -> bool {
        self.path().is_some_and(|path| !is_stream(path))
    }

    fn broken(path: &Path, error: &io::Error) -> Self {
        let name = path.display().to_string();
        Self::Broken(path.to_owned(), InputError::unreadable(name, error))
    }
}

/// What the arguments of a batch name.
#[derive(Debug, Default)]
pub struct Inputs {
    /// The sources, in the order of the arguments.
    pub sources: Vec<Source>,
    /// What the arguments name beside them, or do not name.
    pub notes: Vec<SourceNote>,
}

/// What there is to say of an argument of a batch that is no error. Its text is a sentence
/// for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SourceNote {
    /// There is no text in the folder.
    EmptyFolder {
        /// The path as given.
        path: String,
    },
    /// No file fits the pattern.
    NoMatch {
        /// The pattern as given.
        pattern: String,
    },
    /// Files of a folder are not read.
    PassedOver {
        /// The path as given.
        path: String,
        /// How many files of which ending, as in `.pdf`; the ending of a name without one is
        /// empty.
        endings: BTreeMap<String, u64>,
    },
    /// Pipes, devices or sockets lie in the folder, or fit the pattern, and are not read.
    Streams {
        /// The path or pattern as given.
        argument: String,
        /// How many.
        count: u64,
    },
}

impl fmt::Display for SourceNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyFolder { path } => write!(
                f,
                "the folder {path} holds no text (.txt, .md, .html and the like)"
            ),
            Self::NoMatch { pattern } => write!(f, "no file fits the pattern {pattern}"),
            Self::PassedOver { path, endings } => {
                write!(f, "passed over in {path}: ")?;
                let mut endings: Vec<(&String, &u64)> = endings.iter().collect();
                endings.sort_by_key(|(ending, count)| (std::cmp::Reverse(**count), *ending));
                for (place, (ending, count)) in endings.iter().take(MAX_ENDINGS).enumerate() {
                    let comma = if place > 0 { ", " } else { "" };
                    let ending = if ending.is_empty() {
                        "without an ending"
                    } else {
                        ending
                    };
                    write!(f, "{comma}{count} {ending}")?;
                }
                let others = endings.iter().skip(MAX_ENDINGS).map(|(_, count)| **count);
                match others.sum::<u64>() {
                    0 => Ok(()),
                    others => write!(f, ", {others} others"),
                }
            }
            Self::Streams { argument, count } => write!(
                f,
                "passed over in {argument}: {count} that are no files, such as pipes; one that is \
                 named itself is read"
            ),
        }
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
    /// The pattern is malformed.
    #[error("{pattern} is not a pattern: {problem}")]
    BadPattern {
        /// The pattern as given.
        pattern: String,
        /// What is wrong with the pattern.
        problem: String,
    },
    /// The pattern begins with a folder that is not there.
    #[error("no file fits the pattern {pattern}: there is no such folder")]
    NoMatch {
        /// The pattern as given.
        pattern: String,
    },
    /// The file is packed and by its name neither JSON Lines nor CSV.
    #[error("{path} {PACKED}")]
    Packed {
        /// The path as given.
        path: String,
    },
    /// Standard input was named twice.
    #[error("standard input (-) can be read only once")]
    StandardInputTwice,
}

/// The files that `arguments` name. A folder gives the texts in it and in its folders, sorted
/// by path, each folder once whatever links lead to it; a pattern gives the files that fit,
/// sorted. A file is one text when its name ends as those of plain text, Markdown and HTML
/// do, holds rows when it ends in `.csv`, is a table when it ends in `.parquet`, and else
/// holds records when its first character is `{`. JSON Lines and CSV may be packed: `.gz` or
/// `.zst`. What cannot be read is a source too, which is [`Source::Broken`].
///
/// # Errors
/// When an argument names what is not there, is a malformed pattern or names a packed file of
/// another kind, and when standard input is named twice.
pub fn sources(arguments: &[OsString]) -> Result<Inputs, SourceError> {
    let mut inputs = Inputs::default();
    for argument in arguments {
        let path = Path::new(argument);
        if argument == "-" {
            if inputs.sources.contains(&Source::StandardInput) {
                return Err(SourceError::StandardInputTwice);
            }
            inputs.sources.push(Source::StandardInput);
        } else if path.is_dir() {
            inputs.folder(path);
        } else if path.symlink_metadata().is_ok() {
            inputs.sources.push(named(path)?);
        } else {
            match argument
                .to_str()
                .filter(|text| text.contains(['*', '?', '[']))
            {
                Some(pattern) => inputs.pattern(pattern)?,
                None => inputs.sources.push(named(path)?),
            }
        }
    }
    Ok(inputs)
}

impl Inputs {
    /// Adds the texts of a folder.
    fn folder(&mut self, folder: &Path) {
        let before = self.sources.len();
        let (mut streams, mut endings) = (0, BTreeMap::new());
        for found in walk::folder(folder) {
            match found {
                Found::File(path) if is_text(&path) => self.sources.push(Source::Text(path)),
                Found::File(path) => *endings.entry(ending(&path)).or_default() += 1,
                Found::Stream => streams += 1,
                Found::Unreadable(path, error) => {
                    self.sources.push(Source::broken(&path, &error));
                }
            }
        }
        let path = folder.display().to_string();
        if self.sources.len() == before {
            self.notes
                .push(SourceNote::EmptyFolder { path: path.clone() });
        }
        if !endings.is_empty() {
            let path = path.clone();
            self.notes.push(SourceNote::PassedOver { path, endings });
        }
        self.note_streams(path, streams);
    }

    /// Adds the files that fit a pattern.
    fn pattern(&mut self, pattern: &str) -> Result<(), SourceError> {
        let found = walk::pattern(pattern).map_err(|error| SourceError::BadPattern {
            pattern: pattern.to_owned(),
            problem: error.to_string(),
        })?;
        let pattern = pattern.to_owned();
        let Some(found) = found else {
            return Err(SourceError::NoMatch { pattern });
        };
        let before = self.sources.len();
        let mut streams = 0;
        for found in found {
            match found {
                Found::File(path) => self.sources.push(match named(&path) {
                    Ok(source) => source,
                    Err(error) => Source::Broken(path, error.of_input()),
                }),
                Found::Stream => streams += 1,
                Found::Unreadable(path, error) => {
                    self.sources.push(Source::broken(&path, &error));
                }
            }
        }
        if self.sources.len() == before {
            let pattern = pattern.clone();
            self.notes.push(SourceNote::NoMatch { pattern });
        }
        self.note_streams(pattern, streams);
        Ok(())
    }

    fn note_streams(&mut self, argument: String, count: u64) {
        if count > 0 {
            self.notes.push(SourceNote::Streams { argument, count });
        }
    }
}

impl SourceError {
    /// The same error, of a file among others.
    fn of_input(self) -> InputError {
        let (name, problem) = match self {
            Self::Unreadable { path, source } => (path, source.to_string()),
            Self::Packed { path } => (path, format!("it {PACKED}")),
            other => (String::new(), other.to_string()),
        };
        InputError::Unreadable { name, problem }
    }
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

/// Whether a file of this name is one text.
fn is_text(path: &Path) -> bool {
    has_extension(path, &["txt"]) || Markup::of(path).is_some()
}

/// The ending of a file's name with its full stop, in lower case; empty if there is none.
fn ending(path: &Path) -> String {
    let ending = path.extension().map(OsStr::to_string_lossy);
    ending.map_or_else(String::new, |ending| format!(".{}", ending.to_lowercase()))
}

/// The source that is the file of this name.
fn named(path: &Path) -> Result<Source, SourceError> {
    // A text that cannot be opened is a failed document, not a failed batch.
    if is_text(path) {
        return Ok(Source::Text(path.to_owned()));
    }
    let packed = packing(path).map(|(_, inner)| inner);
    let inner = packed.unwrap_or(path);
    let by_name = if has_extension(path, &["parquet"]) {
        Some(Source::Parquet(path.to_owned()))
    } else if has_extension(inner, &["csv"]) {
        Some(Source::Csv(path.to_owned()))
    } else if has_extension(inner, &["jsonl", "ndjson"]) {
        Some(Source::JsonLines(path.to_owned()))
    } else {
        None
    };
    if packed.is_some() && by_name.is_none() {
        let path = path.display().to_string();
        return Err(SourceError::Packed { path });
    }
    // Nobody looks into what can be read only once: it is taken for what its name says, and
    // else for records.
    let looked = if is_stream(path) {
        Ok(true)
    } else {
        File::open(path).and_then(|file| Ok(by_name.is_some() || begins_with_brace(file)?))
    };
    match looked {
        Ok(true) => Ok(by_name.unwrap_or_else(|| Source::JsonLines(path.to_owned()))),
        Ok(false) => Ok(Source::Text(path.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(SourceError::Unreadable {
            path: path.display().to_string(),
            source: error,
        }),
        Err(error) => Ok(Source::broken(path, &error)),
    }
}

fn begins_with_brace(file: File) -> io::Result<bool> {
    let mut reader = BufReader::new(file);
    let start = reader.fill_buf()?;
    let start = start.strip_prefix("\u{feff}".as_bytes()).unwrap_or(start);
    Ok(start.trim_ascii_start().first() == Some(&b'{'))
}

#[cfg(test)]
mod tests;
