//! Configurations: which one counts, and what it does.

use super::*;

const TWO_FINDINGS: &str = "threshold = 0.3\n";

/// The findings of a report: category and severity.
fn found(report: &serde_json::Value) -> Vec<(&str, &str)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|one| {
            (
                one["category"].as_str().unwrap(),
                one["severity"].as_str().unwrap(),
            )
        })
        .collect()
}

/// The report on an article beside this configuration.
fn under(configuration: &str, arguments: &[&str]) -> (serde_json::Value, u8) {
    let folder = Folder::tree(&[("mtlint.toml", configuration), ("a.txt", GARBLED)]);
    let article = folder.path("a.txt");
    let mut all = vec!["highlight", "--format", "json", &article];
    all.extend(arguments);
    let ran = ran(&all, b"");
    assert_eq!(ran.stderr, "");
    (serde_json::from_str(&ran.stdout).unwrap(), ran.status)
}

#[test]
fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
    let count =
        |configuration: &str, arguments: &[&str]| found(&under(configuration, arguments).0).len();
    assert_eq!(count("", &[]), 0);
    assert_eq!(count(TWO_FINDINGS, &[]), 2);
    assert_eq!(count(TWO_FINDINGS, &["--no-config"]), 0);
    assert_eq!(count(TWO_FINDINGS, &["--threshold", "1"]), 0);
    // The other flag for the same thing, though its value is the default.
    assert_eq!(count(TWO_FINDINGS, &["--sensitivity", "precise"]), 0);
    assert_eq!(count("sensitivity = 'precise'", &["--threshold", "0.3"]), 2);

    let status = |configuration: &str, arguments: &[&str]| under(configuration, arguments).1;
    let gate = "threshold = 0.3\n[gates]\nfail-on = 'minor'\n";
    assert_eq!(status(gate, &[]), 1);
    assert_eq!(status(gate, &["--fail-on", "critical"]), 0);
    assert_eq!(status("[gates]\nfail-under = 100", &[]), 1);
    assert_eq!(
        status("[gates]\nfail-under = 100", &["--fail-under", "0"]),
        0
    );
    // A size is kept to as well.
    let (report, status) = {
        let folder = Folder::tree(&[("mtlint.toml", "max-bytes = 10"), ("a.txt", GARBLED)]);
        let ran = ran(&["score", "--format", "json", &folder.path("a.txt")], b"");
        (ran.stdout, ran.status)
    };
    assert!(report.contains("too_large") && status == 2, "{report}");
}

#[test]
fn a_model_can_be_named_by_the_file() {
    let folder = Folder::tree(&[("mtlint.toml", "model = 'stub'"), ("a.txt", GARBLED)]);
    let mut out = Vec::new();
    let (status, stderr) = run_into(&["score", &folder.path("a.txt")], b"", &mut out);
    assert_eq!((status, stderr.as_str()), (0, ""));
    let folder = Folder::tree(&[("mtlint.toml", "model = './no.gguf'"), ("a.txt", GARBLED)]);
    let (status, stderr) = run_into(&["score", &folder.path("a.txt")], b"", &mut out);
    assert_eq!(status, 2);
    let wanted = folder.0.path().canonicalize().unwrap().join("./no.gguf");
    assert!(stderr.contains(&wanted.display().to_string()), "{stderr}");
}

