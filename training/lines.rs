//! Reads texts from lines of standard input and writes a line for each, in their order.
//!
//! In: JSON Lines with the field `text`. Out: what a function makes of each text, as JSON
//! Lines. Lines are worked on side by side, some thousand at a time.

use std::io::{BufRead, BufWriter, Write};

use rayon::prelude::*;
use serde::Deserialize;

/// What the training programs return.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Lines that are held in memory at once.
const BATCH: usize = 4096;

#[derive(Deserialize)]
struct Record {
    text: String,
}

/// Writes the record that `make` makes of the text of each line of standard input.
pub fn for_each_line(make: impl Fn(&str) -> Result<serde_json::Value> + Sync) -> Result<()> {
    let mut input = std::io::stdin().lock().lines();
    let mut output = BufWriter::new(std::io::stdout().lock());
    let mut number = 0;
    loop {
        let lines: Vec<String> = input.by_ref().take(BATCH).collect::<std::io::Result<_>>()?;
        if lines.is_empty() {
            break;
        }
        let lines = lines.par_iter().enumerate().map(|(at, line)| {
            let record: Record = serde_json::from_str(line)
                .map_err(|error| format!("line {}: {error}", number + at + 1))?;
            Ok(make(&record.text)?.to_string())
        });
        let made: Vec<String> = lines.collect::<Result<_>>()?;
        number += made.len();
        for line in made {
            writeln!(output, "{line}")?;
        }
    }
    output.flush()?;
    Ok(())
}
