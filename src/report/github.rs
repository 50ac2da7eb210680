//! Reports as annotations of GitHub Actions: a workflow command a finding.
//!
//! In: a report. Out: lines such as `::warning file=a.txt,line=1,…::message`, which the
//! runner takes from a step's output and shows next to the text. What the runner would
//! take for syntax is escaped as it wants it; what a terminal would obey is made safe to
//! show first, since the message is printed in the log too.

use crate::finding::{Finding, Severity};

use super::{Analysis, Outcome, Report, message, visible};

/// A workflow command for each finding of a report, or one that says why there are none.
pub fn annotations(report: &Report) -> String {
    let file = property(&visible_path(&report.id));
    match &report.outcome {
        Outcome::Scored(analysis) => analysis
            .new_findings()
            .map(|finding| annotation(&file, analysis, finding))
            .collect(),
        Outcome::Abstained { reason, language } => {
            let why = message::abstained(*reason, language.as_ref());
            whole("warning", &file, "mtlint: not judged", &why)
        }
        Outcome::Failed(failure) => whole("error", &file, "mtlint: not read", &failure.message),
    }
}

fn annotation(file: &str, analysis: &Analysis, finding: &Finding) -> String {
    let text = analysis.document.text();
    let index = analysis.document.line_index();
    let span = finding.span;
    let from = index.position(span.start());
    // The last character: GitHub's `endColumn` lies within the phrase.
    let to = index.position(span.start().max(span.end().saturating_sub(1)));
    // The runner drops the columns of what is on several lines.
    let columns = if from.line == to.line {
        format!(",col={},endColumn={}", from.column, to.column)
    } else {
        String::new()
    };
    let title = format!("mtlint: {}[{}]", finding.severity, finding.category);
    let command = match finding.severity {
        Severity::Minor => "notice",
        Severity::Major => "warning",
        Severity::Critical => "error",
    };
    format!(
        "::{command} file={file},line={},endLine={}{columns},title={}::{}\n",
        from.line,
        to.line,
        property(&title),
        data(&visible::prose(&message::finding(text, finding)))
    )
}

/// About a document as a whole.
fn whole(command: &str, file: &str, title: &str, why: &str) -> String {
    let title = property(title);
    let why = data(&visible::prose(why));
    format!("::{command} file={file},title={title}::{why}\n")
}

/// A path whose line breaks stay, since they can be escaped, and nothing else that a
/// terminal would obey.
fn visible_path(path: &str) -> String {
    path.split_inclusive(['\n', '\r'])
        .map(|part| match part.char_indices().next_back() {
            Some((end, last @ ('\n' | '\r'))) => {
                format!("{}{last}", visible::name_within_line(&part[..end]))
            }
            _ => visible::name_within_line(part),
        })
        .collect()
}

/// The message of a command, as the runner unescapes it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// A property of a command, as the runner unescapes it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::super::fixtures;
    use super::*;
    use crate::finding::Category;

    #[test]
    fn a_finding_is_one_command_with_its_place() {
        let text = "Ein Torwart.\nDer Torwart schläft.";
        let mut finding = fixtures::finding(text, "schläft", Category::Untranslated);
        finding.severity = Severity::Critical;
        let report = fixtures::report("press/a.txt", text, vec![finding]);
        assert_eq!(
            annotations(&report),
            "::error file=press/a.txt,line=2,endLine=2,col=13,endColumn=19,\
             title=mtlint%3A critical[untranslated]::\"schläft\" looks like a word left \
             untranslated: it is about 20 bits more surprising than the text around it would \
             allow.\n"
        );
    }

    #[test]
    fn nothing_in_a_name_or_a_text_is_a_command() {
        let text = "It is 100 %0A\n::error::of\u{202e} all.";
        let phrase = "100 %0A\n::error::of\u{202e}";
        let finding = fixtures::finding(text, phrase, Category::Wording);
        let name = "a,line=1::x\n::set-output name=b::%0D\u{1b}.txt";
        let drawn = annotations(&fixtures::report(name, text, vec![finding]));
        assert_eq!(
            drawn,
            "::warning file=a%2Cline=1%3A%3Ax%0A%3A%3Aset-output name=b%3A%3A%250D\\u{1b}.txt,\
             line=1,endLine=2,title=mtlint%3A major[wording]::\"100 %250A ::error::of\\u{202e}\" \
             is an odd choice of words here: it is about 20 bits more surprising than the text \
             around it would allow.\n"
        );
    }

    #[test]
    fn what_was_not_read_is_an_error_of_the_file() {
        let path = std::path::Path::new("gone.txt");
        let error = crate::document::Document::open(path, 1).unwrap_err();
        let report = Report::failed("gone.txt", error);
        let drawn = annotations(&report);
        assert!(
            drawn.starts_with("::error file=gone.txt,title=mtlint%3A not read::"),
            "{drawn}"
        );
    }
}
