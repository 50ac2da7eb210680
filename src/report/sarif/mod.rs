//! Reports as SARIF 2.1.0, the format in which checkers hand their results to others.
//!
//! In: reports, one after another, and the folder that relative paths start from. Out:
//! one log with one run. Structures of our own and no crate's: `serde-sarif`, the only
//! kept one, makes hundreds of types from the schema by a build script that stands on a
//! generator without upkeep (`schemafy`), and some thirty are needed here.
//!
//! Lines and columns start at 1, count Unicode scalar values and end behind the phrase;
//! bytes are given too. Positions in characters are left out, since readers do not agree
//! whether a byte order mark is one. A document that could not be judged or read is no
//! result but a notification of the run.

mod log;
mod uri;

use std::path::{Path, PathBuf};

use crate::finding::{Applicability, Finding, Severity, Suggestion};
use crate::span::{Doc, Span};

use super::fingerprint::fingerprints;
use super::{Analysis, Failure, Outcome, Report, message, rules, visible};
use log::{
    Artifact, ArtifactChange, Content, Fingerprints, Fix, FixProperties, Invocation, Location, Log,
    Notification, Place, Reference, Region, Replacement, ResultProperties, Run, SarifResult, Text,
    Tool,
};
use uri::uri;

/// A log that reports are added to.
#[derive(Debug)]
pub struct Sarif {
    root: Option<PathBuf>,
    compared: bool,
    artifacts: Vec<Artifact>,
    results: Vec<SarifResult>,
    notifications: Vec<Notification>,
    failed: bool,
}

impl Sarif {
    /// An empty log. Absolute paths below `root` become relative ones. `compared` says
    /// that known findings were marked by a baseline; each result then has its state.
    pub fn new(root: Option<&Path>, compared: bool) -> Self {
        Self {
            root: root.map(Path::to_owned),
            compared,
            artifacts: Vec::new(),
            results: Vec::new(),
            notifications: Vec::new(),
            failed: false,
        }
    }

    /// Adds the report on one document, its known findings too.
    pub fn add(&mut self, report: &Report) {
        let place = Place {
            uri: uri(&report.id, self.root.as_deref()),
            index: self.artifacts.len(),
        };
        self.artifacts.push(Artifact::new(&place, quality(report)));
        match &report.outcome {
            Outcome::Scored(analysis) => {
                let named = fingerprints(analysis);
                for (finding, fingerprint) in analysis.findings.iter().zip(named) {
                    let result = self.result(analysis, finding, fingerprint, &place);
                    self.results.push(result);
                }
            }
            Outcome::Abstained { reason, language } => {
                let why = message::abstained(*reason, language.as_ref());
                let why = format!("{} was not judged: {why}", report.id);
                self.notify("warning", "abstained", reason.to_string(), &why, place);
            }
            Outcome::Failed(Failure { kind, message }) => {
                self.failed = true;
                self.notify("error", "failed", kind.to_string(), message, place);
            }
        }
    }

    /// The whole log as JSON, without the last line break.
    ///
    /// # Errors
    /// Never in practice: every value can be written.
    pub fn finish(self) -> Result<String, serde_json::Error> {
        let log = Log::of(Run {
            tool: Tool::mtlint(),
            invocations: [Invocation {
                execution_successful: !self.failed,
                tool_execution_notifications: self.notifications,
            }],
            artifacts: self.artifacts,
            results: self.results,
            column_kind: "unicodeCodePoints",
            newline_sequences: ["\r\n", "\n", "\r"],
        });
        serde_json::to_string_pretty(&log).map(visible::json)
    }

    fn notify(
        &mut self,
        level: &'static str,
        id: &'static str,
        reason: String,
        why: &str,
        place: Place,
    ) {
        self.notifications.push(Notification {
            descriptor: Reference { id },
            level,
            message: plain(why),
            locations: [Location::of(place, None)],
            properties: log::NotificationProperties { reason },
        });
    }

    fn result(
        &self,
        analysis: &Analysis,
        finding: &Finding,
        fingerprint: String,
        place: &Place,
    ) -> SarifResult {
        let text = analysis.document.text();
        let region = Region {
            snippet: finding.span.slice(text).map(|phrase| Content {
                text: phrase.to_owned(),
            }),
            ..region(analysis, finding.span)
        };
        let index = rules::index_of(finding.category);
        SarifResult {
            rule_id: finding.category,
            rule_index: index,
            level: level(finding.severity),
            message: plain(&message::finding(text, finding)),
            locations: [Location::of(place.clone(), Some(region))],
            partial_fingerprints: Fingerprints {
                ours: fingerprint.clone(),
                of_line: fingerprint,
            },
            baseline_state: self.compared.then_some(if finding.known {
                "unchanged"
            } else {
                "new"
            }),
            rank: (f64::from(finding.confidence) * 1000.0).round() / 10.0,
            fixes: finding
                .suggestions
                .iter()
                .filter_map(|suggestion| fix(analysis, suggestion, place))
                .collect(),
            properties: ResultProperties {
                severity: finding.severity,
            },
        }
    }
}

fn quality(report: &Report) -> Option<f64> {
    match &report.outcome {
        Outcome::Scored(analysis) => {
            Some((f64::from(analysis.score.quality) * 100.0).round() / 100.0)
        }
        _ => None,
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "note",
        Severity::Major => "warning",
        Severity::Critical => "error",
    }
}

fn region(analysis: &Analysis, span: Span<Doc>) -> Region {
    let index = analysis.document.line_index();
    let from = index.position(span.start());
    let to = index.position(span.end());
    Region {
        start_line: from.line,
        start_column: from.column,
        end_line: to.line,
        end_column: to.column,
        byte_offset: span.start(),
        byte_length: span.len(),
        snippet: None,
    }
}

/// A correction that somebody may apply; a mere idea is none. The format has no field
/// for how freely, so that is a property.
fn fix(analysis: &Analysis, suggestion: &Suggestion, place: &Place) -> Option<Fix> {
    if suggestion.applicability == Applicability::DisplayOnly {
        return None;
    }
    let text = analysis.document.text();
    Some(Fix {
        description: plain(&message::suggestion(text, suggestion)),
        artifact_changes: [ArtifactChange {
            artifact_location: place.clone().into(),
            replacements: [Replacement {
                deleted_region: region(analysis, suggestion.span),
                inserted_content: Content {
                    text: suggestion.replacement.clone(),
                },
            }],
        }],
        properties: FixProperties {
            applicability: suggestion.applicability,
            confidence: (f64::from(suggestion.confidence) * 10_000.0).round() / 10_000.0,
            source: suggestion.source,
        },
    })
}

/// A message on one line. In SARIF's messages braces hold the place of arguments and
/// `[…](…)` is a link: a document must not be able to make either.
fn plain(words: &str) -> Text {
    let mut text = visible::prose(words).replace('{', "{{").replace('}', "}}");
    if text.contains("](") {
        text = text.replace('[', "\\[").replace(']', "\\]");
    }
    Text { text }
}

#[cfg(test)]
mod tests;
