//! What has changed since the run before.
//!
//! In: each document's report with the one that had its id before. Out: how many
//! documents are new, gone, changed and unchanged, and which findings came and went.
//! Findings are compared only where both reports have judged: that a document can no
//! longer be read mends nothing.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::state::{Previous, RunFacts};
use mtlint::finding::{Category, Severity};

use super::contract::{Changes, DocumentChange, FindingSummary, hundredths};
use super::smallest::{FirstDocuments, Smallest};
use super::stored_outcome::{ScoredDocument, StoredOutcome};

/// By what changed documents are sorted: worst new finding, quality in hundredths,
/// position in the run.
type SortKey = (Reverse<Option<Severity>>, i64, i64);

/// What is counted on the way through a run.
pub(super) struct ChangeTally {
    changes: Changes,
    documents: Smallest<SortKey, DocumentChange>,
    new: FirstDocuments<String>,
    no_longer_judged: FirstDocuments<String>,
}

impl ChangeTally {
    pub(super) fn new(run: &RunFacts, before: RunFacts, top: usize) -> Self {
        let judged_otherwise = differing(&run.fingerprint, &before.fingerprint);
        Self {
            changes: Changes {
                before,
                judged_otherwise,
                new: 0,
                gone: None,
                unchanged: 0,
                changed: 0,
                now_judged: 0,
                no_longer_judged: 0,
                with_new_findings: 0,
                with_fixed_findings: 0,
                new_findings: 0,
                fixed_findings: 0,
                documents: Vec::new(),
                new_documents: Vec::new(),
                gone_documents: Vec::new(),
                no_longer_judged_documents: Vec::new(),
            },
            documents: Smallest::new(top),
            new: FirstDocuments::new(top),
            no_longer_judged: FirstDocuments::new(top),
        }
    }

    /// Counts a document of the run.
    pub(super) fn count(&mut self, position: i64, id: &str, now: &StoredOutcome, former: Previous) {
        let former = match former {
            Previous::None => return self.new.count(position, || id.to_owned()),
            Previous::Same => {
                self.changes.unchanged += 1;
                return;
            }
            Previous::Other(content) => StoredOutcome::of(content),
        };
        match (now, &former) {
            (StoredOutcome::Scored(now), StoredOutcome::Scored(former)) => {
                self.compare(position, id, now, former)
            }
            (StoredOutcome::Scored(_), StoredOutcome::Unscored(_)) => self.changes.now_judged += 1,
            (StoredOutcome::Unscored(_), StoredOutcome::Scored(_)) => {
                self.no_longer_judged.count(position, || id.to_owned())
            }
            (StoredOutcome::Unscored(_), StoredOutcome::Unscored(_)) => self.changes.unchanged += 1,
        }
    }

    fn compare(&mut self, position: i64, id: &str, now: &ScoredDocument, former: &ScoredDocument) {
        let findings = sorted(&now.findings);
        let former_findings = sorted(&former.findings);
        if now.quality == former.quality && findings == former_findings {
            self.changes.unchanged += 1;
            return;
        }
        let new = without(&findings, &former_findings);
        let fixed = without(&former_findings, &findings);
        let changes = &mut self.changes;
        changes.changed += 1;
        changes.with_new_findings += u64::from(!new.is_empty());
        changes.with_fixed_findings += u64::from(!fixed.is_empty());
        changes.new_findings += new.len() as u64;
        changes.fixed_findings += fixed.len() as u64;
        let worst = new.first().map(|finding| finding.severity);
        let key = (Reverse(worst), hundredths(now.quality), position);
        self.documents.add(key, || DocumentChange {
            id: id.to_owned(),
            quality_before: former.quality,
            quality: now.quality,
            new,
            fixed,
        });
    }

    /// All changes, with the documents that are `gone` if that is known.
    pub(super) fn finish(self, gone: Option<FirstDocuments<String>>) -> Changes {
        Changes {
            new: self.new.all(),
            new_documents: self.new.finish(),
            gone: gone.as_ref().map(FirstDocuments::all),
            gone_documents: gone.map(FirstDocuments::finish).unwrap_or_default(),
            no_longer_judged: self.no_longer_judged.all(),
            no_longer_judged_documents: self.no_longer_judged.finish(),
            documents: self.documents.finish(),
            ..self.changes
        }
    }
}

/// The names that have another value, or none, on the other side.
fn differing(one: &[(String, String)], other: &[(String, String)]) -> Vec<String> {
    let names = one.iter().filter(|pair| !other.contains(pair));
    names.map(|(name, _)| name.clone()).collect()
}

/// Worst first.
fn sorted(findings: &[FindingSummary]) -> Vec<FindingSummary> {
    let mut findings = findings.to_vec();
    findings.sort_by(|one, other| {
        let severity = other.severity.cmp(&one.severity);
        severity.then_with(|| one.cmp(other))
    });
    findings
}

/// `findings` without those that `others` has too, each as often as it is
/// there. A phrase of the same category is the same finding even when it is
/// thought better or worse of.
fn without(findings: &[FindingSummary], others: &[FindingSummary]) -> Vec<FindingSummary> {
    let mut there: HashMap<(Category, &str), usize> = HashMap::new();
    for other in others {
        *there.entry((other.category, &other.text)).or_default() += 1;
    }
    let mut left = Vec::new();
    for finding in findings {
        match there.get_mut(&(finding.category, finding.text.as_str())) {
            Some(more) if *more > 0 => *more -= 1,
            _ => left.push(finding.clone()),
        }
    }
    left
}
