//! Whole requests, answered in this process with the stand-in model.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt;

use mtlint::lm::stub::{Held, Stub};
use mtlint::{Linter, Options};

use crate::log::RequestLog;
use crate::options::ServiceOptions;
use crate::router::router;
use crate::service::Service;

mod batch;
mod damaged;
mod described;
mod languagetool;
mod load;
mod refused;
mod report;

const MAX_BYTES: u64 = 100_000;

const GARBLED: &str = "The harbour was gibberish before the twaddle race.";

/// The language model on whose surprisals the texts of the tests depend.
fn stub() -> Stub {
    let table = [
        ("gibberish", 75.0),
        ("twaddle", 60.0),
        ("Varsovie", 30.0),
        ("Warsaw", 3.0),
    ];
    Stub::new(table).failing_on("unspeakable")
}

/// The stand-in, which waits before each reading until it is let go unless it is `open`, and
/// panics on a word.
fn held(open: bool) -> Arc<Held> {
    Held::new(stub().panicking_on("panic"), open)
}

/// Waits until a text with `mark` in it is begun to be read.
async fn reads(model: &Held, mark: &str) {
    while model.readings(mark) == 0 {
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
}

/// What is written to it, for who looks.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let lines = bytes
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty());
        lines
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

/// A service that runs.
struct Running {
    router: Router,
    log: Shared,
    stop: Arc<AtomicBool>,
}

#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap())
    }
}

impl Running {
    fn new() -> Self {
        Self::with(held(true), ServiceOptions::new(MAX_BYTES))
    }

    fn with(lm: Arc<Held>, options: ServiceOptions) -> Self {
        let (log, stop) = (Shared::default(), Arc::new(AtomicBool::new(false)));
        let linter = Linter::new(lm).unwrap();
        let service = Service::start(linter, &options, Arc::clone(&stop)).unwrap();
        let service = Arc::new(service);
        let writer = Box::new(log.clone());
        let request_log = RequestLog::new(Some(writer), Arc::clone(&service.metrics));
        Self {
            router: router(service, Arc::new(request_log), &options.allowed_origins),
            log,
            stop,
        }
    }

    async fn answer(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: head.status,
            headers: head.headers,
            text: String::from_utf8(bytes.into()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.answer(Request::get(path).body(Body::empty()).unwrap())
            .await
    }

    async fn post(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Answer {
        self.answer(posted(path, media_type, body)).await
    }

    /// A request of JSON that is answered as it should be.
    async fn json(&self, path: &str, body: &Value) -> Answer {
        let answer = self.post(path, "application/json", body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer
    }

    fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

fn posted(path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post(path).header("content-type", media_type);
    request.body(body.into()).unwrap()
}

/// A linter like those of the services.
fn linter() -> Linter {
    Linter::new(Arc::new(stub())).unwrap()
}

/// Flags every word that could be wrong.
fn eager() -> Options {
    Options::with_threshold(0.3)
}
