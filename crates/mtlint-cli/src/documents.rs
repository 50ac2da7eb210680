//! What `score`, `highlight` and `baseline` share: documents are read, linted and printed.
//!
//! In: the arguments, and the documents that they name. Out: their reports, on standard
//! output and in files, one after another, so that the first is seen while the second is
//! linted. Corrections are applied in `fix.rs`.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;

use mtlint::correct::Correction;
use mtlint::document::{Document, DocumentError};
use mtlint::report::baseline::Known;
use mtlint::report::printer::{Format, PrintOptions, TextLayout};
use mtlint::report::{Failure, Outcome, Report, text};
use mtlint_batch::Summary;

use super::advice;
use super::baseline_file;
use super::config::{Settings, Typed};
use super::emit::{self, EmitTarget, Outputs};
use super::flags::{ConsoleFlags, GateFlags, JudgingFlags};
use super::inputs::{MarkupChoice, STANDARD_INPUT, is_standard_input, name, open};
use super::output::{OutputError, Streams};
use super::plan::{ConfigFlags, Linters, Plan};
use super::verdict::Verdict;

/// Documents and siblings.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Articles to judge, plain text, Markdown or HTML in UTF-8; '-' is standard input, and so is
    /// no file at all
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT, hide_default_value = true)]
    pub files: Vec<PathBuf>,

    /// A cleaner article on the same story; give the flag again for each further one
    #[arg(long = "sibling", value_name = "FILE")]
    pub siblings: Vec<PathBuf>,

    /// How documents and siblings are marked up; 'auto' goes by the ending of the name (.md, .html
    /// and the like; all else is plain text). Code, addresses and the markup itself are not judged
    #[arg(long, value_enum, value_name = "MARKUP", default_value_t = MarkupChoice::Auto)]
    pub markup: MarkupChoice,
}

impl InputArgs {
    /// The names of the documents and of the siblings that were typed.
    pub fn read(&self) -> impl Iterator<Item = &Path> + Clone {
        let all = self.files.iter().chain(&self.siblings);
        all.map(PathBuf::as_path)
    }

    /// The settings of each document, by what was typed and its configuration.
    ///
    /// # Errors
    /// When standard input is named twice, or a configuration cannot be used.
    pub fn plan(
        &self,
        typed: Typed<'_>,
        config: &ConfigFlags,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<Plan> {
        if self.read().filter(|file| is_standard_input(file)).count() > 1 {
            bail!("standard input (-) can be read only once");
        }
        // Siblings on the command line win over those of a configuration.
        let with_siblings = self.siblings.is_empty();
        let files = self.files.iter().map(PathBuf::as_path);
        let plan = Plan::new(files, with_siblings, typed, config)?;
        plan.note_missing_siblings(streams);
        Ok(plan)
    }
}

/// What to judge and how to print.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    #[command(flatten)]
    pub input: InputArgs,

    /// How to print: text for people, html (a page to read, with an index of several), json (an array when there are several documents), jsonl (a
    /// line each), compact (file:line:column: a line for each finding), sarif (2.1.0, all documents
    /// in one run), github (annotations of GitHub Actions) or tsv (spans as WMT lays them out)
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,

    /// Write the reports to a file too, in this format, such as sarif=mtlint.sarif; give the flag
    /// again for each further one. A file appears under its name only when all is done
    #[arg(long, value_name = "FORMAT=PATH", value_parser = emit::parse)]
    pub emit: Vec<EmitTarget>,

    /// Hide the findings that this file holds, and let the gates look at new ones only; 'mtlint
    /// baseline' writes it. In sarif they are marked instead
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// In json and jsonl, every word and mark with its numbers
    #[arg(long)]
    pub words: bool,

    #[command(flatten)]
    pub judging: JudgingFlags,

    #[command(flatten)]
    pub console: ConsoleFlags,

    #[command(flatten)]
    pub gates: GateFlags,

    #[command(flatten)]
    pub config: ConfigFlags,
}

