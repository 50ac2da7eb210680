//! A tagger of words: a small encoder that reads a text sentence by sentence and says of
//! each word whether a post-editor would change it, and why.
//!
//! In: a text, its segments and the lexicon. Out: a few numbers for each word. The words
//! are those of [`crate::segment`], punctuation marks included, so that what the tagger says
//! can be laid beside what [`crate::detect`] says. What the program knows of a word besides
//! its letters are its [`traits`].

pub mod traits;
