//! Which sentences of two versions of one text stand for each other.
//!
//! In: the sentences of two versions, in order. Out: [`Block`]s, in order, that together
//! hold every sentence of both once. Versions tell the same in the same order, so
//! sentences are aligned in order: the alignment of greatest weight, where one sentence
//! stands for one or two of the other version, and sentences weigh by the rare words that
//! they share. What is left between two pairs is paired by its place.

use std::collections::HashMap;
use std::ops::Range;

/// Least share of the two sentences' weight that aligned ones have in common.
const MIN_SHARE: f32 = 0.15;

/// Sentences that a counterpart may stand away from where it would stand if both versions
/// grew evenly. The work grows with the length of the text times this.
const BAND: usize = 200;

/// The steps of an alignment: so many sentences of the one version and of the other. On a
/// tie the first one is taken.
const STEPS: [(usize, usize); 5] = [(1, 1), (2, 1), (1, 2), (1, 0), (0, 1)];

/// Sentences of two versions that stand for each other; one of the ranges may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    /// The sentences of the one version.
    pub(super) base: Range<usize>,
    /// The sentences of the other.
    pub(super) other: Range<usize>,
    /// Whether they share words; else their places alone put them together.
    pub(super) matched: bool,
}

/// Aligns the sentences of two versions.
pub(super) fn align(base: &[&str], other: &[&str]) -> Vec<Block> {
    let same = |(a, b): &(&&str, &&str)| a == b;
    let front = base.iter().zip(other).take_while(same).count();
    let left = base.len().min(other.len()) - front;
    let ends = base.iter().rev().zip(other.iter().rev());
    let back = ends.take(left).take_while(same).count();
    let equal = |base: usize, other: usize| Block {
        base: base..base + 1,
        other: other..other + 1,
        matched: true,
    };
    let (base_end, other_end) = (base.len() - back, other.len() - back);
    let mut pairs: Vec<Block> = (0..front).map(|at| equal(at, at)).collect();
    let middle = best_pairs(&base[front..base_end], &other[front..other_end]);
    pairs.extend(middle.into_iter().map(|pair| Block {
        base: pair.base.start + front..pair.base.end + front,
        other: pair.other.start + front..pair.other.end + front,
        ..pair
    }));
    pairs.extend((0..back).map(|at| equal(base_end + at, other_end + at)));
    with_gaps(pairs, base.len(), other.len())
}

/// The words of a sentence, or of two, each once.
struct Bag {
    /// The numbers of the words, sorted.
    words: Vec<usize>,
    /// The weight of the words together.
    weight: f32,
}

/// The bags of both versions: each sentence alone, and with the one after it.
struct Bags {
    weights: Vec<f32>,
    base: [Vec<Bag>; 2],
    other: [Vec<Bag>; 2],
}

impl Bags {
    fn new(base: &[&str], other: &[&str]) -> Self {
        let mut numbers = HashMap::new();
        let mut numbered = |sentence: &&str| {
            let words = words(sentence).map(|word| {
                let next = numbers.len();
                *numbers.entry(word.to_lowercase()).or_insert(next)
            });
            distinct(words.collect())
        };
        let base: Vec<Vec<usize>> = base.iter().map(&mut numbered).collect();
        let other: Vec<Vec<usize>> = other.iter().map(&mut numbered).collect();
        let mut counts = vec![0.0f32; numbers.len()];
        for word in base.iter().chain(&other).flatten() {
            counts[*word] += 1.0;
        }
        let sentences = (base.len() + other.len()) as f32;
        let weights = counts.iter().map(|count| (1.0 + sentences / count).ln());
        let weights: Vec<f32> = weights.collect();
        let bag = |words: Vec<usize>| Bag {
            weight: words.iter().map(|word| weights[*word]).sum(),
            words,
        };
        let bags = |sentences: Vec<Vec<usize>>| {
            let twos = sentences.windows(2).map(|two| bag(distinct(two.concat())));
            let twos: Vec<Bag> = twos.collect();
            let ones: Vec<Bag> = sentences.into_iter().map(bag).collect();
            [ones, twos]
        };
        Self {
            base: bags(base),
            other: bags(other),
            weights,
        }
    }

