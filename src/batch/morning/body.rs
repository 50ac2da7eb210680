//! What the morning asks of a report that is kept.
//!
//! In: what stands in one place of a run. Out: quality and findings, or why
//! there are none. It knows of the report's JSON only the fields it reads.

use serde::Deserialize;

use crate::finding::{Category, Severity};
use crate::report::{AbstainReason, Language, message};

use super::super::Links;
use super::super::judged::{self, Status, Summary};
use super::super::state::Content;

/// A report, as far as it is asked.
#[derive(Debug)]
pub(super) enum Body {
    Judged(Judged),
    NotJudged {
        status: Status,
        reason: String,
        message: String,
    },
}

#[derive(Debug)]
pub(super) struct Judged {
    /// As the report gives it, rounded.
    pub(super) quality: f64,
    pub(super) post_edit_rate: f64,
    pub(super) findings: Vec<Found>,
    /// What gates ask, exact.
    pub(super) summary: Summary,
}

/// A finding without its place, which moves when something before it is
/// edited.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, serde::Serialize)]
pub struct Found {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of error.
    pub category: Category,
    /// The phrase.
    pub text: String,
}

#[derive(Deserialize)]
struct ReportJson {
    reason: Option<String>,
    language: Option<LanguageJson>,
    error: Option<ErrorJson>,
    score: Option<ScoreJson>,
    #[serde(default)]
    findings: Vec<Found>,
}

#[derive(Deserialize)]
struct LanguageJson {
    code: String,
    confidence: f32,
}

#[derive(Deserialize)]
struct ErrorJson {
    kind: String,
    message: String,
}

#[derive(Deserialize)]
struct ScoreJson {
    quality: f64,
    post_edit_rate: f64,
}

impl Body {
    pub(super) fn of(content: Content) -> Self {
        let read = match content {
            Content::Report(kept) => {
                parsed(&kept.body).and_then(|report| Self::judged(report, kept.summary))
            }
            Content::Failure(body) => parsed(&body).and_then(Self::failed),
            Content::Damaged => None,
        };
        read.unwrap_or_else(|| Self::NotJudged {
            status: Status::Failed,
            reason: "damaged_report".to_owned(),
            message: "its report in the state is damaged; the next run makes it anew".to_owned(),
        })
    }

    fn judged(report: ReportJson, summary: Summary) -> Option<Self> {
        if let Some(score) = report.score {
            return Some(Self::Judged(Judged {
                quality: score.quality,
                post_edit_rate: score.post_edit_rate,
                findings: report.findings,
                summary,
            }));
        }
        let name = report.reason?;
        let language = report.language.map(|language| Language {
            code: language.code,
            confidence: language.confidence,
        });
        let reason = [
            AbstainReason::Empty,
            AbstainReason::TooShort,
            AbstainReason::NotText,
            AbstainReason::LanguageUnsupported,
        ]
        .into_iter()
        .find(|reason| message::reason_name(*reason) == name)?;
        Some(Self::NotJudged {
            status: Status::Abstained,
            reason: name,
            message: message::abstained(reason, language.as_ref()),
        })
    }

    fn failed(report: ReportJson) -> Option<Self> {
        let error = report.error?;
        Some(Self::NotJudged {
            status: Status::Failed,
            reason: error.kind,
            message: error.message,
        })
    }
}

fn parsed(body: &judged::Body) -> Option<ReportJson> {
    // Under which id it stands is no matter.
    serde_json::from_str(&body.line("", &Links::default()).ok()?).ok()
}
