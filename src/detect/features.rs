//! What a language model and the lexicon say about each word, as numbers.
//!
//! In: a text, its words and its [`TokenScores`], and the [`Lexicon`]. Out: one row of
//! [`WIDTH`] features a word: numbers of the reading, the word's shape and place, and
//! what the lexicon knows of it. The table `FEATURES` gives each column its name and
//! its value; files of weights hold the names too. What a feature says of a word's
//! neighbors is the business of the word model.

use std::collections::HashMap;
use std::ops::Range;

use super::sentences::is_first_occurrence;
use super::surprisal::WordSurprisal;
use crate::lexicon::{self, Entry, LEXICON_WIDTH, Lexicon};
use crate::lm::{TokenScore, TokenScores};
use crate::network::flag;
use crate::segment::{self, Segments, WordKind, is_all_capitals, normal, without_possessive};

/// How many features a word has.
pub const WIDTH: usize = FEATURES.len() + LEXICON_WIDTH;
/// How many of the most probable tokens a reading must hold at each place for its
/// features to be complete.
pub const MOST_PROBABLE: usize = 1;

// The units of the columns. The network standardizes every column, so that no unit is
// better than another one; but files of weights and of calibrations hold means and
// deviations in these units. Each brings what is common in English texts near 1.

/// Bits in one unit of a surprisal or an entropy: a word costs 7.6 bits on average.
const BITS: f32 = 10.0;
/// Doublings in one unit of a token's rank: a word has some four on average.
const RANK_DOUBLINGS: f32 = 8.0;
/// The natural logarithm of a token's number that makes one unit of its rarity: the last
/// of 49,152 tokens has 10.8.
const TOKEN_LOGS: f32 = 10.0;
/// The natural logarithm of a length in characters that makes one unit: a word of six
/// characters has 1.9.
const LENGTH_LOGS: f32 = 2.0;
/// Longer words are addresses and runs of letters: their length, in characters, says no
/// more than this one.
const MAX_LENGTH: usize = 30;
/// The natural logarithm of a number of occurrences that makes one unit: a word that
/// comes seven times has 1.9.
const OCCURRENCE_LOGS: f32 = 2.0;
/// The natural logarithm of a number of words that makes one unit: a sentence of 20
/// words and marks has 3.0.
const SENTENCE_LOGS: f32 = 3.0;
/// The least standard deviation of a text's surprisals, in bits: short texts have hardly
/// any spread of their own.
const MIN_DEVIATION_BITS: f32 = 3.0;

/// What a column depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    /// The language model and its tokenizer: another one would make another number.
    Model,
    /// The text alone.
    Text,
}

/// A column of a row: its name, what it depends on, and its value for a word.
struct Feature {
    name: &'static str,
    source: Source,
    value: fn(&Word<'_>) -> f32,
}

const fn model(name: &'static str, value: fn(&Word<'_>) -> f32) -> Feature {
    Feature {
        name,
        source: Source::Model,
        value,
    }
}

const fn text(name: &'static str, value: fn(&Word<'_>) -> f32) -> Feature {
    Feature {
        name,
        source: Source::Text,
        value,
    }
}

