//! JSON schemas of what mtlint writes.
//!
//! In: a type of a contract. Out: the JSON schema (2020-12) of the JSON that is written
//! from it. A field that is left out when it has no value is never `null`, and the schema
//! says so. Further fields are allowed, since fields may be added.

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

/// The JSON schema of what is written from a `T`.
pub fn schema_of<T: JsonSchema>() -> Schema {
    settings().into_generator().into_root_schema_for::<T>()
}

/// The settings with which schemas of what is written are made, for a document that holds
/// several of them.
pub fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .with_transform(RecursiveTransform(without_null))
}

/// Takes `null` out of what an optional field may be.
fn without_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = &types[..] {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(any)) = schema.get_mut("anyOf") {
        any.retain(|one| one.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = &any[..] {
            let only = only.clone();
            schema.remove("anyOf");
            for (key, value) in only {
                schema.insert(key, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Serialize, JsonSchema)]
    struct Inner {
        number: u8,
    }

    #[derive(serde::Serialize, JsonSchema)]
    struct Outer {
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        inner: Option<Inner>,
        always: Vec<Inner>,
    }

    #[test]
    fn what_may_be_left_out_is_never_null() {
        let schema = schema_of::<Outer>().to_value();
        assert_eq!(schema["required"], serde_json::json!(["always"]));
        let validator = jsonschema::validator_for(&schema).unwrap();
        for (text, valid) in [
            (r#"{"always":[]}"#, true),
            (r#"{"always":[{"number":1,"more":2}],"more":3}"#, true),
            (r#"{"always":[],"name":"a","inner":{"number":1}}"#, true),
            (r#"{"always":[],"name":null}"#, false),
            (r#"{"always":[],"inner":null}"#, false),
            (r#"{"always":[],"inner":{}}"#, false),
            (r#"{"name":"a"}"#, false),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(validator.is_valid(&value), valid, "{text}");
        }
    }
}
