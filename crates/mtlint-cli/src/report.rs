//! `mtlint report`: the run report, on what the last run over a state brought.
//!
//! In: the state of a batch. Out: the report, as text, JSON or HTML, and the exit status.
//! Reading and counting are done by mtlint-batch.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use mtlint::report::text::Style;
use mtlint_batch::run_report::{self, LastRun, html};
use mtlint_batch::state::StateReader;

use super::advice;
use super::flags::{ColorChoice, GateFlags};
use super::gates::Gates;
use super::output::Streams;
use super::verdict::Verdict;

/// Tell what the last run over a state brought: the worst documents, and what has changed
///
/// STATE is the file that 'mtlint batch --state' was given. It is only read; no run can begin
/// meanwhile, and none may be going on.
///
/// What has changed is told against the last run before it that was finished. Documents are the
/// same when their ids are. A finding is new if a document of both runs has a phrase with a
/// category that it did not have, and fixed if it has it no longer; where it stands does not
/// matter. Findings are compared only where both runs could judge.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint report night.state\n  \
    mtlint report night.state --fail-under 60 --fail-on-error\n  \
    mtlint report night.state --format html > night.html\n  \
    mtlint report night.state --format json | jq -r '.worst[].id'")]
pub struct ReportArgs {
    /// The state of the nightly batch
    #[arg(value_name = "STATE")]
    state: PathBuf,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// How many documents each list shows at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,

    /// Colour the text; 'auto' asks the terminal and obeys NO_COLOR
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,

    /// Exit with status 2 if a document failed or the run was cut short
    #[arg(long)]
    fail_on_error: bool,

    #[command(flatten)]
    gates: GateFlags,
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Html,
}

/// Prints the report, and says by the exit status whether it is bad.
pub fn run(arguments: &ReportArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let reader = StateReader::open(&arguments.state)?;
    let LastRun {
        mut report,
        extremes,
    } = LastRun::of(&reader, arguments.top)?;
    // Whoever reads the output slowly keeps no run waiting.
    drop(reader);
    for group in &mut report.not_judged {
        for document in &mut group.first {
            let message = std::mem::take(&mut document.message);
            document.message = advice::reported(&group.reason, message);
        }
    }
    let style = Style {
        width: streams.terminal.width,
        color: arguments.color.is_wanted(streams),
    };
    let drawn = match arguments.format {
        Format::Text => run_report::text::draw(&report, style),
        Format::Json => run_report::json(&report)?,
        Format::Html => html::page(&report)?,
    };
    streams.print(&drawn)?;
    let whole = report.run.finished && report.totals.failed == 0;
    Ok(Verdict {
        failed: arguments.fail_on_error && !whole,
        gate: Gates::from(&arguments.gates).met_by(&extremes),
    })
}
