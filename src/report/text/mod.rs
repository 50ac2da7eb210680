//! Reports as text for a terminal.
//!
//! In: a report, the width to fit, and whether color may be used. Out: for
//! `score` one line, for `highlight` a block for each finding (place,
//! sentence, why, corrections) and a closing line. Nothing is read from the
//! environment, and no character of a document or path reaches the output
//! before it was made safe to show.

mod passage;

use annotate_snippets::renderer::{AnsiColor, Effects, Style as Paint};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use crate::finding::{Category, Finding, Severity};

use super::{Analysis, FailureKind, Outcome, Report, message, visible};
use passage::Passage;

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns to fit into; less than 30 is taken as 30.
    pub width: usize,
    /// Whether escape sequences for color may be written.
    pub color: bool,
}

/// Less than this leaves no room for a phrase next to the gutter.
const NARROWEST: usize = 30;

/// Columns before the sentence: ` | ` and one for the line that an annotation
/// may draw.
const GUTTER: usize = 4;

/// A phrase in a heading takes at most this many columns.
const HEADING_COLUMNS: usize = 60;

/// How many corrections of a finding are shown; JSON has them all.
const SUGGESTIONS_SHOWN: usize = 3;

/// Room for one label on top of the width: the renderer must never trim lines
/// that were already wrapped here.
const NO_TRIMMING: usize = 1_000;

/// Any text, such as a message that quotes a path, on one line and safe to
/// show: characters that a terminal would obey become escapes.
pub fn safe(text: &str) -> String {
    visible::prose(text)
}

/// A message of several lines, each safe to show on a line of its own; those after the first
/// come after `indentation`.
pub fn safe_message(text: &str, indentation: &str) -> String {
    visible::message(text, indentation)
}

/// An id or path on one line and safe to show: a line break in it is an escape
/// too, since it is part of the name.
pub fn safe_name(name: &str) -> String {
    visible::name(name)
}

/// A phrase safe to show, in at most about `columns` columns.
pub fn safe_phrase(phrase: &str, columns: usize) -> String {
    visible::prose(&visible::shortened(phrase, columns))
}

/// One line on a document: its quality, with what certainty, how much work it
/// would be, and how many findings.
pub fn score(report: &Report, style: Style) -> String {
    let id = visible::name(&report.id);
    let line = match &report.outcome {
        Outcome::Scored(analysis) => {
            format!("{}, {}", measures(analysis, style), counts(analysis, style))
        }
        Outcome::Abstained { reason, .. } => {
            format!("not judged ({reason})")
        }
        Outcome::Failed(failure) => failed(&failure.kind, style),
    };
    format!("{}: {line}\n", bold(&id, style))
}

/// A document's findings, each in its sentence with the reason and the
/// corrections, and a closing line.
pub fn highlight(report: &Report, style: Style) -> String {
    let Outcome::Scored(analysis) = &report.outcome else {
        return score(report, style);
    };
    let mut out = String::new();
    for finding in analysis.new_findings() {
        out += &block(&report.id, analysis, finding, style);
        out.push('\n');
    }
    let id = bold(&visible::name(&report.id), style);
    let counts = counts(analysis, style);
    let quality = quality(analysis, style);
    let work = percent_of_words(analysis);
    let siblings = analysis.siblings.iter();
    for note in siblings.filter_map(message::doubt) {
        out += &format!("{id}: {}\n", visible::prose(&note));
    }
    out + &format!("{id}: {counts}; {quality}; about {work} of the words need an editor\n")
}

fn measures(analysis: &Analysis, style: Style) -> String {
    format!(
        "{}, post-edit rate {}, {:.1} bits per word",
        quality(analysis, style),
        percent_of_words(analysis),
        analysis.score.bits_per_word
    )
}

fn quality(analysis: &Analysis, style: Style) -> String {
    let score = &analysis.score;
    let (low, high) = score.quality_interval;
    format!(
        "quality {} ({low:.0} to {high:.0})",
        bold(&format!("{:.1}", score.quality), style)
    )
}

fn percent_of_words(analysis: &Analysis) -> String {
    format!("{:.1} %", analysis.score.post_edit_rate * 100.0)
}

