//! Writes what a tagger says of each word of texts, so that it can be compared with what the
//! training says.
//!
//! Usage: `tag TAGGER.safetensors [--int8] < TEXTS.jsonl > TAGS.jsonl`. Each line of the
//! input is a JSON record with the field `text`. Each line of the output is a record for the
//! same line of the input: `words`, a list with the bytes `[start, end]` of each word, and
//! `outputs`, a list with the logits of each word in the order of the file. Products are made
//! in single precision, or with `--int8` in 8 bits.

mod lines;

use lines::{Result, for_each_line};
use mtlint::lexicon::Lexicon;
use mtlint::lm::Precision;
use mtlint::segment::segment;
use mtlint::tagger::Tagger;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, precision) = match arguments.as_slice() {
        [path] => (path, Precision::F32),
        [path, flag] if flag == "--int8" => (path, Precision::Int8),
        _ => return Err("usage: tag TAGGER.safetensors [--int8] < TEXTS.jsonl".into()),
    };
    let tagger = Tagger::new(&std::fs::read(path)?, precision)?;
    let lexicon = Lexicon::embedded()?;
    for_each_line(|text| Ok(tags(text, &tagger, &lexicon)))
}

/// The record of one text.
fn tags(text: &str, tagger: &Tagger, lexicon: &Lexicon) -> serde_json::Value {
    let segments = segment(text);
    let tags = tagger.tag(text, &segments, lexicon);
    let words = segments.words.iter();
    let words: Vec<_> = words
        .map(|word| [word.span.start(), word.span.end()])
        .collect();
    let outputs: Vec<&[f32]> = (0..tags.len()).map(|word| tags.row(word)).collect();
    serde_json::json!({ "words": words, "outputs": outputs })
}
