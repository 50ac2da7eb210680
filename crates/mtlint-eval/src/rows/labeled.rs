//! LabeledSet words: sets for themselves, their mean, and all of them pooled.

use serde::Serialize;

use super::AtThresholds;
use crate::bootstrap::Estimate;
use crate::dataset::DataSet;
use crate::metrics::{Counts, Ranking, ScoredWord, SquaredErrors, mean, pearson};
use crate::reading::LabeledSet;

/// The number of bins of the expected calibration error.
const CALIBRATION_BINS: usize = 15;

/// The measures of a set with labeled words.
#[derive(Debug, Clone, Serialize)]
pub struct LabeledRow {
    /// The name of the set.
    pub name: String,
    /// Whether the texts are by people; then the set is part neither of the mean nor of the
    /// pool.
    pub by_people: bool,
    /// The number of texts, each linted as a document.
    pub sentences: usize,
    /// The number of texts that were not judged; their words count as OK.
    pub not_judged: usize,
    /// LabeledSet words and marks.
    pub words: usize,
    /// The share of words labeled BAD.
    pub bad_share: Option<f64>,
    /// The share of words flagged.
    pub flagged_share: Option<f64>,
    /// The measures of the words.
    #[serde(flatten)]
    pub measures: Measures,
}

/// The measures of labeled words.
#[derive(Debug, Clone, Serialize)]
pub struct Measures {
    /// The Matthews correlation coefficient of flags and labels, -1 to 1 (B. W. Matthews,
    /// 1975).
    pub mcc: Estimate,
    /// The Matthews correlation coefficient at each threshold, whatever was decided.
    pub mcc_at: AtThresholds<Option<f64>>,
    /// The average precision of the BAD words, 0 to 1: precision at each score, weighted by
    /// the recall gained there.
    pub average_precision: Estimate,
    /// The area under the ROC curve, 0 to 1: the probability that a BAD word has a higher
    /// score than an OK one.
    pub area_under_curve: Estimate,
    /// The F1 of the flags on BAD words, 0 to 1: the harmonic mean of precision and recall.
    pub f1_bad: Estimate,
    /// The value of `calibration.error`, without its interval.
    pub calibration_error: Option<f64>,
    /// The value of `calibration.brier_skill`, without its interval.
    pub brier_skill: Option<f64>,
    /// The calibration of the probabilities.
    pub calibration: Calibration,
    /// The Pearson correlation, -1 to 1, of the predicted post-edit rate with HTER; a text
    /// that was not judged counts with 0.
    pub hter_correlation: Estimate,
}

/// The calibration of the probabilities: whether of the words scored 0.3, say, 30 % are BAD.
#[derive(Debug, Clone, Serialize)]
pub struct Calibration {
    /// The expected calibration error, 0 to 1, over 15 bins of equally many words (Naeini,
    /// Cooper and Hauskrecht, 2015).
    pub error: Estimate,
    /// The Brier skill score, at most 1, against always saying the set's own share of BAD
    /// words (G. W. Brier, 1950).
    pub brier_skill: Estimate,
    /// The Brier skill score against always saying the share of BAD words in all labeled
    /// sets of machine translations together, which is taken as given in
    /// resampling; not defined where there is no such set.
    pub brier_skill_over_pooled: Estimate,
}

impl LabeledRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(
        set: &DataSet,
        read: &LabeledSet<'_>,
        thresholds: AtThresholds<Option<f32>>,
        pooled_share: Option<f64>,
    ) -> Self {
        let by_text = Counts::by_text(&read.words, read.texts);
        let all = Counts::sum(&by_text, &vec![1; read.texts]);
        let count = read.words.len() as f64;
        let share = |part: f64| (count > 0.0).then_some(part / count);
        Self {
            name: set.name.clone(),
            by_people: set.by_people,
            sentences: read.texts,
            not_judged: read.not_judged,
            words: read.words.len(),
            bad_share: share(all.hits + all.misses),
            flagged_share: share(all.hits + all.false_alarms),
            measures: Measures::new(read, &by_text, thresholds, pooled_share),
        }
    }
}

