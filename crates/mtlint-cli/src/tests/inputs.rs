//! Inputs of a batch that break, that are empty, and that are no files.

use super::*;

fn record(id: &str) -> String {
    format!("{{\"id\":\"{id}\",\"text\":\"The harbour was quiet.\"}}\n")
}

fn ids(output: &str) -> Vec<String> {
    let rows = lines(output).into_iter();
    rows.map(|row| row["id"].as_str().unwrap().to_owned())
        .collect()
}

/// An archive that ends in the middle.
fn cut_off(lines: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::none());
    packed.write_all(lines.as_bytes()).unwrap();
    let mut packed = packed.finish().unwrap();
    packed.truncate(packed.len() - 9);
    packed
}

#[test]
fn a_broken_input_is_one_failure_and_the_others_are_judged() {
    let cut = cut_off(&(record("b1") + &record("b2")));
    let folder = Folder::with(&[
        ("a.jsonl", record("a").as_bytes()),
        ("b.jsonl.gz", &cut),
        ("c.parquet", b"PAR1"),
        ("d.csv", b"body\nRain.\n"),
        ("e.tar.gz", b"x"),
        ("f.jsonl", record("f").as_bytes()),
    ]);
    let pattern = folder.path("*");
    let arguments = ["batch", &pattern, "--output", "-"];
    let batch = ran(&arguments, b"");
    assert_eq!(batch.status, 0, "{}", batch.stderr);
    let [b, c, d, e] =
        ["b.jsonl.gz", "c.parquet", "d.csv", "e.tar.gz"].map(|name| folder.path(name));
    assert_eq!(ids(&batch.stdout), ["a", "b1", &b, &c, &d, &e, "f"]);
    let first = batch.stderr.lines().next().unwrap();
    assert_eq!(first, "note: 3 judged, 0 not judged, 4 failed");
    assert!(batch.stderr.contains(&format!(
        "note: failed: {b}: cannot be read to its end: the archive is damaged or cut off ("
    )));
    let strict = ran(
        &[&arguments[..], &["--fail-on-error", "--quiet"]].concat(),
        b"",
    );
    assert_eq!((strict.status, strict.stderr.as_str()), (2, ""));
    // Each part of the batch says so.
    for part in ["1/2", "2/2"] {
        let part = ran(&[&arguments[..], &["--shard", part]].concat(), b"");
        for input in [&b, &c, &d, &e] {
            assert!(ids(&part.stdout).contains(input));
        }
    }
}

#[test]
fn a_broken_pool_is_said_and_the_rest_of_it_is_used() {
    let cut = cut_off(&(record("b1") + &record("b2")));
    let folder = Folder::with(&[
        ("in.jsonl", record("a").as_bytes()),
        ("pool.jsonl.gz", &cut),
    ]);
    let (input, pool) = (folder.path("in.jsonl"), folder.path("pool.jsonl.gz"));
    let arguments = ["batch", &input, "--output", "-", "--pool", &pool, "--quiet"];
    let batch = ran(&arguments, b"");
    assert_eq!(batch.status, 0, "{}", batch.stderr);
    assert_eq!(ids(&batch.stdout), ["a"]);
    assert!(
        batch.stderr.contains(&format!(
            "the pool is not whole: {pool}: cannot be read to its end"
        )),
        "{}",
        batch.stderr
    );
    let strict = ran(&[&arguments[..], &["--fail-on-error"]].concat(), b"");
    assert_eq!(strict.status, 2);
}

#[test]
fn an_empty_input_is_a_run_of_no_documents() {
    let folder = Folder::with(&[
        ("none.jsonl", b""),
        ("none.csv", b""),
        ("blank.jsonl", b"\n\n"),
    ]);
    std::fs::create_dir(folder.0.path().join("empty")).unwrap();
    let output = folder.path("out.jsonl");
    for input in [
        "none.jsonl",
        "none.csv",
        "blank.jsonl",
        "empty",
        "feed*.jsonl",
        "*.csv",
    ] {
        let batch = ran(&["batch", &folder.path(input), "--output", &output], b"");
        assert_eq!(batch.status, 0, "{input}: {}", batch.stderr);
        assert_eq!(folder.text("out.jsonl"), "", "{input}");
        let told = "note: 0 judged, 0 not judged, 0 failed\nnote: there was no document to judge\n";
        assert!(batch.stderr.ends_with(told), "{input}: {}", batch.stderr);
    }
    for missing in ["gone.jsonl", "gone/*.jsonl"] {
        let batch = ran(&["batch", &folder.path(missing), "--output", &output], b"");
        assert_eq!(batch.status, 2, "{missing}");
    }
}

