//! Counting the documents of a run.
//!
//! In: the outcome of each document of a run, in any order. Out: the run report, but for
//! what has changed since another run, which [`changes`](super::changes) counts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::report_line::Summary;
use crate::state::RunFacts;
use mtlint::finding::Category;
use mtlint::report::Status;

use super::contract::{
    CategoryCounts, Changes, RunReport, Schema, SeverityCounts, Totals, UnscoredDocument,
    UnscoredGroup, WorstDocument, hundredths,
};
use super::smallest::{FirstDocuments, Smallest};
use super::stored_outcome::{ScoredDocument, StoredOutcome, UnscoredReason};

/// How many findings of each of the worst documents are kept.
const MAX_FINDINGS: usize = 5;

/// What is counted on the way through a run.
pub(super) struct Tally {
    top: usize,
    totals: Totals,
    findings: BTreeMap<Category, SeverityCounts>,
    qualities: Vec<f64>,
    worst: Smallest<(i64, i64), WorstDocument>,
    not_judged: BTreeMap<(Status, String), FirstDocuments<UnscoredDocument>>,
    extremes: Summary,
}

impl Tally {
    pub(super) fn new(top: usize) -> Self {
        Self {
            top,
            totals: Totals::default(),
            findings: BTreeMap::new(),
            qualities: Vec::new(),
            worst: Smallest::new(top),
            not_judged: BTreeMap::new(),
            extremes: Summary {
                status: Status::Scored,
                quality: None,
                worst: None,
            },
        }
    }

    pub(super) fn count(&mut self, position: i64, id: String, outcome: StoredOutcome) {
        self.totals.documents += 1;
        match outcome {
            StoredOutcome::Scored(document) => self.count_scored(position, id, document),
            StoredOutcome::Unscored(document) => self.count_unscored(position, id, document),
        }
    }

    fn count_scored(&mut self, position: i64, id: String, document: ScoredDocument) {
        self.totals.judged += 1;
        self.qualities.push(document.quality);
        let mut findings = SeverityCounts::default();
        for finding in &document.findings {
            let severity = finding.severity;
            findings.count(severity);
            self.totals.findings.count(severity);
            let of_category = self.findings.entry(finding.category).or_default();
            of_category.count(severity);
        }
        let exact = document.summary;
        let lowest = self.extremes.quality.into_iter().chain(exact.quality);
        self.extremes.quality = lowest.reduce(f32::min);
        self.extremes.worst = self.extremes.worst.max(exact.worst);
        let key = (hundredths(document.quality), position);
        let mut found = document.findings;
        self.worst.add(key, || WorstDocument {
            found: {
                found.sort_by_key(|finding| Reverse(finding.severity));
                found.truncate(MAX_FINDINGS);
                found
            },
            quality: document.quality,
            post_edit_rate: document.post_edit_rate,
            findings,
            id,
        });
    }

    fn count_unscored(&mut self, position: i64, id: String, document: UnscoredReason) {
        let UnscoredReason {
            status,
            reason,
            message,
        } = document;
        match status {
            Status::Abstained => self.totals.abstained += 1,
            Status::Failed | Status::Scored => self.totals.failed += 1,
        }
        let top = self.top;
        self.not_judged
            .entry((status, reason))
            .or_insert_with(|| FirstDocuments::new(top))
            .count(position, || UnscoredDocument { id, message });
    }

    /// The run report with its `changes`, and the extremes of the run.
    pub(super) fn finish(
        mut self,
        run: RunFacts,
        changes: Option<Changes>,
    ) -> (RunReport, Summary) {
        self.totals.median_quality = median(&mut self.qualities);
        let findings = self.findings.into_iter();
        let not_judged = self.not_judged.into_iter();
        let not_judged = not_judged.map(|((status, reason), documents)| UnscoredGroup {
            status,
            reason,
            documents: documents.all(),
            first: documents.finish(),
        });
        let report = RunReport {
            schema: Schema::default(),
            run,
            totals: self.totals,
            findings: findings
                .map(|(category, findings)| CategoryCounts { category, findings })
                .collect(),
            worst: self.worst.finish(),
            changes,
            not_judged: not_judged.collect(),
        };
        (report, self.extremes)
    }
}

/// The middle one, or the mean of the two in the middle.
fn median(numbers: &mut [f64]) -> Option<f64> {
    let middle = numbers.len() / 2;
    if numbers.is_empty() {
        return None;
    }
    let odd = numbers.len() % 2 == 1;
    let (below, &mut above, _) = numbers.select_nth_unstable_by(middle, f64::total_cmp);
    if odd {
        return Some(above);
    }
    let below = below.iter().copied().max_by(f64::total_cmp)?;
    let mean = f64::midpoint(below, above);
    Some((mean * 100.0).round() / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [3.0]), Some(3.0));
        assert_eq!(median(&mut [9.0, 1.0, 5.0]), Some(5.0));
        assert_eq!(median(&mut [9.0, 1.0, 5.0, 6.01]), Some(5.51));
    }
}
