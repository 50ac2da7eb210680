//! `mtlint baseline` and `--baseline`.

use super::*;

const SURE: [&str; 2] = ["--threshold", "0.3"];

/// A folder with the garbled document `b.txt` and its baseline `known.json`.
fn kept() -> Folder {
    let folder = Folder::with(&[("a.txt", CLEAN.as_bytes()), ("b.txt", GARBLED.as_bytes())]);
    let (a, b, known) = (
        folder.path("a.txt"),
        folder.path("b.txt"),
        folder.path("known.json"),
    );
    let kept = ran(
        &[&["baseline", &b, &a, "--output", &known], &SURE[..]].concat(),
        b"",
    );
    assert_eq!(
        (kept.status, kept.stdout.as_str()),
        (0, ""),
        "{}",
        kept.stderr
    );
    assert_eq!(kept.stderr, format!("note: 2 findings kept in {known}\n"));
    folder
}

fn highlight(folder: &Folder, text: &str, more: &[&str]) -> Ran {
    std::fs::write(folder.0.path().join("now.txt"), text).unwrap();
    let (now, known) = (folder.path("now.txt"), folder.path("known.json"));
    let fixed = ["highlight", &now, "--baseline", &known];
    ran(&[&fixed[..], &SURE, more].concat(), b"")
}

#[test]
fn known_findings_are_hidden_and_counted_wherever_they_stand() {
    let folder = kept();
    let moved = format!("\u{feff}Rain fell.\r\n\r\nThen it stopped. {GARBLED}");
    let quiet = highlight(
        &folder,
        &moved,
        &["--fail-on", "minor", "--fail-under", "100"],
    );
    assert_eq!(quiet.status, 0, "{}", quiet.stderr);
    assert_eq!(quiet.stdout.lines().count(), 1);
    assert!(
        quiet
            .stdout
            .contains(": no findings, 2 known hidden; quality "),
        "{}",
        quiet.stdout
    );
    let now = folder.path("now.txt");
    let known = folder.path("known.json");
    let score = ["score", &now, "--baseline", &known, "--threshold", "0.3"];
    assert!(
        ran(&score, b"")
            .stdout
            .ends_with(", no findings, 2 known hidden\n")
    );

    let worse = format!("{moved}The quay was gibberish.\n");
    let new = highlight(&folder, &worse, &["--fail-on", "minor"]);
    assert_eq!(new.status, 1);
    assert!(
        new.stdout
            .contains("now.txt:4:14: minor[mistranslation] \"gibberish\"\n")
    );
    assert_eq!(new.stdout.matches("] \"").count(), 1, "{}", new.stdout);
    assert!(
        new.stdout
            .contains(": 1 finding (1 minor), 2 known hidden;")
    );
    // Of this document nothing is known that would explain its quality.
    let gate = ["--threshold", "1", "--fail-under", "99"];
    assert_eq!(ran(&[&score[..4], &gate].concat(), b"").status, 1);
}

#[test]
fn each_format_hides_or_marks_them() {
    let folder = kept();
    let worse = format!("{GARBLED}The quay was gibberish.\n");
    let drawn = |format: &str| highlight(&folder, &worse, &["--format", format]).stdout;
    assert_eq!(drawn("compact").lines().count(), 1);
    assert_eq!(drawn("github").lines().count(), 1);
    assert!(
        drawn("tsv").ends_with("\t64\t73\tminor\n"),
        "{}",
        drawn("tsv")
    );
    let json: serde_json::Value = serde_json::from_str(&drawn("json")).unwrap();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1);
    assert_eq!(json["known_findings"], 2);
    let sarif: serde_json::Value = serde_json::from_str(&drawn("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results
        .iter()
        .map(|result| &result["baselineState"])
        .collect();
    assert_eq!(states, ["unchanged", "unchanged", "new"]);
}

#[test]
fn a_file_that_is_no_baseline_is_refused() {
    let folder = kept();
    let whole = folder.text("known.json");
    for (content, problem) in [
        ("", "is damaged: EOF"),
        (&whole[..whole.len() / 2], "is damaged: EOF"),
        (
            "{\"schema\":\"mtlint.report/1\"}",
            "its schema is mtlint.report/1",
        ),
        ("\u{1b}[2J", "is damaged: "),
    ] {
        std::fs::write(folder.0.path().join("known.json"), content).unwrap();
        let refused = highlight(&folder, CLEAN, &[]);
        assert_eq!((refused.status, refused.stdout.as_str()), (2, ""));
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
        assert!(
            refused
                .stderr
                .contains("known.json cannot be used; 'mtlint baseline")
        );
    }
    std::fs::remove_file(folder.0.path().join("known.json")).unwrap();
    let missing = highlight(&folder, CLEAN, &[]);
    assert_eq!(missing.status, 2);
    assert!(
        missing.stderr.contains("writes one: No such file"),
        "{}",
        missing.stderr
    );
    let both = highlight(&folder, CLEAN, &["--fix"]);
    assert_eq!(both.status, 2);
    assert!(
        both.stderr.contains("cannot be used with"),
        "{}",
        both.stderr
    );
}

#[test]
fn a_baseline_is_whole_and_the_same_again_or_not_written() {
    let folder = kept();
    let (b, known, gone) = (
        folder.path("b.txt"),
        folder.path("known.json"),
        folder.path("gone"),
    );
    let before = folder.text("known.json");
    assert_eq!(before.matches("\n    {").count(), 2);
    let baseline = |files: &[&str], output: &str| {
        let flags = ["baseline", "-q", "--output", output];
        ran(&[&flags[..], &SURE, files].concat(), GARBLED.as_bytes())
    };
    assert_eq!(baseline(&[&b], &known).status, 0);
    assert_eq!(folder.text("known.json"), before);
    let failed = baseline(&[&b, &gone], &known);
    assert_eq!(failed.status, 2);
    assert!(
        failed
            .stderr
            .contains("no baseline was written, since 1 of")
    );
    assert_eq!(folder.text("known.json"), before);
    assert_eq!(baseline(&[&b], &b).status, 2);
    assert_eq!(folder.text("b.txt"), GARBLED);
    let printed = baseline(&["-"], "-");
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    assert!(printed.stdout.contains("\"text\":\"twaddle\""));
}
