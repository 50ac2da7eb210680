//! A text's paragraphs, sentences and words, as spans.
//!
//! In: the original text. Out: [`Segments`]: three lists of sorted spans that do
//! not overlap and that together leave out nothing but white space and a byte
//! order mark at the front. Every later stage counts, reads and reports in these
//! words. It changes no text, knows no language but English conventions, and
//! judges nothing.
//!
//! Words stand on the word boundaries of Unicode's annex 29 (the
//! `unicode-segmentation` library), with a pass of our own that joins what
//! English writes as one ("longer-than-expected", "U.S.") and parts what garbled
//! text glues together ("talks.The"). Sentences do not stand on the same
//! library: its search for a lower-case letter after a full stop is quadratic,
//! so one hostile line would hang a batch, and it knows no abbreviations; with
//! the words already told apart, the rules that remain are few. SRX rules were
//! weighed too, but the good English rule set is not ours to ship. Everything
//! here is linear in the length of the text.

mod abbreviations;
mod form;
mod sentences;
mod words;

use std::ops::Range;

pub(crate) use form::{
    is_all_capitals, is_apostrophe, normal, possessive_ending, without_possessive,
};

use crate::document::paragraphs;
use crate::span::{Doc, Span};

/// No word is longer than this many bytes; a longer one is cut at character
/// boundaries, so that no later stage meets a monster.
pub const MAX_WORD_BYTES: usize = 512;

/// Whether a [`Word`] is a word or a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WordKind {
    /// A word: it has a letter or a digit.
    Word,
    /// A punctuation mark, a symbol, an emoji.
    Punctuation,
}

/// A word or a punctuation mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word {
    /// The bytes of the document that hold the word.
    pub span: Span<Doc>,
    /// Whether it is a word or a mark.
    pub kind: WordKind,
    /// The sentence of the word: an index into [`Segments::sentences`].
    pub sentence: usize,
    /// The paragraph of the word: an index into [`Segments::paragraphs`].
    pub paragraph: usize,
}

/// The paragraphs, sentences and words of a text. Every list is sorted; a word lies in exactly one
/// sentence, a sentence in exactly one paragraph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segments {
    /// The paragraphs, in bytes of the document.
    pub paragraphs: Vec<Span<Doc>>,
    /// The sentences, in bytes of the document; headings and other stretches that stand on
    /// their own are sentences too.
    pub sentences: Vec<Span<Doc>>,
    /// The words and punctuation marks.
    pub words: Vec<Word>,
}

impl Segments {
    /// The words that lie in `span` at least in part, as indices into `words`.
    pub fn words_in(&self, span: Span<Doc>) -> Range<usize> {
        let first = self
            .words
            .partition_point(|word| word.span.end() <= span.start());
        let count = self.words[first..].partition_point(|word| word.span.start() < span.end());
        first..first + count
    }

    /// The words of each sentence that has any, as indices into `words`.
    pub fn words_by_sentence(&self) -> Vec<Range<usize>> {
        let mut sentences = Vec::new();
        let mut start = 0;
        for sentence in self.words.chunk_by(|a, b| a.sentence == b.sentence) {
            sentences.push(start..start + sentence.len());
            start += sentence.len();
        }
        sentences
    }

    /// How many words the text has, punctuation marks not counted.
    pub fn word_count(&self) -> usize {
        let words = self.words.iter();
        words.filter(|word| word.kind == WordKind::Word).count()
    }
}

/// Splits `text` into paragraphs, sentences and words.
pub fn segment(text: &str) -> Segments {
    let mut segments = Segments::default();
    for lines in paragraphs(text) {
        let tokens = words::words(text, lines);
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            continue;
        };
        let paragraph = segments.paragraphs.len();
        segments.paragraphs.push(Span::new(first.start, last.end));
        for sentence in sentences::sentences(text, &tokens) {
            let index = segments.sentences.len();
            let tokens = &tokens[sentence];
            if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
                segments.sentences.push(Span::new(first.start, last.end));
            }
            segments.words.extend(tokens.iter().map(|token| Word {
                span: Span::new(token.start, token.end),
                kind: token.kind,
                sentence: index,
                paragraph,
            }));
        }
    }
    segments
}

/// Whether `c` makes a word of the token it stands in. Letters in boxes and
/// circles are used like emoji, raised and lowered digits like marks: they do
/// not.
pub(crate) fn is_word_character(c: char) -> bool {
    c.is_alphanumeric()
        && !matches!(c, '²' | '³' | '¹' | '\u{2070}'..='\u{209f}' | '\u{1f100}'..='\u{1f2ff}')
}

#[cfg(test)]
mod tests;
