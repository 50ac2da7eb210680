//! What the reading says about each word, as numbers.
//!
//! In: a text, its words and its [`TokenScores`], and the [`Lexicon`]. Out: one
//! [`WordSurprisal`] a word and one row of [`WIDTH`] features: numbers of the
//! reading, the word's shape and place, and what the lexicon knows of it.

use std::collections::HashMap;

use crate::lexicon::{self, LEXICON_WIDTH, Lexicon};
use crate::lm::TokenScores;
use crate::segment::{Segments, WordKind};
use crate::span::{Doc, Span};

/// Features of a word's reading, shape and place.
const READING_WIDTH: usize = 26;
/// Features of a word.
pub const WIDTH: usize = READING_WIDTH + LEXICON_WIDTH;
/// Those of them that another language model or tokenizer would make otherwise; the
/// rest is the word's own shape and place.
pub const OF_THE_MODEL: [usize; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 19, 21, 22, 23, 24, 25];
/// Most probable tokens a reading must hold for its features to be complete.
pub const MOST_PROBABLE: usize = 1;

/// The reading of one word: the sums over its tokens.
#[derive(Debug, Clone, PartialEq)]
pub struct WordSurprisal {
    /// The word, in bytes of the document.
    pub span: Span<Doc>,
    /// The tokens that spell it, as indices into the reading.
    pub tokens: std::ops::Range<usize>,
    /// Sum of their surprisals, in bits.
    pub surprisal_bits: f32,
    /// Sum of the entropies at their places, in bits: what a word would
    /// cost on average there.
    pub expected_bits: f32,
}

/// Sums the tokens of each word. A token belongs to the word that holds its
/// last byte; a word that shares its only token with the one before (`."` is
/// often one token) takes that token's numbers.
pub fn word_surprisals(segments: &Segments, reading: &TokenScores) -> Vec<WordSurprisal> {
    let mut first = 0;
    segments
        .words
        .iter()
        .map(|word| {
            let tokens = &reading.tokens;
            while first < tokens.len() && tokens[first].span.end() <= word.span.start() {
                first += 1;
            }
            let inside = |token: &crate::lm::TokenScore| {
                token.span.end() <= word.span.end() || token.span.start() < word.span.start()
            };
            let count = tokens[first..]
                .iter()
                .take_while(|token| token.span.start() < word.span.end() && inside(token))
                .count();
            // A token that reaches past the word still is its only one.
            let shared = usize::from(count == 0 && first < tokens.len());
            let range = first..first + count + shared;
            let sum = |value: fn(&crate::lm::TokenScore) -> f32| {
                tokens[range.clone()].iter().map(value).sum::<f32>()
            };
            WordSurprisal {
                span: word.span,
                surprisal_bits: sum(|token| token.surprisal_bits),
                expected_bits: sum(|token| token.entropy_bits),
                tokens: range,
            }
        })
        .collect()
}

/// One row of features a word; neighbours are the word model's own business.
pub fn features(
    text: &str,
    segments: &Segments,
    reading: &TokenScores,
    words: &[WordSurprisal],
    lexicon: &Lexicon,
) -> Vec<[f32; WIDTH]> {
    let is_first_occurrence = is_first_occurrence(text, segments);
    let counts = occurrences(text, segments, &is_first_occurrence);
    let sentences = sentences(segments, words);
    let whole = Whole::of(segments, words, &is_first_occurrence);
    let mut place = 0;
    let mut sentence = usize::MAX;
    segments
        .words
        .iter()
        .zip(words)
        .map(|(word, numbers)| {
            if word.sentence != sentence {
                sentence = word.sentence;
                place = 0;
            }
            place += 1;
            let tokens = &reading.tokens[numbers.tokens.clone()];
            let spelling = word.span.slice(text).unwrap_or_default();
            let shape = Shape::of(spelling);
            let largest = |value: fn(&crate::lm::TokenScore) -> f32| {
                tokens.iter().map(value).fold(0.0, f32::max)
            };
            let rank = |token: &crate::lm::TokenScore| (1.0 + token.rank as f32).log2();
            // Merges are made in order of frequency, so that a token's number
            // says how seldom it is.
            let seldom = |token: &crate::lm::TokenScore| (1.0 + token.id as f32).ln() / 10.0;
            let flag = |value: bool| f32::from(u8::from(value));
            let punctuation = word.kind == WordKind::Punctuation;
            let read: [f32; READING_WIDTH] = [
                numbers.surprisal_bits / 10.0,
                tokens.first().map_or(0.0, |t| t.surprisal_bits) / 10.0,
                largest(|t| t.surprisal_bits) / 10.0,
                tokens.last().map_or(0.0, |t| t.surprisal_bits) / 10.0,
                (tokens.len() as f32).ln(),
                tokens.first().map_or(0.0, |t| t.entropy_bits) / 10.0,
                (numbers.surprisal_bits - numbers.expected_bits) / 10.0,
                largest(|t| t.surprisal_bits - t.entropy_bits) / 10.0,
                tokens.first().map_or(0.0, rank) / 8.0,
                tokens.iter().map(rank).fold(0.0, f32::max) / 8.0,
                flag(punctuation),
                flag(shape.digit),
                flag(shape.capital && place > 1),
                flag(shape.capital && place == 1),
                flag(shape.all_capitals),
                flag(shape.beyond_ascii && !punctuation),
                (spelling.chars().count().min(30) as f32).ln_1p() / 2.0,
                1.0 / place as f32,
                (counts.get(&fold(spelling)).copied().unwrap_or(1) as f32).ln() / 2.0,
                sentences[word.sentence].mean_bits / 10.0,
                (sentences[word.sentence].words.max(1.0)).ln() / 3.0,
                tokens.first().map_or(0.0, seldom),
                tokens.iter().map(seldom).fold(0.0, f32::max),
                tokens
                    .first()
                    .and_then(|token| token.most_probable.first())
                    .map_or(0.0, |guess| guess.surprisal_bits)
                    / 10.0,
                whole.distance(numbers.surprisal_bits),
                whole.distance(numbers.surprisal_bits - numbers.expected_bits + whole.mean),
            ];
            let mut row = [0.0; WIDTH];
            row[..READING_WIDTH].copy_from_slice(&read);
            row[READING_WIDTH..].copy_from_slice(&lexicon::features(&lexicon.look_up(spelling)));
            row
        })
        .collect()
}

