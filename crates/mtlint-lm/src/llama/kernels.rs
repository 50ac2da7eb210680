//! Element-wise arithmetic on rows of numbers, at the processor's full width.
//!
//! In: slices of `f32`. Out: the slices changed in place, or sums. Plain loops
//! are compiled for the oldest processor of the family; these are dispatched
//! at run time by `rten-simd`. The order of every sum depends on lengths only,
//! never on threads or neighbors. Products of matrices are in [`crate::linear`].

use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, Simd, SimdIterable, SimdOp, SimdUnaryOp};
use rten_vecmath::{Exp, Silu, Softmax, SumSquare};

/// `out = x / rms(x) × weight`, row by row.
pub(super) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = weight.len();
    for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mean_square = SumSquare::new(row).dispatch() / width as f32;
        let scale = 1.0 / (mean_square + epsilon).sqrt();
        for ((out, x), weight) in out.iter_mut().zip(row).zip(weight) {
            *out = x * scale * weight;
        }
    }
}

/// `gate = silu(gate) × up`.
pub(super) fn gated(gate: &mut [f32], up: &[f32]) {
    Silu {}.map_mut(gate);
    for (gate, up) in gate.iter_mut().zip(up) {
        *gate *= up;
    }
}

/// Softmax over the first `visible` numbers of a row; the rest become zero.
pub(super) fn softmax_prefix(row: &mut [f32], visible: usize) {
    let (seen, unseen) = row.split_at_mut(visible);
    Softmax::new_mut(seen).dispatch();
    unseen.fill(0.0);
}

/// The sums of one pass over a slice of logits.
#[derive(Debug, Clone, Copy)]
pub(super) struct LogitSums {
    /// The largest logit.
    pub max: f32,
    /// Σ exp(logit − `max`).
    pub exp: f32,
    /// Σ (logit − `max`) × exp(logit − `max`).
    pub weighted: f32,
    /// The number of logits that are larger than the target's.
    pub above: f32,
}

/// Sums over logits relative to their own maximum.
pub(super) fn logit_sums(logits: &[f32], target: f32) -> LogitSums {
    LogitScan { logits, target }.dispatch()
}

struct LogitScan<'a> {
    logits: &'a [f32],
    target: f32,
}

impl SimdOp for LogitScan<'_> {
    type Output = LogitSums;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> LogitSums {
        let ops = isa.f32();
        let largest = self.logits.simd_iter(ops).fold_unroll::<4>(
            ops.splat(f32::NEG_INFINITY),
            #[inline(always)]
            |max, x| ops.max(max, x),
            #[inline(always)]
            |a, b| ops.max(a, b),
        );
        let max = largest
            .to_array()
            .as_ref()
            .iter()
            .fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        let (offset, target) = (ops.splat(max), ops.splat(self.target));
        let (zero, one) = (ops.zero(), ops.splat(1.0));
        let [exp, weighted, above] = self.logits.simd_iter(ops).fold_n_unroll::<3, 2>(
            [zero; 3],
            #[inline(always)]
            |[exp, weighted, above], x| {
                let distance = ops.sub(x, offset);
                let power = Exp::apply(isa, distance);
                let larger = ops.select(one, zero, ops.gt(x, target));
                [
                    ops.add(exp, power),
                    ops.mul_add(distance, power, weighted),
                    ops.add(above, larger),
                ]
            },
            #[inline(always)]
            |[a, b, c], [d, e, f]| [ops.add(a, d), ops.add(b, e), ops.add(c, f)],
        );
        let sum = |x: <I::F32 as Simd>::Array| x.as_ref().iter().sum::<f32>();
        LogitSums {
            max,
            exp: sum(exp.to_array()),
            weighted: sum(weighted.to_array()),
            above: sum(above.to_array()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logit_sums_agree_with_plain_arithmetic() {
        let logits: Vec<f32> = (0..1003)
            .map(|i| ((i * 37) % 101) as f32 / 7.0 - 3.0)
            .collect();
        let target = logits[500];
        let got = logit_sums(&logits, target);
        let max = logits.iter().fold(f32::NEG_INFINITY, |a, b| a.max(*b));
        let powers = |x: &f32| f64::from(x - max).exp();
        let exp: f64 = logits.iter().map(powers).sum();
        let weighted: f64 = logits.iter().map(|x| f64::from(x - max) * powers(x)).sum();
        let above = logits.iter().filter(|x| **x > target).count();
        assert_eq!(got.max, max);
        assert!((f64::from(got.exp) / exp - 1.0).abs() < 1e-5);
        assert!((f64::from(got.weighted) / weighted - 1.0).abs() < 1e-5);
        assert_eq!(got.above, above as f32);
    }

    #[test]
    fn softmax_hides_what_comes_later() {
        let mut row = [1.0, 1.0, 50.0];
        softmax_prefix(&mut row, 2);
        assert_eq!(row, [0.5, 0.5, 0.0]);
    }
}
