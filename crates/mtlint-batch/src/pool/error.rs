//! Why a pool cannot be used.
//!
//! In: the errors of the index, the lexicon and the sources. Out: one error that says which
//! of them it was. A single article that cannot be read is no error of the pool.

use mtlint::lexicon::LexiconError;

use crate::source::SourceError;

/// An error with which a pool cannot be read or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// No temporary folder can be made for the index.
    #[error("cannot make a temporary folder for the index of the pool")]
    Folder {
        /// What the system said of the folder.
        source: std::io::Error,
    },
    /// The index cannot be written or read.
    #[error("the index of the pool failed")]
    Index(#[from] tantivy::TantivyError),
    /// The lexicon is damaged.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// A source of the pool cannot be found.
    #[error("the pool cannot be read")]
    Source(#[from] SourceError),
    /// A source of the pool gives nothing to compare with.
    #[error("the pool {argument} holds no article: {problem}")]
    Empty {
        /// The source as given.
        argument: String,
        /// What is wrong with the first record or file of the source.
        problem: String,
    },
    /// Standard input was named as an input and as a pool.
    #[error("standard input (-) can be read only once, as an input or as a pool")]
    StandardInputTwice,
    /// The batch is its own pool, and an input cannot be read twice.
    #[error(
        "the pool is the batch itself, which is then read twice, and {name} can be read only \
         once; write it to a file first"
    )]
    OnlyOnce {
        /// The input as given.
        name: String,
    },
}
