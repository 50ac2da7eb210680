//! Many requests at once, and what becomes of those that cannot be answered.

use std::time::Duration;

use serde_json::json;

use super::*;

fn numbered(number: usize) -> String {
    format!("Ship {number} left the harbour before the twaddle race.")
}

/// Begins to ask for the report on `text`.
fn ask(running: &Running, text: &str) -> tokio::task::JoinHandle<Answer> {
    let (router, log, stop) = (
        running.router.clone(),
        running.log.clone(),
        Arc::clone(&running.stop),
    );
    let text = text.to_owned();
    tokio::spawn(async move {
        let running = Running { router, log, stop };
        running
            .post("/v1/report?threshold=0.3", "text/plain", text)
            .await
    })
}

/// How many documents wait, as the metrics say.
async fn waiting(running: &Running) -> usize {
    let text = running.get("/metrics").await.text;
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("mtlint_waiting_documents "));
    line.unwrap().parse().unwrap()
}

async fn until_waiting(running: &Running, count: usize) {
    while waiting(running).await != count {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test]
async fn together_or_alone_a_report_is_the_same() {
    let lm = held(false);
    let together = Running::with(Arc::clone(&lm), ServiceOptions::new(MAX_BYTES));
    let first = ask(&together, "First the race.");
    reads(&lm, "First").await;
    let asked: Vec<_> = (0..20)
        .map(|number| ask(&together, &numbered(number)))
        .collect();
    until_waiting(&together, 20).await;
    lm.let_go();
    assert_eq!(first.await.unwrap().status, 200);
    for (number, answer) in asked.into_iter().enumerate() {
        let alone = ask(&Running::new(), &numbered(number)).await.unwrap();
        assert_eq!(answer.await.unwrap().text, alone.text);
        assert_eq!(lm.readings(&format!("Ship {number} ")), 1);
    }
}

#[tokio::test]
async fn a_full_queue_turns_away_and_who_has_gone_is_not_read() {
    let lm = held(false);
    let options = ServiceOptions {
        max_waiting: 2,
        ..ServiceOptions::new(MAX_BYTES)
    };
    let running = Running::with(Arc::clone(&lm), options);
    let first = ask(&running, "First the race.");
    reads(&lm, "First").await;
    let gone = ask(&running, "Gone is the race.");
    until_waiting(&running, 1).await;
    let second = ask(&running, "Second the race.");
    until_waiting(&running, 2).await;
    let refused = ask(&running, "Third the race.").await.unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.header("retry-after"), "2");
    assert_eq!(refused.json()["error"]["kind"], "busy");
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    // There is room again.
    let fourth = ask(&running, "Fourth the race.");
    tokio::task::yield_now().await;
    lm.let_go();
    for answer in [first, second, fourth] {
        assert_eq!(answer.await.unwrap().status, 200);
    }
    assert_eq!((lm.readings("Gone"), lm.readings("Fourth")), (0, 1));
    let statuses: Vec<_> = running
        .log
        .lines()
        .iter()
        .map(|line| line["status"].clone())
        .collect();
    assert!(
        statuses.contains(&json!(499)) && statuses.contains(&json!(429)),
        "{statuses:?}"
    );
}

#[tokio::test]
async fn what_takes_too_long_is_refused() {
    let lm = held(false);
    let options = ServiceOptions {
        request_time: Duration::from_millis(20),
        ..ServiceOptions::new(MAX_BYTES)
    };
    let running = Running::with(Arc::clone(&lm), options);
    let answer = ask(&running, "First the race.").await.unwrap();
    assert_eq!(answer.status, 503);
    assert_eq!(answer.json()["error"]["kind"], "timed_out");
    assert_eq!(answer.header("retry-after"), "2");
    lm.let_go();
}

#[tokio::test]
async fn what_nobody_waits_for_any_more_is_not_read_to_its_end() {
    let lm = held(false);
    let options = ServiceOptions {
        request_time: Duration::from_millis(20),
        ..ServiceOptions::new(MAX_BYTES)
    };
    let running = Running::with(Arc::clone(&lm), options);
    let body = json!({
        "text": "Long was the gibberish race.",
        "siblings": ["Calm was the harbour before the race."],
    });
    let answer = running.post("/v1/report", "application/json", body.to_string());
    // The model holds on to the sibling, which it reads first.
    assert_eq!(answer.await.status, 503);
    assert_eq!(lm.readings("Calm"), 1);
    lm.let_go();
    // What comes next is read after the document, if that is read.
    while ask(&running, "First the race.").await.unwrap().status != 200 {}
    assert_eq!(lm.readings("Long"), 0);
    let metrics = running.get("/metrics").await.text;
    assert!(metrics.contains("mtlint_documents_total 1\n"), "{metrics}");
}

