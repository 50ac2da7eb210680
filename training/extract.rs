//! Reads training texts with the engine and writes what the detector is
//! trained on: for every word its features, its label and where its text
//! begins. Run by `training/train`; see there.
//!
//! Usage: `extract DATA OUTPUT [--sentences N] [--clean-words N]`, where DATA
//! is the folder of the shared data.

mod synthesis;

use std::collections::{BTreeMap, HashSet};
use std::error::Error;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use indicatif::{ProgressBar, ProgressStyle};
use mtlint::detect::features::{MOST_PROBABLE, WIDTH, features, word_readings};
use mtlint::eval::dataset::{Labels, Sample, load};
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, ReadOptions};
use mtlint::models;
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};
use sha2::{Digest, Sha256};
use synthesis::{Pools, draw, typographic};

/// A text to read, with the spans that are wrong.
struct Text {
    group: String,
    text: String,
    bad: Vec<Span<Doc>>,
    hter: f32,
}

/// Sentences of each pair that calibration and thresholds are set on.
const TUNED_ON: usize = 380;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |flag: &str, default: usize| {
        let value = arguments.iter().skip_while(|a| *a != flag).nth(1);
        value.map_or(Ok(default), |value| value.parse())
    };
    let [data, output, ..] = arguments.as_slice() else {
        return Err("usage: extract DATA OUTPUT [--sentences N] [--clean-words N]".into());
    };
    let (data, output) = (PathBuf::from(data), PathBuf::from(output));
    std::fs::create_dir_all(&output)?;
    let texts = texts(
        &data,
        number("--sentences", 700)?,
        number("--clean-words", 40_000)?,
    )?;
    let path = models::resolve("smollm2-135m", false, &models::Silent)?;
    let model = Llama::load(&path, "smollm2-135m", None)?;
    write(&model, &texts, &output)
}

/// Texts by group: `train/<pair>`, `dev-a/<pair>`,
/// `clean-train/<source>`, `synthetic/<source>`, `clean-held/<source>`.
fn texts(data: &Path, sentences: usize, clean_words: usize) -> Result<Vec<Text>> {
    let held_back = story_texts(&data.join("stories"))?;
    let mut texts = Vec::new();
    let mut translated = Vec::new();
    for set in load(&data.join("mlqe-pe"))? {
        let pair = set.name.split('.').next().unwrap_or_default().to_owned();
        let mut samples = set.samples;
        samples.sort_by_key(|sample| order(&sample.id));
        if set.name.ends_with(".dev") {
            // The other half is for quoting, by `mtlint eval`.
            let tuned_on = samples.iter().filter(|sample| sample.tuned_on());
            let tuned_on = tuned_on.take(TUNED_ON);
            texts.extend(tuned_on.map(|sample| single(format!("dev-a/{pair}"), sample)));
            continue;
        }
        samples.retain(|s| !held_back.contains(&s.text) && !held_back.contains(&s.post_edit));
        let group = format!("train/{pair}");
        let passages = samples.split_off(sentences.min(samples.len()));
        texts.extend(samples.iter().map(|sample| single(group.clone(), sample)));
        texts.extend(passages_of(&group, &passages, sentences));
        translated.extend(samples);
        translated.extend(passages);
    }
    for name in ["masc", "state_union", "gum"] {
        // One in five documents of the training sources is held back, and all
        // of gum: genres that the training never sees.
        let path = data.join(format!("clean/{name}.jsonl.gz"));
        let mut samples = load(&path)?.remove(0).samples;
        samples.sort_by_key(|sample| order(&sample.id));
        let held = if name == "gum" {
            samples.len()
        } else {
            samples.len() / 5
        };
        let (held, train) = samples.split_at(held);
        let budget = clean_words / if name == "masc" { 1 } else { 3 };
        texts.extend(clean(&format!("clean-held/{name}"), held, 8_000));
        // Every second text with single errors in it.
        let pools = Pools::new(&translated, train);
        for (index, mut text) in clean(&format!("clean-train/{name}"), train, 2 * budget)
            .into_iter()
            .enumerate()
        {
            if index % 2 == 1 {
                let (garbled, bad) = pools.garble(&format!("{name}/{index}"), &text.text);
                text.group = format!("synthetic/{name}");
                (text.text, text.bad) = (garbled, bad);
            }
            texts.push(text);
        }
    }
    for (index, text) in texts.iter_mut().enumerate() {
        if draw("quotes", index).is_multiple_of(2) {
            (text.text, text.bad) = typographic(&text.text, &text.bad);
        }
    }
    Ok(texts)
}

/// A stable pseudo-random order.
fn order(id: &str) -> [u8; 32] {
    Sha256::digest(id.as_bytes()).into()
}

fn single(group: String, sample: &Sample) -> Text {
    let (bad, hter) = labels(sample, 0);
    Text {
        group,
        text: sample.text.clone(),
        bad,
        hter,
    }
}

fn labels(sample: &Sample, shift: usize) -> (Vec<Span<Doc>>, f32) {
    match &sample.labels {
        Labels::Tokens { tokens, hter } => {
            let bad = tokens.iter().filter(|token| token.bad);
            (
                bad.map(|token| token.span.shifted(shift)).collect(),
                hter.unwrap_or(0.0),
            )
        }
        Labels::Clean | Labels::Story { .. } => (Vec::new(), 0.0),
    }
}

