//! `mtlint batch` without a state.

use super::*;

#[test]
fn batch_writes_one_line_a_document_in_order() {
    let folder = Folder::with(&[
        (
            "in.jsonl",
            b"{\"id\":\"first\",\"text\":\"The harbour was gibberish before the race.\"}\nbroken\n{\"text\":\"Calm seas.\"}\n{\"text\":\"\xff\"}\n",
        ),
        ("last.txt", CLEAN.as_bytes()),
        ("out.jsonl", b"old"),
    ]);
    let (input, text, output) = (
        folder.path("in.jsonl"),
        folder.path("last.txt"),
        folder.path("out.jsonl"),
    );
    let missing = folder.path("gone.txt");
    let arguments = ["batch", &input, &missing, &text, "--output", &output];
    let batch = ran(&arguments, b"");
    assert_eq!(batch.status, 0, "{}", batch.stderr);
    assert_eq!(batch.stdout, "");
    let told: Vec<&str> = batch.stderr.lines().collect();
    assert_eq!(told[0], "note: 3 judged, 0 not judged, 3 failed");
    assert!(told[1].starts_with("note: failed: 2: line 2 is not a record"));
    assert!(told[2].starts_with("note: failed: 4: line 4 is not UTF-8"));
    assert_eq!(
        told[3..],
        [format!("note: failed: {missing}: no such file")]
    );
    let rows = lines(&folder.text("out.jsonl"));
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["first", "2", "3", "4", &missing, &text]);
    let kinds: Vec<_> = rows
        .iter()
        .map(|row| row["error"]["kind"].as_str())
        .collect();
    let expected = [
        None,
        Some("bad_record"),
        None,
        Some("not_utf8"),
        Some("not_found"),
        None,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 3);
    let strict = [
        &arguments[..],
        &["--fail-on-error", "--fail-on", "minor", "-q"],
    ]
    .concat();
    let strict = ran(&strict, b"");
    assert_eq!((strict.status, strict.stderr.as_str()), (2, ""));
    let gate = ["--threshold", "0.2", "--fail-on", "minor"];
    let gated = [&arguments[..], &gate].concat();
    assert_eq!(ran(&gated, b"").status, 1);
}

#[test]
fn batch_names_a_few_of_many_that_failed() {
    let batch = ran(&["batch", "-", "--output", "-"], &b"broken\n".repeat(9));
    let told: Vec<&str> = batch.stderr.lines().collect();
    assert_eq!(told.len(), 5, "{told:?}");
    assert_eq!(told[4], "note: failed: 6 more, named in the output");
}

#[test]
fn batch_writes_over_nothing_that_it_reads() {
    let record = b"{\"text\":\"Calm seas.\"}\n";
    let folder = Folder::with(&[("in.jsonl", record), ("pool.txt", CLEAN.as_bytes())]);
    let (input, pool) = (folder.path("in.jsonl"), folder.path("pool.txt"));
    let (output, indirect) = (folder.path("out.jsonl"), folder.path("./in.jsonl"));
    let cases: [&[&str]; 5] = [
        &["--output", &input],
        &["--output", &indirect],
        &["--output", &output, "--page", &input],
        &["--output", &pool, "--pool", &pool],
        &["--output", &output, "--page", &output],
    ];
    for case in cases {
        let refused = ran(&[&["batch", &input], case].concat(), b"");
        assert_eq!(refused.status, 2, "{case:?}");
        assert!(
            refused.stderr.contains("would write over"),
            "{}",
            refused.stderr
        );
        assert!(refused.stderr.contains("name another file"));
        assert_eq!(folder.text("in.jsonl").as_bytes(), record);
        assert_eq!(folder.text("pool.txt"), CLEAN);
    }
}

#[test]
fn what_cannot_be_written_is_called_as_it_was_named() {
    let folder = Folder::with(&[("in.jsonl", b"{\"text\":\"Calm seas.\"}\n")]);
    let output = folder.path("nowhere/out.jsonl");
    let refused = ran(
        &["batch", &folder.path("in.jsonl"), "--output", &output],
        b"",
    );
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains(&format!("cannot write {output}: ")));
    assert!(!refused.stderr.contains(".partial"), "{}", refused.stderr);
}

#[test]
fn batch_streams_from_standard_input_to_standard_output() {
    let input = b"{\"text\":\"Fog lay over the bay.\"}\n{\"text\":\"\"}\n";
    let batch = ran(&["batch", "-", "--output", "-", "--words"], input);
    assert_eq!(batch.status, 0);
    let rows = lines(&batch.stdout);
    assert_eq!(rows[0]["status"], "scored");
    assert_eq!(rows[1]["reason"], "empty");
}

#[test]
fn the_parts_of_a_batch_make_the_whole() {
    let records = (0..12).map(|n| format!("{{\"id\":\"n{n}\",\"text\":\"Fog lay there.\"}}\n"));
    let input = records.collect::<String>() + "broken\n";
    let ids = |more: &[&str]| -> Vec<String> {
        let arguments = [&["batch", "-", "--output", "-"], more].concat();
        let batch = ran(&arguments, input.as_bytes());
        assert_eq!(batch.status, 0, "{}", batch.stderr);
        let rows = lines(&batch.stdout).into_iter();
        rows.map(|row| row["id"].as_str().unwrap().to_owned())
            .collect()
    };
    let whole = ids(&[]);
    let (first, second) = (ids(&["--shard", "1/2"]), ids(&["--shard", "2/2"]));
    assert!(!first.is_empty() && !second.is_empty());
    let mut both = [first.clone(), second].concat();
    both.sort_by_key(|id| whole.iter().position(|other| other == id));
    assert_eq!(both, whole);
    // Each in the order of the input.
    let in_order: Vec<String> = whole.into_iter().filter(|id| first.contains(id)).collect();
    assert_eq!(first, in_order);
    let refused = ran(&["batch", "-", "--output", "-", "--shard", "3/2"], b"");
    assert_eq!(refused.status, 2);
    assert!(refused.stderr.contains("write 1/4"), "{}", refused.stderr);
}

#[test]
fn a_batch_that_cannot_be_done_leaves_the_old_output() {
    let folder = Folder::with(&[("out.jsonl", b"old"), ("in.jsonl", b"{\"text\":\"a\"}")]);
    let (input, output) = (folder.path("in.jsonl"), folder.path("out.jsonl"));
    let mut stdout = Vec::new();
    let arguments = ["batch", &input, "--output", &output, "--model", "no-such"];
    let (status, stderr) = run_into(&arguments, b"", &mut stdout);
    assert_eq!(status, 2);
    assert!(stderr.starts_with("error: "), "{stderr}");
    assert_eq!(folder.text("out.jsonl"), "old");
    assert_eq!(std::fs::read_dir(folder.0.path()).unwrap().count(), 2);
    let into_nowhere = folder.path("no/such/folder.jsonl");
    assert_eq!(
        ran(&["batch", &input, "--output", &into_nowhere], b"").status,
        2
    );
    let here = folder.0.path().display().to_string();
    assert_eq!(ran(&["batch", &input, "--output", &here], b"").status, 2);
}
