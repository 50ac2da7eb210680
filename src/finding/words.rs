//! The table of words in which all decisions about a document are made.
//!
//! In: the words of a document with what is known of each. Out: a [`WordTable`], one row a
//! word or punctuation mark, from which findings are made. Each stage of the pipeline
//! returns a new table; none changes one that another holds.

use crate::detect::WordSurprisal;
use crate::lexicon::Lexicon;
use crate::lm::TokenScores;
use crate::segment::Segments;

/// What is known and decided of one word or punctuation mark.
#[derive(Debug, Clone)]
pub struct WordRow {
    /// The bytes and the tokens of the word, with their surprisal.
    pub surprisal: WordSurprisal,
    /// The calibrated probability that a post-editor would change the word.
    pub p_garbled: f32,
    /// The probability from which the word is flagged.
    pub threshold: f32,
    /// The probability from which the word would be flagged at the sensitivity `balanced`.
    pub balanced: f32,
    /// Whether the word is flagged.
    pub garbled: bool,
}

/// The words of a document, and what findings need beside them.
#[derive(Clone)]
pub struct WordTable<'a> {
    /// The text of the document.
    pub text: &'a str,
    /// Its sentences and words.
    pub segments: &'a Segments,
    /// The scores of its tokens, with the most probable ones at each place.
    pub scores: &'a TokenScores,
    /// What is known of single words.
    pub lexicon: &'a Lexicon,
    /// One row for each word of `segments`, in text order.
    pub rows: Vec<WordRow>,
}

impl WordTable<'_> {
    /// The word at an index as the text has it.
    pub fn spelling(&self, word: usize) -> &str {
        let span = self.rows.get(word).map(|row| row.surprisal.span);
        span.and_then(|span| span.slice(self.text))
            .unwrap_or_default()
    }

    /// Which words are flagged.
    pub fn garbled(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.garbled).collect()
    }

    /// The same table with each row made anew of its index and the old row.
    #[must_use]
    pub fn with_rows(&self, row: impl Fn(usize, &WordRow) -> WordRow) -> Self {
        let rows = self.rows.iter().enumerate();
        Self {
            rows: rows.map(|(word, old)| row(word, old)).collect(),
            ..*self
        }
    }
}
