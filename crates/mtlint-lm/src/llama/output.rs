//! Computes surprisal, entropy, rank and the most probable tokens from the last hidden states.
//!
//! In: normed rows and the token that really came next. Out: a few numbers for each
//! row. The logits exist only as a block of rows times a chunk of the
//! vocabulary, never as a whole.

use super::clock::{Clock, Stage};
use super::forward::rows_per_task;
use super::kernels::{LogitSums, logit_sums};
use super::weights::{OUTPUT_CHUNK, Weights};
use crate::Guess;
use crate::linear::Input;
use rayon::prelude::*;

/// The largest difference between two ways of summing the same product, in nats: the
/// target's own logit must not count as larger than itself.
const ROUNDING: f32 = 1e-4;

/// The scores of one position.
#[derive(Debug, Clone)]
pub(super) struct Prediction {
    pub surprisal_bits: f32,
    pub entropy_bits: f32,
    pub rank: u32,
    pub most_probable: Vec<Guess>,
}

/// Running sums over the chunks of the vocabulary, for one row.
struct RunningSums {
    target: f32,
    max: f64,
    exp: f64,
    weighted: f64,
    above: u32,
    /// The largest logits so far with their ids, largest first.
    best: Vec<(f32, u32)>,
}

impl RunningSums {
    fn new(target: f32, most_probable: usize) -> Self {
        Self {
            target,
            max: f64::NEG_INFINITY,
            exp: 0.0,
            weighted: 0.0,
            above: 0,
            best: Vec::with_capacity(most_probable + 1),
        }
    }

    /// Adds one chunk of the vocabulary, whose first token is `first_id`.
    fn add(&mut self, sums: LogitSums, logits: &[f32], first_id: usize, keep: usize) {
        let (max, exp, weighted) = (
            f64::from(sums.max),
            f64::from(sums.exp),
            f64::from(sums.weighted),
        );
        // Both sides are moved to the larger maximum.
        let top = self.max.max(max);
        let moved = |max: f64, exp: f64, weighted: f64| {
            let factor = (max - top).exp();
            if factor == 0.0 {
                return (0.0, 0.0);
            }
            (exp * factor, (weighted + (max - top) * exp) * factor)
        };
        let (old, new) = (
            moved(self.max, self.exp, self.weighted),
            moved(max, exp, weighted),
        );
        (self.max, self.exp, self.weighted) = (top, old.0 + new.0, old.1 + new.1);
        self.above += sums.above as u32;
        if keep == 0 {
            return;
        }
        let mut threshold = self.threshold(keep);
        if sums.max <= threshold {
            return;
        }
        for (id, &logit) in (first_id as u32..).zip(logits) {
            if logit > threshold {
                let at = self.best.partition_point(|(other, _)| *other >= logit);
                self.best.insert(at, (logit, id));
                self.best.truncate(keep);
                threshold = self.threshold(keep);
            }
        }
    }

    /// The logit that a token must exceed to be among the most probable.
    fn threshold(&self, keep: usize) -> f32 {
        self.best
            .get(keep - 1)
            .map_or(f32::NEG_INFINITY, |(logit, _)| *logit)
    }

    fn finish(self) -> Prediction {
        let log_sum = self.max + self.exp.ln();
        Prediction {
            surprisal_bits: bits(log_sum - f64::from(self.target)),
            entropy_bits: bits(self.exp.ln() - self.weighted / self.exp),
            rank: self.above,
            most_probable: self
                .best
                .iter()
                .map(|(logit, id)| Guess {
                    id: *id,
                    surprisal_bits: bits(log_sum - f64::from(*logit)),
                })
                .collect(),
        }
    }
}

/// The predictions for rows of hidden states; `targets` holds the token that came
/// next for each row.
pub(super) fn predict(
    weights: &Weights,
    hidden: &[f32],
    targets: &[u32],
    most_probable: usize,
    clock: &Clock,
) -> Result<Vec<Prediction>, String> {
    let width = weights.shape.width;
    let task = rows_per_task(targets.len());
    let blocks: Vec<Vec<Prediction>> = hidden
        .par_chunks(task * width)
        .zip(targets.par_chunks(task))
        .map_init(
            || (Input::new(weights.precision), Vec::new()),
            |(input, logits), (hidden, targets)| {
                clock.time(Stage::Output, || {
                    input.fill(hidden, width);
                    let mut rows = hidden
                        .chunks_exact(width)
                        .zip(targets)
                        .enumerate()
                        .map(|(row, (x, target))| {
                            let target = *target as usize;
                            let logit = target_logit(weights, input, row, x, target)?;
                            Ok(RunningSums::new(logit, most_probable))
                        })
                        .collect::<Result<Vec<_>, String>>()?;
                    for (index, chunk) in weights.output.iter().enumerate() {
                        let columns = chunk.outputs();
                        logits.resize(rows.len() * columns, 0.0);
                        chunk.apply(input, logits, false);
                        for (row, logits) in rows.iter_mut().zip(logits.chunks_exact(columns)) {
                            let sums = logit_sums(logits, row.target + ROUNDING);
                            row.add(sums, logits, index * OUTPUT_CHUNK, most_probable);
                        }
                    }
                    Ok(rows.into_iter().map(RunningSums::finish).collect())
                })
            },
        )
        .collect::<Result<_, String>>()?;
    Ok(blocks.into_iter().flatten().collect())
}

/// Nats in bits, at least 0. What is no number stays so: it is to be found, and 0 bits would be the
/// most usual of words.
fn bits(nats: f64) -> f32 {
    let bits = (nats / std::f64::consts::LN_2) as f32;
    if bits < 0.0 { 0.0 } else { bits }
}

/// The logit of the token that came next, before the whole row is computed.
fn target_logit(
    weights: &Weights,
    input: &Input,
    row: usize,
    hidden: &[f32],
    target: usize,
) -> Result<f32, String> {
    let chunk = weights.output.get(target / OUTPUT_CHUNK);
    if let Some(logit) = chunk.and_then(|chunk| chunk.number(input, row, target % OUTPUT_CHUNK)) {
        return Ok(logit);
    }
    let mut weight = Vec::with_capacity(hidden.len());
    let rows = weights.output_rows.as_deref();
    rows.ok_or("the output layer lacks a row")?
        .decode(target, &mut weight)?;
    Ok(hidden.iter().zip(&weight).map(|(x, w)| x * w).sum())
}