#[test]
fn the_nearest_file_counts_for_each_article_and_alone() {
    let folder = Folder::tree(&[
        ("mtlint.toml", "threshold = 0.3\n[gates]\nfail-on = 'minor'"),
        ("a.txt", GARBLED),
        ("old/2026/b.txt", GARBLED),
        (
            "new/mtlint.toml",
            "[category.mistranslation]\nseverity = 'critical'",
        ),
        ("new/c.txt", GARBLED),
    ]);
    let names = ["a.txt", "old/2026/b.txt", "new/c.txt"].map(|name| folder.path(name));
    let mut arguments = vec!["score", "--format", "jsonl"];
    arguments.extend(names.iter().map(String::as_str));
    let all = ran(&arguments, b"");
    assert_eq!((all.status, all.stderr.as_str()), (1, ""));
    let counts: Vec<usize> = lines(&all.stdout)
        .iter()
        .map(|one| found(one).len())
        .collect();
    // The one above, with its threshold, does not reach into new/.
    assert_eq!(counts, [2, 2, 0]);
    let alone = ran(&["score", &names[2]], b"");
    assert_eq!(alone.status, 0);
    // One that is named counts for all.
    let named = folder.path("mtlint.toml");
    arguments.extend(["--config", &named]);
    let counts = lines(&ran(&arguments, b"").stdout);
    assert!(counts.iter().all(|one| found(one).len() == 2));
    let stdin = ran(&["score", "--config", &named], GARBLED.as_bytes());
    assert_eq!(stdin.status, 1);
}

#[test]
fn categories_can_be_switched_off_and_made_more_severe() {
    let off =
        "threshold = 0.3\ngates.fail-on = 'minor'\n[category.mistranslation]\nenabled = false";
    let (report, status) = under(off, &[]);
    assert_eq!((found(&report).len(), status), (0, 0));
    let gate = ["--fail-on", "critical"];
    let (report, status) = under(TWO_FINDINGS, &gate);
    assert_eq!(
        (found(&report), status),
        (vec![("mistranslation", "minor"); 2], 0)
    );
    let severe = "threshold = 0.3\n[category.mistranslation]\nseverity = 'critical'";
    let (report, status) = under(severe, &gate);
    assert_eq!(
        (found(&report), status),
        (vec![("mistranslation", "critical"); 2], 1)
    );
    let (plain, _) = under(TWO_FINDINGS, &[]);
    assert_eq!(plain["score"], report["score"]);
}

#[test]
fn what_is_accepted_is_left_out_and_counted() {
    let accept = "threshold = 0.3\n[[accept]]\ntext = 'Gibberish'\nreason = 'the ship'\n";
    let (report, _) = under(accept, &[]);
    assert_eq!(found(&report).len(), 2);
    assert!(report.get("accepted_findings").is_none());
    let (report, _) = under(&format!("{accept}case-sensitive = false\n"), &[]);
    assert_eq!(report["findings"][0]["text"], "twaddle");
    assert_eq!(
        (found(&report).len(), &report["accepted_findings"]),
        (1, &1.into())
    );
    let elsewhere = format!("{accept}case-sensitive = false\ncategory = 'name'\n");
    assert_eq!(found(&under(&elsewhere, &[]).0).len(), 2);

    let both = format!(
        "{accept}case-sensitive = false\n[[accept]]\ntext = 'twaddle'\nreason = 'a race'\n"
    );
    let folder = Folder::tree(&[("mtlint.toml", &both), ("a.txt", GARBLED)]);
    let article = folder.path("a.txt");
    let ran = ran(&["score", "--fail-on", "minor", &article], b"");
    assert!(
        ran.stdout.ends_with(", no findings, 2 accepted\n"),
        "{}",
        ran.stdout
    );
    assert_eq!(ran.status, 0);
}

#[test]
fn thousands_of_accepted_words_are_no_burden() {
    let mut many = TWO_FINDINGS.to_owned();
    for number in 0..10_000 {
        many += &format!("[[accept]]\ntext = 'the harbour {number}'\nreason = 'a name'\n");
    }
    assert_eq!(found(&under(&many, &[]).0).len(), 2);
}

