//! Whether two articles tell the same story.
//!
//! In: two profiles and how rare each term is. Out: [`Evidence`], a few numbers
//! on what they share, and the calibrated probability that follows. Rare terms
//! weigh more than common ones. Names that the document spells in another way
//! are met by sound and letters, since machine translation respells them; that
//! two articles name other people and give other figures speaks against them,
//! so that two events of one kind are told apart. It looks at no wording.

use std::collections::HashSet;

use mtlint::sibling::similarity::similarity;

use super::profile::{Profile, Term};

/// The number of values in [`Evidence`].
pub(super) const WIDTH: usize = 7;

/// What each piece of evidence adds to the log-odds, in the order of
/// [`Evidence`]. Fitted by `cargo run --release --example pool -- DATA --fit`
/// on the stories whose id has a SHA-256 that begins with an even byte.
const WEIGHTS: [f64; WIDTH] = [-8.60, 26.8, 5.20, -1.67, -3.46, 3.40, -4.51];

/// Names of one article that are compared with the other's across spellings;
/// the comparison is of every pair.
const MAX_NAMES: usize = 100;

/// How closely a name must match one of the other spelling, as in the
/// alignment of sentences, and what such a match is worth.
const SAME_NAME: f32 = 0.72;
const RESPELT_WORTH: f64 = 0.8;

/// Shorter names look and sound alike by chance.
const MIN_RESPELT_LENGTH: usize = 4;

/// Weight in nats that is added below shares of names and of numbers, so that a
/// single name makes no full share.
const SMOOTHING: f64 = 8.0;

/// What two articles share, as seven numbers: the constant 1; the share of all terms' weight,
/// as a cosine and of the lesser article; of the names' weight the share that is in both, and
/// the share that is in the lesser article alone; both shares of the numbers' weight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence(pub [f64; WIDTH]);

impl Evidence {
    /// The probability that both articles tell the same story, 0 to 1.
    pub fn probability(&self) -> f64 {
        let pieces = self.0.iter().zip(WEIGHTS);
        let log_odds: f64 = pieces.map(|(piece, weight)| piece * weight).sum();
        1.0 / (1.0 + (-log_odds).exp())
    }
}

/// What is shared of one kind of terms, in nats.
#[derive(Default)]
struct SharedWeight {
    own: f64,
    other: f64,
    both: f64,
}

impl SharedWeight {
    fn lesser(&self) -> f64 {
        self.own.min(self.other)
    }

    fn shares(&self) -> (f64, f64) {
        let below = self.lesser() + SMOOTHING;
        let both = self.both.min(self.lesser());
        (both / below, (self.lesser() - both) / below)
    }
}

/// Compares two articles. `rarity` says in nats how rare a term is, by its key.
pub(super) fn evidence(
    own: &Profile,
    other: &Profile,
    mut rarity: impl FnMut(&str, &Term) -> f64,
) -> Evidence {
    let (mut all, mut names, mut numbers) = Default::default();
    let (mut own_names, mut other_names) = (Vec::new(), Vec::new());
    for (key, term) in &own.terms {
        let weight = rarity(key, term);
        let met = other.terms.get(key);
        let name = term.name || met.is_some_and(|met| met.name);
        let kinds: [(&mut SharedWeight, bool); 3] = [
            (&mut all, true),
            (&mut names, name && !term.is_number()),
            (&mut numbers, term.is_number()),
        ];
        for (kind, counts) in kinds {
            if counts {
                kind.own += weight;
                if met.is_some() {
                    kind.both += weight;
                }
            }
        }
        if met.is_none() && may_be_respelt(term) {
            own_names.push((term, weight));
        }
    }
    for (key, term) in &other.terms {
        let weight = rarity(key, term);
        let met = own.terms.get(key);
        let name = term.name || met.is_some_and(|met| met.name);
        all.other += weight;
        if term.is_number() {
            numbers.other += weight;
        } else if name {
            names.other += weight;
        }
        if met.is_none() && may_be_respelt(term) {
            other_names.push((term, weight));
        }
    }
    for worth in respelt(own_names, other_names) {
        all.both += worth;
        names.both += worth;
    }
    let (name_share, name_rest) = names.shares();
    let (number_share, number_rest) = numbers.shares();
    let cosine = all.both / (all.own * all.other).sqrt().max(1.0);
    Evidence([
        1.0,
        cosine,
        all.both / all.lesser().max(1.0),
        name_share,
        name_rest,
        number_share,
        number_rest,
    ])
}