/// Sentences of one article, joined to passages, so that words are also seen
/// in context.
fn passages_of(group: &str, samples: &[Sample], limit: usize) -> Vec<Text> {
    let mut articles: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        articles.entry(&sample.document).or_default().push(sample);
    }
    let mut articles: Vec<_> = articles.into_iter().collect();
    articles.sort_by_key(|(name, _)| order(name));
    let mut taken = 0;
    let mut passages = Vec::new();
    for chunk in articles.iter().flat_map(|(_, samples)| samples.chunks(10)) {
        if taken >= limit {
            break;
        }
        taken += chunk.len();
        let mut passage = Text {
            group: group.to_owned(),
            text: String::new(),
            bad: Vec::new(),
            hter: 0.0,
        };
        for sample in chunk {
            if !passage.text.is_empty() {
                passage.text.push(' ');
            }
            let (bad, hter) = labels(sample, passage.text.len());
            passage.text.push_str(sample.text.trim_end());
            passage.bad.extend(bad);
            passage.hter += hter / chunk.len() as f32;
        }
        passages.push(passage);
    }
    passages
}

/// Clean documents: in turn whole passages of up to 400 words and single
/// sentences, as the garbled ones come.
fn clean(group: &str, samples: &[Sample], budget: usize) -> Vec<Text> {
    let mut words = 0;
    let mut texts = Vec::new();
    let mut push = |text: &str| {
        texts.push(Text {
            group: group.to_owned(),
            text: text.to_owned(),
            bad: Vec::new(),
            hter: 0.0,
        });
    };
    for (index, sample) in samples.iter().enumerate() {
        let segments = segment(&sample.text);
        let mut start = 0;
        let mut taken = 0;
        for (place, sentence) in segments.sentences.iter().enumerate() {
            let count = segments.words_in(*sentence).len();
            // Two thousand words of a document at most, so that many are seen.
            if words >= budget || taken > 2000 {
                break;
            }
            words += count;
            taken += count;
            let in_context = (index + taken / 400) % 2 == 0;
            if in_context && place + 1 < segments.sentences.len() {
                let so_far = Span::new(start, sentence.end());
                if segments.words_in(so_far).len() < 400 {
                    continue;
                }
                push(so_far.slice(&sample.text).unwrap_or_default());
            } else {
                push(sentence.slice(&sample.text).unwrap_or_default());
            }
            start = segments
                .sentences
                .get(place + 1)
                .map_or(sample.text.len(), |next| next.start());
        }
    }
    texts
}

/// Every sentence that occurs in a story: those may not be trained on.
fn story_texts(folder: &Path) -> Result<HashSet<String>> {
    let mut texts = HashSet::new();
    for entry in folder.read_dir()? {
        let file = BufReader::new(GzDecoder::new(File::open(entry?.path())?));
        for line in file.lines() {
            let record: serde_json::Value = serde_json::from_str(&line?)?;
            let lists = record
                .as_object()
                .into_iter()
                .flat_map(|fields| fields.values());
            let strings = lists.filter_map(|list| list.as_array()).flatten();
            texts.extend(strings.filter_map(|text| text.as_str()).map(str::to_owned));
        }
    }
    Ok(texts)
}

/// Writes `features.f32` (one row a word), `words.csv` (text, label) and
/// `texts.csv` (group, HTER, first word, words).
fn write(model: &Llama, texts: &[Text], output: &Path) -> Result<()> {
    let mut rows = BufWriter::new(File::create(output.join("features.f32"))?);
    let mut labels = BufWriter::new(File::create(output.join("labels.u8"))?);
    let mut index = BufWriter::new(File::create(output.join("texts.csv"))?);
    writeln!(index, "group,hter,first,words")?;
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} texts, {eta} left")?;
    let bar = ProgressBar::new(texts.len() as u64).with_style(style);
    let mut first = 0;
    let options = ReadOptions {
        most_probable: MOST_PROBABLE,
        layers: &[],
    };
    for batch in texts.chunks(64) {
        let plain: Vec<&str> = batch.iter().map(|text| text.text.as_str()).collect();
        let readings = model.read(&plain, options)?;
        for (text, reading) in batch.iter().zip(readings) {
            let segments = segment(&text.text);
            let words = word_readings(&segments, &reading);
            let values = features(&text.text, &segments, &reading, &words);
            for (word, row) in words.iter().zip(&values) {
                for value in row {
                    rows.write_all(&value.to_le_bytes())?;
                }
                let bad = text.bad.iter().any(|bad| bad.overlaps(word.span));
                labels.write_all(&[u8::from(bad)])?;
            }
            let Text { group, hter, .. } = text;
            writeln!(index, "{group},{hter},{first},{}", words.len())?;
            first += words.len();
        }
        bar.inc(batch.len() as u64);
    }
    bar.finish();
    rows.flush()?;
    labels.flush()?;
    index.flush()?;
    eprintln!(
        "{first} words of {} texts, {WIDTH} features each",
        texts.len()
    );
    Ok(())
}
