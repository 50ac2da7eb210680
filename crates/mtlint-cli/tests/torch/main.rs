//! The second engine, with small models of random weights, which
//! `training/tiny_models.py` makes. Run with `cargo test --features rust-bert`.

// A failing test may panic.
#![allow(clippy::unwrap_used)]

mod calibration;
mod engine;
mod sentences;

use std::path::Path;
use std::process::{Command, Output};

const TEXT: &str = "The old bridge over the river was closed on Monday after a lorry hit one of \
                    its piers. Engineers looked at the cracks and said that they would not open \
                    it before the spring.";

fn mtlint(model: &str, more: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .args([
            "highlight",
            "-",
            "--format",
            "json",
            "--words",
            "--model",
            model,
        ])
        .args(more)
        .current_dir(folder)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A run that is refused its model may end before it reads.
    let _ = std::io::Write::write_all(&mut stdin, TEXT.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

#[test]
fn every_family_gives_a_report_with_exact_spans() {
    for family in ["gpt2", "bert", "roberta", "distilbert"] {
        let output = mtlint(&format!("rust-bert:tests/torch/models/{family}"), &[]);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{family}: {told}");
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["status"], "scored");
        assert_eq!(report["model"]["name"], family);
        assert_eq!(report["model"]["detector"], "surprisal-1");
        let words = report["words"].as_array().unwrap();
        let bits: f64 = words
            .iter()
            .map(|word| word["surprisal_bits"].as_f64().unwrap())
            .sum();
        assert!(bits > 100.0, "{family}: {bits}");
        for word in words {
            let at = |name: &str| usize::try_from(word[name].as_u64().unwrap()).unwrap();
            let text = &TEXT[at("start")..at("end")];
            assert!(
                !text.is_empty() && text == text.trim(),
                "{family}: {text:?}"
            );
        }
    }
}

#[test]
fn what_cannot_be_read_is_said_with_the_way_out() {
    let told = |model: &str, more: &[&str]| {
        let output = mtlint(model, more);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    let offline = told("rust-bert:gpt2", &["--offline"]);
    assert!(offline.contains("--model rust-bert:PATH"), "{offline}");
    assert!(told("rust-bert:no/such", &[]).contains("no/such"));
    assert!(told("rust-bert:../../examples", &[]).contains("it has no config.json"));
    let built_in = told("smollm2-135m", &["--device", "cuda"]);
    assert!(built_in.contains("on the processor only"), "{built_in}");
}
