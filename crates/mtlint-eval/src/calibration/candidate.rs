//! A detector with one standardization of its features, and the calibration that fits it.
//!
//! In: a word model and the texts that were read. Out: the probabilities, thresholds and
//! post-edit rates that fit, and the figures that they reach. The fits themselves are in
//! `fit.rs`.

use std::ops::Range;

use super::CalibrationFigures;
use super::fit::{self, CleanScores, LabeledLogit, RateObservation};
use super::texts::{Text, TextKind, bad_words};
use crate::metrics::{Ranking, ScoredWord, mean, pearson};
use mtlint::detect::features::{WIDTH, model_columns};
use mtlint::detect::{PlattScaling, RateModel, Thresholds, WordModel};
use mtlint::linter::Numbers;

/// Bins of the expected calibration error.
const BINS: usize = 15;

/// The outputs of the networks for a text.
struct Prediction {
    /// A logit for each word.
    logits: Vec<f32>,
    /// The mean logit of the text.
    level: f32,
    /// The share of words to change, before it is calibrated.
    raw: f32,
}

/// The mean and the deviation of each feature over the texts; those of features that do
/// not come from the language model stay as the detector has them.
pub(super) fn scale(own: &WordModel, texts: &[Text<'_>]) -> ([f32; WIDTH], [f32; WIDTH]) {
    let (before, spread) = own.scale();
    let (mut mean, mut deviation) = ([0.0; WIDTH], [1.0; WIDTH]);
    mean.copy_from_slice(before);
    deviation.copy_from_slice(spread);
    let alone = texts
        .iter()
        .filter(|text| matches!(text.kind, TextKind::FitSentence | TextKind::Article));
    let rows: Vec<&[f32; WIDTH]> = alone
        .filter_map(|text| text.numbers.as_ref())
        .flat_map(|numbers| &numbers.rows)
        .collect();
    let count = rows.len().max(1) as f64;
    for column in model_columns() {
        let values = || rows.iter().map(|row| f64::from(row[column]));
        let middle = values().sum::<f64>() / count;
        let variance = values().map(|x| (x - middle).powi(2)).sum::<f64>() / count;
        mean[column] = middle as f32;
        // As in training: a feature that never changes divides by something.
        deviation[column] = variance.sqrt() as f32 + 1e-3;
    }
    (mean, deviation)
}

/// A detector with one standardization of its features, and the probabilities that fit.
pub(super) struct CandidateModel {
    /// The networks with the standardization.
    pub model: WordModel,
    predictions: Vec<Option<Prediction>>,
    /// The fitted scaling of logits to probabilities.
    pub calibration: PlattScaling,
    /// The mean loss of the fitted probabilities, in nats.
    pub loss: f64,
}

impl CandidateModel {
    /// Runs the networks over the texts and fits the probabilities.
    pub(super) fn new(model: WordModel, texts: &[Text<'_>]) -> Self {
        let predictions: Vec<Option<Prediction>> = texts
            .iter()
            .map(|text| {
                let numbers = text.numbers.as_ref()?;
                let raw = model.raw(&numbers.rows, Vec::new(), &numbers.sentences);
                let share = |words: &Range<usize>| {
                    numbers.excluded[words.clone()]
                        .iter()
                        .filter(|excluded| !**excluded)
                        .count() as f32
                };
                let changed = raw.rates.iter().zip(&numbers.sentences);
                let changed: f32 = changed.map(|(rate, words)| rate * share(words)).sum();
                Some(Prediction {
                    level: raw.level(),
                    raw: changed / numbers.words.len().max(1) as f32,
                    logits: raw.logits,
                })
            })
            .collect();
        let mut labeled = Vec::new();
        for (text, prediction) in texts.iter().zip(&predictions) {
            let (TextKind::FitSentence | TextKind::Passage, Some(prediction)) =
                (text.kind, prediction)
            else {
                continue;
            };
            let words = bad_words(text).into_iter().zip(&prediction.logits);
            labeled.extend(words.filter_map(|(bad, logit)| {
                Some(LabeledLogit {
                    logit: *logit,
                    level: prediction.level,
                    bad: bad?,
                })
            }));
        }
        let (calibration, loss) = fit::probabilities(&labeled);
        Self {
            model,
            predictions,
            calibration,
            loss,
        }
    }

    /// The thresholds, and whether `precise` flags more of correct texts than it may.
    pub(super) fn thresholds(&self, texts: &[Text<'_>], sets: usize) -> (Thresholds, bool) {
        let scored_words = scored_words(self, texts, sets, TextKind::FitSentence, self.calibration);
        let balanced = fit::balanced(&scored_words);
        let clean_scores = clean_scores(self, texts, sets, self.calibration);
        let precise = fit::precise(&clean_scores, balanced);
        let thresholds = Thresholds {
            precise: precise.unwrap_or(0.98),
            balanced,
            thorough: fit::thorough(&scored_words),
        };
        (thresholds, precise.is_none())
    }

    /// The post-edit rate as a line through the texts; `before` where they allow none.
    pub(super) fn rates(&self, texts: &[Text<'_>], before: RateModel) -> RateModel {
        let known = texts.iter().zip(&self.predictions).filter(|(text, _)| {
            matches!(
                text.kind,
                TextKind::FitSentence | TextKind::Passage | TextKind::Article
            )
        });
        let known = known.filter_map(|(text, prediction)| {
            Some(RateObservation {
                raw: prediction.as_ref()?.raw,
                rate: text.rate,
                words: text.numbers.as_ref()?.words.len(),
            })
        });
        fit::rates(&known.collect::<Vec<_>>(), before)
    }
}

/// The probabilities of a text's words.
fn scores(prediction: &Prediction, numbers: &Numbers, calibration: PlattScaling) -> Vec<f32> {
    let words = prediction.logits.iter().zip(&numbers.excluded);
    words
        .map(|(logit, excluded)| {
            if *excluded {
                0.0
            } else {
                calibration.probability(*logit, prediction.level)
            }
        })
        .collect()
}

/// The labeled tokens of each set that has some, scored as `mtlint eval` scores them.
fn scored_words(
    candidate: &CandidateModel,
    texts: &[Text<'_>],
    sets: usize,
    kind: TextKind,
    calibration: PlattScaling,
) -> Vec<Vec<ScoredWord>> {
    let mut scored_words = vec![Vec::new(); sets];
    for (index, (text, prediction)) in texts.iter().zip(&candidate.predictions).enumerate() {
        if text.kind != kind {
            continue;
        }
        let known = text.numbers.as_ref().zip(prediction.as_ref());
        let scored = known.map(|(numbers, prediction)| {
            (&numbers.words, scores(prediction, numbers, calibration))
        });
        for token in &text.tokens {
            let score = scored.as_ref().map_or(0.0, |(words, scores)| {
                let first = words.partition_point(|word| word.end() <= token.span.start());
                let over = words[first..].iter().zip(&scores[first..]);
                let over = over.take_while(|(word, _)| word.start() < token.span.end());
                over.map(|(_, score)| *score).fold(0.0, f32::max)
            });
            scored_words[text.set].push(ScoredWord {
                text: index,
                score,
                flagged: false,
                bad: token.bad,
            });
        }
    }
    scored_words.retain(|set| !set.is_empty());
    scored_words
}

/// The scores of the correct texts of each set that has some.
fn clean_scores(
    candidate: &CandidateModel,
    texts: &[Text<'_>],
    sets: usize,
    calibration: PlattScaling,
) -> Vec<Vec<CleanScores>> {
    let mut clean_scores: Vec<Vec<CleanScores>> = vec![Vec::new(); sets];
    for (text, prediction) in texts.iter().zip(&candidate.predictions) {
        if let (TextKind::Article | TextKind::PostEdit, Some(numbers), Some(prediction)) =
            (text.kind, &text.numbers, prediction)
        {
            clean_scores[text.set].push((scores(prediction, numbers, calibration), numbers.count));
        }
    }
    clean_scores.retain(|set| !set.is_empty());
    clean_scores
}

/// The figures on the half of the documents that was not fitted on.
pub(super) fn figures(
    candidate: &CandidateModel,
    texts: &[Text<'_>],
    sets: usize,
    calibration: PlattScaling,
    thresholds: Thresholds,
) -> CalibrationFigures {
    let scored_words = scored_words(
        candidate,
        texts,
        sets,
        TextKind::HeldOutSentence,
        calibration,
    );
    let weights = vec![1; texts.len()];
    let rankings: Vec<Ranking> = scored_words.iter().map(|set| Ranking::new(set)).collect();
    let over = |value: &dyn Fn(&Ranking) -> Option<f64>| mean(rankings.iter().filter_map(value));
    let mcc = |threshold: f32| over(&|ranking| ranking.mcc_at(&[threshold]).first().copied());
    let rates = (0..sets).filter_map(|set| {
        let texts = texts.iter().zip(&candidate.predictions);
        let texts =
            texts.filter(|(text, _)| text.set == set && text.kind == TextKind::HeldOutSentence);
        let rates: Vec<(f64, f64)> = texts
            .map(|(text, prediction)| {
                // The line does not change a correlation.
                let raw = prediction.as_ref().map_or(0.0, |prediction| prediction.raw);
                (f64::from(raw), f64::from(text.rate))
            })
            .collect();
        pearson(&rates, &vec![1; rates.len()])
    });
    let clean_scores = clean_scores(candidate, texts, sets, calibration);
    let flagged = clean_scores
        .iter()
        .map(|set| fit::flagged_per_1000(set, thresholds.precise));
    CalibrationFigures {
        thresholds,
        mcc: [thresholds.precise, thresholds.balanced, thresholds.thorough].map(mcc),
        area_under_curve: over(&|ranking| ranking.area_under_curve(&weights)),
        calibration_error: over(&|ranking| ranking.calibration_error(BINS, &weights)),
        pooled_calibration_error: Ranking::new(&scored_words.concat())
            .calibration_error(BINS, &weights),
        rate_correlation: mean(rates),
        flagged_per_1000: mean(flagged).unwrap_or(0.0),
    }
}
