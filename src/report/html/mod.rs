//! Reports as a page to read: one file that needs nothing else.
//!
//! In: reports. Out: a [`Section`] for each, and of all of them a page with an
//! index, worst first; or one report as a [`fragment`](fn@fragment) for another page. The
//! page asks the network for nothing, and its policy forbids it to; what documents say
//! reaches it as text only ([`Shown`]). All evidence stands in the page itself: the script
//! only brings it to the phrase.
//! Templates are in `templates/`.

mod evidence;
mod fragment;
mod pieces;
mod shown;
mod sparkline;

use std::sync::Arc;

use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::document::Prose;
use crate::finding::{Finding, Severity};
use crate::span::{Doc, Span};

use self::evidence::{Card, Chip, cards, chips};
pub use self::fragment::fragment;
use self::pieces::{Counterparts, Mark, Sentence, sentences};
pub use self::shown::Shown;
use self::sparkline::Sparkline;
use super::{Analysis, Outcome, Report, SiblingEntry, message};

/// How every page of mtlint looks: its colours, phrases, cards and measures.
pub const STYLE: &str = include_str!("../../../templates/style.css");

/// The style of a page of reports.
const PAGE_STYLE: &str = concat!(
    include_str!("../../../templates/style.css"),
    include_str!("../../../templates/page.css")
);

const SCRIPT: &str = include_str!("../../../templates/page.js");

/// One document's part of a page.
#[derive(Debug)]
pub struct Section {
    row: Row,
    body: String,
}

/// A document's line in the index, and its heading.
#[derive(Debug, Clone)]
struct Row {
    anchor: String,
    name: String,
    /// By what documents are sorted: their quality, or infinity where there is none.
    rank: f32,
    measures: Option<Measures>,
    /// What became of the document, where it has no measures.
    state: String,
}

/// A score, in words and numbers to show.
#[derive(Debug, Clone)]
struct Measures {
    quality: String,
    low: String,
    high: String,
    gauge: String,
    rate: String,
    bits: String,
    words: usize,
    counts: [(Severity, usize); 3],
}

#[derive(Template)]
#[template(path = "gauge.html")]
struct Gauge {
    low: f32,
    high: f32,
    at: f32,
}

#[derive(Template)]
#[template(path = "document.html")]
struct DocumentPart<'a> {
    row: &'a Row,
    several: bool,
    language: &'a str,
    notes: Vec<String>,
    /// By what it was read and judged.
    read: String,
    sparkline: Option<Sparkline>,
    chips: Vec<Chip>,
    text: Vec<Sentence<'a>>,
    siblings: Vec<Pane<'a>>,
    heading: String,
    cards: Vec<Card<'a>>,
}

/// A sibling shown next to the text.
struct Pane<'a> {
    name: Shown<'a>,
    note: Option<String>,
    text: Vec<Sentence<'a>>,
}

#[derive(Template)]
#[template(path = "head.html")]
struct Head<'a> {
    title: String,
    version: &'a str,
    style: &'a str,
    style_hash: String,
    script_hash: String,
    rows: Vec<&'a Row>,
}

#[derive(Template)]
#[template(path = "foot.html")]
struct Foot<'a> {
    /// Whether the page may have marked phrases.
    marked: bool,
    version: &'a str,
    script: &'a str,
}

/// A document's part of a page; `number` tells it from the others there, and
/// `several` says that there are others.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn section(report: &Report, number: usize, several: bool) -> Result<Section, askama::Error> {
    let anchor = format!("d{number}");
    let mut row = Row {
        name: super::visible::name(&report.id),
        anchor,
        rank: f32::INFINITY,
        measures: None,
        state: String::new(),
    };
    let body = match &report.outcome {
        Outcome::Scored(analysis) => {
            row.rank = analysis.score.quality;
            row.measures = Some(measures(analysis)?);
            document(&row, analysis, several).render()?
        }
        other => {
            row.state = state(other);
            DocumentPart {
                row: &row,
                several,
                language: "",
                notes: Vec::new(),
                read: String::new(),
                sparkline: None,
                chips: Vec::new(),
                text: Vec::new(),
                siblings: Vec::new(),
                heading: String::new(),
                cards: Vec::new(),
            }
            .render()?
        }
    };
    Ok(Section { row, body })
}

