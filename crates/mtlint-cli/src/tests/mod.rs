//! Whole commands, run in this process with the stand-in model.

use std::ffi::OsStr;
use std::io::{self, Write};

use super::*;

mod baseline;
mod batch;
mod calibrate;
mod compare;
mod config;
mod emit;
mod eval;
mod fix;
mod inputs;
mod page;
mod poison;
mod schema;
mod sibling_rules;

const CLEAN: &str = "The harbour was quiet before the race.\n";
const GARBLED: &str = "The harbour was gibberish before the twaddle race.\n";

struct Ran {
    status: u8,
    stdout: String,
    stderr: String,
}

/// Files by name in a folder of their own.
struct Folder(tempfile::TempDir);

impl Folder {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        Self(folder)
    }

    /// Files in folders of their own.
    fn tree(files: &[(&str, &str)]) -> Self {
        let folder = Self::with(&[]);
        for (name, text) in files {
            let path = folder.0.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        folder
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.path().join(name)).unwrap()
    }
}

fn run_into<A: AsRef<OsStr>>(
    arguments: &[A],
    stdin: &[u8],
    stdout: &mut dyn Write,
) -> (u8, String) {
    let mut stdin = stdin;
    let mut stderr = Vec::new();
    let mut streams = Streams {
        stdin: &mut stdin,
        stdout,
        stderr: &mut stderr,
        log: LogFormat::default(),
        quiet: false,
        signals: Default::default(),
        terminal: Terminal {
            width: 80,
            color: false,
            input: false,
            progress: false,
        },
        program: std::env::current_exe().ok(),
    };
    let arguments = arguments.iter().map(AsRef::as_ref);
    let arguments = std::iter::once(OsStr::new("mtlint")).chain(arguments);
    let status = run(arguments.map(OsStr::to_owned), &mut streams);
    (status, String::from_utf8(stderr).unwrap())
}

fn ran<A: AsRef<OsStr>>(arguments: &[A], stdin: &[u8]) -> Ran {
    let mut stdout = Vec::new();
    let mut arguments: Vec<&OsStr> = arguments.iter().map(AsRef::as_ref).collect();
    arguments.extend(["--model", "stub"].map(OsStr::new));
    let (status, stderr) = run_into(&arguments, stdin, &mut stdout);
    Ran {
        status,
        stdout: String::from_utf8(stdout).unwrap(),
        stderr,
    }
}

fn lines(text: &str) -> Vec<serde_json::Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn score_prints_a_line_a_document() {
    let folder = Folder::with(&[("clean.txt", CLEAN.as_bytes())]);
    let clean = folder.path("clean.txt");
    let ran = ran(
        &["score", "--threshold", "0.3", &clean, "-"],
        GARBLED.as_bytes(),
    );
    assert_eq!(ran.status, 0, "{}", ran.stderr);
    let printed: Vec<&str> = ran.stdout.lines().collect();
    assert!(printed[0].starts_with(&format!("{clean}: quality ")));
    assert!(printed[0].ends_with(", no findings"));
    assert!(printed[1].starts_with("-: quality "));
    assert!(printed[1].ends_with(", 2 findings (2 minor)"));
    assert_eq!(ran.stderr, "");
}

#[test]
fn highlight_underlines_the_phrase() {
    let ran = ran(&["highlight", "--threshold", "0.3"], GARBLED.as_bytes());
    assert_eq!(ran.status, 0);
    assert!(
        ran.stdout
            .starts_with("-:1:17: minor[mistranslation] \"gibberish\"\n")
    );
    let mut printed = ran.stdout.lines();
    let sentence = printed.find(|line| line.contains("harbour")).unwrap();
    let underline = printed.next().unwrap();
    let column = sentence.find("gibberish").unwrap();
    assert_eq!(underline.find('^'), Some(column));
    assert_eq!(underline.matches('^').count(), "gibberish".len());
}

#[test]
fn json_is_an_object_or_an_array_and_jsonl_is_lines() {
    let folder = Folder::with(&[("a.txt", CLEAN.as_bytes()), ("b.txt", GARBLED.as_bytes())]);
    let (a, b) = (folder.path("a.txt"), folder.path("b.txt"));
    let one = ran(&["score", "--format", "json", &a], b"");
    let one: serde_json::Value = serde_json::from_str(&one.stdout).unwrap();
    assert_eq!(one["id"], a.as_str());
    assert!(one.get("words").is_none());
    let arguments = [
        "highlight",
        "--threshold",
        "0.3",
        "--format",
        "json",
        "--words",
        &a,
        &b,
    ];
    let two = ran(&arguments, b"");
    let two: serde_json::Value = serde_json::from_str(&two.stdout).unwrap();
    assert_eq!(two[1]["findings"][0]["text"], "gibberish");
    assert!(!two[1]["words"].as_array().unwrap().is_empty());
    let rows = lines(&ran(&["score", "--format", "jsonl", &a, &b], b"").stdout);
    assert_eq!(rows.len(), 2);
}

