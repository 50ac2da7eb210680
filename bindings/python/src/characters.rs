//! Positions in characters, as Python counts them.
//!
//! In: a report as programs read it, whose positions are bytes of UTF-8. Out: the same with
//! positions in Unicode scalar values, which are the characters of Python's strings.

use mtlint::document::{Document, LineIndex};
use mtlint::report::{Analysis, SiblingEntry, v1};

/// The texts that a report has positions in.
pub struct Texts<'a> {
    document: &'a Document,
    siblings: &'a [SiblingEntry],
}

/// The texts of a correction.
pub struct Corrected<'a> {
    /// What the replaced text stands in, and what supports the replacements.
    pub original: Texts<'a>,
    /// What the replacements stand in.
    pub text: &'a LineIndex,
}

impl<'a> Texts<'a> {
    pub fn of(analysis: &'a Analysis) -> Self {
        Self {
            document: &analysis.document,
            siblings: &analysis.siblings,
        }
    }

    fn suggestion(&self, suggestion: &mut v1::Suggestion) {
        let index = self.document.line_index();
        suggestion.start = characters(index, suggestion.start);
        suggestion.end = characters(index, suggestion.end);
        if let Some(quote) = &mut suggestion.sibling {
            // Two siblings may have one name.
            let quoted = |one: &&SiblingEntry| {
                one.id == quote.id && one.text.get(quote.start..quote.end) == Some(&*quote.text)
            };
            let sibling = self.siblings.iter().find(quoted);
            if let Some(before) = sibling.and_then(|one| one.text.get(..quote.start)) {
                quote.start = before.chars().count();
                quote.end = quote.start + quote.text.chars().count();
            }
        }
    }
}

/// The report with positions in characters: `texts` are those of the report, and `corrected`
/// those of the correction that it tells of.
pub fn in_characters(
    mut report: v1::Report,
    texts: Option<&Texts<'_>>,
    corrected: Option<&Corrected<'_>>,
) -> v1::Report {
    if let Some(texts) = texts {
        let index = texts.document.line_index();
        for finding in &mut report.findings {
            (finding.start, finding.end) = (finding.char_start, finding.char_end);
            for suggestion in &mut finding.suggestions {
                texts.suggestion(suggestion);
            }
        }
        for word in report.words.iter_mut().flatten() {
            word.start = characters(index, word.start);
            word.end = characters(index, word.end);
        }
    }
    if let (Some(fix), Some(corrected)) = (&mut report.fix, corrected) {
        for edit in &mut fix.applied {
            corrected.original.suggestion(&mut edit.suggestion);
            edit.corrected_start = characters(corrected.text, edit.corrected_start);
            edit.corrected_end = characters(corrected.text, edit.corrected_end);
        }
    }
    report
}

/// The characters before a byte.
fn characters(index: &LineIndex, byte: usize) -> usize {
    index.position(byte).char_offset
}
