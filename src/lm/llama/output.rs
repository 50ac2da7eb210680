//! From the last hidden states to surprisal, entropy, rank and favourites.
//!
//! In: normed rows and the token that really came next. Out: a few numbers a
//! row. The logits exist only as a block of rows times a chunk of the
//! vocabulary, never as a whole.

use rayon::prelude::*;
use rten_gemm::GemmExecutor;

use super::kernels::{LogitSums, logit_sums};
use super::weights::{OUTPUT_CHUNK, Weights};
use crate::lm::Guess;
use crate::lm::gguf::decode_rows;

/// Rows whose logits are made at once.
const ROW_BLOCK: usize = 128;

/// How far two ways of summing the same product can differ, in nats: the
/// target's own logit must not count as larger than itself.
const ROUNDING: f32 = 1e-4;

/// The model's numbers for one position.
#[derive(Debug, Clone)]
pub(super) struct Prediction {
    pub surprisal_bits: f32,
    pub entropy_bits: f32,
    pub rank: u32,
    pub most_probable: Vec<Guess>,
}

/// Running sums over the chunks of the vocabulary, for one row.
struct Row {
    target: f32,
    max: f64,
    exp: f64,
    weighted: f64,
    above: u32,
    /// Largest logits so far with their ids, largest first.
    best: Vec<(f32, u32)>,
}

impl Row {
    /// Takes in one chunk of the vocabulary, whose first token is `first_id`.
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
        let mut least = self.least(keep);
        if sums.max <= least {
            return;
        }
        for (id, &logit) in (first_id as u32..).zip(logits) {
            if logit > least {
                let at = self.best.partition_point(|(other, _)| *other >= logit);
                self.best.insert(at, (logit, id));
                self.best.truncate(keep);
                least = self.least(keep);
            }
        }
    }

    /// The logit that a newcomer has to beat.
    fn least(&self, keep: usize) -> f32 {
        self.best
            .get(keep - 1)
            .map_or(f32::NEG_INFINITY, |(logit, _)| *logit)
    }

    fn finish(self) -> Prediction {
        let log_sum = self.max + self.exp.ln();
        let bits = |nats: f64| (nats / std::f64::consts::LN_2) as f32;
        Prediction {
            surprisal_bits: bits(log_sum - f64::from(self.target)).max(0.0),
            entropy_bits: bits(self.exp.ln() - self.weighted / self.exp).max(0.0),
            rank: self.above,
            most_probable: self
                .best
                .iter()
                .map(|(logit, id)| Guess {
                    id: *id,
                    surprisal_bits: bits(log_sum - f64::from(*logit)).max(0.0),
                })
                .collect(),
        }
    }
}

/// Predictions for rows of hidden states; `targets` holds the token that came
/// next for each row.
pub(super) fn predict(
    weights: &Weights,
    file: &[u8],
    hidden: &[f32],
    targets: &[u32],
    most_probable: usize,
) -> Result<Vec<Prediction>, String> {
    let width = weights.shape.width;
    let gemm = GemmExecutor::<f32>::new();
    let mut predictions = Vec::with_capacity(targets.len());
    let mut logits = vec![0.0; ROW_BLOCK.min(targets.len()) * OUTPUT_CHUNK];
    let blocks = hidden
        .chunks(ROW_BLOCK * width)
        .zip(targets.chunks(ROW_BLOCK));
    for (hidden, targets) in blocks {
        let mut rows = Vec::with_capacity(targets.len());
        let mut weight = Vec::with_capacity(width);
        for (x, target) in hidden.chunks_exact(width).zip(targets) {
            weight.clear();
            decode_rows(
                file,
                &weights.output_tensor,
                *target as usize,
                1,
                &mut weight,
            )?;
            rows.push(Row {
                target: x.iter().zip(&weight).map(|(x, w)| x * w).sum(),
                max: f64::NEG_INFINITY,
                exp: 0.0,
                weighted: 0.0,
                above: 0,
                best: Vec::with_capacity(most_probable + 1),
            });
        }
        for (index, chunk) in weights.output.iter().enumerate() {
            let columns = chunk.outputs();
            let logits = &mut logits[..rows.len() * columns];
            chunk.apply(&gemm, hidden, logits, false);
            rows.par_iter_mut()
                .zip(logits.par_chunks_exact(columns))
                .with_min_len(16)
                .for_each(|(row, logits)| {
                    let sums = logit_sums(logits, row.target + ROUNDING);
                    row.add(sums, logits, index * OUTPUT_CHUNK, most_probable);
                });
        }
        predictions.extend(rows.into_iter().map(Row::finish));
    }
    Ok(predictions)
}
