//! Measures how fast texts are read and linted with the default model: loading, one document, many
//! short ones, many continuations of one text, the detector alone, and the whole pipeline.
//!
//! In: the articles of `examples/`. Out: criterion's table with tokens/s as elements/s, how the
//! time of reading is spent, and the peak memory. Run it with `cargo bench --bench reading`; a
//! comparison with other engines is in `benches/peers/`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use mtlint::detect::features::MOST_PROBABLE;
use mtlint::detect::{WordModel, detect};
use mtlint::document::Document;
use mtlint::lexicon::Lexicon;
use mtlint::linter::{Linter, Options, Request};
use mtlint::lm::llama::{Llama, int8_ceiling};
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint::segment::segment;
use mtlint_models as models;

/// Tokens of the longer document; as many as the design's own measurements
/// were made with, so that figures can be set side by side.
const LONG_DOCUMENT: usize = 664;
/// Short documents read as one batch.
const SHORT_DOCUMENTS: usize = 300;
/// Readings over which the shares of the time are taken.
const READINGS: usize = 20;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    // Few samples: a reading takes a good part of a second and varies little.
    let mut criterion = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(5))
        .configure_from_args();
    let registry = models::Registry::built_in()?;
    let entry = registry.default_entry()?;
    let path = models::resolve(&entry.name, false, &models::Silent)?;
    let load = || {
        Llama::load(
            &path,
            &entry.name,
            Some(entry.sha256.clone()),
            Precision::Int8,
        )
    };
    {
        let mut group = criterion.benchmark_group("load");
        group.sampling_mode(SamplingMode::Flat);
        group.bench_function(entry.name.as_str(), |bencher| bencher.iter(load));
        group.finish();
    }
    let model = Arc::new(load()?);
    documents(&mut criterion, &model)?;
    short_documents(&mut criterion, &model)?;
    continuations(&mut criterion, &model)?;
    detection(&mut criterion, &model)?;
    analysis(&mut criterion, model)?;
    criterion.final_summary();
    shares(&load()?)?;
    match peak_memory() {
        Some(kilobytes) => println!(
            "peak memory of the whole run: {:.0} MB",
            kilobytes * 1024.0 / 1e6
        ),
        None => println!("peak memory: this system does not say"),
    }
    Ok(())
}

/// One document alone: an article, and a longer text made of all of them.
fn documents(criterion: &mut Criterion, model: &Llama) -> Result<()> {
    let article = example("dam.garbled.txt")?;
    let long = long_document(model)?;
    let mut group = criterion.benchmark_group("document");
    group.sampling_mode(SamplingMode::Flat);
    for (name, text) in [("article", article.as_str()), ("long", &long)] {
        let tokens = read(model, &[text])?.len();
        group.throughput(Throughput::Elements(tokens as u64));
        group.bench_function(format!("{name}, {tokens} tokens"), |bencher| {
            bencher.iter(|| model.read(&[text], ReadOptions::default()));
        });
    }
    group.finish();
    Ok(())
}

/// The articles joined and cut after [`LONG_DOCUMENT`] tokens.
fn long_document(model: &Llama) -> Result<String> {
    let all = ["dam", "hospital", "transfer"].map(|name| example(&format!("{name}.garbled.txt")));
    let all = all.into_iter().collect::<Result<Vec<_>>>()?.join("\n\n");
    let ends = read(model, &[&all])?;
    let end = ends
        .get(LONG_DOCUMENT - 1)
        .ok_or("the examples are too short for this benchmark")?;
    let long = all.get(..*end).ok_or("a token ends inside a character")?;
    Ok(long.to_owned())
}

/// Many documents of two sentences in one batch.
fn short_documents(criterion: &mut Criterion, model: &Llama) -> Result<()> {
    let mut sentences = Vec::new();
    for name in ["dam", "hospital", "transfer"] {
        for kind in ["garbled", "sibling"] {
            let text = example(&format!("{name}.{kind}.txt"))?;
            for sentence in &segment(&text).sentences {
                sentences.push(sentence.slice(&text).unwrap_or_default().to_owned());
            }
        }
    }
    let at = |index: usize| &sentences[index % sentences.len()];
    let texts: Vec<String> = (0..SHORT_DOCUMENTS)
        .map(|index| format!("{} {}", at(index), at(7 * index + 3)))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let tokens = read(model, &texts)?.len();
    let mut group = criterion.benchmark_group("batch");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(tokens as u64));
    let name = format!("{} short documents, {tokens} tokens", texts.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| model.read(&texts, ReadOptions::default()));
    });
    group.finish();
    Ok(())
}

