//! The forward pass over a ragged batch of token sequences.
//!
//! In: sequences of token ids, each attending only to itself and, if given, to
//! the stored keys and values of a shared prefix. Out: the normed output of
//! the last block for every token, and the states of the layers asked for.
//! The logits are computed in [`super::output`], never here.

use rayon::prelude::*;

use super::attention::{Attention, KvBlock};
use super::clock::{Clock, Stage};
use super::kernels::{gated, rms_norm};
use super::pool::Pool;
use super::shape::Shape;
use super::weights::{Block, Weights};
use crate::States;
use crate::linear::{CHUNK, Input, Linear, Precision};

/// The largest number of rows that one task takes through a block: its data stay in the
/// cache, and every weight that is fetched serves that many rows.
const MAX_ROWS: usize = 128;
/// The number of rows of a task is a multiple of this, as the kernels need it.
const ROWS_STEP: usize = 16;

/// The keys and values of a sequence, for every block of the model: what is cached of it.
pub(super) struct KeysAndValues {
    /// For each block those of all tokens, the start-of-document token included.
    pub blocks: Vec<KvBlock>,
}

impl KeysAndValues {
    /// The number of bytes that they have in memory.
    pub(super) fn bytes(&self) -> usize {
        self.blocks.iter().map(KvBlock::bytes).sum()
    }

    /// The first `length` positions of `before`, then these: what is cached of a sequence of which
    /// these were read as its continuation. `length` is a multiple of the positions in a block of
    /// queries.
    pub(super) fn following(&self, before: &Self, length: usize, shape: &Shape) -> Self {
        let blocks = before.blocks.iter().zip(&self.blocks);
        let blocks = blocks.map(|(before, own)| own.following(before, length, shape));
        Self {
            blocks: blocks.collect(),
        }
    }
}

/// One sequence of a batch.
#[derive(Clone, Copy)]
pub(super) struct Sequence<'a> {
    pub ids: &'a [u32],
    /// The cached sequence that comes before `ids`, and the number of its first tokens that do.
    pub prefix: Option<(&'a KeysAndValues, usize)>,
    /// Whether its own keys and values are kept.
    pub keep: bool,
}

impl Sequence<'_> {
    /// The position of the first of `ids`.
    pub(super) fn offset(&self) -> usize {
        self.prefix.map_or(0, |(_, length)| length)
    }
}

/// The results of a pass, one row a token, sequences one after another.
pub(super) struct Activations {
    /// The output of the final norm.
    pub last: Vec<f32>,
    /// The hidden states of the layers asked for.
    pub states: States,
}

/// The sines and cosines of the rotary position embedding.
pub(super) struct Rotation {
    half: usize,
    /// For each position `half` cosines, then `half` sines.
    table: Vec<f32>,
}

