//! Reading text with a language model.
//!
//! In: text. Out: a [`TokenScores`], the model's numbers for every token. The unit
//! is the bit. Nothing here knows what garble is, and no tensor type leaves
//! this crate. The engine is [`llama`]; [`linear`] holds its layers, which a detector may
//! use too. [`span`] and [`checksum`] are what all who read texts and models share.

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod checksum;
pub mod gguf;
pub mod linear;
pub mod llama;
pub mod span;
pub mod stub;
pub mod tokenizer;
pub mod windows;

use std::any::Any;
use std::fmt;

pub use crate::linear::Precision;
use crate::span::{Doc, Span};

/// Which model made a reading, for reports and caches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelId {
    /// The name the user knows it by: `smollm2-135m`, or the file's stem.
    pub name: String,
    /// SHA-256 of the weights file, in lower-case hexadecimal.
    pub sha256: String,
    /// In which numbers its products are made.
    pub precision: Precision,
}

/// What a reading should hold beside surprisal, entropy and rank.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions<'a> {
    /// How many of the most probable tokens to keep at each position.
    pub most_probable: usize,
    /// Layers whose hidden states are kept: 0 is the embedding, 1 the output
    /// of the first block, the last one the output of the final norm.
    pub layers: &'a [usize],
}

/// A token the model found probable at some position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guess {
    /// Vocabulary id; [`LanguageModel::token_text`] spells it.
    pub id: u32,
    /// -log2 of its probability.
    pub surprisal_bits: f32,
}

/// The model's numbers for one token of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenScore {
    /// Vocabulary id.
    pub id: u32,
    /// Bytes of the text it stands for. Tokens tile the text, in order; a
    /// token that is a part of one character has the span of that character.
    pub span: Span<Doc>,
    /// -log2 of the probability of this token given all before it.
    pub surprisal_bits: f32,
    /// Entropy of the distribution it was drawn from, in bits.
    pub entropy_bits: f32,
    /// How many tokens were more probable; 0 when it was the favourite.
    pub rank: u32,
    /// The favourites at this position, best first.
    pub most_probable: Vec<Guess>,
}

/// Hidden states of chosen layers, one row a token.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct States {
    /// Numbers in one row of one layer.
    pub width: usize,
    /// For each layer asked for, in the order asked: tokens × width numbers.
    pub layers: Vec<Vec<f32>>,
}

/// What the model made of one text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokenScores {
    /// One entry a token, in text order.
    pub tokens: Vec<TokenScore>,
    /// States of the layers asked for.
    pub states: States,
}

impl TokenScores {
    /// Sum of the tokens' surprisals, in bits.
    pub fn total_bits(&self) -> f64 {
        self.tokens
            .iter()
            .map(|token| f64::from(token.surprisal_bits))
            .sum()
    }
}

/// What a model keeps of a text that it has read, so that it can read on from any
/// place in it. Only the model that made it can make use of it.
pub struct KvCache(Box<dyn Any + Send + Sync>);

impl KvCache {
    /// Holds what a model keeps.
    pub fn new(kept: impl Any + Send + Sync) -> Self {
        Self(Box::new(kept))
    }

    /// What is held, if it is of this kind.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for KvCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Memory")
    }
}

/// A text that follows the beginning of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Continuation<'a> {
    /// The byte of the other text before which it begins.
    pub at: usize,
    /// The text.
    pub text: &'a str,
}

/// A text, and others that follow its beginnings.
#[derive(Debug, Clone, Copy)]
pub struct Prefix<'a> {
    /// The text.
    pub text: &'a str,
    /// What is read after parts of it.
    pub continuations: &'a [Continuation<'a>],
    /// What [`LanguageModel::read_with_cache`] kept of this very text: then none of it
    /// is read again.
    pub cache: Option<&'a KvCache>,
}

impl Prefix<'_> {
    /// What stands before a branch.
    pub fn before(&self, continuation: &Continuation<'_>) -> &str {
        self.text.get(..continuation.at).unwrap_or(self.text)
    }
}

/// A causal language model that reads text. Deterministic: the same text gives
/// the same numbers, alone or in a batch, whatever the number of threads.
pub trait LanguageModel: Send + Sync {
    /// Name and checksum of the weights.
    fn id(&self) -> &ModelId;

    /// Number of blocks; layer `layers()` is the last one [`ReadOptions`] may
    /// ask for.
    fn layers(&self) -> usize;

    /// Reads each text on its own, from the start-of-document token on.
    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError>;