fn may_be_respelt(term: &Term) -> bool {
    term.name && !term.is_number() && term.form().folded.len() >= MIN_RESPELT_LENGTH
}

/// What the names are worth that both have in different spellings, each name
/// met at most once. Rarer ones first.
fn respelt<'a>(mut own: Vec<(&'a Term, f64)>, mut other: Vec<(&'a Term, f64)>) -> Vec<f64> {
    for names in [&mut own, &mut other] {
        // The sort is stable, and the keys came in order.
        names.sort_by(|a, b| b.1.total_cmp(&a.1));
        names.truncate(MAX_NAMES);
    }
    let mut taken = HashSet::new();
    let mut worths = Vec::new();
    for (name, weight) in own {
        let related = other
            .iter()
            .enumerate()
            .filter(|(index, (other, _))| !taken.contains(index) && may_meet(name, other))
            .map(|(index, (other, weight))| {
                let total = similarity(name.form(), other.form()).total;
                (total, index, *weight)
            })
            .filter(|(total, ..)| *total >= SAME_NAME)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((total, index, other_weight)) = related {
            taken.insert(index);
            worths.push(RESPELT_WORTH * f64::from(total) * weight.min(other_weight));
        }
    }
    worths
}

/// A quick look before names are compared in full: related ones begin with the
/// same letter or the same sound, and are not of very different length.
fn may_meet(a: &Term, b: &Term) -> bool {
    let first = |text: &str| text.bytes().next();
    let (a, b) = (a.form(), b.form());
    let begins_alike = first(&a.folded) == first(&b.folded)
        || (first(&a.sounds[0]).is_some() && first(&a.sounds[0]) == first(&b.sounds[0]));
    let (short, long) = (
        a.folded.len().min(b.folded.len()),
        a.folded.len().max(b.folded.len()),
    );
    begins_alike && long <= short * 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pool::vocabulary::Vocabulary;

    fn compared(own: &str, other: &str) -> Evidence {
        let vocabulary = Vocabulary::new().unwrap();
        let profile = |text| Profile::new(&vocabulary, text);
        evidence(&profile(own), &profile(other), |_, term| {
            -f64::from(term.entry.prior).max(1e-4).ln()
        })
    }

    #[test]
    fn a_name_in_another_spelling_counts_as_shared() {
        let alike = compared(
            "The pianist Tschaikowski fell ill on Monday.",
            "On Monday the pianist Tchaikovsky fell ill.",
        );
        let unlike = compared(
            "The pianist Tschaikowski fell ill on Monday.",
            "On Monday the pianist Rubinstein fell ill.",
        );
        assert!(alike.0[1] > unlike.0[1], "{alike:?} {unlike:?}");
        assert!(alike.0[3] > unlike.0[3], "{alike:?} {unlike:?}");
        assert!(alike.0[4] < unlike.0[4], "{alike:?} {unlike:?}");
    }

    #[test]
    fn other_figures_count_as_not_shared() {
        let alike = compared(
            "It cost 4,310 euros in 1987.",
            "In 1987 it cost 4310 euros.",
        );
        let unlike = compared(
            "It cost 4,310 euros in 1987.",
            "In 1994 it cost 2650 euros.",
        );
        assert!(alike.0[5] > 0.0 && alike.0[6] == 0.0, "{alike:?}");
        assert!(unlike.0[5] == 0.0 && unlike.0[6] > 0.0, "{unlike:?}");
    }

    #[test]
    fn empty_articles_share_nothing() {
        let nothing = compared("", "");
        assert!(nothing.0.iter().all(|piece| piece.is_finite()));
        assert!(nothing.probability() < 0.5);
    }
}
