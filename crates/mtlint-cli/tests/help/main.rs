//! What the program says of itself: every example in its help and every command in the README
//! and the guide is run, and completions and manual pages are read as shells and `man` read
//! them. With the stand-in model.
#![cfg(unix)]
// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod examples;
mod guide;
mod pages;
mod sandbox;
mod shells;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MTLINT: &str = env!("CARGO_BIN_EXE_mtlint");

/// The top of the repository, wherever in it this package is.
fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let top = |folder: &&Path| folder.join("docs/book.toml").exists();
    package.ancestors().find(top).unwrap().to_owned()
}

fn mtlint(arguments: &[&str]) -> String {
    let done = Command::new(MTLINT).args(arguments).output().unwrap();
    assert!(done.status.success(), "{arguments:?}");
    String::from_utf8(done.stdout).unwrap()
}

/// A script for bash, which is told of a failure anywhere in a pipe.
fn bash(script: &str, folder: &Path) -> Output {
    let mut command = Command::new("bash");
    command.args(["--noprofile", "--norc", "-o", "pipefail", "-c", script]);
    command.current_dir(folder).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every command, its words apart, and its help; those below `models` too.
fn commands() -> Vec<(Vec<String>, String)> {
    let mut found = Vec::new();
    let mut open = vec![Vec::new()];
    while let Some(words) = open.pop() {
        let arguments = words.iter().map(String::as_str).chain(["--help"]);
        let help = mtlint(&arguments.collect::<Vec<&str>>());
        let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
        for line in listed.take_while(|line| !line.is_empty()) {
            // Further lines of a description are indented deeper.
            let Some(name) = line.strip_prefix("  ").filter(|l| !l.starts_with(' ')) else {
                continue;
            };
            let name = name.split_whitespace().next().unwrap();
            if name != "help" {
                open.push([words.clone(), vec![name.to_owned()]].concat());
            }
        }
        found.push((words, help));
    }
    assert!(found.len() > 10, "{found:?}");
    found
}
