//! A pool of working spaces that tasks take and give back, so that memory is allocated once.
//!
//! In: a function that makes a working space, then tasks. Out: their results. Nothing is cleared
//! between tasks.

use std::sync::{Mutex, PoisonError};

/// A pool of working spaces; it holds those that no task is using.
pub(super) struct Pool<T, F = fn() -> T> {
    make: F,
    spaces: Mutex<Vec<T>>,
}

impl<T, F: Fn() -> T> Pool<T, F> {
    /// An empty pool; `make` makes a space when all others are in use.
    pub(super) fn new(make: F) -> Self {
        Self {
            make,
            spaces: Mutex::new(Vec::new()),
        }
    }

    /// Does some work with a space that no other task is using.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let spaces = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spaces().pop();
        let mut space = taken.unwrap_or_else(&self.make);
        let result = work(&mut space);
        spaces().push(space);
        result
    }
}
