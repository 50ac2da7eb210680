//! Draws a [`Morning`]: text for people, or JSON.
//!
//! In: what was counted. Out: a string; ids, phrases and messages are made safe
//! to show in text. It counts nothing.

use serde::Serialize;

use crate::report::text::{self, Style};

use super::body::Found;
use super::changes::{Change, Changes};
use super::{BySeverity, Morning, NotJudged, Totals};
use crate::batch::state::RunFacts;

/// Name of the layout of the JSON.
const SCHEMA: &str = "mtlint.morning/1";

/// A phrase takes at most this many columns; JSON has the whole of it.
pub(super) const PHRASE_COLUMNS: usize = 60;

/// Of a document's changes in findings so many are shown of each kind.
const FOUND_SHOWN: usize = 5;

/// One JSON object, indented.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn json(morning: &Morning) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Schema<'a> {
        schema: &'a str,
        #[serde(flatten)]
        morning: &'a Morning,
    }
    let schema = Schema {
        schema: SCHEMA,
        morning,
    };
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// What there is to say, each part under its heading; lists that are empty are
/// left out.
pub fn text(morning: &Morning, style: Style) -> String {
    let mut parts = vec![heading(morning, style)];
    if !morning.worst.is_empty() {
        parts.push(worst(morning, style));
    }
    if !morning.findings.is_empty() {
        parts.push(findings(morning, style));
    }
    match &morning.changes {
        Some(changes) => parts.push(since(changes, style)),
        None => parts.push("There is no earlier run that was finished to compare with.\n".into()),
    }
    if !morning.not_judged.is_empty() {
        parts.push(not_judged(&morning.not_judged, style));
    }
    parts.join("\n")
}

fn heading(morning: &Morning, style: Style) -> String {
    let run = &morning.run;
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
    } = &morning.totals;
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

fn counted(findings: &BySeverity) -> String {
    let BySeverity {
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

fn findings(morning: &Morning, style: Style) -> String {
    let mut out = title("Findings", style);
    let row = |name: &str, counts: [String; 3]| {
        let [critical, major, minor] = counts;
        format!("{name:<16}{critical:>8}  {major:>8}  {minor:>8}\n")
    };
    out += &row("", ["critical", "major", "minor"].map(str::to_owned));
    for of in &morning.findings {
        let BySeverity {
            critical,
            major,
            minor,
        } = of.findings;
        let name = crate::report::message::category_name(of.category);
        out += &row(
            name,
            [critical, major, minor].map(|count| count.to_string()),
        );
    }
    out
}

fn worst(morning: &Morning, style: Style) -> String {
    let mut out = title("Worst documents", style);
    out += "quality  post-edit rate  critical  major  minor  document\n";
    for poor in &morning.worst {
        let BySeverity {
            critical,
            major,
            minor,
        } = poor.findings;
        out += &format!(
            "{:>7.1}  {:>12.1} %  {critical:>8}  {major:>5}  {minor:>5}  {}\n",
            poor.quality,
            poor.post_edit_rate * 100.0,
            text::safe_name(&poor.id)
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

fn changed(change: &Change, style: Style) -> String {
    let id = text::bold(&text::safe_name(&change.id), style);
    let (before, now) = (change.quality_before, change.quality);
    let mut out = format!("{id}: quality {before:.1} → {now:.1}\n");
    for (sign, findings) in [("new", &change.new), ("fixed", &change.fixed)] {
        for found in findings.iter().take(FOUND_SHOWN) {
            let Found {
                severity,
                category,
                text: phrase,
            } = found;
            out += &format!(
                "  {sign}: {} \"{}\"\n",
                text::kind(*category, *severity, style),
                text::safe_phrase(phrase, PHRASE_COLUMNS)
            );
        }
        let hidden = findings.len().saturating_sub(FOUND_SHOWN);
        if hidden > 0 {
            out += &format!("  {sign}: {hidden} more in --format json\n");
        }
    }
    out
}

fn not_judged(reasons: &[NotJudged], style: Style) -> String {
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
