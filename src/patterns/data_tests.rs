//! Patterns over real texts: what people wrote is hardly ever wrong by its form. Reads the
//! folder named by `MTLINT_DATA`; without it, says so and checks nothing.
//! `MTLINT_SHOW_PATTERNS` prints every pattern with its sentence.

// Figures and skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::*;
use crate::segment::segment;

/// The records of a gzipped JSON Lines file.
fn records(path: &Path) -> Vec<serde_json::Value> {
    let file = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    lines
        .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
        .collect()
}

/// The text under `key`, which may be a list of segments.
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

/// Words of all texts in a folder, and how many patterns each kind has with the confidence
/// at which a report shows it unasked.
fn count(folder: &str, key: &str) -> Option<(usize, BTreeMap<&'static str, usize>)> {
    let Some(data) = std::env::var_os("MTLINT_DATA") else {
        eprintln!("SKIPPED patterns of {folder}: MTLINT_DATA is not set");
        return None;
    };
    let show = std::env::var_os("MTLINT_SHOW_PATTERNS").is_some();
    let lexicon = Lexicon::embedded().unwrap();
    let entries = std::fs::read_dir(PathBuf::from(data).join(folder)).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut words, mut kinds) = (0, BTreeMap::new());
    for path in paths {
        let texts = records(&path);
        let texts = texts.iter().filter_map(|record| text_of(record, key));
        for text in texts {
            let segments = segment(&text);
            words += segments.word_count();
            let marked = MarkedWords::default();
            for one in patterns(&text, &segments, &lexicon, &marked).found {
                if one.confidence >= 0.5 {
                    *kinds.entry(one.kind.name()).or_default() += 1;
                }
                if show {
                    shown(&path, &text, &segments, &one);
                }
            }
        }
    }
    eprintln!("{folder}: {words} words, {kinds:?}");
    Some((words, kinds))
}

fn shown(path: &Path, text: &str, segments: &Segments, one: &Pattern) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let first = segments.words[one.words.start].span.start();
    let last = segments.words[one.words.end - 1].span.end();
    let context = |range: std::ops::Range<usize>| {
        let part: String = text.get(range).unwrap_or_default().to_owned();
        part.replace('\n', "⏎")
    };
    let mut from = first.saturating_sub(50);
    while !text.is_char_boundary(from) {
        from -= 1;
    }
    let mut to = text.len().min(last + 40);
    while !text.is_char_boundary(to) {
        to += 1;
    }
    eprintln!(
        "  {name} {:.2} {:?} {}[{}]{} → {:?}",
        one.confidence,
        one.kind,
        context(from..first),
        context(first..last),
        context(last..to),
        one.replacement.as_ref().map(|new| &new.text),
    );
}

/// At most this many words for each pattern that is no passage: nearly all are slips that
/// the texts have indeed.
const MIN_WORDS: usize = 3_000;

#[test]
fn clean_texts_have_hardly_any_pattern() {
    for (folder, key) in [("clean", "text"), ("stories", "reference")] {
        let Some((words, kinds)) = count(folder, key) else {
            return;
        };
        let others = kinds
            .iter()
            .filter(|(kind, _)| **kind != "untranslated_passage");
        let others: usize = others.map(|(_, count)| count).sum();
        assert!(others * MIN_WORDS <= words, "{folder}: {kinds:?}");
    }
}
