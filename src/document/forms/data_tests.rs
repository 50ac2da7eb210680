//! Real texts in many forms: hardly a word of them is read otherwise. Reads the folder named by
//! `MTLINT_DATA`; without it, says so and checks nothing.

// Figures and skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::collections::HashMap;
use std::path::PathBuf;

use super::tests::{judged, wrapped};

/// How many words of one text another has not.
fn missing(text: &str, other: &str) -> usize {
    let mut there: HashMap<&str, usize> = HashMap::new();
    for word in other.split_whitespace() {
        *there.entry(word).or_default() += 1;
    }
    let mut missing = 0;
    for word in text.split_whitespace() {
        match there.get_mut(word) {
            Some(left) if *left > 0 => *left -= 1,
            _ => missing += 1,
        }
    }
    missing
}

#[test]
fn articles_are_read_the_same_in_every_form() {
    let Some(data) = std::env::var_os("MTLINT_DATA") else {
        eprintln!("SKIPPED forms of articles: MTLINT_DATA is not set");
        return;
    };
    let records = std::fs::read_to_string(PathBuf::from(data).join("garble/dev.jsonl")).unwrap();
    let records = records
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let records: Vec<serde_json::Value> = records.collect();
    let texts = || {
        let texts = records.iter().flat_map(|one| {
            let keys = ["text", "post_edit", "sibling"];
            keys.map(|key| one[key].as_str())
        });
        texts.flatten()
    };
    for width in [45, 60, 72, 80, 100] {
        for hyphen in [None, Some("-"), Some("\u{ad}")] {
            let (mut words, mut wrong, mut bad) = (0, 0, 0);
            for text in texts() {
                let plain = judged(text);
                let read = judged(&wrapped(text, width, hyphen));
                let missing = missing(&plain, &read);
                words += plain.split_whitespace().count();
                wrong += missing;
                bad += usize::from(read.lines().count() != plain.trim_end().lines().count());
            }
            eprintln!(
                "{width} {hyphen:?}: {wrong} of {words} words, {bad} texts with other paragraphs"
            );
            assert!(words > 10_000, "{words}");
            assert!(
                wrong * 500 <= words,
                "{width} {hyphen:?}: {wrong} of {words}"
            );
            assert!(bad * 20 <= 3 * records.len(), "{width} {hyphen:?}: {bad}");
        }
    }
}
