//! Packs the lines that `lexicon.py list` wrote into the map that mtlint looks
//! words up in. Run by `training/lexicon`; see there.
//!
//! Usage: `lexicon LIST.tsv OUTPUT.fst`

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter};

use fst::MapBuilder;
use mtlint::lexicon::WordFrequency;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [list, output] = arguments.as_slice() else {
        return Err("usage: lexicon LIST.tsv OUTPUT.fst".into());
    };
    let mut map = MapBuilder::new(BufWriter::new(File::create(output)?))?;
    for line in BufReader::new(File::open(list)?).lines() {
        let line = line?;
        let columns: Vec<&str> = line.split('\t').collect();
        let [word, english, language, foreign] = columns.as_slice() else {
            return Err(format!("expected four columns: {line:?}").into());
        };
        let listed = WordFrequency {
            english_tenths: english.parse()?,
            language: language.parse()?,
            foreign_tenths: foreign.parse()?,
        };
        let value = listed
            .pack()
            .ok_or_else(|| format!("out of range: {line:?}"))?;
        map.insert(word, value)?;
    }
    map.finish()?;
    Ok(())
}
