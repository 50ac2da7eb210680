//! Reads articles beside their siblings and writes what the networks of
//! `models/sibling-1.safetensors` are trained on. Run by `training/siblings`; see
//! there.
//!
//! Usage: `siblings STORIES OUTPUT`, where STORIES is a file of articles with
//! siblings in the layout of the shared data.
//!
//! OUTPUT gets, for every word, a row in `words.f32`, its label in `words.u8` (0
//! right, 1 wrong, 2 not known) and its article in `words.u32`; for every
//! correction that was tried, a row in `corrections.f32`, the change of the word
//! errors in `corrections.i8` and its article in `corrections.u32`; in
//! `words.columns.json` and `corrections.columns.json` the names of the rows' numbers.
//! Right articles, and the right versions of some others, come once more with errors put
//! in: their numbers have the highest bit set.

#[path = "synthesis.rs"]
// The other half of it serves `extract`.
#[allow(dead_code)]
mod synthesis;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use mtlint::document::Document;
use mtlint::finding::SuggestionSource;
use mtlint::lexicon::Lexicon;
use mtlint::linter::{Linter, Options, Request};
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint::report::{Outcome, Report};
use mtlint::rereading::DocumentReading;
use mtlint::segment::{Segments, segment};
use mtlint::sibling::{
    Articles, CORRECTION_COLUMNS, Candidate, Candidates, Comparison, Memo, SiblingArticle,
    WORD_COLUMNS, bits_saved, word_features,
};
use mtlint::span::Span;
use mtlint_eval::dataset::{LabeledToken, Labels, Passage, Sample, load};
use mtlint_eval::metrics::Distances;
use mtlint_models as models;
use sha2::{Digest, Sha256};

use synthesis::Pools;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The number of articles linted at once.
const BATCH: usize = 16;
/// The most corrections from aligned sentences that the model reads in a sentence.
const MAX_BETWEEN: usize = 4;
/// The most corrections to similar words that the model reads in a sentence.
const MAX_SIMILAR: usize = 2;
/// Corrections are tried in one of this many sentences; in all of an article that
/// has two right versions.
const ONE_OF: usize = 5;
/// The correct version of one of this many articles gets errors.
const GARBLED: usize = 4;
/// Added to the number of an article with errors put in.
const SYNTHETIC: u32 = 1 << 31;
/// The probability from which a word is suspect.
const MIN_P_WORD: f32 = 0.2;
/// The probability from which a name that the sibling does not have is suspect.
const MIN_P_NAME: f32 = 0.05;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [stories, output] = arguments.as_slice() else {
        return Err("usage: siblings STORIES OUTPUT".into());
    };
    let output = PathBuf::from(output);
    std::fs::create_dir_all(&output)?;
    let path = models::resolve("smollm2-135m", false, &models::Silent)?;
    let lm: Arc<dyn LanguageModel> =
        Arc::new(Llama::load(&path, "smollm2-135m", None, Precision::Int8)?);
    let options = Options {
        language: Some("eng".to_owned()),
        no_suggestions_of: SuggestionSource::IDEAS.into(),
        ..Options::default()
    };
    let linter = Linter::new(Arc::clone(&lm))?;
    let lexicon = Lexicon::embedded()?;
    let sets = load(Path::new(stories))?;
    let samples: Vec<&Sample> = sets.iter().flat_map(|set| &set.samples).collect();
    let pools = Pools::of_stories(&samples);
    let mut articles: Vec<(u32, Sample)> = Vec::new();
    for (index, sample) in samples.iter().enumerate() {
        let number = u32::try_from(index)?;
        articles.push((number, (*sample).clone()));
        if index % GARBLED == 0
            && let Some(garbled) = garbled(&pools, sample)
        {
            articles.push((number | SYNTHETIC, garbled));
        }
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} articles, {eta} left")?;
    let bar = ProgressBar::new(articles.len() as u64).with_style(style);
    let columns = [
        ("words", &WORD_COLUMNS[..]),
        ("corrections", &CORRECTION_COLUMNS[..]),
    ];
    for (name, columns) in columns {
        let file = output.join(format!("{name}.columns.json"));
        std::fs::write(file, serde_json::to_string(columns)?)?;
    }
    let mut rows = Rows::create(&output)?;
    for batch in articles.chunks(BATCH) {
        let stories = batch
            .iter()
            .filter_map(|(number, sample)| match &sample.labels {
                Labels::Story {
                    passages, sibling, ..
                } => Some((*number, &sample.text, passages, sibling)),
                _ => None,
            });
        let stories: Vec<_> = stories.collect();
        let texts = stories
            .iter()
            .flat_map(|(_, text, _, sibling)| [text, sibling]);
        let requests = texts.map(|text| Request::new(Document::from_text("", text.as_str())));
        let reports = linter.lint_all(requests.collect(), &options)?;
        let pairs = stories.iter().zip(reports.as_chunks::<2>().0);
        for ((number, text, passages, sibling), [own, other]) in pairs {
            let article = Article {
                text,
                passages,
                sibling,
                own: numbers(own),
                other: numbers(other),
            };
            article.write(lm.as_ref(), &lexicon, &mut rows, *number)?;
            bar.inc(1);
        }
    }
    bar.finish();
    rows.finish()
}

