//! Requests that are not answered with what they ask for.

use axum::body::Bytes;
use serde_json::json;

use crate::origin::Origin;
use crate::token::Token;

use super::*;

/// A body that comes in parts, without saying how long it is.
struct Parts(Vec<Result<&'static [u8], io::Error>>);

impl axum::body::HttpBody for Parts {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        if self.0.is_empty() {
            return std::task::Poll::Ready(None);
        }
        let part = self.0.remove(0);
        std::task::Poll::Ready(Some(part.map(|part| http_body::Frame::data(part.into()))))
    }
}

#[track_caller]
fn is_refused(answer: &Answer, status: u16, kind: &str, message: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let error = &answer.json()["error"];
    assert_eq!(error["kind"], kind, "{error}");
    let words = error["message"].as_str().unwrap();
    assert!(words.contains(message), "{words}");
}

/// A query, a type and a body; the status, the kind and a part of the message.
type Case = (
    &'static str,
    &'static str,
    &'static [u8],
    u16,
    &'static str,
    &'static str,
);

#[tokio::test]
async fn what_is_wrong_with_a_request_is_told() {
    let running = Running::new();
    let json = "application/json";
    let cases: [Case; 30] = [
        ("", json, b"", 400, "bad_json", "EOF"),
        ("", json, b"{", 400, "bad_json", "EOF"),
        ("", json, b"{\"text\":\"a\"} b", 400, "bad_json", "trailing"),
        ("", json, b"{\"text\":\"\xff\"}", 400, "not_utf8", "byte 9"),
        (
            "",
            json,
            b"{\"text\":\"a\",\"threshold\":NaN}",
            400,
            "bad_json",
            "",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"threshold\":1e999}",
            400,
            "bad_json",
            "out of range",
        ),
        ("", json, b"[]", 422, "invalid", ""),
        ("", json, b"{}", 422, "invalid", "`text`"),
        ("", json, b"{\"text\":7}", 422, "invalid", "string"),
        (
            "",
            json,
            b"{\"txet\":\"a\"}",
            422,
            "invalid",
            "unknown field `txet`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"text\":\"b\"}",
            422,
            "invalid",
            "duplicate field `text`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"threshold\":1.5}",
            422,
            "invalid",
            "from 0 to 1",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"threshold\":-1}",
            422,
            "invalid",
            "from 0 to 1",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"markup\":\"tex\"}",
            422,
            "invalid",
            "`tex`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"sensitivity\":\"x\"}",
            422,
            "invalid",
            "`precise`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"language\":\"en\"}",
            422,
            "invalid",
            "ISO 639-3",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"unsafe\":true}",
            422,
            "invalid",
            "`unsafe`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"accept\":[\" \"]}",
            422,
            "invalid",
            "accept: ",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"accept\":[{\"text\":\"a\",\"x\":1}]}",
            422,
            "invalid",
            "`x`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"siblings\":[{\"id\":\"b\"}]}",
            422,
            "invalid",
            "`text`",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"siblings\":[7]}",
            422,
            "invalid",
            "a text, or an object",
        ),
        (
            "",
            json,
            b"{\"text\":\"a\",\"sensitivity\":\"precise\",\"threshold\":0.5}",
            422,
            "invalid",
            "the same thing",
        ),
        (
            "?words=true",
            json,
            b"{\"text\":\"a\"}",
            422,
            "invalid",
            "leave out the query",
        ),
        (
            "?threshold=NaN",
            "text/plain",
            b"a",
            422,
            "invalid",
            "threshold",
        ),
        ("?text=b", "text/plain", b"a", 422, "invalid", "text: "),
        (
            "",
            "text/plain",
            b"caf\xe9 ol\xe9",
            400,
            "not_utf8",
            "byte 3",
        ),
        (
            "",
            "text/plain",
            b"\xff\xfea\0b\0",
            400,
            "not_utf8",
            "UTF-16",
        ),
        (
            "",
            "application/pdf",
            b"%PDF",
            415,
            "unsupported_type",
            "application/json",
        ),
        (
            "",
            "text/plain; charset=latin1",
            b"a",
            415,
            "unsupported_type",
            "latin1",
        ),
        ("", "", b"a", 415, "unsupported_type", "without a type"),
    ];
    for (query, media_type, body, status, kind, message) in cases {
        let path = format!("/v1/report{query}");
        let answer = running.post(&path, media_type, body).await;
        is_refused(&answer, status, kind, message);
    }
    let packed = Request::post("/v1/report")
        .header("content-type", json)
        .header("content-encoding", "gzip")
        .body(Body::from("{}"));
    let answer = running.answer(packed.unwrap()).await;
    is_refused(&answer, 415, "unsupported_type", "packed");
    is_refused(
        &running.get("/v1/nothing").await,
        404,
        "not_found",
        "openapi",
    );
    let answer = running.get("/v1/report").await;
    is_refused(&answer, 405, "method_not_allowed", "GET");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn limits_hold() {
    let running = Running::new();
    let long = vec![b'a'; MAX_BYTES as usize + 1];
    let answer = running.post("/v1/report", "text/plain", long).await;
    is_refused(&answer, 413, "too_large", "100000 bytes");
    static PART: [u8; 60_000] = [b'a'; 60_000];
    let parts = Parts(vec![Ok(&PART), Ok(&PART)]);
    let answer = running
        .post("/v1/report", "text/plain", Body::new(parts))
        .await;
    is_refused(&answer, 413, "too_large", "100000 bytes");
    let siblings = vec!["a"; 17];
    let body = json!({ "text": "a", "siblings": siblings }).to_string();
    let answer = running.post("/v1/report", "application/json", body).await;
    is_refused(&answer, 422, "invalid", "at most 16 are read, got 17");
    let body = json!({ "text": "a", "id": "i".repeat(1025) }).to_string();
    let answer = running.post("/v1/report", "application/json", body).await;
    is_refused(&answer, 413, "too_large", "the id has more than 1024 bytes");
    let accept = vec!["a"; 1001];
    let body = json!({ "text": "a", "accept": accept }).to_string();
    let answer = running.post("/v1/report", "application/json", body).await;
    is_refused(&answer, 422, "invalid", "got 1001");
    let broken = Parts(vec![
        Ok(b"half a "),
        Err(io::ErrorKind::ConnectionReset.into()),
    ]);
    let answer = running
        .post("/v1/report", "text/plain", Body::new(broken))
        .await;
    is_refused(&answer, 400, "incomplete", "broke off");
}

/// A body of which nothing comes.
struct Silent;

impl axum::body::HttpBody for Silent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        std::task::Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let running = Running::new();
    let answer = running
        .post("/v1/report", "text/plain", Body::new(Silent))
        .await;
    is_refused(&answer, 408, "too_slow", "30 seconds");
}

