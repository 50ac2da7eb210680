//! What judges documents, made of settings and a loaded model.
//!
//! In: settings, a language model and what aligns sentences. Out: an analyzer, with the
//! calibration that belongs to it. A calibration that is not for the model is left out
//! with a note, or refused where it was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use mtlint::detect::calibrated::Calibrated;
use mtlint::lm::SentenceVectors;
use mtlint::pipeline::Analyzer;

use super::config::Settings;
use super::flags::{CalibrationChoice, DetectorChoice};
use super::load::{LoadedModel, load_aligner, load_model, start_threads};
use super::output::Streams;

/// What judges documents under the settings, with the model loaded for it.
pub fn load(settings: &Settings, streams: &mut Streams<'_>) -> anyhow::Result<Analyzer> {
    start_threads(settings)?;
    // What cannot be had is said before the language model is loaded.
    let aligner = load_aligner(settings, streams)?;
    let model = load_model(settings, streams)?;
    with_model(settings, &model, aligner, streams)
}

/// What judges without a calibration, with the model loaded for it, and where the model's
/// calibration is or would be.
pub fn load_uncalibrated(
    settings: &Settings,
    streams: &Streams<'_>,
) -> anyhow::Result<(Analyzer, Option<PathBuf>)> {
    start_threads(settings)?;
    let aligner = load_aligner(settings, streams)?;
    let model = load_model(settings, streams)?;
    Ok((uncalibrated(settings, &model, aligner)?, model.calibration))
}

/// What judges documents with a model, calibrated if there is a calibration.
pub fn with_model(
    settings: &Settings,
    model: &LoadedModel,
    aligner: Option<Arc<dyn SentenceVectors>>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Analyzer> {
    let analyzer = uncalibrated(settings, model, aligner)?;
    match &settings.calibration {
        CalibrationChoice::None => Ok(analyzer),
        CalibrationChoice::File(path) => match calibration(path, &analyzer)? {
            Usable::Yes(calibrated) => Ok(analyzer.calibrated(&calibrated)),
            Usable::No(why) => bail!(why),
            Usable::Missing => bail!(
                "there is no calibration {}; 'mtlint calibrate' makes one",
                path.display()
            ),
        },
        CalibrationChoice::BesideModel => {
            let surprisal =
                settings.detector == DetectorChoice::Surprisal || !analyzer.sees_states();
            // A detector that was trained with the model needs none.
            let Some(path) = model.calibration.as_deref().filter(|_| surprisal) else {
                return Ok(analyzer);
            };
            match calibration(path, &analyzer)? {
                Usable::Yes(calibrated) => return Ok(analyzer.calibrated(&calibrated)),
                Usable::No(why) => streams.note(&why),
                Usable::Missing => {}
            }
            Ok(analyzer)
        }
    }
}

/// Whether a calibration can be used.
enum Usable {
    Yes(Box<Calibrated>),
    /// It is for something else: what is said about it.
    No(String),
    Missing,
}

/// The calibration in a file, compared with what it is to calibrate.
fn calibration(path: &Path, analyzer: &Analyzer) -> anyhow::Result<Usable> {
    let Some(calibrated) = Calibrated::read(path)? else {
        return Ok(Usable::Missing);
    };
    let (model, detector) = (analyzer.model(), analyzer.detector());
    let why = if calibrated.detector != detector {
        format!(
            "it is for the detector {}, and {detector} judges",
            calibrated.detector
        )
    } else if calibrated.model_sha256 != model.sha256 {
        format!("it is for another model file, {}", calibrated.model)
    } else {
        return Ok(Usable::Yes(Box::new(calibrated)));
    };
    Ok(Usable::No(format!(
        "the calibration {} is not used: {why}",
        path.display()
    )))
}

fn uncalibrated(
    settings: &Settings,
    model: &LoadedModel,
    aligner: Option<Arc<dyn SentenceVectors>>,
) -> anyhow::Result<Analyzer> {
    let mut analyzer = Analyzer::new(Arc::clone(&model.lm), settings.options())?;
    if settings.detector == DetectorChoice::Surprisal {
        analyzer = analyzer.by_surprisal()?;
    }
    if let Some(aligner) = aligner {
        analyzer = analyzer.aligning_by(aligner);
    }
    Ok(analyzer.under(settings.policy.clone()))
}
