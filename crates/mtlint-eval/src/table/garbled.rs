//! Draws the tables of articles whose garbled phrases are marked.
//!
//! In: an evaluation. Out: a table of what is found, one of corrections and scores, and one
//! of the errors by severity and category.

use super::columns::Table;
use super::{NONE, count, estimate, tenths};
use crate::{Evaluation, FoundRow, GarbledMeasures, GarbledRow};
use mtlint::report::text::safe;

/// Draws what is found: a row for each way that each set is read.
pub(super) fn found(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "marked errors",
        "articles",
        "not judged",
        "errors",
        "found",
        "major or critical",
        "found",
        "findings",
        "that overlap an error",
        "false alarms/1,000 words of post-edits",
    ]);
    for (name, measures) in readings(evaluation) {
        table.row([
            name,
            count(measures.documents),
            count(measures.not_judged),
            count(measures.errors),
            estimate(&measures.found, 3),
            count(measures.serious_errors),
            estimate(&measures.serious_found, 3),
            count(measures.findings),
            estimate(&measures.precision, 3),
            estimate(&measures.false_alarms_per_1000, 1),
        ]);
    }
    table.finish()
}

/// Draws corrections and scores: a row for each way that each set is read.
pub(super) fn corrected(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "corrections and scores",
        "errors with a fix",
        "first suggestion right",
        "safe ones only",
        "mean quality: article",
        "post-edit",
        "post-edit higher",
        "agreement on severity",
        "kappa",
    ]);
    for (name, measures) in readings(evaluation) {
        table.row([
            name,
            count(measures.fixable_errors),
            estimate(&measures.fixed, 3),
            estimate(&measures.fixed_safely, 3),
            tenths(measures.article_quality),
            tenths(measures.post_edit_quality),
            estimate(&measures.post_edit_higher, 3),
            estimate(&measures.severity_agreement, 3),
            estimate(&measures.severity_kappa, 3),
        ]);
    }
    table.finish()
}

/// Draws the errors of one set: a row for each severity and category.
pub(super) fn kinds(set: &GarbledRow) -> String {
    let name = format!("{}, marked errors by kind", safe(&set.name));
    let mut table = Table::new(&[
        name.as_str(),
        "errors",
        "found alone",
        "with a sibling",
        "found beside it",
    ]);
    let mut row = |alone: &FoundRow, beside: Option<&[FoundRow]>| {
        let same = |beside: &&FoundRow| beside.name == alone.name;
        let beside = beside.and_then(|rows| rows.iter().find(same));
        let (errors, found) = beside.map_or_else(
            || (NONE.to_owned(), NONE.to_owned()),
            |beside| (count(beside.errors), estimate(&beside.found, 3)),
        );
        table.row([
            safe(&alone.name),
            count(alone.errors),
            estimate(&alone.found, 3),
            errors,
            found,
        ]);
    };
    for alone in &set.alone.by_severity {
        row(alone, set.beside.as_ref().map(|one| &one.by_severity[..]));
    }
    for alone in &set.alone.by_category {
        row(alone, set.beside.as_ref().map(|one| &one.by_category[..]));
    }
    table.finish()
}

/// The measures of every set, alone and beside siblings, with their names.
fn readings(evaluation: &Evaluation) -> impl Iterator<Item = (String, &GarbledMeasures)> {
    evaluation.garbled.iter().flat_map(|set| {
        let name = safe(&set.name);
        let alone = (format!("{name}, alone"), &set.alone);
        let beside = set.beside.as_ref();
        let beside = beside.map(|measures| (format!("{name}, beside the sibling"), measures));
        std::iter::once(alone).chain(beside)
    })
}
