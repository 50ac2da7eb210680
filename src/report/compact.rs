//! Reports as lines for editors and `grep`: `file:line:column: severity[category]: message`.
//!
//! In: a report. Out: one line a finding; of a document that was not judged one that
//! says so. Every character is safe to show, and no line break is left in a line.

use super::{Outcome, Report, message, text, visible};

/// Text that is not coloured and not wrapped.
const PLAIN: text::Style = text::Style {
    width: 0,
    colour: false,
};

/// A line for each finding.
pub fn lines(report: &Report) -> String {
    let Outcome::Scored(analysis) = &report.outcome else {
        return text::score(report, PLAIN);
    };
    let name = visible::name(&report.id);
    let source = analysis.document.text();
    let index = analysis.document.line_index();
    let mut out = String::new();
    for finding in analysis.new_findings() {
        let at = index.position(finding.span.start());
        out += &format!(
            "{name}:{}:{}: {}: {}\n",
            at.line,
            at.column,
            text::kind(finding.category, finding.severity, PLAIN),
            visible::prose(&message::finding(source, finding)),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;
    use crate::finding::Category;

    #[test]
    fn a_finding_is_one_line_whatever_it_says() {
        let source = "\u{feff}Ça va.\r\nThe two\r\nkeepers\u{1b}[2J met.";
        let phrase = "two\r\nkeepers\u{1b}[2J";
        let finding = fixtures::finding(source, phrase, Category::WordOrder);
        let report = fixtures::report("no\n:1:1: such", source, vec![finding]);
        assert_eq!(
            lines(&report),
            "no\\u{a}:1:1: such:2:5: major[word_order]: the words of \"two keepers\\u{1b}[2J\" \
             seem to be in the wrong order: it is about 20 bits more surprising than the text \
             around it would allow.\n"
        );
    }

    #[test]
    fn what_was_not_judged_is_not_clean() {
        let report = Report {
            id: "a.txt".to_owned(),
            outcome: Outcome::Abstained {
                reason: super::super::AbstainReason::Empty,
                language: None,
            },
        };
        assert_eq!(lines(&report), "a.txt: not judged (empty)\n");
    }
}
