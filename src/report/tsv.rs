//! Reports as a table in the layout of WMT's span annotations.
//!
//! In: a report. Out: a row of tab-separated cells: id, text, where each finding starts
//! and ends, and how severe it is. Offsets count characters (Unicode scalar values) of
//! the text in the row, the end is exclusive, and lists are separated by spaces. Every
//! tab, line break and other control character of the text is one space in the row, and so
//! is every character that turns the direction of others, so that a document is one row and
//! the offsets hold for both. An id or a text that a program for tables would compute, since
//! it begins with `=`, `+`, `-` or `@`, has a `'` before it, which the offsets count. There
//! are no quotes round cells.

use crate::finding::Finding;

use super::{Analysis, Outcome, Report, visible};

/// The first row, with the names of the columns.
pub const HEADER: &str = "id\ttext\tstart_ids\tend_ids\tseverities\n";

/// What stands in the place of an offset where nothing was found.
const NO_OFFSET: &str = "-1";

/// What stands in the place of a severity where nothing was found.
const NO_ERROR: &str = "no-error";

/// The row of a document. A document that was not judged has its id only: empty cells mean
/// that nothing is known, `-1` that nothing was found.
pub fn row(report: &Report) -> String {
    let id = inert(visible::name(&report.id));
    match &report.outcome {
        Outcome::Scored(analysis) => {
            let plain = one_line(analysis.document.text());
            let shift = usize::from(visible::is_formula(&plain));
            let text = inert(plain);
            let index = analysis.document.line_index();
            let offset = |byte| (index.position(byte).char_offset + shift).to_string();
            let starts = list(analysis, NO_OFFSET, |finding| offset(finding.span.start()));
            let ends = list(analysis, NO_OFFSET, |finding| offset(finding.span.end()));
            let severities = list(analysis, NO_ERROR, |finding| finding.severity.to_string());
            format!("{id}\t{text}\t{starts}\t{ends}\t{severities}\n")
        }
        Outcome::Abstained { .. } | Outcome::Failed(_) => format!("{id}\t\t\t\t\n"),
    }
}

fn list(analysis: &Analysis, none: &str, cell: impl Fn(&Finding) -> String) -> String {
    let cells: Vec<String> = analysis.new_findings().map(cell).collect();
    if cells.is_empty() {
        none.to_owned()
    } else {
        cells.join(" ")
    }
}

/// What stands before a cell that a program for tables would compute.
const TEXT_MARK: char = '\'';

/// A cell that is text to a program for tables.
fn inert(mut cell: String) -> String {
    if visible::is_formula(&cell) {
        cell.insert(0, TEXT_MARK);
    }
    cell
}

/// A character for a character.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            // The last two are line breaks to some readers.
            _ if character.is_control() => ' ',
            '\u{2028}' | '\u{2029}' => ' ',
            _ if visible::turns(character) => ' ',
            _ => character,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;
    use crate::finding::{Category, Severity};

    #[test]
    fn offsets_count_characters_of_the_row() {
        let text = "\u{feff}Ça\tva.\r\n\"Der Torwart\u{2028}schläft.\"";
        let mut first = fixtures::finding(text, "Torwart", Category::Untranslated);
        first.severity = Severity::Critical;
        let second = fixtures::finding(text, "schläft", Category::Untranslated);
        let row = row(&fixtures::report("a\tb\n.txt", text, vec![first, second]));
        let cells: Vec<&str> = row.trim_end_matches('\n').split('\t').collect();
        assert_eq!(cells.len(), HEADER.split('\t').count());
        assert_eq!(cells[0], "a    b\\u{a}.txt");
        assert_eq!(cells[1], "\u{feff}Ça va.  \"Der Torwart schläft.\"");
        assert_eq!(cells[2..], ["14 22", "21 29", "critical major"]);
        let characters: Vec<char> = cells[1].chars().collect();
        assert_eq!(characters[14..21].iter().collect::<String>(), "Torwart");
    }

    #[test]
    fn no_cell_is_computed_and_offsets_hold_for_the_row() {
        let text = "=cmd|' /C calc'!A0 Der\u{202e} Torwart.";
        let finding = fixtures::finding(text, "Torwart", Category::Untranslated);
        let row = row(&fixtures::report("@SUM(A1).txt", text, vec![finding]));
        let cells: Vec<&str> = row.trim_end_matches('\n').split('\t').collect();
        assert_eq!(cells[0], "'@SUM(A1).txt");
        assert_eq!(cells[1], "'=cmd|' /C calc'!A0 Der  Torwart.");
        let characters: Vec<char> = cells[1].chars().collect();
        let offset = |cell: usize| cells[cell].parse::<usize>().unwrap();
        let phrase = &characters[offset(2)..offset(3)];
        assert_eq!(phrase.iter().collect::<String>(), "Torwart");
    }

    #[test]
    fn nothing_found_and_not_judged_are_two_things() {
        let clean = fixtures::report("a", "All is well.", Vec::new());
        assert_eq!(row(&clean), "a\tAll is well.\t-1\t-1\tno-error\n");
        let empty = Report {
            id: "b".to_owned(),
            outcome: Outcome::Abstained {
                reason: super::super::AbstainReason::Empty,
                language: None,
            },
        };
        assert_eq!(row(&empty), "b\t\t\t\t\n");
    }
}
