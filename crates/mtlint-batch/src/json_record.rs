//! The JSON object of one record, field by field.
//!
//! In: a line. Out: the record's own id, and its text, siblings and day, or what is wrong
//! with them, in words for people who write JSON and no Rust. A field that is null is a
//! field that is not there. It knows no limits.

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::date::RecordDate;
use crate::record::SiblingJson;

/// What a record says beside its id.
#[derive(Debug)]
pub(super) struct JsonRecord {
    pub(super) text: String,
    pub(super) siblings: Vec<SiblingJson>,
    pub(super) date: RecordDate,
}

/// The fields that a record may have; others are passed over.
#[derive(Deserialize)]
struct Fields {
    id: Option<Value>,
    text: Option<Value>,
    siblings: Option<Value>,
    /// A single one, as the columns of tables are called.
    sibling: Option<Value>,
    date: Option<Value>,
}

/// The id of the record on a line, if it has one that can be read, and the record or what is
/// wrong with it.
pub(super) fn parse(line: &str) -> (Option<String>, Result<JsonRecord, String>) {
    if !line.trim_start().starts_with('{') {
        let problem = "it is no object: it does not begin with a brace".to_owned();
        return (None, Err(problem));
    }
    let fields: Fields = match serde_json::from_str(line) {
        Ok(fields) => fields,
        Err(error) => return (lone_id(line), Err(fault(&error))),
    };
    let Fields {
        id,
        text,
        siblings: several,
        sibling: one,
        date,
    } = fields;
    let (id, id_problem) = match id.map(name).transpose() {
        Ok(id) => (id, None),
        Err(kind) => {
            let problem = format!("\"id\" must be a text or a whole number, and it is {kind}");
            (None, Some(problem))
        }
    };
    let rest = || {
        let text = text.ok_or("it has no \"text\"")?;
        Ok(JsonRecord {
            text: self::text(text, "\"text\"")?,
            siblings: siblings(several, one)?,
            // It only narrows where siblings are looked for, and is no reason to reject a record.
            date: match date {
                None | Some(Value::Null) => RecordDate::None,
                Some(Value::String(text)) => RecordDate::read(&text),
                Some(other) => RecordDate::unread(&other.to_string()),
            },
        })
    };
    (id, id_problem.map_or_else(rest, Err))
}

/// The id of an object that has some other fault.
fn lone_id(line: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        id: Value,
    }
    let named: Named = serde_json::from_str(line).ok()?;
    name(named.id).ok()
}

/// A text or a whole number, as a text; or what it is instead.
fn name(id: Value) -> Result<String, &'static str> {
    match id {
        Value::String(text) => Ok(text),
        Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
        other => Err(kind(&other)),
    }
}

fn text(value: Value, what: &str) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        other => Err(format!("{what} must be a text, and it is {}", kind(&other))),
    }
}

/// Several siblings, or one without a list about it, and a single one of another field.
fn siblings(several: Option<Value>, one: Option<Value>) -> Result<Vec<SiblingJson>, String> {
    let several = match several {
        None => Vec::new(),
        Some(Value::Array(list)) => list,
        Some(one @ (Value::String(_) | Value::Object(_))) => vec![one],
        Some(other) => {
            return Err(format!(
                "\"siblings\" must be a list of texts or of {{\"id\": ..., \"text\": ...}}, and it \
                 is {}",
                kind(&other)
            ));
        }
    };
    let all = several.into_iter().chain(one);
    let all = all.zip(1..).filter(|(sibling, _)| !sibling.is_null());
    all.map(|(value, number)| sibling(value, number)).collect()
}

fn sibling(value: Value, number: usize) -> Result<SiblingJson, String> {
    let mut fields: Map<String, Value> = match value {
        Value::String(text) => return Ok(SiblingJson::Text(text)),
        Value::Object(fields) => fields,
        other => {
            return Err(format!(
                "sibling {number} must be a text or {{\"id\": ..., \"text\": ...}}, and it is {}",
                kind(&other)
            ));
        }
    };
    let whole = fields.remove("text").unwrap_or(Value::Null);
    let text = text(whole, &format!("the \"text\" of sibling {number}"))?;
    match fields.remove("id") {
        None | Some(Value::Null) => Ok(SiblingJson::Text(text)),
        Some(id) => match name(id) {
            Ok(id) => Ok(SiblingJson::Named { id, text }),
            Err(kind) => Err(format!(
                "the \"id\" of sibling {number} must be a text or a whole number, and it is {kind}"
            )),
        },
    }
}

