//! The gate over real texts: nothing that people or machines wrote in English
//! may be refused. Reads the folder named by `MTLINT_DATA`; without it, says so
//! and checks nothing.

// Figures and skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::*;
use crate::segment::{WordKind, segment};

/// Records of a gzipped JSON Lines file.
fn records(path: &Path) -> Vec<serde_json::Value> {
    let file = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

/// The data folder's files in `folder` whose name ends with `suffix`.
fn files(test: &str, folder: &str, suffix: &str) -> Vec<PathBuf> {
    let Some(data) = std::env::var_os("MTLINT_DATA") else {
        eprintln!("SKIPPED {test}: MTLINT_DATA is not set");
        return Vec::new();
    };
    let entries = std::fs::read_dir(PathBuf::from(data).join(folder)).unwrap();
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().ends_with(suffix))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no {suffix} in {folder}");
    files
}

/// The text under `key`, a list of segments joined by line ends.
fn text_of(record: &serde_json::Value, key: &str) -> Option<String> {
    match record.get(key)? {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Array(segments) => {
            let segments: Vec<&str> = segments.iter().filter_map(|s| s.as_str()).collect();
            Some(segments.join("\n"))
        }
        _ => None,
    }
}

/// Texts, words, and words in foreign passages; the texts that were refused.
#[derive(Default)]
struct Count {
    texts: usize,
    words: usize,
    foreign: usize,
    passages: Vec<String>,
    refused: Vec<String>,
}

fn count(path: &Path, keys: &[&str]) -> Count {
    let mut count = Count::default();
    for record in records(path) {
        for text in keys.iter().filter_map(|key| text_of(&record, key)) {
            let segments = segment(&text);
            count.texts += 1;
            count.words += segments.word_count();
            if let refused @ Gate::Abstain { .. } = gate(&text, &segments, None) {
                let front: String = text.chars().take(120).collect();
                count.refused.push(format!("{refused:?}: {front}"));
            }
            for passage in foreign_passages(&text, &segments) {
                let words = &segments.words[segments.words_in(passage)];
                let words = words.iter().filter(|w| w.kind == WordKind::Word);
                count.foreign += words.count();
                count.passages.push(text[passage.range()].to_owned());
            }
        }
    }
    eprintln!(
        "{}: {} texts, {} refused, {} words, {} in {} foreign passages",
        path.file_name().unwrap_or_default().to_string_lossy(),
        count.texts,
        count.refused.len(),
        count.words,
        count.foreign,
        count.passages.len(),
    );
    if std::env::var_os("MTLINT_SHOW_PASSAGES").is_some() {
        for passage in &count.passages {
            eprintln!("    {passage}");
        }
    }
    assert!(count.refused.is_empty(), "{:#?}", count.refused);
    count
}

/// At most this share of words may lie in foreign passages, where nearly all
/// of them are false alarms or borderline.
fn assert_rarely_foreign(count: &Count, per_mille: usize) {
    assert!(
        count.foreign * 1000 <= count.words * per_mille,
        "{:#?}",
        count.passages
    );
}

#[test]
fn no_machine_translated_sentence_is_refused() {
    let test = "no_machine_translated_sentence_is_refused";
    for path in files(test, "mlqe-pe", ".dev.jsonl.gz") {
        assert_rarely_foreign(&count(&path, &["mt", "pe"]), 3);
    }
}

#[test]
fn no_article_is_refused() {
    let test = "no_article_is_refused";
    for path in files(test, "stories", ".gz") {
        assert_rarely_foreign(&count(&path, &["mt"]), 3);
    }
}

#[test]
fn no_clean_text_is_refused() {
    let test = "no_clean_text_is_refused";
    for path in files(test, "clean", ".gz") {
        assert_rarely_foreign(&count(&path, &["text"]), 3);
    }
}