/// What became of a document that has no score.
fn state(outcome: &Outcome) -> String {
    let safe = |text: &str| super::visible::prose(text);
    match outcome {
        Outcome::Abstained { reason, language } => {
            let why = message::abstained(*reason, language.as_ref());
            format!("Not judged: {}", safe(&why))
        }
        Outcome::Failed(failure) => format!("Failed: {}", safe(&failure.message)),
        Outcome::Scored(_) => String::new(),
    }
}

/// The whole page, the worst document first.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn page(mut sections: Vec<Section>) -> Result<String, askama::Error> {
    sections.sort_by(|a, b| a.row.rank.total_cmp(&b.row.rank));
    let title = match &sections[..] {
        [only] => format!("{} – mtlint", only.row.name),
        all => format!("{} documents – mtlint", all.len()),
    };
    let rows = sections.iter().map(|section| &section.row).collect();
    let bodies = sections.iter().map(|section| section.body.as_str());
    framed(title, rows, bodies, true)
}

/// A page with something else in it, in the same dress; `body` is markup.
///
/// # Errors
/// Never in practice: templates are checked when the program is built.
pub fn frame(title: &str, body: &str) -> Result<String, askama::Error> {
    framed(title.to_owned(), Vec::new(), [body].into_iter(), false)
}

fn framed<'a>(
    title: String,
    rows: Vec<&Row>,
    bodies: impl Iterator<Item = &'a str>,
    marked: bool,
) -> Result<String, askama::Error> {
    let version = env!("CARGO_PKG_VERSION");
    let head = Head {
        title,
        version,
        style: PAGE_STYLE,
        style_hash: hash(PAGE_STYLE),
        script_hash: hash(SCRIPT),
        rows,
    };
    let mut page = head.render()?;
    page.extend(bodies);
    let foot = Foot {
        marked,
        version,
        script: SCRIPT,
    };
    Ok(page + &foot.render()?)
}

/// By which a page's policy knows what may be in it.
fn hash(source: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(source)))
}

fn measures(analysis: &Analysis) -> Result<Measures, askama::Error> {
    let score = &analysis.score;
    let (low, high) = score.quality_interval;
    let rounded = |number: f32| (number * 10.0).round() / 10.0;
    let gauge = Gauge {
        low: rounded(low),
        high: rounded(high),
        at: rounded(score.quality - 1.0),
    };
    let count = |severity| {
        let of = analysis.new_findings();
        let count = of.filter(|finding| finding.severity == severity).count();
        (severity, count)
    };
    Ok(Measures {
        quality: format!("{:.1}", score.quality),
        low: format!("{low:.0}"),
        high: format!("{high:.0}"),
        gauge: gauge.render()?,
        rate: format!("{:.1} %", score.post_edit_rate * 100.0),
        bits: format!("{:.1}", score.bits_per_word),
        words: score.words,
        counts: [Severity::Critical, Severity::Major, Severity::Minor].map(count),
    })
}

fn document<'a>(row: &'a Row, analysis: &'a Analysis, several: bool) -> DocumentPart<'a> {
    let anchor = &row.anchor;
    let findings: Vec<&Finding> = analysis.new_findings().collect();
    let read = format!(
        "Read by {} ({}, {}), judged by {}.",
        analysis.model.name,
        analysis.model.precision.name(),
        analysis.model.sha256.get(..12).unwrap_or_default(),
        analysis.detector
    );
    let doubts = analysis.siblings.iter().filter_map(message::doubt);
    let known = match analysis.known_findings() {
        0 => None,
        1 => Some("1 more finding is in the baseline.".to_owned()),
        count => Some(format!("{count} more findings are in the baseline.")),
    };
    let accepted = match analysis.accepted {
        0 => None,
        1 => Some("1 more finding is of an accepted word or name.".to_owned()),
        count => Some(format!(
            "{count} more findings are of accepted words and names."
        )),
    };
    DocumentPart {
        row,
        several,
        language: language(analysis),
        notes: doubts
            .chain(known)
            .chain(accepted)
            .map(|note| super::visible::prose(&note))
            .collect(),
        read: super::visible::prose(&read),
        sparkline: Sparkline::new(anchor, analysis, &findings),
        chips: chips(&findings),
        text: marked_text(anchor, analysis, &findings, counterparts(anchor, analysis)),
        siblings: panes(anchor, analysis, &findings),
        heading: counted(&findings),
        cards: cards(anchor, analysis, &findings),
    }
}