#[test]
fn gates_give_status_1_and_only_when_met() {
    let status = |gate: &[&str]| {
        let arguments = [&["score", "--threshold", "0.3"], gate].concat();
        ran(&arguments, GARBLED.as_bytes()).status
    };
    assert_eq!(status(&[]), 0);
    assert_eq!(status(&["--fail-on", "minor"]), 1);
    // What is there is minor.
    assert_eq!(status(&["--fail-on", "critical"]), 0);
    assert_eq!(status(&["--fail-under", "99"]), 1);
    assert_eq!(status(&["--fail-under", "10"]), 0);
    let unsure = ran(
        &["score", "--threshold", "1", "--fail-on", "minor"],
        GARBLED.as_bytes(),
    );
    assert_eq!(unsure.status, 0);
    let clean = ["score", "--threshold", "0.3", "--fail-on", "minor"];
    let clean = ran(&clean, CLEAN.as_bytes());
    assert_eq!(clean.status, 0);
}

#[test]
fn a_document_that_fails_does_not_hide_the_others_and_2_wins() {
    let folder = Folder::with(&[
        ("binary.txt", b"\xff\xfe\x00\x01"),
        ("good.txt", GARBLED.as_bytes()),
    ]);
    let (binary, good) = (folder.path("binary.txt"), folder.path("good.txt"));
    let missing = folder.path("missing.txt");
    let here = folder.0.path().display().to_string();
    let arguments = [
        "score",
        &binary,
        &missing,
        &here,
        &good,
        "--fail-on",
        "minor",
    ];
    let failing = ran(&arguments, b"");
    assert_eq!(failing.status, 2);
    assert_eq!(failing.stdout.lines().count(), 4);
    assert!(failing.stdout.contains("binary.txt: failed (not_utf8)"));
    assert!(failing.stdout.contains("missing.txt: failed (not_found)"));
    assert!(failing.stdout.contains("good.txt: quality"));
    assert_eq!(failing.stderr.matches("error: ").count(), 3);
    let rows = lines(&ran(&["score", "--format", "jsonl", &binary], b"").stdout);
    assert_eq!(rows[0]["error"]["kind"], "not_utf8");
}

#[test]
fn what_is_not_judged_is_noted_and_meets_no_gate() {
    let abstained = ran(
        &["score", "--fail-on", "minor", "--fail-under", "100"],
        b" \n",
    );
    assert_eq!(abstained.status, 0);
    assert_eq!(abstained.stdout, "-: not judged (empty)\n");
    assert!(abstained.stderr.starts_with("note: - was not judged: "));
    assert_eq!(ran(&["score", "--quiet"], b" \n").stderr, "");
}

#[test]
fn too_much_is_refused() {
    let big = ran(&["score", "--max-bytes", "1kB"], &[b'a'; 2_000]);
    assert_eq!(big.status, 2);
    assert_eq!(big.stdout, "-: failed (too_large)\n");
    assert!(big.stderr.contains("--max-bytes"));
}

#[test]
fn wrong_usage_is_status_2() {
    let missing_sibling = ran(&["score", "-", "--sibling", "no/such.txt"], b"text");
    assert_eq!(missing_sibling.status, 2);
    assert!(missing_sibling.stderr.contains("no/such.txt"));
    assert_eq!(missing_sibling.stdout, "");
    assert_eq!(ran(&["score", "-", "-"], b"").status, 2);
    assert_eq!(ran(&["score", "-", "--sibling", "-"], b"").status, 2);
    assert_eq!(ran(&["score", "--threshold", "2"], b"").status, 2);
    let both = ["score", "--threshold", "1", "--sensitivity", "precise"];
    assert_eq!(ran(&both, b"").status, 2);
    assert_eq!(
        ran(&["batch", "no-such.jsonl", "--output", "-"], b"").status,
        2
    );
}

#[test]
fn a_cause_is_said_once() {
    let stderr = ran(&["batch", "no-such.jsonl", "--output", "-"], b"").stderr;
    assert_eq!(stderr.matches("No such file").count(), 1, "{stderr}");
    let error = anyhow::anyhow!("the disk is full").context("cannot write out.jsonl");
    let message = advice::message(&error);
    assert_eq!(message, "cannot write out.jsonl: the disk is full");
}

#[test]
fn hostile_names_are_shown_as_escapes() {
    let name = "no\u{1b}[2Jsuch\u{202e}.txt";
    let ran = ran(&["highlight", name], b"");
    for shown in [&ran.stdout, &ran.stderr] {
        assert!(shown.contains("no\\u{1b}[2Jsuch\\u{202e}.txt"), "{shown}");
        assert!(!shown.contains(['\u{1b}', '\u{202e}']));
    }
}

