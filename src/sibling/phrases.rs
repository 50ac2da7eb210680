//! Phrases of a text that can be cut out whole, and the words next to them.
//!
//! In: a text and words of it. Out: ranges of words that may be replaced or put in, and
//! the neighbors of such a range. A phrase never holds a mark other than quotation
//! marks in pairs. Nothing is weighed here.

use std::ops::Range;

use super::text::NormalizedText;

/// Words of the longest phrase that is replaced or put in.
pub(super) const MAX_PHRASE_WORDS: usize = 7;

/// Words by which a window may reach past the suspect phrase on each side.
const MAX_REACH: usize = 2;

/// The phrases about suspect words that may be replaced: they hold a suspect word,
/// reach at most [`MAX_REACH`] words past the suspect ones, and are at most half of
/// the sentence.
pub(super) fn windows(document: &NormalizedText<'_>, suspect: &Range<usize>) -> Vec<Range<usize>> {
    let sentence = &document.sentences[document.segments.words[suspect.start].sentence];
    let count = |range: Range<usize>| range.filter(|&w| document.is_word(w)).count();
    let reach = |from: Range<usize>| count(from) <= MAX_REACH;
    let max_words = (count(sentence.clone()) / 2).min(MAX_PHRASE_WORDS);
    let mut found = Vec::new();
    // Two words and the marks between them lie within this reach.
    let first = suspect
        .start
        .saturating_sub(4 * MAX_REACH)
        .max(sentence.start);
    for start in first..suspect.end {
        if start < suspect.start && !reach(start..suspect.start) {
            continue;
        }
        for end in start.max(suspect.start) + 1..=sentence.end {
            if end > suspect.end && !reach(suspect.end..end) {
                break;
            }
            let words = count(start..end);
            let mark = !document.is_word(end - 1);
            let ends = mark && quotation_mark(document.spelling(end - 1), 0).is_none();
            if words > max_words || ends || end - start > 2 * MAX_PHRASE_WORDS {
                break;
            }
            let suspects = count(start.max(suspect.start)..end.min(suspect.end));
            if suspects > 0 && replaceable(document, start..end) {
                found.push(start..end);
            }
        }
    }
    found
}

/// Whether a range of words can be cut out whole: no mark in it but quotation marks,
/// and those in pairs.
pub(super) fn replaceable(article: &NormalizedText<'_>, range: Range<usize>) -> bool {
    let mut open = 0;
    for word in range.filter(|&word| !article.is_word(word)) {
        match quotation_mark(article.spelling(word), open) {
            Some(step) => open += step,
            None => return false,
        }
        if !(0..=1).contains(&open) {
            return false;
        }
    }
    open == 0
}

/// +1 for a mark that opens a quotation, −1 for one that closes it; `None` for
/// any other mark. A straight mark closes what is open.
fn quotation_mark(mark: &str, open: i32) -> Option<i32> {
    match mark {
        "“" | "„" | "«" => Some(1),
        "”" | "»" => Some(-1),
        "\"" => Some(if open > 0 { -1 } else { 1 }),
        _ => None,
    }
}

/// A side of a phrase.
#[derive(Clone, Copy)]
pub(super) enum Side {
    Left,
    Right,
}

impl Side {
    /// The nearest word outside the border `at`, quotation marks skipped;
    /// `None` at another mark or the end of the sentence.
    pub(super) fn step(self, article: &NormalizedText<'_>, at: usize) -> Option<usize> {
        match self {
            Self::Left => self.find(article, at.checked_sub(1)?, at),
            Self::Right => self.find(article, at, at.checked_sub(1)?),
        }
    }

    /// The word after `word` on this side.
    pub(super) fn beyond(self, article: &NormalizedText<'_>, word: usize) -> Option<usize> {
        let next = match self {
            Self::Left => word.checked_sub(1)?,
            Self::Right => word + 1,
        };
        self.find(article, next, word)
    }

    fn find(self, article: &NormalizedText<'_>, mut at: usize, inside: usize) -> Option<usize> {
        // Of a very long text only the first words are compared.
        let words = article.segments.words.get(..article.forms.len())?;
        let sentence = words.get(inside)?.sentence;
        loop {
            let word = words.get(at)?;
            if word.sentence != sentence {
                return None;
            }
            if article.is_word(at) {
                return Some(at);
            }
            quotation_mark(article.spelling(at), 0)?;
            at = match self {
                Self::Left => at.checked_sub(1)?,
                Self::Right => at + 1,
            };
        }
    }
}

/// The words of a phrase of the document that disappear when a phrase of the sibling
/// takes its place, and those of the other that are new: what stands in both stays.
pub(super) fn changed_words(
    document: &NormalizedText<'_>,
    own: &[usize],
    sibling: &NormalizedText<'_>,
    other: &[usize],
) -> (Vec<usize>, Vec<usize>) {
    let same = |a: usize, b: usize| document.forms[a].folded == sibling.forms[b].folded;
    let removed = own.iter().filter(|&&a| !other.iter().any(|&b| same(a, b)));
    let added = other.iter().filter(|&&b| !own.iter().any(|&a| same(a, b)));
    (removed.copied().collect(), added.copied().collect())
}

/// The words of a range, marks left out.
pub(super) fn words_of(text: &NormalizedText<'_>, range: &Range<usize>) -> Vec<usize> {
    range.clone().filter(|&word| text.is_word(word)).collect()
}
