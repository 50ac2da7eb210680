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
mod job;
mod kernels;
mod output;
mod pieces;
mod pool;
mod readings;
mod shape;
mod weights;
mod whole;

use std::path::Path;

use self::clock::Clock;
pub use self::clock::TimeSpent;
use self::forward::{KeysAndValues, Rotation, Sequence, forward};
use self::readings::Readings;
use self::weights::{Weights, WeightsError};
use super::gguf::{Header, HeaderError, ModelFile, RowsError};
use super::tokenizer::{Token, Tokenizer, TokenizerError};
use super::{
    KvCache, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions, TokenCounts,
    TokenScores,
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
    readings: Readings,
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
            readings: Readings::default(),
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

    fn forward(
        &self,
        sequences: &[Sequence<'_>],
        layers: &[usize],
    ) -> Result<(forward::Activations, Vec<KeysAndValues>), LmError> {
        self.readings
            .count_read(sequences.iter().map(|one| one.ids.len()).sum());
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
        take: &mut dyn FnMut(TokenScores) -> Result<(), LmError>,
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
        self.after(pairs)
    }

    fn keep_readings(&self, bytes: usize) {
        self.readings.keep(bytes);
    }

    fn tokens(&self) -> TokenCounts {
        self.readings.counts()
    }

    fn token_text(&self, id: u32) -> String {
        self.tokenizer.text(id).to_owned()
    }
}

#[cfg(test)]
mod tests;
