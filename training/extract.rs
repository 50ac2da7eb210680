//! Reads training texts with the engine and writes what the detector is
//! trained on. Run by `training/train`; see there.
//!
//! Usage: `extract DATA OUTPUT [--sentences N] [--in-context N]
//! [--post-edits N] [--clean-words N] [--marked-words N]`, where DATA is the
//! folder of the labeled data, or a file of texts that `labelled.py` wrote.
//!
//! OUTPUT gets one folder for every [`SHARD`] texts, numbered in order:
//! `texts.jsonl` (group, id, text, the words' bytes, HTER), and for each word
//! a row in `features.f32`, a row in `states.f16` and its label in `labels.u8`.
//! A folder appears when it is whole; those that are there are not read again.
//! `columns.json` holds the names of the features, in the order of a row.

mod corpus;
mod normalize;
// The other half of it serves `siblings`.
#[allow(dead_code)]
mod synthesis;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use corpus::{Amounts, Result, Text, texts, texts_of_file};
use half::f16;
use indicatif::{ProgressBar, ProgressStyle};
use mtlint::detect::features::{MOST_PROBABLE, columns, features};
use mtlint::detect::word_surprisals;
use mtlint::lexicon::Lexicon;
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint::segment::segment;
use mtlint_models as models;

/// Texts in a folder of OUTPUT.
const SHARD: usize = 512;
/// Texts read at once.
const BATCH: usize = 64;
/// Layers whose states are kept.
const LAYERS: [usize; 4] = [10, 16, 22, 30];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str, default: usize| {
        let value = arguments.iter().skip_while(|a| *a != flag).nth(1);
        value.map_or(Ok(default), |value| value.parse())
    };
    let [data, output, ..] = arguments.as_slice() else {
        return Err("usage: extract DATA OUTPUT [--sentences N] [--clean-words N] …".into());
    };
    let (data, output) = (PathBuf::from(data), PathBuf::from(output));
    std::fs::create_dir_all(&output)?;
    let names = serde_json::to_string(&columns()[..])?;
    std::fs::write(output.join("columns.json"), names)?;
    let amounts = Amounts {
        sentences: number("--sentences", 7_000)?,
        in_context: number("--in-context", 2_000)?,
        post_edits: number("--post-edits", 1_200)?,
        clean_words: number("--clean-words", 260_000)?,
        marked_words: number("--marked-words", 60_000)?,
    };
    let texts = match data.is_dir() {
        true => texts(&data, amounts)?,
        false => texts_of_file(&data)?,
    };
    let path = models::resolve("smollm2-135m", false, &models::Silent)?;
    let model = Llama::load(&path, "smollm2-135m", None, Precision::F32)?;
    let lexicon = Lexicon::embedded()?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} texts, {eta} left")?;
    let bar = ProgressBar::new(texts.len() as u64).with_style(style);
    for (number, shard) in texts.chunks(SHARD).enumerate() {
        let folder = output.join(format!("{number:03}"));
        if !folder.exists() {
            let part = output.join(format!("{number:03}.part"));
            std::fs::create_dir_all(&part)?;
            write(&model, &lexicon, shard, &part)?;
            std::fs::rename(&part, &folder)?;
        }
        bar.inc(shard.len() as u64);
    }
    bar.finish();
    Ok(())
}

fn write(model: &Llama, lexicon: &Lexicon, texts: &[Text], folder: &Path) -> Result<()> {
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
    let mut rows = create("features.f32")?;
    let mut states = create("states.f16")?;
    let mut labels = create("labels.u8")?;
    let mut index = create("texts.jsonl")?;
    let options = ReadOptions {
        most_probable: MOST_PROBABLE,
        layers: &LAYERS,
    };
    for batch in texts.chunks(BATCH) {
        let plain: Vec<&str> = batch.iter().map(|text| text.text.as_str()).collect();
        let readings = model.read(&plain, options)?;
        for (text, reading) in batch.iter().zip(readings) {
            let segments = segment(&text.text);
            let words = word_surprisals(&segments, &reading);
            let values = features(&text.text, &segments, &reading, &words, lexicon);
            let width = reading.states.width;
            for (word, row) in words.iter().zip(&values) {
                for value in row {
                    rows.write_all(&value.to_le_bytes())?;
                }
                let last = word.tokens.end.saturating_sub(1);
                for layer in &reading.states.layers {
                    for value in &layer[last * width..(last + 1) * width] {
                        states.write_all(&f16::from_f32(*value).to_le_bytes())?;
                    }
                }
                let bad = text.bad.iter().zip(&text.labels);
                let touching = bad.filter(|(bad, _)| bad.overlaps(word.span));
                let label = touching.map(|(_, label)| *label).max().unwrap_or(0);
                labels.write_all(&[label])?;
            }
            let bytes: Vec<_> = words
                .iter()
                .map(|w| [w.span.start(), w.span.end()])
                .collect();
            let sentences: Vec<_> = segments.words.iter().map(|word| word.sentence).collect();
            let record = serde_json::json!({
                "group": text.group, "id": text.id, "text": text.text, "hter": text.hter,
                "words": bytes, "sentences": sentences,
            });
            writeln!(index, "{record}")?;
        }
    }
    for file in [&mut rows, &mut states, &mut labels, &mut index] {
        file.flush()?;
    }
    Ok(())
}
