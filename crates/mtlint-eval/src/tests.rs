//! Whole measurements of small sets with the stand-in model, which finds
//! "gibberish" more surprising than any other word.

use std::sync::Arc;

use super::*;
use mtlint::linter::{Linter, Sensitivity};
use mtlint::lm::stub::Stub;

const SHORES: &str = concat!(
    r#"{"id":"1","doc":"shores","mt":"The tide gibberish at noon.","tokens":["The","tide","gibberish","at","noon","."],"tags":["OK","OK","BAD","OK","OK","OK"],"hter":0.2}"#,
    "\n",
    r#"{"id":"2","doc":"shores","mt":"Gulls nest here.","tokens":["Gulls","nest","here","."],"tags":["OK","OK","OK","OK"],"hter":0}"#,
    "\n",
    // Not judged: no letter in it.
    r#"{"id":"3","doc":"tides","mt":"14:20","tokens":["14:20"],"tags":["BAD"],"hter":1}"#,
    "\n"
);

const RATED: &str = concat!(
    r#"{"id":"4","system":"S","doc":"choir","mt":"They sang gibberish songs.","spans":[{"start":10,"end":19,"severity":"major"}]}"#,
    "\n",
    r#"{"id":"5","system":"refA","doc":"choir","mt":"They sang old songs.","spans":[]}"#,
    "\n"
);

/// Two systems and a human version, one segment seen by two raters. The article
/// is in the third that is held back; the last one is not.
const RANKED: &str = concat!(
    r#"{"id":"11","system":"Good","doc":"market","seg":"1","rater":"x","mt":"Prices gibberish again.","spans":[{"start":7,"end":16,"severity":"minor"}]}"#,
    "\n",
    r#"{"id":"12","system":"Good","doc":"market","seg":"1","rater":"y","mt":"Prices gibberish again.","spans":[{"start":7,"end":16,"severity":"major"}]}"#,
    "\n",
    r#"{"id":"13","system":"Good","doc":"market","seg":"2","mt":"Buyers waited for better days.","spans":[]}"#,
    "\n",
    r#"{"id":"14","system":"Poor","doc":"market","seg":"1","mt":"Gibberish gibberish gibberish more.","spans":[{"start":10,"end":19,"severity":"major"},{"start":30,"end":34,"severity":"minor"}]}"#,
    "\n",
    r#"{"id":"15","system":"refA","doc":"market","seg":"1","mt":"Prices rose again.","spans":[]}"#,
    "\n",
    r#"{"id":"16","system":"Good","doc":"orchard","seg":"1","mt":"Apples ripen late.","spans":[]}"#,
    "\n"
);

const WRITTEN: &str = concat!(
    r#"{"id":"6","text":"Bread rises slowly in a cold room, and tastes better."}"#,
    "\n",
    r#"{"id":"7","text":"gibberish is the name of the café."}"#,
    "\n",
    r#"{"id":"8","text":"..."}"#,
    "\n"
);

const STORIES: &str = concat!(
    r#"{"id":"9","mt":["Rain gibberish.","Snow fell."],"reference":["Rain came.","Snow fell."]}"#,
    "\n",
    r#"{"id":"10","mt":["..."],"reference":["Fog lay."]}"#,
    "\n"
);

/// Two errors that the sibling has the words for. One reference takes the first
/// correction, the other neither.
const CORRECTED: &str = concat!(
    r#"{"id":"17","mt":["The harbour was gibberish before the race.","Gulls nest here."],"reference":["The harbour was giberish before the race.","Gulls nest here."],"reference2":["All boats were in port.","Gulls live here."],"sibling":["The harbour was giberish before the race."]}"#,
    "\n",
    r#"{"id":"18","mt":["..."],"reference":["Fog lay."],"sibling":["Fog lay over the bay."]}"#,
    "\n",
    r#"{"id":"19","mt":["Rain gibberish."],"reference":["Rain came."]}"#,
    "\n"
);