struct Shape {
    digit: bool,
    capital: bool,
    all_capitals: bool,
    beyond_ascii: bool,
}

impl Shape {
    fn of(word: &str) -> Self {
        let letters = word.chars().filter(|c| c.is_alphabetic());
        Self {
            digit: word.chars().any(|c| c.is_numeric()),
            capital: word.chars().next().is_some_and(char::is_uppercase),
            all_capitals: letters.clone().count() > 1 && letters.clone().all(char::is_uppercase),
            beyond_ascii: letters.clone().any(|c| !c.is_ascii()),
        }
    }
}

/// Letters and digits in lower case, without a possessive ending: what counts
/// as the same word elsewhere in the document.
fn fold(word: &str) -> String {
    let lower = word.to_lowercase();
    let stem = lower
        .strip_suffix("'s")
        .or_else(|| lower.strip_suffix("’s"))
        .unwrap_or(&lower);
    stem.to_owned()
}

/// Of each word whether it stands in a sentence that the text has not had before.
fn is_first_occurrence(text: &str, segments: &Segments) -> Vec<bool> {
    let mut is_first_occurrence = vec![true; segments.words.len()];
    let sentences = super::sentences(segments);
    let first_occurrences = super::first_occurrences(text, segments, &sentences);
    for (index, words) in sentences.into_iter().enumerate() {
        is_first_occurrence[words].fill(first_occurrences[index] == index);
    }
    is_first_occurrence
}

fn occurrences(
    text: &str,
    segments: &Segments,
    is_first_occurrence: &[bool],
) -> HashMap<String, u32> {
    let mut counts = HashMap::new();
    let words = segments.words.iter().zip(is_first_occurrence);
    for (word, _) in words.filter(|(_, is_first_occurrence)| **is_first_occurrence) {
        let key = fold(word.span.slice(text).unwrap_or_default());
        *counts.entry(key).or_insert(0) += 1;
    }
    counts
}

/// How surprising the words of a text are taken together: what is far out in
/// a plain news story is everyday in a text full of foreign names.
struct Whole {
    /// Mean surprisal of a word, in bits.
    mean: f32,
    /// Standard deviation of it, in bits.
    deviation: f32,
}

impl Whole {
    fn of(segments: &Segments, words: &[WordSurprisal], is_first_occurrence: &[bool]) -> Self {
        let pairs = segments.words.iter().zip(words).zip(is_first_occurrence);
        let bits: Vec<f32> = pairs
            .filter(|((word, _), is_first_occurrence)| {
                word.kind == WordKind::Word && **is_first_occurrence
            })
            .map(|((_, numbers), _)| numbers.surprisal_bits)
            .collect();
        let count = bits.len().max(1) as f32;
        let mean = bits.iter().sum::<f32>() / count;
        let variance = bits.iter().map(|bits| (bits - mean).powi(2)).sum::<f32>() / count;
        Self {
            mean,
            // Short texts have hardly any spread of their own.
            deviation: variance.sqrt().max(3.0),
        }
    }

    /// Standard deviations above the mean.
    fn distance(&self, bits: f32) -> f32 {
        (bits - self.mean) / self.deviation
    }
}

/// What its words share.
#[derive(Clone, Default)]
struct Sentence {
    words: f32,
    /// Mean surprisal of a word.
    mean_bits: f32,
}

fn sentences(segments: &Segments, words: &[WordSurprisal]) -> Vec<Sentence> {
    let mut sentences = vec![Sentence::default(); segments.sentences.len().max(1)];
    for (word, numbers) in segments.words.iter().zip(words) {
        let sentence = &mut sentences[word.sentence];
        sentence.words += 1.0;
        sentence.mean_bits += numbers.surprisal_bits;
    }
    for sentence in &mut sentences {
        sentence.mean_bits /= sentence.words.max(1.0);
    }
    sentences
}
