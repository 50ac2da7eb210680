//! Documents by the names that they are given on the command line.
//!
//! In: a path, or `-` for standard input. Out: the document that was read, and how it is
//! marked up. Nothing is judged.

use std::path::Path;

use clap::ValueEnum;

use mtlint::document::{Document, DocumentError, Markup};

use super::output::Streams;

/// Standard input, as a file.
pub const STANDARD_INPUT: &str = "-";

/// The markup of documents, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum MarkupChoice {
    Auto,
    Plain,
    Markdown,
    Html,
}

impl MarkupChoice {
    /// The markup of the document of this name.
    pub fn of(self, name: &str) -> Option<Markup> {
        match self {
            Self::Auto => Markup::of(Path::new(name)),
            Self::Plain => None,
            Self::Markdown => Some(Markup::Markdown),
            Self::Html => Some(Markup::Html),
        }
    }
}

/// Whether `file` stands for standard input.
pub fn is_standard_input(file: &Path) -> bool {
    file == Path::new(STANDARD_INPUT)
}

/// The name of a document in reports. The system's names need not be UTF-8; what is not is
/// shown as U+FFFD.
pub fn name(file: &Path) -> String {
    file.display().to_string()
}

/// Reads a document of at most `max_bytes`.
pub fn open(
    file: &Path,
    max_bytes: u64,
    streams: &mut Streams<'_>,
) -> Result<Document, DocumentError> {
    if is_standard_input(file) {
        ask_for_input(streams);
        Document::from_reader(STANDARD_INPUT, &mut streams.stdin, max_bytes)
    } else {
        Document::open(file, max_bytes)
    }
}

/// Says to a person that the program waits for them.
pub fn ask_for_input(streams: &mut Streams<'_>) {
    if streams.terminal.input {
        streams.note("reading standard input; end it with Ctrl-D");
    }
}
