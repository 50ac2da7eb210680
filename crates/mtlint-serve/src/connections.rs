//! Connections, from the first byte to the last.
//!
//! In: a socket that listens, and what answers requests. Out: answers, until the service is
//! told to stop; then no further connection is taken, and those that are open are closed once
//! they have their answers. A client that is slow to send or to take loses its connection; the
//! number of connections has a limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::slow::WithoutSlowReaders;

/// The head of a request has this long to come, and a connection on which nothing is asked is
/// closed after it.
const HEAD_TIME: Duration = Duration::from_secs(30);

/// The head of a request has at most this many bytes: a query may hold words to accept.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// How long the service waits before it looks again whether it is to stop.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// After an error such as too many open files the next connection is waited for so long.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// Answers requests on the connections of `listener` until `stop` is set, at most
/// `max_connections` at a time. All that was asked until then is answered, for at most
/// `drain_time`; whether it was.
pub(crate) async fn answer(
    listener: TcpListener,
    router: Router,
    max_connections: usize,
    (stop, drain_time): (&AtomicBool, Duration),
) -> bool {
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(max_connections));
    while let Some((stream, room)) = next_connection(&listener, &room, stop).await {
        // Small answers are sent at once; where that cannot be set, they come all the same.
        let _ = stream.set_nodelay(true);
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(
                TokioIo::new(WithoutSlowReaders::new(stream)),
                TowerToHyperService::new(router.clone()),
            );
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            // What goes wrong on a connection is the client's: it has gone, or it is too slow.
            let _ = connection.await;
            drop(room);
        });
    }
    drop(listener);
    let drained = tokio::time::timeout(drain_time, graceful.shutdown()).await;
    drained.is_ok()
}

/// The next connection, once there is room for it; `None` once `stop` is set.
async fn next_connection(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
    stop: &AtomicBool,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let next = async {
        // Nobody closes the semaphore.
        let room = Arc::clone(room).acquire_owned().await.ok()?;
        loop {
            match listener.accept().await {
                Ok((stream, _)) => return Some((stream, room)),
                Err(_) => tokio::time::sleep(AFTER_ERROR).await,
            }
        }
    };
    let stopped = async {
        while !stop.load(Ordering::Relaxed) {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        biased;
        () = stopped => None,
        next = next => next,
    }
}
