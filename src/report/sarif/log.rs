//! The parts of a SARIF log that are written, in the order in which they are.

use serde::Serialize;

use super::super::rules;
use crate::finding::{Applicability, Category, Severity, SuggestionSource};

/// The newest edition of the schema of version 2.1.0.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/\
                      sarif-schema-2.1.0.json";

/// What relative paths start from, by the name that everybody uses for it.
const ROOT: &str = "%SRCROOT%";

#[derive(Debug, Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

impl Log {
    pub(super) fn of(run: Run) -> Self {
        Self {
            schema: SCHEMA,
            version: "2.1.0",
            runs: [run],
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    pub invocations: [Invocation; 1],
    pub artifacts: Vec<Artifact>,
    pub results: Vec<SarifResult>,
    pub column_kind: &'static str,
    pub newline_sequences: [&'static str; 3],
}

#[derive(Debug, Serialize)]
pub(super) struct Tool {
    driver: Driver,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    short_description: Text,
    rules: Vec<Descriptor>,
    notifications: [Descriptor; 2],
}

impl Tool {
    pub(super) fn mtlint() -> Self {
        let notification = |id: &str, short: &str| Descriptor {
            id: id.to_owned(),
            name: None,
            short_description: short.into(),
            full_description: None,
            help: None,
            properties: None,
        };
        Self {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                short_description: "Finds machine-translation garble without the source text"
                    .into(),
                rules: rules::RULES.iter().map(Descriptor::of).collect(),
                notifications: [
                    notification("abstained", "A document that cannot be judged."),
                    notification("failed", "A document that cannot be read."),
                ],
            },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Descriptor {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    short_description: Text,
    #[serde(skip_serializing_if = "Option::is_none")]
    full_description: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<Help>,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Tags>,
}

impl Descriptor {
    fn of(rule: &rules::Rule) -> Self {
        let rules::Rule {
            short,
            bad,
            good,
            advice,
            ..
        } = rule;
        Self {
            id: rule.category.to_string(),
            name: Some(rule.title.replace(' ', "")),
            short_description: rule.title.into(),
            full_description: Some((*short).into()),
            help: Some(Help {
                text: format!("{short} Instead of \"{bad}\": \"{good}\". {advice}"),
                markdown: format!("{short}\n\n- Bad: *{bad}*\n- Good: *{good}*\n\n{advice}"),
            }),
            properties: Some(Tags {
                tags: ["machine-translation", "prose"],
            }),
        }
    }
}

#[derive(Debug, Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Debug, Serialize)]
struct Tags {
    tags: [&'static str; 2],
}

#[derive(Debug, Serialize)]
pub(super) struct Text {
    pub text: String,
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self {
            text: text.to_owned(),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
}

#[derive(Debug, Serialize)]
pub(super) struct Notification {
    pub descriptor: Reference,
    pub level: &'static str,
    pub message: Text,
    pub locations: [Location; 1],
    pub properties: NotificationProperties,
}

#[derive(Debug, Serialize)]
pub(super) struct Reference {
    pub id: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct NotificationProperties {
    pub reason: String,
}

/// A document, as others refer to it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub uri: String,
    pub index: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<usize>,
}

impl From<Place> for ArtifactLocation {
    fn from(place: Place) -> Self {
        let relative = !place.uri.starts_with("file:");
        Self {
            uri: place.uri,
            uri_base_id: relative.then_some(ROOT),
            index: Some(place.index),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Artifact {
    location: ArtifactLocation,
    roles: [&'static str; 1],
    encoding: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<ArtifactProperties>,
}

#[derive(Debug, Serialize)]
pub(super) struct ArtifactProperties {
    quality: f64,
}

impl Artifact {
    pub(super) fn new(place: &Place, quality: Option<f64>) -> Self {
        Self {
            location: place.clone().into(),
            roles: ["analysisTarget"],
            encoding: "UTF-8",
            properties: quality.map(|quality| ArtifactProperties { quality }),
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    physical_location: PhysicalLocation,
}

impl Location {
    pub(super) fn of(place: Place, region: Option<Region>) -> Self {
        Self {
            physical_location: PhysicalLocation {
                artifact_location: place.into(),
                region,
            },
        }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Region {
    pub start_line: usize,
    pub start_column: usize,
    pub end_line: usize,
    pub end_column: usize,
    pub byte_offset: usize,
    pub byte_length: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Content>,
}

#[derive(Debug, Serialize)]
pub(super) struct Content {
    pub text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifResult {
    pub rule_id: Category,
    pub rule_index: usize,
    pub level: &'static str,
    pub message: Text,
    pub locations: [Location; 1],
    pub partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    pub rank: f64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fixes: Vec<Fix>,
    pub properties: ResultProperties,
}

#[derive(Debug, Serialize)]
pub(super) struct Fingerprints {
    #[serde(rename = "mtlintFinding/v1")]
    pub ours: String,
    /// The only one that GitHub looks at. It would make one of the line, and a line of
    /// prose is a paragraph, whose findings would then be one.
    #[serde(rename = "primaryLocationLineHash")]
    pub of_line: String,
}

#[derive(Debug, Serialize)]
pub(super) struct ResultProperties {
    pub severity: Severity,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fix {
    pub description: Text,
    pub artifact_changes: [ArtifactChange; 1],
    pub properties: FixProperties,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactChange {
    pub artifact_location: ArtifactLocation,
    pub replacements: [Replacement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Replacement {
    pub deleted_region: Region,
    pub inserted_content: Content,
}

#[derive(Debug, Serialize)]
pub(super) struct FixProperties {
    pub applicability: Applicability,
    pub confidence: f64,
    pub source: SuggestionSource,
}
