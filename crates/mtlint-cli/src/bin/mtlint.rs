//! The program `mtlint`: the process's arguments in, its exit status out.

use std::process::ExitCode;

fn main() -> ExitCode {
    let program = std::env::current_exe().ok();
    ExitCode::from(mtlint_cli::run_process(std::env::args_os(), program))
}
