//! The real process with the stand-in model: what tests inside the process
//! cannot show. Run with `cargo test --features test-stub`.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

fn mtlint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtlint"));
    command
        .args(arguments)
        .args(["--model", "stub"])
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_full_disk_is_an_error() {
    for arguments in [
        &["score", "Cargo.toml"][..],
        &["batch", "src/lib.rs", "--output", "-"],
        &["batch", "src/lib.rs", "--output", "/dev/full"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let done = mtlint(arguments).stdout(full).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(stderr.starts_with("error: cannot write "), "{stderr}");
    }
}

#[test]
fn a_closed_pipe_is_success_and_documents_come_as_they_are_done() {
    let mut running = mtlint(&["batch", "-", "--output", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let stdout = running.stdout.take().unwrap();
    let record = format!("{{\"text\":\"{}\"}}\n", "Calm seas. ".repeat(50));
    let writer = std::thread::spawn(move || {
        // Until the reading end has gone; far more than any buffer holds.
        for _ in 0..20_000 {
            if stdin.write_all(record.as_bytes()).is_err() {
                return true;
            }
        }
        false
    });
    let mut first = String::new();
    BufReader::new(stdout).read_line(&mut first).unwrap();
    assert!(first.contains("\"id\":\"1\""), "{first}");
    let done = running.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(
        writer.join().unwrap(),
        "the program should have stopped early"
    );
}

#[test]
fn no_color_is_obeyed() {
    let done = mtlint(&["score", "Cargo.toml"])
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(!String::from_utf8(done.stdout).unwrap().contains('\u{1b}'));
}
