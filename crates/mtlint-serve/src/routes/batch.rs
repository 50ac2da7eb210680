//! `POST /v1/batch`: JSON Lines in, JSON Lines out.
//!
//! In: records, one a line, as `mtlint batch` reads them; options in the query. Out: a line for
//! each, in their order, as `mtlint batch` writes it, as soon as it is there. A bad line is a
//! failed line. Neither side is held in memory as a whole: who sends reads while it sends.

use std::collections::VecDeque;
use std::io::{self, BufReader, Read};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, Bytes};
use http_body::Frame;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinHandle;

use mtlint::Options;
use mtlint::report::{Failure, FailureKind, Report, json};
use mtlint_batch::{JsonLinesRecords, Record};

use crate::error::RequestError;
use crate::log::Counts;
use crate::queue::Urgency;
use crate::request::body::{expect_type, next_frame};
use crate::request::fields::{Fields, invalid};
use crate::request::query;
use crate::service::{Service, aside};
use crate::work::Work;

/// The types in which records may be sent.
const TYPES: &str = "application/x-ndjson or application/jsonl, not packed and in UTF-8";

/// The input is called so in its reports, as standard input is.
const NAME: &str = "-";

/// So many documents of a batch are in hand at once: as many as go into one group, and as many
/// again, so that the engine never waits for the network.
const MAX_DOCUMENTS_IN_HAND: usize = 64;

/// Documents of at most so many bytes are in hand at once, but for a single longer one: two
/// groups of the engine.
const MAX_BYTES_IN_HAND: usize = 64 * 1024;

/// Chunks, records and lines that wait for whoever takes them next.
const AHEAD: usize = 8;

/// A client that sends nothing, or takes nothing, for this long has gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long is waited for bytes before it is looked whether the service is about to end.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// `POST /v1/batch`: a line for each line.
pub(crate) async fn batch(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, RequestError> {
    let (head, body) = request.into_parts();
    let allowed = ["application/x-ndjson", "application/jsonl"];
    expect_type(&head.headers, &allowed, TYPES)?;
    let fields = query::fields(head.uri.query().unwrap_or_default())?;
    refuse_what_lines_say(&fields)?;
    let settings = Settings {
        options: fields.options(&service.lint)?,
        words: fields.words.unwrap_or_default(),
    };
    let room = Arc::clone(&service.batches).try_acquire_owned();
    let room = room.map_err(|_| RequestError::Busy)?;
    let records = records(body, &service, Arc::clone(&counts));
    let (lines, out) = mpsc::channel(AHEAD);
    tokio::spawn(answer(service, counts, settings, records, lines, room));
    let headers = [(CONTENT_TYPE, "application/x-ndjson")];
    Ok((headers, Body::new(Lines(out))).into_response())
}

/// What belongs to one document stands in its line.
fn refuse_what_lines_say(fields: &Fields) -> Result<(), RequestError> {
    let said = [
        ("id", fields.id.is_some()),
        ("text", fields.text.is_some()),
        ("markup", fields.markup.is_some()),
        ("siblings", fields.siblings.is_some()),
        ("unsafe", fields.r#unsafe.is_some()),
    ];
    match said.iter().find(|(_, said)| *said) {
        Some((name, _)) => Err(invalid(format!(
            "unknown field `{name}` in the query of a batch"
        ))),
        None => Ok(()),
    }
}

/// What the query says of all records.
struct Settings {
    options: Options,
    words: bool,
}

/// The records of a body, read as they are taken.
fn records(mut body: Body, service: &Service, counts: Arc<Counts>) -> mpsc::Receiver<Record> {
    let (chunks, chunks_out) = mpsc::channel(AHEAD);
    let stop = service.stop();
    tokio::spawn(async move {
        while let Some(chunk) = next_chunk(&mut body, &stop).await {
            counts.add_bytes(chunk.as_ref().map_or(0, Bytes::len));
            let last = chunk.is_err();
            // Nobody takes any more: the client does not read the answer.
            if chunks.send(chunk).await.is_err() || last {
                return;
            }
        }
    });
    let (found, records) = mpsc::channel(AHEAD);
    let reader = Chunks {
        chunks: chunks_out,
        chunk: Bytes::new(),
        stop: service.stop(),
    };
    let max_bytes = service.max_bytes;
    tokio::task::spawn_blocking(move || {
        let all = JsonLinesRecords::new(NAME, BufReader::new(reader), max_bytes);
        for record in all {
            if found.blocking_send(record).is_err() {
                return;
            }
        }
    });
    records
}

/// The next bytes of a body; `None` at its end, an error where no more of it is to be read.
async fn next_chunk(body: &mut Body, stop: &AtomicBool) -> Option<io::Result<Bytes>> {
    let begun = Instant::now();
    loop {
        if stop.load(Ordering::Relaxed) {
            return Some(Err(io::Error::other(RequestError::Stopping)));
        }
        match tokio::time::timeout(LOOK_EVERY, next_frame(body)).await {
            Ok(frame) => return frame.map(|frame| frame.map_err(io::Error::other)),
            Err(_) if begun.elapsed() > PATIENCE => {
                return Some(Err(io::Error::other("nothing more came")));
            }
            Err(_) => {}
        }
    }
}

/// Chunks of a body, read as one.
struct Chunks {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    chunk: Bytes,
    stop: Arc<AtomicBool>,
}

impl Read for Chunks {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other(RequestError::Stopping));
        }
        while self.chunk.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.chunk = chunk?,
                None => return Ok(0),
            }
        }
        let count = buffer.len().min(self.chunk.len());
        self.chunk.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}

