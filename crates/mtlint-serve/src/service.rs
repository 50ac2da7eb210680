//! What all routes share: the engine, the options, and what is counted.
//!
//! In: documents. Out: their reports, in the time that a request has, or why there is none. It
//! reads no request and writes no answer.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use tokio::sync::Semaphore;

use mtlint::report::Report;
use mtlint::{Linter, Options};

use crate::engine::{Engine, Submitted};
use crate::error::RequestError;
use crate::metrics::Metrics;
use crate::options::ServiceOptions;
use crate::queue::{Refused, Urgency};
use crate::request::body::{MAX_BYTES_IN_HAND, MAX_BYTES_OF_STRANGERS, Room};
use crate::token::Token;
use crate::work::Work;

/// So many batches are read at once: each has some documents in hand, whoever sits before a
/// single one goes before them, and one batch alone keeps all processors busy.
const MAX_BATCHES: usize = 4;

/// What all routes share.
pub(crate) struct Service {
    pub(crate) engine: Engine,
    pub(crate) metrics: Arc<Metrics>,
    /// How documents are linted where a request does not say it.
    pub(crate) lint: Options,
    pub(crate) room: Room,
    /// The room for bodies that may show the token themselves.
    pub(crate) strangers_room: Room,
    /// The token that clients have to show, if they have to.
    pub(crate) token: Option<Token>,
    pub(crate) max_bytes: u64,
    pub(crate) batches: Arc<Semaphore>,
    request_time: Duration,
    stop: Arc<AtomicBool>,
}

impl Service {
    /// Starts the engine. Once `stop` is set, the service is about to end.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        linter: Linter,
        options: &ServiceOptions,
        stop: Arc<AtomicBool>,
    ) -> io::Result<Self> {
        let metrics = Arc::new(Metrics::new(&linter));
        let waiting = options.max_waiting;
        Ok(Self {
            engine: Engine::start(linter, waiting, options.cached, Arc::clone(&metrics))?,
            metrics,
            lint: options.lint.clone(),
            room: Room::new(options.max_bytes, MAX_BYTES_IN_HAND),
            strangers_room: Room::new(options.max_bytes, MAX_BYTES_OF_STRANGERS),
            token: options.token.clone(),
            max_bytes: options.max_bytes,
            batches: Arc::new(Semaphore::new(MAX_BATCHES)),
            request_time: options.request_time,
            stop,
        })
    }

    /// Lints a document.
    ///
    /// # Errors
    /// When too many wait, the time is over, or the engine failed.
    pub(crate) async fn lint(
        &self,
        work: Work,
        urgency: Urgency,
    ) -> Result<Arc<Report>, RequestError> {
        let submitted = self.engine.submit(work, urgency);
        let submitted = submitted.map_err(|refused| match refused {
            Refused::Full => RequestError::Busy,
            Refused::Closed => RequestError::Stopping,
        })?;
        let waiting = match submitted {
            Submitted::Known(report) => return Ok(report),
            Submitted::Waiting(waiting) => waiting,
        };
        let answer = match urgency {
            Urgency::Now => {
                let late = |_| RequestError::TimedOut(self.request_time.as_secs());
                let answered = tokio::time::timeout(self.request_time, waiting).await;
                answered.map_err(late)?
            }
            Urgency::Later => waiting.await,
        };
        answer.map_err(|_| RequestError::Broken)
    }

    /// Whether a request with these headers may have something judged.
    pub(crate) fn admits(&self, headers: &HeaderMap) -> bool {
        self.token.as_ref().is_none_or(|token| {
            let shown = headers.get(AUTHORIZATION);
            shown.is_some_and(|shown| token.is_shown_by(shown.as_bytes()))
        })
    }

    /// Whether the service is about to end.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// The flag that says that the service is about to end.
    pub(crate) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }
}

/// Does what takes a while for a large text elsewhere than where connections are served.
///
/// # Errors
/// When it panics.
pub(crate) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, RequestError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| RequestError::Broken)
}
