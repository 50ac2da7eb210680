//! Texts with markup that the client has taken apart itself.
//!
//! In: the parts of a text: prose, and markup that may stand for something a reader sees. Out:
//! the prose, which is judged, and the way back from a place in it to the text as the client
//! has it.

use std::ops::Range;

use serde::Deserialize;

use mtlint::document::Document;

use crate::request::fields::DEFAULT_ID;

/// A text in parts, as LanguageTool's field `data` has it.
#[derive(Debug, Deserialize)]
pub(super) struct Data {
    text: Option<String>,
    annotation: Option<Vec<Part>>,
}

/// A part of a text: prose or markup.
#[derive(Debug, Deserialize)]
struct Part {
    text: Option<String>,
    markup: Option<String>,
    /// What a reader sees in the place of the markup, such as a line break.
    #[serde(rename = "interpretAs")]
    interpret_as: Option<String>,
}

/// A text that is judged, and the text as the client has it.
#[derive(Debug, Default)]
pub(super) struct AnnotatedText {
    judged: String,
    source: String,
    /// In order; none is empty in the judged text.
    runs: Vec<Run>,
}

/// A stretch of the judged text with its bytes of the source.
#[derive(Debug, Clone)]
struct Run {
    judged: Range<usize>,
    source: Range<usize>,
    /// Whether both are the same, byte for byte.
    verbatim: bool,
}

/// A place in the source.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) source: Range<usize>,
    /// Whether the text there is the judged one, without markup in between: only such a place
    /// can be given another text.
    pub(super) verbatim: bool,
}

impl AnnotatedText {
    /// A text without markup.
    pub(super) fn plain(text: String) -> Self {
        let mut whole = Self::default();
        whole.push(&text, &text, true);
        whole
    }

    /// The text that the parts of `data` make; `None` if there are none.
    pub(super) fn of(data: Data) -> Option<Self> {
        if let Some(text) = data.text {
            return Some(Self::plain(text));
        }
        let mut whole = Self::default();
        for part in data.annotation? {
            if let Some(text) = &part.text {
                whole.push(text, text, true);
            }
            if let Some(markup) = &part.markup {
                whole.push(
                    part.interpret_as.as_deref().unwrap_or_default(),
                    markup,
                    false,
                );
            }
        }
        Some(whole)
    }

    fn push(&mut self, judged: &str, source: &str, verbatim: bool) {
        let run = Run {
            judged: self.judged.len()..self.judged.len() + judged.len(),
            source: self.source.len()..self.source.len() + source.len(),
            verbatim,
        };
        self.judged += judged;
        self.source += source;
        if !judged.is_empty() {
            self.runs.push(run);
        }
    }

    /// The document to judge.
    pub(super) fn document(&self) -> Document {
        Document::from_text(DEFAULT_ID, self.judged.as_str())
    }

    /// The text as the client has it.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// The place in the source of bytes of the judged text.
    pub(super) fn place(&self, judged: Range<usize>) -> Place {
        let last = self.runs.len().saturating_sub(1);
        let first = self
            .runs
            .partition_point(|run| run.judged.end <= judged.start);
        let after = self
            .runs
            .partition_point(|run| run.judged.start < judged.end);
        let (first, end) = (
            first.min(last),
            after.saturating_sub(1).max(first).min(last),
        );
        let (Some(from), Some(to)) = (self.runs.get(first), self.runs.get(end)) else {
            let source = 0..0;
            return Place {
                source,
                verbatim: true,
            };
        };
        let start = if from.verbatim {
            from.source.start + judged.start.saturating_sub(from.judged.start)
        } else {
            from.source.start
        };
        let end_byte = if to.verbatim {
            to.source.start + judged.end.saturating_sub(to.judged.start)
        } else {
            to.source.end
        };
        let unmarked = self.runs.get(first..=end).unwrap_or_default();
        let joined = unmarked
            .windows(2)
            .all(|pair| pair[0].source.end == pair[1].source.start);
        Place {
            source: start..end_byte.max(start),
            verbatim: joined && unmarked.iter().all(|run| run.verbatim),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: serde_json::Value) -> AnnotatedText {
        let data = serde_json::from_value(serde_json::json!({ "annotation": parts }));
        AnnotatedText::of(data.unwrap()).unwrap()
    }

    fn place(text: &AnnotatedText, phrase: &str) -> (String, bool) {
        let start = text.judged.find(phrase).unwrap();
        let place = text.place(start..start + phrase.len());
        (text.source[place.source].to_owned(), place.verbatim)
    }

    #[test]
    fn a_place_in_the_prose_is_found_in_the_source() {
        let text = text(serde_json::json!([
            {"text": "A ", }, {"markup": "<b>"}, {"text": "red fox"}, {"markup": "</b>"},
            {"text": " ran."}, {"markup": "<p>", "interpretAs": "\n\n"}, {"text": "It "},
            {"text": "hid."},
        ]));
        assert_eq!(text.judged, "A red fox ran.\n\nIt hid.");
        assert_eq!(text.source, "A <b>red fox</b> ran.<p>It hid.");
        assert_eq!(place(&text, "red"), ("red".to_owned(), true));
        assert_eq!(place(&text, "fox"), ("fox".to_owned(), true));
        assert_eq!(place(&text, "A red"), ("A <b>red".to_owned(), false));
        assert_eq!(place(&text, "fox ran"), ("fox</b> ran".to_owned(), false));
        assert_eq!(place(&text, "It hid"), ("It hid".to_owned(), true));
        assert_eq!(place(&text, "ran.\n\nIt"), ("ran.<p>It".to_owned(), false));
        assert_eq!(place(&text, "\n\n"), ("<p>".to_owned(), false));
    }

    #[test]
    fn a_text_of_nothing_has_places_too() {
        for empty in [
            text(serde_json::json!([])),
            AnnotatedText::plain(String::new()),
        ] {
            assert_eq!(empty.place(0..0).source, 0..0);
            assert_eq!(empty.document().text(), "");
        }
        assert_eq!(
            AnnotatedText::plain("fox".to_owned()).place(3..3).source,
            3..3
        );
    }
}
