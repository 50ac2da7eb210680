//! Files and folders; what a record says is tested beside its layout.

use std::io::Write;

use super::*;

fn folder_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    folder
}

fn problem(files: &[(&str, &[u8])]) -> String {
    load(folder_with(files).path()).unwrap_err().to_string()
}

#[test]
fn records_are_told_apart_by_their_fields() {
    let read = |line: &str| sample(serde_json::from_str(line).unwrap());
    let labels = |line: &str| read(line).unwrap().labels;
    let edited = r#"{"mt":"A","tokens":["A"],"tags":["BAD"]}"#;
    assert!(matches!(
        labels(edited),
        Labels::Tokens {
            hter: Some(1.0),
            ..
        }
    ));
    let marked = r#"{"mt":"A","spans":[]}"#;
    assert!(matches!(labels(marked), Labels::Tokens { hter: None, .. }));
    // Stories may carry tokens and tags too, one list a segment.
    let story = r#"{"mt":["A"],"reference":["B"],"tokens":[["A"]],"tags":[["OK"]]}"#;
    assert!(matches!(labels(story), Labels::Story { .. }));
    assert_eq!(labels(r#"{"id":"x","text":"A b"}"#), Labels::Clean);
    let garbled = r#"{"text":"A b","errors":[],"post_edit":"A c"}"#;
    assert!(matches!(labels(garbled), Labels::Garbled { .. }));
    // Half of the layout is no text by people.
    for (half, missing) in [
        (r#"{"text":"A b","errors":[]}"#, "post_edit"),
        (r#"{"text":"A b","post_edit":"A c"}"#, "errors"),
    ] {
        let refused = read(half).unwrap_err();
        assert!(refused.contains(missing), "{refused}");
    }
    let unknown = read(r#"{"mt":"A","score":3}"#).unwrap_err();
    assert!(unknown.contains("no known layout"), "{unknown}");
    assert!(unknown.ends_with("mt, score"), "{unknown}");
}

#[test]
fn versions_by_people_are_a_set_of_their_own() {
    let line = |system: &str| format!("{{\"system\":\"{system}\",\"mt\":\"A\",\"spans\":[]}}\n");
    let lines = ["Sys-1", "ref.A", "refB"].map(line).concat();
    let folder = folder_with(&[("talks.jsonl", lines.as_bytes())]);
    let sets = load(folder.path()).unwrap();
    let shown: Vec<_> = sets
        .iter()
        .map(|s| (s.by_people, s.samples.len()))
        .collect();
    assert_eq!(shown, [(false, 1), (true, 2)]);
    assert!(sets.iter().all(|set| set.name == "talks"));
}

#[test]
fn a_folder_is_read_in_order_of_name_compressed_or_not() {
    let mut zipped = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    zipped.write_all(b"{\"text\":\"Fog lay.\"}\n").unwrap();
    let zipped = zipped.finish().unwrap();
    let folder = folder_with(&[
        (
            "b.jsonl",
            b"{\"text\":\"Rain fell.\"}\n\n{\"text\":\"Snow.\"}",
        ),
        ("a.jsonl.gz", &zipped),
        ("notes.txt", b"not data"),
    ]);
    let sets = load(folder.path()).unwrap();
    let shown: Vec<_> = sets
        .iter()
        .map(|s| (s.name.as_str(), s.samples.len()))
        .collect();
    assert_eq!(shown, [("a", 1), ("b", 2)]);
    assert_eq!(sets[0].samples[0].text, "Fog lay.");
}

#[test]
fn what_cannot_be_used_is_named_with_its_line() {
    let broken = problem(&[("a.jsonl", b"{\"text\":\"Fine.\"}\n{\"text\":\n")]);
    assert!(broken.contains("a.jsonl, line 2: "), "{broken}");
    let other = problem(&[("a.jsonl", b"{\"translation\":\"Fine.\"}")]);
    assert!(
        other.contains("line 1: a record of no known layout"),
        "{other}"
    );
    let list = problem(&[("a.jsonl", b"[1]")]);
    assert!(list.contains("line 1: an object is expected"), "{list}");
    assert!(problem(&[]).contains("holds no .jsonl or .jsonl.gz file"));
    assert!(problem(&[("a.jsonl", b"\n")]).contains("with text to measure on"));
    let damaged = problem(&[("a.jsonl.gz", b"not gzip")]);
    assert!(
        damaged.starts_with("cannot read ") && damaged.contains("a.jsonl.gz"),
        "{damaged}"
    );
    let missing = load(Path::new("no/such.jsonl")).unwrap_err();
    assert_eq!(missing.to_string(), "cannot read no/such.jsonl");
    assert!(std::error::Error::source(&missing).is_some());
}