impl Measures {
    fn new(
        read: &LabeledSet<'_>,
        by_text: &[Counts],
        thresholds: AtThresholds<Option<f32>>,
        pooled_share: Option<f64>,
    ) -> Self {
        let LabeledSet {
            words,
            rates,
            texts,
            ..
        } = read;
        let texts = *texts;
        let ranking = read.ranking();
        let by_threshold = read.ranking_by_threshold();
        let squares = SquaredErrors::by_text(words, texts);
        let calibration = Calibration {
            error: calibration_error(&ranking, texts),
            brier_skill: brier_skill(&squares),
            brier_skill_over_pooled: Estimate::of(texts, |weights| {
                SquaredErrors::sum(&squares, weights).skill_over(pooled_share?)
            }),
        };
        Self {
            mcc: Estimate::of(texts, |weights| Some(Counts::sum(by_text, weights).mcc())),
            mcc_at: thresholds.map(|threshold| mcc_at(&by_threshold, threshold?)),
            average_precision: Estimate::of(texts, |weights| ranking.average_precision(weights)),
            area_under_curve: Estimate::of(texts, |weights| ranking.area_under_curve(weights)),
            f1_bad: Estimate::of(texts, |weights| Counts::sum(by_text, weights).f1()),
            calibration_error: calibration.error.value,
            brier_skill: calibration.brier_skill.value,
            calibration,
            hter_correlation: Estimate::of(rates.len(), |weights| pearson(rates, weights)),
        }
    }

    fn mean(all: &[&Self]) -> Self {
        let estimate =
            |value: fn(&Self) -> &Estimate| Estimate::mean(all.iter().map(|one| value(one)));
        let at: Vec<_> = all.iter().map(|one| one.mcc_at).collect();
        let calibration = Calibration {
            error: estimate(|one| &one.calibration.error),
            brier_skill: estimate(|one| &one.calibration.brier_skill),
            brier_skill_over_pooled: estimate(|one| &one.calibration.brier_skill_over_pooled),
        };
        Self {
            mcc: estimate(|one| &one.mcc),
            mcc_at: AtThresholds::merge(&at, |values| mean(values.iter().copied().flatten())),
            average_precision: estimate(|one| &one.average_precision),
            area_under_curve: estimate(|one| &one.area_under_curve),
            f1_bad: estimate(|one| &one.f1_bad),
            calibration_error: calibration.error.value,
            brier_skill: calibration.brier_skill.value,
            calibration,
            hter_correlation: estimate(|one| &one.hter_correlation),
        }
    }
}

fn calibration_error(ranking: &Ranking, texts: usize) -> Estimate {
    let error = |weights: &[u32]| ranking.calibration_error(CALIBRATION_BINS, weights);
    Estimate::of(texts, error)
}

fn brier_skill(by_text: &[SquaredErrors]) -> Estimate {
    Estimate::of(by_text.len(), |weights| {
        SquaredErrors::sum(by_text, weights).skill()
    })
}

fn mcc_at(ranking: &Ranking, threshold: f32) -> Option<f64> {
    let values = ranking.mcc_at(&[threshold.max(f32::MIN_POSITIVE)]);
    values.first().copied()
}

/// The mean of the measures over labeled sets, each counting the same.
#[derive(Debug, Clone, Serialize)]
pub struct MeanRow {
    /// The number of sets.
    pub sets: usize,
    /// The mean of each measure.
    #[serde(flatten)]
    pub measures: Measures,
}

impl MeanRow {
    /// The mean of the rows by machine; `None` if there is none.
    pub(crate) fn new(rows: &[LabeledRow]) -> Option<Self> {
        let rows = rows.iter().filter(|row| !row.by_people);
        let measures: Vec<&Measures> = rows.map(|row| &row.measures).collect();
        (!measures.is_empty()).then(|| Self {
            sets: measures.len(),
            measures: Measures::mean(&measures),
        })
    }
}

/// The measures of all words of the labeled sets of machine translations together, each
/// word counting the same.
#[derive(Debug, Clone, Serialize)]
pub struct PooledRow {
    /// The number of sets in the pool.
    pub sets: usize,
    /// The number of texts in the pool.
    pub sentences: usize,
    /// LabeledSet words and marks.
    pub words: usize,
    /// The share of words labeled BAD.
    pub bad_share: Option<f64>,
    /// The expected calibration error, 0 to 1, over 15 bins of equally many words.
    pub calibration_error: Estimate,
    /// The Brier skill score against always saying the share of BAD words in the pool.
    pub brier_skill: Estimate,
}

