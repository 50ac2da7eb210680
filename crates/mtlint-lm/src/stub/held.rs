//! A stand-in language model that waits until it is let go, for tests of what happens meanwhile.
//!
//! In: a [`Stub`], and texts. Out: its numbers, once the model is let go; and which texts were
//! begun to be read.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use super::Stub;
use crate::{LanguageModel, LmError, ModelId, Prefix, ReadOptions, TokenCounts, TokenScores};

/// The stand-in language model, which waits before it reads whole texts until it is let go, and
/// notes them.
pub struct Held {
    stub: Stub,
    open: Mutex<bool>,
    opened: Condvar,
    read: Mutex<Vec<String>>,
}

impl Held {
    /// A model that reads as `stub` does; it waits unless it is `open`.
    pub fn new(stub: Stub, open: bool) -> Arc<Self> {
        Arc::new(Self {
            stub,
            open: Mutex::new(open),
            opened: Condvar::new(),
            read: Mutex::default(),
        })
    }

    /// Lets the model read, from now on.
    pub fn let_go(&self) {
        *lock(&self.open) = true;
        self.opened.notify_all();
    }

    /// The texts that were begun to be read as a whole, in that order.
    pub fn texts(&self) -> Vec<String> {
        lock(&self.read).clone()
    }

    /// How often a text with `mark` in it was begun to be read as a whole.
    pub fn readings(&self, mark: &str) -> usize {
        let read = lock(&self.read);
        read.iter().filter(|text| text.contains(mark)).count()
    }
}

/// Nothing is left half done under a lock, whoever panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LanguageModel for Held {
    fn id(&self) -> &ModelId {
        self.stub.id()
    }

    fn layers(&self) -> usize {
        self.stub.layers()
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        let noted = texts.iter().map(|text| (*text).to_owned());
        lock(&self.read).extend(noted);
        let waited = self.opened.wait_while(lock(&self.open), |open| !*open);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        self.stub.read(texts, options)
    }

    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        self.stub.read_continuations(prefixes)
    }

    fn tokens(&self) -> TokenCounts {
        self.stub.tokens()
    }

    fn token_text(&self, id: u32) -> String {
        self.stub.token_text(id)
    }
}
