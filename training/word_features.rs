//! Writes what the lexicon says of the words of training texts that were read
//! before, so that a head can be trained on it without reading them again.
//!
//! Usage: `word_features < texts.jsonl > lexicon.f32`
//!
//! In: records of JSON Lines with `text` and `words`, the latter pairs of byte
//! offsets. Out: for each word, in order, `LEXICON_WIDTH` little-endian floats.

use std::io::{BufRead, BufWriter, Write};

use mtlint::lexicon::{Lexicon, features};
use serde::Deserialize;

#[derive(Deserialize)]
struct Record {
    text: String,
    words: Vec<(usize, usize)>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lexicon = Lexicon::embedded()?;
    let mut output = BufWriter::new(std::io::stdout().lock());
    for (number, line) in std::io::stdin().lock().lines().enumerate() {
        let record: Record = serde_json::from_str(&line?)?;
        for (start, end) in record.words {
            let word = record.text.get(start..end).ok_or_else(|| {
                let number = number + 1;
                format!("line {number}: no word of the text at bytes {start} to {end}")
            })?;
            for value in features(&lexicon.look_up(word)) {
                output.write_all(&value.to_le_bytes())?;
            }
        }
    }
    output.flush()?;
    Ok(())
}
