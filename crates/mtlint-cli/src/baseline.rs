//! `mtlint baseline`: the findings that are there today, kept so that others can be told
//! from them.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use mtlint::report::Outcome;
use mtlint::report::baseline::Baseline;

use super::config::Typed;
use super::documents::{self, DocumentLinter, InputArgs};
use super::flags::{ConsoleFlags, JudgingFlags};
use super::inputs;
use super::output::Streams;
use super::output_file::{OutputFile, refuse_to_write_over};
use super::plan::ConfigFlags;
use super::verdict::Verdict;

/// Keep the findings that are there, so that later runs show only new ones
///
/// Writes them to a file that --baseline of 'score' and 'highlight' takes: a line of JSON for each,
/// sorted. A finding is known again by its category, its words and those beside it: not by its
/// line, nor by the name of the file. Judge with the same --sibling and --sensitivity then and now.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint baseline drafts/*.txt --output mtlint-baseline.json\n  \
    mtlint highlight drafts/*.txt --baseline mtlint-baseline.json --fail-on critical")]
pub struct BaselineArgs {
    #[command(flatten)]
    input: InputArgs,

    /// The file to write; it appears under its name only when all is done. '-' is standard output
    #[arg(long, short, value_name = "FILE")]
    output: String,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,

    #[command(flatten)]
    config: ConfigFlags,
}

/// Lints every document and writes the findings to the file.
pub fn run(arguments: &BaselineArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let BaselineArgs {
        input,
        output,
        judging,
        config,
        ..
    } = arguments;
    let typed = Typed::from(judging);
    let plan = input.plan(typed, config, streams)?;
    let planned: Vec<PathBuf> = plan.read().collect();
    let read = input.read().chain(planned.iter().map(PathBuf::as_path));
    refuse_to_write_over("--output", output, read)?;
    let mut file = OutputFile::create(output)?;
    let linter = DocumentLinter::begin(plan, input, typed, streams)?;
    let mut baseline = Baseline::default();
    let mut failed = 0;
    for file in &input.files {
        let name = inputs::name(file);
        let document = inputs::open(file, linter.settings(&name).max_bytes.value, streams);
        let report = linter.lint(&name, document)?;
        documents::note_outcome(&report, streams);
        baseline.add(&report);
        if let Outcome::Failed(_) = report.outcome {
            failed += 1;
        }
    }
    // Its findings would be new ones tomorrow.
    if failed > 0 {
        bail!("no baseline was written, since {failed} of the documents could not be read");
    }
    file.write(&baseline.draw()?, streams.stdout)?;
    file.finish(streams.stdout)?;
    let plural = if baseline.len() == 1 { "" } else { "s" };
    streams.note(&format!(
        "{} finding{plural} kept in {output}",
        baseline.len()
    ));
    Ok(Verdict::default())
}
