//! `mtlint compare`: which of several versions of one text is best, and where they differ.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use mtlint::compare::compare;
use mtlint::report::comparison::{text, v1};
use mtlint::report::text::Style;
use mtlint::report::{Outcome, Report};

use super::config::Typed;
use super::documents::note_outcome;
use super::emit::FILE_WIDTH;
use super::flags::{ColorChoice, ConsoleFlags, JudgingFlags, TextOrJson};
use super::inputs::{MarkupChoice, STANDARD_INPUT, is_standard_input, name, open};
use super::output::Streams;
use super::output_file::{OutputFile, refuse_to_write_over};
use super::plan::{ConfigFlags, Plan};
use super::verdict::Verdict;

/// Say which of several versions of one text is best, how sure that is, and where they differ
///
/// The versions may be those of several translators or systems, or a text before and after an edit.
/// Each is judged alone, all with the same settings, and has a line in a table, the best one first.
/// 'first is better' is the probability that the first version is better than this one: 50 % says
/// that nothing tells them apart. It is the difference of the two qualities over its standard error
/// (a normal approximation), which comes from the sentences that stand for each other; what mtlint
/// gets wrong in both versions is not in it.
///
/// Then come the places where the wording differs and a version has a finding, or the qualities are
/// at least 15 points apart: what each version has there, with its findings underlined.
///
/// One configuration counts for all versions: that of --config, or else the nearest mtlint.toml in
/// the working directory or above it.
#[derive(Debug, Args)]
#[command(
    mut_arg("config", |config| config.help(
        "Take the configuration from this file, instead of the nearest mtlint.toml in the working \
         directory or above it"
    )),
    after_help = "Examples:\n  \
    mtlint compare first.txt second.txt\n  \
    mtlint compare --sensitivity balanced drafts/*.txt\n  \
    mtlint compare --format json first.txt second.txt | jq '.versions[0].id'\n  \
    pandoc -t plain article.html | mtlint compare article.txt -"
)]
pub struct CompareArgs {
    /// The versions, at least two: plain text, Markdown or HTML in UTF-8; '-' is standard input
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    files: Vec<PathBuf>,

    /// How versions are marked up; 'auto' goes by the ending of the name (.md, .html and the like;
    /// all else is plain text). Code, addresses and the markup itself are not judged
    #[arg(long, value_enum, value_name = "MARKUP", default_value_t = MarkupChoice::Auto)]
    markup: MarkupChoice,

    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    /// The file to write; it appears under its name only when all is done. '-' is standard output
    #[arg(long, short, value_name = "FILE", default_value = STANDARD_INPUT)]
    output: String,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,

    #[command(flatten)]
    config: ConfigFlags,
}

/// Lints every version, and prints how they compare.
pub fn run(arguments: &CompareArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let CompareArgs { files, output, .. } = arguments;
    let standard = files.iter().filter(|file| is_standard_input(file));
    if standard.count() > 1 {
        bail!("standard input (-) can be read only once");
    }
    let typed = Typed::from(&arguments.judging);
    // One configuration for all: versions that are judged differently cannot be compared.
    let plan = Plan::of_batch(std::iter::empty(), typed, &arguments.config)?;
    let planned: Vec<PathBuf> = plan.read().collect();
    let read = files.iter().chain(&planned).map(PathBuf::as_path);
    refuse_to_write_over("--output", output, read)?;
    let mut place = OutputFile::create(output)?;
    let reports = lint(arguments, &plan, streams)?;
    let failed = reports
        .iter()
        .any(|report| matches!(report.outcome, Outcome::Failed(_)));
    let comparison = compare(reports);
    let drawn = match arguments.format {
        TextOrJson::Text => text::draw(&comparison, style(arguments, streams)),
        TextOrJson::Json => v1::json(&comparison)? + "\n",
    };
    place.write(&drawn, streams.stdout)?;
    place.finish(streams.stdout)?;
    if !comparison.is_possible() {
        bail!("nothing was compared, since fewer than two versions could be judged");
    }
    Ok(Verdict {
        failed,
        gate: false,
    })
}

/// The report on each version. One that could not be read has a report that says so.
fn lint(
    arguments: &CompareArgs,
    plan: &Plan,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Vec<Report>> {
    let max_bytes = plan.settings(STANDARD_INPUT).max_bytes.value;
    let linters = plan.linters(streams)?;
    let mut reports = Vec::new();
    for file in &arguments.files {
        let report = match open(file, max_bytes, streams) {
            Ok(document) => {
                let markup = arguments.markup.of(document.name());
                let document = document.marked_up(markup);
                linters.lint(plan, document, &[], Vec::new())?
            }
            Err(error) => Report::failed(name(file), error),
        };
        note_outcome(&report, streams);
        reports.push(report);
    }
    Ok(reports)
}

/// The width and color of text. A file has no terminal that would say.
fn style(arguments: &CompareArgs, streams: &Streams<'_>) -> Style {
    let color = arguments.console.color;
    if arguments.output == STANDARD_INPUT {
        Style {
            width: streams.terminal.width,
            color: color.is_wanted(streams),
        }
    } else {
        Style {
            width: FILE_WIDTH,
            color: color == ColorChoice::Always,
        }
    }
}
