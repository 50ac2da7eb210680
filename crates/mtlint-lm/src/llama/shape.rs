//! The sizes of a Llama-architecture model.
//!
//! In: a GGUF header. Out: a [`Shape`], of which every size is within its cap, and whose memory is
//! known before any is taken. No tensor is read here.

use std::fmt;

use super::weights::WeightsError;
use super::{MAX_BATCH_TOKENS, MAX_WINDOW_TOKENS};
use crate::gguf::Header;
use crate::linear::Precision;

/// The largest number of blocks, more than any real model has.
const MAX_BLOCKS: usize = 1000;
/// The largest size of any dimension, more than any real model has; it keeps products of sizes far
/// from overflow.
const MAX_WIDTH: usize = 1 << 20;

/// The largest width of a head: real ones have 64 to 256.
const MAX_HEAD_WIDTH: usize = 1024;
/// The largest number of bytes of memory for each byte of the file: weights of 4.5 bits become
/// numbers of 32 bits, and small matrices are filled up to whole panels.
const MAX_GROWTH: u64 = 16;
/// The number of bytes that any model may take besides, for the working space of a batch.
const SPARE_BYTES: u64 = 1 << 31;

/// The sizes of a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shape {
    pub blocks: usize,
    pub width: usize,
    pub heads: usize,
    pub kv_heads: usize,
    pub head_width: usize,
    pub feed_forward: usize,
    pub vocabulary: usize,
    pub context: usize,
    pub rope_base: f32,
    pub rms_epsilon: f32,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            blocks,
            width,
            heads,
            kv_heads,
            head_width,
            feed_forward,
            vocabulary,
            context,
            rope_base,
            rms_epsilon,
        } = self;
        write!(
            f,
            "{blocks} blocks of width {width}, {heads} heads and {kv_heads} key heads of width \
             {head_width}, feed-forward width {feed_forward}, {vocabulary} tokens, context \
             {context}, RoPE base {rope_base}, RMS epsilon {rms_epsilon}"
        )
    }
}

impl Shape {
    pub(super) fn from_gguf(header: &Header) -> Result<Self, WeightsError> {
        let architecture = header.text("general.architecture").unwrap_or("unknown");
        if architecture != "llama" {
            return Err(WeightsError::Unsupported(format!(
                "a model of architecture {architecture:?}"
            )));
        }
        if let Some(kind) = header
            .text("llama.rope.scaling.type")
            .filter(|kind| *kind != "none")
        {
            let found = format!("a model with RoPE scaling {kind:?}");
            return Err(WeightsError::Unsupported(found));
        }
        if header.integer("llama.expert_count").is_some_and(|n| n > 0) {
            return Err(WeightsError::Unsupported("a mixture of experts".to_owned()));
        }
        let missing = |key: &str| WeightsError::Damaged(format!("{key} is missing"));
        let integer = |key: &str| {
            let value = header.integer(key).ok_or_else(|| missing(key))?;
            if value == 0 || value > MAX_WIDTH {
                let problem = format!("{key} is {value}, expected 1 to {MAX_WIDTH}");
                return Err(WeightsError::Damaged(problem));
            }
            Ok(value)
        };
        let width = integer("llama.embedding_length")?;
        let heads = integer("llama.attention.head_count")?;
        let kv_heads = header
            .integer("llama.attention.head_count_kv")
            .unwrap_or(heads);
        let head_width = header
            .integer("llama.attention.key_length")
            .unwrap_or(width / heads);
        let rope_width = header
            .integer("llama.rope.dimension_count")
            .unwrap_or(head_width);
        let shape = Self {
            blocks: integer("llama.block_count")?,
            width,
            heads,
            kv_heads,
            head_width,
            feed_forward: integer("llama.feed_forward_length")?,
            vocabulary: header
                .texts("tokenizer.ggml.tokens")
                .map_or(0, |tokens| tokens.len()),
            context: integer("llama.context_length")?,
            rope_base: header.float("llama.rope.freq_base").unwrap_or(10_000.0) as f32,
            rms_epsilon: header
                .float("llama.attention.layer_norm_rms_epsilon")
                .ok_or_else(|| missing("llama.attention.layer_norm_rms_epsilon"))?
                as f32,
        };
        // All sizes are capped, so that no product of them wraps.
        let sound = shape.blocks <= MAX_BLOCKS
            && (1..=heads).contains(&kv_heads)
            && heads.is_multiple_of(kv_heads)
            && (1..=MAX_HEAD_WIDTH).contains(&head_width)
            && head_width.is_multiple_of(2)
            && heads * head_width <= MAX_WIDTH
            && rope_width == head_width
            && shape.context >= 16
            && shape.vocabulary > 0
            && shape.rope_base.is_finite()
            && shape.rope_base > 0.0
            && shape.rms_epsilon.is_finite()
            && shape.rms_epsilon >= 0.0;
        if !sound {
            let problem = format!("its sizes do not fit together: {shape}");
            return Err(WeightsError::Damaged(problem));
        }
        Ok(shape)
    }

    /// Compares the memory that the model takes with the size of its file, before any of it is
    /// taken.
    ///
    /// # Errors
    /// [`WeightsError::Damaged`] when no file of that size holds such a model.
    pub(super) fn check_memory(
        &self,
        file_bytes: u64,
        precision: Precision,
    ) -> Result<(), WeightsError> {
        let allowed = file_bytes
            .saturating_mul(MAX_GROWTH)
            .saturating_add(SPARE_BYTES);
        let needed = self.bytes(precision);
        if needed > u128::from(allowed) {
            let problem = format!(
                "its sizes ask for {needed} bytes of memory, which a file of {file_bytes} bytes \
                 cannot need: {self}"
            );
            return Err(WeightsError::Damaged(problem));
        }
        Ok(())
    }

    /// An upper bound of the bytes that the packed weights, the table of rotations and the working
    /// space of a batch take.
    fn bytes(&self, precision: Precision) -> u128 {
        let of = |size: usize| size as u128;
        let each = match precision {
            Precision::F32 => 4,
            // The portable kernel keeps them twice.
            Precision::Int8 => 2,
        };
        let (width, wide) = (of(self.width), of(self.feed_forward));
        let queries = of(self.heads) * of(self.head_width);
        let keys = of(self.kv_heads) * of(self.head_width);
        let block = width * (2 * queries + 2 * keys) + 3 * width * wide;
        let weights = (of(self.blocks) * block + of(self.vocabulary) * width) * each;
        let rotations = of(MAX_WINDOW_TOKENS) * of(self.head_width) * 4;
        let row = 4 * width + 3 * queries + 4 * keys + 2 * wide;
        weights + rotations + of(MAX_BATCH_TOKENS) * row * 4
    }
}
