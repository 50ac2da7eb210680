//! A Llama-architecture model that reads text.
//!
//! In: a GGUF file, then texts. Out: [`Reading`]s. Texts and windows are packed
//! into ragged batches without padding; each attends only to itself, and no
//! sum depends on its neighbours in the batch or on the number of threads.

mod attention;
mod clock;
mod forward;
mod kernels;
mod output;
mod pool;
mod weights;

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;
use sha2::{Digest, Sha256};

use self::clock::Clock;
pub use self::clock::TimeSpent;
use self::forward::{Prefix, Rotation, Sequence, forward};
use self::output::{Prediction, predict};
use self::weights::{Weights, WeightsError};
use super::gguf::{Header, decode_rows};
use super::tokenizer::{Token, Tokenizer, TokenizerError};
use super::windows::{Window, windows};
use super::{
    Branch, LanguageModel, LmError, ModelId, Precision, ReadOptions, Reading, TokenReading,
};
pub use crate::linear::int8_ceiling;

/// Tokens the model sees at once, the start token among them. Attention costs
/// grow with its square, and what lies further back says little about a word.
const WINDOW: usize = 2048;
/// Tokens in one batch. Enough for full tiles in every product; the working
/// memory of a batch is about 25 kB a token.
const BATCH: usize = 2048;
const SUPPORTED: &str = "Llama-architecture GGUF files with a byte-level BPE tokenizer, stored as \
                         F32, F16, BF16, Q8_0, Q4_0 or Q4_1";

/// A loaded model.
pub struct Llama {
    id: ModelId,
    path: String,
    file: Mmap,
    tokenizer: Tokenizer,
    weights: Weights,
    rotation: Rotation,
    clock: Clock,
    window: usize,
}

/// Token ids of one window of a text, the start token first.
struct Job<'a> {
    text: usize,
    window: Window,
    ids: Vec<u32>,
    prefix: Option<(&'a Prefix, usize)>,
}

