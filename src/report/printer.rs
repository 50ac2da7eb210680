//! Several reports as one output in one format.
//!
//! In: a [`Format`], then reports, one after another. Out: bytes to a writer, as soon as
//! they can be written: a line at once, a table after its first row, an array, a SARIF
//! log or a page when all reports are there. Each report is drawn by its format's own
//! module. Nothing is read, and nothing is written but to the writer.
//!
//! ```
//! use mtlint::report::Report;
//! use mtlint::report::printer::{Format, PrintOptions, Printer};
//!
//! let missing = mtlint::document::Document::open("no/such.txt".as_ref(), 1 << 20).unwrap_err();
//! let mut printer = Printer::new(Format::Compact, PrintOptions::default());
//! let mut out = Vec::new();
//! printer.print(&Report::failed("no/such.txt", missing), None, &mut out)?;
//! printer.finish(&mut out)?;
//! assert_eq!(out, b"no/such.txt: failed (not_found)\n");
//! # Ok::<(), mtlint::report::printer::PrintError>(())
//! ```

use std::io::{self, Write};
use std::path::PathBuf;

use crate::correct::Correction;

use super::sarif::Sarif;
use super::{Report, compact, github, html, json, text, tsv};

/// A format in which reports are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text for people.
    Text,
    /// JSON of the contract `mtlint.report/1`: an object, or an array of several.
    Json,
    /// JSON of the contract `mtlint.report/1`, one line for each report.
    Jsonl,
    /// A line `file:line:column: ...` for each finding.
    Compact,
    /// A SARIF 2.1.0 log with all reports in one run.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// A table of spans as WMT lays them out, one row for each report.
    Tsv,
    /// A page of HTML, with an index of several reports.
    Html,
}

impl Format {
    /// All formats, in the order in which help texts list them.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Json,
        Self::Jsonl,
        Self::Compact,
        Self::Sarif,
        Self::Github,
        Self::Tsv,
        Self::Html,
    ];

    /// The format's name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Compact => "compact",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Tsv => "tsv",
            Self::Html => "html",
        }
    }

    /// The format that has this `name` on the command line.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Whether the format can hold the numbers of each word.
    pub fn is_json(self) -> bool {
        matches!(self, Self::Json | Self::Jsonl)
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

/// How much [`Format::Text`] says of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum TextLayout {
    /// One line: the score and how many findings there are.
    Score,
    /// Each finding in its sentence, and a closing line.
    #[default]
    Findings,
}

/// What a [`Printer`] has to know besides the format.
#[derive(Debug, Clone)]
pub struct PrintOptions {
    /// How much text says of a document.
    pub layout: TextLayout,
    /// How wide text is, and whether it has color.
    pub style: text::Style,
    /// Whether JSON lists every word.
    pub words: bool,
    /// Whether there is more than one report, so that JSON is an array and a page has an
    /// index.
    pub several: bool,
    /// Whether known findings were marked by a baseline, so that SARIF says which are new.
    pub compared: bool,
    /// The folder from which SARIF names files below it.
    pub root: Option<PathBuf>,
}

impl Default for PrintOptions {
    /// One report as plain text of 100 columns with its findings.
    fn default() -> Self {
        Self {
            layout: TextLayout::default(),
            style: text::Style {
                width: 100,
                color: false,
            },
            words: false,
            several: false,
            compared: false,
            root: None,
        }
    }
}

/// Why a report could not be printed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrintError {
    /// The writer failed.
    #[error("cannot write a report")]
    Io(#[from] io::Error),
    /// A report could not be put into JSON.
    #[error("cannot put a report into JSON")]
    Json(#[from] serde_json::Error),
    /// A report could not be put on a page.
    #[error("cannot put a report on a page")]
    Html(#[from] askama::Error),
}

/// Prints reports, one after another, as one output.
#[derive(Debug)]
pub struct Printer {
    format: Format,
    options: PrintOptions,
    begun: bool,
    /// Objects of an array that is written at the end.
    objects: Vec<String>,
    sarif: Sarif,
    /// Parts of a page, which has the worst document first.
    sections: Vec<html::Section>,
}

impl Printer {
    /// A printer that has printed nothing so far.
    pub fn new(format: Format, options: PrintOptions) -> Self {
        Self {
            format,
            begun: false,
            objects: Vec::new(),
            sarif: Sarif::new(options.root.as_deref(), options.compared),
            sections: Vec::new(),
            options,
        }
    }

    /// Prints a report, as far as it can be written yet. JSON says too which corrections
    /// were applied before the text was judged, if a `correction` is given.
    ///
    /// # Errors
    /// When the writer fails. In practice reports can always be drawn.
    pub fn print(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
        out: &mut dyn Write,
    ) -> Result<(), PrintError> {
        let drawn = self.draw(report, correction)?;
        out.write_all(drawn.as_bytes())?;
        Ok(())
    }

    fn draw(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
    ) -> Result<String, PrintError> {
        let begun = std::mem::replace(&mut self.begun, true);
        let several = self.options.several;
        let options = json::Options {
            words: self.options.words,
            fix: correction,
        };
        Ok(match self.format {
            Format::Text => match self.options.layout {
                TextLayout::Score => text::score(report, self.options.style),
                TextLayout::Findings => text::highlight(report, self.options.style),
            },
            Format::Jsonl => json::line(report, options)? + "\n",
            Format::Json if several => {
                self.objects.push(json::object(report, options)?);
                String::new()
            }
            Format::Json => json::object(report, options)? + "\n",
            Format::Compact => compact::lines(report),
            Format::Github => github::annotations(report),
            Format::Tsv if begun => tsv::row(report),
            Format::Tsv => tsv::HEADER.to_owned() + &tsv::row(report),
            Format::Sarif => {
                self.sarif.add(report);
                String::new()
            }
            Format::Html => {
                let number = self.sections.len() + 1;
                self.sections.push(html::section(report, number, several)?);
                String::new()
            }
        })
    }

    /// Prints what can be written only when all reports are there.
    ///
    /// # Errors
    /// When the writer fails. In practice reports can always be drawn.
    pub fn finish(self, out: &mut dyn Write) -> Result<(), PrintError> {
        let rest = match self.format {
            Format::Json if self.options.several => json::array(&self.objects) + "\n",
            Format::Sarif => self.sarif.finish()? + "\n",
            Format::Html => html::page(self.sections)?,
            Format::Tsv if !self.begun => tsv::HEADER.to_owned(),
            _ => String::new(),
        };
        out.write_all(rest.as_bytes())?;
        Ok(())
    }
}
