//! Fitting the detector's calibration to the readings of one language model.
//!
//! In: an [`Linter`] and labelled data. Out: a [`ModelCalibration`] fitted on one half of
//! the documents (`dev-a`, see [`tuned_on`](super::dataset::Sample::tuned_on)), and what
//! it changes on the other. Sentences are read by themselves and joined with others of
//! their document. It writes nothing.

mod candidate;
mod file;
mod fit;
mod texts;

use self::candidate::{Candidate, measured, scale};
pub use self::file::{WriteError, write};
use self::texts::{Kind, Text, bad_words, texts};
use super::dataset::DataSet;
use mtlint::detect::calibration::{ModelCalibration, SCHEMA};
use mtlint::detect::{Thresholds, WordModel};
use mtlint::linter::{LintError, Linter};

/// Sentences of each half that are needed: with fewer, thresholds are those of chance.
const LEAST_SENTENCES: usize = 100;
/// Words of each kind that are needed in the half that is fitted on.
const LEAST_WORDS: usize = 200;
/// Texts that are read at once.
const BATCH: usize = 64;

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The model failed.
    #[error(transparent)]
    Linter(#[from] LintError),
    /// Too little to go by.
    #[error(
        "too little data: {what}, at least {least} are needed; a few hundred post-edited sentences of several documents are a good beginning"
    )]
    TooLittle {
        /// What there is.
        what: String,
        /// What is needed.
        least: usize,
    },
    /// The detector's word is worth nothing with this model.
    #[error(
        "what {detector} makes of the readings of {model} does not tell BAD words from OK ones in this data; it is not calibrated. Is it a model of the texts' language?"
    )]
    TellsNothing {
        /// The detector.
        detector: String,
        /// The language model.
        model: String,
    },
}

/// What was fitted, and on what.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The calibration.
    pub calibrated: ModelCalibration,
    /// Sentences that were fitted on, and others that were measured on.
    pub sentences: [usize; 2],
    /// Right articles by which `precise` was set; 0 where the post-edits stood for them.
    pub articles: usize,
    /// Whether `precise` costs more than it should: no threshold costs so little.
    pub imprecise: bool,
    /// Whether the features were standardised anew.
    pub rescaled: bool,
    /// What was reached on the other half, as the detector was and as it is now.
    pub reached: [Reached; 2],
}

/// What a calibration reaches on the half that it was not fitted on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// From which probability a word is flagged.
    pub thresholds: Thresholds,
    /// The mean MCC over the sets at `precise`, `balanced` and `thorough`.
    pub mcc: [Option<f64>; 3],
    /// The mean area under the curve.
    pub area_under_curve: Option<f64>,
    /// The mean expected calibration error.
    pub calibration_error: Option<f64>,
    /// That of all words together.
    pub pooled_calibration_error: Option<f64>,
    /// The mean correlation of post-edit rates.
    pub rate_correlation: Option<f64>,
    /// Flagged at `precise` per 1,000 words of the right texts, which were fitted on.
    pub flagged_per_1000: f64,
}

/// Fits a calibration. `language` is an ISO 639-3 code that the texts are taken to be in,
/// instead of guessing it. At most `limit` texts of each set are read; `progress` is told how many of how
/// many are.
///
/// # Errors
/// When the model fails, and when the data does not suffice.
pub fn calibrate(
    linter: &Linter,
    language: Option<&str>,
    sets: &[DataSet],
    limit: Option<usize>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Fitted, CalibrationError> {
    let mut texts = texts(sets, limit);
    let of_kind = |texts: &[Text<'_>], kind: Kind| texts.iter().filter(|t| t.kind == kind).count();
    let sentences = [Kind::Fitted, Kind::Measured].map(|kind| of_kind(&texts, kind));
    for (half, count) in ["to fit on", "to measure on"].iter().zip(sentences) {
        enough(&format!("{count} sentences {half}"), count, LEAST_SENTENCES)?;
    }
    let total = texts.len();
    progress(0, total);
    let mut done = 0;
    for batch in texts.chunks_mut(BATCH) {
        let plain: Vec<&str> = batch.iter().map(|text| &*text.text).collect();
        let numbers = linter.numbers(&plain, language)?;
        for (text, numbers) in batch.iter_mut().zip(numbers) {
            text.numbers = numbers;
        }
        done += batch.len();
        progress(done, total);
    }
    let articles = of_kind(&texts, Kind::Article);
    let labels = texts.iter().filter(|t| t.kind == Kind::Fitted);
    let labels: Vec<bool> = labels.flat_map(bad_words).flatten().collect();
    for (kind, wanted) in [("BAD", true), ("OK", false)] {
        let count = labels.iter().filter(|bad| **bad == wanted).count();
        enough(
            &format!("{count} {kind} words to fit on"),
            count,
            LEAST_WORDS,
        )?;
    }

    let own = WordModel::surprisal().map_err(LintError::from)?;
    let kept = Candidate::new(WordModel::surprisal().map_err(LintError::from)?, &texts);
    let (mean, deviation) = scale(&own, &texts);
    let rescaled = Candidate::new(own.scaled(&mean, &deviation), &texts);
    let before = measured(
        &kept,
        &texts,
        sets.len(),
        kept.model.calibration(),
        kept.model.thresholds(),
    );
    let before_rates = kept.model.rate_model();
    let is_rescaled = rescaled.loss < kept.loss;
    let chosen = if is_rescaled { rescaled } else { kept };
    if chosen.calibration.slope <= 0.0 {
        return Err(CalibrationError::TellsNothing {
            detector: chosen.model.name().to_owned(),
            model: linter.model().name.clone(),
        });
    }
    let (thresholds, imprecise) = chosen.thresholds(&texts, sets.len());
    let post_edit_rate = chosen.rates(&texts, before_rates);
    let (mean, deviation) = chosen.model.scale();
    let numbers = texts.iter().filter_map(|text| text.numbers.as_ref());
    let after = measured(&chosen, &texts, sets.len(), chosen.calibration, thresholds);
    Ok(Fitted {
        calibrated: ModelCalibration {
            schema: SCHEMA.to_owned(),
            model: linter.model().name.clone(),
            model_sha256: linter.model().sha256.clone(),
            detector: chosen.model.name().to_owned(),
            texts: texts.len() - sentences[1],
            words: numbers.map(|numbers| numbers.count).sum(),
            feature_mean: mean.to_vec(),
            feature_deviation: deviation.to_vec(),
            calibration: chosen.calibration,
            thresholds,
            post_edit_rate,
        },
        sentences,
        articles,
        imprecise,
        rescaled: is_rescaled,
        reached: [before, after],
    })
}

fn enough(what: &str, count: usize, least: usize) -> Result<(), CalibrationError> {
    if count >= least {
        return Ok(());
    }
    Err(CalibrationError::TooLittle {
        what: what.to_owned(),
        least,
    })
}