/// What a value is, in the middle of a sentence.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "not there",
        Value::Bool(_) => "true or false",
        Value::Number(number) if number.is_f64() => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object in braces",
    }
}

/// Why a line is no JSON, with the column and without the line: a record is always on one
/// line, and that is not the line the reader is told of.
fn fault(error: &serde_json::Error) -> String {
    let told = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let problem = told.strip_suffix(&position).unwrap_or(&told);
    match error.classify() {
        Category::Eof => "it is cut off: it ends before the last brace".to_owned(),
        // The fields take any value, so that no other fault of data is left.
        Category::Data => format!("it has a field twice ({problem})"),
        Category::Syntax | Category::Io => {
            format!("it is no JSON: {problem} at column {}", error.column())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> JsonRecord {
        parse(line).1.unwrap()
    }

    #[test]
    fn null_is_what_is_not_there() {
        let (id, record) = parse(
            r#"{"id":null,"text":"Rain.","siblings":null,"sibling":null,"date":null,"more":null}"#,
        );
        let record = record.unwrap();
        assert_eq!(
            (id, record.text.as_str(), record.date),
            (None, "Rain.", RecordDate::None)
        );
        assert!(record.siblings.is_empty());
        let siblings =
            read(r#"{"text":"a","siblings":[null,{"id":null,"text":"b"},{"id":7,"text":"c"}]}"#);
        let siblings = siblings.siblings.into_iter().map(|one| match one {
            SiblingJson::Text(text) => (None, text),
            SiblingJson::Named { id, text } => (Some(id), text),
        });
        assert_eq!(
            siblings.collect::<Vec<_>>(),
            [
                (None, "b".to_owned()),
                (Some("7".to_owned()), "c".to_owned())
            ]
        );
    }

    #[test]
    fn faults_are_told_without_the_words_of_a_programming_language() {
        for (line, problem) in [
            ("7", "it is no object: it does not begin with a brace"),
            (
                "[\"a\",\"b\"]",
                "it is no object: it does not begin with a brace",
            ),
            ("null", "it is no object: it does not begin with a brace"),
            (
                "{\"text\":\"a",
                "it is cut off: it ends before the last brace",
            ),
            ("{", "it is cut off: it ends before the last brace"),
            (
                "{\"text\":\"a\"} b",
                "it is no JSON: trailing characters at column 14",
            ),
            (
                "{'text':\"a\"}",
                "it is no JSON: key must be a string at column 2",
            ),
            (
                "{\"text\":\"a\",\"text\":\"b\"}",
                "it has a field twice (duplicate field `text`)",
            ),
            ("{}", "it has no \"text\""),
            ("{\"text\":null}", "it has no \"text\""),
            (
                "{\"text\":{}}",
                "\"text\" must be a text, and it is an object in braces",
            ),
            (
                "{\"text\":7}",
                "\"text\" must be a text, and it is a number",
            ),
            (
                "{\"text\":\"a\",\"id\":[]}",
                "\"id\" must be a text or a whole number, and it is a list",
            ),
            (
                "{\"text\":\"a\",\"id\":1.5}",
                "\"id\" must be a text or a whole number, and it is a number with a fraction",
            ),
            (
                "{\"text\":\"a\",\"siblings\":true}",
                "\"siblings\" must be a list of texts or of {\"id\": ..., \"text\": ...}, and it is \
                 true or false",
            ),
            (
                "{\"text\":\"a\",\"siblings\":[\"b\",7]}",
                "sibling 2 must be a text or {\"id\": ..., \"text\": ...}, and it is a number",
            ),
            (
                "{\"text\":\"a\",\"siblings\":[{\"id\":\"b\"}]}",
                "the \"text\" of sibling 1 must be a text, and it is not there",
            ),
            (
                "{\"text\":\"a\",\"sibling\":{\"id\":{},\"text\":\"b\"}}",
                "the \"id\" of sibling 1 must be a text or a whole number, and it is an object in \
                 braces",
            ),
        ] {
            assert_eq!(parse(line).1.unwrap_err(), problem, "{line}");
        }
    }

    #[test]
    fn the_id_of_a_bad_record_is_kept_where_it_can_be_read() {
        for (line, id) in [
            ("{\"id\":\"a\",\"text\":7}", Some("a")),
            ("{\"id\":\"a\",\"text\":\"b\",\"text\":\"c\"}", Some("a")),
            ("{\"id\":12}", Some("12")),
            ("{\"id\":\"a\",\"text\":\"b", None),
        ] {
            assert_eq!(parse(line).0.as_deref(), id, "{line}");
        }
    }
}
