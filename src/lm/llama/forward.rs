//! The forward pass over a ragged batch of token sequences.
//!
//! In: sequences of token ids, each attending only to itself and, if given, to
//! the stored keys and values of a shared prefix. Out: the normed output of
//! the last block for every token, and the states of the layers asked for.
//! The logits are made in [`super::output`], never here.

use rayon::prelude::*;
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions};
use rten_tensor::{Matrix, NdTensorView};

use super::kernels::{gated, rms_norm, softmax_prefix};
use super::weights::{Shape, Weights};
use crate::lm::States;
use crate::lm::gguf::decode_rows;

/// Rows that one task of an element-wise pass handles.
const ROWS: usize = 64;
/// Query positions that one attention task handles: with the heads of a group
/// stacked, a few hundred rows share one packing of the keys.
const QUERY_BLOCK: usize = 64;

/// Keys and values of a prefix, for every block.
pub(super) struct Prefix {
    /// Tokens in the prefix, the start-of-document token among them.
    pub length: usize,
    /// For each block: `length` rows of keys then values of all key heads.
    blocks: Vec<Vec<f32>>,
}

/// One sequence of a batch.
#[derive(Clone, Copy)]
pub(super) struct Sequence<'a> {
    pub ids: &'a [u32],
    /// What comes before `ids`.
    pub prefix: Option<&'a Prefix>,
}

impl Sequence<'_> {
    fn offset(&self) -> usize {
        self.prefix.map_or(0, |prefix| prefix.length)
    }
}

/// What a pass gives, one row a token, sequences one after another.
pub(super) struct Activations {
    /// Output of the final norm.
    pub last: Vec<f32>,
    /// States of the layers asked for.
    pub states: States,
}

/// Sines and cosines of the rotary position embedding.
pub(super) struct Rotation {
    half: usize,
    /// For each position `half` cosines, then `half` sines.
    table: Vec<f32>,
}

impl Rotation {
    /// For `positions` positions; `factors` divide the frequencies where the
    /// model has them (Llama 3.1).
    pub fn new(shape: &Shape, positions: usize, factors: Option<&[f32]>) -> Self {
        let half = shape.head_width / 2;
        let base = f64::from(shape.rope_base);
        let frequencies: Vec<f64> = (0..half)
            .map(|pair| {
                let exponent = -(pair as f64) / half as f64;
                let factor = factors
                    .and_then(|factors| factors.get(pair))
                    .unwrap_or(&1.0);
                base.powf(exponent) / f64::from(*factor)
            })
            .collect();
        let mut table = Vec::with_capacity(positions * half * 2);
        for position in 0..positions {
            let angles = frequencies.iter().map(|f| f * position as f64);
            table.extend(angles.clone().map(|angle| angle.cos() as f32));
            table.extend(angles.map(|angle| angle.sin() as f32));
        }
        Self { half, table }
    }

    /// Rotates neighbouring pairs of each head, then multiplies by `scale`.
    fn rotate(&self, heads: &mut [f32], position: usize, scale: f32) {
        let row = &self.table[position * self.half * 2..][..self.half * 2];
        let (cosines, sines) = row.split_at(self.half);
        for head in heads.chunks_exact_mut(self.half * 2) {
            for ((pair, cosine), sine) in head.chunks_exact_mut(2).zip(cosines).zip(sines) {
                let (x, y) = (pair[0], pair[1]);
                pair[0] = (x * cosine - y * sine) * scale;
                pair[1] = (x * sine + y * cosine) * scale;
            }
        }
    }
}

/// Where each sequence's rows lie in the batch.
struct Layout<'a> {
    sequences: Vec<(Sequence<'a>, usize)>,
    rows: usize,
}

