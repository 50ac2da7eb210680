//! Foreign passages inside an English article.
//!
//! In: a text and its segments. Out: the spans of quotations, bracketed asides
//! and whole sentences of at least four words that stand in another language.
//! A writer put them there on purpose, so their words are no errors of
//! translation; a single word or a phrase left over in an English sentence is,
//! and is never marked here. It is conservative: a garbled English sentence
//! taken for a foreign one would hide its errors.

use whatlang::Lang;

use super::english::{self, Sign};
use super::foreign::{foreign_function_word, in_other_script};
use crate::segment::{Segments, Word, WordKind};
use crate::span::{Doc, Span};

/// Fewer words than this are no passage.
const MIN_WORDS: usize = 4;
/// Longer quotations are looked at sentence by sentence only, which keeps the
/// work linear however quotes are nested.
const MAX_QUOTED_WORDS: usize = 60;
/// Different foreign function words that make a passage foreign, together with
/// a guess that it is not English.
const FOREIGN_WORDS: usize = 2;
/// whatlang's confidence from which a passage of [`SURE_WORDS`] words without
/// any function word known to us is foreign.
const SURE: f64 = 0.95;
/// See [`SURE`].
const SURE_WORDS: usize = 8;
/// whatlang is asked at most this often about one text: an answer takes a fifth
/// of a millisecond, and hostile input can hold half a million candidates. What
/// is left over is not marked.
const MAX_GUESSES: usize = 2000;

/// The passages of `text` that stand in another language than English, in text order. None
/// overlaps another one; there are none in a text with next to no words outside of them.
pub fn foreign_passages(text: &str, segments: &Segments) -> Vec<Span<Doc>> {
    let mut found: Vec<Span<Doc>> = Vec::new();
    let mut candidates: Vec<Span<Doc>> = segments.sentences.clone();
    for &paragraph in &segments.paragraphs {
        quotations(
            text,
            &segments.words[segments.words_in(paragraph)],
            &mut candidates,
        );
    }
    let mut guesses = MAX_GUESSES;
    for candidate in candidates {
        let words = &segments.words[segments.words_in(candidate)];
        if is_foreign(text, words, &mut guesses) {
            found.push(candidate);
        }
    }
    found.sort_unstable();
    let mut merged: Vec<Span<Doc>> = Vec::new();
    for span in found {
        match merged.last_mut() {
            Some(last) if last.overlaps(span) => *last = last.cover(span),
            _ => merged.push(span),
        }
    }
    // There is no English article about them.
    let outside = segments.words.iter().filter(|word| {
        let at = merged.partition_point(|passage| passage.end() <= word.span.start());
        let inside = merged
            .get(at)
            .is_some_and(|passage| passage.overlaps(word.span));
        word.kind == WordKind::Word && !inside
    });
    if outside.take(MIN_WORDS).count() < MIN_WORDS {
        return Vec::new();
    }
    merged
}

/// Adds what stands between matching quotes and brackets of one paragraph.
fn quotations(text: &str, words: &[Word], candidates: &mut Vec<Span<Doc>>) {
    // The last opening mark of each pair; an unmatched one is forgotten.
    let mut open: [Option<usize>; PAIRS.len()] = [None; PAIRS.len()];
    for (i, word) in words.iter().enumerate() {
        if word.kind != WordKind::Punctuation {
            continue;
        }
        let mark = word.span.slice(text).unwrap_or_default();
        for (pair, (opening, closing)) in open.iter_mut().zip(PAIRS) {
            match *pair {
                Some(start) if closing.contains(&mark) => {
                    *pair = None;
                    let inside = &words[start + 1..i];
                    if let [first, .., last] = inside
                        && inside.len() <= MAX_QUOTED_WORDS
                    {
                        candidates.push(first.span.cover(last.span));
                    }
                }
                _ if opening.contains(&mark) => *pair = Some(i),
                _ => {}
            }
        }
    }
}

/// Quotes and brackets: what opens, what closes.
const PAIRS: [(&[&str], &[&str]); 8] = [
    (&["“"], &["”"]),
    (&["„"], &["“", "”"]),
    (&["\""], &["\""]),
    (&["«"], &["»"]),
    (&["‘"], &["’"]),
    (&["'"], &["'"]),
    (&["(", "["], &[")", "]"]),
    (&["「", "『"], &["」", "』"]),
];

/// Whether `words`, a whole quotation or sentence, are foreign. Takes one from
/// `guesses` when whatlang is asked.
fn is_foreign(text: &str, words: &[Word], guesses: &mut usize) -> bool {
    let spoken: Vec<&str> = words
        .iter()
        .filter(|word| word.kind == WordKind::Word)
        .filter_map(|word| word.span.slice(text))
        .filter(|word| word.contains(char::is_alphabetic))
        .collect();
    if spoken.len() < MIN_WORDS {
        return false;
    }
    let other_script = spoken.iter().filter(|word| in_other_script(word)).count();
    if other_script * 5 >= spoken.len() * 4 {
        return true;
    }
    let count = |kind: Sign| spoken.iter().filter(|w| english::sign(w) == kind).count();
    let (only, shared) = (count(Sign::Only), count(Sign::Shared));
    if only * 20 > spoken.len() {
        return false;
    }
    let mut foreign: Vec<String> = spoken
        .iter()
        .filter_map(|w| foreign_function_word(w))
        .collect();
    let of_all = foreign.len();
    foreign.sort_unstable();
    foreign.dedup();
    let by_words = foreign.len() >= FOREIGN_WORDS && of_all * 5 >= spoken.len() && of_all >= shared;
    if !by_words && (shared > 0 || spoken.len() < SURE_WORDS) {
        return false;
    }
    let Some(left) = guesses.checked_sub(1) else {
        return false;
    };
    *guesses = left;
    whatlang::detect(&spoken.join(" "))
        .is_some_and(|guess| guess.lang() != Lang::Eng && (by_words || guess.confidence() >= SURE))
}

#[cfg(test)]
mod tests {
    use super::super::foreign::FOREIGN;
    use super::*;

    #[test]
    fn the_list_is_sorted_and_holds_nothing_english() {
        assert!(FOREIGN.is_sorted());
        assert!(FOREIGN.iter().all(|word| english::sign(word) == Sign::None));
        assert_eq!(foreign_function_word("L’homme").as_deref(), Some("l"));
        assert_eq!(foreign_function_word("O’Brien"), None);
    }
}
