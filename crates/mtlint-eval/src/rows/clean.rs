//! False alarms on texts that people wrote.
//!
//! In: the observations of the texts of a set. Out: a row of rates per 1,000 words.

use serde::Serialize;

use super::{AtThresholds, ratio, reaches};
use crate::bootstrap::Estimate;
use crate::metrics::quantile;
use crate::reading::CleanText;

/// The false alarms in a set of texts written by people. "Per 1,000 words" counts no
/// punctuation among the words, but flagged marks among the flagged.
#[derive(Debug, Clone, Serialize)]
pub struct CleanRow {
    /// The name of the set.
    pub name: String,
    /// The number of texts.
    pub documents: usize,
    /// The number of texts that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// The number of words, punctuation not counted.
    pub words: usize,
    /// The flagged words and marks per 1,000 words.
    pub flagged_per_1000: Estimate,
    /// The words and marks per 1,000 words that each threshold flags, whatever was decided.
    pub flagged_per_1000_at: AtThresholds<Option<f64>>,
    /// The findings per 1,000 words.
    pub findings_per_1000: Estimate,
    /// The median quality of a text, 0 to 100.
    pub median_quality: Option<f64>,
    /// The quality, 0 to 100, that a tenth of the texts do not reach.
    pub tenth_percentile_quality: Option<f64>,
}

impl CleanRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(
        name: &str,
        texts: &[Option<CleanText>],
        thresholds: AtThresholds<Option<f32>>,
    ) -> Self {
        let judged: Vec<_> = texts.iter().flatten().collect();
        let words: Vec<f64> = judged.iter().map(|text| text.words as f64).collect();
        let even = vec![1; judged.len()];
        let per_1000 = |counts: &[f64], weights: &[u32]| {
            ratio(counts, &words, weights).map(|flagged| 1000.0 * flagged)
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
