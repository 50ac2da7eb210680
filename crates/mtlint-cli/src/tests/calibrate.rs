//! `mtlint calibrate` and what uses its file, with the stand-in model.

use super::{Folder, GARBLED, Ran, lines, ran};

const NOUNS: [&str; 8] = [
    "harbour", "mayor", "baker", "tram", "orchard", "library", "ferry", "clock",
];
const VERBS: [&str; 5] = ["closed", "opened", "painted", "visited", "repaired"];

/// Sentences in which the model is surprised by some words that post-editors changed,
/// and people changed some others too.
fn sentences(count: usize) -> String {
    let mut text = String::new();
    for at in 0..count {
        let (noun, verb) = (NOUNS[at % 8], VERBS[at % 5]);
        let odd = if at % 3 == 0 { "gibberish" } else { "little" };
        let tokens = [
            "The",
            noun,
            "near",
            "the",
            odd,
            NOUNS[(at + 3) % 8],
            verb,
            "early",
            "on",
            "Monday",
            ".",
        ];
        let tags: Vec<&str> = tokens
            .iter()
            .enumerate()
            .map(|(place, token)| match *token {
                "gibberish" => "BAD",
                _ if place == 6 && at % 7 == 0 => "BAD",
                "early" if at % 4 == 0 => "BAD",
                _ => "OK",
            })
            .collect();
        let mt = tokens[..10].join(" ") + ".";
        let bad = tags.iter().filter(|tag| **tag == "BAD").count() as f32;
        let record = serde_json::json!({
            "id": format!("{at}"), "doc": format!("d{}", at / 5), "mt": mt, "tokens": tokens,
            "tags": tags, "hter": bad / 11.0, "pe": mt.replace("gibberish", "little"),
        });
        text += &format!("{record}\n");
    }
    text
}

/// Articles by people, in which nothing is odd.
fn articles(count: usize) -> String {
    let sentence = |at: usize| {
        let (noun, verb) = (NOUNS[at % 8], VERBS[(at / 2) % 5]);
        format!("The old {noun} was {verb} again before the end of a long week.")
    };
    let article = |at: usize| (at..at + 12).map(sentence).collect::<Vec<_>>().join(" ");
    (0..count)
        .map(|at| {
            format!(
                "{}\n",
                serde_json::json!({"id": at.to_string(), "text": article(at)})
            )
        })
        .collect()
}

fn calibrate(folder: &Folder, more: &[&str]) -> Ran {
    let data = folder.path("data.jsonl");
    let arguments = ["calibrate", "--language", "eng", "--data", &data];
    ran(&[&arguments, more].concat(), b"")
}

/// Before and after in a row of the table.
fn row(table: &str, name: &str) -> (f32, f32) {
    let row = table
        .lines()
        .find_map(|line| line.trim().strip_prefix(name));
    let row = row.unwrap_or_else(|| panic!("{name}: {table}"));
    let numbers: Vec<f32> = row.split_whitespace().map(|x| x.parse().unwrap()).collect();
    (numbers[0], numbers[1])
}

