//! What becomes of each request: a line on standard error, and the counters.
//!
//! In: requests and their answers, as they pass. Out: one line of JSON for each request, when
//! the last byte of its answer has gone or its client has: when, which route, the status, the
//! time, sizes and counts. No text of anybody is written, neither of documents nor of addresses.

use std::io::Write;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use mtlint::report::{Outcome, Report};

use crate::metrics::Metrics;

/// The header with the id of a request: the client's, or a new one.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A longer id of a request is no id.
const MAX_ID_BYTES: usize = 128;

/// The status that is logged where the client has gone before its answer was ready, as nginx
/// has it.
const CLIENT_GONE: u16 = 499;

/// Where the lines go.
pub type LogWriter = Box<dyn Write + Send>;

/// Writes a line for each request, and counts it.
pub(crate) struct RequestLog {
    /// None where no lines are wanted.
    writer: Option<Mutex<LogWriter>>,
    metrics: Arc<Metrics>,
    /// What tells the ids of this process from those of others.
    process: u64,
    requests: AtomicU64,
}

/// What is counted while a request is answered.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    bytes_in: AtomicU64,
    words: AtomicU64,
    findings: AtomicU64,
}

impl Counts {
    /// Counts bytes of the request's body.
    pub(crate) fn add_bytes(&self, bytes: usize) {
        self.bytes_in.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// Counts a report that is part of the answer.
    pub(crate) fn add_report(&self, report: &Report) {
        if let Outcome::Scored(analysis) = &report.outcome {
            let words = analysis.score.words as u64;
            self.words.fetch_add(words, Ordering::Relaxed);
        }
        let findings = report.findings().len() as u64;
        self.findings.fetch_add(findings, Ordering::Relaxed);
    }
}

impl RequestLog {
    /// A log to `writer`, if there is one.
    pub(crate) fn new(writer: Option<LogWriter>, metrics: Arc<Metrics>) -> Self {
        use std::hash::{BuildHasher, RandomState};
        Self {
            writer: writer.map(Mutex::new),
            metrics,
            process: RandomState::new().hash_one(0),
            requests: AtomicU64::new(0),
        }
    }

    /// The id of a request: the client's own if it has one that is short and plain.
    fn id(&self, request: &Request) -> HeaderValue {
        let own = request.headers().get(REQUEST_ID);
        let plain = |id: &&HeaderValue| {
            (1..=MAX_ID_BYTES).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic)
        };
        let new = || {
            let number = self.requests.fetch_add(1, Ordering::Relaxed);
            HeaderValue::from_str(&format!("{:016x}-{number}", self.process))
        };
        match own.filter(plain) {
            Some(own) => own.clone(),
            None => new().unwrap_or(HeaderValue::from_static("-")),
        }
    }

    fn write(&self, exchange: &Exchange) {
        let took = exchange.begun.elapsed();
        let status = exchange
            .status
            .map_or(CLIENT_GONE, |status| status.as_u16());
        self.metrics.count_request(&exchange.route, status, took);
        let Some(writer) = &self.writer else {
            return;
        };
        let time = OffsetDateTime::now_utc().format(&Rfc3339);
        let counts = &exchange.counts;
        let line = Line {
            time: time.unwrap_or_default(),
            level: if status >= 500 { "error" } else { "note" },
            message: "request",
            id: exchange.id.to_str().unwrap_or_default(),
            method: exchange.method,
            route: &exchange.route,
            status,
            ms: took.as_secs_f64() * 1000.0,
            bytes_in: counts.bytes_in.load(Ordering::Relaxed),
            bytes_out: exchange.bytes_out,
            words: counts.words.load(Ordering::Relaxed),
            findings: counts.findings.load(Ordering::Relaxed),
            cut_off: exchange.status.is_some() && !exchange.whole,
        };
        if let Ok(mut line) = serde_json::to_string(&line) {
            line.push('\n');
            // That nobody reads the log is no reason to stop.
            let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = writer.write_all(line.as_bytes());
        }
    }
}

/// A line of the log.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    level: &'static str,
    message: &'static str,
    id: &'a str,
    method: &'static str,
    route: &'a str,
    status: u16,
    ms: f64,
    bytes_in: u64,
    bytes_out: u64,
    words: u64,
    findings: u64,
    /// Whether the client has gone before the last byte of its answer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut_off: bool,
}

/// One request and its answer. It is logged when it is dropped.
struct Exchange {
    log: Arc<RequestLog>,
    begun: Instant,
    id: HeaderValue,
    method: &'static str,
    route: String,
    counts: Arc<Counts>,
    status: Option<StatusCode>,
    bytes_out: u64,
    whole: bool,
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let log = Arc::clone(&self.log);
        log.write(self);
    }
}

/// Lets a request pass, and logs it when its answer has gone.
pub(crate) async fn observe(
    State(log): State<Arc<RequestLog>>,
    mut request: Request,
    next: Next,
) -> Response {
    let matched = request.extensions().get::<MatchedPath>();
    // What was typed elsewhere is not written down.
    let route = matched.map_or("other", MatchedPath::as_str).to_owned();
    let mut exchange = Exchange {
        begun: Instant::now(),
        id: log.id(&request),
        method: name(request.method()),
        route,
        counts: Arc::default(),
        status: None,
        bytes_out: 0,
        whole: false,
        log,
    };
    request
        .extensions_mut()
        .insert(Arc::clone(&exchange.counts));
    let mut response = next.run(request).await;
    response
        .headers_mut()
        .insert(REQUEST_ID, exchange.id.clone());
    exchange.status = Some(response.status());
    response.map(|body| {
        exchange.whole = body.is_end_stream();
        Body::new(ObservedBody { body, exchange })
    })
}

/// The methods that have a name of their own in the log; a client may send any word.
fn name(method: &Method) -> &'static str {
    let named = [
        (Method::GET, "GET"),
        (Method::POST, "POST"),
        (Method::HEAD, "HEAD"),
        (Method::OPTIONS, "OPTIONS"),
    ];
    let found = named.into_iter().find(|(one, _)| one == method);
    found.map_or("other", |(_, name)| name)
}

/// The body of an answer, counted on its way.
struct ObservedBody {
    body: Body,
    exchange: Exchange,
}

impl HttpBody for ObservedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &frame
            && let Some(data) = frame.data_ref()
        {
            self.exchange.bytes_out += data.len() as u64;
        }
        self.exchange.whole = frame.is_none() || self.body.is_end_stream();
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
