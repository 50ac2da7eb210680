//! `--emit FORMAT=PATH`: several outputs of one reading.
//!
//! In: reports, one after another. Out: standard output as they come, and files that
//! appear whole when all are there. What happens to one output does not touch the others:
//! a reader that has gone or a full disk ends that output only.

use std::io::Write;
use std::path::Path;

use anyhow::bail;

use mtlint::correct::Correction;
use mtlint::report::printer::{Format, PrintError, PrintOptions, Printer};
use mtlint::report::{Report, text};

use super::output::{OutputError, Streams};
use super::output_file::{OutputFile, is_one_of, refuse_to_write_over};

/// Columns of text in a file.
pub const FILE_WIDTH: usize = 100;

/// A format and where it goes, as an argument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmitTarget {
    /// The format of the reports.
    pub format: Format,
    /// The file they go to.
    pub path: String,
}

/// Reads the `FORMAT=PATH` of `--emit`; the error says what was expected.
pub fn parse(value: &str) -> Result<EmitTarget, String> {
    let Some((format, path)) = value.split_once('=').filter(|(_, path)| !path.is_empty()) else {
        return Err("FORMAT=PATH is expected, such as sarif=mtlint.sarif".to_owned());
    };
    let Some(format) = Format::from_name(format) else {
        let names = Format::ALL.map(Format::name);
        return Err(format!("the formats are {}", names.join(", ")));
    };
    if path == "-" {
        let name = value.split('=').next().unwrap_or_default();
        return Err(format!("for standard output there is --format {name}"));
    }
    Ok(EmitTarget {
        format,
        path: path.to_owned(),
    })
}

/// Standard output, and a file for each `--emit`.
pub struct Outputs {
    standard: Output<()>,
    files: Vec<Output<OutputFile>>,
    /// The first thing that went wrong with any of them, a reader that has gone aside.
    failure: Option<OutputError>,
}

/// A printer, and the place it prints to until that fails.
struct Output<T> {
    printer: Printer,
    place: Option<T>,
}

impl Outputs {
    /// Makes the files. Those that are `read` may not be written to.
    pub fn create(
        format: Format,
        emits: &[EmitTarget],
        options: PrintOptions,
        read: &[&Path],
    ) -> anyhow::Result<Self> {
        refuse_to_write_over("--format", "-", read.iter().copied())?;
        let mut written: Vec<&str> = Vec::new();
        let mut files = Vec::new();
        for EmitTarget { format, path } in emits {
            refuse_to_write_over("--emit", path, read.iter().copied())?;
            if is_one_of(Path::new(path), written.iter().map(Path::new)) {
                bail!("{path} is named by --emit twice; give each format a file of its own");
            }
            written.push(path);
            let plain = text::Style {
                width: FILE_WIDTH,
                color: false,
            };
            let options = PrintOptions {
                style: plain,
                ..options.clone()
            };
            files.push(Output {
                printer: Printer::new(*format, options),
                place: Some(OutputFile::create(path)?),
            });
        }
        Ok(Self {
            standard: Output {
                printer: Printer::new(format, options),
                place: Some(()),
            },
            files,
            failure: None,
        })
    }

    /// Prints a report to the files, and to standard output if it is `printed` there.
    pub fn emit(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
        printed: bool,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        for file in &mut self.files {
            let printer = &mut file.printer;
            let text = text_of(|out| printer.print(report, correction, out))?;
            if let Some(place) = &mut file.place
                && let Err(error) = place.write(&text, streams.stdout)
            {
                file.place = None;
                note(&mut self.failure, error);
            }
        }
        if printed && self.standard.place.is_some() {
            let printer = &mut self.standard.printer;
            let text = text_of(|out| printer.print(report, correction, out))?;
            self.record_printing(streams.print(&text))?;
        }
        Ok(())
    }

    /// Records how it went to print. A failure is an error only where no output is left.
    pub fn record_printing(&mut self, result: Result<(), OutputError>) -> Result<(), OutputError> {
        let Err(error) = result else {
            return Ok(());
        };
        self.standard.place = None;
        if self.files.iter().all(|file| file.place.is_none()) {
            return Err(self.failure.take().unwrap_or(error));
        }
        note(&mut self.failure, error);
        Ok(())
    }

    /// Ends what was begun, and puts the files under their names.
    pub fn finish(mut self, streams: &mut Streams<'_>) -> anyhow::Result<()> {
        let alone = self.files.is_empty();
        for file in self.files {
            let Some(mut place) = file.place else {
                continue;
            };
            let rest = text_of(|out| file.printer.finish(out))?;
            let done = place.write(&rest, streams.stdout);
            if let Err(error) = done.and_then(|()| place.finish(streams.stdout)) {
                note(&mut self.failure, error);
            }
        }
        if self.standard.place.is_some() {
            let rest = text_of(|out| self.standard.printer.finish(out))?;
            if let Err(error) = streams.print(&rest) {
                if alone {
                    return Err(error.into());
                }
                note(&mut self.failure, error);
            }
        }
        self.failure.map_or(Ok(()), |failure| Err(failure.into()))
    }
}

/// The text that a printer prints. It is collected first, so that an error of an output is told
/// from one of the printer.
fn text_of(print: impl FnOnce(&mut dyn Write) -> Result<(), PrintError>) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    print(&mut bytes)?;
    Ok(String::from_utf8(bytes)?)
}

/// Keeps the first failure. That a reader has gone is none: it has all it wanted.
fn note(failure: &mut Option<OutputError>, error: OutputError) {
    if !matches!(error, OutputError::Closed) {
        failure.get_or_insert(error);
    }
}
