//! The weights of a Llama-architecture model, decoded and packed for products.
//!
//! In: a GGUF header and the file's bytes. Out: one [`Linear`] for each matrix. Nothing is
//! multiplied here.

use std::ops::Range;

use rayon::prelude::*;

use crate::gguf::{Header, TensorInfo, decode_rows};
use crate::linear::{CHUNK, Linear, Precision};

/// The number of columns in one chunk of the output layer. Small enough that a block
/// of rows times a chunk stays in the cache, large enough for full tiles.
pub(super) const OUTPUT_CHUNK: usize = 1024;
/// The largest number of blocks, more than any real model has.
const MAX_BLOCKS: usize = 1000;
/// The largest size of any dimension, more than any real model has; it keeps products of sizes far
/// from overflow.
const MAX_WIDTH: usize = 1 << 20;

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

/// Why weights cannot be used: unsupported, or damaged.
#[derive(Debug)]
pub(super) enum WeightsError {
    Unsupported(String),
    Damaged(String),
}

/// One block of the model.
pub(super) struct Block {
    pub attention_norm: Vec<f32>,
    /// Queries, keys and values side by side.
    pub qkv: Linear,
    pub attention_out: Linear,
    pub feed_forward_norm: Vec<f32>,
    /// For each [`CHUNK`] numbers of the feed-forward layer: their gates, then
    /// the values that are multiplied by them.
    pub gate_up: Vec<Linear>,
    pub down: Linear,
}

/// All weights of a model. The embedding stays in the file and is decoded row by row.
pub(super) struct Weights {
    pub shape: Shape,
    pub precision: Precision,
    pub blocks: Vec<Block>,
    pub output_norm: Vec<f32>,
    /// The output layer in chunks of [`OUTPUT_CHUNK`] columns.
    pub output: Vec<Linear>,
    pub embedding: TensorInfo,
    /// The tensor of the output layer; rows of it are decoded for
    /// the logit of the actual token.
    pub output_tensor: TensorInfo,
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
        let sound = shape.blocks <= MAX_BLOCKS
            && kv_heads > 0
            && heads.is_multiple_of(kv_heads)
            && head_width > 0
            && head_width.is_multiple_of(2)
            && heads * head_width <= MAX_WIDTH
            && rope_width == head_width
            && shape.context >= 16
            && shape.vocabulary > 0;
        if !sound {
            let problem = format!("its sizes do not fit together: {shape:?}");
            return Err(WeightsError::Damaged(problem));
        }
        Ok(shape)
    }
}

struct WeightsLoader<'a> {
    header: &'a Header,
    bytes: &'a [u8],
    precision: Precision,
}

/// Rows of a tensor that become outputs of a layer.
struct TensorRows<'a> {
    name: &'a str,
    /// The number of rows that the tensor must have.
    of: usize,
    rows: Range<usize>,
}

impl<'a> TensorRows<'a> {
    fn all(name: &'a str, of: usize) -> Self {
        let rows = 0..of;
        Self { name, of, rows }
    }
}

