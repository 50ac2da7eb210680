//! `mtlint highlight --fix`: corrections applied.
//!
//! Choosing and applying them is the library's; here are the flags, and where
//! the corrected text goes. What remains is judged again wherever someone is
//! told of it: by a gate, in JSON, or after the file was written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use anyhow::bail;
use clap::{Args, ValueEnum};

use mtlint::correct::{Allowed, Correction, correct};
use mtlint::document::{Document, DocumentError};
use mtlint::finding::Finding;
use mtlint::report::{Outcome, Report, diff, text};

use super::Verdict;
use super::common::GateArgs;
use super::documents::{self, DocumentArgs, Job, STANDARD_INPUT};
use super::drawing::Format;
use super::output::{OutputError, Streams};
use super::replace::replace;

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
    fix: Option<Which>,

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
enum Which {
    Safe,
    Unsafe,
}

impl From<Which> for Allowed {
    fn from(which: Which) -> Self {
        match which {
            Which::Safe => Self::Safe,
            Which::Unsafe => Self::SafeAndUnsafe,
        }
    }
}

impl FixArgs {
    /// Which corrections are to be applied; none if nobody asked for it.
    pub fn allowed(&self) -> Option<Allowed> {
        self.fix.map(Allowed::from)
    }
}

/// What becomes of a document.
struct Fixing<'a> {
    documents: &'a DocumentArgs,
    flags: &'a FixArgs,
    allowed: Allowed,
}

/// Corrects every document.
pub fn run(
    documents: &DocumentArgs,
    flags: &FixArgs,
    allowed: Allowed,
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
            .any(|file| file == STANDARD_INPUT)
    {
        bail!(
            "standard input cannot be written to: name a file, or leave out --write to get the \
             corrected text on standard output"
        );
    }
    let fixing = Fixing {
        documents,
        flags,
        allowed,
    };
    let mut job = Job::begin(documents, text::highlight, streams)?;
    for file in job.files() {
        fixing.fix(file, &mut job, streams)?;
    }
    job.finish(streams)
}

impl Fixing<'_> {
    fn fix(&self, file: &str, job: &mut Job<'_>, streams: &mut Streams<'_>) -> anyhow::Result<()> {
        let mut given = Vec::new();
        let settings = job.settings(file);
        let gates = settings.gates.clone();
        let common = settings.common.clone();
        let document = if file == STANDARD_INPUT {
            documents::ask_for_input(&common, streams);
            let stdin = Keeping {
                from: &mut streams.stdin,
                kept: &mut given,
            };
            Document::from_reader(file, stdin, common.max_bytes)
        } else {
            Document::open(Path::new(file), common.max_bytes)
        };
        let original = document.as_ref().map(|document| document.text().to_owned());
        let original = original.unwrap_or_default();
        for report in job.judge(file, document)? {
            let Outcome::Scored(analysis) = &report.outcome else {
                self.leave(&report, &original, &given, job, streams)?;
                continue;
            };
            let findings = &analysis.findings;
            let correction = correct(&original, findings, self.allowed);
            let changed = !correction.edits.is_empty();
            if self.flags.write
                && changed
                && let Err(error) = replace(file, &original, &correction.text)
            {
                // All of it remains.
                streams.error(&error.to_string());
                job.fail();
                job.give(&report, None, self.prints_report(), streams)?;
                job.count(&report);
                continue;
            }
            if self.flags.write && !common.quiet {
                let note = self.applied(&original, findings, &correction);
                streams.note(&format!("{file}: {note}"));
            }
            if self.flags.diff {
                let colour = job.style().colour;
                let diff = diff::unified(file, &original, &correction.text, colour);
                job.printed(streams.print(&diff))?;
            } else if self.prints_text() {
                job.printed(streams.print(&correction.text))?;
            }
            let remains = if changed && (self.tells_what_remains(&gates) || job.emits()) {
                let text = Document::from_text(file, correction.text.as_str());
                job.judge(file, Ok(text))?
            } else {
                vec![report]
            };
            for report in &remains {
                job.give(report, Some(&correction), self.prints_report(), streams)?;
                documents::tell(report, common.quiet, streams);
                job.count(report);
            }
        }
        Ok(())
    }

    /// A document that was not judged goes on as it came.
    fn leave(
        &self,
        report: &Report,
        original: &str,
        given: &[u8],
        job: &mut Job<'_>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        job.give(report, None, self.prints_report(), streams)?;
        if self.prints_text() {
            job.printed(match report.outcome {
                Outcome::Failed(DocumentError::NotUtf8 { .. } | DocumentError::TooLarge { .. }) => {
                    pass_on(&report.id, given, streams)
                }
                _ => streams.print(original),
            })?;
        }
        documents::tell(report, self.documents.common.quiet, streams);
        job.count(report);
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

    /// Whether anyone is told of what remains, so that it has to be judged.
    fn tells_what_remains(&self, gates: &GateArgs) -> bool {
        self.prints_report() || gates.fail_on.is_some() || gates.fail_under.is_some()
    }

    /// How many corrections were applied, and how many more could be.
    fn applied(&self, original: &str, findings: &[Finding], correction: &Correction) -> String {
        let applied = correction.edits.len();
        let bolder = correct(original, findings, Allowed::SafeAndUnsafe);
        let more = bolder.edits.len().saturating_sub(applied);
        let applied = match applied {
            0 => "no correction applied".to_owned(),
            1 => "1 correction applied".to_owned(),
            _ => format!("{applied} corrections applied"),
        };
        match (self.allowed, more) {
            (Allowed::Safe, 1..) => format!("{applied}, {more} more with --fix=unsafe"),
            _ => applied,
        }
    }
}

/// Passes on the bytes of something that could be read but is no document.
fn pass_on(file: &str, given: &[u8], streams: &mut Streams<'_>) -> Result<(), OutputError> {
    let failed = |error| OutputError::new("standard output", error);
    if file == STANDARD_INPUT {
        streams.stdout.write_all(given).map_err(failed)?;
        io::copy(&mut streams.stdin, &mut streams.stdout).map_err(failed)?;
    } else if Path::new(file).is_file()
        && let Ok(mut file) = File::open(file)
    {
        io::copy(&mut file, &mut streams.stdout).map_err(failed)?;
    }
    streams.stdout.flush().map_err(failed)
}

/// A reader that keeps what was read through it.
struct Keeping<'a, R> {
    from: R,
    kept: &'a mut Vec<u8>,
}

impl<R: Read> Read for Keeping<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.from.read(buffer)?;
        self.kept.extend_from_slice(&buffer[..count]);
        Ok(count)
    }
}
