//! Quantizes numbers to 8-bit integers, with a scale for each group.
//!
//! In: numbers of one row. Out: integers from -127 to 127 and a scale for each group; nothing is
//! multiplied here. First every [`BLOCK`] of numbers is multiplied by a Hadamard matrix,
//! which spreads a large number over its block, so that the scale need not be
//! chosen for it alone. Weights are multiplied the same way, so the
//! product stays the same. (The method of QuaRot, Ashkboos et al. 2024,
//! inside each product.)

use super::kernel::Kernel;

/// The number of values that share one scale. Larger groups cost less and are less exact.
pub(super) const GROUP: usize = 192;
/// The size of the Hadamard matrix; a group is a whole number of blocks.
pub(super) const BLOCK: usize = 64;
/// The largest integer.
const MAX_INTEGER: f32 = 127.0;
/// Added to a small number, this leaves the integer nearest to it in the lowest bits, halves going
/// to the even one: 1.5 × 2²³. Every processor does it with vectors, unlike rounding.
const ROUNDING: f32 = 12_582_912.0;

/// The length of a row when it is filled up to whole blocks.
pub(super) fn padded(inputs: usize) -> usize {
    inputs.next_multiple_of(BLOCK)
}

/// Quantizes one group and returns its scale. `integers` is as long as the
/// whole blocks that hold the group; `offset` is added to each integer.
pub(super) fn quantize(kernel: Kernel, values: &[f32], integers: &mut [u8], offset: u8) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if kernel.is_avx512() {
        #[allow(
            unsafe_code,
            reason = "a function with target features is called after a check"
        )]
        // SAFETY: `Kernel::available` lists these kernels only where the processor has all that
        // `avx512::available` asks for.
        return unsafe { super::kernel::avx512::quantize(values, integers, offset) };
    }
    let _ = kernel;
    let (mut largest, mut finite) = (0.0f32, true);
    let mut blocks = [[0.0f32; BLOCK]; GROUP / BLOCK];
    for (block, values) in blocks.iter_mut().zip(values.chunks(BLOCK)) {
        block[..values.len()].copy_from_slice(values);
        hadamard(block);
        largest = block.iter().fold(largest, |max, x| max.max(x.abs()));
        // One number that is not finite makes the whole block so.
        finite &= block[0].is_finite();
    }
    let (scale, inverse) = scales(largest, finite);
    for (integers, block) in integers.chunks_exact_mut(BLOCK).zip(&blocks) {
        for (integer, x) in integers.iter_mut().zip(block) {
            *integer = ((x * inverse + ROUNDING).to_bits() as u8).wrapping_add(offset);
        }
    }
    scale
}

/// The scale with which the largest integer stands for `largest`, and its inverse, by which
/// numbers are multiplied to get integers. Numbers that are not finite give the scale NaN.
pub(super) fn scales(largest: f32, finite: bool) -> (f32, f32) {
    if !finite {
        (f32::NAN, 0.0)
    } else if largest > 0.0 {
        (largest / MAX_INTEGER, MAX_INTEGER / largest)
    } else {
        (0.0, 0.0)
    }
}

/// Multiplies a block by the Hadamard matrix of its size, each step at a
/// distance twice that of the one before.
fn hadamard(block: &mut [f32; BLOCK]) {
    let mut distance = 1;
    while distance < BLOCK {
        for pair in block.chunks_exact_mut(2 * distance) {
            let (left, right) = pair.split_at_mut(distance);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        distance *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_as_the_standard_library_rounds_them() {
        for step in -12_700..=12_700i16 {
            for nudge in [-1e-5, 0.0, 1e-5] {
                let x = f32::from(step) / 100.0 + nudge;
                let rounded = x.round_ties_even() as i8 as u8;
                assert_eq!((x + ROUNDING).to_bits() as u8, rounded, "{x}");
            }
        }
    }
}