impl WeightsLoader<'_> {
    fn info(&self, name: &str, rows: usize, columns: usize) -> Result<&TensorInfo, WeightsError> {
        let info = self
            .header
            .tensors
            .get(name)
            .ok_or_else(|| WeightsError::Damaged(format!("tensor {name} is missing")))?;
        if (info.rows, info.columns) != (rows, columns) {
            return Err(WeightsError::Damaged(format!(
                "tensor {name} is {} × {}, expected {rows} × {columns}",
                info.rows, info.columns
            )));
        }
        Ok(info)
    }

    fn append(
        &self,
        part: &TensorRows<'_>,
        columns: usize,
        out: &mut Vec<f32>,
    ) -> Result<(), WeightsError> {
        let TensorRows { name, of, rows } = part;
        let info = self.info(name, *of, columns)?;
        decode_rows(self.bytes, info, rows.start, rows.len(), out).map_err(|problem| {
            WeightsError::Unsupported(format!("tensor {name}, of which {problem}"))
        })
    }

    fn vector(&self, name: &str, length: usize) -> Result<Vec<f32>, WeightsError> {
        let mut out = Vec::new();
        self.append(&TensorRows::all(name, 1), length, &mut out)?;
        Ok(out)
    }

    /// One layer from rows of one or more tensors, their outputs side by
    /// side.
    fn linear(&self, parts: &[TensorRows<'_>], inputs: usize) -> Result<Linear, WeightsError> {
        let mut rows = Vec::new();
        for part in parts {
            self.append(part, inputs, &mut rows)?;
        }
        Ok(Linear::new(&rows, inputs, self.precision))
    }

    fn block(&self, shape: &Shape, index: usize) -> Result<Block, WeightsError> {
        let name = |part: &str| format!("blk.{index}.{part}.weight");
        for part in ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_down"] {
            if self
                .header
                .tensors
                .contains_key(&format!("blk.{index}.{part}.bias"))
            {
                let found = format!("a model with biases in {part}");
                return Err(WeightsError::Unsupported(found));
            }
        }
        let Shape {
            width,
            feed_forward,
            ..
        } = *shape;
        let queries = shape.heads * shape.head_width;
        let keys = shape.kv_heads * shape.head_width;
        let (gate, up) = (name("ffn_gate"), name("ffn_up"));
        let gate_up = (0..feed_forward)
            .step_by(CHUNK)
            .map(|start| {
                let rows = start..feed_forward.min(start + CHUNK);
                let part = |name| TensorRows {
                    name,
                    of: feed_forward,
                    rows: rows.clone(),
                };
                self.linear(&[part(&gate), part(&up)], width)
            })
            .collect::<Result<_, _>>()?;
        Ok(Block {
            attention_norm: self.vector(&name("attn_norm"), width)?,
            qkv: self.linear(
                &[
                    TensorRows::all(&name("attn_q"), queries),
                    TensorRows::all(&name("attn_k"), keys),
                    TensorRows::all(&name("attn_v"), keys),
                ],
                width,
            )?,
            attention_out: self.linear(&[TensorRows::all(&name("attn_output"), width)], queries)?,
            feed_forward_norm: self.vector(&name("ffn_norm"), width)?,
            gate_up,
            down: self.linear(&[TensorRows::all(&name("ffn_down"), width)], feed_forward)?,
        })
    }
}

impl Weights {
    /// The number of operations of the blocks, and of the output layer, for one row.
    pub(super) fn operations(&self) -> (usize, usize) {
        let layers = |block: &Block| {
            let of = |layer: &Linear| 2 * layer.inputs() * layer.outputs();
            let gates: usize = block.gate_up.iter().map(of).sum();
            of(&block.qkv) + of(&block.attention_out) + gates + of(&block.down)
        };
        let output = 2 * self.shape.width * self.shape.vocabulary;
        (self.blocks.iter().map(layers).sum(), output)
    }

    pub(super) fn load(
        header: &Header,
        bytes: &[u8],
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let shape = Shape::from_gguf(header)?;
        let loader = WeightsLoader {
            header,
            bytes,
            precision,
        };
        let (vocabulary, width) = (shape.vocabulary, shape.width);
        let embedding = loader.info("token_embd.weight", vocabulary, width)?.clone();
        let tied = !header.tensors.contains_key("output.weight");
        let output_name = if tied {
            "token_embd.weight"
        } else {
            "output.weight"
        };
        let output_tensor = loader.info(output_name, vocabulary, width)?.clone();
        let blocks = (0..shape.blocks)
            .into_par_iter()
            .map(|index| loader.block(&shape, index))
            .collect::<Result<_, _>>()?;
        let starts: Vec<usize> = (0..vocabulary).step_by(OUTPUT_CHUNK).collect();
        let output = starts
            .into_par_iter()
            .map(|start| {
                let part = TensorRows {
                    name: output_name,
                    of: vocabulary,
                    rows: start..vocabulary.min(start + OUTPUT_CHUNK),
                };
                loader.linear(&[part], width)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            shape,
            precision,
            blocks,
            output_norm: loader.vector("output_norm.weight", width)?,
            output,
            embedding,
            output_tensor,
        })
    }
}
