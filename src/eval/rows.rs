//! What was measured of one set: a row of a table.
//!
//! In: what was said of a set's texts. Out: rows of numbers, which serialise
//! to JSON as they are. Shares and probabilities are 0 to 1; what is not
//! defined on the data is `None`.

use serde::Serialize;

use super::bootstrap::Estimate;
use super::dataset::DataSet;
use super::metrics::{Counts, Ranking, brier_skill, mean, pearson, quantile};
use super::reading::{CleanText, Labelled, Standing, StoryPair};

/// Bins of the expected calibration error.
const CALIBRATION_BINS: usize = 15;

/// A value for each way of flagging words by one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtThresholds<T> {
    /// At the threshold for people.
    pub precise: T,
    /// At the threshold for agreement with labels.
    pub balanced: T,
    /// At the threshold for few misses.
    pub thorough: T,
    /// At the best single threshold: an oracle.
    pub best_single: T,
}

impl<T: Copy> AtThresholds<T> {
    /// The same of each value.
    pub fn map<U>(self, value: impl Fn(T) -> U) -> AtThresholds<U> {
        AtThresholds {
            precise: value(self.precise),
            balanced: value(self.balanced),
            thorough: value(self.thorough),
            best_single: value(self.best_single),
        }
    }
}

/// A set with labelled words.
#[derive(Debug, Clone, Serialize)]
pub struct LabelledRow {
    /// Its name.
    pub name: String,
    /// Whether its texts are by people; then it is not part of the mean.
    pub by_people: bool,
    /// Texts, each judged as a document.
    pub sentences: usize,
    /// Texts that were not judged; their words count as OK.
    pub not_judged: usize,
    /// Labelled words and marks.
    pub words: usize,
    /// Share of BAD ones.
    pub bad_share: Option<f64>,
    /// Share of flagged ones.
    pub flagged_share: Option<f64>,
    /// Matthews correlation of the decisions.
    pub mcc: Estimate,
    /// Matthews correlation at thresholds, whatever was decided.
    pub mcc_at: AtThresholds<Option<f64>>,
    /// Average precision of the BAD words.
    pub average_precision: Estimate,
    /// Area under the ROC curve.
    pub area_under_curve: Estimate,
    /// F1 of the BAD words, of the decisions.
    pub f1_bad: Estimate,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// Brier skill over the set's own share of BAD words.
    pub brier_skill: Option<f64>,
    /// Pearson correlation of the predicted post-edit rate with HTER; a text
    /// that was not judged counts with 0.
    pub hter_correlation: Estimate,
}

impl LabelledRow {
    pub(super) fn new(
        set: &DataSet,
        read: &Labelled,
        thresholds: AtThresholds<Option<f32>>,
    ) -> Self {
        let Labelled {
            words,
            rates,
            texts,
            not_judged,
        } = read;
        let texts = *texts;
        let ranking = read.ranking();
        let by_text = Counts::by_text(words, texts);
        let all = Counts::sum(&by_text, &vec![1; texts]);
        let count = words.len() as f64;
        let share = |part: f64| (count > 0.0).then_some(part / count);
        Self {
            name: set.name.clone(),
            by_people: set.by_people,
            sentences: texts,
            not_judged: *not_judged,
            words: words.len(),
            bad_share: share(all.hits + all.misses),
            flagged_share: share(all.hits + all.false_alarms),
            mcc: Estimate::of(texts, |weights| Some(Counts::sum(&by_text, weights).mcc())),
            mcc_at: thresholds.map(|threshold| mcc_at(&ranking, threshold?)),
            average_precision: Estimate::of(texts, |weights| ranking.average_precision(weights)),
            area_under_curve: Estimate::of(texts, |weights| ranking.area_under_curve(weights)),
            f1_bad: Estimate::of(texts, |weights| Counts::sum(&by_text, weights).f1()),
            calibration_error: ranking.calibration_error(CALIBRATION_BINS),
            brier_skill: brier_skill(words),
            hter_correlation: Estimate::of(rates.len(), |weights| pearson(rates, weights)),
        }
    }
}

/// A word without a probability above 0 is never flagged.
fn reaches(score: f32, threshold: f32) -> bool {
    score >= threshold && score > 0.0
}

fn mcc_at(ranking: &Ranking, threshold: f32) -> Option<f64> {
    let values = ranking.mcc_at(&[threshold.max(f32::MIN_POSITIVE)]);
    values.first().copied()
}

/// The mean over labelled sets; each value as in [`LabelledRow`].
#[derive(Debug, Clone, Serialize)]
pub struct MeanRow {
    /// Sets it is over.
    pub sets: usize,
    /// Matthews correlation of the decisions.
    pub mcc: Estimate,
    /// Matthews correlation at thresholds.
    pub mcc_at: AtThresholds<Option<f64>>,
    /// Average precision.
    pub average_precision: Estimate,
    /// Area under the ROC curve.
    pub area_under_curve: Estimate,
    /// F1 of the BAD words.
    pub f1_bad: Estimate,
    /// Expected calibration error.
    pub calibration_error: Option<f64>,
    /// Brier skill.
    pub brier_skill: Option<f64>,
    /// Correlation with HTER.
    pub hter_correlation: Estimate,
}

