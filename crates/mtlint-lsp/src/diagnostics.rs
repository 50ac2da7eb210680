//! What was found in a document, as diagnostics.
//!
//! In: an open document whose text was read. Out: a diagnostic for each finding that nobody has
//! dismissed, or one that says why the document was not judged. A document that could not be
//! judged never looks like one without findings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Range,
};
use mtlint::document::{content, content_start};
use mtlint::finding::{Finding, Severity};
use mtlint::report::fingerprint::fingerprints;
use mtlint::report::text::{safe, safe_message};
use serde_json::json;

use crate::capabilities::Capabilities;
use crate::documents::Open;
use crate::engine::{Judged, Verdict};
use crate::evidence;
use crate::host::PlanError;
use crate::text::{Encoding, Text};
use crate::uri;

/// Who speaks.
const SOURCE: &str = "mtlint";

/// The code of a diagnostic that says why a document was not judged.
const UNJUDGED: &str = "not_judged";

/// The code of a diagnostic in a configuration.
const CONFIGURATION: &str = "configuration";

/// A configuration cannot be larger, so that no more of it has to be read to find a line.
const MAX_CONFIGURATION: u64 = 1 << 20;

/// The findings of a document that nobody has dismissed, each with its fingerprint; none while
/// the text is being read.
pub(crate) fn shown(open: &Open) -> Vec<(&Finding, String)> {
    let Some(judged) = open.judged() else {
        return Vec::new();
    };
    let named = fingerprints(&judged.analysis);
    let findings = judged.analysis.findings.iter().zip(named);
    let left = findings.filter(|(_, fingerprint)| !open.dismissed.contains(fingerprint));
    left.collect()
}

/// The diagnostics of a document; none while its text is being read.
pub(crate) fn all(open: &Open, capabilities: &Capabilities) -> Vec<Diagnostic> {
    let encoding = capabilities.encoding;
    if let Some(lost) = &open.lost {
        return vec![unjudged(open, lost, encoding)];
    }
    match open.current().map(|found| &found.verdict) {
        Some(Verdict::Judged(judged)) => {
            let mut texts = BTreeMap::new();
            let findings = shown(open).into_iter();
            let drawn = findings.map(|(finding, fingerprint)| Diagnostic {
                related_information: capabilities
                    .related
                    .then(|| related(judged, finding, &mut texts, encoding))
                    .filter(|all| !all.is_empty()),
                ..of_finding(open, judged, finding, &fingerprint, encoding)
            });
            drawn.collect()
        }
        Some(Verdict::Unjudged(error)) => vec![unjudged(open, &error.message, encoding)],
        Some(Verdict::Nothing) | None => Vec::new(),
    }
}

/// The diagnostic of a finding.
pub(crate) fn of_finding(
    open: &Open,
    judged: &Judged,
    finding: &Finding,
    fingerprint: &str,
    encoding: Encoding,
) -> Diagnostic {
    let severity = match finding.severity {
        Severity::Critical => DiagnosticSeverity::Error,
        Severity::Major => DiagnosticSeverity::Warning,
        Severity::Minor => DiagnosticSeverity::Information,
    };
    let data = json!({
        "fingerprint": fingerprint,
        "severity": finding.severity,
        "confidence": (f64::from(finding.confidence) * 10_000.0).round() / 10_000.0,
    });
    Diagnostic {
        data: Some(data),
        ..diagnostic(
            open.text.places(finding.span.range(), encoding),
            severity,
            finding.category.to_string(),
            evidence::message(judged, finding),
        )
    }
}

/// What siblings say in the place of a finding, each sentence once. `texts` keeps what was cut
/// into lines.
fn related(
    judged: &Judged,
    finding: &Finding,
    texts: &mut BTreeMap<String, Text>,
    encoding: Encoding,
) -> Vec<DiagnosticRelatedInformation> {
    let mut found: Vec<DiagnosticRelatedInformation> = Vec::new();
    let quotes = finding.suggestions.iter();
    for quote in quotes.filter_map(|suggestion| suggestion.sibling.as_ref()) {
        let mut files = judged.siblings.iter();
        let file = files.find(|(id, _)| *id == quote.id);
        let mut siblings = judged.analysis.siblings.iter();
        let sibling = siblings.find(|sibling| sibling.id == quote.id);
        let (Some((id, path)), Some(sibling)) = (file, sibling) else {
            continue;
        };
        let Some(uri) = uri::uri(path) else {
            continue;
        };
        // A client that opens the file counts no byte order mark.
        let mark = content_start(&sibling.text);
        let text = texts.entry(id.clone());
        let text = text.or_insert_with(|| Text::new(content(&sibling.text)));
        let span = evidence::sentence(judged, quote).range();
        let span = span.start.saturating_sub(mark)..span.end.saturating_sub(mark);
        let range = text.places(span, encoding);
        if found.iter().all(|one| one.location.range != range) {
            found.push(DiagnosticRelatedInformation {
                location: Location { uri, range },
                message: safe(&format!("{id} says \"{}\"", quote.text.trim())),
            });
        }
    }
    found
}

/// Why a document was not judged, at its first line.
fn unjudged(open: &Open, why: &str, encoding: Encoding) -> Diagnostic {
    diagnostic(
        open.text.line(0, encoding),
        DiagnosticSeverity::Information,
        UNJUDGED.to_owned(),
        safe_message(&format!("not judged by mtlint: {why}"), ""),
    )
}

/// What is wrong with configurations, by their files; an empty list for those of `files` that
/// are right.
pub(crate) fn of_configurations<'a>(
    faults: impl Iterator<Item = &'a PlanError>,
    files: impl Iterator<Item = PathBuf>,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut found: BTreeMap<PathBuf, Vec<Diagnostic>> =
        files.map(|file| (file, Vec::new())).collect();
    for fault in faults {
        let Some((path, line)) = &fault.configuration else {
            continue;
        };
        let all = found.entry(path.clone()).or_default();
        // Each document that it is for brings the same.
        if all.is_empty() {
            all.push(diagnostic(
                line_of(path, *line, encoding),
                DiagnosticSeverity::Error,
                CONFIGURATION.to_owned(),
                safe_message(&fault.message, ""),
            ));
        }
    }
    found
}

/// The place of a line of a file, counted from 1; its front where the file cannot be read.
fn line_of(path: &Path, line: usize, encoding: Encoding) -> Range {
    let small = std::fs::metadata(path).is_ok_and(|file| file.len() <= MAX_CONFIGURATION);
    let bytes = small.then(|| std::fs::read(path).ok()).flatten();
    let text = String::from_utf8_lossy(bytes.as_deref().unwrap_or_default()).into_owned();
    Text::new(content(&text)).line(line.saturating_sub(1), encoding)
}

fn diagnostic(
    range: Range,
    severity: DiagnosticSeverity,
    code: String,
    message: String,
) -> Diagnostic {
    Diagnostic {
        range,
        severity: Some(severity),
        code: Some(Code::String(code)),
        code_description: None,
        source: Some(SOURCE.to_owned()),
        message: Message::String(message),
        tags: None,
        related_information: None,
        data: None,
    }
}
