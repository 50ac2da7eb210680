//! Articles whose garbled phrases are marked, each with its post-edit.
//!
//! In: a record. Out: a sample. A record gives no places: an error starts where its words
//! first occur at or after the end of the error before it.

use serde::Deserialize;
use serde_json::Value;

use super::marked::known;
use super::{Labels, Sample, parsed};
use mtlint::finding::Severity;
use mtlint::span::{Doc, Span};

/// A garbled phrase that is marked in an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GarbledError {
    /// The bytes of the phrase in the article; never empty.
    pub span: Span<Doc>,
    /// The kind of error as the record names it; mtlint may not know it.
    pub category: String,
    /// How much the error hurts the reader.
    pub severity: Severity,
    /// The right versions of the phrase; empty where none is given.
    pub fixes: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    text: String,
    errors: Vec<Phrase>,
    post_edit: String,
    #[serde(default)]
    sibling: Option<String>,
}

#[derive(Deserialize)]
struct Phrase {
    text: String,
    category: String,
    severity: String,
    #[serde(default)]
    fixes: Vec<String>,
}

/// The sample that a record describes.
pub(super) fn sample(record: Value) -> Result<Sample, String> {
    let record: Record = parsed(record)?;
    let mut errors = Vec::with_capacity(record.errors.len());
    let mut end = 0;
    for (index, phrase) in record.errors.into_iter().enumerate() {
        let placed = placed(&record.text, end, phrase);
        let error = placed.map_err(|problem| {
            let id = &record.id;
            format!("the error {} of the record {id:?} {problem}", index + 1)
        })?;
        end = error.span.end();
        errors.push(error);
    }
    let labels = Labels::Garbled {
        errors,
        post_edit: record.post_edit,
        sibling: record.sibling.unwrap_or_default(),
    };
    Ok(Sample::new(record.id, record.text, labels))
}

/// The error in its place in the article, looked for from the byte `from` on.
fn placed(article: &str, from: usize, phrase: Phrase) -> Result<GarbledError, String> {
    let Phrase {
        text,
        category,
        severity,
        fixes,
    } = phrase;
    if text.is_empty() {
        return Err("has no text".to_owned());
    }
    let rest = article.get(from..).unwrap_or_default();
    let Some(start) = rest.find(&text).map(|start| from + start) else {
        return Err(format!("does not occur after the one before it: {text:?}"));
    };
    let Some(severity) = known(&severity) else {
        return Err(format!(
            "has the severity {severity:?}; expected minor, major or critical"
        ));
    };
    Ok(GarbledError {
        span: Span::new(start, start + text.len()),
        category,
        severity,
        fixes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Sample, String> {
        sample(serde_json::from_str(line).unwrap())
    }

    #[test]
    fn an_error_stands_after_the_one_before_it() {
        let article = read(
            r#"{"id":"jam","lang":"sv","text":"Äh, she she cooks she jam.","errors":[{"text":"she she","category":"grammar","severity":"minor","fixes":["she"]},{"text":"she","category":"odd","severity":"Critical"}],"post_edit":"Äh, she cooks jam.","sibling":"Jam is cooked."}"#,
        )
        .unwrap();
        let Labels::Garbled {
            errors,
            post_edit,
            sibling,
        } = &article.labels
        else {
            panic!("a garbled article expected");
        };
        // "Ä" has two bytes.
        let [first, second] = &errors[..] else {
            panic!("two errors expected");
        };
        assert_eq!(first.span, Span::new(5, 12));
        assert_eq!(second.span, Span::new(19, 22));
        assert_eq!(first.fixes, ["she"]);
        assert!(second.fixes.is_empty());
        assert_eq!(
            (second.category.as_str(), second.severity),
            ("odd", Severity::Critical)
        );
        assert_eq!(post_edit, "Äh, she cooks jam.");
        assert_eq!(sibling, "Jam is cooked.");
        assert_eq!(
            (article.id.as_str(), article.document.as_str()),
            ("jam", "jam")
        );
        // The measures of siblings need passages with their correct versions.
        assert!(!article.has_sibling() && !article.is_rated());
    }

    #[test]
    fn what_cannot_be_placed_or_weighed_is_refused_by_id_and_number() {
        let with = |errors: &str| {
            let line = format!(
                r#"{{"id":"jam","text":"One of two of.","errors":[{errors}],"post_edit":"One."}}"#
            );
            read(&line)
        };
        let error = |text: &str, severity: &str| {
            format!(r#"{{"text":"{text}","category":"name","severity":"{severity}","fixes":[]}}"#)
        };
        assert!(with("").is_ok());
        let twice = [error("two", "minor"), error("One", "major")].join(",");
        for (errors, problem) in [
            (
                twice,
                r#"the error 2 of the record "jam" does not occur after the one before it: "One""#,
            ),
            (
                error("of", "neutral"),
                r#"the error 1 of the record "jam" has the severity "neutral""#,
            ),
            (error("", "minor"), "has no text"),
        ] {
            let got = with(&errors).unwrap_err();
            assert!(got.contains(problem), "{got}");
        }
        let overlapping = [error("of two", "minor"), error("two of", "minor")].join(",");
        assert!(with(&overlapping).is_err());
    }
}