impl MeanRow {
    pub(super) fn new(rows: &[LabelledRow]) -> Option<Self> {
        let rows: Vec<&LabelledRow> = rows.iter().filter(|row| !row.by_people).collect();
        let of =
            |value: fn(&LabelledRow) -> Option<f64>| mean(rows.iter().filter_map(|row| value(row)));
        let estimate = |value: fn(&LabelledRow) -> &Estimate| {
            Estimate::mean(rows.iter().map(|row| value(row)))
        };
        (!rows.is_empty()).then(|| Self {
            sets: rows.len(),
            mcc: estimate(|row| &row.mcc),
            mcc_at: AtThresholds {
                precise: of(|row| row.mcc_at.precise),
                balanced: of(|row| row.mcc_at.balanced),
                thorough: of(|row| row.mcc_at.thorough),
                best_single: of(|row| row.mcc_at.best_single),
            },
            average_precision: estimate(|row| &row.average_precision),
            area_under_curve: estimate(|row| &row.area_under_curve),
            f1_bad: estimate(|row| &row.f1_bad),
            calibration_error: of(|row| row.calibration_error),
            brier_skill: of(|row| row.brier_skill),
            hter_correlation: estimate(|row| &row.hter_correlation),
        })
    }
}

/// A set of texts written by people. "Per 1,000 words" counts no punctuation
/// among the words, but flagged marks among the flagged.
#[derive(Debug, Clone, Serialize)]
pub struct CleanRow {
    /// Its name.
    pub name: String,
    /// Texts.
    pub documents: usize,
    /// Texts that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// Words, punctuation not counted.
    pub words: usize,
    /// Flagged words and marks per 1,000 words.
    pub flagged_per_1000: Estimate,
    /// The same at thresholds, whatever was decided.
    pub flagged_per_1000_at: AtThresholds<Option<f64>>,
    /// Findings per 1,000 words.
    pub findings_per_1000: Estimate,
    /// Median quality of a text, 0 to 100.
    pub median_quality: Option<f64>,
    /// The quality that a tenth of the texts do not reach.
    pub tenth_percentile_quality: Option<f64>,
}

impl CleanRow {
    pub(super) fn new(
        name: &str,
        texts: &[CleanText],
        thresholds: AtThresholds<Option<f32>>,
    ) -> Self {
        let judged: Vec<_> = texts.iter().flatten().collect();
        let words: Vec<f64> = judged.iter().map(|text| text.words as f64).collect();
        let even = vec![1; judged.len()];
        let per_1000 = |counts: &[f64], weights: &[u32]| {
            let words = weighted_sum(&words, weights);
            (words > 0.0).then(|| 1000.0 * weighted_sum(counts, weights) / words)
        };
        let estimate =
            |counts: Vec<f64>| Estimate::of(judged.len(), |weights| per_1000(&counts, weights));
        let quality: Vec<f64> = judged.iter().map(|text| text.quality).collect();
        Self {
            name: name.to_owned(),
            documents: texts.len(),
            not_judged: texts.len() - judged.len(),
            words: judged.iter().map(|text| text.words).sum(),
            flagged_per_1000: estimate(judged.iter().map(|text| text.flagged as f64).collect()),
            flagged_per_1000_at: thresholds.map(|threshold| {
                let threshold = threshold?;
                let scores = judged.iter().map(|text| text.scores.iter());
                let flagged = scores
                    .map(|scores| scores.filter(|&&score| reaches(score, threshold)).count() as f64)
                    .collect::<Vec<f64>>();
                per_1000(&flagged, &even)
            }),
            findings_per_1000: estimate(judged.iter().map(|text| text.findings as f64).collect()),
            median_quality: quantile(&quality, 0.5),
            tenth_percentile_quality: quantile(&quality, 0.1),
        }
    }
}

fn weighted_sum(values: &[f64], weights: &[u32]) -> f64 {
    let products = values.iter().zip(weights);
    products
        .map(|(value, &weight)| value * f64::from(weight))
        .sum()
}

/// A set of articles by machine and by people.
#[derive(Debug, Clone, Serialize)]
pub struct StoryRow {
    /// Its name.
    pub name: String,
    /// Pairs of a machine's article and the same by people.
    pub pairs: usize,
    /// Pairs of which one was not judged; they count nowhere else.
    pub not_judged: usize,
    /// Share of pairs in which the article by people has the higher quality;
    /// a tie counts half.
    pub people_higher: Estimate,
    /// The same by fewer bits per word alone.
    pub people_higher_by_bits: Estimate,
    /// Mean quality of the machines' articles.
    pub machine_quality: Option<f64>,
    /// Mean quality of the articles by people.
    pub people_quality: Option<f64>,
}

impl StoryRow {
    pub(super) fn new(name: &str, pairs: &[StoryPair]) -> Self {
        let judged: Vec<(Standing, Standing)> = pairs.iter().flatten().copied().collect();
        let share = |won: fn(&(Standing, Standing)) -> f64| {
            let won: Vec<f64> = judged.iter().map(won).collect();
            Estimate::of(won.len(), |weights| {
                let count: u32 = weights.iter().sum();
                (count > 0).then(|| weighted_sum(&won, weights) / f64::from(count))
            })
        };
        Self {
            name: name.to_owned(),
            pairs: pairs.len(),
            not_judged: pairs.len() - judged.len(),
            people_higher: share(|(machine, people)| higher(people.quality, machine.quality)),
            people_higher_by_bits: share(|(machine, people)| {
                higher(machine.bits_per_word, people.bits_per_word)
            }),
            machine_quality: mean(judged.iter().map(|(machine, _)| machine.quality)),
            people_quality: mean(judged.iter().map(|(_, people)| people.quality)),
        }
    }
}

/// 1 if `a` is higher than `b`, half if they are equal.
fn higher(a: f64, b: f64) -> f64 {
    match a.total_cmp(&b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}
