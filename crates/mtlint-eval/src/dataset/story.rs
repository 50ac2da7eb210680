//! Articles by machine, each beside the same article by people.
//!
//! In: a record of lists of segments. Out: a sample whose text has a line for each segment.

use serde::Deserialize;
use serde_json::Value;

use super::edited::label;
use super::{LabeledToken, Labels, Sample, parsed};
use mtlint::span::{Doc, Span};

/// A segment of an article by machine, with its correct versions by people.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// The bytes of the segment in the article.
    pub span: Span<Doc>,
    /// The correct versions, one or two: `reference`, `reference2`.
    pub references: Vec<String>,
    /// The labeled tokens of the segment, as bytes of the article; empty where none are
    /// known.
    pub tokens: Vec<LabeledToken>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    #[serde(default)]
    system: String,
    mt: Vec<String>,
    reference: Vec<String>,
    #[serde(default)]
    reference2: Vec<String>,
    #[serde(default)]
    sibling: Vec<String>,
    #[serde(default)]
    tokens: Vec<Vec<String>>,
    #[serde(default)]
    tags: Vec<Vec<String>>,
}

/// The sample that a record describes.
pub(super) fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    let segments = record.mt.len();
    // What may be left out is left out of every segment.
    let may_be_left_out = |count: usize| count.max(usize::from(count == 0) * segments);
    for (name, count) in [
        ("reference", record.reference.len()),
        ("reference2", may_be_left_out(record.reference2.len())),
        ("tokens", may_be_left_out(record.tokens.len())),
        ("tags", may_be_left_out(record.tags.len())),
    ] {
        if count != segments {
            return Err(format!("{segments} segments of mt but {count} of {name}"));
        }
    }
    let mut passages = Vec::with_capacity(segments);
    let mut start = 0;
    for (index, text) in record.mt.iter().enumerate() {
        let references = [&record.reference, &record.reference2];
        let references = references.into_iter().filter_map(|all| all.get(index));
        let tokens = match (record.tokens.get(index), record.tags.get(index)) {
            (Some(tokens), Some(tags)) => label(text, tokens, tags)?,
            _ => Vec::new(),
        };
        passages.push(Passage {
            span: Span::new(start, start + text.len()),
            references: references.cloned().collect(),
            tokens: tokens
                .into_iter()
                .map(|token| token.shifted(start))
                .collect(),
        });
        start += text.len() + 1;
    }
    let labels = Labels::Story {
        reference: record.reference.join("\n"),
        passages,
        sibling: record.sibling.join("\n"),
    };
    Ok(Sample {
        system: record.system,
        ..Sample::new(record.id, record.mt.join("\n"), labels)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Sample, String> {
        sample(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn segments_become_lines_and_passages() {
        let story = read(
            r#"{"id":"s","mt":["Ä a.","B b."],"reference":["C.","D."],"reference2":["E.","F."],"sibling":["G.","H."],"tokens":[["Ä","a","."],["B","b."]],"tags":[["OK","BAD","OK"],["OK","BAD"]]}"#,
        )
        .unwrap();
        assert_eq!(story.text, "Ä a.\nB b.");
        let Labels::Story {
            reference,
            passages,
            sibling,
        } = story.labels
        else {
            panic!("a story expected");
        };
        assert_eq!((reference.as_str(), sibling.as_str()), ("C.\nD.", "G.\nH."));
        let slice = |span: Span<Doc>| span.slice(&story.text).unwrap();
        assert_eq!(slice(passages[1].span), "B b.");
        assert_eq!(passages[1].references, ["D.", "F."]);
        let tokens = passages.iter().flat_map(|passage| &passage.tokens);
        let bad = tokens.filter(|token| token.bad);
        let bad: Vec<&str> = bad.map(|token| slice(token.span)).collect();
        assert_eq!(bad, ["a", "b."]);
    }

    #[test]
    fn lists_must_fit_each_other_and_some_may_be_missing() {
        let plain = read(r#"{"mt":["A"],"reference":["B"]}"#).unwrap();
        let Labels::Story { passages, .. } = plain.labels else {
            panic!("a story expected");
        };
        assert_eq!(
            (passages[0].references.len(), passages[0].tokens.len()),
            (1, 0)
        );
        for (line, problem) in [
            (r#"{"mt":["A"],"reference":[]}"#, "1 segments of mt but 0"),
            (
                r#"{"mt":["A"],"reference":["B"],"reference2":["C","D"]}"#,
                "but 2 of reference2",
            ),
            (
                r#"{"mt":["A"],"reference":["B"],"tokens":[["A"]],"tags":[["OK","OK"]]}"#,
                "1 tokens but 2 tags",
            ),
        ] {
            let got = read(line).unwrap_err();
            assert!(got.contains(problem), "{got}");
        }
    }
}