#[test]
fn a_wrong_file_ends_the_run_before_anything_is_judged() {
    let refused = |configuration: &[u8], expected: &str| {
        let folder = Folder::with(&[
            ("mtlint.toml", configuration),
            ("a.txt", GARBLED.as_bytes()),
        ]);
        let ran = ran(&["score", &folder.path("a.txt")], b"");
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    };
    refused(
        b"sensitivty = 3",
        "mtlint.toml:1:1: unknown key `sensitivty`; did you mean `sensitivity`?",
    );
    refused(
        b"model = 'a\xff'",
        "is not UTF-8 text: its byte 10 cannot stand there",
    );
    refused(
        &b"#".repeat(2 << 20),
        "mtlint.toml is over the limit of 1048576 bytes",
    );
    refused(
        b"[[sibling]]\nfor = '['\nsibling = 'a'",
        "mtlint.toml:2:7: `sibling.for`: a pattern is expected, got \"[\"",
    );
    let folder = Folder::tree(&[("mtlint.toml/x", ""), ("a.txt", GARBLED)]);
    let a_folder = ran(&["score", &folder.path("a.txt")], b"");
    assert!(
        a_folder.stderr.ends_with("mtlint.toml is not a file\n"),
        "{}",
        a_folder.stderr
    );
    let missing = ran(
        &["score", "--config", "no-such.toml", &folder.path("a.txt")],
        b"",
    );
    assert!(
        missing
            .stderr
            .starts_with("error: cannot read the configuration no-such.toml: ")
    );
    assert_eq!((a_folder.status, missing.status), (2, 2));
}

#[test]
fn what_is_read_is_not_written_over() {
    let rule = "[[sibling]]\nfor = 'a.txt'\nsibling = 'b.txt'\n";
    let folder = Folder::tree(&[("mtlint.toml", rule), ("a.txt", GARBLED), ("b.txt", CLEAN)]);
    for name in ["mtlint.toml", "b.txt"] {
        let emit = format!("json={}", folder.path(name));
        let ran = ran(&["score", &folder.path("a.txt"), "--emit", &emit], b"");
        assert_eq!(ran.status, 2);
        assert!(ran.stderr.contains("which is read"), "{}", ran.stderr);
    }
    assert_eq!(
        (folder.text("mtlint.toml"), folder.text("b.txt")),
        (rule.into(), CLEAN.into())
    );
}

#[test]
fn corrections_leave_accepted_words_alone_and_obey_the_gates() {
    let accept = "threshold = 0.3\n[gates]\nfail-on = 'minor'\n[[accept]]\ntext = 'gibberish'\nreason = 'a ship'\n";
    let both = format!("{accept}[[accept]]\ntext = 'twaddle'\nreason = 'a race'\n");
    for (configuration, status) in [(accept, 1), (both.as_str(), 0)] {
        let folder = Folder::tree(&[("mtlint.toml", configuration), ("a.txt", GARBLED)]);
        let ran = ran(&["highlight", "--fix", &folder.path("a.txt")], b"");
        assert_eq!((ran.status, ran.stdout.as_str()), (status, GARBLED));
    }
}

#[test]
fn a_state_knows_under_which_configuration_it_judged() {
    let folder = Folder::tree(&[
        ("plain.toml", TWO_FINDINGS),
        (
            "severe.toml",
            "threshold = 0.3\n[category.mistranslation]\nseverity = 'critical'",
        ),
        ("gate.toml", "threshold = 0.3\n[gates]\nfail-on = 'minor'"),
        ("a.txt", GARBLED),
    ]);
    let state = folder.path("night.state");
    let batch = |name: &str| {
        let (article, config) = (folder.path("a.txt"), folder.path(name));
        let arguments = [
            "batch", &article, "-o", "-", "--state", &state, "--config", &config,
        ];
        let ran = ran(&arguments, b"");
        let known = ran.stderr.contains("1 of them known from the state");
        (ran.stdout, known, ran.status)
    };
    let (plain, known, _) = batch("plain.toml");
    assert!(!known && plain.contains("\"severity\":\"minor\""));
    assert_eq!(batch("plain.toml"), (plain.clone(), true, 0));
    let (severe, known, _) = batch("severe.toml");
    assert!(
        !known && !severe.contains("\"severity\":\"minor\""),
        "{severe}"
    );
    assert_eq!(batch("severe.toml"), (severe, true, 0));
    // Gates are no part of a report.
    assert_eq!(batch("gate.toml"), (plain, true, 1));
}

