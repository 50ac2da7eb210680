//! A Llama-architecture model that reads text.
//!
//! In: a GGUF file, then texts. Out: [`TokenScores`]. Texts and windows are packed
//! into ragged batches without padding; each attends only to itself, and no
//! sum depends on its neighbors in the batch or on the number of threads. It generates no
//! text, and reads no other architecture.

mod attention;
mod clock;
mod continuations;
mod forward;
mod kernels;
mod output;
mod pool;
mod shape;
mod weights;
mod whole;

use std::ops::Range;
use std::path::Path;

use self::clock::Clock;
pub use self::clock::TimeSpent;
use self::forward::{KeysAndValues, Rotation, Sequence, forward};
use self::output::{Prediction, predict};
use self::weights::{Weights, WeightsError};
use super::gguf::{Header, HeaderError, ModelFile, RowsError};
use super::tokenizer::{Token, Tokenizer, TokenizerError};
use super::windows::{Window, windows};
use super::{
    KvCache, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions, TokenScore,
    TokenScores, texts_in_batch,
};
pub use crate::linear::int8_ceiling;

/// The largest number of tokens that the model sees at once, the start token included.
/// Attention costs grow with its square, and what lies further back says little about a word.
const MAX_WINDOW_TOKENS: usize = 2048;
/// The largest number of tokens in one batch. Enough for full tiles in every product; the working
/// memory of a batch is about 25 kB a token.
const MAX_BATCH_TOKENS: usize = 2048;
/// The largest number of tokens of a text whose keys and values are kept: at 23 kB for each
/// token of the default model (46 kB in single precision), some 90 MB.
const MAX_CACHED_TOKENS: usize = 4096;
const SUPPORTED: &str = "Llama-architecture GGUF files with a byte-level BPE tokenizer, stored as \
                         F32, F16, BF16, Q8_0, Q4_0 or Q4_1";

/// The tensor of the factors that divide the frequencies of rotations (Llama 3.1).
const ROTATION_FACTORS: &str = "rope_freqs.weight";

/// A Llama-architecture language model, loaded and packed for the processor.
pub struct Llama {
    id: ModelId,
    path: String,
    tokenizer: Tokenizer,
    weights: Weights,
    rotation: Rotation,
    clock: Clock,
    window: usize,
}

/// One window of a text that is to be read.
struct Job<'a> {
    /// The number of the text among those read together.
    text: usize,
    window: Window,
    /// Token ids that are read: the start token first, unless `prefix` holds it.
    ids: Vec<u32>,
    /// Keys and values that come before `ids`, and for how many tokens.
    prefix: Option<(&'a KeysAndValues, usize)>,
    /// Whether the keys and values of `ids` are kept.
    keep: bool,
}

impl Job<'_> {
    /// The tokens whose scores this job gives.
    fn new_tokens<'a>(&self, tokens: &'a [Vec<Token>]) -> &'a [Token] {
        &tokens[self.text][self.window.first_new..self.window.end]
    }

    /// The rows of the batch that predict the new tokens, where the job's rows begin at
    /// `first`; `None` where there are no new tokens.
    fn rows(&self, first: usize) -> Option<Range<usize>> {
        let skipped = self.prefix.map_or(0, |(_, length)| length);
        // Input position of a token is one past its place in the window, since
        // the start token comes first.
        let row_of = |token: usize| first + token - self.window.start - skipped;
        let Window { first_new, end, .. } = self.window;
        (first_new < end).then(|| row_of(first_new)..row_of(end))
    }
}

