//! `highlight --fix`. Of the two errors the sibling corrects one safely; the
//! other correction is unsafe.

use super::*;

const SIBLING: &str = "The harbour was giberish before the first of the two long race.\n";
const SAFE: &str = "The harbour was giberish before the twaddle race.\n";

/// Runs `highlight` with `arguments` on a file with `text`, beside its sibling.
fn fixed(text: &[u8], arguments: &[&str]) -> (Ran, Folder) {
    let folder = Folder::with(&[("a.txt", text), ("sibling.txt", SIBLING.as_bytes())]);
    let (document, sibling) = (folder.path("a.txt"), folder.path("sibling.txt"));
    let command = ["highlight", "--threshold", "0.3", "--sibling", &sibling];
    (
        ran(&[&command[..], arguments, &[&document]].concat(), b""),
        folder,
    )
}

#[test]
fn safe_corrections_are_printed_and_unsafe_ones_only_if_asked_for() {
    for (flag, expected) in [
        ("--fix", SAFE),
        ("--fix=safe", SAFE),
        ("--fix=unsafe", SIBLING),
    ] {
        let (fixed, folder) = fixed(GARBLED.as_bytes(), &[flag]);
        assert_eq!((fixed.status, fixed.stderr.as_str()), (0, ""), "{flag}");
        assert_eq!(fixed.stdout, expected, "{flag}");
        assert_eq!(folder.text("a.txt"), GARBLED);
    }
}

#[test]
fn everything_else_stays_byte_for_byte() {
    let around = |text: &str| format!("\u{feff}{text}\r\n\r\n  Boats\tlay  \r\nin the bay. \t");
    let (before, after) = (around(GARBLED.trim_end()), around(SAFE.trim_end()));
    let (fixed, folder) = fixed(before.as_bytes(), &["--fix", "--write", "--quiet"]);
    assert_eq!((fixed.status, fixed.stderr.as_str()), (0, ""));
    assert_eq!(folder.text("a.txt"), after);
    let sibling = folder.path("sibling.txt");
    let arguments = ["highlight", "--threshold", "0.3", "--fix", "--sibling"];
    let arguments = [&arguments[..], &[&sibling]].concat();
    assert_eq!(ran(&arguments, before.as_bytes()).stdout, after);
}

#[test]
fn several_texts_are_printed_one_after_another() {
    let (fixed, _folder) = fixed(GARBLED.as_bytes(), &["--fix=unsafe", "-"]);
    assert_eq!(fixed.stdout, SIBLING, "nothing on standard input");
    assert!(fixed.stderr.starts_with("note: - was not judged"));
}

#[test]
fn written_files_are_told_of_with_what_remains() {
    let (fixed, folder) = fixed(GARBLED.as_bytes(), &["--fix", "--write"]);
    assert_eq!(folder.text("a.txt"), SAFE);
    let file = folder.path("a.txt");
    let note = format!("note: {file}: 1 correction applied, 1 more with --fix=unsafe\n");
    assert_eq!((fixed.status, fixed.stderr), (0, note));
    assert!(fixed.stdout.contains("\"twaddle\""), "{}", fixed.stdout);
    assert!(!fixed.stdout.contains("gibberish"), "{}", fixed.stdout);
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_file_without_corrections_is_not_touched() {
    use std::os::unix::fs::MetadataExt;
    let folder = Folder::with(&[("a.txt", CLEAN.as_bytes())]);
    let file = folder.path("a.txt");
    let inode = || std::fs::metadata(&file).unwrap().ino();
    let before = inode();
    let fixed = ran(&["highlight", "--fix", "--write", &file], b"");
    assert_eq!(fixed.status, 0);
    assert!(fixed.stderr.ends_with(": no correction applied\n"));
    assert_eq!((inode(), folder.text("a.txt")), (before, CLEAN.to_owned()));
}

#[test]
fn a_diff_is_shown_instead_or_beside_what_is_written() {
    for (arguments, written) in [
        (&["--fix", "--diff"][..], GARBLED),
        (&["--fix", "--diff", "--write"], SAFE),
    ] {
        let (fixed, folder) = fixed(GARBLED.as_bytes(), arguments);
        let file = folder.path("a.txt");
        let diff = format!("--- {file}\n+++ {file}\n@@ -1 +1 @@\n-{GARBLED}+{SAFE}");
        assert_eq!((fixed.status, fixed.stdout), (0, diff));
        assert_eq!(folder.text("a.txt"), written);
    }
}

#[test]
fn gates_look_at_what_remains() {
    let status = |flag: &[&str]| {
        let gate = ["--fail-on", "minor"];
        let (fixed, _folder) = fixed(GARBLED.as_bytes(), &[flag, &gate].concat());
        fixed.status
    };
    assert_eq!(status(&[]), 1);
    assert_eq!(status(&["--fix"]), 1);
    assert_eq!(status(&["--fix=unsafe"]), 0);
    assert_eq!(status(&["--fix=unsafe", "--diff"]), 0);
    assert_eq!(status(&["--fix=unsafe", "--write"]), 0);
}

#[test]
fn json_reports_on_the_corrected_text_and_holds_it() {
    for format in ["json", "jsonl"] {
        let (fixed, _folder) = fixed(GARBLED.as_bytes(), &["--fix", "--format", format]);
        let report: serde_json::Value = serde_json::from_str(&fixed.stdout).unwrap();
        assert_eq!(report["schema"], "mtlint.report/1");
        assert_eq!(report["fix"]["text"], SAFE);
        let slice = |text: &'static str, of: &serde_json::Value, start: &str, end: &str| {
            let byte = |name: &str| of[name].as_u64().unwrap() as usize;
            &text[byte(start)..byte(end)]
        };
        let applied = report["fix"]["applied"].as_array().unwrap();
        assert_eq!(applied.len(), 1);
        let edit = &applied[0];
        assert_eq!(edit["text"], "gibberish");
        assert_eq!(edit["sibling"]["text"], "giberish");
        assert_eq!(slice(GARBLED, edit, "start", "end"), "gibberish");
        let corrected = slice(SAFE, edit, "corrected_start", "corrected_end");
        assert_eq!(
            (corrected, &edit["replacement"]),
            ("giberish", &"giberish".into())
        );
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1);
        assert_eq!(slice(SAFE, &findings[0], "start", "end"), "twaddle");
    }
}

