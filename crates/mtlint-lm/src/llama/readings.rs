//! The readings that are kept, so that a text that was read before costs what changed in it.
//!
//! In: windows and short continuations that were read. Out: of a window the beginning that it has
//! in common with one that was read before, of a continuation its numbers. Kept numbers equal
//! those of a new reading to the last bit: a window is continued only where a block of queries of
//! attention begins, and a continuation is known by all that its numbers depend on. Nothing is
//! kept until a size is given, and nothing is read here.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::attention::{KvBlock, QUERY_BLOCK};
use super::forward::KeysAndValues;
use super::output::Prediction;
use super::pieces::{Packed, Pieces};
use super::shape::Shape;
use crate::cache::Cache;
use crate::{Guess, TokenCounts};

/// The share of the bytes that is for continuations: those of an article take a hundredth of what
/// its windows take, and are worth as much.
const SHARE_OF_SHORT: usize = 16;

/// What the numbers of a window depend on, and what was asked of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct WindowKey {
    /// The ids of the tokens, without the start token.
    pub tokens: Vec<u32>,
    /// How many tokens are only context, whose scores are not taken from this window.
    pub context: usize,
    pub most_probable: usize,
    pub layers: Vec<usize>,
}

impl WindowKey {
    /// How many tokens both begin with; 0 where something else was asked of the other.
    fn common(&self, other: &Self) -> usize {
        let asked = |key: &Self| (key.context, key.most_probable);
        if asked(self) != asked(other) || self.layers != other.layers {
            return 0;
        }
        let pairs = self.tokens.iter().zip(&other.tokens);
        pairs.take_while(|(one, other)| one == other).count()
    }
}

/// What the model makes of rows of a window.
pub(super) struct Reading {
    /// The scores of the tokens that are asked for.
    pub predictions: Vec<Prediction>,
    /// For each layer asked for the states of all rows.
    pub states: Vec<Vec<f32>>,
    /// The keys and values of all rows, if they are kept.
    pub keys_and_values: Option<Arc<KeysAndValues>>,
}

impl Reading {
    /// About how many bytes it has in memory.
    fn bytes(&self) -> usize {
        let states: usize = self.states.iter().map(Vec::len).sum();
        let keys_and_values = self.keys_and_values.as_ref().map_or(0, |all| all.bytes());
        keys_and_values + states * size_of::<f32>() + bytes(&self.predictions)
    }

    /// Keeps it in pieces.
    fn pack(&self, pieces: &Pieces) -> Packed {
        let mut packed = pieces.pack();
        packed.put_number(self.predictions.len() as u32);
        for one in &self.predictions {
            packed.put_floats(&[one.surprisal_bits, one.entropy_bits]);
            packed.put_number(one.rank);
            packed.put_number(one.most_probable.len() as u32);
            for guess in &one.most_probable {
                packed.put_number(guess.id);
                packed.put_floats(&[guess.surprisal_bits]);
            }
        }
        packed.put_number(self.states.len() as u32);
        for layer in &self.states {
            packed.put_number(layer.len() as u32);
            packed.put_floats(layer);
        }
        let blocks = self.keys_and_values.as_ref().map(|all| &all.blocks);
        packed.put_number(blocks.map_or(0, Vec::len) as u32);
        for block in blocks.into_iter().flatten() {
            block.pack(&mut packed);
        }
        packed
    }

    /// What was kept.
    fn unpack(packed: &Packed) -> Self {
        let mut packed = packed.unpack();
        let predictions = (0..packed.number()).map(|_| Prediction {
            surprisal_bits: f32::from_bits(packed.number()),
            entropy_bits: f32::from_bits(packed.number()),
            rank: packed.number(),
            most_probable: (0..packed.number())
                .map(|_| Guess {
                    id: packed.number(),
                    surprisal_bits: f32::from_bits(packed.number()),
                })
                .collect(),
        });
        let predictions = predictions.collect();
        let states = (0..packed.number()).map(|_| {
            let count = packed.number() as usize;
            packed.floats(count)
        });
        let states = states.collect();
        let blocks = (0..packed.number()).map(|_| KvBlock::unpack(&mut packed));
        let blocks: Vec<KvBlock> = blocks.collect();
        let any = !blocks.is_empty();
        Self {
            predictions,
            states,
            keys_and_values: any.then(|| Arc::new(KeysAndValues { blocks })),
        }
    }
}

/// About how many bytes predictions have in memory.
fn bytes(predictions: &[Prediction]) -> usize {
    let guesses = predictions
        .iter()
        .map(|one| size_of_val(one.most_probable.as_slice()));
    size_of_val(predictions) + guesses.sum::<usize>()
}

/// The beginning of a window that was read before.
pub(super) struct Beginning {
    /// The reading of the window that it was read in.
    pub reading: Arc<Reading>,
    /// How many rows are known, the start token's first.
    pub rows: usize,
}

impl Beginning {
    /// The reading of a window that begins so, where `rest` is what was read of it now. The first
    /// `context` tokens of the window have no scores.
    pub(super) fn continued(&self, rest: Reading, context: usize, shape: &Shape) -> Reading {
        let Reading {
            predictions,
            states,
            keys_and_values,
        } = &*self.reading;
        let known = self.rows.saturating_sub(context);
        let states = states.iter().zip(rest.states);
        let states =
            states.map(|(before, new)| [&before[..self.rows * shape.width], &new].concat());
        let keys_and_values = keys_and_values.iter().zip(rest.keys_and_values);
        let keys_and_values =
            keys_and_values.map(|(before, new)| Arc::new(new.following(before, self.rows, shape)));
        Reading {
            predictions: [&predictions[..known], &rest.predictions].concat(),
            states: states.collect(),
            keys_and_values: keys_and_values.last(),
        }
    }
}

