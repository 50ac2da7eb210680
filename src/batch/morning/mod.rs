//! The morning after: what the last run of a state was given, and what has
//! changed since the run before.
//!
//! In: a state that is only read. Out: totals, the worst documents, findings by
//! category, changes, and what was not judged and why. Reports are parsed one
//! at a time and of each only what is shown is kept, so that memory does not
//! grow with the run but for the eight bytes of a quality. It judges nothing;
//! [`draw`] makes text and JSON of it, [`page`] a page.

mod body;
mod changes;
pub mod draw;
mod least;
pub mod page;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Category, Severity};

use super::judged::{Status, Summary};
use super::state::{Reader, RunFacts, StateError};
use body::{Body, Found};
pub use changes::{Change, Changes};
use least::{First, Least};

/// Findings that are kept of each of the worst documents.
const FOUND_KEPT: usize = 5;

/// What there is to say on the last run of a state.
#[derive(Debug, Serialize)]
pub struct Morning {
    /// The run.
    pub run: RunFacts,
    /// Its documents and findings, counted.
    pub totals: Totals,
    /// Its findings by category; a category without any is left out.
    pub findings: Vec<OfCategory>,
    /// The documents with the lowest quality, lowest first.
    pub worst: Vec<Poor>,
    /// What has changed since the run before, if there was one that was
    /// finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    /// What was not judged, by the reason.
    pub not_judged: Vec<NotJudged>,
    #[serde(skip)]
    extremes: Summary,
}

impl Morning {
    /// The lowest quality and the most severe finding of the run: whatever gate
    /// a document meets, these meet it too.
    pub fn extremes(&self) -> Summary {
        self.extremes
    }
}

/// Documents and findings, counted.
#[derive(Debug, Default, Serialize)]
pub struct Totals {
    /// All documents.
    pub documents: u64,
    /// Those that were judged.
    pub judged: u64,
    /// Those that cannot be judged.
    pub abstained: u64,
    /// Those that could not be read.
    pub failed: u64,
    /// Half of the judged ones are better; none if none was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub median_quality: Option<f64>,
    /// All findings.
    pub findings: BySeverity,
}

/// Findings, counted by severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct BySeverity {
    /// The sense is lost or false.
    pub critical: u64,
    /// The reader is slowed or misled.
    pub major: u64,
    /// Noticed, understood.
    pub minor: u64,
}

impl BySeverity {
    fn count(&mut self, severity: Severity) {
        match severity {
            Severity::Critical => self.critical += 1,
            Severity::Major => self.major += 1,
            Severity::Minor => self.minor += 1,
        }
    }

    /// All of them.
    pub fn all(&self) -> u64 {
        self.critical + self.major + self.minor
    }
}

/// The findings of one category.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct OfCategory {
    /// The category.
    pub category: Category,
    /// How many there are.
    #[serde(flatten)]
    pub findings: BySeverity,
}

/// One of the worst documents.
#[derive(Debug, PartialEq, Serialize)]
pub struct Poor {
    /// Its quality, 0 to 100.
    pub quality: f64,
    /// The share of its words that a post-editor would change.
    pub post_edit_rate: f64,
    /// Its findings.
    pub findings: BySeverity,
    /// The first few of them, worst first.
    pub found: Vec<Found>,
    /// Its id.
    pub id: String,
}

/// Documents that were not judged, all for the same reason.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    /// `abstained` or `failed`.
    pub status: &'static str,
    /// The reason or the kind of error, by its name in reports, and
    /// `damaged_report` for one that was changed on the disk.
    pub reason: String,
    /// How many there are.
    pub documents: u64,
    /// The first of them.
    pub first: Vec<Unjudged>,
}

/// A document that was not judged.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Unjudged {
    /// Its id.
    pub id: String,
    /// Why, in a sentence.
    pub message: String,
}