/// A service that asks for a token.
fn with_token() -> Running {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "correct-horse-battery\n").unwrap();
    let options = ServiceOptions {
        token: Some(Token::read(file.path()).unwrap()),
        ..ServiceOptions::new(MAX_BYTES)
    };
    Running::with(held(true), options)
}

#[tokio::test]
async fn only_who_has_the_token_is_answered() {
    let running = with_token();
    for path in ["/v1/report", "/v1/html", "/v1/fix", "/v1/batch", "/v1/text"] {
        let answer = running.post(path, "text/plain", "The race.").await;
        is_refused(&answer, 401, "unauthorized", "Bearer");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
    assert_eq!(running.get("/metrics").await.status, 401);
    for path in ["/", "/healthz", "/readyz", "/v1/openapi.json"] {
        assert_eq!(running.get(path).await.status, 200, "{path}");
    }
    let with = |token: &str| {
        Request::post("/v1/report")
            .header("content-type", "text/plain")
            .header("authorization", format!("Bearer {token}"))
            .body(Body::from("The race."))
            .unwrap()
    };
    let answer = running.answer(with("correct-horse-batterz")).await;
    is_refused(&answer, 401, "unauthorized", "Bearer");
    let answer = running.answer(with("correct-horse-battery")).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn clients_of_languagetool_may_show_the_token_in_their_form() {
    let running = with_token();
    let form = "application/x-www-form-urlencoded";
    let check = async |path: &str, key: &str| {
        let body = format!("language=en-US&text=The+race.&username=desk{key}");
        running.post(path, form, body).await
    };
    let good = "&apiKey=correct-horse-battery";
    assert_eq!(check("/v2/check", good).await.status, 200);
    for (path, key) in [
        ("/v2/check", ""),
        ("/v2/check", "&apiKey="),
        ("/v2/check", "&apiKey=correct-horse-batterz"),
        ("/v2/check?apiKey=correct-horse-battery", ""),
        ("/v2/check", "&apiKey=wrong&apiKey=correct-horse-battery"),
    ] {
        let answer = check(path, key).await;
        assert_eq!(answer.status, 401, "{path} {key}");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        assert!(answer.text.starts_with("Error: a token is needed"));
        assert!(answer.text.ends_with("or the form field apiKey"));
    }
    // The other routes know their own way alone.
    let answer = running
        .post("/v1/report?apiKey=correct-horse-battery", "text/plain", "a")
        .await;
    assert_eq!(answer.status, 401);
    let bearer = Request::post("/v2/check")
        .header("content-type", form)
        .header("authorization", "Bearer correct-horse-battery")
        .body(Body::from("language=en&text=The+race."));
    assert_eq!(running.answer(bearer.unwrap()).await.status, 200);
    let log = String::from_utf8(running.log.0.lock().unwrap().clone()).unwrap();
    assert!(!log.contains("horse") && !log.contains("desk"), "{log}");
}

#[tokio::test]
async fn pages_of_other_origins_may_ask_only_if_they_are_named() {
    let ask = |origin: &str| {
        Request::options("/v1/report")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header(
                "access-control-request-headers",
                "content-type,authorization",
            )
            .body(Body::empty())
            .unwrap()
    };
    let allowed = "access-control-allow-origin";
    let closed = Running::new().answer(ask("https://a.example")).await;
    assert_eq!(closed.header(allowed), "");
    let origin: Origin = "https://a.example".parse().unwrap();
    let options = ServiceOptions {
        allowed_origins: vec![origin],
        ..ServiceOptions::new(MAX_BYTES)
    };
    let running = Running::with(held(true), options);
    let answer = running.answer(ask("https://a.example")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header(allowed), "https://a.example");
    assert!(
        answer
            .header("access-control-allow-methods")
            .contains("POST")
    );
    let answer = running.answer(ask("https://b.example")).await;
    assert_eq!(answer.header(allowed), "");
}
