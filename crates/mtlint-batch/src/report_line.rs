//! One record's report, as a batch hands it on.
//!
//! In: a report. Out: what gates and progress ask of it, and its JSON apart from its id,
//! so that a document with the same text and siblings can have the same report under
//! another id. The line is one of the contract [`v1::Report`]. It judges nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use mtlint::finding::Severity;
use mtlint::report::{Outcome, Report, Status, json, v1};

/// One line of a batch's output: the report on one record, whether it could be judged,
/// cannot be judged, or holds no document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(title = "A line of mtlint batch: mtlint.report/1")]
pub struct Line(pub v1::Report);

/// What gates and progress need to know of a report.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// What became of the document.
    pub status: Status,
    /// The document's quality, from 0 to 100, if it was judged.
    pub quality: Option<f32>,
    /// The severity of the document's most severe finding, of those that no baseline holds.
    pub worst: Option<Severity>,
}

impl Summary {
    /// The summary of `report`.
    pub fn of(report: &Report) -> Self {
        let analysis = match &report.outcome {
            Outcome::Scored(analysis) => Some(analysis),
            Outcome::Abstained { .. } | Outcome::Failed(_) => None,
        };
        let severities = analysis
            .iter()
            .flat_map(|one| one.new_findings())
            .map(|finding| finding.severity);
        Self {
            status: report.outcome.status(),
            quality: analysis.map(|analysis| analysis.score.quality),
            worst: severities.max(),
        }
    }
}

/// Which articles a document of a batch is linked to: the original that it copies, and the
/// sibling found for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DocumentLinks {
    /// The id of the article of the pool that the document is a near copy of, or the same as.
    pub copy_of: Option<String>,
    /// The id of the article of the pool that the document was linted with as its sibling.
    pub sibling: Option<String>,
}

/// A record's report, ready to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportLine {
    /// The document's id.
    pub id: String,
    /// The report's status, quality and worst finding.
    pub summary: Summary,
    /// Which articles the document is linked to.
    pub links: DocumentLinks,
    /// The report as one line of JSON, without the line break.
    pub line: String,
    /// Whether the report was in the state, so that nothing had to be read.
    pub from_state: bool,
}

/// A report's JSON without the beginning, in which the id and the links stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ReportBody(pub(super) String);

impl ReportBody {
    pub(super) fn of(report: &Report, options: json::Options<'_>) -> serde_json::Result<Self> {
        let line = json::line(report, options)?;
        // The start is the same for every report of the schema; were it not,
        // the whole line would be kept and belong to this id alone.
        let start = start(&report.id, &DocumentLinks::default())?;
        let rest = line.strip_prefix(&start).map(str::to_owned);
        Ok(Self(rest.unwrap_or(line)))
    }

    /// The report's line for the document `id`, with its links to others: they
    /// are the batch's and not the text's, and so no part of what is kept.
    pub(super) fn line(&self, id: &str, links: &DocumentLinks) -> serde_json::Result<String> {
        if self.0.starts_with('{') {
            return Ok(self.0.clone());
        }
        Ok(start(id, links)? + &self.0)
    }

    /// The report, under no id; `None` if it is none of the contract.
    pub(super) fn read(&self) -> Option<v1::Report> {
        let line = self.line("", &DocumentLinks::default()).ok()?;
        serde_json::from_str(&line).ok()
    }
}

/// What stands before a body.
fn start(id: &str, links: &DocumentLinks) -> serde_json::Result<String> {
    let id = json::escaped(serde_json::to_string(id)?);
    let schema = serde_json::to_string(&v1::Schema::default())?;
    let mut start = format!("{{\"schema\":{schema},\"id\":{id}");
    for (name, other) in [("copy_of", &links.copy_of), ("sibling", &links.sibling)] {
        if let Some(other) = other {
            let other = json::escaped(serde_json::to_string(other)?);
            start += &format!(",\"{name}\":{other}");
        }
    }
    Ok(start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mtlint::report::AbstainReason;

    fn report(id: &str) -> Report {
        Report {
            id: id.to_owned(),
            outcome: Outcome::Abstained {
                reason: AbstainReason::Empty,
                language: None,
            },
        }
    }

    #[test]
    fn a_body_gives_the_same_line_again_and_another_id_its_own() {
        let options = json::Options::default();
        for id in ["a", "a \"b\"\n\u{1}\u{202e}", ""] {
            let body = ReportBody::of(&report(id), options).unwrap();
            assert!(body.0.starts_with(",\"status\""), "{body:?}");
            for other in [id, "other"] {
                assert_eq!(
                    body.line(other, &DocumentLinks::default()).unwrap(),
                    json::line(&report(other), options).unwrap()
                );
            }
        }
    }

    #[test]
    fn links_stand_after_the_id_as_the_contract_has_them() {
        let links = DocumentLinks {
            copy_of: Some("wire/\"1\"".to_owned()),
            sibling: Some("pool.jsonl:3".to_owned()),
        };
        let options = json::Options::default();
        let body = ReportBody::of(&report("a"), options).unwrap();
        let line = body.line("a", &links).unwrap();
        let contract = Line(v1::Report {
            copy_of: links.copy_of.clone(),
            sibling: links.sibling.clone(),
            ..v1::Report::new(&report("a"), options)
        });
        assert_eq!(line, serde_json::to_string(&contract).unwrap());
        let read: Line = serde_json::from_str(&line).unwrap();
        assert_eq!(read, contract);
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["id"], "a");
        assert_eq!(read["copy_of"], "wire/\"1\"");
        assert_eq!(read["sibling"], "pool.jsonl:3");
        assert_eq!(read["status"], "abstained");
    }

    #[test]
    fn statuses_have_the_names_of_the_report() {
        for status in [Status::Scored, Status::Abstained, Status::Failed] {
            assert_eq!(Status::from_name(&status.to_string()), Some(status));
        }
        assert_eq!(Status::from_name("clean"), None);
    }
}
