//! A run report as a page to read.
//!
//! In: a run report. Out: one file of HTML, in the dress of the reports' page. Nothing is
//! counted here.

use askama::Template;

use mtlint::finding::Severity;
use mtlint::report::html::{self, Shown};
use mtlint::report::{message, text};

use super::contract::{
    CategoryCounts, Changes, FindingSummary, RunReport, UnscoredGroup, WorstDocument,
};
use super::text::{MAX_PHRASE_COLUMNS, begun, number};

#[derive(Template)]
#[template(path = "run_report.html")]
struct Body<'a> {
    begun: String,
    report: &'a RunReport,
}

/// The run report as a whole page.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn page(report: &RunReport) -> Result<String, askama::Error> {
    let begun = begun(&report.run);
    let title = format!("{begun} – mtlint");
    let body = Body { begun, report };
    html::frame(&title, &body.render()?)
}

fn shown(text: &str) -> Shown<'_> {
    Shown::new(text)
}

fn severity(finding: &FindingSummary) -> Severity {
    finding.severity
}

fn category(finding: &FindingSummary) -> &'static str {
    message::category_label(finding.category)
}

fn phrase(finding: &FindingSummary) -> String {
    text::safe_phrase(&finding.text, MAX_PHRASE_COLUMNS)
}

fn hidden(document: &WorstDocument) -> u64 {
    let shown = document.found.len() as u64;
    document.findings.all().saturating_sub(shown)
}

fn label(of: &CategoryCounts) -> &'static str {
    message::category_label(of.category)
}

fn documents(reason: &UnscoredGroup) -> String {
    let hidden = reason.documents - reason.first.len() as u64;
    let all = number(reason.documents, "document");
    if hidden > 0 {
        format!("{all}, {hidden} of them not shown")
    } else {
        all
    }
}

fn before(changes: &Changes) -> String {
    let begun = begun(&changes.before);
    begun.replacen("Run", "run", 1)
}

/// Documents that came, went or can no longer be judged.
fn lists(changes: &Changes) -> [(&'static str, &[String]); 3] {
    [
        ("New", &changes.new_documents),
        ("Gone", &changes.gone_documents),
        ("No longer judged", &changes.no_longer_judged_documents),
    ]
}
