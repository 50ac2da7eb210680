//! The threads that read, and waiting for them.
//!
//! In: work for the processors. Out: its result, while Python's other threads run. The work
//! is done one piece after another, each on all the threads of a pool. Whoever waits listens
//! to signals, so that Ctrl-C ends the wait at once. After a fork the child has no threads of
//! its parent; it makes its own.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::NativeError;

/// How long a thread waits before it looks for signals: short for a person, long for a
/// processor.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The threads that read.
pub struct Workers {
    /// How many threads there are; 0 for one a processor.
    threads: usize,
    crew: Mutex<Crew>,
}

/// The threads of one process.
#[derive(Clone)]
struct Crew {
    process: u32,
    pool: Arc<ThreadPool>,
    /// Held by the piece of work that is being done.
    turn: Arc<Mutex<()>>,
}

impl Crew {
    fn start(threads: usize) -> Result<Self, NativeError> {
        let pool = ThreadPoolBuilder::new().num_threads(threads).build();
        Ok(Self {
            process: std::process::id(),
            pool: Arc::new(pool.map_err(no_threads)?),
            turn: Arc::default(),
        })
    }
}

impl Workers {
    /// Starts `threads` threads; one a processor if that is `None`.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn start(threads: Option<usize>) -> Result<Self, NativeError> {
        let threads = threads.unwrap_or_default();
        let crew = Mutex::new(Crew::start(threads)?);
        Ok(Self { threads, crew })
    }

    /// The threads of this process. Called with the interpreter's lock, so that no fork comes
    /// in between.
    fn crew(&self) -> Result<Crew, NativeError> {
        let mut crew = self.crew.lock().unwrap_or_else(PoisonError::into_inner);
        if crew.process != std::process::id() {
            let parents = std::mem::replace(&mut *crew, Crew::start(self.threads)?);
            // To end it is to wait for threads that are not there.
            std::mem::forget(parents);
        }
        Ok(crew.clone())
    }

    /// Does a piece of work on the threads, and waits for it. The work is told when nobody
    /// waits for it any more.
    ///
    /// # Errors
    /// What a handler of signals raises, such as `KeyboardInterrupt`; what the work panics
    /// with.
    pub fn run<T: Send + 'static>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Arc<AtomicBool>) -> T + Send + 'static,
    ) -> PyResult<T> {
        let crew = self.crew()?;
        let abandoned = Arc::new(AtomicBool::new(false));
        let (sender, mut receiver) = sync_channel(1);
        let thread = std::thread::Builder::new().name("mtlint".to_owned());
        let started = thread.spawn({
            let abandoned = Arc::clone(&abandoned);
            move || {
                let _turn = crew.turn.lock().unwrap_or_else(PoisonError::into_inner);
                if !abandoned.load(Ordering::Relaxed) {
                    // What a panic leaves half made is thrown away with it.
                    let done = AssertUnwindSafe(|| crew.pool.install(|| work(&abandoned)));
                    // Nobody may wait any more.
                    let _ = sender.send(catch_unwind(done));
                }
            }
        });
        started.map_err(no_threads)?;
        loop {
            let waited;
            (receiver, waited) = py.detach(move || {
                let waited = receiver.recv_timeout(LOOK_EVERY);
                (receiver, waited)
            });
            match waited {
                Ok(Ok(result)) => return Ok(result),
                Ok(Err(panic)) => return Err(panicked(&*panic).into()),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(panicked(&"it gave no result").into());
                }
            }
            py.check_signals()
                .inspect_err(|_| abandoned.store(true, Ordering::Relaxed))?;
        }
    }
}

fn no_threads(error: impl ToString) -> NativeError {
    NativeError::Threads {
        problem: error.to_string(),
    }
}

/// The error of a panic.
fn panicked(panic: &(dyn Any + Send)) -> NativeError {
    let words = panic.downcast_ref::<String>().map(String::as_str);
    let words = words.or_else(|| panic.downcast_ref::<&str>().copied());
    NativeError::Panic {
        words: words.unwrap_or("it says no more").to_owned(),
    }
}
