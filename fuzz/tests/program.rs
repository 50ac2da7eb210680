//! `mtlint-fuzz` as a program: the corpus does no harm, and harm is told.

use std::fs;
use std::process::{Command, Output};

use mtlint_fuzz::TARGETS;

fn fuzz(arguments: &[&str]) -> Output {
    let findings = tempfile::tempdir().unwrap();
    let mut program = Command::new(env!("CARGO_BIN_EXE_mtlint-fuzz"));
    program
        .args(arguments)
        .arg("--findings")
        .arg(findings.path());
    program.output().unwrap()
}

#[test]
fn every_target_has_good_inputs_and_bears_them() {
    let done = fuzz(&["--seconds", "0"]);
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        done.status.success(),
        "{said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), TARGETS.len(), "{said}");
    for (line, target) in lines.iter().zip(TARGETS) {
        assert!(line.starts_with(&format!("{}: ", target.name)), "{line}");
    }
}

#[test]
fn what_there_is_no_target_for_is_said() {
    let done = fuzz(&["gguff"]);
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("the targets are baseline, "), "{said}");
    let empty = tempfile::tempdir().unwrap();
    fs::create_dir(empty.path().join("gguf")).unwrap();
    let done = fuzz(&["gguf", "--corpus", empty.path().to_str().unwrap()]);
    assert_eq!(done.status.code(), Some(1));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(said.contains("is empty"), "{said}");
}
