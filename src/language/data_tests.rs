//! The gate over real texts: nothing that people or machines wrote in English
//! may be refused, and hardly a passage of it may count as left in another language. Reads the folder named by `MTLINT_DATA`; without it, says so
//! and checks nothing.

// Figures and skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::*;
use crate::lexicon::Lexicon;
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
    left_over: Vec<String>,
    refused: Vec<String>,
}

fn count(path: &Path, keys: &[&str]) -> Count {
    let mut count = Count::default();
    let lexicon = Lexicon::embedded().unwrap();
    for record in records(path) {
        for text in keys.iter().filter_map(|key| text_of(&record, key)) {
            let segments = segment(&text);
            count.texts += 1;
            count.words += segments.word_count();
            if let refused @ Gate::Abstain { .. } = gate(&text, &segments, &lexicon, None) {
                let front: String = text.chars().take(120).collect();
                count.refused.push(format!("{refused:?}: {front}"));
            }
            for passage in foreign_passages(&text, &segments, &lexicon, &[]) {
                let words = &segments.words[passage.words];
                let span = words[0].span.cover(words[words.len() - 1].span);
                let written = text[span.range()].to_owned();
                let words = words.iter().filter(|w| w.kind == WordKind::Word);
                count.foreign += words.count();
                if passage.on_purpose {
                    count.passages.push(written);
                } else {
                    let line = format!(
                        "{:.2} {:?}: {written}",
                        passage.confidence, passage.language
                    );
                    count.left_over.push(line);
                }
            }
        }
    }
    eprintln!(
        "{}: {} texts, {} refused, {} words, {} in {} foreign passages, {} left over",
        path.file_name().unwrap_or_default().to_string_lossy(),
        count.texts,
        count.refused.len(),
        count.words,
        count.foreign,
        count.passages.len() + count.left_over.len(),
        count.left_over.len(),
    );
    if std::env::var_os("MTLINT_SHOW_PASSAGES").is_some() {
        for passage in &count.passages {
            eprintln!("    {passage}");
        }
        for passage in &count.left_over {
            eprintln!("    left over {passage}");
        }
    }
    count
}

/// At most one text in `texts` may be refused.
fn assert_rarely_refused(count: &Count, texts: usize) {
    let refused = &count.refused;
    assert!(refused.len() * texts <= count.texts, "{refused:#?}");
}

/// At most this share of words may lie in foreign passages, where nearly all
/// of them are false alarms or borderline; and of those left over there may be one in
/// `LEFT_OVER_WORDS` words.
fn assert_rarely_foreign(count: &Count, per_mille: usize) {
    assert!(
        count.foreign * 1000 <= count.words * per_mille,
        "{:#?}",
        count.passages
    );
}

/// Words of clean text for each passage that is said to be left over.
const LEFT_OVER_WORDS: usize = 20_000;

/// At most one passage in so many words may be said to be left over.
fn assert_rarely_left_over(words: usize, left_over: &[String]) {
    assert!(
        left_over.len() * LEFT_OVER_WORDS <= words,
        "{words} words: {left_over:#?}"
    );
}

#[test]
fn no_machine_translated_sentence_is_refused() {
    let test = "no_machine_translated_sentence_is_refused";
    for path in files(test, "mlqe-pe", ".dev.jsonl.gz") {
        let count = count(&path, &["mt", "pe"]);
        assert_rarely_foreign(&count, 3);
        // A line of nothing but foreign names shows no English, and whoever looks at it
        // alone cannot say more.
        assert_rarely_refused(&count, 150);
    }
}

#[test]
fn no_article_is_refused() {
    let test = "no_article_is_refused";
    for path in files(test, "stories", ".gz") {
        let count = count(&path, &["mt"]);
        assert_rarely_foreign(&count, 3);
        assert_rarely_refused(&count, 1000);
    }
}

#[test]
fn no_clean_text_is_refused() {
    let test = "no_clean_text_is_refused";
    let (mut words, mut left_over) = (0, Vec::new());
    for path in files(test, "clean", ".gz") {
        let count = count(&path, &["text"]);
        assert_rarely_foreign(&count, 3);
        assert_rarely_refused(&count, 1000);
        words += count.words;
        left_over.extend(count.left_over);
    }
    assert_rarely_left_over(words, &left_over);
}
