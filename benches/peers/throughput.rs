//! Reads texts again and again, as the part of `peers.py` that is mtlint.
//!
//! In: text files, joined by blank lines, and one line on standard input for
//! every reading that is wanted. Out, as JSON Lines: first the model, the token
//! ids and the surprisal, then the seconds that each reading took. It waits
//! between readings, so that its peers can be timed in turn with it.
//!
//! Usage: `throughput [--threads N] [--f32] [--folder FOLDER] FILE...`, the folder that of
//! a model of the second engine, if the example was built with the feature rust-bert.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint_models as models;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let mut files = Vec::new();
    let mut threads = 2;
    let mut precision = Precision::Int8;
    let mut folder = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--threads" {
            threads = arguments.next().ok_or("--threads N")?.parse()?;
        } else if argument == "--f32" {
            precision = Precision::F32;
        } else if argument == "--folder" {
            folder = Some(arguments.next().ok_or("--folder FOLDER")?);
        } else {
            files.push(std::fs::read_to_string(argument)?);
        }
    }
    if files.is_empty() {
        return Err("usage: throughput [--threads N] [--f32] [--folder FOLDER] FILE...".into());
    }
    let text = files.join("\n\n");
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()?;
    let started = Instant::now();
    let (path, model) = match folder {
        Some(folder) => (folder.clone().into(), second_engine(&folder)?),
        None => {
            let registry = models::Registry::built_in()?;
            let entry = registry.default_entry()?;
            let path = models::resolve(&entry.name, false, &models::Silent)?;
            let sha256 = Some(entry.sha256.clone());
            let model = Llama::load(&path, &entry.name, sha256, precision)?;
            (path, Box::new(model) as Box<dyn LanguageModel>)
        }
    };
    let load_seconds = started.elapsed().as_secs_f64();
    let read = || model.read(&[&text], ReadOptions::default());
    // This reading also warms up what the timed ones use.
    let reading = read()?.pop().unwrap_or_default();
    let tokens = reading.tokens.len();
    let mut output = std::io::stdout().lock();
    let first = json!({
        "model": path,
        "name": model.id().name,
        "load_seconds": load_seconds,
        "tokens": tokens,
        "ids": reading.tokens.iter().map(|token| token.id).collect::<Vec<_>>(),
        "mean_surprisal_bits": reading.total_bits() / tokens.max(1) as f64,
    });
    writeln!(output, "{first}")?;
    for wanted in std::io::stdin().lock().lines() {
        wanted?;
        let started = Instant::now();
        std::hint::black_box(read()?);
        let seconds = started.elapsed().as_secs_f64();
        writeln!(output, "{}", json!({"tokens": tokens, "seconds": seconds}))?;
    }
    Ok(())
}

#[cfg(feature = "rust-bert")]
fn second_engine(folder: &str) -> Result<Box<dyn LanguageModel>, Box<dyn Error>> {
    use mtlint_torch::{Device, Files, TorchModel};

    let files = Files::in_folder(folder.as_ref())?;
    Ok(Box::new(TorchModel::load(&files, Device::Cpu)?))
}

#[cfg(not(feature = "rust-bert"))]
fn second_engine(_: &str) -> Result<Box<dyn LanguageModel>, Box<dyn Error>> {
    Err("--folder needs the feature rust-bert".into())
}
