//! Draws an [`Evaluation`]: aligned tables for people, or JSON.
//!
//! In: the figures. Out: a string. Nothing is computed or printed here.

mod columns;
mod contradictions;
mod corrections;
mod garbled;

use serde::Serialize;

use super::{
    AtThresholds, Calibration, Estimate, Evaluation, Half, LabeledRow, Measures, SystemsRow,
};
use columns::Table;
use mtlint::report::text::safe;

/// The name of the layout of the JSON.
const SCHEMA: &str = "mtlint.evaluation/1";

/// Shown where a number is not defined.
const NONE: &str = "-";

/// Draws an evaluation as one JSON object, indented.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn json(evaluation: &Evaluation) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Schema<'a> {
        schema: &'a str,
        #[serde(flatten)]
        evaluation: &'a Evaluation,
    }
    let schema = Schema {
        schema: SCHEMA,
        evaluation,
    };
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// Draws an evaluation as text: a table for each kind of set there is.
pub fn text(evaluation: &Evaluation) -> String {
    let mut tables = vec![heading(evaluation)];
    if !evaluation.labeled.is_empty() {
        tables.push(labeled(evaluation));
        tables.push(at_thresholds(evaluation));
        tables.push(calibration(evaluation));
    }
    if !evaluation.severities.is_empty() {
        tables.push(severities(evaluation));
        tables.push(spans(evaluation));
    }
    if !evaluation.rankings.is_empty() {
        tables.push(rankings(evaluation));
        tables.extend(evaluation.rankings.iter().map(systems));
    }
    if !evaluation.clean.is_empty() {
        tables.push(clean(evaluation));
    }
    if !evaluation.stories.is_empty() {
        tables.push(stories(evaluation));
    }
    if !evaluation.garbled.is_empty() {
        tables.push(garbled::found(evaluation));
        tables.push(garbled::corrected(evaluation));
        tables.extend(evaluation.garbled.iter().map(garbled::kinds));
    }
    if !evaluation.corrections.is_empty() {
        tables.push(corrections::effects(evaluation));
        tables.extend(
            Some(corrections::passage_alignment(evaluation)).filter(|table| !table.is_empty()),
        );
        let sets = evaluation.corrections.iter();
        tables.extend(sets.flat_map(corrections::lengths));
    }
    if !evaluation.contradictions.is_empty() {
        tables.push(contradictions::table(evaluation));
    }
    if !evaluation.alignments.is_empty() {
        tables.push(corrections::alignments(evaluation));
    }
    tables.join("\n")
}

fn heading(evaluation: &Evaluation) -> String {
    if !evaluation.alignments.is_empty() {
        return "In brackets: 95 % intervals, by resampling texts.\n".to_owned();
    }
    if evaluation.model.is_empty() {
        return "No text was judged.\n".to_owned();
    }
    let half = match evaluation.options.half {
        Half::All => "",
        Half::DevA => "; half a: documents to tune on",
        Half::DevB => "; half b: documents to quote",
        Half::Held => "; marked documents that the training never sees",
    };
    let limit = evaluation.options.limit;
    let limit = limit.map_or_else(String::new, |limit| {
        format!("; at most {limit} texts a set")
    });
    format!(
        "Model {}, detector {}{half}{limit}.\nIn brackets: 95 % intervals, by resampling texts.\n",
        safe(&evaluation.model),
        safe(&evaluation.detector)
    )
}

fn labeled(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "labelled",
        "sentences",
        "not judged",
        "words",
        "BAD",
        "flagged",
        "MCC",
        "AP",
        "AUC",
        "F1-BAD",
        "HTER r",
    ]);
    let mut row = |cells: [String; 6], measures: &Measures| {
        let mut cells = cells.to_vec();
        cells.extend([
            estimate(&measures.mcc, 3),
            number(measures.average_precision.value),
            number(measures.area_under_curve.value),
            number(measures.f1_bad.value),
            number(measures.hter_correlation.value),
        ]);
        table.row(cells);
    };
    for set in &evaluation.labeled {
        let cells = [
            set_name(&set.name, set.by_people),
            count(set.sentences),
            count(set.not_judged),
            count(set.words),
            number(set.bad_share),
            number(set.flagged_share),
        ];
        row(cells, &set.measures);
    }
    if let Some(mean) = &evaluation.mean {
        let mut cells: [String; 6] = Default::default();
        cells[0] = mean_of(mean.sets);
        row(cells, &mean.measures);
    }
    table.finish()
}

fn calibration(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "calibration",
        "words",
        "BAD",
        "ECE",
        "Brier skill",
        "over the pool's share of BAD",
    ]);
    let mut row = |name: String, words: String, bad: String, measured: &Calibration| {
        table.row([
            name,
            words,
            bad,
            estimate(&measured.error, 3),
            estimate(&measured.brier_skill, 3),
            estimate(&measured.brier_skill_over_pooled, 3),
        ]);
    };
    for set in &evaluation.labeled {
        let LabeledRow {
            name,
            by_people,
            words,
            bad_share,
            measures,
            ..
        } = set;
        let name = set_name(name, *by_people);
        row(
            name,
            count(*words),
            number(*bad_share),
            &measures.calibration,
        );
    }
    if let Some(mean) = &evaluation.mean {
        let empty = String::new;
        row(
            mean_of(mean.sets),
            empty(),
            empty(),
            &mean.measures.calibration,
        );
    }
    if let Some(pooled) = &evaluation.pooled {
        let skill = estimate(&pooled.brier_skill, 3);
        table.row([
            format!("pooled, {} sets", pooled.sets),
            count(pooled.words),
            number(pooled.bad_share),
            estimate(&pooled.calibration_error, 3),
            skill.clone(),
            skill,
        ]);
    }
    table.finish()
}