impl Llama {
    /// Loads a model from a GGUF file. `name` is the name for reports. `sha256` is the checksum of
    /// the file if it is known already; else the file is hashed.
    ///
    /// # Errors
    /// [`LmError::Io`] when the file cannot be read, [`LmError::Malformed`] or
    /// [`LmError::Tokenizer`] when it is damaged, [`LmError::Unsupported`] when it is of a kind
    /// that is not read.
    pub fn load(
        path: &Path,
        name: &str,
        sha256: Option<String>,
        precision: Precision,
    ) -> Result<Self, LmError> {
        let shown = path.display().to_string();
        let io = |source| LmError::Io {
            path: shown.clone(),
            source,
        };
        let malformed = |problem| LmError::Malformed {
            path: shown.clone(),
            problem,
        };
        let unsupported = |found| LmError::Unsupported {
            path: shown.clone(),
            found,
            supported: SUPPORTED,
        };
        let file = ModelFile::open(path).map_err(io)?;
        let header = file.header().map_err(|error| match error {
            HeaderError::Io(error) => io(error),
            error => malformed(error.to_string()),
        })?;
        let (sha256, weights) = rayon::join(
            || sha256.map_or_else(|| file.sha256(), Ok),
            || Weights::load(&header, &file, precision),
        );
        let weights = weights.map_err(|error| match error {
            WeightsError::Unsupported(found) => unsupported(found),
            WeightsError::Damaged(problem) => malformed(problem),
            WeightsError::Io(error) => io(error),
        })?;
        let tokenizer = Tokenizer::from_gguf(&header).map_err(|error| match error {
            TokenizerError::Unsupported(found) => unsupported(found),
            TokenizerError::Damaged(problem) => LmError::Tokenizer {
                path: shown.clone(),
                problem,
            },
        })?;
        let factors = rotation_factors(&header, &file).map_err(|error| match error {
            RowsError::Io(error) => io(error),
            RowsError::Undecoded(problem) => malformed(format!("{ROTATION_FACTORS}: {problem}")),
        })?;
        let window = MAX_WINDOW_TOKENS.min(weights.shape.context);
        Ok(Self {
            id: ModelId {
                name: name.to_owned(),
                sha256: sha256.map_err(io)?,
                precision,
            },
            rotation: Rotation::new(&weights.shape, window, factors.as_deref()),
            path: shown,
            tokenizer,
            weights,
            clock: Clock::default(),
            window,
        })
    }

    /// The time spent in each part of the model since it was loaded, summed over threads.
    pub fn time_spent(&self) -> TimeSpent {
        self.clock.spent()
    }

    /// The number of operations for one token, in the linear layers of the blocks and in the
    /// output layer. A product and a sum count as two.
    pub fn operations(&self) -> (usize, usize) {
        self.weights.operations()
    }

    fn tokenize(&self, text: &str) -> Result<Vec<Token>, LmError> {
        self.tokenizer
            .tokenize(text)
            .map_err(|problem| LmError::Tokenizer {
                path: self.path.clone(),
                problem,
            })
    }

    /// The ids that the model reads for a window: the start token, then the tokens.
    /// The last token itself is only read where its states are asked for.
    fn input(&self, tokens: &[Token], window: Window, states: bool) -> Vec<u32> {
        let end = if states {
            window.end
        } else {
            window.end.max(window.start + 1) - 1
        };
        let tokens = tokens.get(window.start..end).unwrap_or_default();
        std::iter::once(self.tokenizer.start())
            .chain(tokens.iter().map(|token| token.id))
            .collect()
    }

    /// Adds the jobs that score the tokens of text number `text` that end after its first
    /// `before` bytes.
    fn add_jobs_after(
        &self,
        text: usize,
        before: usize,
        joined: &[Token],
        jobs: &mut Vec<Job<'_>>,
    ) {
        let first = joined.partition_point(|token| token.span.end() <= before);
        let windows = windows(joined.len(), self.window).into_iter();
        let new = windows.filter(|window| window.end > first);
        jobs.extend(new.map(|window| Job {
            text,
            window: Window {
                first_new: window.first_new.max(first),
                ..window
            },
            ids: self.input(joined, window, false),
            prefix: None,
            keep: false,
        }));
    }