impl Rotation {
    /// The table for `positions` positions; `factors` divide the frequencies where the
    /// model has them (Llama 3.1).
    pub(super) fn new(shape: &Shape, positions: usize, factors: Option<&[f32]>) -> Self {
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

    /// Rotates neighboring pairs of each head, then multiplies by `scale`.
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

/// The positions of each sequence's rows in the batch.
pub(super) struct Layout<'a> {
    /// The sequences with the row each starts at.
    pub sequences: Vec<(Sequence<'a>, usize)>,
    /// The position of each row in its sequence, the prefix counted.
    positions: Vec<usize>,
}

impl<'a> Layout<'a> {
    fn new(sequences: &[Sequence<'a>]) -> Self {
        let mut layout = Self {
            sequences: Vec::with_capacity(sequences.len()),
            positions: Vec::new(),
        };
        for sequence in sequences {
            layout.sequences.push((*sequence, layout.positions.len()));
            let offset = sequence.offset();
            layout.positions.extend(offset..offset + sequence.ids.len());
        }
        layout
    }
}

/// The number of rows of each task, chosen so that all threads get equally many. The output of a
/// row does not depend on it.
pub(super) fn rows_per_task(rows: usize) -> usize {
    let threads = rayon::current_num_threads();
    let rounds = rows.div_ceil(threads * MAX_ROWS).max(1);
    rows.div_ceil(threads * rounds)
        .next_multiple_of(ROWS_STEP)
        .max(ROWS_STEP)
}

/// Working space of one task.
struct Scratch {
    /// Rows of the model's width.
    narrow: Input,
    /// Rows of the feed-forward layer's width.
    wide: Input,
    normed: Vec<f32>,
    gates: Vec<f32>,
}

impl Scratch {
    fn new(precision: Precision) -> Self {
        Self {
            narrow: Input::new(precision),
            wide: Input::new(precision),
            normed: Vec::new(),
            gates: Vec::new(),
        }
    }
}

/// Reads a batch of sequences. `layers` are those whose states are returned. The keys and values of
/// the sequences that keep them are returned too, in their order.
pub(super) fn forward(
    weights: &Weights,
    rotation: &Rotation,
    sequences: &[Sequence<'_>],
    layers: &[usize],
    clock: &Clock,
) -> Result<(Activations, Vec<KeysAndValues>), String> {
    let shape = weights.shape;
    let layout = Layout::new(sequences);
    let rows = layout.positions.len();
    let width = shape.width;
    let mut x = embeddings(weights, sequences, rows)?;
    let mut states = States {
        width,
        layers: vec![Vec::new(); layers.len()],
    };
    add_state(&mut states, layers, 0, &x);
    let queries = shape.heads * shape.head_width;
    let qkv_width = queries + 2 * shape.kv_heads * shape.head_width;
    let mut qkv = vec![0.0; rows * qkv_width];
    let mut attended = vec![0.0; rows * queries];
    let cached = (0..sequences.len()).filter(|number| sequences[*number].keep);
    let cached: Vec<usize> = cached.collect();
    let mut caches: Vec<KeysAndValues> = Vec::new();
    caches.resize_with(cached.len(), || KeysAndValues {
        blocks: Vec::with_capacity(shape.blocks),
    });
    let pool = Pool::new(|| Scratch::new(weights.precision));
    let mut attention = Attention::new(shape, weights.precision, clock);
    let task = rows_per_task(rows);
    let steps = Steps {
        shape,
        rotation,
        clock,
    };
    if let Some(first) = weights.blocks.first() {
        x.par_chunks(task * width)
            .zip(qkv.par_chunks_mut(task * qkv_width))
            .zip(layout.positions.par_chunks(task))
            .for_each(|((x, qkv), positions)| {
                pool.with(|scratch| {
                    clock.time(Stage::Steps, || {
                        steps.project(first, x, positions, qkv, scratch);
                    });
                });
            });
    }
    for (index, block) in weights.blocks.iter().enumerate() {
        attention.mix(&layout, index, &qkv, &mut attended);
        for (number, cache) in cached.iter().zip(&mut caches) {
            cache
                .blocks
                .push(attention.cached_block(&layout, *number, &qkv));
        }
        // The rest of the block and the start of the next need one row only.
        x.par_chunks_mut(task * width)
            .zip(qkv.par_chunks_mut(task * qkv_width))
            .zip(attended.par_chunks(task * queries))
            .zip(layout.positions.par_chunks(task))
            .for_each(|(((x, qkv), attended), positions)| {
                pool.with(|scratch| {
                    clock.time(Stage::Steps, || {
                        steps.finish(block, attended, x, scratch);
                        if let Some(next) = weights.blocks.get(index + 1) {
                            steps.project(next, x, positions, qkv, scratch);
                        }
                    });
                });
            });
        if index + 1 < shape.blocks {
            add_state(&mut states, layers, index + 1, &x);
        }
    }
    let last = output_norm(weights, &x, task);
    add_state(&mut states, layers, shape.blocks, &last);
    Ok((Activations { last, states }, caches))
}

/// The embeddings of all tokens of a batch, one row a token.
fn embeddings(
    weights: &Weights,
    sequences: &[Sequence<'_>],
    rows: usize,
) -> Result<Vec<f32>, String> {
    let mut x = Vec::with_capacity(rows * weights.shape.width);
    for id in sequences.iter().flat_map(|sequence| sequence.ids) {
        weights.embedding.decode(*id as usize, &mut x)?;
    }
    Ok(x)
}

/// Copies the hidden states `x` of a layer wherever `layers` asks for it.
fn add_state(states: &mut States, layers: &[usize], layer: usize, x: &[f32]) {
    for (slot, asked) in states.layers.iter_mut().zip(layers) {
        if *asked == layer {
            *slot = x.to_vec();
        }
    }
}

/// The output of the final norm for rows `x`, in tasks of `task` rows.
fn output_norm(weights: &Weights, x: &[f32], task: usize) -> Vec<f32> {
    let shape = &weights.shape;
    let mut last = vec![0.0; x.len()];
    last.par_chunks_mut(task * shape.width)
        .zip(x.par_chunks(task * shape.width))
        .for_each(|(last, x)| rms_norm(x, &weights.output_norm, shape.rms_epsilon, last));
    last
}

/// The steps from one attention to the next, row by row.
struct Steps<'a> {
    shape: Shape,
    rotation: &'a Rotation,
    clock: &'a Clock,
}

impl Steps<'_> {
    /// Queries, keys and values of rows `x`, rotated by their positions.
    fn project(
        &self,
        block: &Block,
        x: &[f32],
        positions: &[usize],
        qkv: &mut [f32],
        scratch: &mut Scratch,
    ) {
        let shape = &self.shape;
        self.norm(x, &block.attention_norm, scratch);
        self.product(&block.qkv, &scratch.narrow, qkv, false);
        let queries = shape.heads * shape.head_width;
        let keys = shape.kv_heads * shape.head_width;
        // Folded into the queries so that the scores need no pass of their own.
        let scale = 1.0 / (shape.head_width as f32).sqrt();
        for (row, position) in qkv.chunks_exact_mut(block.qkv.outputs()).zip(positions) {
            let (q, kv) = row.split_at_mut(queries);
            self.rotation.rotate(q, *position, scale);
            self.rotation.rotate(&mut kv[..keys], *position, 1.0);
        }
    }

    /// Adds to rows `x` the output of attention and then that of the feed-forward layer.
    fn finish(&self, block: &Block, attended: &[f32], x: &mut [f32], scratch: &mut Scratch) {
        let Shape {
            width,
            feed_forward,
            ..
        } = self.shape;
        let rows = x.len() / width;
        let queries = attended.len() / rows;
        scratch.narrow.fill(attended, queries);
        self.product(&block.attention_out, &scratch.narrow, x, true);
        self.norm(x, &block.feed_forward_norm, scratch);
        scratch.wide.resize(rows, feed_forward);
        for (chunk, gate_up) in block.gate_up.iter().enumerate() {
            let both = gate_up.outputs();
            scratch.gates.resize(rows * both, 0.0);
            let gates = &mut scratch.gates[..rows * both];
            self.product(gate_up, &scratch.narrow, gates, false);
            for (row, gates) in gates.chunks_exact_mut(both).enumerate() {
                let (gate, up) = gates.split_at_mut(both / 2);
                gated(gate, up);
                scratch.wide.set(row, chunk * CHUNK, gate);
            }
        }
        self.product(&block.down, &scratch.wide, x, true);
    }

    fn product(&self, layer: &Linear, input: &Input, out: &mut [f32], add: bool) {
        self.clock
            .time(Stage::Linear, || layer.apply(input, out, add));
    }

    fn norm(&self, x: &[f32], weight: &[f32], scratch: &mut Scratch) {
        let width = weight.len();
        scratch.narrow.resize(x.len() / width, width);
        scratch.normed.resize(width, 0.0);
        for (row, x) in x.chunks_exact(width).enumerate() {
            rms_norm(x, weight, self.shape.rms_epsilon, &mut scratch.normed);
            scratch.narrow.set(row, 0, &scratch.normed);
        }
    }
}
