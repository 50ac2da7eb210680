//! The pairs of a query, as the fields of a request.
//!
//! In: `name=value` pairs, as in an address. Out: the same fields that a JSON object has; a
//! field that is a list may be given several times. No name is known here: an unknown one is
//! told as it is in JSON.

use serde_json::{Map, Number, Value};

use crate::error::RequestError;

use super::fields::{Fields, invalid};

/// The fields that are lists.
const LISTS: [&str; 2] = ["accept", "siblings"];

/// The fields that are true or false.
const SWITCHES: [&str; 2] = ["words", "unsafe"];

/// The fields that are numbers.
const NUMBERS: [&str; 1] = ["threshold"];

/// The fields that the pairs of `query` give.
///
/// # Errors
/// When a name is unknown or stands twice, or a value is not as it should be.
pub(crate) fn fields(query: &str) -> Result<Fields, RequestError> {
    let mut object = Map::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let name = name.as_ref();
        if LISTS.contains(&name) {
            let list = object
                .entry(name)
                .or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(list) = list {
                list.push(value.into_owned().into());
            }
            continue;
        }
        let value = if SWITCHES.contains(&name) {
            switch(name, &value)?
        } else if NUMBERS.contains(&name) {
            number(name, &value)?
        } else {
            Value::String(value.into_owned())
        };
        if object.insert(name.to_owned(), value).is_some() {
            return Err(invalid(format!("duplicate field `{name}`")));
        }
    }
    serde_json::from_value(Value::Object(object)).map_err(|error| invalid(error.to_string()))
}

fn switch(name: &str, value: &str) -> Result<Value, RequestError> {
    match value {
        "true" => Ok(Value::Bool(true)),
        "false" => Ok(Value::Bool(false)),
        _ => Err(invalid(format!("{name}: true or false is expected"))),
    }
}

fn number(name: &str, value: &str) -> Result<Value, RequestError> {
    let number = value.parse().ok().and_then(Number::from_f64);
    let number = number.ok_or_else(|| invalid(format!("{name}: a number is expected")))?;
    Ok(Value::Number(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_has_the_fields_of_json() {
        let query = "id=a%20b&accept=Litiger&accept=Zo%C3%AB&words=true&threshold=0.5&markup=html";
        let fields = fields(query).unwrap();
        assert_eq!(fields.id.as_deref(), Some("a b"));
        assert_eq!(fields.accept.map(|list| list.len()), Some(2));
        assert_eq!((fields.words, fields.threshold), (Some(true), Some(0.5)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (query, message) in [
            ("wrods=true", "unknown field `wrods`"),
            ("words=1", "words: true or false"),
            ("threshold=NaN", "threshold: a number"),
            ("threshold=inf", "threshold: a number"),
            ("threshold=", "threshold: a number"),
            ("id=a&id=b", "duplicate field `id`"),
            ("markup=tex", "unknown variant `tex`"),
        ] {
            match fields(query) {
                Err(RequestError::Invalid(words)) => assert!(words.contains(message), "{words}"),
                other => panic!("{query}: {other:?}"),
            }
        }
    }
}
