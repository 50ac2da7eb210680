//! What each kind of pattern looks at: a text with its words, and what is known of them.
//!
//! In: a text, its segments, the lexicon, and which words are not to be judged. Out:
//! [`Setting`], which answers questions about words and makes a [`Pattern`] of a stretch of
//! bytes. It knows no kind of pattern.

use std::ops::Range;

use super::pattern::{Pattern, PatternKind, Replacement};
use crate::lexicon::Lexicon;
use crate::rating::{Applicability, Category, Severity};
use crate::segment::{Segments, WordKind};
use crate::span::Span;

/// What markup says of the words of a text. Plain text says nothing: the default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MarkedWords {
    /// For each word whether it is not to be judged, as code is; empty for none.
    pub excluded: Vec<bool>,
    /// For each word whether it is set off, as in italics; empty for none.
    pub set_off: Vec<bool>,
}

/// What each kind of pattern looks at.
pub(crate) struct Setting<'a> {
    pub text: &'a str,
    pub segments: &'a Segments,
    pub lexicon: &'a Lexicon,
    /// For each word whether it is not to be judged: by markup, or because it stands in a
    /// passage in another language on purpose.
    pub excluded: Vec<bool>,
    /// For each word whether it stands in quotation marks or backquotes.
    quoted: Vec<bool>,
    /// For each paragraph whether it is code or markup rather than prose.
    code: Vec<bool>,
}

/// What is wrong with a phrase, and how surely; the words come beside it.
pub(crate) struct Claim {
    pub kind: PatternKind,
    pub category: Category,
    pub severity: Severity,
    pub confidence: f32,
    pub replacement: Option<Replacement>,
}

impl<'a> Setting<'a> {
    pub(crate) fn new(
        text: &'a str,
        segments: &'a Segments,
        lexicon: &'a Lexicon,
        excluded: Vec<bool>,
    ) -> Self {
        Self {
            text,
            segments,
            lexicon,
            excluded,
            quoted: quoted(text, segments),
            code: code(text, segments),
        }
    }

    /// The word at the index `word` as it stands in the text; empty beyond the last.
    pub(crate) fn spelling(&self, word: usize) -> &'a str {
        let span = self.segments.words.get(word).map(|word| word.span);
        span.and_then(|span| span.slice(self.text))
            .unwrap_or_default()
    }

    /// The word before the index `word` in the same sentence, in small letters; empty at
    /// its front.
    pub(crate) fn before(&self, word: usize) -> String {
        let earlier = word.checked_sub(1);
        let earlier = earlier.filter(|earlier| self.same_sentence(*earlier, word));
        earlier.map_or_else(String::new, |word| self.spelling(word).to_lowercase())
    }

    /// The word behind the index `word` in the same sentence, in small letters; empty at
    /// its end.
    pub(crate) fn behind(&self, word: usize) -> String {
        if self.same_sentence(word, word + 1) {
            self.spelling(word + 1).to_lowercase()
        } else {
            String::new()
        }
    }

    /// Whether there is a word, no mark, at an index.
    pub(crate) fn is_word(&self, word: usize) -> bool {
        let word = self.segments.words.get(word);
        word.is_some_and(|word| word.kind == WordKind::Word)
    }

    /// Whether a word is not to be judged.
    pub(crate) fn is_excluded(&self, word: usize) -> bool {
        self.excluded.get(word).copied().unwrap_or_default()
    }

    /// Whether a word stands in quotation marks or backquotes.
    pub(crate) fn is_quoted(&self, word: usize) -> bool {
        self.quoted.get(word).copied().unwrap_or_default()
    }

    /// Whether a word stands in a paragraph of code, which plain text does not set apart.
    pub(crate) fn is_code(&self, word: usize) -> bool {
        let paragraph = self.segments.words.get(word).map(|word| word.paragraph);
        let code = paragraph.and_then(|paragraph| self.code.get(paragraph));
        code.copied().unwrap_or_default()
    }

    /// Whether two words stand in the same sentence.
    pub(crate) fn same_sentence(&self, one: usize, other: usize) -> bool {
        let sentence = |word: usize| self.segments.words.get(word).map(|word| word.sentence);
        sentence(one).is_some() && sentence(one) == sentence(other)
    }

    /// The text between a word and the next one.
    pub(crate) fn gap(&self, word: usize) -> &'a str {
        let span = |word: usize| self.segments.words.get(word).map(|word| word.span);
        match (span(word), span(word + 1)) {
            (Some(one), Some(next)) => self.text.get(one.end()..next.start()).unwrap_or_default(),
            _ => "",
        }
    }

    /// Whether nothing but white space, and some, is between two words of a paragraph.
    pub(crate) fn blank_between(&self, word: usize) -> bool {
        let paragraph = |word: usize| self.segments.words.get(word).map(|word| word.paragraph);
        paragraph(word) == paragraph(word + 1) && !self.gap(word).is_empty()
    }

    /// The words of a sentence and its marks.
    pub(crate) fn sentence(&self, sentence: usize) -> Range<usize> {
        let words = &self.segments.words;
        let first = words.partition_point(|word| word.sentence < sentence);
        let count = words[first..].partition_point(|word| word.sentence == sentence);
        first..first + count
    }

    /// Whether the sentence of a word has at least `count` words, marks not counted.
    pub(crate) fn has_words(&self, word: usize, count: usize) -> bool {
        let sentence = self.segments.words.get(word).map(|word| word.sentence);
        let words = sentence.map_or(0..0, |sentence| self.sentence(sentence));
        words.filter(|word| self.is_word(*word)).take(count).count() == count
    }

    /// Whether the sentence has "what", "who", "all" and the like among the eight words
    /// before `word`: then a clause may end in one verb or preposition and the next begin
    /// with the same ("what it is is a start").
    pub(crate) fn after_relative(&self, word: usize) -> bool {
        (word.saturating_sub(8)..word).any(|earlier| {
            self.same_sentence(earlier, word)
                && RELATIVES.contains(&self.spelling(earlier).to_lowercase().as_str())
        })
    }

    /// The pattern over the words that lie in `bytes` at least in part. The replacement is
    /// given for the bytes; what else belongs to the words stays as it is.
    pub(crate) fn pattern(&self, bytes: Range<usize>, claim: Claim) -> Option<Pattern> {
        let words = self
            .segments
            .words_in(Span::new(bytes.start, bytes.end.max(bytes.start)));
        let first = self.segments.words.get(words.start)?.span;
        let last = self
            .segments
            .words
            .get(words.end.checked_sub(1)?)
            .filter(|_| !words.is_empty())?
            .span;
        let front = self
            .text
            .get(first.start()..bytes.start)
            .unwrap_or_default();
        let back = self.text.get(bytes.end..last.end()).unwrap_or_default();
        Some(Pattern {
            words,
            kind: claim.kind,
            category: claim.category,
            severity: claim.severity,
            confidence: claim.confidence,
            replacement: claim.replacement.map(|new| Replacement {
                text: [front, &new.text, back].concat(),
                ..new
            }),
        })
    }

    /// The bytes of words.
    pub(crate) fn bytes(&self, words: Range<usize>) -> Range<usize> {
        let all = &self.segments.words;
        let first = all.get(words.start).map(|word| word.span.start());
        let last = words.end.checked_sub(1).and_then(|last| all.get(last));
        match (first, last) {
            (Some(start), Some(last)) => start..last.span.end().max(start),
            _ => 0..0,
        }
    }
}