/// Runs the batch. `layers` are those whose states are kept. With `keep` the
/// keys and values of the only sequence are returned as a prefix.
pub(super) fn forward(
    weights: &Weights,
    rotation: &Rotation,
    file: &[u8],
    sequences: &[Sequence<'_>],
    layers: &[usize],
    keep: bool,
) -> Result<(Activations, Option<Prefix>), String> {
    let shape = weights.shape;
    let gemm = GemmExecutor::<f32>::new();
    let mut layout = Layout {
        sequences: Vec::with_capacity(sequences.len()),
        rows: 0,
    };
    for sequence in sequences {
        layout.sequences.push((*sequence, layout.rows));
        layout.rows += sequence.ids.len();
    }
    let rows = layout.rows;
    let width = shape.width;
    let mut x = Vec::with_capacity(rows * width);
    for id in sequences.iter().flat_map(|sequence| sequence.ids) {
        decode_rows(file, &weights.embedding, *id as usize, 1, &mut x)?;
    }
    let mut states = States {
        width,
        layers: vec![Vec::new(); layers.len()],
    };
    let mut keep_state = |layer: usize, x: &[f32]| {
        for (slot, _) in layers
            .iter()
            .enumerate()
            .filter(|(_, asked)| **asked == layer)
        {
            states.layers[slot] = x.to_vec();
        }
    };
    keep_state(0, &x);

    let queries = shape.heads * shape.head_width;
    let keys = shape.kv_heads * shape.head_width;
    let qkv_width = queries + 2 * keys;
    let mut normed = vec![0.0; rows * width];
    let mut qkv = vec![0.0; rows * qkv_width];
    let mut attended = vec![0.0; rows * queries];
    let mut gate = vec![0.0; rows * shape.feed_forward];
    let mut up = vec![0.0; rows * shape.feed_forward];
    let mut prefix = keep.then(|| Prefix {
        length: rows,
        blocks: Vec::with_capacity(shape.blocks),
    });
    let positions: Vec<usize> = layout
        .sequences
        .iter()
        .flat_map(|(sequence, _)| {
            let offset = sequence.offset();
            offset..offset + sequence.ids.len()
        })
        .collect();
    // Folded into the queries so that the scores need no pass of their own.
    let scale = 1.0 / (shape.head_width as f32).sqrt();

    for (index, block) in weights.blocks.iter().enumerate() {
        norm_rows(&x, &block.attention_norm, shape.rms_epsilon, &mut normed);
        block.qkv.apply(&gemm, &normed, &mut qkv, false);
        qkv.par_chunks_mut(ROWS * qkv_width)
            .zip(positions.par_chunks(ROWS))
            .for_each(|(chunk, positions)| {
                for (row, position) in chunk.chunks_exact_mut(qkv_width).zip(positions) {
                    let (q, kv) = row.split_at_mut(queries);
                    rotation.rotate(q, *position, scale);
                    rotation.rotate(&mut kv[..keys], *position, 1.0);
                }
            });
        if let Some(prefix) = &mut prefix {
            let kept = qkv.chunks_exact(qkv_width).flat_map(|row| &row[queries..]);
            prefix.blocks.push(kept.copied().collect());
        }
        attend(&gemm, &shape, &layout, index, &qkv, &mut attended);
        block.attention_out.apply(&gemm, &attended, &mut x, true);
        norm_rows(&x, &block.feed_forward_norm, shape.rms_epsilon, &mut normed);
        block.gate.apply(&gemm, &normed, &mut gate, false);
        block.up.apply(&gemm, &normed, &mut up, false);
        gate.par_chunks_mut(ROWS * shape.feed_forward)
            .zip(up.par_chunks(ROWS * shape.feed_forward))
            .for_each(|(gate, up)| gated(gate, up));
        block.down.apply(&gemm, &gate, &mut x, true);
        if index + 1 < shape.blocks {
            keep_state(index + 1, &x);
        }
    }
    norm_rows(&x, &weights.output_norm, shape.rms_epsilon, &mut normed);
    keep_state(shape.blocks, &normed);
    let last = normed;
    Ok((Activations { last, states }, prefix))
}

fn norm_rows(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let chunk = ROWS * weight.len();
    out.par_chunks_mut(chunk)
        .zip(x.par_chunks(chunk))
        .for_each(|(out, x)| rms_norm(x, weight, epsilon, out));
}

/// Scratch space of one attention task.
#[derive(Default)]
struct Scratch {
    queries: Vec<f32>,
    keys: Vec<f32>,
    values: Vec<f32>,
    scores: Vec<f32>,
    out: Vec<f32>,
}

/// Causal attention of every sequence to itself and its prefix.
fn attend(
    gemm: &GemmExecutor<f32>,
    shape: &Shape,
    layout: &Layout<'_>,
    block: usize,
    qkv: &[f32],
    attended: &mut [f32],
) {
    let out_width = shape.heads * shape.head_width;
    // Tasks own whole rows of the output, so that they can run side by side.
    let mut tasks = Vec::new();
    let mut rest = attended;
    for (sequence, first_row) in &layout.sequences {
        for start in (0..sequence.ids.len()).step_by(QUERY_BLOCK) {
            let count = QUERY_BLOCK.min(sequence.ids.len() - start);
            let (out, after) = rest.split_at_mut(count * out_width);
            rest = after;
            tasks.push((*sequence, *first_row, start, count, out));
        }
    }
    tasks.into_par_iter().for_each_init(
        Scratch::default,
        |scratch, (sequence, first_row, start, count, out)| {
            for kv_head in 0..shape.kv_heads {
                let task = Task {
                    gemm,
                    shape,
                    block,
                    sequence,
                    first_row,
                    start,
                    count,
                    kv_head,
                };
                task.run(qkv, out, scratch);
            }
        },
    );
}

/// One block of query positions against one key head.
struct Task<'a> {
    gemm: &'a GemmExecutor<f32>,
    shape: &'a Shape,
    block: usize,
    sequence: Sequence<'a>,
    first_row: usize,
    start: usize,
    count: usize,
    kv_head: usize,
}