impl PooledRow {
    /// The pooled row of sets; `None` without a set.
    pub(crate) fn new(sets: &[&LabeledSet<'_>]) -> Option<Self> {
        let mut words = Vec::new();
        let mut texts = 0;
        for set in sets {
            words.extend(set.words.iter().map(|word| ScoredWord {
                text: texts + word.text,
                ..*word
            }));
            texts += set.texts;
        }
        let squares = SquaredErrors::by_text(&words, texts);
        (!sets.is_empty()).then(|| Self {
            sets: sets.len(),
            sentences: texts,
            words: words.len(),
            bad_share: SquaredErrors::sum(&squares, &vec![1; texts]).bad_share(),
            calibration_error: calibration_error(&Ranking::new(&words), texts),
            brier_skill: brier_skill(&squares),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(scored: &[(f32, bool)]) -> LabeledSet<'static> {
        let word = |(text, &(score, bad)): (usize, &(f32, bool))| ScoredWord {
            text,
            score,
            flagged: false,
            bad,
        };
        LabeledSet {
            words: scored.iter().enumerate().map(word).collect(),
            threshold_shifts: vec![0.0; scored.len()],
            rates: Vec::new(),
            texts: scored.len(),
            not_judged: 0,
            rated: Vec::new(),
        }
    }

    fn near(got: Option<f64>, wanted: f64) -> bool {
        got.is_some_and(|got| (got - wanted).abs() < 1e-6)
    }

    #[test]
    fn words_of_all_sets_are_pooled() {
        let one = read(&[(0.5, true)]);
        let other = read(&[(0.25, false), (0.25, false), (0.5, true)]);
        let pooled = PooledRow::new(&[&one, &other]).unwrap();
        assert_eq!((pooled.sets, pooled.sentences, pooled.words), (2, 4, 4));
        assert_eq!(pooled.bad_share, Some(0.5));
        // Errors 0.25, 0.0625, 0.0625, 0.25 against four times 0.25.
        assert!(near(pooled.brier_skill.value, 1.0 - 0.625));
        // More bins than words: each word is a bin, those of one score alike.
        assert!(near(
            pooled.calibration_error.value,
            (2.0 * 0.5 + 2.0 * 0.25) / 4.0
        ));
        assert!(pooled.calibration_error.interval.is_some());
        assert!(PooledRow::new(&[]).is_none());
    }

    #[test]
    fn a_set_is_also_measured_against_the_share_of_the_pool() {
        let thresholds = AtThresholds {
            precise: Some(0.5_f32),
            balanced: None,
            thorough: None,
            best_single: None,
        };
        let of = |scored: &[(f32, bool)], share| {
            let read = read(scored);
            Measures::new(
                &read,
                &Counts::by_text(&read.words, read.texts),
                thresholds,
                share,
            )
        };
        let all_bad = of(&[(0.5, true), (0.5, true)], Some(0.25));
        assert_eq!(all_bad.calibration.brier_skill.value, None);
        // Errors 2·0.25 against 2·0.75².
        let over_pooled = &all_bad.calibration.brier_skill_over_pooled;
        assert!(near(over_pooled.value, 1.0 - 0.5 / 1.125));
        let mixed = of(&[(0.5, true), (0.25, false)], Some(0.5));
        assert!(near(mixed.brier_skill, 1.0 - 0.3125 / 0.5));
        assert_eq!(mixed.mcc_at.precise, Some(1.0));
        let mean = Measures::mean(&[&all_bad, &mixed]);
        assert_eq!(mean.brier_skill, mixed.brier_skill);
        let both = (1.0 - 0.5 / 1.125 + 1.0 - 0.3125 / 0.5) / 2.0;
        assert!(near(mean.calibration.brier_skill_over_pooled.value, both));
        assert_eq!(
            (mean.mcc_at.precise, mean.mcc_at.balanced),
            (Some(0.5), None)
        );
        let alone = of(&[(0.5, true)], None);
        assert_eq!(alone.calibration.brier_skill_over_pooled.value, None);
    }
    #[test]
    fn a_threshold_is_another_where_it_rose() {
        let thresholds = AtThresholds {
            precise: Some(0.5_f32),
            balanced: Some(0.9),
            thorough: None,
            best_single: None,
        };
        let mut read = read(&[(0.75, true), (0.75, false), (0.25, false)]);
        let at = |read: &LabeledSet<'_>| {
            let by_text = Counts::by_text(&read.words, read.texts);
            Measures::new(read, &by_text, thresholds, None)
        };
        assert!(near(at(&read).mcc_at.precise, 0.5));
        // A logit of 1.1 is under one that rose by 2.
        read.threshold_shifts = vec![0.0, 2.0, 0.0];
        let shift_threshold = at(&read);
        assert!(near(shift_threshold.mcc_at.precise, 1.0));
        assert!(near(shift_threshold.mcc_at.balanced, 0.0));
        // Probabilities are what they were.
        assert!(near(shift_threshold.average_precision.value, 0.5));
    }
}
