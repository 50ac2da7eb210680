//! Whether findings are as bad as raters say.
//!
//! Minor stands against the rest: major and critical are one here, since
//! raters hardly use the latter.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::dataset::DataSet;
use crate::metrics::Counts;
use crate::reading::Rated;
use mtlint::finding::Severity;

/// A set in which raters marked errors by severity. A text that several raters
/// saw counts once for each.
#[derive(Debug, Clone, Serialize)]
pub struct SeverityRow {
    /// Its name.
    pub name: String,
    /// Whether its texts are by people.
    pub by_people: bool,
    /// Words and marks that lie both in a finding and in a rater's span.
    pub words: usize,
    /// How many of them have which severities.
    pub counts: SeverityCounts,
    /// Share of them on whose severity both agree.
    pub agreement: Estimate,
    /// Cohen's kappa: agreement beyond chance, -1 to 1.
    pub kappa: Estimate,
    /// Spans that raters called major or critical.
    pub major_spans: usize,
    /// Share of those that a finding touches.
    pub major_recall: Estimate,
    /// Spans that raters called minor.
    pub minor_spans: usize,
    /// Share of those that a finding touches.
    pub minor_recall: Estimate,
}

/// Words by our severity and the rater's; "major" means major or critical.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SeverityCounts {
    /// Major for both.
    pub both_major: usize,
    /// Major for us, minor for the rater.
    pub ours_major: usize,
    /// Minor for us, major for the rater.
    pub theirs_major: usize,
    /// Minor for both.
    pub both_minor: usize,
}

impl SeverityRow {
    /// None if nothing in the set was rated.
    pub(crate) fn new(set: &DataSet, rated: &[Rated<'_>]) -> Option<Self> {
        let texts = rated.len();
        let by_text: Vec<Counts> = rated.iter().map(counts).collect();
        let all = Counts::sum(&by_text, &vec![1; texts]);
        let counts = SeverityCounts {
            both_major: all.hits as usize,
            ours_major: all.false_alarms as usize,
            theirs_major: all.misses as usize,
            both_minor: all.passed as usize,
        };
        let (major_spans, major_recall) = recall(rated, true);
        let (minor_spans, minor_recall) = recall(rated, false);
        (texts > 0).then(|| Self {
            name: set.name.clone(),
            by_people: set.by_people,
            words: rated.iter().map(|text| text.severities.len()).sum(),
            counts,
            agreement: Estimate::of(texts, |w| Counts::sum(&by_text, w).agreement()),
            kappa: Estimate::of(texts, |w| Counts::sum(&by_text, w).kappa()),
            major_spans,
            major_recall,
            minor_spans,
            minor_recall,
        })
    }
}

fn is_major(severity: Severity) -> bool {
    severity >= Severity::Major
}

/// Major is what is flagged, or BAD.
fn counts(text: &Rated<'_>) -> Counts {
    let mut counts = Counts::default();
    for &(ours, theirs) in &text.severities {
        counts.add(is_major(ours), is_major(theirs));
    }
    counts
}

/// Number of spans of a severity, and the share that findings touch.
fn recall(rated: &[Rated<'_>], major: bool) -> (usize, Estimate) {
    let spans = |touched_only: bool| -> Vec<f64> {
        let count = |text: &Rated<'_>| {
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
        let rated = |severities: &[(Severity, Severity)], touched: &[(Severity, bool)]| Rated {
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
