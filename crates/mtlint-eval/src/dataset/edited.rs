//! Sentences whose tokens are labeled OK or BAD by post-editing.
//!
//! In: a record. Out: a sample. The tokens are those of a tokenizer like that of Moses; their
//! bytes in the raw text are found here.

use serde::Deserialize;
use serde_json::Value;

use super::{LabeledToken, Labels, Origin, Sample, parsed};
use mtlint::span::{Doc, Span};

#[derive(Deserialize)]
struct Record {
    #[serde(flatten)]
    origin: Origin,
    mt: String,
    tokens: Vec<String>,
    tags: Vec<String>,
    #[serde(default)]
    pe: String,
    hter: Option<f32>,
}

/// The sample that a record describes.
pub(super) fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    let tokens = label(&record.mt, &record.tokens, &record.tags)?;
    let bad = tokens.iter().filter(|token| token.bad).count();
    let share = bad as f32 / tokens.len().max(1) as f32;
    let labels = Labels::Tokens {
        tokens,
        hter: Some(record.hter.unwrap_or(share)),
    };
    Ok(Sample {
        post_edit: record.pe,
        ..record.origin.sample(record.mt, labels)
    })
}

/// The tokens of `text` with their tags, OK or BAD.
pub(super) fn label(
    text: &str,
    tokens: &[String],
    tags: &[String],
) -> Result<Vec<LabeledToken>, String> {
    if tokens.len() != tags.len() {
        let (tokens, tags) = (tokens.len(), tags.len());
        return Err(format!("{tokens} tokens but {tags} tags"));
    }
    let mut bad = Vec::with_capacity(tags.len());
    for tag in tags {
        bad.push(match tag.as_str() {
            "BAD" => true,
            "OK" => false,
            other => return Err(format!("the tag OK or BAD is expected, got {other:?}")),
        });
    }
    let spans = place(text, tokens).ok_or("its tokens do not spell its text")?;
    let tokens = spans.into_iter().zip(bad).map(|(span, bad)| LabeledToken {
        span,
        bad,
        severity: None,
    });
    Ok(tokens.collect())
}

/// Finds tokens in the text they were split from, ignoring white space. The
/// tokenizer may have written a mark as an entity.
fn place(text: &str, tokens: &[String]) -> Option<Vec<Span<Doc>>> {
    let mut at = 0;
    tokens
        .iter()
        .map(|token| {
            let (start, end) = match_token(text, at, token)
                .or_else(|| match_token(text, at, &without_entities(token)))?;
            at = end;
            Some(Span::new(start, end))
        })
        .collect()
}

fn match_token(text: &str, from: usize, token: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut at = from;
    for wanted in token.chars().filter(|c| !c.is_whitespace()) {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start().len();
        let got = rest[skipped..].chars().next()?;
        if got != wanted {
            return None;
        }
        start.get_or_insert(at + skipped);
        at += skipped + got.len_utf8();
    }
    Some((start.unwrap_or(at), at))
}

fn without_entities(token: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#91;", "["),
        ("&#93;", "]"),
        ("&#124;", "|"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(token.to_owned(), |token, (entity, mark)| {
            token.replace(entity, mark)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_placed_over_white_space_and_entities() {
        let text = "Anna's dog  said \"no\".";
        let tokens = ["Anna", "'s", "dog", "said", "&quot;", "no", "\"", "."].map(String::from);
        let spans = place(text, &tokens).unwrap();
        let slices: Vec<_> = spans.iter().map(|s| s.slice(text).unwrap()).collect();
        assert_eq!(slices, ["Anna", "'s", "dog", "said", "\"", "no", "\"", "."]);
        assert!(place(text, &["cat".to_owned()]).is_none());
    }

    #[test]
    fn tags_and_tokens_must_fit_each_other() {
        let read = |line: &str| sample(serde_json::from_str(line).unwrap());
        let labeled = r#"{"doc":"d","mt":"A b","tokens":["A","b"],"tags":["OK","BAD"]}"#;
        let Labels::Tokens { tokens, hter } = read(labeled).unwrap().labels else {
            panic!("labelled tokens expected");
        };
        assert!(!tokens[0].bad && tokens[1].bad && hter == Some(0.5));
        for (line, problem) in [
            (
                r#"{"mt":"A","tokens":["A"],"tags":[]}"#,
                "1 tokens but 0 tags",
            ),
            (r#"{"mt":"A","tokens":["A"],"tags":["bad"]}"#, "\"bad\""),
            (r#"{"mt":"A","tokens":["B"],"tags":["OK"]}"#, "do not spell"),
            (
                r#"{"mt":"A","tokens":"A","tags":["OK"]}"#,
                "expected a sequence",
            ),
        ] {
            let got = read(line).unwrap_err();
            assert!(got.contains(problem), "{got}");
        }
    }
}
