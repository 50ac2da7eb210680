//! How a sibling's words are written in the document.
//!
//! In: words of the document, and words of a sibling that are to take their place. Out:
//! the text that does: in the case of what it replaces, with its possessive ending,
//! white space in single spaces. Whether it should is not decided here.

use std::ops::Range;

use super::comparison::{Comparison, Source};
use super::similarity::{SIMILAR, similarity};
use crate::segment::possessive_ending;

/// What stands in the place of the document's words `replaced` when the sibling's words
/// `quoted` take it; `None` where those cannot be quoted.
pub(super) fn surface(
    comparison: &Comparison<'_>,
    source: &Source<'_>,
    replaced: &Range<usize>,
    quoted: &Range<usize>,
) -> Option<String> {
    let (document, sibling) = (comparison.document, source.text);
    let mut own = replaced.clone().filter(|&word| document.is_word(word));
    let mut other = quoted.clone().filter(|&word| sibling.is_word(word));
    let (first, first_quoted) = (own.next()?, other.next()?);
    let (last, last_quoted) = (
        own.next_back().unwrap_or(first),
        other.next_back().unwrap_or(first_quoted),
    );
    let words = &sibling.segments.words;
    let quote = words[quoted.start].span.cover(words[quoted.end - 1].span);
    let raw = quote.slice(sibling.text)?;
    let mut text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    let similar = similarity(&document.forms[last], &sibling.forms[last_quoted]).total;
    if similar >= SIMILAR && sibling.is_word(quoted.end - 1) {
        let kept = text.len() - possessive_ending(sibling.spelling(last_quoted)).len();
        text.truncate(kept);
        text.push_str(possessive_ending(document.spelling(last)));
    }
    let sentence = document.segments.words[replaced.start].sentence;
    if document.traits[sentence].all_capitals {
        return Some(text.to_uppercase());
    }
    let opens = document.opens_sentence(first);
    if opens && document.forms[first].capital {
        return Some(with_first(&text, char::to_uppercase));
    }
    // A capital that only the sibling's sentence asked for is put back.
    let form = &sibling.forms[first_quoted];
    // A first name keeps its own; so does a title ("Former President"), which is the
    // lesser harm.
    let behind = first_quoted + 1;
    let named = !form.common && behind < sibling.forms.len() && sibling.looks_like_name(behind);
    let owed = !opens && form.capital && sibling.opens_sentence(first_quoted) && !named;
    let lower = || {
        let small = sibling.spelling(first_quoted).to_lowercase();
        comparison.spellings.contains(small.as_str())
            || !comparison.counts.contains_key(form.folded.as_str())
    };
    if owed && lower() && !source.names.contains(form.folded.as_str()) {
        return Some(with_first(&text, char::to_lowercase));
    }
    Some(text)
}

/// The text with its first letter changed.
fn with_first<I: Iterator<Item = char>>(text: &str, change: impl Fn(char) -> I) -> String {
    let mut done = false;
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if !done && c.is_alphabetic() {
            out.extend(change(c));
            done = true;
        } else {
            out.push(c);
        }
    }
    out
}
