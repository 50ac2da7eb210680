//! A sibling's words in the document's writing.
//!
//! In: an edit. Out: the text that takes the place: in the case of what it
//! replaces, with its possessive ending, white space in single spaces.

use super::comparison::{Comparison, Source};
use super::matching::KIN;
use super::names::{possessive_ending, relatedness};
use super::signs::Edit;

/// What is put in; `None` where the sibling's words cannot be quoted.
pub(super) fn written(
    comparison: &Comparison<'_>,
    source: &Source<'_>,
    edit: &Edit<'_>,
) -> Option<String> {
    let (document, sibling) = (comparison.document, source.article);
    let mut own = edit.own.clone().filter(|&word| document.is_word(word));
    let mut other = edit.other.clone().filter(|&word| sibling.is_word(word));
    let (first, quoted) = (own.next()?, other.next()?);
    let (last, last_quoted) = (
        own.next_back().unwrap_or(first),
        other.next_back().unwrap_or(quoted),
    );
    let words = &sibling.segments.words;
    let quote = words[edit.other.start]
        .span
        .cover(words[edit.other.end - 1].span);
    let raw = quote.slice(sibling.text)?;
    let mut text = raw.split_whitespace().collect::<Vec<_>>().join(" ");
    let kin = relatedness(&document.forms[last], &sibling.forms[last_quoted]).total;
    if kin >= KIN && sibling.is_word(edit.other.end - 1) {
        let kept = text.len() - possessive_ending(sibling.spelling(last_quoted)).len();
        text.truncate(kept);
        text.push_str(possessive_ending(document.spelling(last)));
    }
    let sentence = document.segments.words[edit.own.start].sentence;
    if document.traits[sentence].shouts {
        return Some(text.to_uppercase());
    }
    let opens = document.opens_sentence(first);
    if opens && document.forms[first].capital {
        return Some(with_first(&text, char::to_uppercase));
    }
    // A capital that only the sibling's sentence asked for is put back.
    let form = &sibling.forms[quoted];
    let name =
        |word: usize| sibling.forms[word].folded == form.folded && sibling.looks_like_name(word);
    // A first name keeps its own; so does a title ("Former President"), which is the
    // lesser harm.
    let named =
        !form.common && quoted + 1 < sibling.forms.len() && sibling.looks_like_name(quoted + 1);
    let owed = !opens && form.capital && sibling.opens_sentence(quoted) && !named;
    let lower = || {
        let small = sibling.spelling(quoted).to_lowercase();
        comparison.spellings.contains(small.as_str())
            || !comparison.counts.contains_key(form.folded.as_str())
    };
    if owed && lower() && !(0..sibling.forms.len()).any(name) {
        return Some(with_first(&text, char::to_lowercase));
    }
    Some(text)
}

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
