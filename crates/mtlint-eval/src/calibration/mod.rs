//! The calibration of the detector to the readings of one language model.
//!
//! In: a [`Linter`] and labeled data. Out: a [`ModelCalibration`] fitted on one half of
//! the documents (`dev-a`, see [`tuned_on`](super::dataset::Sample::tuned_on)), and the
//! figures on the other half, before and after. Sentences are read by themselves and joined
//! with others of their document. [`calibrate`] writes no file; [`write()`] does.

mod candidate;
mod file;
mod fit;
mod texts;

use self::candidate::{CandidateModel, figures, scale};
pub use self::file::{WriteError, write};
use self::texts::{Text, TextKind, bad_words, texts};
use super::dataset::DataSet;
use mtlint::detect::calibration::{ModelCalibration, SCHEMA};
use mtlint::detect::{Thresholds, WordModel};
use mtlint::linter::{LintError, Linter};

/// The fewest sentences of each half: with fewer, thresholds are those of chance.
const MIN_SENTENCES: usize = 100;
/// The fewest BAD and the fewest OK words of the half that is fitted on.
const MIN_WORDS: usize = 200;
/// The number of texts that are read at once.
const BATCH: usize = 64;

/// Why no calibration was fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The language model failed.
    #[error(transparent)]
    Linter(#[from] LintError),
    /// The data holds too few sentences or words of a kind.
    #[error(
        "too little data: {what}, at least {minimum} are needed; a few hundred post-edited sentences of several documents are a good beginning"
    )]
    TooLittleData {
        /// The number that there is, and of what.
        what: String,
        /// The number that is needed.
        minimum: usize,
    },
    /// The detector does not tell BAD words from OK ones with this language model.
    #[error(
        "what {detector} makes of the readings of {model} does not tell BAD words from OK ones in this data; it is not calibrated. Is it a model of the texts' language?"
    )]
    Uninformative {
        /// The name of the detector.
        detector: String,
        /// The name of the language model.
        model: String,
    },
}

/// A fitted calibration, the data it was fitted on, and the figures that it reaches.
#[derive(Debug, Clone)]
pub struct CalibrationFit {
    /// The calibration.
    pub calibration: ModelCalibration,
    /// The number of sentences that were fitted on, and of others that were measured on.
    pub sentences: [usize; 2],
    /// The number of correct articles that set `precise`; 0 where the post-edits stood for
    /// them.
    pub articles: usize,
    /// Whether every threshold flags more of correct texts than `precise` may.
    pub imprecise: bool,
    /// Whether the features were standardized anew.
    pub rescaled: bool,
    /// The figures on the half that was not fitted on, before and after the calibration.
    pub figures: [CalibrationFigures; 2],
}

/// The figures that a calibration reaches on the half of the data that it was not fitted
/// on. Means count each data set the same; `None` stands where a measure is not defined.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CalibrationFigures {
    /// The probabilities, 0 to 1, from which a word is flagged.
    pub thresholds: Thresholds,
    /// The mean Matthews correlation coefficient, -1 to 1, at `precise`, `balanced` and
    /// `thorough`.
    pub mcc: [Option<f64>; 3],
    /// The mean area under the ROC curve, 0 to 1.
    pub area_under_curve: Option<f64>,
    /// The mean expected calibration error, 0 to 1, over 15 bins of equally many words.
    pub calibration_error: Option<f64>,
    /// The expected calibration error, 0 to 1, of the words of all sets together.
    pub pooled_calibration_error: Option<f64>,
    /// The mean Pearson correlation, -1 to 1, of predicted post-edit rates with HTER.
    pub rate_correlation: Option<f64>,
    /// The flagged words and marks at `precise` per 1,000 words of the correct texts, which
    /// were fitted on.
    pub flagged_per_1000: f64,
}

/// Fits a calibration to the language model of `linter`. `language` is an ISO 639-3 code
/// that the texts are taken to be in; without one it is guessed. At most `limit` texts of
/// each set are read; `progress` gets the number of texts that were read, and of all.
///
/// # Errors
/// When the language model fails, the data does not suffice, or the detector tells nothing
/// with this model.
pub fn calibrate(
    linter: &Linter,
    language: Option<&str>,
    sets: &[DataSet],
    limit: Option<usize>,
    mut progress: impl FnMut(usize, usize),
) -> Result<CalibrationFit, CalibrationError> {
    let mut texts = texts(sets, limit);
    let sentences = [TextKind::FitSentence, TextKind::HeldOutSentence];
    let sentences = sentences.map(|kind| count(&texts, kind));
    for (half, count) in ["to fit on", "to measure on"].iter().zip(sentences) {
        require(&format!("{count} sentences {half}"), count, MIN_SENTENCES)?;
    }
    read(linter, language, &mut texts, &mut progress)?;
    let articles = count(&texts, TextKind::Article);
    require_words(&texts)?;

    let own = WordModel::surprisal().map_err(LintError::from)?;
    let kept = CandidateModel::new(WordModel::surprisal().map_err(LintError::from)?, &texts);
    let (mean, deviation) = scale(&own, &texts);
    let rescaled = CandidateModel::new(own.scaled(&mean, &deviation), &texts);
    let before = figures(
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
        return Err(CalibrationError::Uninformative {
            detector: chosen.model.name().to_owned(),
            model: linter.model().name.clone(),
        });
    }
    let (thresholds, imprecise) = chosen.thresholds(&texts, sets.len());
    let post_edit_rate = chosen.rates(&texts, before_rates);
    let (mean, deviation) = chosen.model.scale();
    let numbers = texts.iter().filter_map(|text| text.numbers.as_ref());
    let after = figures(&chosen, &texts, sets.len(), chosen.calibration, thresholds);
    Ok(CalibrationFit {
        calibration: ModelCalibration {
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
        figures: [before, after],
    })
}

/// The number of texts of a kind.
fn count(texts: &[Text<'_>], kind: TextKind) -> usize {
    texts.iter().filter(|text| text.kind == kind).count()
}

/// Reads every text in batches and keeps the numbers of each.
fn read(
    linter: &Linter,
    language: Option<&str>,
    texts: &mut [Text<'_>],
    progress: &mut impl FnMut(usize, usize),
) -> Result<(), CalibrationError> {
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
    Ok(())
}

/// Checks that the sentences to fit on hold enough BAD and enough OK words.
fn require_words(texts: &[Text<'_>]) -> Result<(), CalibrationError> {
    let labels = texts
        .iter()
        .filter(|text| text.kind == TextKind::FitSentence);
    let labels: Vec<bool> = labels.flat_map(bad_words).flatten().collect();
    for (kind, wanted) in [("BAD", true), ("OK", false)] {
        let count = labels.iter().filter(|bad| **bad == wanted).count();
        let what = format!("{count} {kind} words to fit on");
        require(&what, count, MIN_WORDS)?;
    }
    Ok(())
}

/// Checks that there is enough of something.
fn require(what: &str, count: usize, minimum: usize) -> Result<(), CalibrationError> {
    if count >= minimum {
        return Ok(());
    }
    Err(CalibrationError::TooLittleData {
        what: what.to_owned(),
        minimum,
    })
}