/// The right version of an article with errors put in; `None` where nothing was put in.
fn garbled(pools: &Pools, sample: &Sample) -> Option<Sample> {
    let Labels::Story {
        reference,
        passages,
        sibling,
    } = &sample.labels
    else {
        return None;
    };
    let mut text = String::new();
    let mut all = Vec::new();
    let mut any = false;
    for (index, passage) in passages.iter().enumerate() {
        let right = passage.references.first()?;
        let (garbled, bad) = pools.garble(&format!("{}/{index}", sample.id), right);
        any |= !bad.is_empty();
        let start = text.len();
        let words = segment(&garbled).words;
        let tokens = words.iter().map(|word| LabeledToken {
            span: word.span.shifted(start),
            bad: bad.iter().any(|span| span.overlaps(word.span)),
            severity: None,
        });
        all.push(Passage {
            span: Span::new(start, start + garbled.len()),
            references: vec![right.clone()],
            tokens: tokens.collect(),
        });
        text += &garbled;
        text.push('\n');
    }
    text.pop();
    let labels = Labels::Story {
        reference: reference.clone(),
        passages: all,
        sibling: sibling.clone(),
    };
    any.then(|| Sample {
        text,
        labels,
        ..sample.clone()
    })
}

/// Probability and bits of each word; none of a text that was not judged.
fn numbers(report: &Report) -> (Vec<f32>, Vec<f32>) {
    match &report.outcome {
        Outcome::Scored(analysis) => {
            let words = analysis.words.iter();
            words
                .map(|word| (word.p_garbled, word.surprisal_bits))
                .unzip()
        }
        _ => (Vec::new(), Vec::new()),
    }
}

/// An article with its sibling, and the probability and bits of the words of both.
struct Article<'a> {
    text: &'a str,
    passages: &'a [Passage],
    sibling: &'a str,
    own: (Vec<f32>, Vec<f32>),
    other: (Vec<f32>, Vec<f32>),
}

impl Article<'_> {
    /// Compares the article with its sibling, and writes the rows of its words and
    /// corrections.
    fn write(
        self,
        lm: &dyn LanguageModel,
        lexicon: &Lexicon,
        rows: &mut Rows,
        article: u32,
    ) -> Result<()> {
        let segments = segment(self.text);
        let (p, bits) = self.own;
        if p.len() != segments.words.len() {
            return Ok(());
        }
        let mut siblings = [SiblingArticle::new("sibling", self.sibling)];
        siblings[0].p_garbled = self.other.0;
        let articles = Articles::new(self.text, &segments, &siblings);
        let read = lm
            .read_with_cache(&[self.text], ReadOptions::default())?
            .pop();
        let (reading, cache) = read.unwrap_or_default();
        let document_reading = cache.as_ref().map(|cache| DocumentReading {
            reading: &reading,
            cache,
            start: 0,
        });
        let mut memo = Memo::new(lexicon);
        let comparison = Comparison::new(&articles, &mut memo, &p, &bits)
            .reading_on(document_reading)
            .read(lm)?;
        let number = article.to_le_bytes();
        let index = (article & !SYNTHETIC) as usize;
        let features = word_features(&comparison, &mut memo);
        rows.write_words(&features[0], &segments, self.passages, number)?;

        let distances = Distances::new(self.text, self.passages);
        let several = self
            .passages
            .iter()
            .all(|passage| passage.references.len() > 1);
        let wanted = |sentence: usize| several || (sentence + index).is_multiple_of(ONE_OF);
        let known = siblings[0].spellings();
        let suspect = |word: usize| {
            let spelling = segments.words[word]
                .span
                .slice(self.text)
                .unwrap_or_default();
            let name = spelling.starts_with(char::is_uppercase) && !known.has(spelling);
            p[word] >= MIN_P_WORD || (name && p[word] >= MIN_P_NAME)
        };
        let candidates = drawn_candidates(&comparison, &mut memo, &segments, wanted, suspect);
        let saved = bits_saved(lm, &comparison, &candidates)?;
        for (candidate, bits) in candidates.iter().flatten().zip(saved.into_iter().flatten()) {
            for value in candidate.with_bits(bits) {
                rows.corrections.write_all(&value.to_le_bytes())?;
            }
            let change = distances.change(&[(candidate.span, &candidate.replacement)]);
            rows.changes
                .write_all(&(change.clamp(-100, 100) as i8).to_le_bytes())?;
            rows.correction_articles.write_all(&number)?;
        }
        Ok(())
    }
}

