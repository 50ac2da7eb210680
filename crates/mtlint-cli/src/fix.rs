//! `mtlint highlight --fix`: corrections applied.
//!
//! In: documents and flags. Out: corrected text on standard output or in the files, and
//! reports on what remains. What remains is linted again wherever a gate, a report or a
//! file depends on it. Choosing and applying corrections is the library's.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};

use mtlint::correct::{Correction, Permission, correct};
use mtlint::document::Document;
use mtlint::finding::Finding;
use mtlint::report::printer::{Format, TextLayout};
use mtlint::report::{Failure, FailureKind, Outcome, Report, diff};

use super::advice;
use super::documents::{self, DocumentArgs, Session};
use super::gates::Gates;
use super::inputs::{self, STANDARD_INPUT, is_standard_input};
use super::output::{OutputError, Streams};
use super::partial;
use super::replace::replace;
use super::verdict::Verdict;

/// Flags about corrections.
#[derive(Debug, Args)]
#[command(next_help_heading = "Corrections")]
pub struct FixArgs {
    /// Apply the corrections that a sibling supports and print the corrected text: those that are
    /// safe; with --fix=unsafe those too that a person should look at
    ///
    /// Of a finding the first one is applied; where two overlap, the surer. All else stays byte for
    /// byte, and what is not judged is printed as it is. Gates look at what remains: the corrected
    /// text is judged again. With another --format the report is on the corrected text; json and
    /// jsonl hold that as fix.text, with what was replaced as fix.applied.
    #[arg(
        long,
        value_enum,
        value_name = "WHICH",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "safe",
        conflicts_with = "baseline"
    )]
    fix: Option<FixScope>,

    /// With --fix: write the corrected text to the file instead, all at once, and report what
    /// remains. A file without corrections is not touched
    #[arg(long, requires = "fix")]
    write: bool,

    /// With --fix: show what it changes as a unified diff instead; with --write too, do both
    #[arg(long, requires = "fix")]
    diff: bool,
}

/// Which corrections are applied, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum FixScope {
    Safe,
    Unsafe,
}

impl From<FixScope> for Permission {
    fn from(scope: FixScope) -> Self {
        match scope {
            FixScope::Safe => Self::Safe,
            FixScope::Unsafe => Self::SafeAndUnsafe,
        }
    }
}

impl FixArgs {
    /// The corrections that `--fix` allows; `None` without the flag.
    pub fn allowed(&self) -> Option<Permission> {
        self.fix.map(Permission::from)
    }
}

/// Corrects documents as the flags say.
struct Fixer<'a> {
    documents: &'a DocumentArgs,
    flags: &'a FixArgs,
    allowed: Permission,
}

/// Corrects every document.
pub fn run(
    documents: &DocumentArgs,
    flags: &FixArgs,
    allowed: Permission,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    if flags.diff && documents.format != Format::Text {
        bail!("--diff is a format of its own: leave out --format, or leave out --diff");
    }
    if flags.write
        && documents
            .input
            .files
            .iter()
            .any(|file| is_standard_input(file))
    {
        bail!(
            "standard input cannot be written to: name a file, or leave out --write to get the \
             corrected text on standard output"
        );
    }
    let fixer = Fixer {
        documents,
        flags,
        allowed,
    };
    let mut session = Session::begin(documents, TextLayout::Findings, streams)?;
    if flags.write {
        sweep_folders(session.files());
    }
    for file in session.files() {
        fixer.fix(file, &mut session, streams)?;
    }
    session.finish(streams)
}

/// Removes what runs that were killed have left beside the files, each folder once.
fn sweep_folders(files: &[PathBuf]) {
    let real = files.iter().filter_map(|file| file.canonicalize().ok());
    let folders: BTreeSet<PathBuf> = real
        .filter_map(|file| Some(file.parent()?.to_owned()))
        .collect();
    for folder in &folders {
        partial::sweep(folder);
    }
}

