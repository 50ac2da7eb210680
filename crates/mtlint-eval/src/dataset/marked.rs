//! Sentences in which a rater marked errors, as spans of characters.
//!
//! In: a record. Out: a sample. Its labeled tokens are the words and marks of mtlint's own
//! segmentation: BAD where a span of any severity touches them.

use serde::Deserialize;
use serde_json::Value;

use super::{LabeledToken, Labels, Mark, Origin, Sample, parsed};
use mtlint::finding::Severity;
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};

#[derive(Deserialize)]
struct Record {
    #[serde(flatten)]
    origin: Origin,
    mt: String,
    spans: Vec<Characters>,
}

/// A span in characters, half-open.
#[derive(Deserialize)]
struct Characters {
    start: usize,
    end: usize,
    #[serde(default)]
    severity: String,
}

/// The sample that a record describes.
pub(super) fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    let text = record.mt;
    let mut bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
    bytes.push(text.len());
    let mut marks = Vec::with_capacity(record.spans.len());
    for Characters {
        start,
        end,
        severity,
    } in record.spans
    {
        match (bytes.get(start), bytes.get(end)) {
            (Some(&first), Some(&after)) if start <= end => {
                marks.push(Mark {
                    span: Span::new(first, after),
                    severity: known(&severity),
                });
            }
            _ => {
                let length = bytes.len() - 1;
                return Err(format!(
                    "the span {start}..{end} does not lie in its text of {length} characters"
                ));
            }
        }
    }
    let label = |span: Span<Doc>| {
        let touching = marks.iter().filter(|mark| mark.span.overlaps(span));
        LabeledToken {
            span,
            bad: touching.clone().next().is_some(),
            severity: touching.filter_map(|mark| mark.severity).max(),
        }
    };
    let words = segment(&text).words;
    let tokens = words.into_iter().map(|word| label(word.span)).collect();
    let labels = Labels::Tokens { tokens, hter: None };
    Ok(Sample {
        marks,
        ..record.origin.sample(text, labels)
    })
}

/// Raters use these words; others ("neutral", "no-error") say nothing.
pub(super) fn known(severity: &str) -> Option<Severity> {
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
        // "Smörgås" has two characters of two bytes; the mark covers "ters b".
        let line = r#"{"system":"S","seg":7,"mt":"Smörgås eaters bake.","spans":[
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
        let [mark] = sample.marks[..] else {
            panic!("one mark expected");
        };
        assert_eq!(mark.span.slice(&sample.text), Some("ters b"));
        assert_eq!(mark.severity, Some(Severity::Major));
        assert_eq!(
            (sample.system.as_str(), sample.segment.as_str()),
            ("S", "7")
        );
        assert!(sample.is_rated());
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
