//! Draws a [`Morning`] as a page to read.
//!
//! In: what was counted. Out: one file of HTML, in the dress of the reports' page.
//! It counts nothing.

use askama::Template;

use crate::report::html::{self, Shown};
use crate::report::{message, text};

use super::body::Found;
use super::{Changes, Morning, NotJudged, OfCategory, Poor, draw};

#[derive(Template)]
#[template(path = "morning.html")]
struct Body<'a> {
    begun: String,
    morning: &'a Morning,
}

/// The whole page.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn page(morning: &Morning) -> Result<String, askama::Error> {
    let begun = draw::begun(&morning.run);
    let title = format!("{begun} – mtlint");
    let body = Body { begun, morning };
    html::frame(&title, &body.render()?)
}

fn shown(text: &str) -> Shown<'_> {
    Shown::new(text)
}

fn severity(found: &Found) -> &'static str {
    message::severity_name(found.severity)
}

fn category(found: &Found) -> &'static str {
    message::category_label(found.category)
}

fn phrase(found: &Found) -> String {
    text::safe_phrase(&found.text, draw::PHRASE_COLUMNS)
}

fn hidden(poor: &Poor) -> u64 {
    poor.findings.all().saturating_sub(poor.found.len() as u64)
}

fn label(of: &OfCategory) -> &'static str {
    message::category_label(of.category)
}

fn documents(reason: &NotJudged) -> String {
    let hidden = reason.documents - reason.first.len() as u64;
    let all = draw::number(reason.documents, "document");
    if hidden > 0 {
        format!("{all}, {hidden} of them not shown")
    } else {
        all
    }
}

fn before(changes: &Changes) -> String {
    let begun = draw::begun(&changes.before);
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