/// How many findings there are, in words.
fn counted(findings: &[&Finding]) -> String {
    match findings.len() {
        1 => "1 finding".to_owned(),
        count => format!("{count} findings"),
    }
}

/// The language of a text, as HTML names it.
fn language(analysis: &Analysis) -> &str {
    match analysis.language.code.as_str() {
        "eng" => "en",
        other => other,
    }
}

/// The document's text in pieces, with `findings` marked.
fn marked_text<'a>(
    anchor: &str,
    analysis: &'a Analysis,
    findings: &[&Finding],
    aligned: Vec<(Span<Doc>, Counterparts)>,
) -> Vec<Sentence<'a>> {
    let marks = findings.iter().enumerate();
    let marks = marks.map(|(index, finding)| {
        let mark = Mark::finding(anchor, index, finding.severity);
        (finding.span, mark)
    });
    let source = &analysis.document;
    let prose = source.markup().and(source.prose());
    cut((source.text(), prose), aligned, marks.collect())
}

/// Cuts a text, of one that is marked up what is read of it.
fn cut<'a, T>(
    (text, prose): (&'a str, Option<&'a Arc<Prose>>),
    mut aligned: Vec<(Span<T>, Counterparts)>,
    mut marks: Vec<(Span<T>, Mark)>,
) -> Vec<Sentence<'a>> {
    let Some(prose) = prose else {
        return sentences(text, aligned, marks);
    };
    for (span, _) in &mut aligned {
        *span = prose.of_source(*span);
    }
    for (span, _) in &mut marks {
        *span = prose.of_source(*span);
    }
    sentences(prose.text(), aligned, marks)
}

/// The document's sentences that siblings have counterparts of, with the ids of these.
fn counterparts(anchor: &str, analysis: &Analysis) -> Vec<(Span<Doc>, Counterparts)> {
    let mut pairs_of_all: Vec<(Span<Doc>, String)> = Vec::new();
    for (number, sibling) in analysis.siblings.iter().enumerate() {
        let pairs = sibling.aligned.iter();
        pairs_of_all.extend(
            pairs.map(|(sentence, other)| {
                (*sentence, format!("{anchor}s{number}-{}", other.start()))
            }),
        );
    }
    pairs_of_all.sort_by_key(|(sentence, _)| *sentence);
    let mut joined: Vec<(Span<Doc>, Counterparts)> = Vec::new();
    for (sentence, id) in pairs_of_all {
        match joined.last_mut() {
            Some((last, ids)) if *last == sentence => ids.push(&id),
            _ => joined.push((sentence, Counterparts::new(id))),
        }
    }
    joined
}

fn panes<'a>(anchor: &str, analysis: &'a Analysis, findings: &[&Finding]) -> Vec<Pane<'a>> {
    let siblings = analysis.siblings.iter().enumerate();
    let pane = |(number, sibling): (usize, &'a SiblingEntry)| {
        let mut own: Vec<_> = sibling.aligned.iter().map(|(_, own)| *own).collect();
        own.sort_unstable();
        own.dedup();
        let aligned = own.into_iter().map(|sentence| {
            let id = format!("{anchor}s{number}-{}", sentence.start());
            (sentence, Counterparts::new(id))
        });
        let mut quotes = Vec::new();
        for (index, finding) in findings.iter().enumerate() {
            for (place, quote) in evidence::quotes(finding) {
                if quote.id == sibling.id {
                    quotes.push((quote.span, Mark::quote(anchor, index, place)));
                }
            }
        }
        Pane {
            name: Shown::new(&sibling.id),
            note: message::doubt(sibling).map(|note| super::visible::prose(&note)),
            text: cut(
                (&sibling.text, sibling.prose.as_ref()),
                aligned.collect(),
                quotes,
            ),
        }
    };
    siblings.map(pane).collect()
}

#[cfg(test)]
mod tests;
