//! Clients that do not take what is sent to them.
//!
//! In: a connection. Out: the same, on which a client that takes nothing of its answer for a
//! while is an error. hyper limits the time in which a request comes, but not the time in which
//! its answer is taken.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A client that takes nothing of its answer for this long has gone.
const WRITE_TIME: Duration = Duration::from_secs(60);

/// A connection without clients that take nothing.
pub(crate) struct WithoutSlowReaders<T> {
    inner: T,
    /// Runs while a write waits.
    deadline: Pin<Box<Sleep>>,
    waits: bool,
}

impl<T> WithoutSlowReaders<T> {
    /// The connection `inner`.
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner,
            deadline: Box::pin(sleep(WRITE_TIME)),
            waits: false,
        }
    }

    /// What came of writing, or that it waits for too long.
    fn in_time<R>(
        &mut self,
        written: Poll<io::Result<R>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<R>> {
        if written.is_ready() {
            self.waits = false;
            return written;
        }
        if !self.waits {
            self.waits = true;
            self.deadline.as_mut().reset(Instant::now() + WRITE_TIME);
        }
        match self.deadline.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for WithoutSlowReaders<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for WithoutSlowReaders<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.in_time(written, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.inner).poll_flush(context);
        self.in_time(flushed, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let shut = Pin::new(&mut self.inner).poll_shutdown(context);
        self.in_time(shut, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(context, parts);
        self.in_time(written, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_loses_the_connection_and_who_is_slow_does_not() {
        let (client, server) = duplex(4);
        let mut server = WithoutSlowReaders::new(server);
        let written = server.write_all(b"more than fits").await;
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(client);

        let (mut client, server) = duplex(4);
        let mut server = WithoutSlowReaders::new(server);
        let reader = tokio::spawn(async move {
            let mut read = [0; 4];
            for _ in 0..4 {
                sleep(WRITE_TIME / 2).await;
                client.read_exact(&mut read).await.unwrap();
            }
        });
        server.write_all(&[7; 16]).await.unwrap();
        reader.await.unwrap();
    }
}
