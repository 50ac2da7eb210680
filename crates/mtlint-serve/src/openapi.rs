//! The description of the service, as OpenAPI has it.
//!
//! In: the types that requests and answers are made of. Out: one document of OpenAPI 3.1, whose
//! schemas are those of `mtlint schema`. It is made of the code, and nothing is read.

use axum::response::Response;
use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use serde_json::{Map, Value, json};

use mtlint::report::schema::settings;
use mtlint::report::v1;

use crate::error::{ErrorBody, RequestError};
use crate::reply;
use crate::request::fields::Fields;
use crate::routes::fix::Fixed;
use crate::routes::text::DOCX;

/// Where the schemas of the document stand.
const SCHEMAS: &str = "/components/schemas";

/// The statuses of errors of routes that judge, and when they come.
const ERRORS: [(&str, &str); 9] = [
    ("400", "The body is broken off, no UTF-8 or no JSON"),
    ("401", "The token is missing, or it is another one"),
    ("408", "The body took too long to come"),
    ("413", "The body or an id is too large"),
    ("415", "The body is of a type that is not read"),
    ("422", "A field or a value is not as it should be"),
    (
        "429",
        "Too many requests wait: Retry-After says when to ask again",
    ),
    ("500", "The service failed on this request"),
    (
        "503",
        "The answer was not ready in time, or the service is stopping",
    ),
];

/// `GET /v1/openapi.json`: the description of the service.
pub(crate) async fn document() -> Result<Response, RequestError> {
    let text = text().map_err(|_| RequestError::Broken)?;
    Ok(reply::json_text(text))
}

/// The description of the service as a document of OpenAPI 3.1, in JSON.
///
/// # Errors
/// Never in practice: every value can be written.
pub fn text() -> Result<String, serde_json::Error> {
    let in_document = |settings: SchemaSettings| {
        let placed = settings.with(|settings| settings.definitions_path = SCHEMAS.into());
        placed.into_generator()
    };
    let mut written = in_document(settings());
    let mut read = in_document(SchemaSettings::draft2020_12());
    let paths = paths(&mut written, &mut read);
    let mut schemas = written.take_definitions(true);
    schemas.extend(read.take_definitions(true));
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "mtlint",
            "summary": "Finds machine-translation garble in English articles",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            "version": env!("CARGO_PKG_VERSION"),
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn paths(written: &mut SchemaGenerator, read: &mut SchemaGenerator) -> Value {
    let report = json_of::<v1::Report>(written);
    let fixed = json_of::<Fixed>(written);
    let error = json_of::<ErrorBody>(written);
    let fields = Fields::json_schema(read).to_value();
    let document = json_of::<Fields>(read);
    let page = text_in(&["text/html"]);
    let line = text_in(&["text/plain"]);
    let judging = |id: &str, summary: &str, answer: &Value| {
        json!({ "post": {
            "operationId": id,
            "summary": summary,
            "security": [{}, { "token": [] }],
            "parameters": parameters(&fields, &["text"]),
            "requestBody": { "required": true, "content": texts_and(&document) },
            "responses": responses(answer, Some(&error)),
        }})
    };
    let asking = |id: &str, summary: &str, answer: &Value| {
        json!({ "get": {
            "operationId": id,
            "summary": summary,
            "responses": responses(answer, None),
        }})
    };
    let lines = text_in(&["application/x-ndjson", "application/jsonl"]);
    let of_line = ["id", "text", "markup", "siblings", "unsafe"];
    json!({
        "/v1/report": judging("report", "The report on a document: mtlint.report/1", &report),
        "/v1/html": judging("html", "The report on a document as a page", &page),
        "/v1/fix": judging("fix", "A text with its corrections applied", &fixed),
        "/v1/batch": { "post": {
            "operationId": "batch",
            "summary": "A report for each line: a record such as {\"id\":\"a\",\"text\":\"...\",\"siblings\":[\"...\"]} gives a line of mtlint.report/1, in order, as soon as it is there",
            "security": [{}, { "token": [] }],
            "parameters": parameters(&fields, &of_line),
            "requestBody": { "required": true, "content": lines },
            "responses": responses(&text_in(&["application/x-ndjson"]), Some(&error)),
        }},
        "/v1/text": { "post": {
            "operationId": "text",
            "summary": "The text of a .docx document, a blank line between paragraphs",
            "security": [{}, { "token": [] }],
            "requestBody": { "required": true, "content": { DOCX: {} } },
            "responses": responses(&line, Some(&error)),
        }},
        "/v2/check": { "post": {
            "operationId": "check",
            "summary": "The matches in a text, as LanguageTool's protocol has them",
            "security": [{}, { "token": [] }],
            "requestBody": { "required": true, "content": check_form() },
            "responses": responses(&any_json(), Some(&line)),
        }},
        "/v2/languages": asking("languages", "The languages that a text may be in", &any_json()),
        "/v2/info": asking("info", "Which software this is", &any_json()),
        "/v1/openapi.json": asking("openapi", "This document", &any_json()),
        "/healthz": asking("health", "Whether the program answers", &line),
        "/readyz": asking("ready", "Whether requests are taken; 503 if they are not", &line),
        "/metrics": asking("metrics", "The numbers of the service, for Prometheus", &line),
    })
}

/// JSON of a type, as the content of a body.
fn json_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    let schema = generator.subschema_for::<T>().to_value();
    json!({ "application/json": { "schema": schema } })
}

