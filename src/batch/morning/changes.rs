//! What has changed since the run before.
//!
//! In: each document's report with the one that had its id before. Out: how
//! many documents are new, gone, changed and unchanged, and which findings came
//! and went. Findings are compared only where both reports have judged: that a
//! document can no longer be read mends nothing.

use std::cmp::Reverse;
use std::collections::HashMap;

use serde::Serialize;

use crate::finding::{Category, Severity};

use super::super::state::{Former, RunFacts};
use super::body::{Body, Found, Judged};
use super::hundredths;
use super::least::{First, Least};

/// What has changed since the run before. Each document is counted once, as
/// `new`, `unchanged`, `changed`, `now_judged` or `no_longer_judged`; `gone`
/// come on top.
#[derive(Debug, Serialize)]
pub struct Changes {
    /// The run before: the last that was finished.
    pub before: RunFacts,
    /// What was not the same in how the two runs judged, such as `model` or
    /// `version`; a change may come from that.
    pub judged_otherwise: Vec<String>,
    /// Documents whose id the run before did not have.
    pub new: u64,
    /// Documents whose id this run does not have; not known if it was cut
    /// short.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<u64>,
    /// Documents with the same quality and the same findings, or not judged
    /// either time.
    pub unchanged: u64,
    /// Documents with another quality or other findings.
    pub changed: u64,
    /// Documents that were not judged before and are now.
    pub now_judged: u64,
    /// Documents that were judged before and are not any more.
    pub no_longer_judged: u64,
    /// Of the changed ones those with findings that they did not have.
    pub with_new_findings: u64,
    /// Of the changed ones those that had findings they have no longer.
    pub with_fixed_findings: u64,
    /// Findings that changed documents did not have.
    pub new_findings: u64,
    /// Findings that changed documents have no longer.
    pub fixed_findings: u64,
    /// The changed documents: those with the worst new findings first, and of
    /// these the ones with the lowest quality.
    pub documents: Vec<Change>,
    /// The first ids that are new.
    pub new_documents: Vec<String>,
    /// The first ids that are gone.
    pub gone_documents: Vec<String>,
    /// The first ids that are no longer judged.
    pub no_longer_judged_documents: Vec<String>,
}

/// A document that has changed.
#[derive(Debug, PartialEq, Serialize)]
pub struct Change {
    /// Its id.
    pub id: String,
    /// Its quality before.
    pub quality_before: f64,
    /// Its quality now.
    pub quality: f64,
    /// Findings that it did not have, worst first.
    pub new: Vec<Found>,
    /// Findings that it has no longer, worst first.
    pub fixed: Vec<Found>,
}

/// By what changed documents are sorted: worst new finding, quality in
/// hundredths, place in the run.
type Place = (Reverse<Option<Severity>>, i64, i64);

/// What is counted on the way through a run.
pub(super) struct Counted {
    changes: Changes,
    documents: Least<Place, Change>,
    new: First<String>,
    no_longer_judged: First<String>,
}

impl Counted {
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
            documents: Least::new(top),
            new: First::new(top),
            no_longer_judged: First::new(top),
        }
    }

    /// Counts a document of the run.
    pub(super) fn count(&mut self, position: i64, id: &str, now: &Body, former: Former) {
        let former = match former {
            Former::None => return self.new.count(position, || id.to_owned()),
            Former::Same => {
                self.changes.unchanged += 1;
                return;
            }
            Former::Other(content) => Body::of(content),
        };
        match (now, &former) {
            (Body::Judged(now), Body::Judged(former)) => self.compare(position, id, now, former),
            (Body::Judged(_), Body::NotJudged { .. }) => self.changes.now_judged += 1,
            (Body::NotJudged { .. }, Body::Judged(_)) => {
                self.no_longer_judged.count(position, || id.to_owned())
            }
            (Body::NotJudged { .. }, Body::NotJudged { .. }) => self.changes.unchanged += 1,
        }
    }

    fn compare(&mut self, position: i64, id: &str, now: &Judged, former: &Judged) {
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
        let worst = new.first().map(|found| found.severity);
        let place = (Reverse(worst), hundredths(now.quality), position);
        self.documents.add(place, || Change {
            id: id.to_owned(),
            quality_before: former.quality,
            quality: now.quality,
            new,
            fixed,
        });
    }

    /// All changes, with the documents that are `gone` if that is known.
    pub(super) fn finish(self, gone: Option<First<String>>) -> Changes {
        Changes {
            new: self.new.all(),
            new_documents: self.new.finish(),
            gone: gone.as_ref().map(First::all),
            gone_documents: gone.map(First::finish).unwrap_or_default(),
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
fn sorted(findings: &[Found]) -> Vec<Found> {
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
fn without(findings: &[Found], others: &[Found]) -> Vec<Found> {
    let mut there: HashMap<(Category, &str), usize> = HashMap::new();
    for other in others {
        *there.entry((other.category, &other.text)).or_default() += 1;
    }
    let mut left = Vec::new();
    for found in findings {
        match there.get_mut(&(found.category, found.text.as_str())) {
            Some(more) if *more > 0 => *more -= 1,
            _ => left.push(found.clone()),
        }
    }
    left
}