#[test]
fn what_is_not_judged_is_passed_through() {
    let symbols = "\u{feff} 1 + 1 \r\n";
    let (abstained, _folder) = fixed(symbols.as_bytes(), &["--fix", "--fail-on", "minor"]);
    assert_eq!((abstained.status, abstained.stdout.as_str()), (0, symbols));
    assert!(abstained.stderr.starts_with("note: "));

    let binary = b"\xff\xfe\x00\x01 and more".repeat(1000);
    for limit in ["8MiB", "2kB"] {
        let arguments = ["highlight", "--fix", "--max-bytes", limit];
        for from_file in [true, false] {
            let mut stdout = Vec::new();
            let folder = Folder::with(&[("a.txt", &binary)]);
            let file = folder.path("a.txt");
            let file = if from_file { file.as_str() } else { "-" };
            let arguments = [&arguments[..], &["--model", "stub", file]].concat();
            let (status, stderr) = run_into(&arguments, &binary, &mut stdout);
            assert_eq!(status, 2);
            assert!(stderr.starts_with("error: "), "{stderr}");
            assert!(stdout == binary, "{limit} from a file: {from_file}");
        }
    }
    let missing = ran(&["highlight", "--fix", "no/such.txt"], b"");
    assert_eq!((missing.status, missing.stdout.as_str()), (2, ""));
}

#[test]
fn wrong_usage_names_the_way_out() {
    for (arguments, way_out) in [
        (&["--fix", "--write"][..], "name a file"),
        (&["--fix", "--write", "a.txt", "-"], "leave out --write"),
        (
            &["--fix", "--diff", "--format", "json"],
            "leave out --format",
        ),
        (&["--write", "a.txt"], "--fix"),
        (&["--diff", "a.txt"], "--fix"),
        (&["--fix=display_only", "a.txt"], "safe, unsafe"),
    ] {
        let refused = ran(&[&["highlight"], arguments].concat(), b"text");
        assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
        assert!(refused.stderr.contains(way_out), "{}", refused.stderr);
    }
}

#[test]
fn eval_tries_what_fix_would_apply() {
    let story = serde_json::json!({"mt": [GARBLED], "reference": [SIBLING], "sibling": [SIBLING]});
    let folder = Folder::with(&[("stories.jsonl", story.to_string().as_bytes())]);
    let data = folder.path("stories.jsonl");
    let arguments = ["eval", "--corrections", "--threshold", "0.3", &data];
    let shown = ran(&arguments, b"");
    let row = |start| shown.stdout.lines().find(|line| line.starts_with(start));
    assert!(row("stories, safe ").is_some(), "{}", shown.stdout);
    let json = ran(&[&arguments[..], &["--format", "json"]].concat(), b"").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let set = &json["corrections"][0];
    // One word misspelt; one for five others.
    assert_eq!(set["word_errors"], 6);
    assert_eq!(
        (&set["safe"]["helpful"], &set["safe"]["harmful"]),
        (&1.into(), &0.into())
    );
    let removed = set["safe"]["errors_removed"]["value"].as_f64().unwrap();
    assert!((removed - 1.0 / 6.0).abs() < 1e-9, "{removed}");
    assert_eq!(set["safe_and_unsafe"]["errors_removed"]["value"], 1.0);
}
