//! Draws the table of contradictions.
//!
//! In: an evaluation. Out: a row for each set.

use super::columns::Table;
use super::{count, estimate};
use crate::Evaluation;
use mtlint::report::text::safe;

/// Draws a row for each set of correct articles.
pub(super) fn table(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "contradictions",
        "right articles",
        "not judged",
        "flagged/1,000",
        "inconsistencies an article",
        "changed",
        "changes found",
        "numbers",
        "dates",
        "names",
    ]);
    for set in &evaluation.contradictions {
        let mut cells = vec![
            safe(&set.name),
            count(set.documents),
            count(set.not_judged),
            estimate(&set.flagged_per_1000, 1),
            estimate(&set.inconsistencies, 2),
            count(set.changed),
            estimate(&set.found, 3),
        ];
        let kinds = set.kinds.iter();
        cells.extend(kinds.map(|kind| format!("{} of {}", kind.found, kind.changed)));
        table.row(cells);
    }
    table.finish()
}
