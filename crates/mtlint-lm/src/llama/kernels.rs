//! Element-wise arithmetic on rows of numbers, at the processor's full width.
//!
//! In: slices of `f32`. Out: the slices changed in place, or sums. Plain loops
//! are compiled for the oldest processor of the family; these are dispatched
//! at run time by `rten-simd`. The order of every sum depends on lengths only,
//! never on threads, neighbors or the width of the processor's registers: after 30 blocks of
//! rounding to 8 bits a last digit here would be another finding. Products of matrices are in
//! [`crate::linear`].

use rten_simd::functional::simd_apply;
use rten_simd::ops::{BitOps, NumOps};
use rten_simd::{Isa, Simd, SimdOp, SimdUnaryOp};
use rten_vecmath::{Exp, Silu};

/// `out = x / rms(x) × weight`, row by row.
pub(super) fn rms_norm(x: &[f32], weight: &[f32], epsilon: f32, out: &mut [f32]) {
    let width = weight.len();
    for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        let mean_square = SquareSum(row).dispatch() / width as f32;
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
    Softmax(seen).dispatch();
    unseen.fill(0.0);
}

/// The sums of one pass over a slice of logits.
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// The number of partial sums of each sum, as many as two of the widest registers hold: number
/// `i` of a slice is added to sum `i % PARTS`.
const PARTS: usize = 32;

/// Sums of `N` functions of the numbers of a slice. `add` adds those of a register to the sums
/// before, and `neutral` is a number that adds nothing.
#[inline(always)]
fn sums<I: Isa, const N: usize>(
    isa: I,
    values: &[f32],
    neutral: f32,
    add: impl Fn([I::F32; N], I::F32) -> [I::F32; N],
) -> [f32; N] {
    // With a constant number of registers the sums stay in them.
    match PARTS / isa.f32().len() {
        2 => sums_in::<I, N, 2>(isa, values, neutral, add),
        4 => sums_in::<I, N, 4>(isa, values, neutral, add),
        _ => sums_in::<I, N, 8>(isa, values, neutral, add),
    }
}

/// The same, where `REGISTERS` hold [`PARTS`] numbers.
#[inline(always)]
fn sums_in<I: Isa, const N: usize, const REGISTERS: usize>(
    isa: I,
    values: &[f32],
    neutral: f32,
    add: impl Fn([I::F32; N], I::F32) -> [I::F32; N],
) -> [f32; N] {
    let ops = isa.f32();
    let lanes = PARTS / REGISTERS;
    let mut parts = [[ops.zero(); N]; REGISTERS];
    let (whole, rest) = values.as_chunks::<PARTS>();
    let mut last = [neutral; PARTS];
    last[..rest.len()].copy_from_slice(rest);
    for numbers in whole.iter().chain([&last]) {
        for register in 0..REGISTERS {
            let numbers = ops.load(&numbers[register * lanes..][..lanes]);
            parts[register] = add(parts[register], numbers);
        }
    }
    // No closure: what is not inlined here is compiled for the oldest processor.
    let mut sums = [0.0; N];
    for (of, sum) in sums.iter_mut().enumerate() {
        let mut all = [0.0; PARTS];
        for register in 0..REGISTERS {
            ops.store(parts[register][of], &mut all[register * lanes..][..lanes]);
        }
        let mut half = PARTS / 2;
        while half > 0 {
            let (front, back) = all.split_at_mut(half);
            for (front, back) in front.iter_mut().zip(back) {
                *front += *back;
            }
            half /= 2;
        }
        *sum = all[0];
    }
    sums
}

/// The largest number of a slice, −∞ if it is empty.
#[inline(always)]
fn largest<I: Isa>(isa: I, values: &[f32]) -> f32 {
    let ops = isa.f32();
    let lanes = ops.len();
    let mut largest = [ops.splat(f32::NEG_INFINITY); 2];
    let mut rest = values;
    while let Some((numbers, after)) = rest.split_at_checked(2 * lanes) {
        largest[0] = ops.max(largest[0], ops.load(numbers));
        largest[1] = ops.max(largest[1], ops.load(&numbers[lanes..]));
        rest = after;
    }
    let lanes = ops.max(largest[0], largest[1]).to_array();
    let numbers = lanes.as_ref().iter().chain(rest);
    numbers.fold(f32::NEG_INFINITY, |a, b| a.max(*b))
}

/// The sum of the squares.
struct SquareSum<'a>(&'a [f32]);

impl SimdOp for SquareSum<'_> {
    type Output = f32;

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) -> f32 {
        let ops = isa.f32();
        let [sum] = sums(
            isa,
            self.0,
            0.0,
            #[inline(always)]
            |[sum], x| [ops.mul_add(x, x, sum)],
        );
        sum
    }
}

/// Makes of numbers shares of one, by their exponentials.
struct Softmax<'a>(&'a mut [f32]);

impl SimdOp for Softmax<'_> {
    type Output = ();

    #[inline(always)]
    fn eval<I: Isa>(self, isa: I) {
        let ops = isa.f32();
        let max = ops.splat(largest(isa, self.0));
        simd_apply::<_, _, _, 2>(
            ops,
            &mut *self.0,
            #[inline(always)]
            |x| Exp::apply(isa, ops.sub(x, max)),
        );
        let [sum] = sums(
            isa,
            self.0,
            0.0,
            #[inline(always)]
            |[sum], x| [ops.add(sum, x)],
        );
        let scale = ops.splat(1.0 / sum);
        simd_apply::<_, _, _, 2>(
            ops,
            self.0,
            #[inline(always)]
            |x| ops.mul(x, scale),
        );
    }
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
        let max = largest(isa, self.logits);
        let (offset, target) = (ops.splat(max), ops.splat(self.target));
        let (zero, one) = (ops.zero(), ops.splat(1.0));
        let [exp, weighted, above] = sums(
            isa,
            self.logits,
            // Its exponential is zero, and it is larger than no target.
            f32::MIN,
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
        );
        LogitSums {
            max,
            exp,
            weighted,
            above,
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

    #[cfg(target_arch = "x86_64")]
    #[test]
    fn sums_do_not_depend_on_the_width_of_registers() {
        let Some(narrow) = rten_simd::isa::Avx2Isa::new() else {
            return;
        };
        for length in [1, 15, 16, 17, 31, 576, 1003] {
            let values: Vec<f32> = (0..length)
                .map(|i| ((i * 37) % 101) as f32 / 7.3 - 3.0)
                .collect();
            let target = values[length / 2];
            let squares = SquareSum(&values);
            assert_eq!(squares.dispatch(), SquareSum(&values).eval(narrow));
            let scan = LogitScan {
                logits: &values,
                target,
            };
            assert_eq!(logit_sums(&values, target), scan.eval(narrow));
            let (mut wide, mut other) = (values.clone(), values.clone());
            softmax_prefix(&mut wide, length);
            Softmax(&mut other).eval(narrow);
            assert_eq!(wide, other);
        }
    }

    #[test]
    fn softmax_hides_what_comes_later() {
        let mut row = [1.0, 1.0, 50.0];
        softmax_prefix(&mut row, 2);
        assert_eq!(row, [0.5, 0.5, 0.0]);
    }
}