    /// The share of their weight that two bags have in common, 0 to 1.
    fn share(&self, a: &Bag, b: &Bag) -> f32 {
        let whole = (a.weight * b.weight).sqrt();
        if whole <= 0.0 {
            return 0.0;
        }
        let (mut shared, mut at) = (0.0, 0);
        for word in &a.words {
            while b.words.get(at).is_some_and(|other| other < word) {
                at += 1;
            }
            if b.words.get(at) == Some(word) {
                shared += self.weights[*word];
            }
        }
        shared / whole
    }

    /// What it is worth that `step` ends before the sentences `i` and `j`; `None` where
    /// the sentences of the step share too little.
    fn worth(&self, (take, give): (usize, usize), i: usize, j: usize) -> Option<f32> {
        if take == 0 || give == 0 {
            return Some(0.0);
        }
        let own = self.base[take - 1].get(i - take)?;
        let other = self.other[give - 1].get(j - give)?;
        let share = self.share(own, other);
        (share >= MIN_SHARE).then_some(share)
    }
}

/// The words of a sentence.
pub(super) fn words(sentence: &str) -> impl Iterator<Item = &str> {
    let parts = sentence.split(|c: char| !c.is_alphanumeric());
    parts.filter(|part| !part.is_empty())
}

fn distinct(mut words: Vec<usize>) -> Vec<usize> {
    words.sort_unstable();
    words.dedup();
    words
}

