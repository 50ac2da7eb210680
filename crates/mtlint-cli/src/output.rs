//! Where output goes: data to standard output, notes to standard error.
//!
//! In: finished strings. Out: the strings, written and flushed, or why not. A
//! reader that has gone away is told apart from a disk that is full. Notes are
//! made safe to show here, since they quote paths.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::PathBuf;

use super::log::{Level, LogFormat};
use super::signals::Signals;

/// Columns when no terminal says how many it has.
const WIDTH_WITHOUT_TERMINAL: usize = 100;

/// The properties of the terminal, asked for once, at the start.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    /// Columns to fit text into.
    pub width: usize,
    /// Whether color is wanted on standard output when nobody says so:
    /// it is a terminal, and `NO_COLOR` and its kin do not object.
    pub color: bool,
    /// Whether a person would have to type the input.
    pub input: bool,
    /// Whether progress may be redrawn in place.
    pub progress: bool,
}

impl Terminal {
    /// Asks the environment of this process.
    pub fn of_this_process() -> Self {
        let stdout = io::stdout();
        let columns = std::env::var("COLUMNS")
            .ok()
            .and_then(|columns| columns.parse().ok())
            .filter(|&columns: &usize| columns > 0);
        let measured = || {
            let (width, _) = terminal_size::terminal_size_of(&stdout)?;
            Some(usize::from(width.0)).filter(|&columns| columns > 0)
        };
        let choice = anstream::AutoStream::choice(&stdout);
        Self {
            width: columns.or_else(measured).unwrap_or(WIDTH_WITHOUT_TERMINAL),
            color: choice != anstream::ColorChoice::Never,
            input: io::stdin().is_terminal(),
            progress: io::stderr().is_terminal(),
        }
    }
}

/// Why standard output or an output file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// Whoever read standard output has stopped reading.
    #[error("standard output was closed")]
    Closed,
    /// The system refused.
    #[error("cannot write {name}")]
    Failed {
        /// `standard output`, or the path of the file.
        name: String,
        /// The error of the system.
        source: io::Error,
    },
}

impl OutputError {
    /// The error of writing to `name`.
    pub fn new(name: impl Into<String>, source: io::Error) -> Self {
        if source.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Failed {
                name: name.into(),
                source,
            }
        }
    }
}

/// The three standard streams and the signals, so that tests can stand in for them.
pub struct Streams<'a> {
    /// Standard input: the documents named `-`.
    pub stdin: &'a mut dyn BufRead,
    /// Standard output: data.
    pub stdout: &'a mut dyn Write,
    /// Standard error: notes and progress.
    pub stderr: &'a mut dyn Write,
    /// The format of notes and errors on standard error.
    pub log: LogFormat,
    /// Whether nothing but errors is wanted on standard error.
    pub quiet: bool,
    /// The signals that ask this process to end.
    pub signals: Signals,
    /// The properties of the terminal.
    pub terminal: Terminal,
    /// The file that this program's code is in, if it is known.
    pub program: Option<PathBuf>,
}

impl Streams<'_> {
    /// Writes data and flushes it, so that a reader sees each document when it
    /// is done and a full disk is noticed at once.
    pub fn print(&mut self, data: &str) -> Result<(), OutputError> {
        self.stdout
            .write_all(data.as_bytes())
            .and_then(|()| self.stdout.flush())
            .map_err(|error| OutputError::new("standard output", error))
    }

    /// Says what went wrong.
    pub fn error(&mut self, problem: &str) {
        self.raw_note(&self.log.line(Level::Error, problem));
    }

    /// Says something that a person may want to know, unless they want quiet.
    pub fn note(&mut self, words: &str) {
        if !self.quiet {
            self.warn(words);
        }
    }

    /// Says something that a person has to know, though it is no error.
    pub fn warn(&mut self, words: &str) {
        self.raw_note(&self.log.line(Level::Note, words));
    }

    /// Whether progress is drawn in place.
    pub fn draws_progress(&self) -> bool {
        self.terminal.progress && !self.quiet && self.log == LogFormat::Text
    }

    /// Writes to standard error. That nobody reads it is no reason to stop.
    pub fn raw_note(&mut self, words: &str) {
        let _ = self.stderr.write_all(words.as_bytes());
    }
}
