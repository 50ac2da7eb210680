//! Reports as a table in the layout of WMT's span annotations.
//!
//! In: a report. Out: a row of tab-separated cells: id, text, where each finding starts
//! and ends, and how severe it is. Offsets count characters (Unicode scalar values) of
//! the text in the row, the end is exclusive, and lists are separated by spaces. Every
//! tab, line break and other control character of the text is one space in the row, so
//! that a document is one row and the offsets hold for both. There are no quotes round
//! cells.

use crate::finding::Finding;

use super::{Analysis, Outcome, Report, message, visible};

/// The first row.
pub const HEADER: &str = "id\ttext\tstart_ids\tend_ids\tseverities\n";

/// What stands in the place of an offset where nothing was found.
const NO_OFFSET: &str = "-1";

/// What stands in the place of a severity where nothing was found.
const NO_ERROR: &str = "no-error";

/// The row of a document. One that was not judged has its id only: empty cells are
/// unknown, `-1` is nothing found.
pub fn row(report: &Report) -> String {
    let id = visible::name(&report.id);
    match &report.outcome {
        Outcome::Scored(analysis) => {
            let text = one_line(analysis.document.text());
            let index = analysis.document.line_index();
            let offset = |byte| index.position(byte).char_offset.to_string();
            let starts = list(analysis, NO_OFFSET, |finding| offset(finding.span.start()));
            let ends = list(analysis, NO_OFFSET, |finding| offset(finding.span.end()));
            let severities = list(analysis, NO_ERROR, |finding| {
                message::severity_name(finding.severity).to_owned()
            });
            format!("{id}\t{text}\t{starts}\t{ends}\t{severities}\n")
        }
        Outcome::Abstained { .. } | Outcome::Failed(_) | Outcome::BadRecord(_) => {
            format!("{id}\t\t\t\t\n")
        }
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

/// A character for a character.
fn one_line(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            // The last two are line breaks to some readers.
            _ if character.is_control() => ' ',
            '\u{2028}' | '\u{2029}' => ' ',
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
