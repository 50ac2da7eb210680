//! The models that the settings name, loaded.
//!
//! In: settings. Out: a language model, and where its calibration is or would be; or an
//! encoder of sentences. What has to be fetched is fetched, with progress. No text is read.

use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};

use mtlint::detect::calibration::default_path;
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, SentenceVectors};
use mtlint_models::{self as models, Progress};

use super::config::{RUST_BERT, Settings};
use super::flags::{AlignerChoice, DeviceChoice};
use super::output::Streams;
#[cfg(feature = "rust-bert")]
use super::progress::ModelProgress;

/// The name of the encoder of sentences.
const MINILM: &str = "all-minilm-l6-v2";

/// A language model, and where its calibration is or would be.
pub struct LoadedModel {
    /// The language model.
    pub lm: Arc<dyn LanguageModel>,
    /// The path of its calibration file, present or not; `None` for a model that is no file.
    pub calibration: Option<PathBuf>,
}

#[cfg(feature = "rust-bert")]
fn rust_bert(name: &str, settings: &Settings) -> anyhow::Result<LoadedModel> {
    use mtlint_torch::{Files, MODEL_NAMES, TorchModel};

    let known = MODEL_NAMES.contains(&name);
    let files = match Path::new(name) {
        folder if folder.exists() || !known => Files::in_folder(folder)?,
        _ if settings.offline => bail!(
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
    Ok(LoadedModel {
        calibration: Some(default_path(model)),
        lm: Arc::new(TorchModel::load(&files, device(settings))?),
    })
}

#[cfg(feature = "rust-bert")]
fn device(settings: &Settings) -> mtlint_torch::Device {
    use mtlint_torch::Device;

    match settings.device {
        DeviceChoice::Cpu => Device::Cpu,
        DeviceChoice::Cuda => Device::Cuda,
    }
}

#[cfg(not(feature = "rust-bert"))]
fn rust_bert(name: &str, _: &Settings) -> anyhow::Result<LoadedModel> {
    bail!(
        "{RUST_BERT}{name} needs an mtlint that was built with --features rust-bert; the README \
         says how"
    )
}

/// The encoder that aligns sentences, if the settings want one.
pub fn load_aligner(
    settings: &Settings,
    streams: &Streams<'_>,
) -> anyhow::Result<Option<Arc<dyn SentenceVectors>>> {
    match settings.aligner {
        AlignerChoice::Words => Ok(None),
        AlignerChoice::Minilm => Ok(Some(minilm(settings, streams)?)),
    }
}

/// The encoder of sentences.
#[cfg(feature = "rust-bert")]
fn minilm(settings: &Settings, streams: &Streams<'_>) -> anyhow::Result<Arc<dyn SentenceVectors>> {
    use mtlint_torch::{Files, SentenceEncoder};

    let progress = ModelProgress::new(streams);
    let weights = models::resolve(MINILM, settings.offline, &progress)?;
    let files = Files::in_cache(MINILM, &weights)?;
    Ok(Arc::new(SentenceEncoder::load(&files, device(settings))?))
}

#[cfg(not(feature = "rust-bert"))]
fn minilm(_: &Settings, _: &Streams<'_>) -> anyhow::Result<Arc<dyn SentenceVectors>> {
    bail!(
        "--aligner minilm reads with {MINILM}, which needs an mtlint that was built with \
         --features rust-bert; the README says how. --aligner words needs nothing"
    )
}

/// Starts as many threads as are wanted, once.
pub fn start_threads(settings: &Settings) -> anyhow::Result<()> {
    if let Some(threads) = settings.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build_global()
            .with_context(|| format!("cannot start {threads} threads"))?;
    }
    Ok(())
}

/// Refuses a pipe or device: whoever opens it may wait for ever. What is not there is the
/// business of whoever reads it.
///
/// # Errors
/// When the path leads to a pipe or device.
pub fn refuse_what_is_no_file(what: &str, path: &Path) -> anyhow::Result<()> {
    let is_stream = |metadata: Metadata| !metadata.is_file() && !metadata.is_dir();
    if path.metadata().is_ok_and(is_stream) {
        bail!(
            "{what} {} is no file, but a pipe or a device",
            path.display()
        );
    }
    Ok(())
}

/// The language model that the settings name.
pub fn load_model(settings: &Settings, progress: &dyn Progress) -> anyhow::Result<LoadedModel> {
    let model = settings.model.value.as_str();
    #[cfg(any(test, feature = "test-stub"))]
    if model == "stub" {
        return Ok(LoadedModel {
            lm: Arc::new(mtlint::lm::stub::Stub::of_programs()),
            calibration: None,
        });
    }
    if let Some(name) = model.strip_prefix(RUST_BERT) {
        return rust_bert(name, settings);
    }
    if settings.device == DeviceChoice::Cuda && settings.aligner == AlignerChoice::Words {
        bail!(
            "the built-in engine reads on the processor only; --device cuda is for rust-bert models"
        );
    }
    let registry = models::Registry::built_in()?;
    let known = registry.find(model);
    if let Some(entry) = known.filter(|entry| entry.is_encoder()) {
        bail!(
            "{} makes vectors of sentences and cannot judge text; it is for --aligner minilm",
            entry.name
        );
    }
    let path = models::resolve(model, settings.offline, progress)?;
    refuse_what_is_no_file("the model", &path)?;
    // The file of a known model was checked when it was resolved.
    let name = known.map_or_else(
        || path.file_stem().unwrap_or_default().to_string_lossy(),
        |entry| entry.name.as_str().into(),
    );
    let sha256 = known.map(|entry| entry.sha256.clone());
    Ok(LoadedModel {
        lm: Arc::new(Llama::load(&path, &name, sha256, settings.precision.value)?),
        calibration: Some(default_path(&path)),
    })
}
