//! Writes the words of texts and their traits, so that the tagger is trained on the very
//! words and numbers that the program makes.
//!
//! Usage: `words < TEXTS.jsonl > WORDS.jsonl`. Each line of the input is a JSON record with
//! the field `text`; other fields are not read. Each line of the output is a record for the
//! same line of the input: `words`, a list with `[start, end, sentence, trait…]` for each
//! word: its bytes in the text, the number of its sentence, and its traits in the order of
//! `mtlint::tagger::traits::names`.

mod lines;

use lines::{Result, for_each_line};
use mtlint::lexicon::Lexicon;
use mtlint::segment::segment;
use mtlint::tagger::traits::traits;

fn main() -> Result<()> {
    let lexicon = Lexicon::embedded()?;
    for_each_line(|text| Ok(words(text, &lexicon)))
}

/// The record of one text.
fn words(text: &str, lexicon: &Lexicon) -> serde_json::Value {
    let segments = segment(text);
    let rows = traits(text, &segments, lexicon);
    let words = segments.words.iter().zip(rows).map(|(word, traits)| {
        let place = [word.span.start(), word.span.end(), word.sentence];
        let traits = traits.iter().map(|value| usize::from(*value));
        place.into_iter().chain(traits).collect()
    });
    let words: Vec<Vec<usize>> = words.collect();
    serde_json::json!({ "words": words })
}
