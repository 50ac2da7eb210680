//! What is known of each finding, ready to be shown.
//!
//! In: an analysis. Out: a card for each finding and a count for each category.

use std::collections::BTreeMap;

use crate::finding::{Applicability, Finding, Severity, SiblingQuote, Suggestion};
use crate::report::{Analysis, SiblingEntry, message, visible};

use super::pieces::{card_id, finding_id, quote_id};
use super::shown::Shown;

/// Columns that a phrase takes in a card: the text shows all of it.
const PHRASE_COLUMNS: usize = 160;

/// How often a category was found.
pub(super) struct Chip {
    pub label: &'static str,
    /// The severity of the worst of them.
    pub severity: Severity,
    pub count: usize,
}

/// The categories found, worst and most frequent first.
pub(super) fn chips(findings: &[&Finding]) -> Vec<Chip> {
    let mut counted: BTreeMap<_, (Severity, usize)> = BTreeMap::new();
    for finding in findings {
        let (worst, count) = counted
            .entry(finding.category)
            .or_insert((finding.severity, 0));
        *worst = finding.severity.max(*worst);
        *count += 1;
    }
    let mut counted: Vec<_> = counted.into_iter().collect();
    counted.sort_by_key(|(_, (worst, count))| std::cmp::Reverse((*worst, *count)));
    let chip = |(category, (worst, count))| Chip {
        label: message::category_count(category, count),
        severity: worst,
        count,
    };
    counted.into_iter().map(chip).collect()
}

/// All that is known of a finding.
pub(super) struct Card<'a> {
    pub id: String,
    pub mark: String,
    pub number: usize,
    pub severity: Severity,
    pub category: &'static str,
    pub confidence: String,
    pub phrase: String,
    pub line: usize,
    pub column: usize,
    pub why: String,
    /// How surprising the phrase is, as a sentence; empty where that is no reason.
    pub surprise: String,
    pub surprisal: String,
    pub expected_bits: String,
    /// The surprisal's bar, from 0 to 100.
    pub surprisal_share: f32,
    /// The expectation's bar, from 0 to 100.
    pub expected_share: f32,
    pub fixes: Vec<Fix<'a>>,
}

/// A correction.
pub(super) struct Fix<'a> {
    pub old: Shown<'a>,
    pub new: Shown<'a>,
    /// What a button copies.
    pub copy: &'a str,
    pub confidence: String,
    pub applicability: Applicability,
    pub label: &'static str,
    /// Who proposes it, if no sibling does.
    pub source: &'static str,
    pub quote: Option<Quote<'a>>,
}

/// What a sibling says, in its sentence where that is known.
pub(super) struct Quote<'a> {
    pub before: Shown<'a>,
    pub text: Shown<'a>,
    pub after: Shown<'a>,
    pub from: Shown<'a>,
    pub mark: String,
}

/// What siblings are quoted with for a finding, with the places of the corrections.
pub(super) fn quotes(finding: &Finding) -> impl Iterator<Item = (usize, &SiblingQuote)> {
    let suggestions = finding.suggestions.iter().enumerate();
    suggestions.filter_map(|(place, suggestion)| Some((place, suggestion.sibling.as_ref()?)))
}

/// A card for each finding, in text order.
pub(super) fn cards<'a>(
    anchor: &str,
    analysis: &'a Analysis,
    findings: &[&'a Finding],
) -> Vec<Card<'a>> {
    let findings = findings.iter().enumerate();
    let cards = findings.map(|(index, finding)| card(anchor, index, finding, analysis));
    cards.collect()
}

fn card<'a>(anchor: &str, index: usize, finding: &'a Finding, analysis: &'a Analysis) -> Card<'a> {
    let text = analysis.document.text();
    let position = analysis
        .document
        .line_index()
        .position(finding.span.start());
    let phrase = finding.span.slice(text).unwrap_or_default();
    let evidence = &finding.evidence;
    let most = evidence.surprisal_bits.max(evidence.expected_bits).max(1.0);
    let share = |bits: f32| (100.0 * bits / most).clamp(0.0, 100.0).round();
    let fixes = finding.suggestions.iter().enumerate();
    let fixes = fixes.map(|(place, suggestion)| {
        let quote = suggestion.sibling.as_ref();
        let quote = quote.map(|quote| {
            let mark = quote_id(anchor, index, place);
            quotation(quote, &analysis.siblings, mark)
        });
        fix(text, suggestion, quote)
    });
    let claim = message::claim(text, finding);
    let why = [Some(claim), message::expectation(finding)];
    Card {
        id: card_id(anchor, index),
        mark: finding_id(anchor, index),
        number: index + 1,
        severity: finding.severity,
        category: message::category_label(finding.category),
        confidence: message::percent(finding.confidence),
        phrase: visible::prose(&visible::shortened(phrase, PHRASE_COLUMNS)),
        line: position.line,
        column: position.column,
        why: why
            .into_iter()
            .flatten()
            .map(sentence)
            .collect::<Vec<_>>()
            .join(" "),
        surprise: message::surprise(finding).map(sentence).unwrap_or_default(),
        surprisal: format!("{:.1}", evidence.surprisal_bits),
        expected_bits: format!("{:.1}", evidence.expected_bits),
        surprisal_share: share(evidence.surprisal_bits),
        expected_share: share(evidence.expected_bits),
        fixes: fixes.collect(),
    }
}

fn fix<'a>(text: &'a str, suggestion: &'a Suggestion, quote: Option<Quote<'a>>) -> Fix<'a> {
    let label = match suggestion.applicability {
        Applicability::Unsafe if suggestion.in_quotation => {
            "look before you apply it: it changes a quotation"
        }
        Applicability::Safe => "safe to apply",
        Applicability::Unsafe => "look before you apply it",
        Applicability::DisplayOnly => "only an idea",
    };
    Fix {
        old: Shown::new(suggestion.span.slice(text).unwrap_or_default()),
        new: Shown::new(&suggestion.replacement),
        copy: &suggestion.replacement,
        confidence: message::percent(suggestion.confidence),
        applicability: suggestion.applicability,
        label,
        source: message::source(suggestion.source),
        quote,
    }
}

/// What a sibling is quoted with. The sibling's sentence is known where it is a counterpart of
/// one of the document's, and shown where it is not marked up.
fn quotation<'a>(quote: &'a SiblingQuote, siblings: &'a [SiblingEntry], mark: String) -> Quote<'a> {
    let of = siblings.iter().find(|sibling| sibling.id == quote.id);
    let plain = of.filter(|sibling| sibling.prose.is_none());
    let around = plain.and_then(|sibling| {
        let sentence = sibling.sentence_around(quote.span)?;
        let before = sibling.text.get(sentence.start()..quote.span.start())?;
        Some((before, sibling.text.get(quote.span.end()..sentence.end())?))
    });
    let (before, after) = around.unwrap_or_default();
    Quote {
        before: Shown::new(before),
        text: Shown::new(&quote.text),
        after: Shown::new(after),
        from: Shown::new(&quote.id),
        mark,
    }
}

/// A sentence that can be shown, from one without its capital and its full stop.
fn sentence(words: String) -> String {
    let words = visible::prose(&words);
    let mut characters = words.chars();
    let first = characters.next().map(char::to_uppercase);
    let first = first.into_iter().flatten();
    first.chain(characters).chain(['.']).collect()
}
