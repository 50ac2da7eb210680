//! The document that corrections are looked for in.
//!
//! In: what earlier stages know of it. Out: [`DocumentText`], which this room only reads.

use crate::detect::WordSurprisal;
use crate::lm::TokenScores;
use crate::segment::Segments;

/// A document with what is known of its words.
#[derive(Clone, Copy)]
pub struct DocumentText<'a> {
    /// The text.
    pub text: &'a str,
    /// The sentences and words of the text.
    pub segments: &'a Segments,
    /// The scores of the tokens, with the most probable ones at each place.
    pub reading: &'a TokenScores,
    /// The surprisal of each word.
    pub surprisals: &'a [WordSurprisal],
    /// The probability that each word is garbled.
    pub p_garbled: &'a [f32],
}
