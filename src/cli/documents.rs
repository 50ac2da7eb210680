//! What `score` and `highlight` share: documents are read, judged and printed
//! one after another, so that the first is seen while the second is judged.

use std::path::Path;

use anyhow::bail;
use clap::{Args, ValueEnum};

use mtlint::document::{Document, DocumentError};
use mtlint::pipeline::Input;
use mtlint::report::{Outcome, Report, json, message, text};

use super::Verdict;
use super::common::{CommonArgs, GateArgs};
use super::output::Streams;

/// Standard input, as a file.
const STANDARD_INPUT: &str = "-";

/// Documents, siblings, and how to print.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// Articles to judge, in UTF-8 plain text; '-' is standard input, and so is no file at all
    #[arg(value_name = "FILE")]
    pub files: Vec<String>,

    /// A cleaner article on the same story; give the flag again for each further one
    #[arg(long = "sibling", value_name = "FILE")]
    pub siblings: Vec<String>,

    /// How to print: text for people, json (an array when there are several documents), or jsonl
    /// (a line each)
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// In json and jsonl, every word and mark with its numbers
    #[arg(long)]
    pub words: bool,

    #[command(flatten)]
    pub common: CommonArgs,

    #[command(flatten)]
    pub gates: GateArgs,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Text,
    Json,
    Jsonl,
}

/// Judges and prints every document; `draw` makes the text of one.
pub fn run(
    arguments: &DocumentArgs,
    draw: fn(&Report, text::Style) -> String,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let standard_input = [STANDARD_INPUT.to_owned()];
    let files: &[String] = if arguments.files.is_empty() {
        &standard_input
    } else {
        &arguments.files
    };
    let named = files.iter().chain(&arguments.siblings);
    if named.filter(|file| *file == STANDARD_INPUT).count() > 1 {
        bail!("standard input (-) can be read only once");
    }
    let quiet = arguments.common.quiet;
    if arguments.words && arguments.format == Format::Text && !quiet {
        streams.note("--words shows only with --format json or jsonl");
    }
    let siblings = siblings(arguments, streams)?;
    let analyzer = arguments.common.analyzer()?;
    let style = text::Style {
        width: streams.terminal.width,
        colour: arguments.common.colour(streams),
    };
    let options = json::Options {
        words: arguments.words,
    };
    let mut objects = Vec::new();
    let mut verdict = Verdict::default();
    for file in files {
        if file == STANDARD_INPUT && streams.terminal.input && !quiet {
            streams.note("reading standard input; end it with Ctrl-D");
        }
        let input = Input {
            id: file.clone(),
            document: open(file, arguments.common.max_bytes, streams),
            siblings: siblings.clone(),
        };
        for report in analyzer.judge(vec![input])? {
            match arguments.format {
                Format::Text => streams.print(&draw(&report, style))?,
                Format::Jsonl => streams.print(&(json::line(&report, options)? + "\n"))?,
                Format::Json if files.len() == 1 => {
                    streams.print(&(json::object(&report, options)? + "\n"))?;
                }
                Format::Json => objects.push(json::object(&report, options)?),
            }
            tell(&report, quiet, streams);
            verdict.gate |= arguments.gates.met_by(&report);
            verdict.failed |= matches!(report.outcome, Outcome::Failed(_) | Outcome::BadRecord(_));
        }
    }
    if arguments.format == Format::Json && files.len() > 1 {
        streams.print(&(json::array(&objects) + "\n"))?;
    }
    Ok(verdict)
}

fn open(file: &str, max_bytes: u64, streams: &mut Streams<'_>) -> Result<Document, DocumentError> {
    if file == STANDARD_INPUT {
        Document::from_reader(file, &mut streams.stdin, max_bytes)
    } else {
        Document::open(Path::new(file), max_bytes)
    }
}

/// A sibling that cannot be read is wrong usage: corrections would be missing
/// without anyone noticing.
fn siblings(arguments: &DocumentArgs, streams: &mut Streams<'_>) -> anyhow::Result<Vec<Document>> {
    let mut siblings = Vec::new();
    for file in &arguments.siblings {
        match open(file, arguments.common.max_bytes, streams) {
            Ok(sibling) => siblings.push(sibling),
            Err(error) => bail!("the sibling {file} cannot be used: {error}"),
        }
    }
    Ok(siblings)
}

/// Notes on standard error what the report could not judge.
fn tell(report: &Report, quiet: bool, streams: &mut Streams<'_>) {
    match &report.outcome {
        Outcome::Failed(error) => streams.error(&error.to_string()),
        Outcome::BadRecord(error) => streams.error(&message::record_error(error)),
        Outcome::Abstained { reason, language } if !quiet => {
            let why = message::abstained(*reason, language.as_ref());
            streams.note(&format!("{} was not judged: {why}", report.id));
        }
        Outcome::Abstained { .. } | Outcome::Scored(_) => {}
    }
}
