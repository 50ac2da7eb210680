//! The command line: arguments to library calls, results to standard output,
//! notes and progress to standard error, and the exit status. One file a
//! subcommand; nothing here knows how a thing is done.

mod models;
mod progress;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

/// The job could not be done. (1 is for a job that was done and found what
/// the user asked to be told of.)
const COULD_NOT: u8 = 2;

/// Finds machine-translation garble in an article without its source text.
#[derive(Debug, Parser)]
#[command(version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Models(models::ModelsArguments),
}

/// Runs the program with its arguments.
pub fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Models(arguments) => models::run(&arguments),
    };
    result.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return ExitCode::SUCCESS;
        }
        // Standard error may be closed too; there is nobody left to tell.
        let _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(COULD_NOT)
    })
}

/// The reader of standard output has gone, having seen enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<io::Error>()
        .is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
