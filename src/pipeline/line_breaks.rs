//! Line breaks that a correction would swallow, kept.
//!
//! In: the text of a document and the corrections of its findings. Out: corrections that
//! leave as many lines as there were, each break where a reader would put it: between the
//! words of the correction, or else beside it, in the place of the next space. Which words
//! are put in is not changed.

use crate::finding::Suggestion;
use crate::report::Analysis;
use crate::span::Span;

/// The analysis with corrections that keep the line breaks of its document.
pub(super) fn with_line_breaks(mut analysis: Analysis) -> Analysis {
    let Analysis {
        document, findings, ..
    } = &mut analysis;
    for suggestion in findings.iter_mut().flat_map(|one| &mut one.suggestions) {
        keep_breaks(document.text(), suggestion);
    }
    analysis
}

fn keep_breaks(text: &str, suggestion: &mut Suggestion) {
    let old = suggestion.span.slice(text).unwrap_or_default();
    let breaks: Vec<&str> = white_space(old)
        .filter(|space| space.contains(['\n', '\r']))
        .collect();
    if breaks.is_empty() || suggestion.replacement.contains(['\n', '\r']) {
        return;
    }
    if white_space(&suggestion.replacement).next().is_none() {
        keep_beside(text, breaks[0], suggestion);
        return;
    }
    let wanted = breaks.iter().map(|one| (*one, columns_before(old, one)));
    suggestion.replacement = keep_between(&suggestion.replacement, wanted);
}

/// The runs of white space in a text.
fn white_space(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_whitespace())
        .filter(|space| !space.is_empty())
}

/// How many characters stand in `text` before a part of it.
fn columns_before(text: &str, part: &str) -> usize {
    let start = part.as_ptr().addr() - text.as_ptr().addr();
    text[..start].chars().count()
}

/// The words of a correction with breaks in the place of spaces, each where its line is
/// about as long as it was.
fn keep_between<'a>(words: &str, breaks: impl Iterator<Item = (&'a str, usize)>) -> String {
    let mut out = String::with_capacity(words.len());
    let mut rest = words;
    let mut done = 0;
    for (line_break, columns) in breaks {
        let distance = |space: &&str| (done + columns_before(rest, space)).abs_diff(columns);
        // Of equals the first.
        let Some(space) = white_space(rest).min_by_key(distance) else {
            break;
        };
        let at = columns_before(rest, space);
        let byte = space.as_ptr().addr() - rest.as_ptr().addr();
        out += &rest[..byte];
        out += line_break;
        done += at + space.chars().count();
        rest = &rest[byte + space.len()..];
    }
    out + rest
}

/// Puts the break of a correction of one word in the place of the space behind it, or else
/// of that before it; marks that touch the word stay with it. On a line of its own it needs
/// none.
fn keep_beside(text: &str, line_break: &str, suggestion: &mut Suggestion) {
    let span = suggestion.span;
    let (Some(before), Some(after)) = (text.get(..span.start()), text.get(span.end()..)) else {
        return;
    };
    let touching = after.find(char::is_whitespace).unwrap_or(after.len());
    if after[touching..].starts_with(' ') {
        suggestion.replacement += &after[..touching];
        suggestion.replacement += line_break;
        suggestion.span = Span::new(span.start(), span.end() + touching + 1);
        return;
    }
    let touching = before
        .rfind(char::is_whitespace)
        .filter(|&at| before[at..].starts_with(' '));
    if let Some(space) = touching {
        suggestion.replacement =
            [line_break, &before[space + 1..], &suggestion.replacement].concat();
        suggestion.span = Span::new(space, span.end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Applicability, SuggestionSource};

    /// The text after `old` was replaced by `new` with its breaks kept.
    fn corrected(text: &str, old: &str, new: &str) -> String {
        let start = text.find(old).unwrap();
        let mut suggestion = Suggestion {
            span: Span::new(start, start + old.len()),
            replacement: new.to_owned(),
            confidence: 1.0,
            applicability: Applicability::Safe,
            bits_saved: 1.0,
            source: SuggestionSource::Sibling,
            in_quotation: false,
            sibling: None,
        };
        keep_breaks(text, &mut suggestion);
        let Suggestion {
            span, replacement, ..
        } = suggestion;
        [&text[..span.start()], &replacement, &text[span.end()..]].concat()
    }

    #[test]
    fn a_break_stays_between_the_words_where_the_line_was_as_long() {
        let text = "They took the road of\r\n  iron to the coast.";
        assert_eq!(
            corrected(text, "road of\r\n  iron", "railway line"),
            "They took the railway\r\n  line to the coast."
        );
        let text = "the minister\nof the affairs\nforeign said";
        assert_eq!(
            corrected(
                text,
                "minister\nof the affairs\nforeign",
                "minister of foreign affairs"
            ),
            "the minister\nof foreign\naffairs said"
        );
        assert_eq!(corrected("a b\nc", "b\nc", "x\ny"), "a x\ny");
        assert_eq!(corrected("a b c", "b c", "x"), "a x");
    }

    #[test]
    fn a_correction_of_one_word_keeps_the_break_beside_it() {
        for (text, old, new, expected) in [
            (
                "from ville de\nVarsovie on Monday",
                "ville de\nVarsovie",
                "Warsaw",
                "from Warsaw\non Monday",
            ),
            (
                "from ville de\nVarsovie, on Monday",
                "ville de\nVarsovie",
                "Warsaw",
                "from Warsaw,\non Monday",
            ),
            (
                "from \"ville de\nVarsovie\".",
                "ville de\nVarsovie",
                "Warsaw",
                "from\n\"Warsaw\".",
            ),
            (
                "saw the\nthe big dam",
                "the\nthe",
                "the",
                "saw the\nbig dam",
            ),
            ("saw the\nthe big dam", "\nthe", "", "saw the\nbig dam"),
            ("saw the\nthe big dam", "the\n", "", "saw the\nbig dam"),
            // Nothing else stands on the two lines.
            ("de\nVarsovie", "de\nVarsovie", "Warsaw", "Warsaw"),
            (
                "Dams.\nde\nVarsovie\nheld",
                "de\nVarsovie",
                "Warsaw",
                "Dams.\nWarsaw\nheld",
            ),
        ] {
            assert_eq!(corrected(text, old, new), expected);
        }
    }
}
