//! Articles by machine against the same by people.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::metrics::mean;
use crate::reading::{StoryPair, Trust};

/// A set of articles by machine and by people.
#[derive(Debug, Clone, Serialize)]
pub struct StoryRow {
    /// Its name.
    pub name: String,
    /// Pairs of a machine's article and the same by people.
    pub pairs: usize,
    /// Pairs of which one was not judged; they count nowhere else.
    pub not_judged: usize,
    /// Share of pairs in which the article by people has the higher quality;
    /// a tie counts half.
    pub people_higher: Estimate,
    /// The same by fewer bits per word alone.
    pub people_higher_by_bits: Estimate,
    /// Mean quality of the machines' articles.
    pub machine_quality: Option<f64>,
    /// Mean quality of the articles by people.
    pub people_quality: Option<f64>,
}

impl StoryRow {
    pub(crate) fn new(name: &str, pairs: &[StoryPair]) -> Self {
        let judged: Vec<(Trust, Trust)> = pairs.iter().flatten().copied().collect();
        let share = |won: fn(&(Trust, Trust)) -> f64| {
            let won: Vec<f64> = judged.iter().map(won).collect();
            let pairs = vec![1.0; won.len()];
            Estimate::of(won.len(), |weights| ratio(&won, &pairs, weights))
        };
        Self {
            name: name.to_owned(),
            pairs: pairs.len(),
            not_judged: pairs.len() - judged.len(),
            people_higher: share(|(machine, people)| higher(people.quality, machine.quality)),
            people_higher_by_bits: share(|(machine, people)| {
                higher(machine.bits_per_word, people.bits_per_word)
            }),
            machine_quality: mean(judged.iter().map(|(machine, _)| machine.quality)),
            people_quality: mean(judged.iter().map(|(_, people)| people.quality)),
        }
    }
}

/// 1 if `a` is higher than `b`, half if they are equal.
fn higher(a: f64, b: f64) -> f64 {
    match a.total_cmp(&b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(quality: f64, bits_per_word: f64) -> Trust {
        Trust {
            quality,
            bits_per_word,
        }
    }

    #[test]
    fn a_tie_counts_half_and_what_was_not_judged_not_at_all() {
        let machine = trust(80.0, 8.0);
        let pairs = [
            Some((machine, trust(90.0, 8.0))),
            Some((machine, trust(80.0, 7.0))),
            Some((machine, trust(70.0, 9.0))),
            Some((machine, trust(90.0, 9.0))),
            None,
        ];
        let row = StoryRow::new("articles", &pairs);
        assert_eq!((row.pairs, row.not_judged), (5, 1));
        assert_eq!(row.people_higher.value, Some(2.5 / 4.0));
        assert_eq!(row.people_higher_by_bits.value, Some(1.5 / 4.0));
        for share in [&row.people_higher, &row.people_higher_by_bits] {
            let (low, high) = share.interval.unwrap();
            assert!(low < share.value.unwrap() && share.value.unwrap() < high);
        }
        assert_eq!(row.people_quality, Some(82.5));
        assert_eq!(StoryRow::new("none", &[None]).people_higher.value, None);
    }
}
