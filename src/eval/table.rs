//! Draws an [`Evaluation`]: aligned tables for people, or JSON.
//!
//! In: the numbers. Out: a string. It computes nothing.

use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use super::{AtThresholds, Estimate, Evaluation, Half, LabelledRow};
use crate::report::text::safe;

/// Name of the layout of the JSON.
const SCHEMA: &str = "mtlint.evaluation/1";

/// Shown where a number is not defined.
const NONE: &str = "-";

/// One JSON object, indented.
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

/// A table for each kind of set there is.
pub fn text(evaluation: &Evaluation) -> String {
    let mut tables = vec![heading(evaluation)];
    if !evaluation.labelled.is_empty() {
        tables.push(labelled(evaluation));
        tables.push(at_thresholds(evaluation));
    }
    if !evaluation.clean.is_empty() {
        tables.push(clean(evaluation));
    }
    if !evaluation.stories.is_empty() {
        tables.push(stories(evaluation));
    }
    tables.join("\n")
}

fn heading(evaluation: &Evaluation) -> String {
    if evaluation.model.is_empty() {
        return "No text was judged.\n".to_owned();
    }
    let half = match evaluation.options.half {
        Half::All => "",
        Half::DevA => "; half a: documents to tune on",
        Half::DevB => "; half b: documents to quote",
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

fn labelled(evaluation: &Evaluation) -> String {
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
        "ECE",
        "Brier skill",
        "HTER r",
    ]);
    for row in &evaluation.labelled {
        table.row([
            set_name(row),
            count(row.sentences),
            count(row.not_judged),
            count(row.words),
            number(row.bad_share),
            number(row.flagged_share),
            estimate(&row.mcc, 3),
            number(row.average_precision.value),
            number(row.area_under_curve.value),
            number(row.f1_bad.value),
            number(row.calibration_error),
            number(row.brier_skill),
            number(row.hter_correlation.value),
        ]);
    }
    if let Some(mean) = &evaluation.mean {
        let empty = String::new;
        table.row([
            format!("mean of {}", mean.sets),
            empty(),
            empty(),
            empty(),
            empty(),
            empty(),
            estimate(&mean.mcc, 3),
            number(mean.average_precision.value),
            number(mean.area_under_curve.value),
            number(mean.f1_bad.value),
            number(mean.calibration_error),
            number(mean.brier_skill),
            number(mean.hter_correlation.value),
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
    for row in &evaluation.labelled {
        table.row(with_thresholds(set_name(row), row.mcc_at, number));
    }
    if let Some(mean) = &evaluation.mean {
        let name = format!("mean of {}", mean.sets);
        table.row(with_thresholds(name, mean.mcc_at, number));
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

fn set_name(row: &LabelledRow) -> String {
    let by_people = if row.by_people { " (by people)" } else { "" };
    safe(&row.name) + by_people
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

/// Cells in columns: the first to the left, the others to the right.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new(heading: &[&str]) -> Self {
        Self {
            rows: vec![heading.iter().map(|cell| (*cell).to_owned()).collect()],
        }
    }

    fn row(&mut self, cells: impl Into<Vec<String>>) {
        self.rows.push(cells.into());
    }

    fn finish(self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.width()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut drawn = String::new();
        for row in &self.rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
                let padding = " ".repeat(width - cell.width());
                if column == 0 {
                    line += cell;
                    line += &padding;
                } else {
                    line += "  ";
                    line += &padding;
                    line += cell;
                }
            }
            drawn += line.trim_end();
            drawn += "\n";
        }
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_by_what_is_seen() {
        let mut table = Table::new(&["set", "MCC"]);
        table.row(["müsli 東".to_owned(), number(Some(0.25))]);
        table.row(["a".to_owned(), number(None)]);
        assert_eq!(
            table.finish(),
            "set         MCC\nmüsli 東  0.250\na             -\n"
        );
    }

    #[test]
    fn an_interval_stands_in_brackets() {
        let sure = Estimate::of(3, |_| Some(0.5));
        assert_eq!(estimate(&sure, 2), "0.50 [0.50, 0.50]");
        assert_eq!(estimate(&Estimate::default(), 2), "-");
    }
}
