//! Sentences in which a rater marked errors, as spans of characters.
//!
//! The labelled tokens are our own words and marks: BAD where a span of any
//! severity touches them.

use serde::Deserialize;
use serde_json::Value;

use super::{LabelledToken, Labels, Sample, parsed};
use crate::finding::Severity;
use crate::segment::segment;
use crate::span::{Doc, Span};

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    system: String,
    mt: String,
    spans: Vec<Mark>,
}

/// Half-open, in characters.
#[derive(Deserialize)]
struct Mark {
    start: usize,
    end: usize,
    #[serde(default)]
    severity: String,
}

pub fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    let text = record.mt;
    let mut bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
    bytes.push(text.len());
    let mut marks: Vec<(Span<Doc>, Option<Severity>)> = Vec::with_capacity(record.spans.len());
    for Mark {
        start,
        end,
        severity,
    } in record.spans
    {
        match (bytes.get(start), bytes.get(end)) {
            (Some(&first), Some(&after)) if start <= end => {
                marks.push((Span::new(first, after), known(&severity)));
            }
            _ => {
                let length = bytes.len() - 1;
                return Err(format!(
                    "the span {start}..{end} does not lie in its text of {length} characters"
                ));
            }
        }
    }
    let label = |span| {
        let touching = marks.iter().filter(|(mark, _)| mark.overlaps(span));
        LabelledToken {
            span,
            bad: touching.clone().next().is_some(),
            severity: touching.filter_map(|(_, severity)| *severity).max(),
        }
    };
    let words = segment(&text).words;
    let tokens = words.into_iter().map(|word| label(word.span)).collect();
    Ok(Sample {
        id: record.id,
        document: record.doc,
        system: record.system,
        text,
        post_edit: String::new(),
        labels: Labels::Tokens { tokens, hter: None },
    })
}

/// Raters use these words; others ("neutral", "no-error") say nothing.
fn known(severity: &str) -> Option<Severity> {
    match severity.to_ascii_lowercase().as_str() {
        "minor" => Some(Severity::Minor),
        "major" => Some(Severity::Major),
        "critical" => Some(Severity::Critical),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Sample, String> {
        sample(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn marks_are_counted_in_characters_and_touch_whole_words() {
        // "Smörgås" has two characters of two bytes; the mark covers "ater b".
        let line = r#"{"system":"S","mt":"Smörgås eaters bake.","spans":[
            {"start":10,"end":16,"severity":"major"}]}"#;
        let sample = read(line).unwrap();
        let Labels::Tokens { tokens, hter: None } = &sample.labels else {
            panic!("labelled tokens expected");
        };
        let bad = tokens.iter().filter(|token| token.bad);
        let bad: Vec<_> = bad
            .map(|token| token.span.slice(&sample.text).unwrap())
            .collect();
        assert_eq!(bad, ["eaters", "bake"]);
        assert_eq!(tokens.len(), 4);
    }

    #[test]
    fn a_mark_outside_the_text_is_refused() {
        for span in [r#"{"start":0,"end":5}"#, r#"{"start":3,"end":2}"#] {
            let got = read(&format!(r#"{{"mt":"Tea.","spans":[{span}]}}"#)).unwrap_err();
            assert!(
                got.contains("does not lie in its text of 4 characters"),
                "{got}"
            );
        }
    }
}
