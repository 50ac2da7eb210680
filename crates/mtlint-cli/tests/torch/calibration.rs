//! The detector calibrated to a model of the second engine, and the file in its folder.

use std::path::Path;
use std::process::{Command, Output};

use super::engine::copy;

const TEXT: &str = "The old bridge over the river was closed on Monday. Nobody knew why.";

fn mtlint(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .args(arguments)
        .output()
        .unwrap()
}

/// Sentences in which words that no English reader knows were changed, and some others.
fn sentences() -> String {
    let words = [
        "river", "spring", "lorry", "county", "mill", "bridge", "bus",
    ];
    let mut text = String::new();
    for at in 0..420 {
        let odd = if at % 2 == 0 {
            "Strassenbahn"
        } else {
            words[(at + 2) % 7]
        };
        let tokens = [
            "The",
            words[at % 7],
            "and",
            "the",
            odd,
            "were",
            "closed",
            "today",
            ".",
        ];
        let tag = |(place, token): (usize, &&str)| {
            let changed = *token == "Strassenbahn" || (place == 7 && at % 3 > 0);
            if changed { "BAD" } else { "OK" }
        };
        let tags: Vec<&str> = tokens.iter().enumerate().map(tag).collect();
        let mt = tokens[..8].join(" ") + ".";
        let record = serde_json::json!({
            "doc": format!("d{at}"), "mt": mt, "tokens": tokens, "tags": tags,
        });
        text += &format!("{record}\n");
    }
    text
}

fn detector(model: &str, file: &Path) -> (String, String) {
    let done = mtlint(&[
        "score",
        &file.display().to_string(),
        "--format",
        "json",
        "--model",
        model,
    ]);
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    (
        report["model"]["detector"].as_str().unwrap().to_owned(),
        told,
    )
}

#[test]
fn a_model_is_calibrated_in_its_folder_and_judged_so_from_then_on() {
    let folder = copy("gpt2");
    let model = format!("rust-bert:{}", folder.path().display());
    let data = tempfile::tempdir().unwrap();
    let (sentences_file, text) = (data.path().join("s.jsonl"), data.path().join("a.txt"));
    std::fs::write(&sentences_file, sentences()).unwrap();
    std::fs::write(&text, TEXT).unwrap();
    assert_eq!(detector(&model, &text).0, "surprisal-1");

    let sentences_file = sentences_file.display().to_string();
    let arguments = ["calibrate", "--model", &model, "--data", &sentences_file];
    let done = mtlint(&[&arguments[..], &["--language", "eng", "--threads", "1"]].concat());
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}");
    let file = folder.path().join("mtlint.calibration.json");
    assert!(told.contains(&file.display().to_string()), "{told}");
    let (judged_by, told) = detector(&model, &text);
    assert_eq!(
        (judged_by.as_str(), told.as_str()),
        ("surprisal-1+calibrated", "")
    );

    // One that was made with other weights is passed over, and that is said.
    let whole = std::fs::read_to_string(&file).unwrap();
    let calibrated: serde_json::Value = serde_json::from_str(&whole).unwrap();
    let sha256 = calibrated["model_sha256"].as_str().unwrap();
    std::fs::write(&file, whole.replace(sha256, &"0".repeat(64))).unwrap();
    let (judged_by, told) = detector(&model, &text);
    assert_eq!(judged_by, "surprisal-1");
    assert!(
        told.contains("is not used: it is for another model file"),
        "{told}"
    );

    // A damaged one is not passed over: nobody would notice.
    std::fs::write(&file, &whole[..100]).unwrap();
    let text = text.display().to_string();
    let done = mtlint(&["score", &text, "--model", &model]);
    assert_eq!(done.status.code(), Some(2));
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(
        told.contains("is damaged") && told.contains("mtlint calibrate"),
        "{told}"
    );
}