/// Words that begin a clause whose last word the next clause may repeat.
const RELATIVES: &[&str] = &[
    "what", "whatever", "who", "whoever", "whom", "how", "however", "where", "wherever", "why",
    "all", "when", "whenever", "which", "that", "as", "those",
];

/// A replacement that a person should look at.
pub(crate) fn checked(text: impl Into<String>) -> Replacement {
    Replacement {
        text: text.into(),
        applicability: Applicability::Unsafe,
    }
}

/// A replacement that a tool may make unasked.
pub(crate) fn certain(text: impl Into<String>) -> Replacement {
    Replacement {
        text: text.into(),
        applicability: Applicability::Safe,
    }
}

/// What prose does not have.
const CODE: &[&str] = &[
    "();", ");", "==", "\\begin", "\\frac", "&&", "->", "};", "):", "/*", "*/", "//",
];

/// For each paragraph whether it is code.
fn code(text: &str, segments: &Segments) -> Vec<bool> {
    let paragraphs = segments.paragraphs.iter();
    let code = paragraphs.map(|span| {
        let paragraph = span.slice(text).unwrap_or_default();
        let braces = paragraph.contains('{') && paragraph.contains(';');
        let address = |at: usize| at > 0 && paragraph.as_bytes().get(at - 1) == Some(&b':');
        braces
            || CODE.iter().any(|mark| {
                let found = paragraph.find(mark);
                found.is_some_and(|at| *mark != "//" || !address(at))
            })
    });
    code.collect()
}

/// For each word whether it stands in quotation marks or backquotes. What is not closed
/// goes on to the end of its paragraph.
fn quoted(text: &str, segments: &Segments) -> Vec<bool> {
    let mut quoted = vec![false; segments.words.len()];
    let mut closing: Option<&str> = None;
    let mut paragraph = 0;
    for (index, word) in segments.words.iter().enumerate() {
        if word.paragraph != paragraph {
            paragraph = word.paragraph;
            closing = None;
        }
        quoted[index] = closing.is_some();
        let mark = word.span.slice(text).unwrap_or_default();
        closing = match (closing, mark) {
            (Some(close), mark) if mark.ends_with(close) => None,
            (None, "“" | "„") => Some("”"),
            (None, "\"") => Some("\""),
            (None, "``") => Some("''"),
            (None, "«") => Some("»"),
            (None, "‘") => Some("’"),
            (None, "`") => Some("`"),
            (open, _) => open,
        };
    }
    quoted
}