/// Garbled phrases marked in two articles, of which one has a sibling; one of them is not
/// there to see, and one post-edit has a false alarm.
const MARKED: &str = concat!(
    r#"{"id":"21","text":"The harbour was gibberish before the race. Gulls nest here.","errors":[{"text":"gibberish","category":"mistranslation","severity":"major","fixes":["giberish"]},{"text":"nest","category":"odd","severity":"minor","fixes":["live"]}],"post_edit":"The harbour was giberish before the race. Gulls live here.","sibling":"The harbour was giberish before the race."}"#,
    "\n",
    r#"{"id":"22","text":"Rain gibberish on the old town.","errors":[{"text":"gibberish","category":"mistranslation","severity":"critical","fixes":["fell"]}],"post_edit":"Rain gibberish fell on the old town."}"#,
    "\n"
);

/// The sentence of an article above, labeled.
const LABELS: &str = concat!(
    r#"{"id":"20","doc":"harbour","mt":"The harbour was gibberish before the race.","tokens":["The","harbour","was","gibberish","before","the","race","."],"tags":["OK","OK","BAD","BAD","OK","OK","OK","OK"]}"#,
    "\n"
);

fn sets(files: &[(&str, &str)]) -> Vec<DataSet> {
    let folder = tempfile::tempdir().unwrap();
    for (name, lines) in files {
        std::fs::write(folder.path().join(name), lines).unwrap();
    }
    dataset::load(folder.path()).unwrap()
}

fn all() -> Options {
    Options {
        half: Half::All,
        limit: None,
        max_bytes: 1 << 20,
        subject: Subject::Detection,
    }
}

fn measured(files: &[(&str, &str)], options: Options) -> Evaluation {
    let lint = mtlint::Options {
        language: Some("eng".to_owned()),
        ..mtlint::Options::with_sensitivity(Sensitivity::Thorough)
    };
    let lm = Arc::new(Stub::new([("gibberish", 75.0)]));
    let linter = Linter::new(lm).unwrap();
    let mut steps = Vec::new();
    let evaluation = measure((&linter, &lint), &sets(files), options, |done, total| {
        steps.push((done, total));
    });
    assert_eq!(steps.first().map(|step| step.0), Some(0));
    assert!(steps.last().is_none_or(|(done, total)| done == total));
    assert!(steps.is_sorted());
    evaluation.unwrap()
}

#[test]
fn each_layout_is_measured_in_its_own_way() {
    let files = [
        ("a.jsonl", SHORES),
        ("b.jsonl", RATED),
        ("c.jsonl", WRITTEN),
        ("d.jsonl", STORIES),
    ];
    let evaluation = measured(&files, all());
    assert_eq!(evaluation.model, "stub");
    let [shores, rated, people] = &evaluation.labeled[..] else {
        panic!("three labelled sets expected");
    };
    assert_eq!(
        (shores.sentences, shores.not_judged, shores.words),
        (3, 1, 11)
    );
    assert!((shores.bad_share.unwrap() - 2.0 / 11.0).abs() < 1e-9);
    // The BAD token of the text that was not judged counts as OK with 0.
    assert!(shores.measures.area_under_curve.value.unwrap() < 1.0);
    assert!(shores.measures.hter_correlation.value.is_some());
    assert!(!rated.by_people && people.by_people);
    assert_eq!(rated.measures.area_under_curve.value, Some(1.0));
    assert_eq!(rated.measures.average_precision.value, Some(1.0));
    assert_eq!(rated.measures.mcc_at.best_single, Some(1.0));
    assert_eq!(rated.measures.hter_correlation.value, None);
    assert_eq!(people.measures.area_under_curve.value, None);
    let mean = evaluation.mean.as_ref().unwrap();
    assert_eq!(mean.sets, 2);
    let both = (shores.measures.mcc.value.unwrap() + rated.measures.mcc.value.unwrap()) / 2.0;
    assert!((mean.measures.mcc.value.unwrap() - both).abs() < 1e-9);

    let clean = &evaluation.clean[0];
    assert_eq!((clean.documents, clean.not_judged, clean.words), (3, 1, 17));
    let flagged = clean.flagged_per_1000_at.best_single.unwrap();
    // At most the odd word of the three texts.
    assert!(flagged <= 1000.0 / 17.0 + 1e-9, "{flagged}");
    let story = &evaluation.stories[0];
    assert_eq!((story.pairs, story.not_judged), (2, 1));
    assert_eq!(story.people_higher_by_bits.value, Some(1.0));
    assert!(story.people_quality > story.machine_quality);
}