/// Prints how the time of reading is spent, and how near the products come to what the
/// processor does with everything in its cache.
fn shares(model: &Llama) -> Result<()> {
    let long = long_document(model)?;
    let before = model.time_spent();
    for _ in 0..READINGS {
        read(model, &[&long])?;
    }
    let after = model.time_spent();
    let parts = [
        ("linear layers", after.linear - before.linear),
        ("attention", after.attention - before.attention),
        ("output layer", after.output - before.output),
        ("rest", after.rest - before.rest),
    ];
    let whole: Duration = parts.iter().map(|(_, time)| *time).sum();
    let tokens = (READINGS * LONG_DOCUMENT) as f64;
    println!("\n{LONG_DOCUMENT} tokens, time of all threads:");
    for (name, time) in parts {
        println!(
            "{name:13} {:5.1} % {:6.1} µs a token",
            100.0 * time.as_secs_f64() / whole.as_secs_f64(),
            1e6 * time.as_secs_f64() / tokens
        );
    }
    let (kernel, ceiling) = int8_ceiling();
    let (operations, _) = model.operations();
    let rate = operations as f64 * tokens / (after.linear - before.linear).as_secs_f64();
    println!(
        "products with {kernel}: {:.0} GOP/s a thread, {:.0} % of the {:.0} that it does in the cache",
        rate / 1e9,
        100.0 * rate / ceiling,
        ceiling / 1e9
    );
    Ok(())
}

/// Reading as the sibling needs it: many continuations of the same text. The tokens
/// counted are those of the continuations; the prefix is read once on top.
fn continuations(criterion: &mut Criterion, model: &Llama) -> Result<()> {
    let article = example("transfer.sibling.txt")?;
    let prefix = "The club expects its supporters to ";
    let prefix = format!("{article}\n{prefix}");
    let ends: Vec<String> = ["buy", "order", "collect", "wear"]
        .into_iter()
        .flat_map(|verb| {
            ["ten thousand shirts", "every scarf", "the new colours"]
                .map(|thing| format!("{verb} {thing} before the match on Sunday."))
        })
        .collect();
    let ends: Vec<&str> = ends.iter().map(String::as_str).collect();
    let readings = model.read_texts_after(&prefix, &ends)?;
    let tokens: usize = readings.iter().map(|reading| reading.tokens.len()).sum();
    let mut group = criterion.benchmark_group("continuations");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(tokens as u64));
    let name = format!("{} of one article, {tokens} tokens", ends.len());
    group.bench_function(name, |bencher| {
        bencher.iter(|| model.read_texts_after(&prefix, &ends));
    });
    group.finish();
    Ok(())
}

/// The cost of the detector on top of reading: its features and its networks.
fn detection(criterion: &mut Criterion, model: &Llama) -> Result<()> {
    let article = example("dam.garbled.txt")?;
    let segments = segment(&article);
    let (words, lexicon) = (WordModel::of(model.id())?, Lexicon::embedded()?);
    let options = ReadOptions {
        most_probable: MOST_PROBABLE,
        layers: words.layers(),
    };
    let readings = model.read(&[&article], options)?;
    let reading = readings.first().ok_or("nothing was read")?;
    let mut group = criterion.benchmark_group("detect");
    group.sampling_mode(SamplingMode::Flat);
    group.throughput(Throughput::Elements(reading.tokens.len() as u64));
    group.bench_function("article, read before", |bencher| {
        bencher.iter(|| detect(&words, &lexicon, &article, &segments, reading));
    });
    group.finish();
    Ok(())
}

/// The whole pipeline from a document to its report: alone, with a sibling, and with a sibling
/// that was read before.
fn analysis(criterion: &mut Criterion, model: Arc<Llama>) -> Result<()> {
    let options = Options::default();
    let linter = Linter::new(model)?;
    let joined = |kind: &str| -> Result<Document> {
        let names = ["dam", "hospital", "transfer"].map(|name| format!("{name}.{kind}.txt"));
        let all = names.iter().map(|name| example(name));
        let text = all.collect::<Result<Vec<_>>>()?.join("\n\n");
        Ok(Document::from_text(kind, text))
    };
    let pairs = [
        (
            "article",
            document("dam.garbled.txt")?,
            document("dam.sibling.txt")?,
        ),
        ("all articles", joined("garbled")?, joined("sibling")?),
    ];
    let mut group = criterion.benchmark_group("lint");
    group.sampling_mode(SamplingMode::Flat);
    for (name, garbled, sibling) in pairs {
        let words = segment(garbled.text()).word_count();
        let name = format!("{name}, {words} words");
        let read = vec![linter.read(&sibling)?];
        for (name, siblings, read) in [
            (name.clone(), vec![], vec![]),
            (format!("{name}, and sibling"), vec![sibling], vec![]),
            (format!("{name}, and sibling read before"), vec![], read),
        ] {
            let request = || Request {
                document: garbled.clone(),
                unread: siblings.clone(),
                articles: read.clone(),
            };
            linter.lint_all(vec![request()], &options)?;
            group.bench_function(name, |bencher| {
                bencher.iter(|| linter.lint_all(vec![request()], &options));
            });
        }
    }
    group.finish();
    Ok(())
}

/// Where each token of the texts ends, in bytes of its own text.
fn read(model: &Llama, texts: &[&str]) -> Result<Vec<usize>> {
    let readings = model.read(texts, ReadOptions::default())?;
    let tokens = readings.iter().flat_map(|reading| &reading.tokens);
    Ok(tokens.map(|token| token.span.end()).collect())
}

fn example(name: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    Ok(std::fs::read_to_string(path.join(name))?)
}

fn document(name: &str) -> Result<Document> {
    Ok(Document::from_bytes(name, example(name)?.into_bytes())?)
}

/// The most memory this process ever held, in units of 1024 bytes.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
