//! The quality of articles by machine against that of the same articles by people.
//!
//! In: the qualities of pairs of articles. Out: a row of shares and means.

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::metrics::mean;
use crate::reading::{ArticleQuality, StoryPair};

/// The quality of a set of articles by machine and by people.
#[derive(Debug, Clone, Serialize)]
pub struct StoryRow {
    /// The name of the set.
    pub name: String,
    /// The number of pairs of a machine's article and the same by people.
    pub pairs: usize,
    /// The number of pairs of which one was not judged; they count nowhere else.
    pub not_judged: usize,
    /// The share of pairs in which the article by people has the higher quality; a tie
    /// counts half.
    pub people_higher: Estimate,
    /// The share of pairs in which the article by people has fewer bits of surprisal per
    /// word; a tie counts half.
    pub people_higher_by_bits: Estimate,
    /// The mean quality, 0 to 100, of the articles by machine.
    pub machine_quality: Option<f64>,
    /// The mean quality, 0 to 100, of the articles by people.
    pub people_quality: Option<f64>,
}

impl StoryRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(name: &str, pairs: &[Option<StoryPair>]) -> Self {
        let judged: Vec<(ArticleQuality, ArticleQuality)> =
            pairs.iter().flatten().copied().collect();
        let share = |won: fn(&(ArticleQuality, ArticleQuality)) -> f64| {
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
pub(super) fn higher(a: f64, b: f64) -> f64 {
    match a.total_cmp(&b) {
        std::cmp::Ordering::Greater => 1.0,
        std::cmp::Ordering::Equal => 0.5,
        std::cmp::Ordering::Less => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(quality: f64, bits_per_word: f64) -> ArticleQuality {
        ArticleQuality {
            quality,
            bits_per_word,
        }
    }

    #[test]
    fn a_tie_counts_half_and_what_was_not_judged_not_at_all() {
        let machine = article(80.0, 8.0);
        let pairs = [
            Some((machine, article(90.0, 8.0))),
            Some((machine, article(80.0, 7.0))),
            Some((machine, article(70.0, 9.0))),
            Some((machine, article(90.0, 9.0))),
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