impl Task<'_> {
    fn run(&self, qkv: &[f32], out: &mut [f32], scratch: &mut Scratch) {
        let Shape {
            heads,
            kv_heads,
            head_width,
            ..
        } = *self.shape;
        let group = heads / kv_heads;
        let (query_width, key_width) = (heads * head_width, kv_heads * head_width);
        let qkv_width = query_width + 2 * key_width;
        let offset = self.sequence.offset();
        let seen = offset + self.start + self.count;
        let row = |index: usize| &qkv[(self.first_row + index) * qkv_width..][..qkv_width];

        scratch.queries.clear();
        for head in self.kv_head * group..(self.kv_head + 1) * group {
            for index in self.start..self.start + self.count {
                let head = &row(index)[head * head_width..][..head_width];
                scratch.queries.extend_from_slice(head);
            }
        }
        scratch.keys.clear();
        scratch.values.clear();
        if let Some(prefix) = self.sequence.prefix {
            for row in prefix.blocks[self.block].chunks_exact(2 * key_width) {
                let key = &row[self.kv_head * head_width..][..head_width];
                let value = &row[key_width + self.kv_head * head_width..][..head_width];
                scratch.keys.extend_from_slice(key);
                scratch.values.extend_from_slice(value);
            }
        }
        for index in 0..self.start + self.count {
            let kv = &row(index)[query_width..];
            let key = &kv[self.kv_head * head_width..][..head_width];
            let value = &kv[key_width + self.kv_head * head_width..][..head_width];
            scratch.keys.extend_from_slice(key);
            scratch.values.extend_from_slice(value);
        }

        let rows = group * self.count;
        let keys = NdTensorView::from_data([seen, head_width], scratch.keys.as_slice());
        scratch.scores.resize(rows * seen, 0.0);
        product(
            self.gemm,
            NdTensorView::from_data([rows, head_width], scratch.queries.as_slice()),
            keys.transposed(),
            &mut scratch.scores[..rows * seen],
        );
        for (index, scores) in scratch.scores[..rows * seen]
            .chunks_exact_mut(seen)
            .enumerate()
        {
            softmax_prefix(scores, offset + self.start + index % self.count + 1);
        }
        scratch.out.resize(rows * head_width, 0.0);
        product(
            self.gemm,
            NdTensorView::from_data([rows, seen], &scratch.scores[..rows * seen]),
            NdTensorView::from_data([seen, head_width], scratch.values.as_slice()),
            &mut scratch.out[..rows * head_width],
        );
        for (index, result) in scratch.out[..rows * head_width]
            .chunks_exact(head_width)
            .enumerate()
        {
            let head = self.kv_head * group + index / self.count;
            let at = (index % self.count) * query_width + head * head_width;
            out[at..at + head_width].copy_from_slice(result);
        }
    }
}

fn product(
    gemm: &GemmExecutor<f32>,
    left: Matrix<'_, f32>,
    right: Matrix<'_, f32>,
    out: &mut [f32],
) {
    // A single row (one token, one head a group) is multiplied by another
    // routine with another order of sums. Which rows stand alone depends on
    // the length of the sequence only, so results stay the same in any batch.
    let result = gemm.gemm(
        out,
        GemmInputA::Unpacked(left),
        GemmInputB::Unpacked(right),
        GemmOptions::default(),
    );
    debug_assert!(result.is_ok(), "sizes are checked when the model is loaded");
}
