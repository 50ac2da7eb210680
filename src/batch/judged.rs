//! One judged record, as a batch hands it on.
//!
//! In: a report. Out: what gates and progress ask of it, and its JSON apart
//! from its id, so that a document with the same text and siblings can have
//! the same report under another id. It judges nothing.

use crate::finding::Severity;
use crate::report::{Outcome, Report, json};

use super::Links;

/// What became of a document, without the details.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was judged.
    Scored,
    /// It cannot be judged.
    Abstained,
    /// It could not be read.
    Failed,
}

impl Status {
    /// As in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Scored => "scored",
            Self::Abstained => "abstained",
            Self::Failed => "failed",
        }
    }

    /// The status that the report calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Scored, Self::Abstained, Self::Failed]
            .into_iter()
            .find(|status| status.name() == name)
    }
}

/// What gates and progress ask of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// What became of the document.
    pub status: Status,
    /// Its quality, 0 to 100, if it was judged.
    pub quality: Option<f32>,
    /// Its most severe finding, of those that no baseline holds.
    pub worst: Option<Severity>,
}

impl Summary {
    /// The summary of `report`.
    pub fn of(report: &Report) -> Self {
        let empty = |status| Self {
            status,
            quality: None,
            worst: None,
        };
        match &report.outcome {
            Outcome::Scored(analysis) => Self {
                status: Status::Scored,
                quality: Some(analysis.score.quality),
                worst: analysis.new_findings().map(|f| f.severity).max(),
            },
            Outcome::Abstained { .. } => empty(Status::Abstained),
            Outcome::Failed(_) | Outcome::BadRecord(_) => empty(Status::Failed),
        }
    }
}

/// A record's report, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The document's id.
    pub id: String,
    /// What became of it.
    pub summary: Summary,
    /// What it has to do with others.
    pub links: Links,
    /// The report as one line of JSON, without the line break.
    pub line: String,
    /// Whether the report was in the state, so that nothing had to be read.
    pub kept: bool,
}

/// A report's JSON without the id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Body(pub(super) String);

impl Body {
    pub(super) fn of(report: &Report, options: json::Options<'_>) -> serde_json::Result<Self> {
        let line = json::line(report, options)?;
        // The start is the same for every report of the schema; were it not,
        // the whole line would be kept and belong to this id alone.
        let start = start(&report.id, &Links::default())?;
        let rest = line.strip_prefix(&start).map(str::to_owned);
        Ok(Self(rest.unwrap_or(line)))
    }

    /// The report's line for the document `id`, with its links to others: they
    /// are the batch's and not the text's, and so no part of what is kept.
    pub(super) fn line(&self, id: &str, links: &Links) -> serde_json::Result<String> {
        if self.0.starts_with('{') {
            return Ok(self.0.clone());
        }
        Ok(start(id, links)? + &self.0)
    }
}

/// What stands before a body.
fn start(id: &str, links: &Links) -> serde_json::Result<String> {
    let id = serde_json::to_string(id)?;
    let mut start = format!("{{\"schema\":\"{}\",\"id\":{id}", json::SCHEMA);
    for (name, other) in [("copy_of", &links.copy_of), ("sibling", &links.sibling)] {
        if let Some(other) = other {
            start += &format!(",\"{name}\":{}", serde_json::to_string(other)?);
        }
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::AbstainReason;

    #[test]
    fn a_body_gives_the_same_line_again_and_another_id_its_own() {
        let report = |id: &str| Report {
            id: id.to_owned(),
            outcome: Outcome::Abstained {
                reason: AbstainReason::Empty,
                language: None,
            },
        };
        let options = json::Options::default();
        for id in ["a", "a \"b\"\n\u{1}\u{202e}", ""] {
            let body = Body::of(&report(id), options).unwrap();
            assert!(body.0.starts_with(",\"status\""), "{body:?}");
            for other in [id, "other"] {
                assert_eq!(
                    body.line(other, &Links::default()).unwrap(),
                    json::line(&report(other), options).unwrap()
                );
            }
        }
    }

    #[test]
    fn links_stand_after_the_id() {
        let links = Links {
            copy_of: Some("wire/\"1\"".to_owned()),
            sibling: Some("pool.jsonl:3".to_owned()),
        };
        let body = Body(",\"status\":\"failed\"}".to_owned());
        let line: serde_json::Value =
            serde_json::from_str(&body.line("a", &links).unwrap()).unwrap();
        assert_eq!(line["id"], "a");
        assert_eq!(line["copy_of"], "wire/\"1\"");
        assert_eq!(line["sibling"], "pool.jsonl:3");
        assert_eq!(line["status"], "failed");
    }

    #[test]
    fn statuses_have_the_names_of_the_report() {
        for status in [Status::Scored, Status::Abstained, Status::Failed] {
            assert_eq!(Status::from_name(status.name()), Some(status));
        }
        assert_eq!(Status::from_name("clean"), None);
    }
}
