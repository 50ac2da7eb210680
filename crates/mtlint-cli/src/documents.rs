//! What `score` and `highlight` share: documents are read, judged and printed
//! one after another, so that the first is seen while the second is judged.

use anyhow::bail;
use clap::Args;

use mtlint::LintError;
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
use super::inputs::{MarkupChoice, STANDARD_INPUT, open};
use super::output::{OutputError, Streams};
use super::plan::{ConfigFlags, Linters, Plan};
use super::verdict::Verdict;

/// Documents and siblings.
#[derive(Debug, Args)]
pub struct InputArgs {
    /// Articles to judge, plain text, Markdown or HTML in UTF-8; '-' is standard input, and so is
    /// no file at all
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT, hide_default_value = true)]
    pub files: Vec<String>,

    /// A cleaner article on the same story; give the flag again for each further one
    #[arg(long = "sibling", value_name = "FILE")]
    pub siblings: Vec<String>,

    /// How documents and siblings are marked up; 'auto' goes by the ending of the name (.md, .html
    /// and the like; all else is plain text). Code, addresses and the markup itself are not judged
    #[arg(long, value_enum, value_name = "MARKUP", default_value_t = MarkupChoice::Auto)]
    pub markup: MarkupChoice,
}

impl InputArgs {
    /// The names of all that is read.
    pub fn read(&self) -> impl Iterator<Item = &str> + Clone {
        self.files.iter().chain(&self.siblings).map(String::as_str)
    }

    /// How each document is judged, by what was typed and its configuration.
    pub fn plan(
        &self,
        typed: Typed<'_>,
        config: &ConfigFlags,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<Plan> {
        if self.read().filter(|file| *file == STANDARD_INPUT).count() > 1 {
            bail!("standard input (-) can be read only once");
        }
        // Siblings on the command line win over those of a configuration.
        let with_siblings = self.siblings.is_empty();
        let files = self.files.iter().map(String::as_str);
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
    pub baseline: Option<String>,

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

/// Judges and prints every document; in text each has this `layout`.
pub fn run(
    arguments: &DocumentArgs,
    layout: TextLayout,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let mut job = Job::begin(arguments, layout, streams)?;
    for file in job.files() {
        let document = open(file, job.settings(file).max_bytes.value, streams);
        for report in job.judge(file, document)? {
            job.give(&report, None, true, streams)?;
            note_outcome(&report, streams);
            job.count(&report);
        }
    }
    job.finish(streams)
}

/// Documents on their way from arguments to output.
pub struct Job<'a> {
    arguments: &'a DocumentArgs,
    judge: Judge,
    known: Option<Known>,
    style: text::Style,
    outputs: Outputs,
    verdict: Verdict,
}

impl<'a> Job<'a> {
    /// Checks the arguments, reads the siblings and loads the model.
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
        let planned: Vec<String> = plan.read().collect();
        let read = arguments.input.read().chain(arguments.baseline.as_deref());
        let read: Vec<&str> = read.chain(planned.iter().map(String::as_str)).collect();
        let outputs = Outputs::create(arguments.format, &arguments.emit, options, &read)?;
        let known = arguments.baseline.as_deref().map(baseline_file::read);
        Ok(Self {
            known: known.transpose()?,
            judge: Judge::begin(plan, &arguments.input, typed, streams)?,
            style,
            outputs,
            verdict: Verdict::default(),
            arguments,
        })
    }

    /// The documents, by the names they were given.
    pub fn files(&self) -> &'a [String] {
        &self.arguments.input.files
    }

    /// How to draw text.
    pub fn style(&self) -> text::Style {
        self.style
    }

    /// How a document is judged.
    pub fn settings(&self, file: &str) -> &Settings {
        self.judge.settings(file)
    }

    /// Judges a document with the siblings, and marks what the baseline holds.
    pub fn judge(
        &self,
        id: &str,
        document: Result<Document, DocumentError>,
    ) -> Result<Vec<Report>, LintError> {
        let mut reports = self.judge.judge(id, document)?;
        if let Some(known) = &self.known {
            reports = reports
                .into_iter()
                .map(|report| known.mark(report))
                .collect();
        }
        Ok(reports)
    }

    /// Draws a report, to standard output in the format asked for if it is `printed`
    /// there, and to the files. JSON says too what was applied, if a `correction` was
    /// asked for.
    pub fn give(
        &mut self,
        report: &Report,
        correction: Option<&Correction>,
        printed: bool,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<()> {
        self.outputs.give(report, correction, printed, streams)
    }

    /// Whether files are written beside what is printed.
    pub fn emits(&self) -> bool {
        !self.arguments.emit.is_empty()
    }

    /// Takes note of how it went to print something else than reports.
    pub fn printed(&mut self, result: Result<(), OutputError>) -> Result<(), OutputError> {
        self.outputs.printed(result)
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

    /// Ends what was begun.
    pub fn finish(self, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
        self.outputs.finish(streams)?;
        Ok(self.verdict)
    }
}

/// What judges documents with the siblings that were given.
pub struct Judge {
    plan: Plan,
    linters: Linters,
    siblings: Vec<Document>,
    markup: MarkupChoice,
}

impl Judge {
    /// Reads the siblings and loads the model.
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

    /// How a document is judged.
    pub fn settings(&self, file: &str) -> &Settings {
        self.plan.settings(file)
    }

    /// Judges a document with its siblings.
    pub fn judge(
        &self,
        id: &str,
        document: Result<Document, DocumentError>,
    ) -> Result<Vec<Report>, LintError> {
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
            Err(error) => Ok(vec![Report::failed(id, error)]),
        }
    }
}

/// A sibling that cannot be read is wrong usage: corrections would be missing
/// without anyone noticing.
fn siblings(
    input: &InputArgs,
    typed: Typed<'_>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Vec<Document>> {
    // They belong to no article, so that no configuration counts for them.
    let max_bytes = Settings::resolve(&typed, None).max_bytes.value;
    let mut siblings = Vec::new();
    for file in &input.siblings {
        match open(file, max_bytes, streams) {
            Ok(sibling) => siblings.push(sibling.marked_up(input.markup.of(file))),
            Err(error) => {
                let why = advice::failure(&Failure::from(&error));
                bail!("the sibling {file} cannot be used: {why}")
            }
        }
    }
    Ok(siblings)
}

/// Notes on standard error what the report could not judge.
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
