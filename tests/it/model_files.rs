//! Model files that are not what they should be: an error that names the
//! trouble, never a panic and never an empty report.

use std::fs;
use std::path::{Path, PathBuf};

use mtlint::lm::llama::Llama;
use mtlint::lm::{LmError, Precision};
use mtlint_models as models;
use tempfile::TempDir;

fn load(path: &Path) -> LmError {
    match Llama::load(path, "broken", None, Precision::Int8) {
        Ok(_) => panic!("{} was loaded", path.display()),
        Err(error) => error,
    }
}

fn written(folder: &TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("model.gguf");
    fs::write(&path, bytes).unwrap();
    path
}

/// A GGUF file without tensors that says only what architecture it holds.
fn of_architecture(architecture: &str) -> Vec<u8> {
    let mut file = b"GGUF".to_vec();
    file.extend(3u32.to_le_bytes());
    file.extend(0u64.to_le_bytes());
    file.extend(1u64.to_le_bytes());
    let text = |file: &mut Vec<u8>, text: &str| {
        file.extend((text.len() as u64).to_le_bytes());
        file.extend(text.as_bytes());
    };
    text(&mut file, "general.architecture");
    file.extend(8u32.to_le_bytes());
    text(&mut file, architecture);
    file.resize(file.len().next_multiple_of(32), 0);
    file
}

#[test]
fn a_truncated_model_is_said_to_be_cut_off() {
    let folder = TempDir::new().unwrap();
    let whole = models::resolve("smollm2-135m", false, &models::Silent).unwrap();
    let bytes = fs::read(whole).unwrap();
    for length in [0, 3, 1000, 5_000_000, bytes.len() - 1] {
        let error = load(&written(&folder, &bytes[..length]));
        assert!(matches!(error, LmError::Malformed { .. }), "{error}");
        assert!(error.to_string().contains("cut off"), "{length}: {error}");
    }
}

#[test]
fn another_architecture_is_named() {
    let folder = TempDir::new().unwrap();
    let error = load(&written(&folder, &of_architecture("mamba")));
    assert!(matches!(error, LmError::Unsupported { .. }), "{error}");
    assert!(error.to_string().contains("mamba"), "{error}");
}

#[test]
fn a_model_without_weights_says_what_is_missing() {
    let folder = TempDir::new().unwrap();
    let error = load(&written(&folder, &of_architecture("llama")));
    assert!(error.to_string().contains("is missing"), "{error}");
}

#[test]
fn a_text_a_folder_and_nothing_are_no_models() {
    let folder = TempDir::new().unwrap();
    let error = load(&written(&folder, b"Dear reader, this is a letter."));
    assert!(error.to_string().contains("GGUF"), "{error}");
    assert!(matches!(load(folder.path()), LmError::Io { .. }));
    let missing = folder.path().join("nowhere.gguf");
    assert!(matches!(load(&missing), LmError::Io { .. }));
}
