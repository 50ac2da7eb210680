//! What a run report asks of a report that is kept in the state.
//!
//! In: what stands in one place of a run. Out: quality and findings, or why there are
//! none. Reports are read as the contract [`v1::Report`]; this file counts nothing.

use crate::report_line::Summary;
use crate::state::Content;
use mtlint::report::{Language, Status, message, v1};

use super::contract::FindingSummary;

/// The outcome of one document of a run.
#[derive(Debug)]
pub(super) enum StoredOutcome {
    Scored(ScoredDocument),
    Unscored(UnscoredReason),
}

/// What is asked of the report on a document that was judged.
#[derive(Debug)]
pub(super) struct ScoredDocument {
    /// As the report gives it, rounded.
    pub(super) quality: f64,
    pub(super) post_edit_rate: f64,
    pub(super) findings: Vec<FindingSummary>,
    /// What gates ask, exact.
    pub(super) summary: Summary,
}

/// Why a document has no quality.
#[derive(Debug)]
pub(super) struct UnscoredReason {
    pub(super) status: Status,
    pub(super) reason: String,
    pub(super) message: String,
}

impl StoredOutcome {
    pub(super) fn of(content: Content) -> Self {
        let outcome = match content {
            Content::Report(stored) => stored
                .body
                .read()
                .and_then(|report| Self::stored(report, stored.summary)),
            Content::Failure(body) => body.read().and_then(Self::failed),
            Content::Damaged => None,
        };
        outcome.unwrap_or_else(|| {
            Self::Unscored(UnscoredReason {
                status: Status::Failed,
                reason: "damaged_report".to_owned(),
                message: "its report in the state is damaged; the next run makes it anew"
                    .to_owned(),
            })
        })
    }

    fn stored(report: v1::Report, summary: Summary) -> Option<Self> {
        if let Some(score) = report.score {
            let findings = report.findings.into_iter().map(|finding| FindingSummary {
                severity: finding.severity,
                category: finding.category,
                text: finding.text,
            });
            return Some(Self::Scored(ScoredDocument {
                quality: score.quality,
                post_edit_rate: score.post_edit_rate,
                findings: findings.collect(),
                summary,
            }));
        }
        let reason = report.reason?;
        let language = report.language.map(|language| Language {
            code: language.code,
            confidence: language.confidence as f32,
        });
        Some(Self::Unscored(UnscoredReason {
            status: Status::Abstained,
            reason: reason.to_string(),
            message: message::abstained(reason, language.as_ref()),
        }))
    }

    fn failed(report: v1::Report) -> Option<Self> {
        let failure = report.error?;
        Some(Self::Unscored(UnscoredReason {
            status: Status::Failed,
            reason: failure.kind.to_string(),
            message: failure.message,
        }))
    }
}
