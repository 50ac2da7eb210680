//! mtlint finds machine-translation garble in an article without its source
//! text: a language model reads the article, words that no careful writer
//! would leave are noticed, and a cleaner *sibling* article on the same story
//! says what they should be.
//!
//! Data flows one way, left to right; a module uses only what stands before
//! it: [`span`] → [`document`] → [`segment`] → [`language`] → [`lexicon`] →
//! [`lm`] → [`detect`] and [`sibling`] → [`finding`] and [`score`] →
//! [`policy`] → [`correct`] → [`report`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

pub mod batch;
pub mod correct;
pub mod detect;
pub mod document;
pub mod finding;
pub mod language;
pub mod lexicon;
pub mod models;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod score;
pub mod segment;
pub mod sibling;

pub use mtlint_lm as lm;
pub use mtlint_lm::{checksum, span};
