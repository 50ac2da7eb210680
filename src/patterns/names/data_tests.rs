//! Names over real texts: what people wrote holds hardly any in foreign form. Reads the
//! folder named by `MTLINT_DATA`; without it, says so and checks nothing.
//! `MTLINT_SHOW_NAMES` prints every name with the words around it.

// Figures and skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::super::setting::Setting;
use super::names;
use crate::lexicon::Lexicon;
use crate::segment::segment;

/// The texts of a gzipped JSON Lines file.
fn texts(path: &Path) -> Vec<String> {
    let file = std::fs::File::open(path).unwrap();
    let lines = BufReader::new(flate2::read::MultiGzDecoder::new(file)).lines();
    let records = lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap());
    let texts = records.filter_map(|record: serde_json::Value| {
        let text = record.get("text")?;
        text.as_str().map(str::to_owned)
    });
    texts.collect()
}

#[test]
fn one_name_in_twenty_thousand_words_is_found_in_good_texts_at_most() {
    let Some(data) = std::env::var_os("MTLINT_DATA") else {
        eprintln!("SKIPPED names in good texts: MTLINT_DATA is not set");
        return;
    };
    let show = std::env::var_os("MTLINT_SHOW_NAMES").is_some();
    let lexicon = Lexicon::embedded().unwrap();
    let entries = std::fs::read_dir(PathBuf::from(data).join("clean")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let (mut words, mut sure) = (0, 0);
    for text in paths.iter().flat_map(|path| texts(path)) {
        let segments = segment(&text);
        words += segments.word_count();
        let setting = Setting::new(
            &text,
            &segments,
            &lexicon,
            vec![false; segments.words.len()],
        );
        for one in names(&setting) {
            sure += usize::from(one.confidence >= 0.5);
            if show {
                let around = one.words.start.saturating_sub(9)..one.words.end + 6;
                let around: Vec<&str> = around.map(|word| setting.spelling(word)).collect();
                let name: Vec<&str> = one.words.clone().map(|at| setting.spelling(at)).collect();
                eprintln!(
                    "{:.2} [{}] → {}: {}",
                    one.confidence,
                    name.join(" "),
                    one.replacement.map(|one| one.text).unwrap_or_default(),
                    around.join(" ")
                );
            }
        }
    }
    eprintln!("good texts: {words} words, {sure} names in foreign form");
    assert!(words > 100_000);
    assert!(sure * 20_000 <= words, "{sure} in {words} words");
}
