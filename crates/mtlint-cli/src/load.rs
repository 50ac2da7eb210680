//! The models that the flags name, loaded.
//!
//! In: the flags. Out: a language model, and where its calibration is or would be; or what
//! makes vectors of sentences. What has to be fetched is fetched, with progress.

#[cfg(feature = "rust-bert")]
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::bail;

use mtlint::detect::calibrated::beside;
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, SentenceVectors};
use mtlint::models;

use super::common::{AlignerName, CommonArgs, DeviceName};
use super::progress::ModelProgress;

/// What stands before the model of the second engine.
pub const RUST_BERT: &str = "rust-bert:";

/// The model of sentence vectors.
const MINILM: &str = "all-minilm-l6-v2";

/// A language model, and where its calibration is or would be.
pub struct Loaded {
    pub lm: Arc<dyn LanguageModel>,
    pub calibration: Option<PathBuf>,
}

#[cfg(feature = "rust-bert")]
fn rust_bert(name: &str, common: &CommonArgs) -> anyhow::Result<Loaded> {
    use mtlint_torch::{Files, NAMES, TorchModel};

    let known = NAMES.contains(&name);
    let files = match Path::new(name) {
        folder if folder.exists() || !known => Files::in_folder(folder)?,
        _ if common.offline => bail!(
            "{name} would be downloaded; without --offline it is, and a folder works with it: \
             --model rust-bert:PATH"
        ),
        _ => Files::by_name(name)?,
    };
    let folder = Path::new(name);
    let model = if folder.is_dir() {
        folder
    } else {
        files.weights()
    };
    Ok(Loaded {
        calibration: Some(beside(model)),
        lm: Arc::new(TorchModel::load(&files, device(common))?),
    })
}

#[cfg(feature = "rust-bert")]
fn device(common: &CommonArgs) -> mtlint_torch::Device {
    use mtlint_torch::Device;

    match common.device {
        DeviceName::Cpu => Device::Cpu,
        DeviceName::Cuda => Device::Cuda,
    }
}

#[cfg(not(feature = "rust-bert"))]
fn rust_bert(name: &str, _: &CommonArgs) -> anyhow::Result<Loaded> {
    bail!(
        "{RUST_BERT}{name} needs an mtlint that was built with --features rust-bert; the README \
         says how"
    )
}

/// What makes vectors of sentences.
#[cfg(feature = "rust-bert")]
pub fn minilm(common: &CommonArgs) -> anyhow::Result<Arc<dyn SentenceVectors>> {
    use mtlint_torch::{Files, SentenceEncoder};

    let progress = ModelProgress::new(common.quiet, common.log_format);
    let weights = models::resolve(MINILM, common.offline, &progress)?;
    let files = Files::beside(MINILM, &weights)?;
    Ok(Arc::new(SentenceEncoder::load(&files, device(common))?))
}

#[cfg(not(feature = "rust-bert"))]
pub fn minilm(_: &CommonArgs) -> anyhow::Result<Arc<dyn SentenceVectors>> {
    bail!(
        "--aligner minilm reads with {MINILM}, which needs an mtlint that was built with \
         --features rust-bert; the README says how. --aligner words needs nothing"
    )
}

/// The language model that the flags name.
pub fn load_model(common: &CommonArgs) -> anyhow::Result<Loaded> {
    #[cfg(any(test, feature = "test-stub"))]
    if common.model == "stub" {
        let table = [("gibberish", 75.0), ("twaddle", 60.0)];
        return Ok(Loaded {
            lm: Arc::new(mtlint::lm::stub::Stub::new(table)),
            calibration: None,
        });
    }
    if let Some(name) = common.model.strip_prefix(RUST_BERT) {
        return rust_bert(name, common);
    }
    if common.device == DeviceName::Cuda && common.aligner == AlignerName::Words {
        bail!(
            "the built-in engine reads on the processor only; --device cuda is for rust-bert models"
        );
    }
    let registry = models::Registry::built_in()?;
    let known = registry.find(&common.model);
    if let Some(entry) = known.filter(|entry| entry.is_encoder()) {
        bail!(
            "{} makes vectors of sentences and cannot judge text; it is for --aligner minilm",
            entry.name
        );
    }
    let progress = ModelProgress::new(common.quiet, common.log_format);
    let path = models::resolve(&common.model, common.offline, &progress)?;
    drop(progress);
    // The file of a known model was checked when it was resolved.
    let name = known.map_or_else(
        || path.file_stem().unwrap_or_default().to_string_lossy(),
        |entry| entry.name.as_str().into(),
    );
    let sha256 = known.map(|entry| entry.sha256.clone());
    Ok(Loaded {
        lm: Arc::new(Llama::load(&path, &name, sha256, common.precision.into())?),
        calibration: Some(beside(&path)),
    })
}
