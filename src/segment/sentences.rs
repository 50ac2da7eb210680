//! Where sentences begin and end.
//!
//! In: a paragraph's words. Out: ranges of them, each a sentence with its
//! closing marks. A sentence ends at a full stop, an exclamation or question
//! mark or an ellipsis, and at the quotes and brackets that close right behind
//! it, unless what follows shows that it goes on: a lower-case letter (`"Why?"
//! he asked`), the name after a title, the number after "No.". It never splits
//! a word, and without a mark it never splits at all.

use std::ops::Range;

use super::WordKind;
use super::abbreviations::{self, Abbreviation};
use super::words::Token;

/// Splits a paragraph's `tokens` into sentences; the ranges cover all of them.
pub(super) fn sentences(text: &str, tokens: &[Token]) -> Vec<Range<usize>> {
    let mut sentences = Vec::new();
    let mut start = 0;
    let mut next = 0;
    while next < tokens.len() {
        let here = next;
        next += 1;
        let Some(stop) = stop(text, tokens, start, here) else {
            continue;
        };
        let end = end_of_marks(text, tokens, next);
        if end < tokens.len() && ends_before(text, tokens, stop, end) {
            sentences.push(start..end);
            start = end;
        }
        next = end;
    }
    if start < tokens.len() {
        sentences.push(start..tokens.len());
    }
    sentences
}

/// What may end a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// A mark of its own. `strong`: it needs no white space behind it.
    Mark { strong: bool },
    /// The full stop of an abbreviation.
    Short(Abbreviation),
}

fn stop(text: &str, tokens: &[Token], sentence: usize, here: usize) -> Option<Stop> {
    let token = &tokens[here];
    let written = token.text(text);
    if token.kind == WordKind::Punctuation {
        let first = written.chars().next()?;
        let strong = matches!(first, '。' | '！' | '？' | '।' | '॥' | '۔');
        let numbers_item =
            written == "." && here == sentence + 1 && is_list_number(tokens[sentence].text(text));
        let is_stop =
            strong || matches!(first, '.' | '!' | '?' | '…' | '؟' | '‼' | '⁇' | '⁈' | '⁉');
        return (is_stop && !numbers_item).then_some(Stop::Mark { strong });
    }
    let word = written.strip_suffix('.')?;
    if super::words::is_initial(word) {
        return Some(Stop::Short(Abbreviation::Either));
    }
    let number_follows = tokens
        .get(here + 1)
        .is_some_and(|next| next.text(text).contains(char::is_numeric));
    abbreviations::abbreviation(word, number_follows).map(Stop::Short)
}

/// "1" and "a" in front of a full stop at the very start of a line.
fn is_list_number(word: &str) -> bool {
    let mut characters = word.chars();
    word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit())
        || (characters.next().is_some_and(|c| c.is_ascii_lowercase())
            && characters.next().is_none())
}

/// The first token from `next` on that is not a further stop, a closing quote
/// or bracket, or the number of a footnote. Marks that never open anything
/// belong here even behind a space.
fn end_of_marks(text: &str, tokens: &[Token], mut next: usize) -> usize {
    while let Some(token) = tokens.get(next) {
        let apart = tokens[next - 1].end != token.start;
        // Glued to what follows, a mark opens it: "...but", »so«.
        let after = tokens.get(next + 1);
        let opens = apart && after.is_some_and(|after| after.start == token.end);
        let written = token.text(text);
        let mark = written
            .chars()
            .next()
            .filter(|_| token.kind == WordKind::Punctuation);
        let footnote = tokens.get(next..next + 3).is_some_and(|three| {
            written == "["
                && three[2].text(text) == "]"
                && three[1]
                    .text(text)
                    .bytes()
                    .all(|byte| byte.is_ascii_digit())
        });
        match mark {
            Some('”' | '»' | ')' | ']' | '}' | '」' | '』' | '.' | '!' | '?' | '…' | '。')
                if !opens =>
            {
                next += 1;
            }
            Some('"' | '’' | '\'') if !apart => next += 1,
            _ if footnote && !apart => next += 3,
            _ => break,
        }
    }
    next
}

/// Whether the sentence that `stop` may end is over before token `next`.
fn ends_before(text: &str, tokens: &[Token], stop: Stop, next: usize) -> bool {
    let apart = tokens[next - 1].end < tokens[next].start;
    // The first word behind opening quotes, brackets and dashes.
    let opening = tokens[next..]
        .iter()
        .take(4)
        .take_while(|token| token.kind == WordKind::Punctuation)
        .count();
    let quoted = opening > 0;
    let Some(word) = tokens.get(next + opening).map(|token| token.text(text)) else {
        // Nothing but marks follows: they stay with this sentence.
        return false;
    };
    let goes_on = word.starts_with(char::is_lowercase);
    match stop {
        Stop::Mark { strong: true } => true,
        Stop::Mark { strong: false } if apart => {
            let mark = tokens[next].text(text);
            // A comma or a colon behind a stop: the sentence is not over.
            !goes_on && !matches!(mark, "," | ";" | ":")
        }
        // "talks.The": the words were parted at a capital.
        Stop::Mark { .. } => {
            !quoted
                && word.starts_with(char::is_uppercase)
                && tokens[next - 1].kind == WordKind::Punctuation
                && next >= 2
                && text[..tokens[next - 1].start].ends_with(char::is_lowercase)
        }
        Stop::Short(_) if !apart || goes_on => false,
        Stop::Short(Abbreviation::Inside) => false,
        Stop::Short(Abbreviation::Either) => {
            abbreviations::starts_sentence(word) && !continues_name(text, tokens, next)
        }
        Stop::Short(Abbreviation::Ending) => word.starts_with(char::is_uppercase),
    }
}

/// "I" after an initial is another initial, "A." too.
fn continues_name(text: &str, tokens: &[Token], next: usize) -> bool {
    tokens[next].text(text).ends_with('.')
}
