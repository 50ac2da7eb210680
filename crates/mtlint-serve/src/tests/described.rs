//! The description of the service, and whether the service is as it says.

use std::path::Path;

use axum::http::Method;
use serde_json::json;

use super::*;

fn description() -> Value {
    serde_json::from_str(&crate::openapi().unwrap()).unwrap()
}

/// The validator of a schema of the description.
fn validator(schema: &Value) -> jsonschema::Validator {
    let mut whole = schema.clone();
    whole["components"] = description()["components"].clone();
    jsonschema::validator_for(&whole).unwrap()
}

#[test]
fn the_description_that_is_checked_in_is_that_of_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/openapi.json");
    let checked_in = std::fs::read_to_string(folder).unwrap();
    assert!(
        checked_in == crate::openapi().unwrap(),
        "it is made again with: mtlint schema openapi > schemas/openapi.json"
    );
}

#[tokio::test]
async fn every_path_that_is_described_is_there() {
    let running = Running::new();
    assert_eq!(running.get("/v1/openapi.json").await.json(), description());
    let paths = description()["paths"].clone();
    for (path, methods) in paths.as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let method: Method = method.to_ascii_uppercase().parse().unwrap();
            let request = Request::builder().method(&method).uri(path);
            let answer = running.answer(request.body(Body::empty()).unwrap()).await;
            assert!(
                !matches!(answer.status.as_u16(), 404 | 405),
                "{method} {path}"
            );
        }
    }
    assert!(paths.as_object().unwrap().len() >= 12);
}

#[tokio::test]
async fn requests_and_answers_are_as_described() {
    let running = Running::new();
    let description = description();
    let operation = |path: &str| description["paths"][path]["post"].clone();
    let of = |value: &Value| value["content"]["application/json"]["schema"].clone();
    let sent = validator(&of(&operation("/v1/report")["requestBody"]));
    let body = json!({
        "id": "a", "text": "They met in Varsovie last week.", "markup": "plain", "words": true,
        "siblings": ["They met in Warsaw.", { "text": "They met." }], "accept": ["Zoë"],
    });
    assert!(sent.is_valid(&body));
    for wrong in [
        json!({}),
        json!({ "text": "a", "x": 1 }),
        json!({ "text": "a", "threshold": 2 }),
    ] {
        assert!(!sent.is_valid(&wrong), "{wrong}");
        let answer = running
            .post("/v1/report", "application/json", wrong.to_string())
            .await;
        assert_eq!(answer.status, 422);
        let refused = validator(&of(&operation("/v1/report")["responses"]["422"]));
        assert!(refused.is_valid(&answer.json()));
    }
    for path in ["/v1/report", "/v1/fix"] {
        let answered = validator(&of(&operation(path)["responses"]["200"]));
        let answer = running.json(path, &body).await.json();
        let errors: Vec<_> = answered
            .iter_errors(&answer)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert!(!answered.is_valid(&json!({ "text": 7 })));
    }
}
