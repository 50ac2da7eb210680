//! The first few of many by some order.
//!
//! In: items with their places, one at a time. Out: those with the least
//! places, in order. It never holds more than about twice as many.

/// Sorting is put off until this many more than wanted have come.
const SLACK: usize = 64;

/// Keeps the items with the least places.
#[derive(Debug)]
pub(super) struct Least<P, T> {
    wanted: usize,
    items: Vec<(P, T)>,
    /// Places after this one are out already.
    last: Option<P>,
}

impl<P: Ord + Clone, T> Least<P, T> {
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            wanted,
            items: Vec::new(),
            last: None,
        }
    }

    /// Adds an item, which is only made if it has a chance.
    pub(super) fn add(&mut self, place: P, item: impl FnOnce() -> T) {
        if self.wanted == 0 || self.last.as_ref().is_some_and(|last| place > *last) {
            return;
        }
        self.items.push((place, item()));
        if self.items.len() >= self.wanted.saturating_mul(2).saturating_add(SLACK) {
            self.shorten();
            self.last = self.items.last().map(|(place, _)| place.clone());
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

/// Documents, counted, and those that come first in their run.
#[derive(Debug)]
pub(super) struct First<T> {
    all: u64,
    first: Least<i64, T>,
}

impl<T> First<T> {
    pub(super) fn new(wanted: usize) -> Self {
        Self {
            all: 0,
            first: Least::new(wanted),
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
    fn the_least_are_kept_in_order_whenever_they_come() {
        for wanted in [0, 1, 3, 500, 2_000] {
            let mut least = Least::new(wanted);
            for number in 0..1_000u64 {
                // Every number below 1,000 once, in no order.
                let place = number * 387 % 1_000;
                least.add(place, || place);
            }
            let kept = least.finish();
            let right: Vec<u64> = (0..1_000).take(wanted).collect();
            assert_eq!(kept, right);
        }
    }
}