/// A document in hand: its size, and its line once it is there.
struct InHand {
    bytes: usize,
    line: JoinHandle<Result<String, RequestError>>,
}

/// Answers records in their order, several in hand at once. It ends where the records end, or
/// where nobody takes the lines any more.
async fn answer(
    service: Arc<Service>,
    counts: Arc<Counts>,
    settings: Settings,
    mut records: mpsc::Receiver<Record>,
    lines: mpsc::Sender<Result<Bytes, RequestError>>,
    _room: OwnedSemaphorePermit,
) {
    let settings = Arc::new(settings);
    let mut in_hand: VecDeque<InHand> = VecDeque::new();
    let mut bytes = 0;
    let mut ended = false;
    while !(ended && in_hand.is_empty()) {
        let full = in_hand.len() >= MAX_DOCUMENTS_IN_HAND || bytes >= MAX_BYTES_IN_HAND;
        let next = tokio::select! {
            biased;
            () = lines.closed() => None,
            record = records.recv(), if !ended && !full => match record {
                Some(record) => {
                    let one = begin(record, &service, &counts, &settings);
                    bytes += one.bytes;
                    in_hand.push_back(one);
                    continue;
                }
                None => {
                    ended = true;
                    continue;
                }
            },
            line = first(&mut in_hand), if !in_hand.is_empty() => Some(line),
        };
        // Nobody takes the answers any more.
        let Some(line) = next else { break };
        bytes -= in_hand.pop_front().map_or(0, |one| one.bytes);
        let line = line.unwrap_or(Err(RequestError::Broken));
        // A line that cannot be had breaks the answer off, which the client sees.
        let last = line.is_err();
        let line = line.map(|line| Bytes::from(line + "\n"));
        let sent = tokio::time::timeout(PATIENCE, lines.send(line)).await;
        if last || !matches!(sent, Ok(Ok(()))) {
            break;
        }
    }
    for one in in_hand {
        // What is not begun is not read.
        one.line.abort();
    }
}

async fn first(
    in_hand: &mut VecDeque<InHand>,
) -> Result<Result<String, RequestError>, tokio::task::JoinError> {
    match in_hand.front_mut() {
        Some(one) => (&mut one.line).await,
        None => std::future::pending().await,
    }
}

/// Begins to make the line of a record.
fn begin(
    record: Record,
    service: &Arc<Service>,
    counts: &Arc<Counts>,
    settings: &Arc<Settings>,
) -> InHand {
    let (service, counts) = (Arc::clone(service), Arc::clone(counts));
    let settings = Arc::clone(settings);
    let bytes = match &record {
        Record::Document { request, .. } => {
            let siblings = request.unread.iter().map(|sibling| sibling.text().len());
            request.document.text().len() + siblings.sum::<usize>()
        }
        _ => 0,
    };
    let line = async move {
        let report = report(record, &service, settings.options.clone()).await?;
        counts.add_report(&report);
        let options = json::Options {
            words: settings.words,
            fix: None,
        };
        let line = aside(move || json::line(&report, options)).await?;
        line.map_err(|_| RequestError::Broken)
    };
    InHand {
        bytes,
        line: tokio::spawn(line),
    }
}

/// The report on a record, also on one that holds no document.
async fn report(
    record: Record,
    service: &Service,
    options: Options,
) -> Result<Arc<Report>, RequestError> {
    let request = match record {
        Record::Document { request, .. } => request,
        Record::Rejected { id, error } => return Ok(Arc::new(Report::failed(id, error))),
        Record::Unreadable { id, error } => return Ok(Arc::new(Report::failed(id, error))),
        Record::Broken(error) => return Ok(Arc::new(Report::failed(error.name(), &error))),
    };
    let name = request.document.name().to_owned();
    let work = Work {
        document: request.document,
        siblings: request.unread,
        options,
    };
    match service.lint(work, Urgency::Later).await {
        // The others are judged all the same.
        Err(error @ RequestError::Broken) => {
            let failure = Failure {
                kind: FailureKind::Other(error.kind().to_owned()),
                message: format!("{name}: {error}"),
            };
            Ok(Arc::new(Report::failed(name, failure)))
        }
        other => other,
    }
}

/// Lines as a body.
struct Lines(mpsc::Receiver<Result<Bytes, RequestError>>);

impl HttpBody for Lines {
    type Data = Bytes;
    type Error = RequestError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let line = self.0.poll_recv(context);
        line.map(|line| line.map(|line| line.map(Frame::data)))
    }
}
