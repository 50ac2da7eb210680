//! Reads text with a small language model, on the processor, and tells how surprising each token
//! is.
//!
//! In: a GGUF file of a Llama-architecture model, then texts. Out: [`TokenScores`]: for every token
//! its surprisal, the entropy and its rank in bits, and on request the model's favorite tokens and
//! hidden states. The same text always gets the same numbers, alone or in a batch. The crate
//! generates no text, knows nothing of machine translation, and shows no tensor type. The engine is
//! [`llama`], and [`linear`] holds its layers, which other networks can use too; [`span`],
//! [`checksum`] and [`cache`] are shared by all that read texts and models.
//!
//! ```no_run
//! use std::path::Path;
//!
//! use mtlint_lm::llama::Llama;
//! use mtlint_lm::{LanguageModel, LmError, Precision, ReadOptions};
//!
//! fn main() -> Result<(), LmError> {
//!     let path = Path::new("smollm2-135m.gguf");
//!     let model = Llama::load(path, "smollm2-135m", None, Precision::Int8)?;
//!     let text = "Colorless green ideas sleep furiously.";
//!     for scores in model.read(&[text], ReadOptions::default())? {
//!         for token in &scores.tokens {
//!             let word = token.span.slice(text).unwrap_or_default();
//!             println!("{word:?} {:.1} bits", token.surprisal_bits);
//!         }
//!     }
//!     Ok(())
//! }
//! ```

#![warn(unreachable_pub, clippy::print_stdout, clippy::print_stderr)]

pub mod cache;
pub mod checksum;
pub mod gguf;
pub mod linear;
pub mod llama;
pub mod patience;
pub mod span;
pub mod stub;
pub mod tokenizer;
pub mod windows;

use std::any::Any;
use std::fmt;

pub use crate::linear::Precision;
use crate::span::{Doc, Span};

/// The identity of a language model, for reports and caches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId {
    /// The name of the model, such as `smollm2-135m`, or the stem of its file.
    pub name: String,
    /// The SHA-256 of the weights file, in lower-case hexadecimal.
    pub sha256: String,
    /// The precision in which the model computes.
    pub precision: Precision,
}

/// The results that [`LanguageModel::read`] returns besides surprisal, entropy and rank.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// The number of most probable tokens to return at each position.
    pub most_probable: usize,
    /// The layers whose hidden states are returned: 0 is the embedding, 1 the output
    /// of the first block, the last one the output of the final norm.
    pub layers: &'a [usize],
}

/// A token that the model found probable at some position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// The vocabulary id of the token; [`LanguageModel::token_text`] gives its text.
    pub id: u32,
    /// The surprisal of the token in bits: -log2 of its probability.
    pub surprisal_bits: f32,
}

/// The scores of one token of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenScore {
    /// The vocabulary id of the token.
    pub id: u32,
    /// The bytes of the text that the token stands for. Tokens tile the text, in order; a
    /// token that is a part of one character has the span of that character.
    pub span: Span<Doc>,
    /// The surprisal of the token in bits: -log2 of its probability given all tokens before it.
    pub surprisal_bits: f32,
    /// The entropy of the model's distribution at this position, in bits.
    pub entropy_bits: f32,
    /// The number of tokens that were more probable; 0 for the most probable one.
    pub rank: u32,
    /// The most probable tokens at this position, best first.
    pub most_probable: Vec<Guess>,
}

/// The hidden states of chosen layers, one row a token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct States {
    /// The number of values in one row of one layer.
    pub width: usize,
    /// The states of each layer of [`ReadOptions::layers`], in that order: tokens × width values.
    pub layers: Vec<Vec<f32>>,
}

/// The scores of all tokens of one text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenScores {
    /// The scores of each token, in text order.
    pub tokens: Vec<TokenScore>,
    /// The hidden states of the layers of [`ReadOptions::layers`].
    pub states: States,
}

impl TokenScores {
    /// The sum of the tokens' surprisals, in bits.
    pub fn total_bits(&self) -> f64 {
        self.tokens
            .iter()
            .map(|token| f64::from(token.surprisal_bits))
            .sum()
    }
}

/// How many tokens a model has been asked for since it was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// The tokens that it read.
    pub read: u64,
    /// The tokens that it need not read, since their readings were kept: see
    /// [`LanguageModel::keep_readings`].
    pub kept: u64,
}

/// The keys and values that a model keeps of a text, so that it can read on from any place in
/// it. Only the model that made a cache can use it.
pub struct KvCache(Box<dyn Any + Send + Sync>);

