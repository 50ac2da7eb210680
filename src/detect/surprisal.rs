//! The surprisal of each word, from that of its tokens.
//!
//! In: the words of a text and its [`TokenScores`]. Out: one [`WordSurprisal`] a word: the sums
//! over its tokens. It decides nothing.

use std::ops::Range;

use crate::lm::{TokenScore, TokenScores};
use crate::segment::{Segments, Word};
use crate::span::{Doc, Span};

/// The surprisal of one word and the entropy in its place: sums over its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct WordSurprisal {
    /// The word, in bytes of the document.
    pub span: Span<Doc>,
    /// The tokens that spell the word, as indices into the reading.
    pub tokens: Range<usize>,
    /// The sum of the surprisals of the word's tokens, in bits.
    pub surprisal_bits: f32,
    /// The sum of the entropies at the places of the word's tokens, in bits: what a word
    /// would cost there on average.
    pub expected_bits: f32,
}

/// Sums the tokens of each word of `segments`. A token belongs to the word that holds its
/// last byte; a word that shares its only token with the one before (`."` is
/// often one token) takes that token's numbers.
pub fn word_surprisals(segments: &Segments, reading: &TokenScores) -> Vec<WordSurprisal> {
    surprisals_from(&segments.words, &reading.tokens, 0)
}

/// The surprisals of some neighbouring words of a text, of whose tokens none comes before token
/// number `first` of `tokens`.
pub(super) fn surprisals_from(
    words: &[Word],
    tokens: &[TokenScore],
    mut first: usize,
) -> Vec<WordSurprisal> {
    let of = |word: &Word| {
        while first < tokens.len() && tokens[first].span.end() <= word.span.start() {
            first += 1;
        }
        let inside = |token: &TokenScore| {
            token.span.end() <= word.span.end() || token.span.start() < word.span.start()
        };
        let count = tokens[first..]
            .iter()
            .take_while(|token| token.span.start() < word.span.end() && inside(token))
            .count();
        // A token that reaches past the word still is its only one.
        let shared = usize::from(count == 0 && first < tokens.len());
        let range = first..first + count + shared;
        let sum =
            |value: fn(&TokenScore) -> f32| tokens[range.clone()].iter().map(value).sum::<f32>();
        WordSurprisal {
            span: word.span,
            surprisal_bits: sum(|token| token.surprisal_bits),
            expected_bits: sum(|token| token.entropy_bits),
            tokens: range,
        }
    };
    words.iter().map(of).collect()
}
