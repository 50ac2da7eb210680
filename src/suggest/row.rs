//! What speaks for a candidate, as numbers.
//!
//! In: the candidates of one phrase, and the bits that each saves. Out: a row for each, whose
//! numbers [`COLUMNS`] names.

use super::candidates::{Candidate, Origin};
use crate::network::flag;

/// The names of the numbers of a row, in order.
pub const COLUMNS: [&str; WIDTH] = [
    "gazetteer",
    "dictionary",
    "sense",
    "favourite",
    "deletion",
    "rank",
    "inflected",
    "p_garbled",
    "zipf_old",
    "zipf_new",
    "similarity",
    "capital",
    "guess",
    "phrase_words",
    "alternatives",
    "saved",
    "saved_by_length",
    "lead",
];

/// How many numbers a row has.
pub const WIDTH: usize = 18;

/// Bits in one unit of what is saved.
const BITS: f32 = 10.0;
/// Bits that are taken for the most: what saves more is no better.
const MAX_BITS: f32 = 40.0;
/// The highest Zipf frequency, which makes one unit.
const ZIPF: f32 = 8.0;

/// A row for each candidate of one phrase; `saved` holds the bits that each one saves.
pub fn rows(candidates: &[Candidate], saved: &[f32]) -> Vec<[f32; WIDTH]> {
    let rows = candidates.iter().zip(saved).enumerate();
    let rows = rows.map(|(at, (candidate, &bits))| {
        let others = candidates.iter().zip(saved).enumerate();
        let others = others.filter(|(other, (one, _))| *other != at && one.word == candidate.word);
        let rivals: Vec<f32> = others.map(|(_, (_, bits))| *bits).collect();
        let best = rivals.iter().copied().fold(0.0, f32::max);
        let from = |origin| flag(candidate.origin == origin);
        [
            from(Origin::Name),
            from(Origin::Meaning),
            from(Origin::Sense),
            from(Origin::Favourite),
            from(Origin::Deletion),
            1.0 / (1.0 + candidate.rank as f32),
            candidate.ending as f32,
            candidate.p_garbled,
            candidate.zipf_old / ZIPF,
            candidate.zipf_new / ZIPF,
            candidate.similarity,
            flag(candidate.capital),
            candidate.guess_bits / BITS,
            (candidate.phrase_words as f32).ln(),
            (1.0 + rivals.len() as f32).ln(),
            bits.clamp(-MAX_BITS, MAX_BITS) / BITS,
            bits.clamp(-MAX_BITS, MAX_BITS) / (BITS + candidate.bits_old),
            (bits - best).clamp(-MAX_BITS, MAX_BITS) / BITS,
        ]
    });
    rows.collect()
}