#[test]
fn a_folder_is_judged_as_its_files_are_marked_up() {
    let folder = Folder::tree(&[
        ("in/a.md", "The harbour was `gibberish` quiet.\n"),
        ("in/b.html", "<p class=gibberish>The harbour was quiet."),
        ("in/c.txt", CLEAN),
        ("in/d.pdf", ""),
    ]);
    let input = folder.path("in");
    let batch = ran(
        &[
            "batch",
            &input,
            "--output",
            "-",
            "--sensitivity",
            "thorough",
        ],
        b"",
    );
    assert_eq!(batch.status, 0, "{}", batch.stderr);
    let rows = lines(&batch.stdout);
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row["findings"].as_array().unwrap().len(), 0, "{row}");
    }
    let told = format!("note: passed over in {input}: 1 .pdf\n");
    assert!(batch.stderr.starts_with(&told), "{}", batch.stderr);
}

#[cfg(unix)]
#[test]
fn what_would_be_waited_for_in_vain_is_refused() {
    let folder = Folder::with(&[("a.txt", CLEAN.as_bytes())]);
    let pipe = folder.path("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let text = folder.path("a.txt");
    let output = folder.path("out");
    let page = folder.path("page.html");
    let mut stdout = Vec::new();
    for (arguments, problem) in [
        (
            &["score", &text, "--model", &pipe][..],
            "is no file, but a pipe or a device",
        ),
        (
            &["score", &text, "--model", "stub", "--calibration", &pipe],
            "is no file, but a pipe or a device",
        ),
        (
            &[
                "batch", &pipe, "--output", &output, "--page", &page, "--model", "stub",
            ],
            "a second time, which the pipe ",
        ),
        (
            &[
                "batch", &pipe, "--output", &output, "--pool", "batch", "--model", "stub",
            ],
            "can be read only once",
        ),
    ] {
        let (status, stderr) = run_into(arguments, b"", &mut stdout);
        assert_eq!(status, 2, "{stderr}");
        assert!(stderr.contains(problem), "{stderr}");
    }
}

#[cfg(unix)]
#[test]
fn names_that_are_no_utf8_are_judged_by_every_command() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::with(&[("wire.txt", CLEAN.as_bytes())]);
    let path = folder.0.path().join(OsStr::from_bytes(b"caf\xe9.txt"));
    let shown = path.display().to_string();
    let wire = folder.path("wire.txt");
    std::fs::write(&path, GARBLED).unwrap();
    let name = path.as_os_str();
    let [score, highlight, batch, compare, baseline] =
        ["score", "highlight", "batch", "compare", "baseline"].map(OsStr::new);
    let [sibling, output, standard, format, jsonl] =
        ["--sibling", "--output", "-", "--format", "jsonl"].map(OsStr::new);
    for arguments in [
        vec![score, name, format, jsonl],
        vec![highlight, name, format, jsonl, sibling, OsStr::new(&wire)],
        vec![batch, name, output, standard],
    ] {
        let ran = ran(&arguments, b"");
        assert_eq!(ran.status, 0, "{}", ran.stderr);
        let rows = lines(&ran.stdout);
        assert_eq!(rows[0]["id"], shown);
        assert_eq!(rows[0]["status"], "scored");
    }
    for arguments in [
        vec![compare, name, OsStr::new(&wire)],
        vec![baseline, name, output, standard],
        vec![OsStr::new("config"), OsStr::new("show"), name],
        vec![highlight, OsStr::new(&wire), sibling, name],
        vec![
            highlight,
            name,
            OsStr::new("--fix=unsafe"),
            OsStr::new("--write"),
        ],
    ] {
        let ran = ran(&arguments, b"");
        assert_eq!(ran.status, 0, "{arguments:?}: {}", ran.stderr);
    }
}