/// The corrections that the model reads: some of each sentence that is `wanted`, between
/// aligned sentences and for each word that is `suspect`.
fn drawn_candidates<'a>(
    comparison: &Comparison<'a>,
    memo: &mut Memo<'a>,
    segments: &Segments,
    wanted: impl Fn(usize) -> bool,
    suspect: impl Fn(usize) -> bool,
) -> Vec<Vec<Candidate>> {
    // How garbled the document is beside its sibling is not known before the networks
    // for words are trained.
    let mut candidates = Candidates::new(comparison, &[], memo);
    let mut drawn: Vec<Vec<Candidate>> = Vec::new();
    for sentence in 0..segments.sentences.len() {
        if !wanted(sentence) {
            continue;
        }
        let words = segments
            .words
            .partition_point(|word| word.sentence < sentence)
            ..segments
                .words
                .partition_point(|word| word.sentence <= sentence);
        let suspects = words.filter(|&word| suspect(word));
        let similar = suspects.flat_map(|word| candidates.similar(&(word..word + 1)));
        let mut similar: Vec<Candidate> = similar.collect();
        draw(&mut similar, MAX_SIMILAR);
        let mut between = candidates.between(sentence);
        draw(&mut between, MAX_BETWEEN);
        drawn.extend(between.into_iter().chain(similar).map(|one| vec![one]));
    }
    drawn
}

/// Keeps at most `limit` candidates, as a checksum draws them.
fn draw(candidates: &mut Vec<Candidate>, limit: usize) {
    candidates.sort_by_cached_key(|candidate| {
        let place = candidate.span.start().to_le_bytes();
        let digest = Sha256::new_with_prefix(&candidate.replacement).chain_update(place);
        <[u8; 32]>::from(digest.finalize())
    });
    candidates.truncate(limit);
}

/// The files of OUTPUT.
struct Rows {
    words: BufWriter<File>,
    word_labels: BufWriter<File>,
    word_articles: BufWriter<File>,
    corrections: BufWriter<File>,
    changes: BufWriter<File>,
    correction_articles: BufWriter<File>,
}

impl Rows {
    fn create(folder: &Path) -> Result<Self> {
        let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new);
        Ok(Self {
            words: create("words.f32")?,
            word_labels: create("words.u8")?,
            word_articles: create("words.u32")?,
            corrections: create("corrections.f32")?,
            changes: create("corrections.i8")?,
            correction_articles: create("corrections.u32")?,
        })
    }

    /// Writes a row, a label and the number of the article for each word.
    fn write_words<const WIDTH: usize>(
        &mut self,
        features: &[[f32; WIDTH]],
        segments: &Segments,
        passages: &[Passage],
        article: [u8; 4],
    ) -> Result<()> {
        let tokens = || passages.iter().flat_map(|passage| &passage.tokens);
        for (row, word) in features.iter().zip(&segments.words) {
            for value in row {
                self.words.write_all(&value.to_le_bytes())?;
            }
            let mut labels = tokens().filter(|token| token.span.overlaps(word.span));
            let label = match labels.next() {
                None => 2,
                Some(token) => u8::from(token.bad || labels.any(|token| token.bad)),
            };
            self.word_labels.write_all(&[label])?;
            self.word_articles.write_all(&article)?;
        }
        Ok(())
    }

    fn finish(self) -> Result<()> {
        for mut file in [
            self.words,
            self.word_labels,
            self.word_articles,
            self.corrections,
            self.changes,
            self.correction_articles,
        ] {
            file.flush()?;
        }
        Ok(())
    }
}