impl Llama {
    /// Loads a model. `name` is how reports call it; `sha256` spares hashing
    /// the file where it is known already.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or is of a kind that is not
    /// supported.
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
        let file = File::open(path).map_err(io)?;
        if file.metadata().map_err(io)?.is_dir() {
            return Err(io(std::io::ErrorKind::IsADirectory.into()));
        }
        // Safety: the map is only read. Another process that cuts the file
        // while it is mapped would stop this one with a bus error, as it would
        // any program that maps files; models are replaced by renaming.
        #[allow(unsafe_code)]
        let file = unsafe { Mmap::map(&file) }.map_err(io)?;
        let header = Header::parse(&file).map_err(malformed)?;
        let (sha256, weights) = rayon::join(
            || sha256.unwrap_or_else(|| hexadecimal(&Sha256::digest(&file))),
            || Weights::load(&header, &file, precision),
        );
        let weights = weights.map_err(|error| match error {
            WeightsError::Unsupported(found) => unsupported(found),
            WeightsError::Damaged(problem) => malformed(problem),
        })?;
        let tokenizer = Tokenizer::from_gguf(&header).map_err(|error| match error {
            TokenizerError::Unsupported(found) => unsupported(found),
            TokenizerError::Damaged(problem) => LmError::Tokenizer {
                path: shown.clone(),
                problem,
            },
        })?;
        let mut factors = Vec::new();
        if let Some(info) = header.tensors.get("rope_freqs.weight") {
            decode_rows(&file, info, 0, 1, &mut factors).map_err(malformed)?;
        }
        let window = WINDOW.min(weights.shape.context);
        let factors = (!factors.is_empty()).then_some(factors.as_slice());
        Ok(Self {
            id: ModelId {
                name: name.to_owned(),
                sha256,
                precision,
            },
            rotation: Rotation::new(&weights.shape, window, factors),
            path: shown,
            file,
            tokenizer,
            weights,
            clock: Clock::default(),
            window,
        })
    }

    /// Where the time went since the model was loaded, summed over threads.
    pub fn time_spent(&self) -> TimeSpent {
        self.clock.spent()
    }

    /// Operations in the linear layers of the blocks and in the output layer
    /// for one token, a product and a sum counted apart.
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

    /// Ids the model is given for a window: the start token, then the tokens.
    /// The last token itself is only needed for its states.
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

    /// Reads batches of windows and adds what is new to the readings.
    fn run(
        &self,
        jobs: &[Job<'_>],
        tokens: &[Vec<Token>],
        options: ReadOptions<'_>,
        readings: &mut [Reading],
    ) -> Result<(), LmError> {
        let width = self.weights.shape.width;
        let mut rest = jobs;
        while !rest.is_empty() {
            let mut total = 0;
            let fits = rest.iter().take_while(|job| {
                total += job.ids.len();
                total <= BATCH
            });
            let (batch, after) = rest.split_at(fits.count().max(1));
            rest = after;
            let sequences: Vec<Sequence<'_>> = batch
                .iter()
                .map(|job| Sequence {
                    ids: &job.ids,
                    prefix: job.prefix,
                })
                .collect();
            let (activations, _) = self.forward(&sequences, options.layers, false)?;
            // The row before a token predicts it.
            let mut hidden = Vec::new();
            let mut targets = Vec::new();
            let mut first_row = 0;
            let mut rows_of_jobs = Vec::with_capacity(batch.len());
            for job in batch {
                let skipped = job.prefix.map_or(0, |(_, length)| length);
                // Input position of a token is one past its place in the
                // window, since the start token comes first.
                let row_of = |token: usize| first_row + token - job.window.start - skipped;
                let new = job.window.first_new..job.window.end;
                if !new.is_empty() {
                    let rows = row_of(new.start)..row_of(new.end);
                    hidden
                        .extend_from_slice(&activations.last[rows.start * width..rows.end * width]);
                    let new = &tokens[job.text][new];
                    targets.extend(new.iter().map(|token| token.id));
                    rows_of_jobs.push((job, rows));
                }
                first_row += job.ids.len();
            }
            let predictions = predict(
                &self.weights,
                &self.file,
                &hidden,
                &targets,
                options.most_probable,
                &self.clock,
            )
            .map_err(|problem| self.malformed(problem))?;
            let mut predictions = predictions.into_iter();
            for (job, rows) in rows_of_jobs {
                let reading = &mut readings[job.text];
                let new = &tokens[job.text][job.window.first_new..job.window.end];
                for (token, prediction) in new.iter().zip(&mut predictions) {
                    reading.tokens.push(self.token_reading(*token, prediction)?);
                }
                reading.states.width = width;
                reading
                    .states
                    .layers
                    .resize(options.layers.len(), Vec::new());
                for (into, from) in reading
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
        Ok(())
    }

    fn forward(
        &self,
        sequences: &[Sequence<'_>],
        layers: &[usize],
        keep: bool,
    ) -> Result<(forward::Activations, Option<Prefix>), LmError> {
        forward(
            &self.weights,
            &self.rotation,
            &self.file,
            sequences,
            layers,
            keep,
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

    fn token_reading(&self, token: Token, prediction: Prediction) -> Result<TokenReading, LmError> {
        if !prediction.surprisal_bits.is_finite() || !prediction.entropy_bits.is_finite() {
            return Err(LmError::NotFinite {
                path: self.path.clone(),
            });
        }
        Ok(TokenReading {
            id: token.id,
            span: token.span,
            surprisal_bits: prediction.surprisal_bits,
            entropy_bits: prediction.entropy_bits,
            rank: prediction.rank,
            most_probable: prediction.most_probable,
        })
    }
}

impl LanguageModel for Llama {
    fn id(&self) -> &ModelId {
        &self.id
    }

    fn layers(&self) -> usize {
        self.weights.shape.blocks
    }

    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<Reading>, LmError> {
        if let Some(&asked) = options.layers.iter().find(|layer| **layer > self.layers()) {
            return Err(LmError::NoSuchLayer {
                asked,
                last: self.layers(),
            });
        }
        let tokens = texts
            .iter()
            .map(|text| self.tokenize(text))
            .collect::<Result<Vec<_>, _>>()?;
        let states = !options.layers.is_empty();
        let mut jobs = Vec::new();
        for (text, tokens) in tokens.iter().enumerate() {
            for window in windows(tokens.len(), self.window) {
                jobs.push(Job {
                    text,
                    window,
                    ids: self.input(tokens, window, states),
                    prefix: None,
                });
            }
        }
        let mut readings = vec![Reading::default(); texts.len()];
        self.run(&jobs, &tokens, options, &mut readings)?;
        Ok(readings)
    }

    fn read_branches(&self, trunk: &str, branches: &[Branch<'_>]) -> Result<Vec<Reading>, LmError> {
        let mut tokens = Vec::with_capacity(branches.len());
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for (text, branch) in branches.iter().enumerate() {
            let before = trunk.get(..branch.at).unwrap_or(trunk);
            let joined = self.tokenize(&format!("{before}{}", branch.text))?;
            let first = joined.partition_point(|token| token.span.end() <= before.len());
            let wanted = windows(joined.len(), self.window)
                .into_iter()
                .filter(|window| window.end > first)
                .map(|window| Window {
                    first_new: window.first_new.max(first),
                    ..window
                });
            for window in wanted {
                jobs.push(Job {
                    text,
                    window,
                    ids: self.input(&joined, window, false),
                    prefix: None,
                });
            }
            tokens.push(joined);
        }
        let trunk = self.tokenize(trunk)?;
        // Windows that start at the same token share what they have in common
        // with the trunk before the first token that is wanted.
        jobs.sort_by_key(|job| job.window.start);
        let mut readings = vec![Reading::default(); branches.len()];
        for group in jobs.chunk_by(|a, b| a.window.start == b.window.start) {
            let start = group[0].window.start.min(trunk.len());
            let whole = Window {
                start,
                first_new: start,
                end: trunk.len().min(start + self.window),
            };
            let mut ids = self.input(&trunk, whole, true);
            let shared: Vec<usize> = group.iter().map(|job| shared_length(&ids, job)).collect();
            ids.truncate(shared.iter().copied().max().unwrap_or(0));
            if ids.is_empty() {
                self.run(group, &tokens, ReadOptions::default(), &mut readings)?;
                continue;
            }
            let sequence = Sequence {
                ids: &ids,
                prefix: None,
            };
            let (_, kept) = self.forward(&[sequence], &[], true)?;
            let group = group.iter().zip(shared).map(|(job, shared)| Job {
                text: job.text,
                window: job.window,
                ids: job.ids[shared..].to_vec(),
                prefix: kept.as_ref().map(|kept| (kept, shared)),
            });
            let group: Vec<Job<'_>> = group.collect();
            self.run(&group, &tokens, ReadOptions::default(), &mut readings)?;
        }
        Ok(readings)
    }

    fn token_text(&self, id: u32) -> String {
        self.tokenizer.text(id).to_owned()
    }
}

/// How many ids of a job stand at the beginning of `trunk` too, before its first
/// token that is wanted.
fn shared_length(trunk: &[u32], job: &Job<'_>) -> usize {
    let equal = trunk.iter().zip(&job.ids).take_while(|(a, b)| a == b);
    equal.count().min(job.window.first_new - job.window.start)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