/// Looks at the last run of a state; every list holds at most `top` documents.
///
/// # Errors
/// When there is no run, or the state cannot be read.
pub fn morning(reader: &Reader, top: usize) -> Result<Morning, StateError> {
    let run = reader.last_run()?;
    let before = reader.finished_before(&run)?;
    let former = before.as_ref().map(|before| before.number);
    let mut counted = Counted::new(top);
    let mut changes = before.map(|before| changes::Counted::new(&run, before, top));
    // Those not reached are not gone.
    let mut gone = run.finished.then(|| First::new(top));
    reader.documents(
        run.number,
        former,
        |position, id, content, former| {
            let body = Body::of(content);
            if let Some(changes) = &mut changes {
                changes.count(position, &id, &body, former);
            }
            counted.count(position, id, body);
        },
        |position, id| {
            if let Some(gone) = &mut gone {
                gone.count(position, || id);
            }
        },
    )?;
    let changes = changes.map(|changes| changes.finish(gone));
    Ok(counted.finish(run, changes))
}

/// What is counted on the way through a run.
struct Counted {
    top: usize,
    totals: Totals,
    findings: BTreeMap<Category, BySeverity>,
    qualities: Vec<f64>,
    worst: Least<(i64, i64), Poor>,
    not_judged: BTreeMap<(&'static str, String), First<Unjudged>>,
    extremes: Summary,
}

impl Counted {
    fn new(top: usize) -> Self {
        Self {
            top,
            totals: Totals::default(),
            findings: BTreeMap::new(),
            qualities: Vec::new(),
            worst: Least::new(top),
            not_judged: BTreeMap::new(),
            extremes: Summary {
                status: Status::Scored,
                quality: None,
                worst: None,
            },
        }
    }

    fn count(&mut self, position: i64, id: String, body: Body) {
        self.totals.documents += 1;
        match body {
            Body::Judged(judged) => {
                self.totals.judged += 1;
                self.qualities.push(judged.quality);
                let mut findings = BySeverity::default();
                for Found {
                    category, severity, ..
                } in &judged.findings
                {
                    findings.count(*severity);
                    self.totals.findings.count(*severity);
                    self.findings.entry(*category).or_default().count(*severity);
                }
                let exact = judged.summary;
                let lowest = self.extremes.quality.into_iter().chain(exact.quality);
                self.extremes.quality = lowest.reduce(f32::min);
                self.extremes.worst = self.extremes.worst.max(exact.worst);
                let place = (hundredths(judged.quality), position);
                let mut found = judged.findings;
                self.worst.add(place, || Poor {
                    found: {
                        found.sort_by_key(|found| Reverse(found.severity));
                        found.truncate(FOUND_KEPT);
                        found
                    },
                    quality: judged.quality,
                    post_edit_rate: judged.post_edit_rate,
                    findings,
                    id,
                });
            }
            Body::NotJudged {
                status,
                reason,
                message,
            } => {
                match status {
                    Status::Abstained => self.totals.abstained += 1,
                    Status::Failed | Status::Scored => self.totals.failed += 1,
                }
                let status = status.name();
                let top = self.top;
                self.not_judged
                    .entry((status, reason))
                    .or_insert_with(|| First::new(top))
                    .count(position, || Unjudged { id, message });
            }
        }
    }

    fn finish(mut self, run: RunFacts, changes: Option<Changes>) -> Morning {
        self.totals.median_quality = median(&mut self.qualities);
        let findings = self.findings.into_iter();
        let not_judged = self.not_judged.into_iter();
        let not_judged = not_judged.map(|((status, reason), documents)| NotJudged {
            status,
            reason,
            documents: documents.all(),
            first: documents.finish(),
        });
        Morning {
            run,
            totals: self.totals,
            findings: findings
                .map(|(category, findings)| OfCategory { category, findings })
                .collect(),
            worst: self.worst.finish(),
            changes,
            not_judged: not_judged.collect(),
            extremes: self.extremes,
        }
    }
}

/// A quality as a whole number, to sort by: reports give two decimals.
fn hundredths(quality: f64) -> i64 {
    (quality * 100.0).round() as i64
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
mod tests;
