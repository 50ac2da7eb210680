//! Draws the tables of corrections and of alignments.
//!
//! In: an evaluation. Out: a table of the effects of suggestions, one of their sizes, and one
//! of the alignment of passages.

use super::columns::Table;
use super::{NONE, count, estimate};
use crate::{CorrectionMeasures, CorrectionsRow, Evaluation, LengthRow};
use mtlint::report::text::safe;

/// The number of words from which on sizes share a row or a column.
const LONG: usize = 8;

/// Draws the effects: a row for each choice of suggestions of each set.
pub(super) fn effects(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "corrections",
        "documents",
        "not judged",
        "word errors",
        "BAD of labelled words",
        "helpful",
        "neutral",
        "harmful",
        "helpful to harmful",
        "errors removed",
        "BAD covered",
    ]);
    for set in &evaluation.corrections {
        let labeled = match set.labeled_words {
            0 => NONE.to_owned(),
            labeled => format!("{} of {labeled}", set.bad_words),
        };
        for (choice, measures) in choices(set) {
            table.row([
                format!("{}, {choice}", safe(&set.name)),
                count(set.documents),
                count(set.not_judged),
                count(set.word_errors),
                labeled.clone(),
                count(measures.helpful),
                count(measures.neutral),
                count(measures.harmful),
                estimate(&measures.helpful_to_harmful, 2),
                estimate(&measures.errors_removed, 4),
                estimate(&measures.bad_covered, 4),
            ]);
        }
    }
    table.finish()
}

/// Draws the alignment of corrected articles: a row for each set with passages whose place
/// is known; empty where there is no such set.
pub(super) fn passage_alignment(evaluation: &Evaluation) -> String {
    let sets = evaluation.corrections.iter();
    let known: Vec<_> = sets.filter(|set| set.alignment.known > 0).collect();
    if known.is_empty() {
        return String::new();
    }
    let mut table = Table::new(&[
        "alignment",
        "passages told",
        "aligned right",
        "aligned wrong",
        "left out",
        "aligned all the same",
    ]);
    for set in known {
        let aligned = &set.alignment;
        table.row([
            safe(&set.name),
            count(aligned.known),
            estimate(&aligned.right, 4),
            estimate(&aligned.wrong, 4),
            count(aligned.left_out),
            estimate(&aligned.invented, 4),
        ]);
    }
    table.finish()
}

/// Draws a row for each set whose articles were aligned and not linted.
pub(super) fn alignments(evaluation: &Evaluation) -> String {
    let mut table = Table::new(&[
        "alignment",
        "articles",
        "seconds",
        "passages told",
        "aligned right",
        "aligned wrong",
        "left out",
        "aligned all the same",
    ]);
    for set in &evaluation.alignments {
        let aligned = &set.measures;
        table.row([
            safe(&set.name),
            count(set.documents),
            format!("{:.2}", set.seconds),
            count(aligned.known),
            estimate(&aligned.right, 4),
            estimate(&aligned.wrong, 4),
            count(aligned.left_out),
            estimate(&aligned.invented, 4),
        ]);
    }
    table.finish()
}

/// Draws the sizes of the suggestions of a set: for each choice that has any, the number
/// of suggestions by words replaced and words put in.
pub(super) fn lengths(set: &CorrectionsRow) -> impl Iterator<Item = String> {
    let choices = choices(set).into_iter().take(3);
    let sized = choices.filter(|(_, measures)| !measures.lengths.is_empty());
    sized.map(move |(choice, measures)| {
        let heading = format!("{}, {choice}: words replaced", safe(&set.name));
        grid(&heading, &measures.lengths)
    })
}

/// The choices of suggestions, and of the first ones those of each source.
fn choices(set: &CorrectionsRow) -> Vec<(String, &CorrectionMeasures)> {
    let choices = [
        ("safe", &set.safe),
        ("safe and unsafe", &set.safe_and_unsafe),
        ("every one", &set.every_suggestion),
    ];
    let choices = choices.map(|(name, measures)| (name.to_owned(), measures));
    let sources = set.by_source.iter();
    let sources = sources.map(|(source, measures)| (format!("of {source}"), measures));
    choices.into_iter().chain(sources).collect()
}

/// Draws a grid of sizes: words replaced downwards, words put in to the right.
fn grid(heading: &str, lengths: &[LengthRow]) -> String {
    let longest = |words: fn(&LengthRow) -> usize| lengths.iter().map(words).max().unwrap_or(0);
    let rows = longest(|size| size.replaced).min(LONG);
    let columns = longest(|size| size.put_in).min(LONG);
    let label = |words: usize| match words {
        LONG => format!("{LONG} or more"),
        _ => words.to_string(),
    };
    let mut headings = vec![heading.to_owned()];
    headings.extend((0..=columns).map(|words| format!("by {}", label(words))));
    let headings: Vec<&str> = headings.iter().map(String::as_str).collect();
    let mut table = Table::new(&headings);
    for replaced in 0..=rows {
        let mut cells = vec![label(replaced)];
        cells.extend((0..=columns).map(|put_in| {
            let here = lengths.iter().filter(|size| {
                size.replaced.min(LONG) == replaced && size.put_in.min(LONG) == put_in
            });
            match here.map(LengthRow::count).sum() {
                0 => ".".to_owned(),
                some => count(some),
            }
        }));
        table.row(cells);
    }
    table.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_stand_in_a_grid_and_long_ones_together() {
        let size = |replaced, put_in, helpful| LengthRow {
            replaced,
            put_in,
            helpful,
            ..LengthRow::default()
        };
        let lengths = [size(1, 1, 5), size(1, 2, 1), size(8, 1, 2), size(11, 1, 1)];
        let drawn = grid("words replaced", &lengths);
        let rows: Vec<Vec<&str>> = drawn
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(
            rows[0],
            ["words", "replaced", "by", "0", "by", "1", "by", "2"]
        );
        assert_eq!(rows[2], ["1", ".", "5", "1"]);
        assert_eq!(rows[9], ["8", "or", "more", ".", "3", "."]);
    }
}
