//! Measured values with 95 % intervals, by the percentile bootstrap over texts (B. Efron,
//! "Bootstrap methods: another look at the jackknife", 1979).
//!
//! In: the number of texts and a measure that takes a weight for each. Out:
//! the measure with its interval. Whole texts are drawn, with replacement,
//! since the words of one text stand or fall together. The draws depend on
//! nothing but the number of texts, so the same data gives the same interval.

use serde::Serialize;

use super::metrics::{mean, quantile};

/// The number of resamples.
const RESAMPLES: usize = 200;

/// The seed of the draws. Any number does; it must only stay the same.
const SEED: u64 = 0x6d74_6c69_6e74;

/// A measured value with its 95 % interval; `None` where it is not defined on the data.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Estimate {
    /// The value on the data as it is.
    pub value: Option<f64>,
    /// The low and the high end of the 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The value on each resample.
    #[serde(skip)]
    resampled: Vec<Option<f64>>,
}

impl Estimate {
    /// Measures once with every text and then on 200 resamples. `measure` gets the number of
    /// times that each text counts.
    pub fn of(texts: usize, mut measure: impl FnMut(&[u32]) -> Option<f64>) -> Self {
        let value = measure(&vec![1; texts]);
        let mut random = SplitMix64(SEED);
        let mut resampled = Vec::with_capacity(RESAMPLES);
        let mut weights = vec![0; texts];
        for _ in 0..RESAMPLES {
            weights.fill(0);
            for _ in 0..texts {
                weights[random.below(texts)] += 1;
            }
            resampled.push(measure(&weights));
        }
        Self::new(value, resampled)
    }

    /// The mean of the values of `sets`, each counting the same; sets where the value is not
    /// defined are left out. Each set is resampled for itself.
    pub fn mean<'a>(sets: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let value = mean(sets.clone().filter_map(|set| set.value));
        let resampled = (0..RESAMPLES).map(|draw| {
            let values = sets.clone().filter_map(|set| *set.resampled.get(draw)?);
            mean(values)
        });
        Self::new(value, resampled.collect())
    }

    fn new(value: Option<f64>, resampled: Vec<Option<f64>>) -> Self {
        let defined: Vec<f64> = resampled.iter().copied().flatten().collect();
        let end = |share| value.and(quantile(&defined, share));
        Self {
            value,
            interval: end(0.025).zip(end(0.975)),
            resampled,
        }
    }
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom
/// number generators" (2014).
pub(super) struct SplitMix64(u64);

impl SplitMix64 {
    /// A generator that draws the same numbers for the same seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`. The skew is under 2^-40 for any number of texts.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_of(values: &[f64], weights: &[u32]) -> Option<f64> {
        let weighted = values.iter().zip(weights).map(|(v, &w)| v * f64::from(w));
        Some(weighted.sum::<f64>() / f64::from(weights.iter().sum::<u32>()))
    }

    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn the_interval_of_a_mean_is_that_of_theory() {
        let values: Vec<f64> = (0..400).map(|n| f64::from(n % 2)).collect();
        let estimate = Estimate::of(400, |weights| mean_of(&values, weights));
        assert_eq!(estimate.value, Some(0.5));
        let (low, high) = estimate.interval.unwrap();
        // 0.5 ± 1.96·0.5/20 = 0.451 to 0.549
        assert!(
            (0.435..0.465).contains(&low) && (0.535..0.565).contains(&high),
            "{low} {high}"
        );
        let again = Estimate::of(400, |weights| mean_of(&values, weights));
        assert_eq!(again, estimate);
    }

    #[test]
    fn what_is_the_same_in_every_text_is_sure_and_nothing_is_undefined() {
        let sure = Estimate::of(9, |weights| mean_of(&[0.25; 9], weights));
        assert_eq!(sure.interval, Some((0.25, 0.25)));
        let nothing = Estimate::of(0, |_| None);
        assert_eq!((nothing.value, nothing.interval), (None, None));
        let mean = Estimate::mean([&sure, &nothing].into_iter());
        assert_eq!(
            (mean.value, mean.interval),
            (Some(0.25), Some((0.25, 0.25)))
        );
    }
}
