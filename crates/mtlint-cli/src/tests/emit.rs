//! `--emit`: several outputs of one reading.

use super::*;

const JUDGE: [&str; 4] = ["highlight", "-q", "--threshold", "0.3"];

fn files(folder: &Folder) -> Vec<String> {
    let entries = std::fs::read_dir(folder.0.path()).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

fn two() -> Folder {
    Folder::with(&[("a.txt", CLEAN.as_bytes()), ("b.txt", GARBLED.as_bytes())])
}

#[test]
fn every_format_is_what_format_would_print() {
    let folder = two();
    let documents = [folder.path("a.txt"), folder.path("b.txt")];
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    let formats = [
        "text", "html", "json", "jsonl", "compact", "sarif", "github", "tsv",
    ];
    let mut arguments = [&JUDGE[..], &documents].concat();
    let emits = formats.map(|format| format!("{format}={}", folder.path(format)));
    for emit in &emits {
        arguments.extend(["--emit", emit]);
    }
    let all = ran(&arguments, b"");
    assert_eq!((all.status, all.stderr.as_str()), (0, ""));
    assert!(all.stdout.contains("gibberish"));
    for format in formats {
        // At the width that files have.
        if format != "text" {
            let one = [&JUDGE[..], &documents, &["--format", format]].concat();
            assert_eq!(folder.text(format), ran(&one, b"").stdout, "{format}");
        }
    }
    assert!(folder.text("text").contains("2 findings (2 minor)"));
    assert_eq!(files(&folder).len(), 2 + formats.len());
}

#[test]
fn a_reader_that_left_and_a_full_disk_take_no_file_along() {
    let folder = two();
    let b = folder.path("b.txt");
    let emit = format!("json={}", folder.path("out.json"));
    let arguments = [&JUDGE[..], &[&b, "--emit", &emit, "--model", "stub"]].concat();
    let whole = |folder: &Folder| {
        let report: serde_json::Value = serde_json::from_str(&folder.text("out.json")).unwrap();
        assert_eq!(report["findings"].as_array().unwrap().len(), 2);
        std::fs::remove_file(folder.0.path().join("out.json")).unwrap();
    };
    let gate = [&arguments[..], &["--fail-on", "minor"]].concat();
    for (arguments, status) in [(&arguments, 0), (&gate, 1)] {
        let closed = run_into(arguments, b"", &mut Failing(io::ErrorKind::BrokenPipe));
        assert_eq!(closed, (status, String::new()));
        whole(&folder);
    }
    let (status, stderr) = run_into(&gate, b"", &mut Failing(io::ErrorKind::StorageFull));
    assert_eq!(status, 2);
    assert!(
        stderr.starts_with("error: cannot write standard output: "),
        "{stderr}"
    );
    whole(&folder);
    let fixed = [&arguments[..], &["--fix"]].concat();
    let closed = run_into(&fixed, b"", &mut Failing(io::ErrorKind::BrokenPipe));
    assert_eq!(closed, (0, String::new()));
    whole(&folder);
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_that_cannot_be_written_is_named_and_the_others_are_whole() {
    let folder = two();
    let b = folder.path("b.txt");
    let good = format!("tsv={}", folder.path("out.tsv"));
    let emits = ["--emit", "jsonl=/dev/full", "--emit", &good];
    let full = ran(&[&JUDGE[..], &[&b], &emits].concat(), b"");
    assert_eq!(full.status, 2);
    assert!(
        full.stderr.starts_with("error: cannot write /dev/full: "),
        "{}",
        full.stderr
    );
    assert!(full.stdout.contains("gibberish"));
    assert!(folder.text("out.tsv").contains("minor minor"));
}

#[test]
fn what_would_lose_something_is_refused_before_anything_is_read() {
    let folder = two();
    let (a, b) = (folder.path("a.txt"), folder.path("b.txt"));
    let (out, same) = (folder.path("out"), folder.path("./out"));
    let (nowhere, here) = (folder.path("no/out"), folder.path(""));
    for (emits, problem) in [
        (
            vec![format!("json={out}"), format!("tsv={same}")],
            "is named by --emit twice",
        ),
        (vec![format!("json={b}")], "which is read"),
        (vec![format!("json={a}")], "which is read"),
        (vec![format!("json={nowhere}")], "no/out"),
        (vec![format!("json={here}")], "is a folder"),
        (
            vec!["sarif=-".to_owned()],
            "for standard output there is --format sarif",
        ),
        (vec!["out.json".to_owned()], "FORMAT=PATH is expected"),
        (vec!["sarif=".to_owned()], "FORMAT=PATH is expected"),
        (
            vec!["xml=out.xml".to_owned()],
            "the formats are text, json, jsonl, compact, sarif",
        ),
    ] {
        let mut arguments = [&JUDGE[..], &[&b, "--sibling", &a]].concat();
        for emit in &emits {
            arguments.extend(["--emit", emit]);
        }
        let refused = ran(&arguments, b"");
        assert_eq!(
            (refused.status, refused.stdout.as_str()),
            (2, ""),
            "{emits:?}"
        );
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
        assert_eq!(files(&folder), ["a.txt", "b.txt"]);
    }
    assert_eq!(folder.text("b.txt"), GARBLED);
}

#[test]
fn a_job_that_cannot_be_done_leaves_the_old_file() {
    let folder = Folder::with(&[("b.txt", GARBLED.as_bytes()), ("out.json", b"old")]);
    let emit = format!("json={}", folder.path("out.json"));
    let b = folder.path("b.txt");
    let arguments = ["score", &b, "--emit", &emit, "--model", "no-such"];
    let (status, _) = run_into(&arguments, b"", &mut Vec::new());
    assert_eq!(status, 2);
    assert_eq!(folder.text("out.json"), "old");
    assert_eq!(files(&folder), ["b.txt", "out.json"]);
    // A document that cannot be read is in the file as it is in the output.
    let gone = folder.path("gone.txt");
    assert_eq!(ran(&["score", &gone, &b, "--emit", &emit], b"").status, 2);
    let reports: serde_json::Value = serde_json::from_str(&folder.text("out.json")).unwrap();
    assert_eq!(reports[0]["error"]["kind"], "not_found");
    assert_eq!(reports[1]["status"], "scored");
}

#[test]
fn with_fix_the_files_tell_of_what_remains() {
    let folder = two();
    let b = folder.path("b.txt");
    let emit = format!("json={}", folder.path("out.json"));
    let fixed = ran(&[&JUDGE[..], &[&b, "--fix", "--emit", &emit]].concat(), b"");
    assert_eq!((fixed.status, fixed.stdout.as_str()), (0, GARBLED));
    let report: serde_json::Value = serde_json::from_str(&folder.text("out.json")).unwrap();
    assert_eq!(report["fix"]["text"], GARBLED);
}