/// Lints and prints every document; text is laid out as `layout` says.
pub fn run(
    arguments: &DocumentArgs,
    layout: TextLayout,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let mut session = Session::begin(arguments, layout, streams)?;
    for file in session.files() {
        let name = name(file);
        let document = open(file, session.settings(&name).max_bytes.value, streams);
        let report = session.lint(&name, document)?;
        session.emit(&report, None, true, streams)?;
        note_outcome(&report, streams);
        session.count(&report);
    }
    session.finish(streams)
}

/// One call of `score` or `highlight`: the documents on their way from arguments to output.
pub struct Session<'a> {
    arguments: &'a DocumentArgs,
    linter: DocumentLinter,
    known: Option<Known>,
    style: text::Style,
    outputs: Outputs,
    verdict: Verdict,
}

impl<'a> Session<'a> {
    /// Checks the arguments, reads the siblings and loads the model.
    ///
    /// # Errors
    /// When the arguments contradict each other, or a configuration, sibling, baseline or
    /// model cannot be used.
    pub fn begin(
        arguments: &'a DocumentArgs,
        layout: TextLayout,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<Self> {
        let mut formats = arguments.emit.iter().map(|emit| emit.format);
        let shown = arguments.format.is_json() || formats.any(Format::is_json);
        if arguments.words && !shown {
            streams.note("--words shows only in json and jsonl");
        }
        let style = text::Style {
            width: streams.terminal.width,
            color: arguments.console.color.is_wanted(streams),
        };
        let options = PrintOptions {
            layout,
            style,
            words: arguments.words,
            several: arguments.input.files.len() > 1,
            compared: arguments.baseline.is_some(),
            root: std::env::current_dir().ok(),
        };
        // Before the model is loaded: what is refused is refused at once.
        let typed = Typed {
            judging: &arguments.judging,
            gates: Some(&arguments.gates),
        };
        let plan = arguments.input.plan(typed, &arguments.config, streams)?;
        let planned: Vec<PathBuf> = plan.read().collect();
        let read = arguments.input.read().chain(arguments.baseline.as_deref());
        let read: Vec<&Path> = read.chain(planned.iter().map(PathBuf::as_path)).collect();
        let outputs = Outputs::create(arguments.format, &arguments.emit, options, &read)?;
        let known = arguments.baseline.as_deref().map(baseline_file::read);
        Ok(Self {
            known: known.transpose()?,
            linter: DocumentLinter::begin(plan, &arguments.input, typed, streams)?,
            style,
            outputs,
            verdict: Verdict::default(),
            arguments,
        })
    }

    /// The names of the documents, as they were typed.
    pub fn files(&self) -> &'a [PathBuf] {
        &self.arguments.input.files
    }

    /// The width and color of text on standard output.
    pub fn style(&self) -> text::Style {
        self.style
    }

    /// The settings for a document.
    pub fn settings(&self, file: &str) -> &Settings {
        self.linter.settings(file)
    }

    /// Lints a document beside its siblings, and marks the findings that the baseline
    /// holds. A document that could not be read or linted has a report that says so.
    ///
    /// # Errors
    /// When the language model fails on a sibling that was typed.
    pub fn lint(
        &self,
        id: &str,
        document: Result<Document, DocumentError>,
    ) -> anyhow::Result<Report> {
        let report = self.linter.lint(id, document)?;
        Ok(match &self.known {
            Some(known) => known.mark(report),
            None => report,
        })
    }

    /// Writes a report to the files of `--emit`, and to standard output if it is `printed`
    /// there. JSON also says what was applied, if a `correction` was asked for.
    ///
    /// # Errors
    /// When a report cannot be drawn, or no output is left to write to.
    pub fn emit(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
        printed: bool,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        self.outputs.emit(report, correction, printed, streams)
    }

    /// Whether files are written beside what is printed.
    pub fn emits(&self) -> bool {
        !self.arguments.emit.is_empty()
    }