/// The columns before those of the lexicon, in the order of a row.
const FEATURES: [Feature; 26] = [
    model("surprisal", |word| word.numbers.surprisal_bits / BITS),
    model("first_surprisal", |word| {
        word.first(|token| token.surprisal_bits) / BITS
    }),
    model("max_surprisal", |word| {
        word.max(|token| token.surprisal_bits) / BITS
    }),
    model("last_surprisal", |word| {
        word.tokens.last().map_or(0.0, |token| token.surprisal_bits) / BITS
    }),
    model("tokens", |word| (word.tokens.len() as f32).ln()),
    model("first_entropy", |word| {
        word.first(|token| token.entropy_bits) / BITS
    }),
    model("excess", |word| {
        (word.numbers.surprisal_bits - word.numbers.expected_bits) / BITS
    }),
    model("max_excess", |word| {
        word.max(|token| token.surprisal_bits - token.entropy_bits) / BITS
    }),
    model("first_rank", |word| word.first(rank) / RANK_DOUBLINGS),
    model("max_rank", |word| word.max(rank) / RANK_DOUBLINGS),
    text("is_punctuation", |word| flag(word.punctuation)),
    text("has_digit", |word| {
        flag(word.spelling.chars().any(char::is_numeric))
    }),
    text("is_capitalized_inside", |word| {
        flag(word.capital() && word.position > 1)
    }),
    text("is_capitalized_first", |word| {
        flag(word.capital() && word.position == 1)
    }),
    text("is_all_capitals", |word| {
        flag(is_all_capitals(word.spelling))
    }),
    text("has_letter_beyond_ascii", |word| {
        let mut letters = word.spelling.chars().filter(|c| c.is_alphabetic());
        flag(letters.any(|c| !c.is_ascii()) && !word.punctuation)
    }),
    text("length", |word| {
        (word.spelling.chars().count().min(MAX_LENGTH) as f32).ln_1p() / LENGTH_LOGS
    }),
    text("inverse_position", |word| 1.0 / word.position as f32),
    text("occurrences", |word| {
        (word.occurrences as f32).ln() / OCCURRENCE_LOGS
    }),
    model("sentence_mean_surprisal", |word| {
        word.sentence.mean_bits / BITS
    }),
    text("sentence_length", |word| {
        (word.sentence.words.max(1.0)).ln() / SENTENCE_LOGS
    }),
    model("first_rarity", |word| word.first(rarity)),
    model("max_rarity", |word| word.max(rarity)),
    model("guess_surprisal", |word| {
        word.tokens
            .first()
            .and_then(|token| token.most_probable.first())
            .map_or(0.0, |guess| guess.surprisal_bits)
            / BITS
    }),
    model("surprisal_deviations", |word| {
        word.text.deviations(word.numbers.surprisal_bits)
    }),
    model("excess_deviations", |word| {
        let excess = word.numbers.surprisal_bits - word.numbers.expected_bits;
        word.text.deviations(excess + word.text.mean)
    }),
];

/// The names of the columns of a row, in order, as files of weights hold them.
pub fn columns() -> [&'static str; WIDTH] {
    let lexicon = lexicon::FEATURES.iter().map(|feature| feature.name);
    let mut names = FEATURES.iter().map(|feature| feature.name).chain(lexicon);
    std::array::from_fn(|_| names.next().unwrap_or_default())
}

/// Where in a row the column of a name stands; `None` if there is no such column.
pub fn column(name: &str) -> Option<usize> {
    columns().iter().position(|column| *column == name)
}

/// The columns that another language model or tokenizer would make otherwise, as
/// indices; the others depend on the text alone.
pub fn model_columns() -> impl Iterator<Item = usize> {
    let sources = FEATURES.iter().map(|feature| feature.source).enumerate();
    sources.filter_map(|(column, source)| (source == Source::Model).then_some(column))
}

/// What the columns of one word are made from.
struct Word<'a> {
    /// The word as it stands in the text.
    spelling: &'a str,
    punctuation: bool,
    /// Its place among the words and marks of its sentence, from 1.
    position: usize,
    /// How often the word comes in the text's sentences, repeated ones counted once.
    occurrences: u32,
    numbers: &'a WordSurprisal,
    tokens: &'a [TokenScore],
    sentence: &'a Sentence,
    text: &'a TextSurprisal,
}

impl Word<'_> {
    fn capital(&self) -> bool {
        self.spelling.starts_with(char::is_uppercase)
    }

    /// The value of its first token; 0 where it has none.
    fn first(&self, value: fn(&TokenScore) -> f32) -> f32 {
        self.tokens.first().map_or(0.0, value)
    }

    /// The largest value of its tokens, 0 at least.
    fn max(&self, value: fn(&TokenScore) -> f32) -> f32 {
        self.tokens.iter().map(value).fold(0.0, f32::max)
    }

    fn row(&self, entry: &Entry) -> [f32; WIDTH] {
        let mut row = [0.0; WIDTH];
        let (read, known) = row.split_at_mut(FEATURES.len());
        for (value, feature) in read.iter_mut().zip(&FEATURES) {
            *value = (feature.value)(self);
        }
        known.copy_from_slice(&lexicon::features(entry));
        row
    }
}

/// How many tokens were more probable than a token, in doublings.
fn rank(token: &TokenScore) -> f32 {
    (1.0 + token.rank as f32).log2()
}

/// How rare a token is: merges are made in order of frequency, so that a token's number
/// says so.
fn rarity(token: &TokenScore) -> f32 {
    (1.0 + token.id as f32).ln() / TOKEN_LOGS
}

/// One row of features for each word of a text. `words` are the sums of `reading` over
/// the words of `segments`, one each; `reading` holds [`MOST_PROBABLE`] tokens a place.
pub fn features(
    text: &str,
    segments: &Segments,
    reading: &TokenScores,
    words: &[WordSurprisal],
    lexicon: &Lexicon,
) -> Vec<[f32; WIDTH]> {
    let features = Features::new(text, segments, lexicon);
    features.rows(&reading.tokens, words, &segments.words_by_sentence())
}

