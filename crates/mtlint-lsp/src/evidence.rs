//! What is known of a finding, in words: for messages, and for hovers.
//!
//! In: a document that was judged, and a finding in it. Out: the sentences that the reports have
//! too, and what the sibling says. All words of documents are made safe to show.

use mtlint::finding::{Finding, SiblingQuote, Suggestion};
use mtlint::report::message;
use mtlint::report::rules::{RULES, index_of};
use mtlint::report::text::safe;
use mtlint::span::{Sibling, Span};

use crate::engine::Judged;
use crate::markdown::escaped;

/// So many corrections are shown in a hover, as in the text report.
const SUGGESTIONS_SHOWN: usize = 3;

/// The message of a finding, as the reports have it.
pub(crate) fn message(judged: &Judged, finding: &Finding) -> String {
    safe(&message::finding(judged.analysis.document.text(), finding))
}

/// A correction in one line.
pub(crate) fn correction(judged: &Judged, suggestion: &Suggestion) -> String {
    let text = judged.analysis.document.text();
    safe(&message::suggestion(text, suggestion))
}

/// The words of a document under a finding, as a reader reads them.
pub(crate) fn phrase(judged: &Judged, finding: &Finding) -> String {
    let document = &judged.analysis.document;
    let phrase = match document.prose() {
        Some(prose) => prose.of_source(finding.span).slice(prose.text()),
        None => finding.span.slice(document.text()),
    };
    let words: Vec<&str> = phrase.unwrap_or_default().split_whitespace().collect();
    words.join(" ")
}

/// The sentence of a sibling that a quote stands in, or the quote where that is not known.
pub(crate) fn sentence(judged: &Judged, quote: &SiblingQuote) -> Span<Sibling> {
    let siblings = judged.analysis.siblings.iter();
    let mut named = siblings.filter(|sibling| sibling.id == quote.id);
    let around = named.find_map(|sibling| sibling.sentence_around(quote.span));
    around.unwrap_or(quote.span)
}

/// The sentence of a sibling that a quote stands in, in its words.
fn said(judged: &Judged, quote: &SiblingQuote) -> String {
    let mut siblings = judged.analysis.siblings.iter();
    let sibling = siblings.find(|sibling| sibling.id == quote.id);
    let span = sentence(judged, quote);
    let said = sibling.and_then(|sibling| match &sibling.prose {
        Some(prose) => prose.of_source(span).slice(prose.text()),
        None => span.slice(&sibling.text),
    });
    said.unwrap_or(&quote.text).to_owned()
}

/// All that is known of a finding: as Markdown, or else as plain text.
pub(crate) fn hover(judged: &Judged, finding: &Finding, markdown: bool) -> String {
    let plain = |words: &str| safe(words);
    let shown: &dyn Fn(&str) -> String = if markdown { &escaped } else { &plain };
    let (strong, quote) = if markdown { ("**", "> ") } else { ("", "") };
    let rule = &RULES[index_of(finding.category)];
    let text = judged.analysis.document.text();
    let mut parts = vec![
        format!(
            "{strong}{}{strong} ({}), {} sure: {}",
            rule.title,
            finding.severity,
            message::percent(finding.confidence),
            message::category_label(finding.category),
        ),
        format!("Why: {}.", shown(&message::why(text, finding))),
    ];
    let mut quoted: Vec<String> = Vec::new();
    for suggestion in finding.suggestions.iter().take(SUGGESTIONS_SHOWN) {
        parts.push(format!(
            "Fix: {}",
            shown(&message::suggestion(text, suggestion))
        ));
        let Some(sibling) = &suggestion.sibling else {
            continue;
        };
        let said = said(judged, sibling);
        if !quoted.contains(&said) {
            parts.push(format!(
                "{quote}{} says: {}",
                shown(&sibling.id),
                shown(&said)
            ));
            quoted.push(said);
        }
    }
    parts.push(format!("Advice: {}", rule.advice));
    parts.join("\n\n")
}