/// The sentences that share words and belong together, in order, by the alignment of
/// greatest weight near the diagonal.
fn best_pairs(base: &[&str], other: &[&str]) -> Vec<Block> {
    let (n, m) = (base.len(), other.len());
    if n == 0 || m == 0 {
        return Vec::new();
    }
    let bags = Bags::new(base, other);
    let middle = |i: usize| i * m / n;
    // The slope may be steep: a row reaches over the middle of the next.
    let reach = BAND + m / n;
    let from = |i: usize| middle(i).saturating_sub(reach);
    let until = |i: usize| (middle(i) + reach).min(m);
    let mut best: Vec<Vec<f32>> = Vec::with_capacity(n + 1);
    let mut taken: Vec<Vec<u8>> = Vec::with_capacity(n + 1);
    for i in 0..=n {
        let mut row = vec![f32::NEG_INFINITY; until(i) + 1 - from(i)];
        let mut steps = vec![0u8; row.len()];
        for j in from(i)..=until(i) {
            let at = j - from(i);
            if i == 0 && j == 0 {
                row[at] = 0.0;
                continue;
            }
            for (number, step) in (0u8..).zip(STEPS) {
                let (Some(k), Some(l)) = (i.checked_sub(step.0), j.checked_sub(step.1)) else {
                    continue;
                };
                let values = if k == i { &row } else { &best[k] };
                let before = l.checked_sub(from(k)).and_then(|l| values.get(l));
                let Some(before) = before.copied().filter(|before| before.is_finite()) else {
                    continue;
                };
                if let Some(worth) = bags.worth(step, i, j)
                    && before + worth > row[at]
                {
                    row[at] = before + worth;
                    steps[at] = number;
                }
            }
        }
        // Only the last two rows are read again.
        if i >= 2 {
            best[i - 2] = Vec::new();
        }
        best.push(row);
        taken.push(steps);
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (n, m);
    while i > 0 || j > 0 {
        let (take, give) = STEPS[usize::from(taken[i][j - from(i)])];
        if take > 0 && give > 0 {
            pairs.push(Block {
                base: i - take..i,
                other: j - give..j,
                matched: true,
            });
        }
        i -= take;
        j -= give;
    }
    pairs.reverse();
    pairs
}

/// The pairs with what stands between them, up to the ends of both versions.
fn with_gaps(pairs: Vec<Block>, base: usize, other: usize) -> Vec<Block> {
    let end = Block {
        base: base..base,
        other: other..other,
        matched: false,
    };
    let mut blocks = Vec::new();
    let (mut i, mut j) = (0, 0);
    for pair in pairs.into_iter().chain([end]) {
        blocks.extend(gap(i..pair.base.start, j..pair.other.start));
        (i, j) = (pair.base.end, pair.other.end);
        if pair.matched {
            blocks.push(pair);
        }
    }
    blocks
}

/// The blocks of sentences that share no words: one by one where there are as many of
/// both, or where one version has none; else all of them together.
fn gap(base: Range<usize>, other: Range<usize>) -> Vec<Block> {
    let block = |base: Range<usize>, other: Range<usize>| Block {
        base,
        other,
        matched: false,
    };
    let (i, j) = (base.start, other.start);
    if base.len() == other.len() {
        let pairs = base.zip(other);
        return pairs.map(|(i, j)| block(i..i + 1, j..j + 1)).collect();
    }
    if other.is_empty() {
        return base.map(|i| block(i..i + 1, j..j)).collect();
    }
    if base.is_empty() {
        return other.map(|j| block(i..i, j..j + 1)).collect();
    }
    vec![block(base, other)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(base: &[&str], other: &[&str]) -> Vec<(Range<usize>, Range<usize>)> {
        let blocks = align(base, other).into_iter();
        blocks.map(|block| (block.base, block.other)).collect()
    }

    #[test]
    fn a_sentence_meets_the_one_that_was_reworded() {
        let base = [
            "The mill closed in March.",
            "Forty workers lost their posts.",
        ];
        let other = [
            "In March the mill was shut.",
            "Nobody had warned them.",
            "Their posts were lost by forty workers.",
        ];
        assert_eq!(
            ranges(&base, &other),
            [(0..1, 0..1), (1..1, 1..2), (1..2, 2..3)]
        );
    }

    #[test]
    fn a_sentence_that_was_split_keeps_both_parts() {
        let base = [
            "First.",
            "The old mill closed and forty workers went home.",
            "Last.",
        ];
        let other = [
            "First.",
            "The old mill closed.",
            "Forty workers went home.",
            "Last.",
        ];
        let expected = [(0..1, 0..1), (1..2, 1..3), (2..3, 3..4)];
        assert_eq!(ranges(&base, &other), expected);
        let turned = expected.map(|(base, other)| (other, base));
        assert_eq!(ranges(&other, &base), turned);
    }

    #[test]
    fn short_sentences_without_a_common_word_are_paired_by_place() {
        let base = [
            "The mill closed in March.",
            "Indeed.",
            "Forty workers left.",
        ];
        let other = ["The mill closed in April.", "Yes!", "Forty workers stayed."];
        let found = align(&base, &other);
        let matched: Vec<bool> = found.iter().map(|block| block.matched).collect();
        assert_eq!(matched, [true, false, true]);
        assert_eq!(
            (found[1].base.clone(), found[1].other.clone()),
            (1..2, 1..2)
        );
    }

    #[test]
    fn every_sentence_is_in_one_block_however_the_lengths_differ() {
        let long: Vec<String> = (0..900)
            .map(|at| format!("Word{at} stands here."))
            .collect();
        let long: Vec<&str> = long.iter().map(String::as_str).collect();
        let short = [long[3], "Something else.", long[890]];
        let none: &[&str] = &[];
        let (long, short) = (&long[..], &short[..]);
        for (base, other) in [(long, short), (short, long), (short, none), (none, none)] {
            let (mut i, mut j) = (0, 0);
            for block in align(base, other) {
                assert_eq!((block.base.start, block.other.start), (i, j));
                (i, j) = (block.base.end, block.other.end);
            }
            assert_eq!((i, j), (base.len(), other.len()));
        }
    }
}