impl KvCache {
    /// A cache with the contents that a model keeps, of a type that only the model knows.
    pub fn new(contents: impl Any + Send + Sync) -> Self {
        Self(Box::new(contents))
    }

    /// The contents of the cache, if they are of the type `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for KvCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KvCache")
    }
}

/// A text that is read as if it followed the beginning of a [`Prefix`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continuation<'a> {
    /// The number of bytes of the prefix that the continuation follows.
    pub at: usize,
    /// The text of the continuation.
    pub text: &'a str,
}

/// A text with the continuations that are read after beginnings of it.
#[derive(Debug, Clone, Copy)]
pub struct Prefix<'a> {
    /// The text of the prefix.
    pub text: &'a str,
    /// The continuations, each of which follows a beginning of the text.
    pub continuations: &'a [Continuation<'a>],
    /// The cache that [`LanguageModel::read_with_cache`] made of this very text. With it no part
    /// of the text is read again.
    pub cache: Option<&'a KvCache>,
}

impl Prefix<'_> {
    /// The part of the prefix that stands before a continuation.
    pub fn before(&self, continuation: &Continuation<'_>) -> &str {
        self.text.get(..continuation.at).unwrap_or(self.text)
    }
}

/// A causal language model that reads text. It is deterministic: the same text gives
/// the same numbers, alone or in a batch, whatever the number of threads.
pub trait LanguageModel: Send + Sync {
    /// The name, checksum and precision of the model.
    fn id(&self) -> &ModelId;

    /// The number of blocks of the model, and so the last layer that [`ReadOptions::layers`] may
    /// name.
    fn layers(&self) -> usize;

    /// Reads each text on its own, from the start-of-document token on, and returns the scores of
    /// each.
    ///
    /// # Errors
    /// [`LmError::NoSuchLayer`], and other errors when the model fails.
    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError>;

    /// Reads one text as [`Self::read`] does, and gives `take` the scores of its tokens part by part,
    /// in text order: of a long text only a part is held. A model without parts gives all at once.
    /// An error of `take` ends the reading.
    ///
    /// # Errors
    /// As for [`Self::read`], and those of `take`.
    fn read_in_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores) -> Result<(), LmError>,
    ) -> Result<(), LmError> {
        self.read(&[text], options)?.into_iter().try_for_each(take)
    }

    /// Reads texts as [`Self::read`] does, and returns with each a cache with which
    /// [`Self::read_continuations`] need not read the text again. There is no cache for a text that
    /// is too long, and none at all where the model makes none. A cache is large: 23 to 46 kB for
    /// each token of the default model.
    ///
    /// # Errors
    /// As for [`Self::read`].
    fn read_with_cache(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        let scores = self.read(texts, options)?.into_iter();
        Ok(scores.map(|scores| (scores, None)).collect())
    }

    /// Reads each continuation as if it followed the part of its prefix before it, each prefix
    /// only once, and returns for each prefix the scores of each continuation. Scores are those of
    /// the tokens that end within the continuation, with spans into the part of the prefix and
    /// the continuation joined; they equal those of [`Self::read`] of the joined text within 1e-3
    /// bits. `most_probable` and `states` are left empty. A continuation that is the prefix's own
    /// text costs hardly anything, and many prefixes together cost less than one by one.
    ///
    /// # Errors
    /// [`LmError`] when the model fails.
    fn read_continuations(&self, prefixes: &[Prefix<'_>])
    -> Result<Vec<Vec<TokenScores>>, LmError>;

    /// Reads each of the continuations as if it followed the whole of `prefix`, which is read only
    /// once; see [`Self::read_continuations`] for the scores.
    ///
    /// # Errors
    /// As for [`Self::read_continuations`].
    fn read_texts_after(
        &self,
        prefix: &str,
        continuations: &[&str],
    ) -> Result<Vec<TokenScores>, LmError> {
        let at = prefix.len();
        let continuations = continuations.iter().map(|text| Continuation { at, text });
        let continuations: Vec<Continuation<'_>> = continuations.collect();
        let prefix = Prefix {
            text: prefix,
            continuations: &continuations,
            cache: None,
        };
        let read = self.read_continuations(&[prefix])?;
        Ok(read.into_iter().flatten().collect())
    }

    /// Reads the second text of each pair as if it followed the first, which is only
    /// context; see [`Self::read_continuations`] for the scores.
    ///
    /// # Errors
    /// As for [`Self::read_continuations`].
    fn read_after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        let read = |(before, text): &(&str, &str)| self.read_texts_after(before, &[text]);
        let read: Vec<Vec<TokenScores>> = pairs.iter().map(read).collect::<Result<_, _>>()?;
        Ok(read.into_iter().flatten().collect())
    }

    /// Keeps readings from now on, up to about `bytes` bytes in memory, so that a text that differs
    /// from one that was read before costs what stands from the first difference on: a model that
    /// reads from left to right reads that anew. What is asked of parts of the text by
    /// [`Self::read_continuations`] and [`Self::read_after`] costs nothing where it was asked
    /// before. All numbers stay the same to the last bit. What was used longest ago is forgotten
    /// first, and texts of more than 4,096 tokens are not kept. A reading of the default model takes
    /// 33 to 56 kB for each token. A model that keeps nothing does nothing, and 0 bytes forget all.
    fn keep_readings(&self, bytes: usize) {
        let _ = bytes;
    }

    /// How many tokens the model has read so far, and how many it need not read; zeros for a model
    /// that does not count.
    fn tokens(&self) -> TokenCounts {
        TokenCounts::default()
    }

    /// The text of a token, a leading space included. Bytes that are not
    /// UTF-8 on their own become U+FFFD.
    fn token_text(&self, id: u32) -> String;
}

