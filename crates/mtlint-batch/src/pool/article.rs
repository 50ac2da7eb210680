//! A text with an id and perhaps a date.
//!
//! It is what a pool takes in, and what siblings are looked for. It compares nothing.

/// A text of the pool, or the document that siblings are wanted for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Article {
    /// The article's own id, or its path as given.
    pub id: String,
    /// The article's text.
    pub text: String,
    /// The day that the article is from, as a Julian day number, where it is known.
    pub date: Option<i32>,
}