/// JSON of a shape that is described elsewhere.
fn any_json() -> Value {
    json!({ "application/json": { "schema": {} } })
}

/// Text of one of several types.
fn text_in(types: &[&str]) -> Value {
    let text = json!({ "schema": { "type": "string" } });
    types
        .iter()
        .map(|name| ((*name).to_owned(), text.clone()))
        .collect::<Map<_, _>>()
        .into()
}

/// A text alone, or all in JSON.
fn texts_and(document: &Value) -> Value {
    let mut content = text_in(&["text/plain", "text/markdown", "text/html"]);
    if let (Value::Object(content), Value::Object(document)) = (&mut content, document) {
        content.extend(document.clone());
    }
    content
}

/// The fields of a document as parameters of a query, but for some.
fn parameters(fields: &Value, but: &[&str]) -> Vec<Value> {
    let properties = fields["properties"].as_object().into_iter().flatten();
    let wanted = properties.filter(|(name, _)| !but.contains(&name.as_str()));
    let parameter = |(name, schema): (&String, &Value)| {
        let list = schema.get("items").is_some();
        let schema = if list {
            json!({ "type": "array", "items": { "type": "string" } })
        } else {
            schema.clone()
        };
        json!({
            "name": name,
            "in": "query",
            "description": format!("With a body that is no JSON: the field '{name}' of one"),
            "schema": schema,
        })
    };
    wanted.map(parameter).collect()
}

/// The form of a check, with the fields that have a meaning here.
fn check_form() -> Value {
    let text = json!({ "type": "string" });
    json!({ "application/x-www-form-urlencoded": { "schema": {
        "type": "object",
        "required": ["language"],
        "properties": {
            "text": text,
            "data": text,
            "language": text,
            "enabledRules": text,
            "disabledRules": text,
            "enabledCategories": text,
            "disabledCategories": text,
            "enabledOnly": { "enum": ["true", "false"] },
            "username": text,
            "apiKey": text,
            "level": { "enum": ["default", "picky"] },
        },
    }}})
}

fn responses(answer: &Value, error: Option<&Value>) -> Value {
    let mut responses = Map::new();
    let done = json!({ "description": "Done", "content": answer });
    responses.insert("200".to_owned(), done);
    for (status, when) in ERRORS {
        if let Some(error) = error {
            let failed = json!({ "description": when, "content": error });
            responses.insert(status.to_owned(), failed);
        }
    }
    responses.into()
}
