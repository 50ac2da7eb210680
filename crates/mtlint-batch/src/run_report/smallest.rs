//! The first few of many by some order.
//!
//! In: items with their keys, one at a time. Out: the items with the smallest keys, in
//! order. Never more than about twice as many are held. Nothing is known of what the
//! items are.

/// Sorting is put off until this many more than wanted have come.
const SLACK: usize = 64;

/// Keeps the items with the smallest keys.
#[derive(Debug)]
pub(super) struct Smallest<K, T> {
    wanted: usize,
    items: Vec<(K, T)>,
    /// No item with a larger key than this one has a chance.
    bound: Option<K>,
}

impl<K: Ord + Clone, T> Smallest<K, T> {
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            wanted,
            items: Vec::new(),
            bound: None,
        }
    }

    /// Adds an item, which is only made if it has a chance.
    pub(super) fn add(&mut self, key: K, item: impl FnOnce() -> T) {
        if self.wanted == 0 || self.bound.as_ref().is_some_and(|bound| key > *bound) {
            return;
        }
        self.items.push((key, item()));
        if self.items.len() >= self.wanted.saturating_mul(2).saturating_add(SLACK) {
            self.shorten();
            self.bound = self.items.last().map(|(key, _)| key.clone());
        }
    }

    fn shorten(&mut self) {
        self.items.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.items.truncate(self.wanted);
    }

    pub(super) fn finish(mut self) -> Vec<T> {
        self.shorten();
        self.items.into_iter().map(|(_, item)| item).collect()
    }
}

/// Counts documents, and keeps those that come first in their run.
#[derive(Debug)]
pub(super) struct FirstDocuments<T> {
    all: u64,
    first: Smallest<i64, T>,
}

impl<T> FirstDocuments<T> {
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            all: 0,
            first: Smallest::new(wanted),
        }
    }

    pub(super) fn count(&mut self, position: i64, document: impl FnOnce() -> T) {
        self.all += 1;
        self.first.add(position, document);
    }

    pub(super) fn all(&self) -> u64 {
        self.all
    }

    pub(super) fn finish(self) -> Vec<T> {
        self.first.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_are_kept_in_order_whenever_they_come() {
        for wanted in [0, 1, 3, 500, 2_000] {
            let mut smallest = Smallest::new(wanted);
            for number in 0..1_000u64 {
                // Every number below 1,000 once, in no order.
                let key = number * 387 % 1_000;
                smallest.add(key, || key);
            }
            let kept = smallest.finish();
            let right: Vec<u64> = (0..1_000).take(wanted).collect();
            assert_eq!(kept, right);
        }
    }
}
