//! A run report as text for people.
//!
//! In: a run report. Out: a string; ids, phrases and messages are made safe to show.
//! Nothing is counted here.

use crate::state::RunFacts;
use mtlint::report::text::{self, Style};

use super::contract::{
    Changes, DocumentChange, FindingSummary, RunReport, SeverityCounts, Totals, UnscoredGroup,
};

/// A phrase takes at most this many columns; JSON has the whole of it.
pub(super) const MAX_PHRASE_COLUMNS: usize = 60;

/// How many new and how many fixed findings of a document are shown.
const MAX_FINDINGS: usize = 5;

/// The run report as text, each part under its heading; empty lists are left out.
pub fn draw(report: &RunReport, style: Style) -> String {
    let mut parts = vec![heading(report, style)];
    if !report.worst.is_empty() {
        parts.push(worst(report, style));
    }
    if !report.findings.is_empty() {
        parts.push(findings(report, style));
    }
    match &report.changes {
        Some(changes) => parts.push(since(changes, style)),
        None => parts.push("There is no earlier run that was finished to compare with.\n".into()),
    }
    if !report.not_judged.is_empty() {
        parts.push(not_judged(&report.not_judged, style));
    }
    parts.join("\n")
}

fn heading(report: &RunReport, style: Style) -> String {
    let run = &report.run;
    let inputs: Vec<String> = run
        .inputs
        .iter()
        .map(|name| text::safe_name(name))
        .collect();
    let mut out = format!("{} over {}\n", begun(run), inputs.join(" "));
    if !run.finished {
        let warning = text::bold("cut short", style);
        out += &format!(
            "It was {warning}: not all of its input was read. The same 'mtlint batch' with \
             --resume goes on.\n"
        );
    }
    let Totals {
        documents,
        judged,
        abstained,
        failed,
        median_quality,
        findings,
    } = &report.totals;
    out += &format!(
        "{}: {judged} judged, {abstained} not judged, {failed} failed; {} made anew\n",
        number(*documents, "document"),
        number(u64::try_from(run.readings).unwrap_or_default(), "report")
    );
    let findings = counted(findings);
    match median_quality {
        Some(quality) => out += &format!("median quality {quality:.1}; {findings}\n"),
        None => out += "nothing was judged\n",
    }
    out
}

/// `Run 7, begun 2026-03-01 02:00 UTC`.
pub(super) fn begun(run: &RunFacts) -> String {
    let mut words = format!("Run {}", run.number);
    let minutes = run
        .started
        .get(..16)
        .map(|minutes| minutes.replace('T', " "));
    if let Some(minutes) = minutes {
        words += &format!(", begun {} UTC", text::safe(&minutes));
    }
    words
}

pub(super) fn number(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}

fn counted(findings: &SeverityCounts) -> String {
    let SeverityCounts {
        critical,
        major,
        minor,
    } = findings;
    format!(
        "{} ({critical} critical, {major} major, {minor} minor)",
        number(findings.all(), "finding")
    )
}

fn title(words: &str, style: Style) -> String {
    format!("{}\n", text::bold(words, style))
}

fn findings(report: &RunReport, style: Style) -> String {
    let mut out = title("Findings", style);
    let row = |name: &str, counts: [String; 3]| {
        let [critical, major, minor] = counts;
        format!("{name:<16}{critical:>8}  {major:>8}  {minor:>8}\n")
    };
    out += &row("", ["critical", "major", "minor"].map(str::to_owned));
    for of in &report.findings {
        let SeverityCounts {
            critical,
            major,
            minor,
        } = of.findings;
        out += &row(
            &of.category.to_string(),
            [critical, major, minor].map(|count| count.to_string()),
        );
    }
    out
}

fn worst(report: &RunReport, style: Style) -> String {
    let mut out = title("Worst documents", style);
    out += "quality  post-edit rate  critical  major  minor  document\n";
    for document in &report.worst {
        let SeverityCounts {
            critical,
            major,
            minor,
        } = document.findings;
        out += &format!(
            "{:>7.1}  {:>12.1} %  {critical:>8}  {major:>5}  {minor:>5}  {}\n",
            document.quality,
            document.post_edit_rate * 100.0,
            text::safe_name(&document.id)
        );
    }
    out
}

fn since(changes: &Changes, style: Style) -> String {
    let before = begun(&changes.before);
    let before = before.strip_prefix("Run").unwrap_or(&before);
    let mut out = title(&format!("Since run{before}"), style);
    let gone = match changes.gone {
        Some(gone) => format!("{gone} gone"),
        None => "those gone not known".to_owned(),
    };
    out += &format!(
        "documents: {} new, {gone}, {} changed, {} unchanged\n",
        changes.new, changes.changed, changes.unchanged
    );
    if changes.now_judged + changes.no_longer_judged > 0 {
        out += &format!(
            "{} judged that were not, {} no longer judged\n",
            changes.now_judged, changes.no_longer_judged
        );
    }
    out += &format!(
        "findings in changed documents: {} new (in {}), {} fixed (in {})\n",
        changes.new_findings,
        number(changes.with_new_findings, "document"),
        changes.fixed_findings,
        number(changes.with_fixed_findings, "document")
    );
    if !changes.judged_otherwise.is_empty() {
        out += &format!(
            "The two runs judged in different ways ({}); a change may come from that.\n",
            text::safe(&changes.judged_otherwise.join(", "))
        );
    }
    for change in &changes.documents {
        out += &changed(change, style);
    }
    for (what, ids) in [
        ("new", &changes.new_documents),
        ("gone", &changes.gone_documents),
        ("no longer judged", &changes.no_longer_judged_documents),
    ] {
        for id in ids {
            out += &format!("{what}: {}\n", text::safe_name(id));
        }
    }
    out
}

fn changed(change: &DocumentChange, style: Style) -> String {
    let id = text::bold(&text::safe_name(&change.id), style);
    let (before, now) = (change.quality_before, change.quality);
    let mut out = format!("{id}: quality {before:.1} → {now:.1}\n");
    for (sign, findings) in [("new", &change.new), ("fixed", &change.fixed)] {
        for finding in findings.iter().take(MAX_FINDINGS) {
            let FindingSummary {
                severity,
                category,
                text: phrase,
            } = finding;
            out += &format!(
                "  {sign}: {} \"{}\"\n",
                text::kind(*category, *severity, style),
                text::safe_phrase(phrase, MAX_PHRASE_COLUMNS)
            );
        }
        let hidden = findings.len().saturating_sub(MAX_FINDINGS);
        if hidden > 0 {
            out += &format!("  {sign}: {hidden} more in --format json\n");
        }
    }
    out
}

fn not_judged(reasons: &[UnscoredGroup], style: Style) -> String {
    let mut out = title("Not judged", style);
    for reason in reasons {
        out += &format!(
            "{} ({}): {}\n",
            reason.status,
            text::safe(&reason.reason),
            number(reason.documents, "document")
        );
        for document in &reason.first {
            out += &format!(
                "  {}: {}\n",
                text::safe_name(&document.id),
                text::safe(&document.message)
            );
        }
        let hidden = reason.documents - reason.first.len() as u64;
        if hidden > 0 {
            out += &format!("  and {hidden} more\n");
        }
    }
    out
}
