//! What was made before, by what it was made of.
//!
//! In: keys and values, each with its size. Out: the values again. What was used longest ago
//! is forgotten first, once the sizes add up to more than is allowed. It makes nothing.

use std::hash::Hash;

use lru::LruCache;

/// A value larger than this share of a cache is not kept: it would drive out all others.
const LARGEST_SHARE: usize = 2;

/// Values by their keys, which have at most a given number of bytes together. Those that were
/// used longest ago go first.
pub struct Cache<K: Hash + Eq, V> {
    entries: LruCache<K, (V, usize)>,
    bytes: usize,
    max_bytes: usize,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// An empty cache of at most `max_bytes`; with 0 it keeps nothing.
    pub fn new(max_bytes: usize) -> Self {
        Self {
            entries: LruCache::unbounded(),
            bytes: 0,
            max_bytes,
        }
    }

    /// The value under `key`, if it is kept.
    pub fn get(&mut self, key: &K) -> Option<V> {
        self.entries.get(key).map(|(value, _)| value.clone())
    }

    /// The keys with their values, those that were used last first. To look at them is no use.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let entries = self.entries.iter();
        entries.map(|(key, (value, _))| (key, value))
    }

    /// Forgets what is kept under `key`.
    pub fn remove(&mut self, key: &K) {
        if let Some((_, bytes)) = self.entries.pop(key) {
            self.bytes -= bytes;
        }
    }

    /// Whether a value of so many bytes would be kept: not if that is more than half of what may
    /// be.
    pub fn takes(&self, bytes: usize) -> bool {
        bytes <= self.max_bytes / LARGEST_SHARE
    }

    /// Keeps a value of `bytes` bytes under `key`, if it [takes](Self::takes) as many.
    pub fn put(&mut self, key: K, value: V, bytes: usize) {
        if !self.takes(bytes) {
            return;
        }
        self.bytes += bytes;
        if let Some((_, (_, before))) = self.entries.push(key, (value, bytes)) {
            self.bytes -= before;
        }
        while self.bytes > self.max_bytes
            && let Some((_, (_, oldest))) = self.entries.pop_lru()
        {
            self.bytes -= oldest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_goes_first() {
        let mut cache = Cache::new(100);
        for name in ["a", "b", "c", "d"] {
            cache.put(name, name.len(), 25);
        }
        assert_eq!(cache.iter().next(), Some((&"d", &1)));
        assert_eq!(cache.get(&"a"), Some(1));
        cache.put("e", 1, 20);
        assert_eq!(cache.get(&"b"), None);
        assert_eq!((cache.get(&"a"), cache.get(&"e")), (Some(1), Some(1)));
        assert_eq!(cache.bytes, 95);
        cache.remove(&"a");
        cache.remove(&"no such");
        assert_eq!((cache.get(&"a"), cache.bytes), (None, 70));
    }

    #[test]
    fn a_value_that_is_put_again_counts_once_and_a_large_one_is_not_kept() {
        let mut cache = Cache::new(100);
        cache.put("a", 1, 25);
        cache.put("a", 2, 10);
        assert_eq!((cache.get(&"a"), cache.bytes), (Some(2), 10));
        cache.put("large", 3, 51);
        assert_eq!((cache.get(&"large"), cache.bytes), (None, 10));
        let mut none = Cache::new(0);
        none.put("a", 1, 1);
        assert_eq!(none.get(&"a"), None);
    }
}
