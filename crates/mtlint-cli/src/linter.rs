//! A linter, made of settings and a loaded model.
//!
//! In: settings, a language model and an encoder that aligns sentences. Out: a linter, with the
//! calibration that belongs to it. A calibration that is not for the model is left out
//! with a note, or refused where it was named.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::bail;

use mtlint::Linter;
use mtlint::detect::calibration::ModelCalibration;
use mtlint::lm::SentenceVectors;

use super::config::Settings;
use super::flags::{CalibrationChoice, DetectorChoice};
use super::load::{LoadedModel, load_aligner, load_model, refuse_what_is_no_file, start_threads};
use super::output::Streams;
use super::progress::ModelProgress;

/// Loads the model and makes the linter that the settings describe.
pub fn load(settings: &Settings, streams: &mut Streams<'_>) -> anyhow::Result<Linter> {
    start_threads(settings)?;
    // What cannot be had is said before the language model is loaded.
    let aligner = load_aligner(settings, streams)?;
    let model = load_model(settings, &ModelProgress::new(streams))?;
    with_model(settings, &model, aligner, streams)
}

/// Loads the model and makes a linter without a calibration; also says where the model's
/// calibration is or would be, if it is a file.
pub fn load_uncalibrated(
    settings: &Settings,
    streams: &Streams<'_>,
) -> anyhow::Result<(Linter, Option<PathBuf>)> {
    start_threads(settings)?;
    let aligner = load_aligner(settings, streams)?;
    let model = load_model(settings, &ModelProgress::new(streams))?;
    Ok((uncalibrated(settings, &model, aligner)?, model.calibration))
}

/// Makes a linter of a loaded model, calibrated if there is a calibration for it.
pub fn with_model(
    settings: &Settings,
    model: &LoadedModel,
    aligner: Option<Arc<dyn SentenceVectors>>,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Linter> {
    let linter = uncalibrated(settings, model, aligner)?;
    match &settings.calibration {
        CalibrationChoice::None => Ok(linter),
        CalibrationChoice::File(path) => match calibration(path, &linter)? {
            CalibrationMatch::Fits(calibrated) => Ok(linter.calibrated(&calibrated)?),
            CalibrationMatch::Differs(why) => bail!(why),
            CalibrationMatch::Missing => bail!(
                "there is no calibration {}; 'mtlint calibrate' makes one",
                path.display()
            ),
        },
        CalibrationChoice::BesideModel => {
            let surprisal = settings.detector == DetectorChoice::Surprisal || !linter.sees_states();
            // A detector that was trained with the model needs none.
            let Some(path) = model.calibration.as_deref().filter(|_| surprisal) else {
                return Ok(linter);
            };
            match calibration(path, &linter)? {
                CalibrationMatch::Fits(calibrated) => return Ok(linter.calibrated(&calibrated)?),
                CalibrationMatch::Differs(why) => streams.note(&why),
                CalibrationMatch::Missing => {}
            }
            Ok(linter)
        }
    }
}

/// What a calibration file holds for a model.
enum CalibrationMatch {
    Fits(Box<ModelCalibration>),
    /// The calibration is for another model or detector; the message says which.
    Differs(String),
    Missing,
}

/// The calibration in a file, compared with what it is to calibrate.
fn calibration(path: &Path, linter: &Linter) -> anyhow::Result<CalibrationMatch> {
    refuse_what_is_no_file("the calibration", path)?;
    let Some(calibrated) = ModelCalibration::read(path)? else {
        return Ok(CalibrationMatch::Missing);
    };
    let (model, detector) = (linter.model(), linter.detector());
    let why = if calibrated.detector != detector {
        format!(
            "it is for the detector {}, and {detector} judges",
            calibrated.detector
        )
    } else if calibrated.model_sha256 != model.sha256 {
        format!("it is for another model file, {}", calibrated.model)
    } else {
        return Ok(CalibrationMatch::Fits(Box::new(calibrated)));
    };
    Ok(CalibrationMatch::Differs(format!(
        "the calibration {} is not used: {why}",
        path.display()
    )))
}

fn uncalibrated(
    settings: &Settings,
    model: &LoadedModel,
    aligner: Option<Arc<dyn SentenceVectors>>,
) -> anyhow::Result<Linter> {
    let mut linter = Linter::new(Arc::clone(&model.lm))?;
    if settings.detector == DetectorChoice::Surprisal {
        linter = linter.by_surprisal()?;
    }
    if let Some(aligner) = aligner {
        linter = linter.aligning_by(aligner);
    }
    Ok(linter)
}
