//! The sentences of a text, by their words.
//!
//! In: a text and its segments. Out: which sentences and words the text has had before.

use std::collections::HashMap;
use std::ops::Range;

use crate::segment::Segments;

/// The largest number of words that are judged together: more than fit a window of the language
/// model, and than any sentence has. A run of words without an end is judged in pieces.
const MAX_JUDGED_WORDS: usize = 2048;

/// The sentences of a text as they are judged, as ranges of words.
pub(super) fn judged_sentences(segments: &Segments) -> Vec<Range<usize>> {
    let sentences = segments.words_by_sentence().into_iter();
    let pieces = sentences.flat_map(|Range { start, end }| {
        let starts = (start..end).step_by(MAX_JUDGED_WORDS);
        starts.map(move |start| start..end.min(start + MAX_JUDGED_WORDS))
    });
    pieces.collect()
}

/// For each sentence the index of the first one with the same words.
pub(super) fn first_occurrences(
    text: &str,
    segments: &Segments,
    sentences: &[Range<usize>],
) -> Vec<usize> {
    let mut known: HashMap<Vec<&str>, usize> = HashMap::new();
    let first = |(index, words): (usize, &Range<usize>)| {
        let words = segments.words[words.clone()].iter();
        let spelled = words.map(|word| word.span.slice(text).unwrap_or_default());
        *known.entry(spelled.collect()).or_insert(index)
    };
    sentences.iter().enumerate().map(first).collect()
}

/// For each word whether it stands in a sentence that the text has not had before.
pub(super) fn is_first_occurrence(text: &str, segments: &Segments) -> Vec<bool> {
    let mut is_first_occurrence = vec![true; segments.words.len()];
    let sentences = segments.words_by_sentence();
    let first_occurrences = first_occurrences(text, segments, &sentences);
    for (index, words) in sentences.into_iter().enumerate() {
        is_first_occurrence[words].fill(first_occurrences[index] == index);
    }
    is_first_occurrence
}