fn counts(analysis: &Analysis, style: Style) -> String {
    let total = analysis.new_findings().count();
    let parts: Vec<String> = [Severity::Critical, Severity::Major, Severity::Minor]
        .into_iter()
        .filter_map(|severity| {
            let count = analysis
                .new_findings()
                .filter(|finding| finding.severity == severity)
                .count();
            let words = format!("{count} {severity}");
            (count > 0).then(|| painted(&words, severity_paint(severity), style))
        })
        .collect();
    let counts = match total {
        0 => "no findings".to_owned(),
        1 => format!("1 finding ({})", parts.join(", ")),
        _ => format!("{total} findings ({})", parts.join(", ")),
    };
    let counts = match analysis.known_findings() {
        0 => counts,
        known => format!("{counts}, {known} known hidden"),
    };
    match analysis.accepted {
        0 => counts,
        accepted => format!("{counts}, {accepted} accepted"),
    }
}

fn failed(kind: &FailureKind, style: Style) -> String {
    painted(
        &format!("failed ({kind})"),
        severity_paint(Severity::Critical),
        style,
    )
}

fn block(id: &str, analysis: &Analysis, finding: &Finding, style: Style) -> String {
    let text = analysis.document.text();
    let position = analysis
        .document
        .line_index()
        .position(finding.span.start());
    let phrase = safe_phrase(
        finding.span.slice(text).unwrap_or_default(),
        HEADING_COLUMNS,
    );
    let place = format!(
        "{}:{}:{}",
        visible::name(id),
        position.line,
        position.column
    );
    let kind = kind(finding.category, finding.severity, style);
    let mut out = format!("{}: {kind} \"{phrase}\"\n", bold(&place, style));
    out += &snippet(analysis, finding, style);
    out += &note("why", &message::why(text, finding), style);
    for suggestion in finding.suggestions.iter().take(SUGGESTIONS_SHOWN) {
        out += &note("fix", &message::suggestion(text, suggestion), style);
    }
    let hidden = finding.suggestions.len().saturating_sub(SUGGESTIONS_SHOWN);
    if hidden > 0 {
        out += &note("fix", &format!("and {hidden} more in --format json"), style);
    }
    out
}

/// A severity and category as text shows them: `critical[name]`, in the color of the severity.
pub fn kind(category: Category, severity: Severity, style: Style) -> String {
    let kind = format!("{severity}[{category}]");
    painted(&kind, severity_paint(severity), style)
}

/// The finding's sentence, wrapped, with the phrase underlined.
fn snippet(analysis: &Analysis, finding: &Finding, style: Style) -> String {
    let label = format!(
        "{}, {} sure",
        message::category_label(finding.category),
        message::percent(finding.confidence)
    );
    let width = style.width.max(NARROWEST);
    let passage = Passage::new(analysis, finding.span, width - GUTTER, &label);
    if passage.marks.is_empty() {
        return String::new();
    }
    let source = passage.lines.join("\n");
    let mut drawn = Snippet::source(&source).line_numbering(false).fold(false);
    let last = passage.marks.len() - 1;
    for (index, mark) in passage.marks.iter().enumerate() {
        let mut annotation = AnnotationKind::Primary.span(mark.clone());
        if index == last && passage.label_fits {
            annotation = annotation.label(&label);
        }
        drawn = drawn.annotation(annotation);
    }
    let level = match finding.severity {
        Severity::Critical => Level::ERROR,
        Severity::Major => Level::WARNING,
        Severity::Minor => Level::INFO,
    };
    let renderer = if style.color {
        Renderer::styled().hyperlink(false)
    } else {
        Renderer::plain()
    }
    .term_width(width + NO_TRIMMING);
    let report = [Group::with_level(level).element(drawn)];
    renderer.render(&report) + "\n"
}

/// ` = name: text`, wrapped with a hanging indent.
pub(super) fn note(name: &str, text: &str, style: Style) -> String {
    let head = format!(" = {name}: ");
    let indent = head.len();
    let width = style.width.max(NARROWEST) - indent;
    let lines = visible::wrapped(&visible::prose(text), width);
    let body = lines.join(&format!("\n{}", " ".repeat(indent)));
    format!(" = {}: {body}\n", bold(name, style))
}

fn severity_paint(severity: Severity) -> Paint {
    let color = match severity {
        Severity::Critical => AnsiColor::BrightRed,
        Severity::Major => AnsiColor::Yellow,
        Severity::Minor => AnsiColor::BrightBlue,
    };
    color.on_default().effects(Effects::BOLD)
}

/// A text in bold, if color may be used. The text has to be safe to show.
pub fn bold(text: &str, style: Style) -> String {
    painted(text, Paint::new().bold(), style)
}

fn painted(text: &str, paint: Paint, style: Style) -> String {
    if style.color {
        format!("{paint}{text}{paint:#}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests;