impl Fixer<'_> {
    fn fix(
        &self,
        file: &Path,
        session: &mut Session<'_>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        let mut bytes = Vec::new();
        let name = &inputs::name(file);
        let settings = session.settings(name);
        let (gates, max_bytes) = (settings.gates(), settings.max_bytes.value);
        let document = if is_standard_input(file) {
            inputs::ask_for_input(streams);
            let stdin = RecordingReader {
                reader: &mut streams.stdin,
                record: &mut bytes,
            };
            Document::from_reader(STANDARD_INPUT, stdin, max_bytes)
        } else {
            Document::open(file, max_bytes)
        };
        let original = document.as_ref().map(|document| document.text().to_owned());
        let original = original.unwrap_or_default();
        let report = session.lint(name, document)?;
        let Outcome::Scored(analysis) = &report.outcome else {
            return self.pass_through(&report, &original, &bytes, session, streams);
        };
        let findings = &analysis.findings;
        let correction = correct(&original, findings, self.allowed);
        let changed = !correction.edits.is_empty();
        if self.flags.write
            && changed
            && let Err(error) = replace(file, &original, &correction.text)
        {
            // All of it remains.
            streams.error(&advice::message(&error.into()));
            session.fail();
            session.emit(&report, None, self.prints_report(), streams)?;
            session.count(&report);
            return Ok(());
        }
        if self.flags.write {
            let note = self.correction_note(&original, findings, &correction);
            streams.note(&format!("{name}: {note}"));
        }
        if self.flags.diff {
            let color = session.style().color;
            let diff = diff::unified(name, &original, &correction.text, color);
            session.record_printing(streams.print(&diff))?;
        } else if self.prints_text() {
            session.record_printing(streams.print(&correction.text))?;
        }
        let remains = if changed && (self.reports_what_remains(gates) || session.emits()) {
            let text = Document::from_text(name, correction.text.as_str());
            session.lint(name, Ok(text))?
        } else {
            report
        };
        session.emit(&remains, Some(&correction), self.prints_report(), streams)?;
        documents::note_outcome(&remains, streams);
        session.count(&remains);
        Ok(())
    }

    /// Prints a document that was not judged as it came.
    fn pass_through(
        &self,
        report: &Report,
        original: &str,
        bytes: &[u8],
        session: &mut Session<'_>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        session.emit(report, None, self.prints_report(), streams)?;
        if self.prints_text() {
            session.record_printing(match &report.outcome {
                Outcome::Failed(Failure {
                    kind: FailureKind::NotUtf8 | FailureKind::TooLarge,
                    ..
                }) => pass_on(&report.id, bytes, streams),
                _ => streams.print(original),
            })?;
        }
        documents::note_outcome(report, streams);
        session.count(report);
        Ok(())
    }

    /// Whether standard output gets the corrected text.
    fn prints_text(&self) -> bool {
        !self.flags.diff && !self.flags.write && self.documents.format == Format::Text
    }

    /// Whether standard output gets reports.
    fn prints_report(&self) -> bool {
        !self.flags.diff && !self.prints_text()
    }

    /// Whether a report or a gate depends on what remains, so that it has to be linted.
    fn reports_what_remains(&self, gates: Gates) -> bool {
        self.prints_report() || gates.any()
    }

    /// A note on how many corrections were applied, and how many more could be.
    fn correction_note(
        &self,
        original: &str,
        findings: &[Finding],
        correction: &Correction,
    ) -> String {
        let applied = correction.edits.len();
        let bolder = correct(original, findings, Permission::SafeAndUnsafe);
        let more = bolder.edits.len().saturating_sub(applied);
        let applied = match applied {
            0 => "no correction applied".to_owned(),
            1 => "1 correction applied".to_owned(),
            _ => format!("{applied} corrections applied"),
        };
        match (self.allowed, more) {
            (Permission::Safe, 1..) => format!("{applied}, {more} more with --fix=unsafe"),
            _ => applied,
        }
    }
}

/// Passes on the bytes of something that could be read but is no document.
fn pass_on(file: &str, bytes: &[u8], streams: &mut Streams<'_>) -> Result<(), OutputError> {
    let failed = |error| OutputError::new("standard output", error);
    if file == STANDARD_INPUT {
        streams.stdout.write_all(bytes).map_err(failed)?;
        io::copy(&mut streams.stdin, &mut streams.stdout).map_err(failed)?;
    } else if Path::new(file).is_file()
        && let Ok(mut file) = File::open(file)
    {
        io::copy(&mut file, &mut streams.stdout).map_err(failed)?;
    }
    streams.stdout.flush().map_err(failed)
}

/// A reader that records what is read through it.
struct RecordingReader<'a, R> {
    reader: R,
    record: &'a mut Vec<u8>,
}

impl<R: Read> Read for RecordingReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.record.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}