    /// Records how it went to print something else than reports: a standard output that
    /// cannot be written to gets nothing more.
    ///
    /// # Errors
    /// When no output is left.
    pub fn record_printing(&mut self, result: Result<(), OutputError>) -> Result<(), OutputError> {
        self.outputs.record_printing(result)
    }

    /// Counts a report for the exit status.
    pub fn count(&mut self, report: &Report) {
        let gates = self.settings(&report.id).gates();
        // What is known of a document explains its quality too.
        let nothing_new = matches!(&report.outcome, Outcome::Scored(analysis)
            if analysis.known_findings() > 0 && analysis.new_findings().next().is_none());
        self.verdict.gate |= !nothing_new && gates.met_by(&Summary::of(report));
        if let Outcome::Failed(_) = report.outcome {
            self.fail();
        }
    }

    /// Counts a document that failed.
    pub fn fail(&mut self) {
        self.verdict.failed = true;
    }

    /// Ends every output, and says what the exit status depends on.
    ///
    /// # Errors
    /// When an output cannot be written.
    pub fn finish(self, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
        self.outputs.finish(streams)?;
        Ok(self.verdict)
    }
}

/// A linter for each document, with the siblings that were typed.
pub struct DocumentLinter {
    plan: Plan,
    linters: Linters,
    siblings: Vec<Document>,
    markup: MarkupChoice,
}

impl DocumentLinter {
    /// Reads the siblings and loads the model.
    ///
    /// # Errors
    /// When a sibling or the model cannot be used.
    pub fn begin(
        plan: Plan,
        input: &InputArgs,
        typed: Typed<'_>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            siblings: siblings(input, typed, streams)?,
            linters: plan.linters(streams)?,
            markup: input.markup,
            plan,
        })
    }

    /// The settings for a document.
    pub fn settings(&self, file: &str) -> &Settings {
        self.plan.settings(file)
    }

    /// Lints a document beside its siblings. A document that could not be read or linted has
    /// a report that says so.
    ///
    /// # Errors
    /// When the language model fails on a sibling that was typed.
    pub fn lint(
        &self,
        id: &str,
        document: Result<Document, DocumentError>,
    ) -> anyhow::Result<Report> {
        let marked_up = |document: Document| {
            let markup = self.markup.of(document.name());
            document.marked_up(markup)
        };
        // A sibling that cannot be read fails the document: corrections would be missing
        // without anyone noticing.
        let document = document.and_then(|document| {
            let own = self.plan.read_siblings(id)?;
            let own: Vec<Document> = own.into_iter().map(marked_up).collect();
            Ok((marked_up(document), own))
        });
        match document {
            Ok((document, own)) => self.linters.lint(&self.plan, document, &self.siblings, own),
            Err(error) => Ok(Report::failed(id, error)),
        }
    }
}

/// Reads the siblings that were typed. One that cannot be read is wrong usage: corrections
/// would be missing without anyone noticing.
fn siblings(
    input: &InputArgs,
    typed: Typed<'_>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Vec<Document>> {
    // Siblings belong to no document, so no configuration counts for them.
    let max_bytes = Settings::resolve(&typed, None).max_bytes.value;
    let mut siblings = Vec::new();
    for file in &input.siblings {
        match open(file, max_bytes, streams) {
            Ok(sibling) => siblings.push(sibling.marked_up(input.markup.of(&name(file)))),
            Err(error) => {
                let why = advice::failure(&Failure::from(&error));
                bail!("the sibling {} cannot be used: {why}", file.display())
            }
        }
    }
    Ok(siblings)
}

/// Notes on standard error why a document failed or was not judged.
pub fn note_outcome(report: &Report, streams: &mut Streams<'_>) {
    match &report.outcome {
        Outcome::Failed(failure) => streams.error(&advice::failure(failure)),
        Outcome::Abstained { reason, language } => {
            let why = advice::abstained(*reason, language.as_ref());
            streams.note(&format!("{} was not judged: {why}", report.id));
        }
        Outcome::Scored(_) => {}
    }
}