/// A SHA-256 of all that the numbers of a continuation depend on.
pub(super) type ShortKey = [u8; 32];

/// The readings that are kept, and how many tokens that has spared.
pub(super) struct Readings {
    on: AtomicBool,
    kept: Mutex<Kept>,
    /// What windows are kept in.
    pieces: Pieces,
    read: AtomicU64,
    spared: AtomicU64,
}

struct Kept {
    windows: Cache<WindowKey, Arc<Packed>>,
    short: Cache<ShortKey, Arc<[Prediction]>>,
}

impl Kept {
    fn new(bytes: usize) -> Self {
        let short = bytes / SHARE_OF_SHORT;
        Self {
            windows: Cache::new(bytes - short),
            short: Cache::new(short),
        }
    }
}

impl Default for Readings {
    fn default() -> Self {
        Self {
            on: AtomicBool::new(false),
            kept: Mutex::new(Kept::new(0)),
            pieces: Pieces::default(),
            read: AtomicU64::new(0),
            spared: AtomicU64::new(0),
        }
    }
}

impl Readings {
    /// Keeps at most about `bytes` from now on; what was kept before is forgotten.
    pub(super) fn keep(&self, bytes: usize) {
        *self.lock() = Kept::new(bytes);
        self.pieces.release();
        self.on.store(bytes > 0, Ordering::Relaxed);
    }

    /// Whether anything is kept.
    pub(super) fn are_kept(&self) -> bool {
        self.on.load(Ordering::Relaxed)
    }

    /// The beginning of a window of `rows` rows that was read before. What continues it takes its
    /// place, unless most of the window it was read in is another text.
    pub(super) fn beginning(&self, key: &WindowKey, rows: usize) -> Option<Beginning> {
        if !self.are_kept() {
            return None;
        }
        let (packed, rows) = self.kept_beginning(key, rows)?;
        Some(Beginning {
            reading: Arc::new(Reading::unpack(&packed)),
            rows,
        })
    }

    /// The same, still packed: nobody has to wait while it is unpacked.
    fn kept_beginning(&self, key: &WindowKey, rows: usize) -> Option<(Arc<Packed>, usize)> {
        let mut kept = self.lock();
        if let Some(packed) = kept.windows.get(key) {
            return Some((packed, rows));
        }
        let candidates = kept.windows.iter();
        let candidates = candidates.map(|(other, _)| (key.common(other), other));
        let (common, longest) = candidates.max_by_key(|(common, _)| *common)?;
        // One row is left to be read, and every block of queries before it was a whole one.
        let begun = common.min(rows - 1) / QUERY_BLOCK * QUERY_BLOCK;
        if begun == 0 {
            return None;
        }
        let longest = longest.clone();
        let packed = kept.windows.get(&longest)?;
        if begun > longest.tokens.len() / 2 {
            kept.windows.remove(&longest);
        }
        Some((packed, begun))
    }

    /// Keeps a window that was read, if there is room for it and it is not kept yet.
    pub(super) fn put_window(&self, key: &WindowKey, reading: &Reading) {
        {
            let mut kept = self.lock();
            if !kept.windows.takes(reading.bytes()) || kept.windows.get(key).is_some() {
                return;
            }
        }
        let packed = Arc::new(reading.pack(&self.pieces));
        let bytes = packed.bytes() + size_of_val(key.tokens.as_slice());
        self.lock().windows.put(key.clone(), packed, bytes);
    }

    /// The numbers of a continuation that was read before.
    pub(super) fn short(&self, key: &ShortKey) -> Option<Arc<[Prediction]>> {
        self.lock().short.get(key)
    }

    /// Keeps the numbers of a continuation.
    pub(super) fn put_short(&self, key: ShortKey, predictions: Arc<[Prediction]>) {
        let bytes = bytes(&predictions) + size_of::<ShortKey>();
        self.lock().short.put(key, predictions, bytes);
    }

    /// Counts tokens that the model reads.
    pub(super) fn count_read(&self, tokens: usize) {
        self.read.fetch_add(tokens as u64, Ordering::Relaxed);
    }

    /// Counts tokens that it need not read.
    pub(super) fn count_kept(&self, tokens: usize) {
        self.spared.fetch_add(tokens as u64, Ordering::Relaxed);
    }

    /// What was counted.
    pub(super) fn counts(&self) -> TokenCounts {
        TokenCounts {
            read: self.read.load(Ordering::Relaxed),
            kept: self.spared.load(Ordering::Relaxed),
        }
    }

    /// Nothing is left half done under the lock, whoever panics.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many rows are read together in the block of queries that the row before number `row` stands
/// in, where the sequence has `rows`. Its keys and values may depend on it in their last bits.
pub(super) fn rows_beside(row: usize, rows: usize) -> usize {
    let Some(last) = row.checked_sub(1) else {
        return 0;
    };
    QUERY_BLOCK.min(rows - last / QUERY_BLOCK * QUERY_BLOCK)
}
