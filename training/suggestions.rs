//! Reads garbled articles and writes what the network of `models/suggest-1.safetensors` is trained
//! on. Run by `training/suggestions`; see there.
//!
//! Usage: `suggestions ARTICLES.jsonl OUTPUT`. An article is a record with `id`, `text` and
//! `right`, its right version, with the same paragraphs.
//!
//! OUTPUT gets, for every candidate that the program would have the language model read, a row in
//! `rows.f32`, the change of the word errors in `changes.i8`, the numbers of its article and of its
//! phrase in `places.u32`; and in `columns.json` the names of a row's numbers.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mtlint::detect::word_surprisals;
use mtlint::document::Document;
use mtlint::finding::SuggestionSource;
use mtlint::lexicon::Lexicon;
use mtlint::linter::{Linter, Options, Request};
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint::report::{Analysis, Outcome};
use mtlint::rereading::DocumentReading;
use mtlint::segment::segment;
use mtlint::span::Span;
use mtlint::suggest::{COLUMNS, DocumentText, bits_saved, chosen, rows};
use mtlint_eval::dataset::Passage;
use mtlint_eval::metrics::Distances;
use mtlint_models as models;
use serde::Deserialize;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Articles linted at once.
const BATCH: usize = 16;
/// As in `src/pipeline/read.rs`.
const MOST_PROBABLE: usize = 8;

#[derive(Deserialize)]
struct Article {
    text: String,
    right: String,
}

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [articles, output] = arguments.as_slice() else {
        return Err("usage: suggestions ARTICLES.jsonl OUTPUT".into());
    };
    let lines = BufReader::new(File::open(articles)?).lines();
    let articles: Vec<Article> = lines
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect::<Result<_>>()?;
    let output = Path::new(output);
    std::fs::create_dir_all(output)?;
    let names = serde_json::to_string(&COLUMNS[..])?;
    std::fs::write(output.join("columns.json"), names)?;
    let create = |name: &str| File::create(output.join(name)).map(BufWriter::new);
    let mut files = [
        create("rows.f32")?,
        create("changes.i8")?,
        create("places.u32")?,
    ];
    let path = models::resolve("smollm2-135m", false, &models::Silent)?;
    let lm: Arc<dyn LanguageModel> =
        Arc::new(Llama::load(&path, "smollm2-135m", None, Precision::Int8)?);
    let linter = Linter::new(Arc::clone(&lm))?;
    let lexicon = Lexicon::embedded()?;
    // What is proposed is found out here, not by the program.
    let options = Options {
        language: Some("eng".to_owned()),
        no_suggestions_of: SuggestionSource::IDEAS.into(),
        ..Options::default()
    };
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} articles, {eta} left")?;
    let bar = ProgressBar::new(articles.len() as u64).with_style(style);
    for (batch, some) in articles.chunks(BATCH).enumerate() {
        let documents = some.iter();
        let documents = documents.map(|one| Request::new(Document::from_text("", &one.text)));
        let reports = linter.lint_all(documents.collect(), &options)?;
        for (at, (article, report)) in some.iter().zip(reports).enumerate() {
            if let Outcome::Scored(analysis) = report.outcome {
                let number = u32::try_from(batch * BATCH + at)?;
                write(article, &analysis, (&lm, &lexicon), number, &mut files)?;
            }
            bar.inc(1);
        }
    }
    bar.finish();
    for file in &mut files {
        file.flush()?;
    }
    Ok(())
}

/// Writes the rows of the candidates for one article.
fn write(
    article: &Article,
    analysis: &Analysis,
    (lm, lexicon): (&Arc<dyn LanguageModel>, &Lexicon),
    number: u32,
    [values, changes, places]: &mut [BufWriter<File>; 3],
) -> Result<()> {
    let segments = segment(&article.text);
    let read = ReadOptions {
        most_probable: MOST_PROBABLE,
        layers: &[],
    };
    let read = lm.read_with_cache(&[&article.text], read)?.pop();
    let (reading, cache) = read.unwrap_or_default();
    let surprisals = word_surprisals(&segments, &reading);
    let p_garbled: Vec<f32> = analysis.words.iter().map(|word| word.p_garbled).collect();
    let document = DocumentText {
        text: &article.text,
        segments: &segments,
        reading: &reading,
        surprisals: &surprisals,
        p_garbled: &p_garbled,
    };
    let findings = analysis.findings.iter();
    let findings = findings.filter(|one| one.evidence.pattern.is_none());
    let phrases = findings.map(|one| segments.words_in(one.span));
    let phrases: Vec<Range<usize>> = phrases.collect();
    let candidates = chosen(&document, lexicon, lm.as_ref(), &phrases);
    let on = cache.as_ref().map(|cache| DocumentReading {
        reading: &reading,
        cache,
        start: 0,
    });
    let saved = bits_saved(lm.as_ref(), &document, on, &candidates)?;
    let passages = passages(&article.text, &article.right);
    let distances = Distances::new(&article.text, &passages);
    for (phrase, (candidates, saved)) in candidates.iter().zip(&saved).enumerate() {
        for (candidate, row) in candidates.iter().zip(rows(candidates, saved)) {
            for value in row {
                values.write_all(&value.to_le_bytes())?;
            }
            let change = distances.change(&[(candidate.span, &candidate.replacement)]);
            changes.write_all(&(change.clamp(-100, 100) as i8).to_le_bytes())?;
            places.write_all(&number.to_le_bytes())?;
            places.write_all(&u32::try_from(phrase)?.to_le_bytes())?;
        }
    }
    Ok(())
}

/// The paragraphs of a text, each with its right version; the whole text where the two have not as
/// many.
fn passages(text: &str, right: &str) -> Vec<Passage> {
    let lines = |text: &str| -> Vec<Span<_>> {
        let mut start = 0;
        let lines = text.split_inclusive('\n').map(|line| {
            start += line.len();
            Span::new(start - line.len(), start)
        });
        lines.collect()
    };
    let (here, there) = (lines(text), lines(right));
    let passage = |span: Span<mtlint::span::Doc>, right: &str| Passage {
        span,
        references: vec![right.to_owned()],
        tokens: Vec::new(),
    };
    if here.len() != there.len() {
        return vec![passage(Span::new(0, text.len()), right)];
    }
    let pairs = here.into_iter().zip(there);
    let pairs = pairs.map(|(here, there)| passage(here, there.slice(right).unwrap_or_default()));
    pairs.collect()
}
