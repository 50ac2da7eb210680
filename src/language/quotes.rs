//! What stands in quotes and brackets.
//!
//! In: the words of a text. Out: which of them stand between matching marks. Why they are there
//! is not asked.

use std::ops::Range;

use crate::segment::{Segments, Word, WordKind};

/// Single quotes with more words than this between them are apostrophes.
const MAX_SINGLE_QUOTED: usize = 60;

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

/// The first of [`PAIRS`] that are brackets and such, in which nobody is quoted.
const BRACKETS: [&str; 2] = ["(", "["];

/// For each word of a text whether somebody else says it: whether it stands in a quotation.
pub(crate) fn quoted_words(text: &str, segments: &Segments) -> Vec<bool> {
    between(text, segments, &|opening| !BRACKETS.contains(&opening))
}

/// For each word of a text whether it stands between matching quotes or brackets of its
/// paragraph.
pub(super) fn between_marks(text: &str, segments: &Segments) -> Vec<bool> {
    between(text, segments, &|_| true)
}

/// For each word whether it stands between marks of which `counts` says, by the first that can
/// open, that they count. A quotation that goes on in the next paragraph has no closing mark.
fn between(text: &str, segments: &Segments, counts: &dyn Fn(&str) -> bool) -> Vec<bool> {
    // Where quotations begin and end: their sum up to a word is how many it stands in.
    let mut depth = vec![0i32; segments.words.len() + 1];
    for &paragraph in &segments.paragraphs {
        let range = segments.words_in(paragraph);
        let words = &segments.words[range.clone()];
        each_quotation(text, words, &mut |inside: Range<usize>, pair| {
            let opening = PAIRS[pair].0[0];
            let single = matches!(opening, "'" | "‘");
            if counts(opening) && (!single || inside.len() <= MAX_SINGLE_QUOTED) {
                depth[range.start + inside.start] += 1;
                depth[range.start + inside.end] -= 1;
            }
        });
        let first = words.first().and_then(|word| word.span.slice(text));
        let closes = words.iter().any(|word| word.span.slice(text) == Some("”"));
        if first == Some("“") && !closes {
            depth[range.start] += 1;
            depth[range.end] -= 1;
        }
    }
    let mut open = 0;
    let words = depth.iter().take(segments.words.len());
    words
        .map(|change| {
            open += change;
            open > 0
        })
        .collect()
}

/// Calls `found` with the words of `words` between matching marks, as indices into `words`,
/// and the number of the pair in [`PAIRS`].
pub(super) fn each_quotation(
    text: &str,
    words: &[Word],
    found: &mut dyn FnMut(Range<usize>, usize),
) {
    // The last opening mark of each pair; an unmatched one is forgotten.
    let mut open: [Option<usize>; PAIRS.len()] = [None; PAIRS.len()];
    for (i, word) in words.iter().enumerate() {
        if word.kind != WordKind::Punctuation {
            continue;
        }
        let mark = word.span.slice(text).unwrap_or_default();
        for (number, (pair, (opening, closing))) in open.iter_mut().zip(PAIRS).enumerate() {
            match *pair {
                Some(start) if closing.contains(&mark) => {
                    *pair = None;
                    found(start + 1..i, number);
                }
                _ if opening.contains(&mark) => *pair = Some(i),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::segment::segment;

    #[test]
    fn words_in_quotation_marks_are_quoted_and_those_in_brackets_are_not() {
        let text = "He said “rain is (very) near” and left (soon).\n\n“It goes on\n\nand ends.”";
        let segments = segment(text);
        let quoted = quoted_words(text, &segments);
        let words = segments.words.iter().zip(quoted);
        let words = words.filter(|(word, quoted)| *quoted && word.kind == WordKind::Word);
        let words: Vec<&str> = words
            .filter_map(|(word, _)| word.span.slice(text))
            .collect();
        assert_eq!(words, ["rain", "is", "very", "near", "It", "goes", "on"]);
    }
}
