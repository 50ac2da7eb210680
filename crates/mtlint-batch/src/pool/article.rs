//! A text with an id and perhaps a date.
//!
//! It is what a pool takes in, and what siblings are looked for. It compares nothing.

/// A text of the pool, or the document that siblings are wanted for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// Its path as given, or the record's own id.
    pub id: String,
    /// Its text.
    pub text: String,
    /// The day it is from, as a Julian day number, where it is known.
    pub date: Option<i32>,
}
