//! The standard streams of this process, those included that are closed.
//!
//! In: the file descriptors that the process was started with. Out: what reads standard
//! input and writes standard output. Rust puts `/dev/null` in the place of a stream that is
//! closed, where a report would be lost without a word; so that is looked at before.

use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};

/// What reads standard input.
pub fn input() -> Box<dyn BufRead> {
    if closed::INPUT.is_closed() {
        return Box::new(BufReader::new(Closed));
    }
    Box::new(io::stdin().lock())
}

/// What writes standard output.
pub fn output() -> Box<dyn Write> {
    if closed::OUTPUT.is_closed() {
        return Box::new(Closed);
    }
    Box::new(BufWriter::new(io::stdout().lock()))
}

/// A stream that is closed: nothing can be read and nothing written.
struct Closed;

impl Closed {
    fn error() -> io::Error {
        io::Error::new(io::ErrorKind::NotConnected, "it is closed")
    }
}

impl Read for Closed {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(Self::error())
    }
}

impl Write for Closed {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(Self::error())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Which streams were closed when the process began.
#[cfg(unix)]
mod closed {
    use std::os::fd::BorrowedFd;
    use std::sync::atomic::{AtomicBool, Ordering};

    /// Whether a stream was closed.
    pub(super) struct Flag(AtomicBool);

    impl Flag {
        pub(super) fn is_closed(&self) -> bool {
            self.0.load(Ordering::Relaxed)
        }

        fn set(&self, stream: BorrowedFd<'_>) {
            let closed = rustix::io::fcntl_getfd(stream) == Err(rustix::io::Errno::BADF);
            self.0.store(closed, Ordering::Relaxed);
        }
    }

    // Before `main` there is nothing else to keep them in.
    pub(super) static INPUT: Flag = Flag(AtomicBool::new(false));
    pub(super) static OUTPUT: Flag = Flag(AtomicBool::new(false));

    ctor::declarative::ctor! {
        // Safe before `main`: it asks the system two questions and allocates nothing.
        #[ctor(unsafe)]
        fn look() {
            INPUT.set(rustix::stdio::stdin());
            OUTPUT.set(rustix::stdio::stdout());
        }
    }
}

/// Which streams were closed when the process began: elsewhere than on Unix, Rust says so
/// itself.
#[cfg(not(unix))]
mod closed {
    pub(super) struct Flag;

    impl Flag {
        pub(super) fn is_closed(&self) -> bool {
            false
        }
    }

    pub(super) static INPUT: Flag = Flag;
    pub(super) static OUTPUT: Flag = Flag;
}