#[test]
fn show_says_where_each_value_came_from() {
    let text = "precision = 'f32'\n\n[[accept]]\ntext = 'Zug'\nreason = 'a town'\n\
                [[sibling]]\nfor = 'a.txt'\nsibling = 'b.txt'\n";
    let folder = Folder::tree(&[("mtlint.toml", text), ("a.txt", GARBLED), ("b.txt", CLEAN)]);
    let (article, toml) = (
        folder.path("a.txt"),
        folder.0.path().canonicalize().unwrap().join("mtlint.toml"),
    );
    let toml = toml.display().to_string();
    let shown = ran(
        &[
            "config",
            "show",
            &article,
            "--format",
            "json",
            "--threshold",
            "0.3",
        ],
        b"",
    );
    assert_eq!(shown.stderr, "");
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["configuration"], toml.as_str());
    let value = |key: &str| {
        let values = shown["values"].as_array().unwrap();
        let mut one = values.iter().find(|one| one["key"] == key).unwrap().clone();
        one.as_object_mut().unwrap().remove("key");
        one
    };
    use serde_json::json;
    assert_eq!(
        value("model"),
        json!({ "value": "stub", "origin": "command_line" })
    );
    assert_eq!(
        value("precision"),
        json!({ "value": "f32", "origin": "file", "path": toml, "line": 1 })
    );
    assert_eq!(
        value("threshold"),
        json!({ "value": 0.3, "origin": "command_line" })
    );
    assert_eq!(
        value("sensitivity"),
        json!({ "value": null, "origin": "command_line" })
    );
    assert_eq!(
        value("max-bytes"),
        json!({ "value": 8 << 20, "origin": "default" })
    );
    assert_eq!(
        value("category.word_order.enabled"),
        json!({ "value": true, "origin": "default" })
    );
    assert_eq!(value("accept")["line"], 4);
    assert_eq!(
        value("sibling")["value"],
        json!({ "for": "a.txt", "sibling": "b.txt" })
    );
    let sibling = folder.0.path().canonicalize().unwrap().join("b.txt");
    assert_eq!(shown["siblings"], json!([sibling.display().to_string()]));

    let drawn = ran(&["config", "show", &article], b"").stdout;
    assert!(
        drawn.starts_with(&format!("configuration: {toml}\n\nmodel ")),
        "{drawn}"
    );
    let line = |key: &str| {
        drawn
            .lines()
            .find(|line| line.starts_with(key))
            .unwrap()
            .to_owned()
    };
    assert!(
        line("precision").ends_with(&format!("f32      {toml}:1")),
        "{drawn}"
    );
    assert!(
        line("sensitivity").contains(" precise ") && line("sensitivity").ends_with("  default")
    );
    assert!(
        line("accept").contains("text \"Zug\", reason \"a town\", case-sensitive true  "),
        "{drawn}"
    );
    let none = ran(&["config", "show", "--no-config"], b"").stdout;
    assert!(none.starts_with("configuration: none\n"), "{none}");
}

#[test]
fn a_baseline_is_made_as_its_articles_are_judged() {
    let folder = Folder::tree(&[("mtlint.toml", TWO_FINDINGS), ("a.txt", GARBLED)]);
    let (article, baseline) = (folder.path("a.txt"), folder.path("baseline.json"));
    let made = ran(&["baseline", &article, "--output", &baseline], b"");
    assert!(made.stderr.contains("2 findings kept"), "{}", made.stderr);
    let known = ran(&["score", &article, "--baseline", &baseline], b"").stdout;
    assert!(known.ends_with("no findings, 2 known hidden\n"), "{known}");
    let over = ran(
        &["baseline", &article, "-o", &folder.path("mtlint.toml")],
        b"",
    );
    assert!(over.stderr.contains("which is read"), "{}", over.stderr);
}
