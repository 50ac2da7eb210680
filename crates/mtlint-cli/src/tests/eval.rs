//! `mtlint eval`.

use super::*;

#[test]
fn eval_measures_a_folder_of_labelled_data() {
    let sentence = br#"{"id":"1","doc":"d","mt":"The harbour was gibberish.","tokens":["The","harbour","was","gibberish","."],"tags":["OK","OK","OK","BAD","OK"]}"#;
    let folder = Folder::with(&[
        ("edited.jsonl", &[sentence, &b"\n"[..]].concat()),
        ("written.jsonl", b"{\"text\":\"Boats lay in the bay.\"}\n"),
    ]);
    let data = folder.path("");
    let shown = ran(&["eval", &data, "--sensitivity", "balanced"], b"");
    assert_eq!((shown.status, shown.stderr.as_str()), (0, ""));
    for start in ["edited ", "mean of 1 ", "written "] {
        let found = shown.stdout.lines().any(|line| line.starts_with(start));
        assert!(found, "{start}: {}", shown.stdout);
    }
    let json = ran(&["eval", "--format", "json", "--limit", "1", &data], b"");
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["labelled"][0]["area_under_curve"]["value"], 1.0);
    assert_eq!(json["clean"][0]["words"], 5);
    assert_eq!(json["options"]["limit"], 1);
    let halves = ["a", "b"].map(|half| {
        let json = ran(&["eval", "--format", "json", "--half", half, &data], b"").stdout;
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        json["labelled"].as_array().unwrap().len()
    });
    assert_eq!(halves[0] + halves[1], 1);
    let held = ran(&["eval", "--half", "held", &data], b"");
    assert_eq!(
        (held.status, held.stdout.as_str()),
        (0, "No text was judged.\n")
    );
}

#[test]
fn eval_names_what_it_cannot_use() {
    let folder = Folder::with(&[
        ("broken.jsonl", b"{\"text\":\"Fine.\"}\n{\"text\":"),
        ("other.jsonl", b"{\"source\":\"x\"}\n"),
        ("empty.jsonl", b""),
    ]);
    for (name, problem) in [
        ("broken.jsonl", "broken.jsonl, line 2: "),
        (
            "other.jsonl",
            "other.jsonl, line 1: a record of no known layout",
        ),
        ("empty.jsonl", "with text to measure on"),
        ("missing.jsonl", "cannot read "),
    ] {
        let ran = ran(&["eval", &folder.path(name)], b"");
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
        assert!(ran.stderr.contains(problem), "{}", ran.stderr);
    }
    let empty = Folder::with(&[]);
    let empty = ran(&["eval", &empty.path("")], b"");
    assert_eq!(empty.status, 2);
    assert!(empty.stderr.contains("holds no .jsonl or .jsonl.gz file"));
    assert_eq!(ran(&["eval", "data", "--limit", "0"], b"").status, 2);
}
