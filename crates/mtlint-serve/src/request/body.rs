//! The body of a request, read whole.
//!
//! In: a body as it comes, from whoever. Out: its bytes. It has a limit, so has the time that
//! it may take, and all bodies together have one: what is over is refused at once.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::RequestError;
use crate::log::Counts;

/// A body has this long to come: at the largest size, 8 MiB, that is a slow line of two
/// megabits a second.
pub(crate) const BODY_TIME: Duration = Duration::from_secs(30);

/// All bodies in hand together have at most this many bytes, 256 MiB: those of the largest
/// size that 32 clients send at once.
pub(crate) const MAX_BYTES_IN_HAND: usize = 256 << 20;

/// Those of all clients together who have shown no token yet have at most this many bytes, 32 MiB:
/// who may not ask takes no room from those who may.
pub(crate) const MAX_BYTES_OF_STRANGERS: usize = 32 << 20;

/// The room that there is for bodies.
#[derive(Clone)]
pub(crate) struct Room {
    /// Bytes that may still come in.
    bytes: Arc<Semaphore>,
    /// The most bytes of one body.
    max_bytes: u64,
}

/// A body that was read. It takes its room until it is dropped.
pub(crate) struct Received {
    pub(crate) bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Room {
    /// Room for bodies of at most `max_bytes` each, and `max_in_hand` together.
    pub(crate) fn new(max_bytes: u64, max_in_hand: usize) -> Self {
        Self {
            bytes: Arc::new(Semaphore::new(max_in_hand)),
            max_bytes,
        }
    }

    /// Reads a body to its end.
    ///
    /// # Errors
    /// When it breaks off, is too large or takes too long, or when there is no room for it.
    pub(crate) async fn receive(
        &self,
        body: Body,
        counts: &Counts,
    ) -> Result<Received, RequestError> {
        let read = tokio::time::timeout(BODY_TIME, self.read(body, counts));
        let late = |_| RequestError::TooSlow(BODY_TIME.as_secs());
        read.await.map_err(late)?
    }

    async fn read(&self, mut body: Body, counts: &Counts) -> Result<Received, RequestError> {
        let too_large = || RequestError::TooLarge {
            what: "the body".to_owned(),
            limit: self.max_bytes,
        };
        // What says that it is too large is not read.
        if body.size_hint().lower() > self.max_bytes {
            return Err(too_large());
        }
        let mut received = Received {
            bytes: Vec::new(),
            _room: None,
        };
        while let Some(frame) = next_frame(&mut body).await {
            let data = frame?;
            counts.add_bytes(data.len());
            if (received.bytes.len() + data.len()) as u64 > self.max_bytes {
                return Err(too_large());
            }
            let wanted = u32::try_from(data.len()).map_err(|_| too_large())?;
            let room = Arc::clone(&self.bytes).try_acquire_many_owned(wanted);
            let room = room.map_err(|_| RequestError::Busy)?;
            match &mut received._room {
                Some(before) => before.merge(room),
                none => *none = Some(room),
            }
            received.bytes.extend_from_slice(&data);
        }
        Ok(received)
    }
}

/// The next bytes of a body; `None` at its end.
pub(crate) async fn next_frame(body: &mut Body) -> Option<Result<bytes::Bytes, RequestError>> {
    loop {
        let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
        match frame {
            Err(error) => return Some(Err(RequestError::Incomplete(error.to_string()))),
            // What is no data are trailers, which nobody asks for.
            Ok(frame) => {
                if let Ok(data) = frame.into_data() {
                    return Some(Ok(data));
                }
            }
        }
    }
}

/// The type of a body in small letters, without its parameters; empty if there is none.
///
/// # Errors
/// When the body is packed, or in another encoding than UTF-8.
pub(crate) fn media_type(
    headers: &HeaderMap,
    expected: &'static str,
) -> Result<String, RequestError> {
    let unsupported = |got: String| RequestError::UnsupportedType { got, expected };
    if let Some(encoding) = headers.get(CONTENT_ENCODING)
        && !encoding.as_bytes().eq_ignore_ascii_case(b"identity")
    {
        return Err(unsupported("a packed body".to_owned()));
    }
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Ok(String::new());
    };
    let value = value.to_str().unwrap_or("an unreadable type");
    let mut parts = value
        .split(';')
        .map(|part| part.trim().to_ascii_lowercase());
    let name = parts.next().unwrap_or_default();
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(str::to_owned));
    match charset.as_deref().map(|charset| charset.trim_matches('"')) {
        None | Some("utf-8" | "utf8" | "us-ascii") => Ok(name),
        Some(other) => Err(unsupported(format!("text in {}", other.escape_default()))),
    }
}

/// Checks that the type of a body is one of `allowed`; an empty one allows a body without a
/// type.
///
/// # Errors
/// When it is another, or [`media_type`] refuses it.
pub(crate) fn expect_type(
    headers: &HeaderMap,
    allowed: &[&str],
    expected: &'static str,
) -> Result<(), RequestError> {
    let got = media_type(headers, expected)?;
    if allowed.contains(&got.as_str()) {
        return Ok(());
    }
    Err(unexpected_type(&got, expected))
}

/// The error of a body of the type `got`, which may be empty.
pub(crate) fn unexpected_type(got: &str, expected: &'static str) -> RequestError {
    let got = match got {
        "" => "a body without a type",
        got => got,
    };
    RequestError::UnsupportedType {
        got: got.to_owned(),
        expected,
    }
}
