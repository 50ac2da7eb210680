//! The command `mtlint`: arguments in, the library called, data on standard
//! output, notes on standard error, an exit status out.
//!
//! One file a subcommand. Nothing about documents is decided here. The program and the
//! Python package are two ways to [`run_process`].

mod advice;
mod baseline;
mod baseline_file;
mod batch;
mod calibrate;
mod compare;
mod completions;
mod config;
mod config_command;
mod documents;
mod emit;
mod eval;
mod fix;
mod flags;
mod gates;
mod highlight;
mod inputs;
mod linter;
mod load;
mod log;
mod lsp;
mod man;
mod models;
mod output;
mod output_file;
mod partial;
mod plan;
mod progress;
mod replace;
mod report;
mod schema;
mod score;
mod serve;
mod signals;
mod standard;
mod values;
mod verdict;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use flags::ConsoleFlags;
use log::LogFormat;
use output::{Streams, Terminal};
use signals::Signals;
use verdict::{Verdict, exit_status};

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
        be done: wrong usage, no model, unwritable output or, in score, highlight and compare, a \
        document that could not be read (the others are still printed). 2 wins over 1.",
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
    Compare(compare::CompareArgs),
    Baseline(baseline::BaselineArgs),
    Batch(batch::BatchArgs),
    Serve(serve::ServeArgs),
    Lsp(lsp::LspArgs),
    Report(report::ReportArgs),
    Eval(eval::EvalArgs),
    Calibrate(calibrate::CalibrateArgs),
    Config(config_command::ConfigArgs),
    Models(models::ModelsArgs),
    Schema(schema::SchemaArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

impl Command {
    /// The format of notes on standard error, and whether only errors are wanted there.
    fn log(&self) -> (LogFormat, bool) {
        let console: &ConsoleFlags = match self {
            Self::Score(arguments) => &arguments.documents.console,
            Self::Highlight(arguments) => &arguments.documents.console,
            Self::Compare(arguments) => &arguments.console,
            Self::Baseline(arguments) => &arguments.console,
            Self::Batch(arguments) => &arguments.console,
            Self::Serve(arguments) => &arguments.console,
            Self::Lsp(arguments) => &arguments.console,
            Self::Eval(arguments) => &arguments.console,
            Self::Calibrate(arguments) => &arguments.console,
            Self::Config(arguments) => match arguments.console() {
                Some(console) => console,
                None => return (LogFormat::default(), false),
            },
            Self::Models(arguments) => return (LogFormat::default(), arguments.quiet),
            Self::Report(_) | Self::Schema(_) | Self::Completions(_) | Self::Man(_) => {
                return (LogFormat::default(), false);
            }
        };
        (console.log_format, console.quiet)
    }
}

/// The command as help texts, manual pages and completions show it.
fn documented() -> clap::Command {
    flags::with_defaults(Cli::command())
}

/// Runs the command with `arguments`, the name of the program first, on the standard streams
/// of this process, and returns the exit status. `program` is the file that the code of this
/// crate is in, where it is known: what a batch keeps is of use to that very code only.
///
/// SIGINT and SIGTERM are taken to end the process, as they do if nobody has asked for them.
pub fn run_process(arguments: impl IntoIterator<Item = OsString>, program: Option<PathBuf>) -> u8 {
    let mut stdin = standard::input();
    let mut stdout = standard::output();
    let mut stderr = std::io::stderr();
    let mut streams = Streams {
        stdin: &mut stdin,
        stdout: &mut stdout,
        stderr: &mut stderr,
        log: LogFormat::default(),
        quiet: false,
        signals: Signals::default(),
        terminal: Terminal::of_this_process(),
        program,
    };
    run(arguments, &mut streams)
}

/// Runs the command `arguments`, the name of the program first.
fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let result = match Cli::try_parse_from(&arguments) {
        Ok(cli) => {
            (streams.log, streams.quiet) = cli.command.log();
            dispatch(cli.command, streams)
        }
        Err(message) => {
            let log = LogFormat::asked_for(&arguments);
            // Help is drawn of the command that shows defaults.
            let help = (message.kind() == ErrorKind::DisplayHelp)
                .then(|| documented().try_get_matches_from(arguments).err());
            let message = help.flatten().unwrap_or(message);
            return print_usage(&message, log, streams);
        }
    };
    conclude(&result, streams)
}

/// Says what went wrong, if anything did, and gives the exit status.
fn conclude(result: &anyhow::Result<Verdict>, streams: &mut Streams<'_>) -> u8 {
    let status = exit_status(result);
    if let Err(error) = result
        && status != 0
    {
        streams.error(&advice::message(error));
    }
    status
}

fn dispatch(command: Command, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    match command {
        Command::Score(arguments) => score::run(&arguments, streams),
        Command::Highlight(arguments) => highlight::run(&arguments, streams),
        Command::Compare(arguments) => compare::run(&arguments, streams),
        Command::Baseline(arguments) => baseline::run(&arguments, streams),
        Command::Batch(arguments) => batch::run(&arguments, streams),
        Command::Serve(arguments) => serve::run(&arguments, streams),
        Command::Lsp(arguments) => lsp::run(&arguments, streams),
        Command::Report(arguments) => report::run(&arguments, streams),
        Command::Eval(arguments) => eval::run(&arguments, streams),
        Command::Calibrate(arguments) => calibrate::run(&arguments, streams),
        Command::Config(arguments) => config_command::run(&arguments, streams),
        Command::Models(arguments) => models::run(&arguments, streams),
        Command::Schema(arguments) => schema::run(&arguments, streams),
        Command::Completions(arguments) => completions::run(&arguments, documented(), streams),
        Command::Man(arguments) => man::run(&arguments, documented(), streams),
    }
}

/// Help that was asked for is data and goes to standard output; a complaint
/// goes to standard error with status 2.
fn print_usage(message: &clap::Error, log: LogFormat, streams: &mut Streams<'_>) -> u8 {
    let rendered = message.render();
    if message.use_stderr() {
        streams.raw_note(&log.usage(&rendered.to_string()));
        return 2;
    }
    let help = if streams.terminal.color {
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