#[test]
fn corrections_are_tried_on_articles_with_siblings() {
    let options = Options {
        subject: Subject::Corrections,
        ..all()
    };
    let alone = measured(&[("a.jsonl", CORRECTED)], options);
    let [row] = &alone.corrections[..] else {
        panic!("one set of corrections expected");
    };
    assert_eq!((row.documents, row.not_judged), (2, 1));
    assert_eq!((row.word_errors, row.labeled_words), (1, 0));
    let safe = &row.safe;
    assert_eq!((safe.helpful, safe.neutral, safe.harmful), (1, 0, 0));
    assert_eq!(safe.errors_removed.value, Some(1.0));
    assert_eq!(safe.bad_covered.value, None);
    let size = safe.lengths[0];
    assert_eq!((size.replaced, size.put_in, size.count()), (1, 1, 1));

    let files = [("a.jsonl", CORRECTED), ("b.jsonl", LABELS)];
    let labeled = measured(&files, options);
    // Labels are looked up, not measured on.
    assert!(labeled.labeled.is_empty() && labeled.stories.is_empty());
    let [row] = &labeled.corrections[..] else {
        panic!("one set of corrections expected");
    };
    assert_eq!((row.labeled_words, row.bad_words), (8, 2));
    assert_eq!(row.safe.bad_covered.value, Some(0.5));

    let text = table::text(&labeled);
    for line in [
        "corrections ",
        "a, safe ",
        "a, safe and unsafe ",
        "a, safe: words replaced",
    ] {
        let found = text.lines().any(|shown| shown.starts_with(line));
        assert!(found, "{line}\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&table::json(&labeled).unwrap()).unwrap();
    assert_eq!(json["corrections"][0]["safe"]["helpful"], 1);
    assert_eq!(json["corrections"][0]["safe"]["lengths"][0]["put_in"], 1);
    let without = measured(&[("c.jsonl", WRITTEN)], options);
    assert_eq!(table::text(&without), "No text was judged.\n");
}

#[test]
fn marked_phrases_are_looked_for_alone_and_beside_the_sibling() {
    let files = [("a.jsonl", MARKED), ("b.jsonl", WRITTEN)];
    let evaluation = measured(&files, all());
    assert_eq!(evaluation.clean.len(), 1);
    let [row] = &evaluation.garbled[..] else {
        panic!("one set of marked phrases expected");
    };
    let alone = &row.alone;
    assert_eq!((alone.documents, alone.not_judged, alone.errors), (2, 0, 3));
    assert_eq!(alone.found.value, Some(2.0 / 3.0));
    assert_eq!(
        (alone.serious_errors, alone.serious_found.value),
        (2, Some(1.0))
    );
    assert_eq!(alone.by_category[0].name, "mistranslation");
    assert_eq!(alone.by_category[1].found.value, Some(0.0));
    assert_eq!((alone.fixable_errors, alone.fixed.value), (3, Some(0.0)));
    assert_eq!(alone.post_edit_words, 17);
    assert!(alone.post_edit_findings >= 1);
    let beside = row.beside.as_ref().unwrap();
    assert_eq!((beside.documents, beside.errors), (1, 2));
    assert_eq!(beside.fixed_safely.value, Some(0.5));
    assert_eq!(beside.post_edit_findings, 0);
    assert_eq!(beside.post_edit_higher.value, Some(1.0));

    let text = table::text(&evaluation);
    for line in [
        "marked errors ",
        "a, alone ",
        "a, beside the sibling ",
        "corrections and scores ",
        "a, marked errors by kind ",
        "critical ",
        "odd ",
    ] {
        let found = text.lines().any(|shown| shown.starts_with(line));
        assert!(found, "{line}\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&table::json(&evaluation).unwrap()).unwrap();
    let alone = &json["garbled"][0]["alone"];
    assert_eq!(alone["by_severity"][0]["name"], "critical");
    assert_eq!(alone["serious_found"]["value"], 1.0);
    // They have no passages with their right versions, which corrections are compared with.
    let options = Options {
        subject: Subject::Corrections,
        ..all()
    };
    assert!(measured(&files, options).corrections.is_empty());
}

#[test]
fn halves_part_the_documents_and_a_limit_takes_the_same_texts() {
    let files = [("a.jsonl", SHORES)];
    let sentences = |options| {
        let evaluation = measured(&files, options);
        evaluation
            .labeled
            .iter()
            .map(|row| row.sentences)
            .sum::<usize>()
    };
    let half = |half| Options { half, ..all() };
    // "shores" holds two of the three texts; each document is in one half.
    let halves = (sentences(half(Half::DevA)), sentences(half(Half::DevB)));
    assert_eq!(halves.0 + halves.1, 3);
    let set = &sets(&files)[0];
    let limit = |limit| Options {
        limit: Some(limit),
        ..all()
    };
    let ids = |samples: Vec<&Sample>| samples.iter().map(|s| s.id.clone()).collect::<Vec<_>>();
    // SHA-256 of "1", "2", "3" begins with 6b, d4, 4e.
    assert_eq!(ids(choose(set, limit(1))), ["3"]);
    assert_eq!(ids(choose(set, limit(2))), ["1", "3"]);
    assert_eq!(sentences(limit(2)), 2);
}

#[test]
fn raters_are_agreed_with_and_systems_ranked() {
    let held = Options {
        half: Half::Held,
        ..all()
    };
    let files = [
        ("a.jsonl", SHORES),
        ("b.jsonl", RANKED),
        ("c.jsonl", WRITTEN),
    ];
    let evaluation = measured(&files, held);
    // Nothing but rated text is held back.
    let [machines, people] = &evaluation.labeled[..] else {
        panic!("two labelled sets expected");
    };
    assert_eq!((machines.sentences, people.sentences), (4, 1));
    assert!(evaluation.clean.is_empty());
    let pooled = evaluation.pooled.as_ref().unwrap();
    assert_eq!((pooled.sets, pooled.words), (1, machines.words));
    let calibration = &machines.measures.calibration;
    assert_eq!(pooled.bad_share, machines.bad_share);
    // One set is the whole pool.
    let over_pooled = &calibration.brier_skill_over_pooled;
    assert_eq!(pooled.brier_skill, calibration.brier_skill);
    assert_eq!(pooled.brier_skill.value, over_pooled.value);
    assert_eq!(pooled.calibration_error, calibration.error);

    let [rated, _] = &evaluation.severities[..] else {
        panic!("severities of two sets expected");
    };
    let counts = rated.counts;
    let counted = counts.both_major + counts.ours_major + counts.theirs_major + counts.both_minor;
    assert_eq!(rated.words, counted);
    // The raters of the first segment disagree: one of them is disagreed with.
    assert!(counts.ours_major + counts.theirs_major >= 1, "{counts:?}");
    assert_eq!((rated.major_spans, rated.minor_spans), (2, 2));
    assert_eq!(rated.major_recall.value, Some(1.0));
    assert_eq!(rated.minor_recall.value, Some(0.5));

    let [ranking] = &evaluation.rankings[..] else {
        panic!("the human version is ranked with the machines");
    };
    assert_eq!((ranking.segments, ranking.machines), (2, 2));
    let names: Vec<_> = ranking
        .systems
        .iter()
        .map(|row| row.system.as_str())
        .collect();
    assert_eq!(names, ["refA", "Good", "Poor"]);
    // (mean of 1 and 5, and 0) / 2
    assert_eq!(ranking.systems[1].mqm_penalty, Some(1.5));
    assert_eq!(ranking.systems[1].words, 8);
    assert_eq!(ranking.systems[2].mqm_penalty, Some(6.0));
    assert_eq!(ranking.spearman.value, Some(1.0));

    let text = table::text(&evaluation);
    for line in [
        "calibration ",
        "pooled, 1 sets ",
        "severity, minor against major ",
        "marked spans ",
        "ranking of systems ",
        "refA (by people) ",
    ] {
        let found = text.lines().any(|shown| shown.starts_with(line));
        assert!(found, "{line}\n{text}");
    }
    let json: serde_json::Value = serde_json::from_str(&table::json(&evaluation).unwrap()).unwrap();
    assert_eq!(json["options"]["half"], "held");
    assert_eq!(json["severities"][0]["major_spans"], 2);
    assert_eq!(json["rankings"][0]["systems"][0]["by_people"], true);
    let set = &json["labelled"][0];
    assert_eq!(
        set["calibration_error"],
        set["calibration"]["error"]["value"]
    );
    assert!(set["brier_skill"].is_number());
    assert_eq!(
        json["pooled"]["brier_skill"],
        set["calibration"]["brier_skill"]
    );
}

#[test]
fn texts_over_the_limit_of_bytes_are_not_judged() {
    let options = Options {
        max_bytes: 20,
        ..all()
    };
    let row = &measured(&[("a.jsonl", SHORES)], options).labeled[0];
    assert_eq!(row.not_judged, 2);
}

#[test]
fn the_best_threshold_is_best_for_the_mean_of_sets() {
    let ranking = |scored: &[(f32, bool)]| {
        let word = |&(score, bad): &(f32, bool)| metrics::ScoredWord {
            text: 0,
            score,
            flagged: false,
            bad,
        };
        Ranking::new(&scored.iter().map(word).collect::<Vec<_>>())
    };
    let one = ranking(&[(0.9, true), (0.5, true), (0.2, false)]);
    let other = ranking(&[(0.9, true), (0.6, false), (0.5, false), (0.1, false)]);
    assert_eq!(best_single(std::slice::from_ref(&one)), Some(0.5));
    // 0.9 gives .5 and 1; 0.5 gives 1 and .33.
    assert_eq!(best_single(&[one, other]), Some(0.9));
    assert_eq!(best_single(&[]), None);
}

#[test]
fn tables_and_json_hold_the_same_sets() {
    let files = [
        ("a.jsonl", SHORES),
        ("b.jsonl", RATED),
        ("c.jsonl", WRITTEN),
    ];
    let evaluation = measured(&files, all());
    let text = table::text(&evaluation);
    for line in ["a  ", "b (by people)", "mean of 2", "threshold", "c  "] {
        let found = text.lines().any(|shown| shown.starts_with(line));
        assert!(found, "{line}\n{text}");
    }
    assert!(!text.contains("machine against people"));
    let json: serde_json::Value = serde_json::from_str(&table::json(&evaluation).unwrap()).unwrap();
    assert_eq!(json["schema"], "mtlint.evaluation/1");
    assert_eq!(json["options"]["half"], "all");
    assert_eq!(json["labelled"][0]["words"], 11);
    assert_eq!(json["labelled"][2]["by_people"], true);
    // One system and a human version of it are no ranking of machines.
    assert_eq!(json["rankings"][0]["machines"], 1);
    assert!(json["rankings"][0]["spearman"]["value"].is_null());
    let interval = json["mean"]["mcc"]["interval"].as_array().unwrap();
    assert_eq!(interval.len(), 2);
    assert_eq!(
        json["mean"]["mcc"]["value"],
        evaluation.mean.unwrap().measures.mcc.value.unwrap()
    );
    let again = table::json(&measured(&files, all())).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&again).unwrap(),
        json
    );
}
