//! The signals that ask the program to end.
//!
//! In: SIGTERM and SIGINT. Out: a flag for whoever has something to bring to an end first.
//! While nobody has, the system does what it always does; a second signal always ends the
//! program at once. Elsewhere than on Unix there are no such signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// The signals of this process, shared by all that wait for them.
#[derive(Clone, Default)]
pub struct Signals(Arc<State>);

#[derive(Default)]
struct State {
    /// Whether the system's own way is taken: nobody waits, or a signal has come before.
    by_default: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    /// The number of the last signal.
    caught: Arc<AtomicUsize>,
    waiting: AtomicUsize,
    registered: AtomicBool,
}

/// Somebody who waits for signals, until it is dropped.
pub struct Watch(Signals);

impl Signals {
    /// Begins to wait: from here on the first signal only sets the flag.
    ///
    /// # Errors
    /// When the system does not let this program wait for signals.
    pub fn watch(&self) -> io::Result<Watch> {
        if !self.0.registered.swap(true, Ordering::Relaxed) {
            self.register()?;
        }
        self.0.waiting.fetch_add(1, Ordering::Relaxed);
        self.0.by_default.store(self.stopped(), Ordering::Relaxed);
        Ok(Watch(self.clone()))
    }

    fn stopped(&self) -> bool {
        self.0.stop.load(Ordering::Relaxed)
    }

    fn register(&self) -> io::Result<()> {
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGINT, SIGTERM};
            use signal_hook::flag;
            let state = &self.0;
            for signal in [SIGTERM, SIGINT] {
                flag::register_conditional_default(signal, Arc::clone(&state.by_default))?;
                flag::register(signal, Arc::clone(&state.by_default))?;
                flag::register(signal, Arc::clone(&state.stop))?;
                let number = usize::try_from(signal).unwrap_or_default();
                flag::register_usize(signal, Arc::clone(&state.caught), number)?;
            }
        }
        Ok(())
    }
}

impl Watch {
    /// The flag that a signal sets.
    pub fn flag(&self) -> &Arc<AtomicBool> {
        &self.0.0.stop
    }

    /// Stops waiting. A signal that has come does now what it always does, unless somebody
    /// else waits too.
    pub fn give_way(self) {
        let state = Arc::clone(&self.0.0);
        drop(self);
        #[cfg(unix)]
        if state.waiting.load(Ordering::Relaxed) == 0
            && state.stop.load(Ordering::Relaxed)
            && let Ok(signal) = i32::try_from(state.caught.load(Ordering::Relaxed))
        {
            // Where it cannot be done, the program goes on to its own end.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
        #[cfg(not(unix))]
        drop(state);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let state = &self.0.0;
        if state.waiting.fetch_sub(1, Ordering::Relaxed) == 1 {
            state.by_default.store(true, Ordering::Relaxed);
        }
    }
}
