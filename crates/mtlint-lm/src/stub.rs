//! A stand-in language model for tests, driven by a table.
//!
//! In: text, and a table with the surprisal of each word. Out: token scores as a
//! real model gives them, with word-level tokens: every token is a word with
//! the white space before it, the last one with the white space after it too.
//! It knows nothing of language; a word that is not in the table gets a
//! surprisal made from its letters, the same every time.

mod held;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

pub use held::Held;

use crate::span::Span;

use super::{
    Continuation, Guess, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions, States,
    TokenCounts, TokenScore, TokenScores,
};

/// The entropy at every position, in bits.
const ENTROPY_BITS: f32 = 4.0;

/// The number of tokens that the stand-in claims to know, so that its ids and ranks lie where a
/// real model's do.
const VOCABULARY: u32 = 50_000;

/// The width of the states, which hold the surprisal and the position.
const STATE_WIDTH: usize = 2;

/// The number of layers that the stand-in claims to have.
const LAYERS: usize = 4;

/// The stand-in language model for tests: each word is as surprising as a table says. Words that
/// are not in the table get a surprisal made from their letters, the same every time.
#[derive(Debug)]
pub struct Stub {
    id: ModelId,
    surprisals: HashMap<String, f32>,
    expected: Vec<String>,
    /// The model fails on every text with this in it.
    failing_on: Option<String>,
    /// The model panics on every text with this in it.
    panicking_on: Option<String>,
    /// Texts of the tokens that were read, by their ids.
    token_texts: Mutex<HashMap<u32, String>>,
    tokens_read: AtomicU64,
}

impl Default for Stub {
    fn default() -> Self {
        Self::new([])
    }
}

impl Stub {
    /// A stand-in model to which each word of `table` is as surprising as the table says, in bits.
    /// White space around words does not count.
    pub fn new<'a>(table: impl IntoIterator<Item = (&'a str, f32)>) -> Self {
        Self {
            id: ModelId {
                name: "stub".to_owned(),
                sha256: "0".repeat(64),
                precision: Precision::F32,
            },
            surprisals: table
                .into_iter()
                .map(|(word, bits)| (word.to_owned(), bits))
                .collect(),
            expected: Vec::new(),
            failing_on: None,
            panicking_on: None,
            token_texts: Mutex::new(HashMap::new()),
            tokens_read: AtomicU64::new(0),
        }
    }

    /// The stand-in model that programs read with where their tests ask for the model `stub`:
    /// `gibberish` and `twaddle` are very surprising to it, and it fails on every text with
    /// `unspeakable` in it.
    pub fn of_programs() -> Self {
        Self::new([("gibberish", 75.0), ("twaddle", 60.0)]).failing_on("unspeakable")
    }

    /// The stand-in model with `words` as its most probable tokens at every position, best first.
    pub fn expecting<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.expected = words.into_iter().map(|word| format!(" {word}")).collect();
        self
    }

    /// The stand-in model that fails on every text with `mark` in it.
    pub fn failing_on(mut self, mark: impl Into<String>) -> Self {
        self.failing_on = Some(mark.into());
        self
    }

    /// The stand-in, panicking on every text that has `mark` in it.
    #[must_use]
    pub fn panicking_on(mut self, mark: impl Into<String>) -> Self {
        self.panicking_on = Some(mark.into());
        self
    }

    fn surprisal_bits(&self, word: &str) -> f32 {
        if let Some(&bits) = self.surprisals.get(word) {
            return bits;
        }
        // 1.0 to 5.9 bits in steps of 0.1: below any sensible threshold.
        1.0 + (hash(word) % 50) as f32 / 10.0
    }

    fn read_one(&self, text: &str, options: ReadOptions<'_>) -> Result<TokenScores, LmError> {
        for &layer in options.layers {
            if layer > LAYERS {
                return Err(LmError::NoSuchLayer {
                    asked: layer,
                    last: LAYERS,
                });
            }
        }
        if let Some(mark) = self
            .panicking_on
            .as_ref()
            .filter(|mark| text.contains(*mark))
        {
            panic!("{mark} is no word");
        }
        if let Some(mark) = self.failing_on.as_ref().filter(|mark| text.contains(*mark)) {
            return Err(LmError::Tokenizer {
                path: "stub".to_owned(),
                problem: format!("{mark} is no word"),
            });
        }
        let mut tokens = Vec::new();
        for span in token_spans(text) {
            let token = &text[span.range()];
            let surprisal_bits = self.surprisal_bits(token.trim());
            tokens.push(TokenScore {
                id: self.remember(token),
                span,
                surprisal_bits,
                entropy_bits: ENTROPY_BITS,
                rank: (surprisal_bits.exp2() as u32 - 1).min(VOCABULARY),
                most_probable: self.guesses(options.most_probable),
            });
        }
        self.tokens_read
            .fetch_add(tokens.len() as u64, Ordering::Relaxed);
        let layer = |&layer: &usize| {
            let rows = tokens.iter().enumerate();
            rows.flat_map(|(position, token)| {
                [token.surprisal_bits, (layer + position) as f32 / 10.0]
            })
            .collect()
        };
        let states = if options.layers.is_empty() {
            States::default()
        } else {
            States {
                width: STATE_WIDTH,
                layers: options.layers.iter().map(layer).collect(),
            }
        };
        Ok(TokenScores { tokens, states })
    }

    fn guesses(&self, most_probable: usize) -> Vec<Guess> {
        let expected = self.expected.iter().take(most_probable);
        expected
            .zip(1u8..)
            .map(|(word, rank)| Guess {
                id: self.remember(word),
                surprisal_bits: f32::from(rank),
            })
            .collect()
    }

    fn remember(&self, token: &str) -> u32 {
        let id = (hash(token) % u64::from(VOCABULARY)) as u32;
        if let Ok(mut texts) = self.token_texts.lock() {
            texts.entry(id).or_insert_with(|| token.to_owned());
        }
        id
    }
}

