//! The agreement of severities with those of raters.
//!
//! In: the observations of the texts that raters marked. Out: a row of counts, agreement and
//! recall. Minor stands against the rest: major and critical are one here, since raters
//! hardly use the latter.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::dataset::DataSet;
use crate::metrics::Counts;
use crate::reading::RatedText;
use mtlint::finding::Severity;

/// The agreement on severity in a set in which raters marked errors. A text that several
/// raters saw counts once for each.
#[derive(Debug, Clone, Serialize)]
pub struct SeverityRow {
    /// The name of the set.
    pub name: String,
    /// Whether the texts are by people.
    pub by_people: bool,
    /// The number of words and marks that lie both in a finding and in a rater's span.
    pub words: usize,
    /// The number of those words by their severities.
    pub counts: SeverityCounts,
    /// The share of those words on whose severity mtlint and the rater agree, 0 to 1.
    pub agreement: Estimate,
    /// Cohen's kappa: agreement beyond chance, -1 to 1 (J. Cohen, 1960).
    pub kappa: Estimate,
    /// The number of spans that raters called major or critical.
    pub major_spans: usize,
    /// The share of the major and critical spans that a finding touches.
    pub major_recall: Estimate,
    /// The number of spans that raters called minor.
    pub minor_spans: usize,
    /// The share of the minor spans that a finding touches.
    pub minor_recall: Estimate,
}

/// The number of words, or of marked errors, by the severity of mtlint and of the rater;
/// "major" means major or critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeverityCounts {
    /// Those that are major for both.
    pub both_major: usize,
    /// Those that are major for mtlint and minor for the rater.
    pub ours_major: usize,
    /// Those that are minor for mtlint and major for the rater.
    pub theirs_major: usize,
    /// Those that are minor for both.
    pub both_minor: usize,
}

impl From<Counts> for SeverityCounts {
    /// Takes flagged as major for mtlint and BAD as major for the rater.
    fn from(counts: Counts) -> Self {
        Self {
            both_major: counts.hits as usize,
            ours_major: counts.false_alarms as usize,
            theirs_major: counts.misses as usize,
            both_minor: counts.passed as usize,
        }
    }
}

impl SeverityRow {
    /// The row of a set; `None` if nothing in it was rated.
    pub(crate) fn new(set: &DataSet, rated: &[RatedText<'_>]) -> Option<Self> {
        let texts = rated.len();
        let by_text: Vec<Counts> = rated.iter().map(counts).collect();
        let all = Counts::sum(&by_text, &vec![1; texts]);
        let (major_spans, major_recall) = recall(rated, true);
        let (minor_spans, minor_recall) = recall(rated, false);
        (texts > 0).then(|| Self {
            name: set.name.clone(),
            by_people: set.by_people,
            words: rated.iter().map(|text| text.severities.len()).sum(),
            counts: all.into(),
            agreement: Estimate::of(texts, |w| Counts::sum(&by_text, w).agreement()),
            kappa: Estimate::of(texts, |w| Counts::sum(&by_text, w).kappa()),
            major_spans,
            major_recall,
            minor_spans,
            minor_recall,
        })
    }
}

/// Whether a severity is major or critical.
pub(super) fn is_major(severity: Severity) -> bool {
    severity >= Severity::Major
}

/// The words of a text, with major by mtlint as flagged and major by the rater as BAD.
fn counts(text: &RatedText<'_>) -> Counts {
    let mut counts = Counts::default();
    for &(ours, theirs) in &text.severities {
        counts.add(is_major(ours), is_major(theirs));
    }
    counts
}

/// The number of spans of a severity, and the share that findings touch.
fn recall(rated: &[RatedText<'_>], major: bool) -> (usize, Estimate) {
    let spans = |touched_only: bool| -> Vec<f64> {
        let count = |text: &RatedText<'_>| {
            let spans = text.touched.iter();
            spans
                .filter(|(severity, touched)| {
                    is_major(*severity) == major && (*touched || !touched_only)
                })
                .count() as f64
        };
        rated.iter().map(count).collect()
    };
    let (all, touched) = (spans(false), spans(true));
    let share = Estimate::of(rated.len(), |weights| ratio(&touched, &all, weights));
    (all.iter().sum::<f64>() as usize, share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Labels, Sample};

    #[test]
    fn agreement_and_recall_by_hand() {
        use Severity::{Critical, Major, Minor};
        let set = DataSet {
            name: "talks".to_owned(),
            by_people: false,
            samples: vec![Sample {
                id: String::new(),
                document: String::new(),
                system: String::new(),
                segment: String::new(),
                text: String::new(),
                post_edit: String::new(),
                marks: Vec::new(),
                labels: Labels::Clean,
            }],
        };
        let rated = |severities: &[(Severity, Severity)], touched: &[(Severity, bool)]| RatedText {
            sample: &set.samples[0],
            severities: severities.to_vec(),
            touched: touched.to_vec(),
            rate: None,
        };
        let texts = [
            rated(
                &[(Major, Critical), (Critical, Major), (Minor, Minor)],
                &[(Major, true), (Critical, false), (Minor, true)],
            ),
            rated(
                &[(Major, Minor)],
                &[(Minor, false), (Minor, false), (Major, true)],
            ),
        ];
        let row = SeverityRow::new(&set, &texts).unwrap();
        let counts = SeverityCounts {
            both_major: 2,
            ours_major: 1,
            theirs_major: 0,
            both_minor: 1,
        };
        assert_eq!((row.words, row.counts), (4, counts));
        assert_eq!(row.agreement.value, Some(0.75));
        // Chance agrees in 3/4·2/4 + 1/4·2/4 = 1/2.
        assert_eq!(row.kappa.value, Some(0.5));
        assert_eq!((row.major_spans, row.minor_spans), (3, 3));
        assert_eq!(row.major_recall.value, Some(2.0 / 3.0));
        assert_eq!(row.minor_recall.value, Some(1.0 / 3.0));
        assert!(row.kappa.interval.is_some());
        assert!(SeverityRow::new(&set, &[]).is_none());
        let nothing = SeverityRow::new(&set, &[rated(&[], &[])]).unwrap();
        assert_eq!((nothing.agreement.value, nothing.kappa.value), (None, None));
        assert_eq!(nothing.major_recall.value, None);
    }
}
