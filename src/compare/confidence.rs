//! How sure it is that one version of a text is better than another.
//!
//! In: the scores of two versions, the rate of each sentence, and which sentences stand
//! for each other. Out: a probability. It is the normal approximation: the difference of
//! the qualities over its standard error, which is taken from the aligned sentences. What
//! the detector gets wrong in both versions alike is not in it.

use std::ops::Range;

use crate::score::Score;

use super::align::Block;

/// From so many aligned places on their spread alone gives the standard error. Of fewer it
/// is a guess, and is no smaller than the intervals of both qualities make it.
const ENOUGH_PLACES: usize = 10;

/// Half the width of the interval that holds 95 % of a normal distribution, in standard
/// deviations.
const NORMAL_95: f64 = 1.96;

/// A version as far as it is compared with another.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    /// The score of the version.
    pub(super) score: &'a Score,
    /// For each sentence the share of its words that an editor would change.
    pub(super) rates: &'a [f32],
    /// How many words each sentence has.
    pub(super) words: &'a [usize],
}

/// The probability that the version `first` is better than `second`. The sentences of
/// `first` are the base of `blocks`.
pub(super) fn p_better(first: Side<'_>, second: Side<'_>, blocks: &[Block]) -> f32 {
    let difference = f64::from(first.score.quality) - f64::from(second.score.quality);
    if difference == 0.0 {
        return 0.5;
    }
    let mut error = paired_error(first, second, blocks);
    if blocks.len() < ENOUGH_PLACES {
        error = error.max(interval_error(first.score).hypot(interval_error(second.score)));
    }
    // Without an error the sign alone decides.
    normal_cdf(difference / error) as f32
}

/// The standard error of the difference of two qualities over the places of the text.
/// Each place counts with how far it moves the one quality less how far it moves the other.
fn paired_error(first: Side<'_>, second: Side<'_>, blocks: &[Block]) -> f64 {
    let all = |side: Side<'_>| changed(side, 0..side.words.len());
    let (first_all, second_all) = (all(first), all(second));
    // How far some sentences move the rate of their version from its mean.
    let influence = |(changed, words): (f64, f64), (all_changed, all): (f64, f64)| {
        if all > 0.0 {
            (changed - all_changed / all * words) / all
        } else {
            0.0
        }
    };
    let moves = blocks.iter().map(|block| {
        influence(changed(first, block.base.clone()), first_all)
            - influence(changed(second, block.other.clone()), second_all)
    });
    let moves: Vec<f64> = moves.collect();
    let count = moves.len() as f64;
    if count < 2.0 {
        return 0.0;
    }
    let mean = moves.iter().sum::<f64>() / count;
    let squares: f64 = moves.iter().map(|one| (one - mean).powi(2)).sum();
    100.0 * (squares * count / (count - 1.0)).sqrt()
}

/// How many words of some sentences an editor would change, and how many they have.
fn changed(side: Side<'_>, sentences: Range<usize>) -> (f64, f64) {
    let rates = side.rates.get(sentences.clone()).unwrap_or_default();
    let words = side.words.get(sentences).unwrap_or_default();
    let pairs = rates.iter().zip(words);
    pairs.fold((0.0, 0.0), |(changed, all), (rate, words)| {
        let words = *words as f64;
        (changed + f64::from(*rate) * words, all + words)
    })
}

/// The standard error of a quality by its interval, whose ends are cut at 0 and 100.
fn interval_error(score: &Score) -> f64 {
    let (low, high) = score.quality_interval;
    f64::from((high - score.quality).max(score.quality - low)) / NORMAL_95
}

/// The probability that a standard normal variable is at most `x`, to about seven decimals:
/// the rational approximation 26.2.17 of Abramowitz and Stegun (1964).
fn normal_cdf(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * x.abs());
    let series = [
        1.330_274_429,
        -1.821_255_978,
        1.781_477_937,
        -0.356_563_782,
        0.319_381_530,
    ];
    let sum = series.iter().fold(0.0, |sum, factor| (sum + factor) * t);
    let density = (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let above = density * sum;
    if x < 0.0 { above } else { 1.0 - above }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(quality: f32, margin: f32) -> Score {
        Score {
            quality,
            quality_interval: (quality - margin, quality + margin),
            post_edit_rate: 1.0 - quality / 100.0,
            bits_per_word: 5.0,
            perplexity: 20.0,
            words: 100,
        }
    }

    fn blocks(count: usize) -> Vec<Block> {
        let block = |at: usize| Block {
            base: at..at + 1,
            other: at..at + 1,
            matched: true,
        };
        (0..count).map(block).collect()
    }

    fn p(first: &[f32], second: &[f32], margin: f32) -> f32 {
        let mean = |rates: &[f32]| rates.iter().sum::<f32>() / rates.len() as f32;
        let scores = [first, second].map(|rates| score(100.0 - 100.0 * mean(rates), margin));
        let words = vec![10; first.len()];
        let side = |score, rates| Side {
            score,
            rates,
            words: &words,
        };
        let (a, b) = (side(&scores[0], first), side(&scores[1], second));
        p_better(a, b, &blocks(first.len()))
    }

    #[test]
    fn the_normal_distribution_is_as_in_the_tables() {
        for (x, right) in [(0.0, 0.5), (1.0, 0.841_345), (-1.96, 0.024_998), (9.0, 1.0)] {
            assert!((normal_cdf(x) - right).abs() < 1e-6, "{x}");
        }
        assert_eq!(normal_cdf(f64::INFINITY), 1.0);
    }

    #[test]
    fn equal_texts_are_even_and_every_sentence_better_is_nearly_sure() {
        let rates: Vec<f32> = (0..20).map(|at| (at % 5) as f32 / 10.0).collect();
        assert_eq!(p(&rates, &rates, 5.0), 0.5);
        let worse: Vec<f32> = rates.iter().map(|rate| rate + 0.1).collect();
        assert!(p(&rates, &worse, 30.0) > 0.999);
        assert!(p(&worse, &rates, 30.0) < 0.001);
    }

    #[test]
    fn one_sentence_of_many_is_little_evidence_and_many_are_more() {
        let rates = vec![0.2; 30];
        let mut one = rates.clone();
        one[4] = 0.0;
        let once = p(&one, &rates, 30.0);
        assert!((0.8..0.9).contains(&once), "{once}");
        let mut more = rates.clone();
        more[..8].fill(0.0);
        assert!(p(&more, &rates, 30.0) > 0.99);
    }

    #[test]
    fn few_sentences_are_no_surer_than_the_intervals() {
        let (good, bad) = (vec![0.1; 3], vec![0.2; 3]);
        let unsure = p(&good, &bad, 30.0);
        assert!((0.6..0.75).contains(&unsure), "{unsure}");
        assert!(p(&good, &bad, 1.0) > 0.999);
    }
}
