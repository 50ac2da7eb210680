//! Sentence vectors against PyTorch with the real weights of all-MiniLM-L6-v2, and what
//! they are good for.

use std::path::PathBuf;

use mtlint::lm::{LmError, SentenceVectors};
use mtlint_models::{ModelError, Silent, resolve};
use mtlint_torch::{Device, Files, SentenceEncoder};
use serde::Deserialize;

const NAME: &str = "all-minilm-l6-v2";

/// What PyTorch says: `training/sentence_vectors.py`.
#[derive(Deserialize)]
struct Reference {
    sentence: String,
    vector: Vec<f32>,
}

fn references() -> Vec<Reference> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torch/sentence_vectors.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The encoder, where its weights were fetched; says so where they were not.
pub fn encoder() -> Option<SentenceEncoder> {
    let weights = match resolve(NAME, true, &Silent) {
        Ok(path) => path,
        Err(ModelError::Offline { .. }) => {
            eprintln!("skipped: {NAME} is not there; get it with: mtlint models fetch {NAME}");
            return None;
        }
        Err(error) => panic!("{error}"),
    };
    let files = Files::in_cache(NAME, &weights).unwrap();
    Some(SentenceEncoder::load(&files, Device::Cpu).unwrap())
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn vectors_are_those_of_pytorch() {
    let Some(encoder) = encoder() else { return };
    let references = references();
    let sentences: Vec<&str> = references.iter().map(|one| one.sentence.as_str()).collect();
    let together = encoder.vectors(&sentences).unwrap();
    for (reference, vector) in references.iter().zip(&together) {
        let alone = encoder.vectors(&[&reference.sentence]).unwrap();
        for vector in [vector, &alone[0]] {
            assert_eq!(vector.len(), reference.vector.len());
            for (got, wanted) in vector.iter().zip(&reference.vector) {
                assert!(
                    (got - wanted).abs() < 1e-4,
                    "{got} {wanted}: {}",
                    reference.sentence
                );
            }
            assert!((cosine(vector, vector) - 1.0).abs() < 1e-5);
        }
    }
    // The first two tell the same in other words; the third does not.
    assert!(cosine(&together[0], &together[1]) > 0.4);
    assert!(cosine(&together[0], &together[2]) < 0.1);
    assert!(encoder.vectors(&[]).unwrap().is_empty());
    assert_eq!(encoder.vectors(&["", " "]).unwrap().len(), 2);
}

#[test]
fn what_is_no_encoder_is_refused() {
    let models = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/torch/models");
    let load = |family: &str| {
        let files = Files::in_folder(&models.join(family)).unwrap();
        SentenceEncoder::load(&files, Device::Cpu).map(|encoder| encoder.id().to_owned())
    };
    assert!(load("bert").unwrap().starts_with("bert "));
    let problem = load("gpt2").unwrap_err().to_string();
    assert!(problem.contains("no BERT encoder"), "{problem}");
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join(format!("{NAME}.safetensors"));
    let problem = Files::in_cache(NAME, &weights).err().unwrap();
    assert!(matches!(problem, LmError::Folder { .. }));
    assert!(
        problem.to_string().contains("config.json is missing"),
        "{problem}"
    );
}

#[test]
fn siblings_are_aligned_by_vectors_where_that_is_asked_for() {
    let highlight = |models: Option<&std::path::Path>| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mtlint"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args([
            "highlight",
            "../../examples/dam.garbled.txt",
            "--sibling",
            "../../examples/dam.sibling.txt",
            "--aligner",
            "minilm",
            "--offline",
            "--format",
            "json",
            "--model",
            "rust-bert:tests/torch/models/gpt2",
        ]);
        command.envs(models.map(|folder| ("MTLINT_MODELS", folder)));
        command.output().unwrap()
    };
    let nothing = tempfile::tempdir().unwrap();
    let refused = highlight(Some(nothing.path()));
    let told = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        told.contains("mtlint models fetch all-minilm-l6-v2"),
        "{told}"
    );
    if encoder().is_none() {
        return;
    }
    let done = highlight(None);
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(
        report["siblings"][0]["aligned"].as_f64().unwrap() > 0.3,
        "{report}"
    );
}