#[tokio::test]
async fn the_same_is_read_once() {
    let lm = held(true);
    let running = Running::with(Arc::clone(&lm), ServiceOptions::new(MAX_BYTES));
    let sibling = "Calm was the harbour before the race.";
    let body = |text: &str| json!({ "text": text, "siblings": [{ "id": "s", "text": sibling }] });
    let first = running.json("/v1/report", &body(GARBLED)).await;
    let again = running.json("/v1/report", &body(GARBLED)).await;
    assert_eq!(first.text, again.text);
    assert_eq!(lm.readings("gibberish before"), 1);
    // The article was changed, its sibling was not.
    running
        .json("/v1/report", &body("The harbour was gibberish."))
        .await;
    assert_eq!(lm.readings("Calm was"), 1);
    // What failed is tried again.
    for _ in 0..2 {
        let report = running
            .json("/v1/report", &json!({ "text": "It is unspeakable." }))
            .await;
        assert_eq!(report.json()["status"], "failed");
    }
    assert!(lm.readings("unspeakable") >= 2);

    let lm = held(true);
    let options = ServiceOptions {
        cached: false,
        ..ServiceOptions::new(MAX_BYTES)
    };
    let running = Running::with(Arc::clone(&lm), options);
    for _ in 0..2 {
        running.json("/v1/report", &body(GARBLED)).await;
    }
    assert_eq!(
        (lm.readings("gibberish before"), lm.readings("Calm was")),
        (2, 2)
    );
}

#[tokio::test]
async fn a_panic_is_the_failure_of_one_request() {
    let lm = held(false);
    let running = Running::with(Arc::clone(&lm), ServiceOptions::new(MAX_BYTES));
    let first = ask(&running, "First the race.");
    reads(&lm, "First").await;
    let bad = ask(&running, "A panic broke out before the race.");
    let good = ask(&running, "Second the race.");
    until_waiting(&running, 2).await;
    lm.let_go();
    assert_eq!(first.await.unwrap().status, 200);
    let bad = bad.await.unwrap();
    let report = bad.json();
    assert_eq!(
        (bad.status.as_u16(), &report["error"]["kind"]),
        (200, &json!("internal"))
    );
    assert_eq!(good.await.unwrap().status, 200);
    assert_eq!(ask(&running, "Third the race.").await.unwrap().status, 200);
}

#[tokio::test]
async fn every_request_is_logged_and_counted_without_its_text() {
    let running = Running::new();
    let request = posted(
        "/v1/report?threshold=0.3&id=secret-id",
        "text/plain",
        GARBLED,
    );
    let (mut head, body) = request.into_parts();
    head.headers
        .insert("x-request-id", "desk-7".parse().unwrap());
    let answer = running.answer(Request::from_parts(head, body)).await;
    assert_eq!(answer.header("x-request-id"), "desk-7");
    let lines = running.log.lines();
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert_eq!(line["id"], "desk-7");
    assert_eq!(
        (&line["method"], &line["route"]),
        (&json!("POST"), &json!("/v1/report"))
    );
    assert_eq!(
        (&line["status"], &line["level"]),
        (&json!(200), &json!("note"))
    );
    assert_eq!(line["bytes_in"], GARBLED.len());
    assert_eq!(line["bytes_out"], answer.text.len());
    assert_eq!((&line["words"], &line["findings"]), (&json!(8), &json!(2)));
    assert!(line["ms"].is_f64() && line["time"].is_string());
    assert!(line.get("cut_off").is_none());

    let odd = Request::get("/gibberish/path?twaddle")
        .header("x-request-id", "two words")
        .method("TWADDLE")
        .body(Body::empty());
    let answer = running.answer(odd.unwrap()).await;
    let id = answer.header("x-request-id");
    assert!(!id.is_empty() && !id.contains(' '));
    let written = String::from_utf8(running.log.0.lock().unwrap().clone()).unwrap();
    for text in ["gibberish", "twaddle", "TWADDLE", "secret-id", "two words"] {
        assert!(!written.contains(text), "{written}");
    }
    assert_eq!(running.log.lines()[1]["route"], "other");

    let metrics = running.get("/metrics").await;
    assert!(
        metrics
            .header("content-type")
            .starts_with("application/openmetrics-text")
    );
    for line in [
        "mtlint_requests_total{route=\"/v1/report\",status=\"200\"} 1",
        "mtlint_requests_total{route=\"other\",status=\"404\"} 1",
        "mtlint_request_seconds_count{route=\"/v1/report\"} 1",
        "mtlint_waiting_documents 0",
        "mtlint_words_total 8",
        "mtlint_documents_total 1",
        "mtlint_tokens_kept_total 0",
        "mtlint_findings_total{category=\"mistranslation\"} 2",
    ] {
        assert!(metrics.text.contains(line), "{line}\n{}", metrics.text);
    }
    let read = metrics.text.lines();
    let mut read = read.filter_map(|line| line.strip_prefix("mtlint_tokens_read_total "));
    assert!(read.next().unwrap().parse::<u64>().unwrap() >= 8);
    assert!(metrics.text.contains("mtlint_model_info{name=\"stub\""));
    assert!(metrics.text.ends_with("# EOF\n"));
}

#[tokio::test]
async fn a_service_that_is_about_to_end_says_so() {
    let running = Running::new();
    assert_eq!(running.get("/readyz").await.text, "ready\n");
    running.stop();
    let answer = running.get("/readyz").await;
    assert_eq!(
        (answer.status.as_u16(), &answer.json()["error"]["kind"]),
        (503, &json!("stopping"))
    );
    assert_eq!(running.get("/healthz").await.text, "ok\n");
}
