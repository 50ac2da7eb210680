//! False alarms on texts that people wrote.

use serde::Serialize;

use super::{AtThresholds, ratio, reaches};
use crate::bootstrap::Estimate;
use crate::metrics::quantile;
use crate::reading::CleanText;

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
    pub(crate) fn new(
        name: &str,
        texts: &[CleanText],
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