/// An encoder that makes embeddings of sentences: sentences of like meaning get vectors of like
/// direction. It is deterministic: the same sentences together give the same numbers.
pub trait SentenceVectors: Send + Sync {
    /// The name and checksum of the encoder, for caches.
    fn id(&self) -> &str;

    /// The embedding of each sentence, a vector of length 1.
    ///
    /// # Errors
    /// [`LmError`] when the encoder fails.
    fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, LmError>;
}

/// The number of texts, from the first on, that fit one batch: their `lengths` (tokens or bytes)
/// sum to at most `max`. It is at least 1.
pub fn texts_in_batch(lengths: impl Iterator<Item = usize>, max: usize) -> usize {
    let mut total = 0;
    let fits = lengths.take_while(|length| {
        total += length;
        total <= max
    });
    fits.count().max(1)
}

/// Why a model could not be loaded, or could not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LmError {
    /// The file cannot be opened or read.
    #[error("cannot read the model {path}")]
    Io {
        /// Path of the model file.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The file is not a whole and sound GGUF file.
    #[error("{path} is not a usable GGUF file: {problem}")]
    Malformed {
        /// Path of the model file.
        path: String,
        /// The problem, with what was expected and what was found.
        problem: String,
    },
    /// The file is sound, but of a kind that the engine does not read.
    #[error("{path} holds {found}; mtlint reads {supported}")]
    Unsupported {
        /// Path of the model file.
        path: String,
        /// The kind of model in the file.
        found: String,
        /// The kinds of models that are read.
        supported: &'static str,
    },
    /// The tokenizer in the file cannot be built, or failed on a text.
    #[error("the tokenizer of {path} failed: {problem}")]
    Tokenizer {
        /// Path of the model file.
        path: String,
        /// The message of the tokenizer.
        problem: String,
    },
    /// [`ReadOptions::layers`] names a layer that the model does not have.
    #[error("the model has no layer {asked}; its last is {last}")]
    NoSuchLayer {
        /// The layer that was asked for.
        asked: usize,
        /// The last layer of the model.
        last: usize,
    },
    /// A folder does not hold a model that the libtorch engine reads.
    #[error("{path} is not a usable model: {problem}")]
    Folder {
        /// The folder of the model, or its name.
        path: String,
        /// The problem, with what was expected and what was found.
        problem: String,
    },
    /// libtorch could not build or run the network.
    #[error("libtorch cannot read with {path}: {problem}")]
    Torch {
        /// The folder of the model, or its name.
        path: String,
        /// The message of libtorch.
        problem: String,
    },
    /// A CUDA device was asked for, and there is none.
    #[error("there is no CUDA device, or the libtorch that mtlint was built with has no CUDA")]
    NoCuda,
    /// Nobody waits for the reading any more.
    #[error("the reading was given up, since nobody waits for it any more")]
    GivenUp,
    /// The model computed numbers that are not finite: its weights are damaged.
    #[error(
        "the model {path} gave numbers that are not finite; its weights are damaged, fetch it again"
    )]
    NotFinite {
        /// Path of the model file.
        path: String,
    },
}
