//! Batches: a line for each line.

use std::time::Duration;

use mtlint::report::json;
use mtlint_batch::{JsonLinesRecords, Record};
use serde_json::json;

use super::*;

const LINES: &str = "application/x-ndjson";

/// The lines that `mtlint batch` writes for records.
fn expected(input: &[u8], options: &Options, words: bool) -> String {
    let linter = linter();
    let mut out = String::new();
    for record in JsonLinesRecords::new("-", input, MAX_BYTES) {
        let report = match record {
            Record::Document { request, .. } => linter.lint_each(vec![*request], options).remove(0),
            Record::Rejected { id, error } => mtlint::Report::failed(id, error),
            other => panic!("{other:?}"),
        };
        out += &json::line(&report, json::Options { words, fix: None }).unwrap();
        out.push('\n');
    }
    out
}

#[tokio::test]
async fn lines_are_those_of_the_command_line_in_their_order() {
    let running = Running::new();
    let mut input = String::new();
    for number in 0..300 {
        let text = "The harbour was twaddle. ".repeat(1 + number % 7);
        let record = match number % 5 {
            0 => json!({ "text": text }),
            1 => {
                json!({ "id": format!("night/{number}"), "text": text, "siblings": ["It was calm."] })
            }
            2 => json!({ "id": number, "text": "It is unspeakable." }),
            3 => json!({ "txet": "a" }),
            _ => json!({ "text": "" }),
        };
        input += &record.to_string();
        input.push('\n');
    }
    input += "{\n\n{\"id\":\"last\",\"text\":\"no line end\"}";
    let mut bytes = input.into_bytes();
    bytes.extend(b"\n\"\xff\n");
    let expected = expected(&bytes, &eager(), true);
    let path = "/v1/batch?threshold=0.3&words=true";
    let answer = running.post(path, LINES, bytes.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), LINES);
    assert_eq!(expected.lines().count(), 303);
    for (got, wanted) in answer.text.lines().zip(expected.lines()) {
        assert_eq!(got, wanted);
    }
    assert!(answer.text == expected);
    let log = running.log.lines();
    assert_eq!(log[0]["bytes_in"], bytes.len());
    assert!(log[0]["words"].as_u64() > Some(100));
}

#[tokio::test]
async fn a_line_too_long_is_a_failed_line_and_nothing_is_an_empty_answer() {
    let running = Running::new();
    let long = json!({ "id": "long", "text": "a".repeat(MAX_BYTES as usize + 1) });
    let input = format!("{long}\n{}\n", json!({ "id": "short", "text": GARBLED }));
    let answer = running.post("/v1/batch", LINES, input.clone()).await;
    assert_eq!(
        answer.text,
        expected(input.as_bytes(), &Options::default(), false)
    );
    assert!(answer.text.contains("\"too_large\""));
    let answer = running.post("/v1/batch", "application/jsonl", "").await;
    assert_eq!((answer.status.as_u16(), answer.text.as_str()), (200, ""));
}

#[tokio::test]
async fn what_is_no_batch_is_refused() {
    let running = Running::new();
    let answer = running.post("/v1/batch", "application/json", "{}").await;
    assert_eq!(answer.status, 415);
    for query in [
        "id=a",
        "siblings=a",
        "text=a",
        "markup=html",
        "unsafe=true",
        "threshold=2",
    ] {
        let answer = running.post(&format!("/v1/batch?{query}"), LINES, "").await;
        assert_eq!(answer.status, 422, "{query}");
    }
}

#[tokio::test]
async fn a_single_document_goes_before_those_of_a_batch() {
    let lm = held(false);
    let running = Running::with(Arc::clone(&lm), ServiceOptions::new(MAX_BYTES));
    let line = |number: usize| {
        // Each is a group by itself.
        let text = format!(
            "Ship {number} sailed. {}",
            "The harbour was calm. ".repeat(1800)
        );
        json!({ "text": text }).to_string() + "\n"
    };
    let input: String = (0..3).map(line).collect();
    let batch = tokio::spawn({
        let router = running.router.clone();
        async move {
            let response = router
                .oneshot(posted("/v1/batch", LINES, input))
                .await
                .unwrap();
            to_bytes(response.into_body(), usize::MAX).await.unwrap()
        }
    });
    reads(&lm, "Ship 0").await;
    let single = tokio::spawn({
        let router = running.router.clone();
        let request = posted("/v1/report", "text/plain", "A single race.");
        async move { router.oneshot(request).await.unwrap().status() }
    });
    let wait = "mtlint_waiting_documents 2";
    while !running.get("/metrics").await.text.contains(wait) {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    lm.let_go();
    assert_eq!(single.await.unwrap(), 200);
    assert_eq!(
        batch
            .await
            .unwrap()
            .iter()
            .filter(|&&byte| byte == b'\n')
            .count(),
        3
    );
    let read = lm.texts();
    let place = |mark: &str| read.iter().position(|text| text.contains(mark)).unwrap();
    assert!(place("A single") < place("Ship 1 ") && place("Ship 1 ") < place("Ship 2 "));
}

#[tokio::test]
async fn a_batch_whose_client_has_gone_ends() {
    let lm = held(false);
    let running = Running::with(Arc::clone(&lm), ServiceOptions::new(MAX_BYTES));
    let input = json!({ "text": "First the race." }).to_string() + "\n";
    let request = posted("/v1/batch", LINES, input.repeat(500));
    let response = running.router.clone().oneshot(request).await.unwrap();
    reads(&lm, "First").await;
    drop(response);
    // A batch that has ended gives its place to the next one.
    lm.let_go();
    for _ in 0..20 {
        let answer = running.post("/v1/batch", LINES, input.clone()).await;
        assert!(
            matches!(answer.status.as_u16(), 200 | 429),
            "{}",
            answer.text
        );
    }
    let logged = running.log.lines();
    assert!(
        logged.iter().any(|line| line["cut_off"] == true),
        "{logged:?}"
    );
}

#[tokio::test]
async fn a_batch_that_is_cut_short_by_the_end_says_so() {
    let running = Running::new();
    running.stop();
    let answer = running.post("/v1/batch", LINES, "{\"text\":\"a\"}\n").await;
    assert_eq!(answer.status, 200);
    let line = answer.json();
    assert_eq!(
        (&line["id"], &line["status"]),
        (&json!("-"), &json!("failed"))
    );
    let words = line["error"]["message"].as_str().unwrap();
    assert!(
        words.contains("cannot be read to its end: the service is stopping"),
        "{words}"
    );
}
