//! Working spaces that tasks take and give back, so that none is made twice.

use std::sync::{Mutex, PoisonError};

/// Spaces that no task has at the moment.
pub(super) struct Pool<T, F = fn() -> T> {
    make: F,
    spaces: Mutex<Vec<T>>,
}

impl<T, F: Fn() -> T> Pool<T, F> {
    /// `make` makes one more when all are taken.
    pub fn new(make: F) -> Self {
        Self {
            make,
            spaces: Mutex::new(Vec::new()),
        }
    }

    /// Does some work with a space that is nobody else's.
    pub fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        let spaces = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = spaces().pop();
        let mut space = taken.unwrap_or_else(&self.make);
        let result = work(&mut space);
        spaces().push(space);
        result
    }
}