/// Words with the white space before them; the spans tile the text. A word is
/// a run of letters, digits and apostrophes; any other mark is a word itself.
fn token_spans(text: &str) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    let mut in_word = false;
    let mut only_space = true;
    for (index, character) in text.char_indices() {
        let of_word = character.is_alphanumeric() || matches!(character, '\'' | '’' | '-');
        let goes_on = only_space || (in_word && of_word);
        if !goes_on {
            spans.push(Span::new(start, index));
            start = index;
        }
        only_space = character.is_whitespace() && (only_space || !goes_on);
        in_word = of_word;
    }
    if start < text.len() {
        match spans.last_mut() {
            Some(last) if only_space => *last = Span::new(last.start(), text.len()),
            _ => spans.push(Span::new(start, text.len())),
        }
    }
    spans
}

/// FNV-1a: the same on every machine and in every release of the compiler.
fn hash(text: &str) -> u64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn finish(&self) -> u64 {
            self.0
        }
        fn write(&mut self, bytes: &[u8]) {
            for &byte in bytes {
                self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
            }
        }
    }
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    text.hash(&mut hasher);
    hasher.finish()
}

impl LanguageModel for Stub {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn layers(&self) -> usize {
        LAYERS
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        texts
            .iter()
            .map(|text| self.read_one(text, options))
            .collect()
    }

    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        let one = |prefix: &Prefix<'_>, continuation: &Continuation<'_>| {
            let before = prefix.before(continuation);
            let joined = format!("{before}{}", continuation.text);
            let mut scores = self.read_one(&joined, ReadOptions::default())?;
            let new = |token: &TokenScore| token.span.end() > before.len();
            scores.tokens.retain(new);
            Ok(scores)
        };
        let all = |prefix: &Prefix<'_>| {
            prefix
                .continuations
                .iter()
                .map(|b| one(prefix, b))
                .collect()
        };
        prefixes.iter().map(all).collect()
    }

    fn tokens(&self) -> TokenCounts {
        TokenCounts {
            read: self.tokens_read.load(Ordering::Relaxed),
            kept: 0,
        }
    }

    fn token_text(&self, id: u32) -> String {
        let texts = self.token_texts.lock().ok();
        texts
            .and_then(|texts| texts.get(&id).cloned())
            .unwrap_or_else(|| char::REPLACEMENT_CHARACTER.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bits(reading: &TokenScores) -> Vec<f32> {
        reading
            .tokens
            .iter()
            .map(|token| token.surprisal_bits)
            .collect()
    }

    #[test]
    fn a_word_is_as_surprising_as_the_table_says() {
        let model = Stub::new([("Spritze", 20.0), (".", 0.5)]).expecting(["drink"]);
        let options = ReadOptions {
            most_probable: 3,
            layers: &[1, 4],
        };
        let reading = model.read(&["a Spritze."], options).unwrap().remove(0);
        let words: Vec<String> = reading
            .tokens
            .iter()
            .map(|token| model.token_text(token.id))
            .collect();
        assert_eq!(words, ["a", " Spritze", "."]);
        assert_eq!(bits(&reading)[1..], [20.0, 0.5]);
        let guess = reading.tokens[1].most_probable[0];
        assert_eq!(model.token_text(guess.id), " drink");
        assert_eq!(reading.states.layers[1].len(), 3 * reading.states.width);
        assert!(matches!(
            model.read(
                &["a"],
                ReadOptions {
                    most_probable: 0,
                    layers: &[5]
                }
            ),
            Err(LmError::NoSuchLayer { asked: 5, last: 4 })
        ));
    }

    proptest! {
        #[test]
        fn tokens_tile_the_text(text in "[a-z,. \n東]{0,40}") {
            let reading = Stub::default().read(&[&text], ReadOptions::default()).unwrap().remove(0);
            let mut end = 0;
            for token in &reading.tokens {
                prop_assert_eq!(token.span.start(), end);
                prop_assert!(token.span.slice(&text).is_some());
                end = token.span.end();
            }
            prop_assert_eq!(end, text.len());
        }

        #[test]
        fn continuations_equal_the_whole(prefix in "[a-z ]{0,20}", rest in "[a-z. ]{1,20}") {
            let model = Stub::default();
            let joined = format!("{prefix}{rest}");
            let whole = model.read(&[&joined], ReadOptions::default()).unwrap().remove(0);
            let part = model.read_texts_after(&prefix, &[&rest]).unwrap().remove(0);
            let tail = &whole.tokens[whole.tokens.len() - part.tokens.len()..];
            prop_assert_eq!(&part.tokens, tail);
            let before = whole.tokens.len() - part.tokens.len();
            prop_assert!(whole.tokens[..before].iter().all(|token| token.span.end() <= prefix.len()));
        }
    }
}