/// What the features of a text's words need besides its reading.
pub(super) struct Features<'a> {
    text: &'a str,
    segments: &'a Segments,
    lexicon: &'a Lexicon,
    is_first_occurrence: Vec<bool>,
    counts: HashMap<String, u32>,
}

impl<'a> Features<'a> {
    pub(super) fn new(text: &'a str, segments: &'a Segments, lexicon: &'a Lexicon) -> Self {
        let is_first_occurrence = is_first_occurrence(text, segments);
        Self {
            counts: occurrences(text, segments, &is_first_occurrence),
            text,
            segments,
            lexicon,
            is_first_occurrence,
        }
    }

    /// One row for each word of some neighbouring sentences, which are ranges of the text's words.
    /// `words` are the sums of `tokens` over these words, one each. What is usual in the text is
    /// told from these sentences.
    pub(super) fn rows(
        &self,
        tokens: &[TokenScore],
        words: &[WordSurprisal],
        sentences: &[Range<usize>],
    ) -> Vec<[f32; WIDTH]> {
        let start = sentences.first().map_or(0, |sentence| sentence.start);
        let here = start..start + words.len();
        let segments = &self.segments.words[here.clone()];
        let whole = TextSurprisal::of(segments, words, &self.is_first_occurrence[here]);
        let mut rows = Vec::with_capacity(words.len());
        for sentence in sentences {
            let within = sentence.start - start..sentence.end - start;
            let shared = Sentence::of(&words[within.clone()]);
            for (place, word) in within.enumerate() {
                let spelling = segments[word].span.slice(self.text).unwrap_or_default();
                let numbers = &words[word];
                let word = Word {
                    spelling,
                    punctuation: segments[word].kind == WordKind::Punctuation,
                    position: place + 1,
                    occurrences: self.counts.get(&fold(spelling)).copied().unwrap_or(1),
                    numbers,
                    tokens: &tokens[numbers.tokens.clone()],
                    sentence: &shared,
                    text: &whole,
                };
                rows.push(word.row(&self.lexicon.look_up(spelling)));
            }
        }
        rows
    }
}

/// What counts as the same word elsewhere in the document: its normal form in lower
/// case, without a possessive ending.
fn fold(word: &str) -> String {
    let lower = normal(word).to_lowercase();
    without_possessive(&lower).to_owned()
}

/// How often each word comes, by its [`fold`]; only words in sentences that the text has not
/// had before count.
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
struct TextSurprisal {
    /// Mean surprisal of a word, in bits.
    mean: f32,
    /// Standard deviation of a word's surprisal, in bits.
    deviation: f32,
}

impl TextSurprisal {
    fn of(
        segments: &[segment::Word],
        words: &[WordSurprisal],
        is_first_occurrence: &[bool],
    ) -> Self {
        let pairs = segments.iter().zip(words).zip(is_first_occurrence);
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
            deviation: variance.sqrt().max(MIN_DEVIATION_BITS),
        }
    }

    /// How many standard deviations above the mean so many bits are.
    fn deviations(&self, bits: f32) -> f32 {
        (bits - self.mean) / self.deviation
    }
}

/// What the words of a sentence share.
struct Sentence {
    /// How many words and marks it has.
    words: f32,
    /// Mean surprisal of a word, in bits.
    mean_bits: f32,
}

impl Sentence {
    fn of(words: &[WordSurprisal]) -> Self {
        let count = words.len() as f32;
        let bits: f32 = words.iter().map(|word| word.surprisal_bits).sum();
        Self {
            words: count,
            mean_bits: bits / count.max(1.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_has_a_name_of_its_own() {
        let columns = columns();
        for (index, name) in columns.iter().enumerate() {
            assert!(!name.is_empty());
            assert_eq!(column(name), Some(index), "{name}");
        }
        assert_eq!(column("no such column"), None);
    }

    #[test]
    fn what_the_text_alone_makes_is_no_column_of_the_model() {
        let names = columns();
        let of_model: Vec<&str> = model_columns().map(|column| names[column]).collect();
        assert_eq!(of_model.len(), 16);
        assert!(of_model.contains(&"surprisal") && of_model.contains(&"tokens"));
        assert!(!of_model.contains(&"length") && !of_model.contains(&"english_zipf"));
    }
}