#[test]
fn colour_is_as_told() {
    let coloured = ran(&["highlight", "--color", "always"], GARBLED.as_bytes());
    assert!(coloured.stdout.contains("\u{1b}["));
    let plain = ran(&["highlight", "--color", "auto"], GARBLED.as_bytes());
    assert!(!plain.stdout.contains('\u{1b}'));
}

/// A stream that fails in one way.
struct Failing(io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_reader_that_left_is_success_and_a_full_disk_is_not() {
    let commands: [&[&str]; 8] = [
        &["score", "--model", "stub"],
        &["highlight", "--format", "json", "--model", "stub"],
        &["batch", "-", "--output", "-", "--model", "stub"],
        &["--help"],
        &["score", "--format", "sarif", "--model", "stub"],
        &["baseline", "--output", "-", "-q", "--model", "stub"],
        &["completions", "bash"],
        &["man"],
    ];
    for command in commands {
        let input = br#"{"text":"Rain fell all day."}"#;
        let (status, stderr) = run_into(command, input, &mut Failing(io::ErrorKind::BrokenPipe));
        assert_eq!((status, stderr.as_str()), (0, ""), "{command:?}");
        let (status, stderr) = run_into(command, input, &mut Failing(io::ErrorKind::StorageFull));
        assert_eq!(status, 2, "{command:?}");
        assert!(stderr.starts_with("error: cannot write standard output: "));
    }
}

#[test]
fn a_log_in_json_has_one_object_a_line() {
    let input = b"{\"text\":\"Calm seas.\"}\nbroken\n";
    let batch = ran(
        &["batch", "-", "--output", "-", "--log-format", "json"],
        input,
    );
    let logged = lines(&batch.stderr);
    assert_eq!(logged.len(), 2);
    let failed = logged[1]["message"].as_str().unwrap();
    assert!(
        failed.starts_with("failed: 2: line 2 is not a record"),
        "{failed}"
    );
    assert_eq!(logged[0]["level"], "note");
    assert_eq!(logged[0]["message"], "1 judged, 0 not judged, 1 failed");
    assert_eq!(logged[0]["done"], true);
    assert_eq!(logged[0]["judged"], 1);
    assert_eq!(logged[0]["failed"], 1);
    let failing = ran(&["score", "gone.txt", "--log-format", "json"], b"");
    assert_eq!(failing.status, 2);
    let logged = lines(&failing.stderr);
    assert_eq!(logged[0]["level"], "error");
}

#[test]
fn every_format_takes_several_documents_in_its_own_way() {
    let folder = Folder::with(&[
        ("a.txt", CLEAN.as_bytes()),
        ("b.txt", GARBLED.as_bytes()),
        ("empty.txt", b""),
    ]);
    let (a, b) = (folder.path("a.txt"), folder.path("b.txt"));
    let (empty, gone) = (folder.path("empty.txt"), folder.path("gone.txt"));
    let drawn = |format: &str| {
        let flags = ["highlight", "--threshold", "0.3", "-q", "--format", format];
        let drawn = ran(&[&flags[..], &[&a, &b, &empty, &gone]].concat(), b"");
        assert_eq!(drawn.status, 2);
        assert!(drawn.stderr.starts_with("error: "), "{}", drawn.stderr);
        drawn.stdout
    };
    let compact = drawn("compact");
    let printed: Vec<&str> = compact.lines().collect();
    assert!(printed[0].starts_with(&format!("{b}:1:17: minor[mistranslation]: \"gibberish\"")));
    assert_eq!(printed[2], format!("{empty}: not judged (empty)"));
    assert_eq!(printed[3], format!("{gone}: failed (not_found)"));
    let github = drawn("github");
    let commands: Vec<&str> = github
        .lines()
        .map(|l| l.split_once(' ').unwrap().0)
        .collect();
    assert_eq!(commands, ["::notice", "::notice", "::warning", "::error"]);
    let tsv = drawn("tsv");
    let rows: Vec<&str> = tsv.lines().collect();
    assert_eq!(rows.len(), 5);
    assert_eq!(rows[0], "id\ttext\tstart_ids\tend_ids\tseverities");
    assert!(
        rows[2].ends_with("\t16 37\t25 44\tminor minor"),
        "{}",
        rows[2]
    );
    let sarif: serde_json::Value = serde_json::from_str(&drawn("sarif")).unwrap();
    let run = &sarif["runs"][0];
    assert_eq!(run["artifacts"].as_array().unwrap().len(), 4);
    assert_eq!(run["results"].as_array().unwrap().len(), 2);
    assert_eq!(
        run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["index"],
        1
    );
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    let empty = ran(&["score", "--format", "sarif"], b"");
    assert_eq!(empty.status, 0);
    assert!(serde_json::from_str::<serde_json::Value>(&empty.stdout).is_ok());
}
