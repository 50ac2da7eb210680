//! The command `mtlint`: arguments in, the library called, data on standard
//! output, notes on standard error, an exit status out.
//!
//! One file a subcommand. Nothing about documents is decided here.

mod baseline;
mod batch;
mod calibrate;
mod common;
mod completions;
mod config;
mod destination;
mod documents;
mod drawing;
mod emit;
mod eval;
mod fix;
mod given;
mod highlight;
mod load;
mod log;
mod man;
mod models;
mod output;
mod progress;
mod replace;
mod report;
mod score;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use log::LogFormat;
use output::{OutputError, Streams, Terminal};

/// Finds machine-translation garble in English articles.
#[derive(Debug, Parser)]
#[command(
    name = "mtlint",
    version,
    about = "Finds machine-translation garble in English articles, without the source text",
    long_about = "Finds machine-translation garble in English articles, without the source text.\n\n\
        A language model reads each article; phrases that no careful writer would leave are \
        flagged. Given a cleaner article on the same story (a sibling), mtlint also says what \
        the phrases should be.",
    after_help = "Examples:\n  \
        mtlint highlight article.txt --sibling cleaner.txt\n  \
        mtlint score *.txt\n  \
        mtlint batch articles/ --output reports.jsonl\n\n\
        Exit status: 0 done; 1 a gate (--fail-on, --fail-under) was met; 2 the job could not \
        be done.\n\
        'mtlint COMMAND --help' tells more.",
    after_long_help = "Examples:\n  \
        mtlint highlight article.txt --sibling cleaner.txt\n  \
        mtlint score *.txt\n  \
        mtlint batch articles/ --output reports.jsonl\n\n\
        Data goes to standard output, notes and progress to standard error.\n\
        Exit status: 0 done; 1 a gate (--fail-on, --fail-under) was met; 2 the job could not \
        be done: wrong usage, no model, unwritable output or, in score and highlight, a document \
        that could not be read (the others are still printed). 2 wins over 1.",
    arg_required_else_help = true,
    max_term_width = 100
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Score(score::ScoreArgs),
    Highlight(highlight::HighlightArgs),
    Baseline(baseline::BaselineArgs),
    Batch(batch::BatchArgs),
    Report(report::ReportArgs),
    Eval(eval::EvalArgs),
    Calibrate(calibrate::CalibrateArgs),
    Config(config::ConfigArguments),
    Models(models::ModelsArguments),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    fn log_format(&self) -> LogFormat {
        match self {
            Self::Score(arguments) => arguments.documents.common.log_format,
            Self::Highlight(arguments) => arguments.documents.common.log_format,
            Self::Baseline(arguments) => arguments.common.log_format,
            Self::Batch(arguments) => arguments.common.log_format,
            Self::Eval(arguments) => arguments.common.log_format,
            Self::Calibrate(arguments) => arguments.common.log_format,
            Self::Config(arguments) => arguments.log_format(),
            Self::Report(_) | Self::Models(_) | Self::Completions(_) | Self::Man(_) => {
                LogFormat::default()
            }
        }
    }
}

/// What a subcommand found, as far as the exit status depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Verdict {
    /// A document failed, and in this command that means the job was not done.
    failed: bool,
    /// A gate (`--fail-on`, `--fail-under`) was given and met.
    gate: bool,
}

/// The exit status, decided here and nowhere else. 2 wins over 1: a gate says
/// nothing about documents that were not read. When the reader of the output
/// has gone (`mtlint score … | head -1`) it has all it wanted: success.
fn exit_status(result: &anyhow::Result<Verdict>) -> u8 {
    match result {
        Err(error) if reader_has_gone(error) => 0,
        Err(_) => 2,
        Ok(Verdict { failed: true, .. }) => 2,
        Ok(Verdict { gate: true, .. }) => 1,
        Ok(_) => 0,
    }
}

fn reader_has_gone(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<OutputError>(),
        Some(OutputError::Closed)
    )
}

fn main() -> ExitCode {
    let mut stdin = std::io::stdin().lock();
    let mut stdout = std::io::BufWriter::new(std::io::stdout().lock());
    let mut stderr = std::io::stderr();
    let mut streams = Streams {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        log: LogFormat::default(),
        terminal: Terminal::of_this_process(),
    };
    ExitCode::from(run(std::env::args_os(), &mut streams))
}

/// Runs the command `arguments`, the name of the program first.
fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let result = match Cli::try_parse_from(arguments) {
        Ok(cli) => {
            streams.log = cli.command.log_format();
            dispatch(cli.command, streams)
        }
        Err(message) => return print_usage(&message, streams),
    };
    conclude(&result, streams)
}

/// Says what went wrong, if anything did, and gives the exit status.
fn conclude(result: &anyhow::Result<Verdict>, streams: &mut Streams<'_>) -> u8 {
    let status = exit_status(result);
    if let Err(error) = result
        && status != 0
    {
        streams.error(&told(error));
    }
    status
}

/// An error with its causes, each said once: some already say their own.
fn told(error: &anyhow::Error) -> String {
    let mut words = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        if words.is_empty() {
            words = cause;
        } else if !words.contains(&cause) {
            words += ": ";
            words += &cause;
        }
    }
    words
}

fn dispatch(command: Command, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    match command {
        Command::Score(arguments) => score::run(&arguments, streams),
        Command::Highlight(arguments) => highlight::run(&arguments, streams),
        Command::Baseline(arguments) => baseline::run(&arguments, streams),
        Command::Batch(arguments) => batch::run(&arguments, streams),
        Command::Report(arguments) => report::run(&arguments, streams),
        Command::Eval(arguments) => eval::run(&arguments, streams),
        Command::Calibrate(arguments) => calibrate::run(&arguments, streams),
        Command::Config(arguments) => config::run(&arguments, streams),
        Command::Models(arguments) => models::run(&arguments, streams),
        Command::Completions(arguments) => completions::run(&arguments, streams),
        Command::Man(arguments) => man::run(&arguments, streams),
    }
}

/// Help that was asked for is data and goes to standard output; a complaint
/// goes to standard error with status 2.
fn print_usage(message: &clap::Error, streams: &mut Streams<'_>) -> u8 {
    let rendered = message.render();
    if message.use_stderr() {
        streams.raw_note(&rendered.to_string());
        return 2;
    }
    let help = if streams.terminal.colour {
        rendered.ansi().to_string()
    } else {
        rendered.to_string()
    };
    let printed = streams.print(&help);
    conclude(
        &printed
            .map(|()| Verdict::default())
            .map_err(anyhow::Error::from),
        streams,
    )
}

#[cfg(test)]
mod tests;
