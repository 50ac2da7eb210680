//! Texts that the language model fails on. It fails on every text with "unspeakable" in it.

use super::*;

const POISON: &str = "The harbour was unspeakable before the race.\n";

fn statuses(output: &str) -> Vec<(String, String)> {
    let rows = lines(output).into_iter();
    let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    rows.map(|row| (word(&row["id"]), word(&row["status"])))
        .collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    let pairs = expected.iter();
    pairs
        .map(|(id, status)| ((*id).to_owned(), (*status).to_owned()))
        .collect()
}

#[test]
fn a_batch_judges_the_others_and_tries_the_poison_again() {
    let feed: String = ["a", "poison", "c", "beside", "copy"]
        .map(|id| match id {
            "poison" | "copy" => format!("{{\"id\":\"{id}\",\"text\":{POISON:?}}}\n"),
            "beside" => {
                format!("{{\"id\":\"beside\",\"text\":{CLEAN:?},\"siblings\":[{POISON:?}]}}\n")
            }
            _ => format!("{{\"id\":\"{id}\",\"text\":{CLEAN:?}}}\n"),
        })
        .concat();
    let folder = Folder::with(&[("in.jsonl", feed.as_bytes())]);
    let (input, output) = (folder.path("in.jsonl"), folder.path("out.jsonl"));
    let state = folder.path("night.state");
    let arguments = ["batch", &input, "--output", &output];
    let expected = pairs(&[
        ("a", "scored"),
        ("poison", "failed"),
        ("c", "scored"),
        ("beside", "failed"),
        ("copy", "failed"),
    ]);
    for more in [
        &[][..],
        &["--state", &state],
        &["--state", &state, "--resume"],
    ] {
        let batch = ran(&[&arguments, more].concat(), b"");
        assert_eq!(batch.status, 0, "{}", batch.stderr);
        let told = folder.text("out.jsonl");
        assert_eq!(statuses(&told), expected);
        assert!(
            told.contains("the language model failed on its sibling beside#sibling-1: "),
            "{told}"
        );
        assert!(
            batch
                .stderr
                .contains("note: failed: poison: the language model failed: "),
            "{}",
            batch.stderr
        );
    }
    let strict = ran(&[&arguments[..], &["--fail-on-error"]].concat(), b"");
    assert_eq!(strict.status, 2);
    let mut report = Vec::new();
    let (status, stderr) = run_into(&["report", &state], b"", &mut report);
    assert_eq!(status, 0, "{stderr}");
    let report = String::from_utf8(report).unwrap();
    assert!(
        report.contains("failed (model_failed): 3 documents"),
        "{report}"
    );
}

#[test]
fn a_near_copy_in_the_pool_that_cannot_be_judged_serves_nobody() {
    let story = "The old harbour of Kingsbridge was closed on Monday after the storm broke the \
                 northern pier, the mayor said, and forty ferries stayed in port.";
    let pool = format!("{{\"id\":\"wire\",\"text\":\"{story} It was an unspeakable night.\"}}\n");
    let feed = format!(
        "{{\"id\":\"a\",\"text\":\"{story}\"}}\n{{\"id\":\"b\",\"text\":\"Hens lay eggs in spring.\"}}\n"
    );
    let folder = Folder::with(&[
        ("in.jsonl", feed.as_bytes()),
        ("pool.jsonl", pool.as_bytes()),
    ]);
    let (input, pool) = (folder.path("in.jsonl"), folder.path("pool.jsonl"));
    let batch = ran(&["batch", &input, "--output", "-", "--pool", &pool], b"");
    assert_eq!(batch.status, 0, "{}", batch.stderr);
    let told = statuses(&batch.stdout);
    // A near copy is judged before it serves.
    assert_eq!(told, pairs(&[("a", "scored"), ("b", "scored")]));
}

#[test]
fn one_of_several_files_fails_alone() {
    let folder = Folder::with(&[
        ("a.txt", CLEAN.as_bytes()),
        ("b.txt", POISON.as_bytes()),
        ("c.txt", GARBLED.as_bytes()),
    ]);
    let [a, b, c] = ["a.txt", "b.txt", "c.txt"].map(|name| folder.path(name));
    let scored = ran(&["score", "--format", "jsonl", &a, &b, &c], b"");
    assert_eq!(scored.status, 2);
    assert_eq!(
        statuses(&scored.stdout),
        pairs(&[(&a, "scored"), (&b, "failed"), (&c, "scored")])
    );
    assert_eq!(
        scored.stderr,
        format!(
            "error: {b}: the language model failed: the tokenizer of stub failed: unspeakable is \
             no word\n"
        )
    );
    // The corrected text of what could not be judged is the text as it came.
    let fixed = ran(&["highlight", "--fix", &b], b"");
    assert_eq!((fixed.status, fixed.stdout.as_str()), (2, POISON));
}

#[test]
fn a_sibling_that_was_typed_is_named() {
    let folder = Folder::with(&[("a.txt", CLEAN.as_bytes()), ("b.txt", POISON.as_bytes())]);
    let (a, b) = (folder.path("a.txt"), folder.path("b.txt"));
    let refused = ran(&["score", &a, "--sibling", &a, "--sibling", &b], b"");
    assert_eq!(refused.status, 2);
    assert!(
        refused.stderr.starts_with(&format!(
            "error: the sibling {b} cannot be used: the tokenizer of stub failed"
        )),
        "{}",
        refused.stderr
    );
}
