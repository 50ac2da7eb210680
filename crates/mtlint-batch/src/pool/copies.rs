//! Whether two articles are the same article with small changes.
//!
//! In: the folded words of articles. Out: [`Shingles`], the runs of three words
//! in one; how much of the wording two of them share; and a few [`bands`] of
//! numbers, of which near copies very probably share one, so that an index
//! finds them without comparing every pair. It does not say which copy is the
//! better one.
//!
//! The bands are those of MinHash: A. Broder, "On the resemblance and
//! containment of documents", 1997, with the banding of J. Leskovec,
//! A. Rajaraman and J. Ullman, "Mining of Massive Datasets", chapter 3. Only
//! signatures are needed here, since the index of the pool does the rest, and
//! they have to come out the same in every run, which libraries with a seeded
//! hasher of their own do not promise.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::vocabulary::WordEntry;

/// Words in a run.
const RUN_WORDS: usize = 3;

/// Share of all runs that two articles have in common, from which one is a near
/// copy of the other: an edited wire report keeps more, and two translations of
/// one text far less.
pub(super) const MIN_COPY_RESEMBLANCE: f64 = 0.5;

/// Shorter texts are no copies of anything: a few phrases are shared by chance.
const MIN_RUNS: usize = 12;

/// Bands, and the numbers in each: articles that share half of their runs meet
/// in a band with a probability of 1 − (1 − 0.5³)²⁴ = 96 %, and those that share
/// four fifths always but for one in ten million.
const BANDS: usize = 24;
const ROWS: usize = 3;

/// The runs of words of one article, each as a number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Shingles(BTreeSet<u64>);

impl Shingles {
    /// The runs in `words`.
    pub(super) fn new(words: &[Arc<WordEntry>]) -> Self {
        let words: Vec<&str> = words.iter().map(|word| word.form.folded.as_str()).collect();
        Self::of(&words)
    }

    fn of(words: &[&str]) -> Self {
        Self(words.windows(RUN_WORDS).map(hashed).collect())
    }

    /// The share of both articles' runs that stand in both, 0 to 1.
    pub(super) fn resemblance(&self, other: &Self) -> f64 {
        let shared = self.0.intersection(&other.0).count();
        let all = self.0.len() + other.0.len() - shared;
        if all == 0 {
            return 0.0;
        }
        shared as f64 / all as f64
    }

    /// Whether the two are one article with small changes.
    pub(super) fn near_copy(&self, other: &Self) -> bool {
        let runs = self.0.len().min(other.0.len());
        runs >= MIN_RUNS && self.resemblance(other) >= MIN_COPY_RESEMBLANCE
    }

    /// Numbers of which near copies share one; none for a short text.
    pub(super) fn bands(&self) -> Vec<u64> {
        if self.0.len() < MIN_RUNS {
            return Vec::new();
        }
        (0..BANDS)
            .map(|band| {
                let rows = (0..ROWS).map(|row| self.minimum((band * ROWS + row) as u64));
                rows.fold(band as u64, |sum, minimum| mixed(sum ^ minimum))
            })
            .collect()
    }

    /// The least of the runs' numbers after the `turn`th shuffling of all.
    fn minimum(&self, turn: u64) -> u64 {
        let seed = mixed(turn.wrapping_add(1));
        let shuffled = self.0.iter().map(|run| mixed(run ^ seed));
        shuffled.min().unwrap_or(u64::MAX)
    }
}

/// FNV-1a over the words and the spaces between them, mixed.
fn hashed(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([b' ']));
    mixed(bytes.fold(0xcbf2_9ce4_8422_2325, |sum: u64, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    }))
}

/// A permutation of the numbers of 64 bits: the last step of SplitMix64
/// (S. Vigna's public-domain version).
fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shingles(words: impl Iterator<Item = String>) -> Shingles {
        let words: Vec<String> = words.collect();
        Shingles::of(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn words(count: usize, change_every: usize) -> Shingles {
        let word = |index: usize| match index % change_every {
            0 => format!("changed{index}"),
            _ => format!("word{index}"),
        };
        shingles((1..=count).map(word))
    }

    fn meet(a: &Shingles, b: &Shingles) -> bool {
        let bands = b.bands();
        a.bands().iter().any(|band| bands.contains(band))
    }

    #[test]
    fn small_changes_leave_a_near_copy_that_shares_a_band() {
        let original = words(300, usize::MAX);
        let edited = words(300, 25);
        assert!(original.near_copy(&edited));
        assert!(meet(&original, &edited));
    }

    #[test]
    fn many_changes_leave_none() {
        let original = words(300, usize::MAX);
        let rewritten = words(300, 4);
        assert!(!original.near_copy(&rewritten));
        assert!(original.resemblance(&rewritten) > 0.0);
        let other = shingles((0..300).map(|index| format!("else{index}")));
        assert!(!meet(&original, &other));
    }

    #[test]
    fn bands_meet_about_as_often_as_reckoned() {
        // Pairs that share half of their runs: 96 of 100 are to meet.
        let pair = |seed: usize| {
            let run = |index: usize| mixed((seed * 10_000 + index) as u64);
            let of = |runs: std::ops::Range<usize>| Shingles(runs.map(run).collect());
            (of(0..300), of(100..400))
        };
        let met = (0..200).map(pair).filter(|(a, b)| meet(a, b)).count();
        assert!((180..=200).contains(&met), "{met} of 200");
    }

    #[test]
    fn short_texts_are_no_copies() {
        let short = words(8, usize::MAX);
        assert!(!short.near_copy(&short));
        assert!(short.bands().is_empty());
        assert_eq!(Shingles::default().resemblance(&Shingles::default()), 0.0);
    }
}
