//! The table of words in which all decisions about a document are made.
//!
//! In: the words of a document with what is known of each. Out: a [`WordTable`], one row a
//! word or punctuation mark, from which findings are made. Each stage of the pipeline
//! returns a new table; none changes one that another holds.

use crate::detect::kinds::ErrorKinds;
use crate::detect::{PhraseModel, SuspectPhrase, WordSurprisal};
use crate::lexicon::Lexicon;
use crate::lm::TokenScores;
use crate::segment::Segments;

/// What is known and decided of one word or punctuation mark.
#[derive(Debug, Clone)]
pub(crate) struct WordRow {
    /// The bytes and the tokens of the word, with their surprisal.
    pub surprisal: WordSurprisal,
    /// The calibrated probability that a post-editor would change the word.
    pub p_garbled: f32,
    /// The probability that a word of the phrase that the word belongs to is garbled; that of
    /// the word alone if it belongs to none.
    pub p_phrase: f32,
    /// Whether a phrase begins with the word that the detector takes for one: neighbours in two
    /// of them are two findings.
    pub begins_phrase: bool,
    /// The probability from which the word is flagged.
    pub threshold: f32,
    /// The probability from which the word would be flagged at the sensitivity `balanced`.
    pub balanced: f32,
    /// Whether the word is flagged.
    pub garbled: bool,
}

/// The words of a document with all that findings are made from.
#[derive(Clone)]
pub(crate) struct WordTable<'a> {
    /// The text of the document, of a marked-up one its prose.
    pub text: &'a str,
    /// The sentences and words of the document.
    pub segments: &'a Segments,
    /// The scores of the document's tokens, with the most probable tokens at each place.
    pub scores: &'a TokenScores,
    /// The lexicon, which knows single words.
    pub lexicon: &'a Lexicon,
    /// What kind of error each word is, if it is one; empty if the detector does not know.
    pub kinds: &'a [ErrorKinds],
    /// How words make phrases; `None` if each word is flagged by itself.
    pub phrases: Option<PhraseModel>,
    /// One row for each word of `segments`, in text order.
    pub rows: Vec<WordRow>,
}

impl WordTable<'_> {
    /// The word at the index `word` as it stands in the text; empty beyond the last.
    pub(crate) fn spelling(&self, word: usize) -> &str {
        let span = self.rows.get(word).map(|row| row.surprisal.span);
        span.and_then(|span| span.slice(self.text))
            .unwrap_or_default()
    }

    /// The phrases that can be flagged, in text order: with a phrase model words that are
    /// suspect together, and otherwise each word by itself.
    pub(crate) fn suspects(&self) -> Vec<SuspectPhrase> {
        let p: Vec<f32> = self.rows.iter().map(|row| row.p_garbled).collect();
        match self.phrases {
            Some(phrases) => phrases.phrases(&p, &self.segments.words_by_sentence()),
            None => (0..p.len())
                .map(|word| SuspectPhrase {
                    words: word..word + 1,
                    worst: word,
                    p_garbled: p[word],
                })
                .collect(),
        }
    }

    /// For each word whether it is flagged.
    pub(crate) fn garbled(&self) -> Vec<bool> {
        self.rows.iter().map(|row| row.garbled).collect()
    }

    /// A table of the same words in which `row` makes each row of its index and the old row.
    #[must_use]
    pub(crate) fn with_rows(&self, row: impl Fn(usize, &WordRow) -> WordRow) -> Self {
        let rows = self.rows.iter().enumerate();
        Self {
            rows: rows.map(|(word, old)| row(word, old)).collect(),
            ..*self
        }
    }
}