    /// Reads as [`Self::read`] does, and keeps what [`Self::read_continuations`] needs to
    /// read branches of a text without reading it again; `None` for a text that is too
    /// long for that, and for all where the model keeps nothing. It is large: 23 to
    /// 46 kB for each token of the default model.
    fn read_with_cache(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        let readings = self.read(texts, options)?.into_iter();
        Ok(readings.map(|reading| (reading, None)).collect())
    }

    /// Reads each branch as if it followed the bytes of its trunk before it, each
    /// trunk only once; for each trunk a result a branch. It holds the tokens that end
    /// within the branch, with spans into the trunk's beginning and the branch joined;
    /// its values equal those of [`Self::read`] of the joined text within 1e-3 bits.
    /// `most_probable` and `states` are left empty. A branch that is the trunk's own
    /// text costs hardly anything, and many trunks together less than one by one.
    fn read_continuations(&self, prefixes: &[Prefix<'_>])
    -> Result<Vec<Vec<TokenScores>>, LmError>;

    /// Reads `prefix` followed by each of the continuations, the prefix only
    /// once, as [`Self::read_continuations`] does.
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
    /// context: a result is that of [`Self::read_texts_after`].
    fn read_after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        let read = |(before, text): &(&str, &str)| self.read_texts_after(before, &[text]);
        let read: Vec<Vec<TokenScores>> = pairs.iter().map(read).collect::<Result<_, _>>()?;
        Ok(read.into_iter().flatten().collect())
    }

    /// The text of a token, a leading space included; bytes that are no
    /// UTF-8 on their own become U+FFFD.
    fn token_text(&self, id: u32) -> String;
}

/// Makes vectors of sentences: those that tell the same lie in the same direction.
/// Deterministic: the same sentences together give the same numbers.
pub trait SentenceVectors: Send + Sync {
    /// Name and checksum of the weights, for caches.
    fn id(&self) -> &str;

    /// A vector of length 1 for each sentence.
    fn vectors(&self, sentences: &[&str]) -> Result<Vec<Vec<f32>>, LmError>;
}

/// How many texts of these lengths, from the first on, make one batch of `most` tokens,
/// or bytes: one at least.
pub fn fitting(lengths: impl Iterator<Item = usize>, most: usize) -> usize {
    let mut total = 0;
    let fits = lengths.take_while(|length| {
        total += length;
        total <= most
    });
    fits.count().max(1)
}

/// Why a model could not be loaded or could not read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LmError {
    /// The file cannot be opened or read.
    #[error("cannot read the model {path}")]
    Io {
        /// Path of the model file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not a whole GGUF file.
    #[error("{path} is not a usable GGUF file: {problem}")]
    Malformed {
        /// Path of the model file.
        path: String,
        /// What is wrong with it, with expected and got.
        problem: String,
    },
    /// The file is sound but of a kind this engine does not read.
    #[error("{path} holds {found}; mtlint reads {supported}")]
    Unsupported {
        /// Path of the model file.
        path: String,
        /// What the file holds.
        found: String,
        /// What would have been read.
        supported: &'static str,
    },
    /// The tokenizer in the file cannot be built or refused a text.
    #[error("the tokenizer of {path} failed: {problem}")]
    Tokenizer {
        /// Path of the model file.
        path: String,
        /// What the tokenizer said.
        problem: String,
    },
    /// The request does not fit the model.
    #[error("the model has no layer {asked}; its last is {last}")]
    NoSuchLayer {
        /// The layer asked for.
        asked: usize,
        /// The highest that exists.
        last: usize,
    },
    /// A folder does not hold a model that the second engine reads.
    #[error("{path} is not a usable model: {problem}")]
    Folder {
        /// The folder, or the name of the model.
        path: String,
        /// What is wrong with it, with expected and got.
        problem: String,
    },
    /// libtorch could not make or run the network.
    #[error("libtorch cannot read with {path}: {problem}")]
    Torch {
        /// The folder, or the name of the model.
        path: String,
        /// What it said.
        problem: String,
    },
    /// A CUDA device was asked for, and there is none.
    #[error("there is no CUDA device, or the libtorch that mtlint was built with has no CUDA")]
    NoCuda,
    /// The numbers of the model are not finite: its weights are damaged.
    #[error(
        "the model {path} gave numbers that are not finite; its weights are damaged, fetch it again"
    )]
    NotFinite {
        /// Path of the model file.
        path: String,
    },
}
