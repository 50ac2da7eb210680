//! Writes the words of texts, so that labels are put on the very words that the program makes.
//!
//! Usage: `words < TEXTS.jsonl > WORDS.jsonl`. Each line of the input is a JSON record with
//! the field `text`; other fields are not read. Each line of the output is a record for the
//! same line of the input: `words`, a list with `[start, end, sentence, mark]` for each
//! word: its bytes in the text, the number of its sentence, and 1 if it is a mark, else 0.

mod lines;

use lines::{Result, for_each_line};
use mtlint::segment::{WordKind, segment};

fn main() -> Result<()> {
    for_each_line(|text| Ok(words(text)))
}

/// The record of one text.
fn words(text: &str) -> serde_json::Value {
    let segments = segment(text);
    let words = segments.words.iter().map(|word| {
        let mark = usize::from(word.kind == WordKind::Punctuation);
        [word.span.start(), word.span.end(), word.sentence, mark]
    });
    serde_json::json!({ "words": words.collect::<Vec<_>>() })
}