#[test]
fn a_calibrated_detector_knows_what_its_model_tells() {
    let folder = Folder::with(&[
        ("data.jsonl", sentences(900).as_bytes()),
        ("right.jsonl", articles(40).as_bytes()),
    ]);
    let (file, right) = (folder.path("c.json"), folder.path("right.jsonl"));
    let made = calibrate(&folder, &[&right, "--calibration", &file]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    assert!(
        made.stdout.contains("set by 40 articles by people"),
        "{}",
        made.stdout
    );
    assert!(
        made.stderr
            .contains(&format!("used with --calibration {file}")),
        "{}",
        made.stderr
    );
    let table = &made.stdout;
    let (before, after) = row(table, "expected calibration error, mean");
    assert!(after < before && after < 0.05, "{table}");
    let (before, after) = row(table, "MCC at 'balanced', mean");
    assert!(after > before && after > 0.5, "{table}");
    let (_, precise) = row(table, "threshold of 'precise'");
    let (_, balanced) = row(table, "threshold of 'balanced'");
    let (_, thorough) = row(table, "threshold of 'thorough'");
    assert!(thorough <= balanced && balanced < precise, "{table}");
    let (_, flagged) = row(table, "flagged at 'precise' per 1,000 right words*");
    assert!(flagged <= 15.0, "{table}");
    // The same data give the same file.
    let again = folder.path("again.json");
    assert_eq!(
        calibrate(&folder, &[&right, "--calibration", &again]).status,
        0
    );
    assert_eq!(folder.text("c.json"), folder.text("again.json"));
    // Nothing is written where nothing is to be.
    let only = calibrate(&folder, &[&right, "--calibration", "none"]);
    assert_eq!((only.status, &only.stdout), (0, &made.stdout));

    let detector = |calibration: &str| {
        let arguments = ["score", "--format", "json", "--calibration", calibration];
        let scored = ran(&arguments, GARBLED.as_bytes());
        assert_eq!(scored.status, 0, "{}", scored.stderr);
        lines(&scored.stdout.replace('\n', ""))[0]["model"]["detector"].clone()
    };
    assert_eq!(detector(&file), "surprisal-1+calibrated");
    assert_eq!(detector("none"), "surprisal-1");
}

#[test]
fn without_articles_the_post_edits_stand_for_them() {
    let folder = Folder::with(&[("data.jsonl", sentences(600).as_bytes())]);
    let made = calibrate(&folder, &["--calibration", "none", "--limit", "590"]);
    assert_eq!(made.status, 0, "{}", made.stderr);
    assert!(
        made.stdout.contains("set by the post-edits"),
        "{}",
        made.stdout
    );
}

#[test]
fn too_little_data_and_no_place_to_write_are_refused() {
    let folder = Folder::with(&[("data.jsonl", sentences(120).as_bytes())]);
    let made = calibrate(&folder, &["--calibration", &folder.path("c.json")]);
    assert_eq!(made.status, 2);
    assert!(made.stderr.contains("too little data"), "{}", made.stderr);
    assert!(!folder.0.path().join("c.json").exists());
    let made = calibrate(&folder, &[]);
    assert!(
        made.stderr.contains("--calibration FILE"),
        "{}",
        made.stderr
    );
    let enough = Folder::with(&[("data.jsonl", sentences(600).as_bytes())]);
    let nowhere = enough.path("no/such/c.json");
    let made = calibrate(&enough, &["--calibration", &nowhere]);
    assert_eq!(made.status, 2);
    assert!(
        made.stderr.contains("cannot write the calibration"),
        "{}",
        made.stderr
    );
}

#[test]
fn a_calibration_for_something_else_is_refused_where_it_was_asked_for() {
    let folder = Folder::with(&[("data.jsonl", sentences(600).as_bytes())]);
    let file = folder.path("c.json");
    assert_eq!(calibrate(&folder, &["--calibration", &file]).status, 0);
    let whole = folder.text("c.json");
    let told = |text: &str| {
        std::fs::write(&file, text).unwrap();
        let scored = ran(&["score", "--calibration", &file], GARBLED.as_bytes());
        assert_eq!((scored.status, scored.stdout.as_str()), (2, ""));
        scored.stderr
    };
    let other = whole.replace(&"0".repeat(64), &"1".repeat(64));
    assert!(told(&other).contains("it is for another model file, stub"));
    let other = whole.replace("\"surprisal-1\"", "\"surprisal-9\"");
    assert!(told(&other).contains("it is for the detector surprisal-9, and surprisal-1 judges"));
    assert!(told(&whole[..whole.len() / 2]).contains("is damaged"));
    std::fs::remove_file(&file).unwrap();
    let scored = ran(&["score", "--calibration", &file], GARBLED.as_bytes());
    assert!(
        scored.stderr.contains("'mtlint calibrate' makes one"),
        "{}",
        scored.stderr
    );
}

#[test]
fn a_batch_judges_anew_after_another_calibration() {
    let folder = Folder::with(&[
        ("data.jsonl", sentences(600).as_bytes()),
        ("a.txt", GARBLED.as_bytes()),
    ]);
    let file = folder.path("c.json");
    assert_eq!(calibrate(&folder, &["--calibration", &file]).status, 0);
    let (text, state, output) = (folder.path("a.txt"), folder.path("s"), folder.path("out"));
    let quality = || {
        let arguments = [
            "batch",
            &text,
            "--output",
            &output,
            "--state",
            &state,
            "--calibration",
            &file,
        ];
        let done = ran(&arguments, b"");
        assert_eq!(done.status, 0, "{}", done.stderr);
        lines(&folder.text("out"))[0]["score"]["quality"]
            .as_f64()
            .unwrap()
    };
    let first = quality();
    let mut other: serde_json::Value = serde_json::from_str(&folder.text("c.json")).unwrap();
    let base = other["post_edit_rate"]["base"].as_f64().unwrap();
    other["post_edit_rate"]["base"] = (base + 0.1).into();
    std::fs::write(&file, other.to_string()).unwrap();
    assert!((first - quality() - 10.0).abs() < 0.2);
}

#[test]
fn a_model_of_sentence_vectors_is_no_language_model() {
    let (status, told) = super::run_into(
        &["score", "--model", "all-minilm-l6-v2", "--offline"],
        GARBLED.as_bytes(),
        &mut Vec::new(),
    );
    assert_eq!(status, 2);
    assert!(told.contains("it is for --aligner minilm"), "{told}");
}

#[cfg(not(feature = "rust-bert"))]
#[test]
fn vectors_need_the_second_engine() {
    let scored = ran(&["score", "--aligner", "minilm"], GARBLED.as_bytes());
    assert_eq!((scored.status, scored.stdout.as_str()), (2, ""));
    assert!(
        scored.stderr.contains("--features rust-bert"),
        "{}",
        scored.stderr
    );
}