fn at_thresholds(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "MCC at",
        "precise",
        "balanced",
        "thorough",
        "best single threshold (oracle)",
    ]);
    table.row(with_thresholds(
        "threshold".to_owned(),
        evaluation.thresholds,
        number,
    ));
    for row in &evaluation.labeled {
        let name = set_name(&row.name, row.by_people);
        table.row(with_thresholds(name, row.measures.mcc_at, number));
    }
    if let Some(mean) = &evaluation.mean {
        let name = mean_of(mean.sets);
        table.row(with_thresholds(name, mean.measures.mcc_at, number));
    }
    table.finish()
}

fn with_thresholds(
    name: String,
    values: AtThresholds<Option<f64>>,
    show: fn(Option<f64>) -> String,
) -> [String; 5] {
    let AtThresholds {
        precise,
        balanced,
        thorough,
        best_single,
    } = values.map(show);
    [name, precise, balanced, thorough, best_single]
}

fn clean(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "by people, per 1,000 words",
        "documents",
        "not judged",
        "words",
        "flagged",
        "findings",
        "flagged at precise",
        "balanced",
        "thorough",
        "oracle",
        "median quality",
        "10th percentile",
    ]);
    for row in &evaluation.clean {
        let at = with_thresholds(String::new(), row.flagged_per_1000_at, tenths);
        let [_, precise, balanced, thorough, oracle] = at;
        table.row([
            safe(&row.name),
            count(row.documents),
            count(row.not_judged),
            count(row.words),
            estimate(&row.flagged_per_1000, 1),
            estimate(&row.findings_per_1000, 1),
            precise,
            balanced,
            thorough,
            oracle,
            tenths(row.median_quality),
            tenths(row.tenth_percentile_quality),
        ]);
    }
    table.finish()
}

fn stories(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "machine against people",
        "pairs",
        "not judged",
        "people higher",
        "by bits per word alone",
        "mean quality: machine",
        "people",
    ]);
    for row in &evaluation.stories {
        table.row([
            safe(&row.name),
            count(row.pairs),
            count(row.not_judged),
            estimate(&row.people_higher, 3),
            estimate(&row.people_higher_by_bits, 3),
            tenths(row.machine_quality),
            tenths(row.people_quality),
        ]);
    }
    table.finish()
}

fn severities(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "severity, minor against major",
        "words found and marked",
        "agreement",
        "kappa",
        "both major",
        "ours major",
        "theirs major",
        "both minor",
    ]);
    for row in &evaluation.severities {
        table.row([
            set_name(&row.name, row.by_people),
            count(row.words),
            estimate(&row.agreement, 3),
            estimate(&row.kappa, 3),
            count(row.counts.both_major),
            count(row.counts.ours_major),
            count(row.counts.theirs_major),
            count(row.counts.both_minor),
        ]);
    }
    table.finish()
}

fn spans(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "marked spans",
        "major",
        "of them found",
        "minor",
        "of them found",
    ]);
    for row in &evaluation.severities {
        table.row([
            set_name(&row.name, row.by_people),
            count(row.major_spans),
            estimate(&row.major_recall, 3),
            count(row.minor_spans),
            estimate(&row.minor_recall, 3),
        ]);
    }
    table.finish()
}

fn rankings(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "ranking of systems",
        "segments",
        "not judged",
        "machines",
        "Spearman",
        "with people",
        "Spearman",
    ]);
    for row in &evaluation.rankings {
        table.row([
            safe(&row.name),
            count(row.segments),
            count(row.not_judged),
            count(row.machines),
            estimate(&row.spearman, 3),
            count(row.systems.len()),
            estimate(&row.spearman_with_people, 3),
        ]);
    }
    table.finish()
}

fn systems(ranking: &SystemsRow) -> String {
    let name = format!("{}, best first by raters", safe(&ranking.name));
    let mut table = Table::new(&[
        name.as_str(),
        "segments",
        "words",
        "MQM penalty",
        "post-edit rate",
    ]);
    for row in &ranking.systems {
        table.row([
            set_name(&row.system, row.by_people),
            count(row.segments),
            count(row.words),
            rounded(row.mqm_penalty, 2),
            number(row.post_edit_rate),
        ]);
    }
    table.finish()
}

fn set_name(name: &str, by_people: bool) -> String {
    let by_people = if by_people { " (by people)" } else { "" };
    safe(name) + by_people
}

fn mean_of(sets: usize) -> String {
    format!("mean of {sets}")
}

fn count(count: usize) -> String {
    count.to_string()
}

fn number(value: Option<f64>) -> String {
    rounded(value, 3)
}

fn tenths(value: Option<f64>) -> String {
    rounded(value, 1)
}

fn rounded(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| NONE.to_owned(), |value| format!("{value:.places$}"))
}

fn estimate(estimate: &Estimate, places: usize) -> String {
    let value = rounded(estimate.value, places);
    match estimate.interval {
        Some((low, high)) => format!("{value} [{low:.places$}, {high:.places$}]"),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_stands_in_brackets() {
        let sure = Estimate::of(3, |_| Some(0.5));
        assert_eq!(estimate(&sure, 2), "0.50 [0.50, 0.50]");
        assert_eq!(estimate(&Estimate::default(), 2), "-");
    }
}
