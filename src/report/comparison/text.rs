//! A comparison as text for a terminal.
//!
//! In: a comparison, the width to fit, and whether color may be used. Out: a table of the
//! versions, what it comes to, and each place where they differ, with the findings of
//! every version underlined.

use std::ops::Range;

use super::super::text::{Style, bold, note};
use super::super::{Analysis, Outcome, message, visible};
use super::marked::marked;
use super::verdict::sentences;
use super::{Comparison, Passage, Version, Wording};
use crate::finding::{Finding, Severity};

/// A name takes at most this many columns of the table.
const NAME_COLUMNS: usize = 48;

/// The columns of the table.
const HEADINGS: [&str; 5] = [
    "version",
    "quality",
    "bits/word",
    "findings",
    "first is better",
];

/// A comparison as text: the table, the verdict, the places.
pub fn draw(comparison: &Comparison, style: Style) -> String {
    let mut out = table(&comparison.versions, style) + "\n";
    for sentence in sentences(comparison) {
        let lines = visible::wrapped(&visible::prose(&sentence), style.width);
        out += &(lines.join("\n") + "\n");
    }
    if !comparison.is_possible() {
        return out;
    }
    let places = &comparison.passages;
    out += &match places.len() {
        0 => "No place differs in which a version has a finding or is clearly better.\n".to_owned(),
        1 => "1 place differs in which a version has a finding or is clearly better:\n".to_owned(),
        many => {
            format!("{many} places differ in which a version has a finding or is clearly better:\n")
        }
    };
    let judged: Vec<(&Version, &Analysis)> = comparison.judged().collect();
    for (number, place) in (1..).zip(places) {
        let heading = bold(&format!("{number} of {}", places.len()), style);
        out += &format!("\n{heading}\n{}", passage(&judged, place, style));
    }
    out
}

/// The versions, a line each.
fn table(versions: &[Version], style: Style) -> String {
    let rows: Vec<Vec<String>> = versions.iter().map(row).collect();
    let headings = HEADINGS.map(str::to_owned).to_vec();
    let whole = || std::iter::once(&headings).chain(&rows);
    // The last cell of a row that was not judged runs over the rest of the line.
    let width = |column: usize| {
        let cells = whole().filter(|row| row.len() > column + 1);
        let widths = cells.map(|row| visible::columns(&row[column]));
        widths.max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..HEADINGS.len()).map(width).collect();
    let mut out = String::new();
    for (number, row) in whole().enumerate() {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let space = widths[column].saturating_sub(visible::columns(cell));
            let cell = match column {
                0 if number > 0 => bold(cell, style),
                _ => cell.clone(),
            };
            cell + &" ".repeat(space)
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        out += &format!("{}\n", line.trim_end());
    }
    out
}

fn row(version: &Version) -> Vec<String> {
    let name = visible::shortened(&visible::name(&version.report.id), NAME_COLUMNS);
    let analysis = match &version.report.outcome {
        Outcome::Scored(analysis) => analysis,
        Outcome::Abstained { reason, .. } => return vec![name, format!("not judged ({reason})")],
        Outcome::Failed(failure) => return vec![name, format!("failed ({})", failure.kind)],
    };
    let score = &analysis.score;
    let (low, high) = score.quality_interval;
    vec![
        name,
        format!("{:.1} ({low:.0} to {high:.0})", score.quality),
        format!("{:.1}", score.bits_per_word),
        counts(analysis),
        version
            .p_best_better
            .map(message::percent)
            .unwrap_or_default(),
    ]
}

/// The findings by severity: `3 (1 critical, 2 major)`.
fn counts(analysis: &Analysis) -> String {
    let all = analysis.new_findings().count();
    let severities = [Severity::Critical, Severity::Major, Severity::Minor];
    let parts = severities.into_iter().filter_map(|severity| {
        let found = analysis.new_findings();
        let count = found.filter(|finding| finding.severity == severity).count();
        (count > 0).then(|| format!("{count} {severity}"))
    });
    let parts: Vec<String> = parts.collect();
    if all == 0 {
        "none".to_owned()
    } else {
        format!("{all} ({})", parts.join(", "))
    }
}

/// What each version has in a place.
fn passage(judged: &[(&Version, &Analysis)], passage: &Passage, style: Style) -> String {
    let mut out = String::new();
    for ((version, analysis), wording) in judged.iter().zip(&passage.wordings) {
        let name = visible::name(&version.report.id);
        out += &match wording {
            Some(wording) => self::wording(&name, analysis, wording, style),
            None => format!("{}: nothing in this place\n", bold(&name, style)),
        };
    }
    out
}

/// The words of a version in a place, its findings underlined, and why they are findings.
fn wording(name: &str, analysis: &Analysis, wording: &Wording, style: Style) -> String {
    let text = analysis.document.text();
    let at = analysis
        .document
        .line_index()
        .position(wording.span.start());
    let place = bold(&format!("{name}:{}:{}", at.line, at.column), style);
    let mut out = format!("{place}: quality {:.0}\n", wording.quality);
    let all: Vec<&Finding> = analysis.new_findings().collect();
    let own = wording
        .findings
        .iter()
        .filter_map(|at| all.get(*at).copied());
    let own: Vec<&Finding> = own.collect();
    let start = wording.span.start();
    let within = |at: usize| at.clamp(start, wording.span.end()) - start;
    let marks = own
        .iter()
        .map(|finding| within(finding.span.start())..within(finding.span.end()));
    let marks: Vec<Range<usize>> = marks.collect();
    out += &marked(wording.span.slice(text).unwrap_or_default(), &marks, style);
    for finding in own {
        let kind = format!("{}[{}]", finding.severity, finding.category);
        out += &note(&kind, &message::why(text, finding), style);
    }
    out
}
