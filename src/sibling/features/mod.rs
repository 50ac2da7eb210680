//! The inputs of the networks, as rows of named numbers.
//!
//! In: a [`Comparison`](super::comparison::Comparison) and a word, an edit or two facts.
//! Out: a row of numbers for a network. Each row is made by one table that names its
//! columns and says how each is computed, so that a number and its name stand together;
//! the names also stand in the file of weights. Nothing is decided here.

pub(super) mod columns;
pub(super) mod contradiction;
pub(super) mod cost;
pub(super) mod document;
pub(super) mod edit;
pub(super) mod word;