    /// Runs jobs in batches and adds the scores of their new tokens to those of their texts.
    /// Returns the keys and values of the jobs that keep them, in their order.
    fn run_jobs(
        &self,
        jobs: &[Job<'_>],
        tokens: &[Vec<Token>],
        options: ReadOptions<'_>,
        scores_of_texts: &mut [TokenScores],
    ) -> Result<Vec<KeysAndValues>, LmError> {
        let width = self.weights.shape.width;
        let mut caches = Vec::new();
        let mut rest = jobs;
        while !rest.is_empty() {
            let fits = texts_in_batch(rest.iter().map(|job| job.ids.len()), MAX_BATCH_TOKENS);
            let (batch, after) = rest.split_at(fits);
            rest = after;
            let sequences: Vec<Sequence<'_>> = batch
                .iter()
                .map(|job| Sequence {
                    ids: &job.ids,
                    prefix: job.prefix,
                    keep: job.keep,
                })
                .collect();
            let (activations, prefixes) = self.forward(&sequences, options.layers)?;
            caches.extend(prefixes);
            // The row before a token predicts it.
            let mut first_row = 0;
            let mut rows_of_jobs = Vec::with_capacity(batch.len());
            for job in batch {
                if let Some(rows) = job.rows(first_row) {
                    rows_of_jobs.push((job, rows));
                }
                first_row += job.ids.len();
            }
            let most_probable = options.most_probable;
            self.add_scores(
                &rows_of_jobs,
                &activations.last,
                tokens,
                most_probable,
                scores_of_texts,
            )?;
            for (job, rows) in rows_of_jobs {
                let scores = &mut scores_of_texts[job.text];
                scores.states.width = width;
                scores
                    .states
                    .layers
                    .resize(options.layers.len(), Vec::new());
                for (into, from) in scores
                    .states
                    .layers
                    .iter_mut()
                    .zip(&activations.states.layers)
                {
                    // A token's own state stands in the row after the one
                    // that predicted it.
                    let rows = (rows.start + 1) * width..(rows.end + 1) * width;
                    into.extend_from_slice(&from[rows]);
                }
            }
        }
        Ok(caches)
    }

    /// Adds the scores of the new tokens of some jobs to those of their texts. `last` holds the
    /// states of the last layer; with each job come the rows that predict its new tokens.
    fn add_scores(
        &self,
        rows_of_jobs: &[(&Job<'_>, Range<usize>)],
        last: &[f32],
        tokens: &[Vec<Token>],
        most_probable: usize,
        scores_of_texts: &mut [TokenScores],
    ) -> Result<(), LmError> {
        let width = self.weights.shape.width;
        let mut hidden = Vec::new();
        let mut targets = Vec::new();
        for (job, rows) in rows_of_jobs {
            hidden.extend_from_slice(&last[rows.start * width..rows.end * width]);
            targets.extend(job.new_tokens(tokens).iter().map(|token| token.id));
        }
        let predictions = predict(&self.weights, &hidden, &targets, most_probable, &self.clock)
            .map_err(|problem| self.malformed(problem))?;
        let mut predictions = predictions.into_iter();
        for (job, _) in rows_of_jobs {
            for (token, prediction) in job.new_tokens(tokens).iter().zip(&mut predictions) {
                let token = self.token_score(*token, prediction)?;
                scores_of_texts[job.text].tokens.push(token);
            }
        }
        Ok(())
    }

    fn forward(
        &self,
        sequences: &[Sequence<'_>],
        layers: &[usize],
    ) -> Result<(forward::Activations, Vec<KeysAndValues>), LmError> {
        forward(
            &self.weights,
            &self.rotation,
            sequences,
            layers,
            &self.clock,
        )
        .map_err(|problem| self.malformed(problem))
    }

    fn malformed(&self, problem: String) -> LmError {
        LmError::Malformed {
            path: self.path.clone(),
            problem,
        }
    }

    fn token_score(&self, token: Token, prediction: Prediction) -> Result<TokenScore, LmError> {
        if !prediction.surprisal_bits.is_finite() || !prediction.entropy_bits.is_finite() {
            return Err(LmError::NotFinite {
                path: self.path.clone(),
            });
        }
        Ok(TokenScore {
            id: token.id,
            span: token.span,
            surprisal_bits: prediction.surprisal_bits,
            entropy_bits: prediction.entropy_bits,
            rank: prediction.rank,
            most_probable: prediction.most_probable,
        })
    }
}

/// The factors that divide the frequencies of rotations, where the model has them.
fn rotation_factors(header: &Header, file: &ModelFile) -> Result<Option<Vec<f32>>, RowsError> {
    let Some(info) = header.tensors.get(ROTATION_FACTORS) else {
        return Ok(None);
    };
    let mut factors = Vec::new();
    file.decode_rows(info, 0, 1, &mut factors)?;
    match factors.iter().all(|factor| *factor > 0.0) {
        true => Ok(Some(factors)),
        false => Err(RowsError::Undecoded("a factor is not positive".to_owned())),
    }
}

impl LanguageModel for Llama {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn layers(&self) -> usize {
        self.weights.shape.blocks
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        let read = self.read_whole(texts, options, 0)?.into_iter();
        Ok(read.map(|(scores, _)| scores).collect())
    }

    fn read_in_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores),
    ) -> Result<(), LmError> {
        self.read_parts(text, options, take)
    }

    fn read_with_cache(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        self.read_whole(texts, options, MAX_CACHED_TOKENS)
    }

    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        self.continuations(prefixes)
    }

    fn read_after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        let mut tokens = Vec::with_capacity(pairs.len());
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for (text, (before, after)) in pairs.iter().enumerate() {
            let joined = self.tokenize(&format!("{before}{after}"))?;
            self.add_jobs_after(text, before.len(), &joined, &mut jobs);
            tokens.push(joined);
        }
        let mut scores_of_texts = vec![TokenScores::default(); pairs.len()];
        self.run_jobs(&jobs, &tokens, ReadOptions::default(), &mut scores_of_texts)?;
        Ok(scores_of_texts)
    }

    fn token_text(&self, id: u32) -> String {
        self.tokenizer.text(id).to_owned()
    }
}

#[cfg(test)]
mod tests;
