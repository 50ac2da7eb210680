//! The detector as it might be calibrated, and what it reaches so.
//!
//! In: a word model and the texts that were read. Out: probabilities, thresholds and
//! rates that fit, and figures.

use std::ops::Range;

use super::Reached;
use super::fit::{self, Labelled, Rated, Right};
use super::texts::{Kind, Text, bad_words};
use crate::metrics::{Judged, Ranking, mean, pearson};
use mtlint::detect::features::{WIDTH, model_columns};
use mtlint::detect::{PlattScaling, RateModel, Thresholds, WordModel};
use mtlint::linter::Numbers;

/// Bins of the expected calibration error.
const BINS: usize = 15;

/// What the networks say of a text.
struct Said {
    logits: Vec<f32>,
    level: f32,
    raw: f32,
}

/// Mean and deviation of the features as this model makes them; of those that no model
/// changes as the detector has them.
pub(super) fn scale(own: &WordModel, texts: &[Text<'_>]) -> ([f32; WIDTH], [f32; WIDTH]) {
    let (before, spread) = own.scale();
    let (mut mean, mut deviation) = ([0.0; WIDTH], [1.0; WIDTH]);
    mean.copy_from_slice(before);
    deviation.copy_from_slice(spread);
    let alone = texts
        .iter()
        .filter(|text| matches!(text.kind, Kind::Fitted | Kind::Article));
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

/// The detector with features standardised in one way, and the probabilities that fit.
pub(super) struct Candidate {
    pub model: WordModel,
    said: Vec<Option<Said>>,
    pub calibration: PlattScaling,
    pub loss: f64,
}

impl Candidate {
    pub fn new(model: WordModel, texts: &[Text<'_>]) -> Self {
        let said: Vec<Option<Said>> = texts
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
                Some(Said {
                    level: raw.level(),
                    raw: changed / numbers.words.len().max(1) as f32,
                    logits: raw.logits,
                })
            })
            .collect();
        let mut labelled = Vec::new();
        for (text, said) in texts.iter().zip(&said) {
            let (Kind::Fitted | Kind::Passage, Some(said)) = (text.kind, said) else {
                continue;
            };
            let words = bad_words(text).into_iter().zip(&said.logits);
            labelled.extend(words.filter_map(|(bad, logit)| {
                Some(Labelled {
                    logit: *logit,
                    level: said.level,
                    bad: bad?,
                })
            }));
        }
        let (calibration, loss) = fit::probabilities(&labelled);
        Self {
            model,
            said,
            calibration,
            loss,
        }
    }

    /// The thresholds, and whether `precise` costs more than it should.
    pub fn thresholds(&self, texts: &[Text<'_>], sets: usize) -> (Thresholds, bool) {
        let judged = judged(self, texts, sets, Kind::Fitted, self.calibration);
        let balanced = fit::balanced(&judged);
        let right = right(self, texts, sets, self.calibration);
        let precise = fit::precise(&right, balanced);
        let thresholds = Thresholds {
            precise: precise.unwrap_or(0.98),
            balanced,
            thorough: fit::thorough(&judged),
        };
        (thresholds, precise.is_none())
    }

    pub fn rates(&self, texts: &[Text<'_>], before: RateModel) -> RateModel {
        let known = texts
            .iter()
            .zip(&self.said)
            .filter(|(text, _)| matches!(text.kind, Kind::Fitted | Kind::Passage | Kind::Article));
        let known = known.filter_map(|(text, said)| {
            Some(Rated {
                raw: said.as_ref()?.raw,
                rate: text.rate,
                words: text.numbers.as_ref()?.words.len(),
            })
        });
        fit::rates(&known.collect::<Vec<_>>(), before)
    }
}

/// The probabilities of a text's words.
fn scores(said: &Said, numbers: &Numbers, calibration: PlattScaling) -> Vec<f32> {
    let words = said.logits.iter().zip(&numbers.excluded);
    words
        .map(|(logit, excluded)| {
            if *excluded {
                0.0
            } else {
                calibration.probability(*logit, said.level)
            }
        })
        .collect()
}

/// The labelled tokens of each set that has some, as `mtlint eval` counts them.
fn judged(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    kind: Kind,
    calibration: PlattScaling,
) -> Vec<Vec<Judged>> {
    let mut judged = vec![Vec::new(); sets];
    for (index, (text, said)) in texts.iter().zip(&candidate.said).enumerate() {
        if text.kind != kind {
            continue;
        }
        let known = text.numbers.as_ref().zip(said.as_ref());
        let scored =
            known.map(|(numbers, said)| (&numbers.words, scores(said, numbers, calibration)));
        for token in &text.tokens {
            let score = scored.as_ref().map_or(0.0, |(words, scores)| {
                let first = words.partition_point(|word| word.end() <= token.span.start());
                let over = words[first..].iter().zip(&scores[first..]);
                let over = over.take_while(|(word, _)| word.start() < token.span.end());
                over.map(|(_, score)| *score).fold(0.0, f32::max)
            });
            judged[text.set].push(Judged {
                text: index,
                score,
                flagged: false,
                bad: token.bad,
            });
        }
    }
    judged.retain(|set| !set.is_empty());
    judged
}

/// The right texts of each set that has some.
fn right(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    calibration: PlattScaling,
) -> Vec<Vec<Right>> {
    let mut right: Vec<Vec<Right>> = vec![Vec::new(); sets];
    for (text, said) in texts.iter().zip(&candidate.said) {
        if let (Kind::Article | Kind::PostEdit, Some(numbers), Some(said)) =
            (text.kind, &text.numbers, said)
        {
            right[text.set].push((scores(said, numbers, calibration), numbers.count));
        }
    }
    right.retain(|set| !set.is_empty());
    right
}

/// What is reached on the half that was not fitted on.
pub(super) fn measured(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    calibration: PlattScaling,
    thresholds: Thresholds,
) -> Reached {
    let judged = judged(candidate, texts, sets, Kind::Measured, calibration);
    let weights = vec![1; texts.len()];
    let rankings: Vec<Ranking> = judged.iter().map(|set| Ranking::new(set)).collect();
    let over = |value: &dyn Fn(&Ranking) -> Option<f64>| mean(rankings.iter().filter_map(value));
    let mcc = |threshold: f32| over(&|ranking| ranking.mcc_at(&[threshold]).first().copied());
    let rates = (0..sets).filter_map(|set| {
        let texts = texts.iter().zip(&candidate.said);
        let texts = texts.filter(|(text, _)| text.set == set && text.kind == Kind::Measured);
        let rates: Vec<(f64, f64)> = texts
            .map(|(text, said)| {
                // The line does not change a correlation.
                let raw = said.as_ref().map_or(0.0, |said| said.raw);
                (f64::from(raw), f64::from(text.rate))
            })
            .collect();
        pearson(&rates, &vec![1; rates.len()])
    });
    let right = right(candidate, texts, sets, calibration);
    let flagged = right
        .iter()
        .map(|set| fit::flagged_per_1000(set, thresholds.precise));
    Reached {
        thresholds,
        mcc: [thresholds.precise, thresholds.balanced, thresholds.thorough].map(mcc),
        area_under_curve: over(&|ranking| ranking.area_under_curve(&weights)),
        calibration_error: over(&|ranking| ranking.calibration_error(BINS, &weights)),
        pooled_calibration_error: Ranking::new(&judged.concat()).calibration_error(BINS, &weights),
        rate_correlation: mean(rates),
        flagged_per_1000: mean(flagged).unwrap_or(0.0),
    }
}
