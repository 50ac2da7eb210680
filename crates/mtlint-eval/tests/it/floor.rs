//! The floor under the detector's quality, with the real model: a small fixed
//! subset of dev-b and of clean text. It notices that something broke; how good
//! the detector is, `mtlint eval` says on all of the data. Whoever raises the
//! quality raises the floor.

use std::path::Path;

use mtlint::document::Document;
use mtlint::report::Outcome;
use mtlint::{Options as LintOptions, Request};
use mtlint_eval::dataset::{DataSet, Labels, load};
use mtlint_eval::{Evaluation, Half, Options, Subject, measure};

use crate::common::{data, linter};

/// Mean area under the curve over the pairs, at least. The detector learns what readers
/// stumble over: of what post-editors change it tells less.
const FLOOR_AUC: f64 = 0.70;
/// Mean Matthews correlation at `balanced` over the pairs, at least.
const FLOOR_MCC: f64 = 0.32;
/// Words flagged at `precise` per 1,000 words of clean news, at most. These few
/// articles are full of names and give more than the whole set does; a finding is several
/// words wide.
const CEILING: f64 = 20.0;

/// Pairs with few, some and many BAD words.
const PAIRS: [&str; 3] = ["ro-en", "et-en", "si-en"];
/// Sentences of each pair.
const SENTENCES: usize = 25;
/// Articles of clean news, about 300 words each.
const ARTICLES: usize = 5;

fn measured(sets: &[DataSet], half: Half, limit: usize) -> Evaluation {
    let options = Options {
        half,
        limit: Some(limit),
        max_bytes: 1 << 20,
        subject: Subject::Detection,
    };
    let lint = LintOptions::default();
    measure((&linter(), &lint), sets, options, |_, _| {}).unwrap()
}

fn sets(folder: &Path, files: &[String]) -> Vec<DataSet> {
    let files = files.iter().map(|file| folder.join(file));
    files.flat_map(|file| load(&file).unwrap()).collect()
}

#[test]
fn quality_stays_above_its_floor() {
    let Some(folder) = data("quality_stays_above_its_floor") else {
        return;
    };
    let pairs = PAIRS.map(|pair| format!("mlqe-pe/{pair}.dev.jsonl.gz"));
    let labeled = measured(&sets(&folder, &pairs), Half::DevB, SENTENCES);
    let mean = labeled.mean.unwrap();
    let news = ["clean/newstest2021.jsonl.gz".to_owned()];
    let clean = measured(&sets(&folder, &news), Half::All, ARTICLES);
    let [news] = &clean.clean[..] else {
        panic!("one clean set expected");
    };
    assert_eq!(mean.sets, PAIRS.len());
    assert!(news.words > 1_000, "only {} clean words", news.words);

    let area = mean.measures.area_under_curve.value.unwrap();
    let mcc = mean.measures.mcc_at.balanced.unwrap();
    let flagged = news.flagged_per_1000.value.unwrap();
    println!(
        "mean AUC {area:.3} (floor {FLOOR_AUC}), mean MCC at balanced {mcc:.3} (floor \
         {FLOOR_MCC}), flagged per 1,000 of {} clean words {flagged:.1} (ceiling {CEILING})",
        news.words
    );
    assert!(area >= FLOOR_AUC, "mean AUC {area:.3}");
    assert!(mcc >= FLOOR_MCC, "mean MCC at balanced {mcc:.3}");
    assert!(
        flagged <= CEILING,
        "{flagged:.1} flagged per 1,000 clean words"
    );
}

/// Share of the major and critical errors of garbled articles that are found at
/// `precise`, each article read alone, at least.
const FLOOR_SERIOUS: f64 = 0.60;
/// Share of the findings in these articles that overlap an error, at least.
const FLOOR_PRECISION: f64 = 0.70;
/// Findings per 1,000 words of their post-edits, at most.
const CEILING_POST_EDITS: f64 = 8.0;

#[test]
fn marked_phrases_are_found() {
    let Some(folder) = data("marked_phrases_are_found") else {
        return;
    };
    let mut sets = load(&folder.join("garble/dev.jsonl")).unwrap();
    // Read alone only: beside a sibling takes three times as long.
    for sample in sets.iter_mut().flat_map(|set| &mut set.samples) {
        if let Labels::Garbled { sibling, .. } = &mut sample.labels {
            sibling.clear();
        }
    }
    let measured = measured(&sets, Half::All, usize::MAX);
    let [row] = &measured.garbled[..] else {
        panic!("one set of marked phrases expected");
    };
    let alone = &row.alone;
    assert_eq!(alone.not_judged, 0);
    assert!(alone.errors > 150, "only {} errors", alone.errors);

    let serious = alone.serious_found.value.unwrap();
    let precision = alone.precision.value.unwrap();
    let falsely = alone.false_alarms_per_1000.value.unwrap();
    println!(
        "{serious:.3} of {} serious errors (floor {FLOOR_SERIOUS}), precision {precision:.3} of \
         {} findings (floor {FLOOR_PRECISION}), false alarms per 1,000 of {} words \
         {falsely:.1} (ceiling {CEILING_POST_EDITS}), all errors {:.3}",
        alone.serious_errors,
        alone.findings,
        alone.post_edit_words,
        alone.found.value.unwrap()
    );
    assert!(serious >= FLOOR_SERIOUS, "serious errors {serious:.3}");
    assert!(precision >= FLOOR_PRECISION, "precision {precision:.3}");
    assert!(
        falsely <= CEILING_POST_EDITS,
        "{falsely:.1} false alarms per 1,000 words of post-edits"
    );
}

/// Sentences put together to one document, and the drift that is allowed: in
/// context more is noticed, so that the rate is not quite the same.
const TOGETHER: usize = 12;
const DRIFT: f64 = 0.07;

#[test]
fn the_post_edit_rate_does_not_drift_with_length() {
    let Some(folder) = data("the_post_edit_rate_does_not_drift_with_length") else {
        return;
    };
    let linter = linter();
    let rate_and_words = |texts: Vec<&str>| -> Vec<(f64, f64)> {
        let texts = texts.into_iter();
        let requests = texts.map(|text| Request::new(Document::from_text("a", text)));
        let options = LintOptions::default();
        let reports = linter.lint_all(requests.collect(), &options).unwrap();
        let scores = reports.iter().map(|report| match &report.outcome {
            Outcome::Scored(analysis) => analysis.score,
            other => panic!("not scored: {other:?}"),
        });
        scores
            .map(|score| (f64::from(score.post_edit_rate), score.words as f64))
            .collect()
    };
    let mut drifts = Vec::new();
    for pair in PAIRS {
        let file = folder.join(format!("mlqe-pe/{pair}.dev.jsonl.gz"));
        let samples = load(&file).unwrap().remove(0).samples;
        let long = samples.iter().filter(|sample| sample.text.len() > 100);
        let texts: Vec<&str> = long.take(TOGETHER).map(|s| s.text.as_str()).collect();
        let together = texts.join(" ");
        let alone = rate_and_words(texts);
        let words: f64 = alone.iter().map(|(_, words)| words).sum();
        let alone = alone.iter().map(|(rate, words)| rate * words).sum::<f64>() / words;
        let (together, _) = rate_and_words(vec![&together])[0];
        println!("{pair}: rate of {TOGETHER} sentences {alone:.3}, as one {together:.3}");
        drifts.push(together - alone);
    }
    let mean = drifts.iter().sum::<f64>() / drifts.len() as f64;
    assert!(mean.abs() <= DRIFT, "mean drift {mean:.3} of {drifts:?}");
}
