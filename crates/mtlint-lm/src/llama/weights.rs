//! The weights of a Llama-architecture model, decoded and packed for products.
//!
//! In: a GGUF file and its head. Out: one [`Linear`] for each matrix. Nothing is
//! multiplied here. The file is not needed afterwards.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use rayon::prelude::*;

use super::shape::Shape;
use crate::gguf::{Header, ModelFile, RowsError, StoredRows, TensorInfo};
use crate::linear::{CHUNK, Linear, Precision};

/// The number of columns in one chunk of the output layer. Small enough that a block
/// of rows times a chunk stays in the cache, large enough for full tiles.
pub(super) const OUTPUT_CHUNK: usize = 1024;
/// Why weights cannot be used: unsupported, damaged, or not to be read.
#[derive(Debug)]
pub(super) enum WeightsError {
    Unsupported(String),
    Damaged(String),
    Io(io::Error),
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

/// All weights of a model. The embedding is kept as it was stored and is decoded row by row.
pub(super) struct Weights {
    pub shape: Shape,
    pub precision: Precision,
    pub blocks: Vec<Block>,
    pub output_norm: Vec<f32>,
    /// The output layer in chunks of [`OUTPUT_CHUNK`] columns.
    pub output: Vec<Linear>,
    pub embedding: Arc<StoredRows>,
    /// The output layer as it was stored, in single precision only: there rows of it are decoded
    /// for the logit of the actual token.
    pub output_rows: Option<Arc<StoredRows>>,
}

struct WeightsLoader<'a> {
    header: &'a Header,
    file: &'a ModelFile,
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
        let decoded = self.file.decode_rows(info, rows.start, rows.len(), out);
        decoded.map_err(|error| of_tensor(name, info, error))
    }

    /// A whole tensor as it is stored.
    fn stored(&self, name: &str, rows: usize, columns: usize) -> Result<StoredRows, WeightsError> {
        let info = self.info(name, rows, columns)?;
        let stored = self.file.stored(info);
        stored.map_err(|error| of_tensor(name, info, error))
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

/// Why rows of the tensor `name` cannot be used.
fn of_tensor(name: &str, info: &TensorInfo, error: RowsError) -> WeightsError {
    match error {
        RowsError::Io(error) => WeightsError::Io(error),
        RowsError::Undecoded(problem) => {
            let problem = format!("tensor {name}, of which {problem}");
            match info.storage.is_decoded() {
                true => WeightsError::Damaged(problem),
                false => WeightsError::Unsupported(problem),
            }
        }
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
        file: &ModelFile,
        precision: Precision,
    ) -> Result<Self, WeightsError> {
        let shape = Shape::from_gguf(header)?;
        shape.check_memory(file.length(), precision)?;
        let loader = WeightsLoader {
            header,
            file,
            precision,
        };
        let (vocabulary, width) = (shape.vocabulary, shape.width);
        let embedding = loader.stored("token_embd.weight", vocabulary, width)?;
        let embedding = Arc::new(embedding);
        let tied = !header.tensors.contains_key("output.weight");
        let output_name = if tied {
            "token_embd.weight"
        } else {
            "output.weight"
        };
        let output_rows = match precision {
            Precision::Int8 => None,
            Precision::F32 if tied => Some(Arc::clone(&embedding)),
            Precision::F32 => Some(Arc::new(loader.stored(output_name, vocabulary, width)?)),
        };
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
            output_rows,
        })
    }
}
