//! From numbers to 8-bit integers with a scale a group.
//!
//! In: numbers of one row. Out: integers from -127 to 127 and a scale a group.
//! Before that every [`BLOCK`] of numbers is multiplied by a Hadamard matrix,
//! which spreads a large number over its block, so that the scale need not be
//! made for it alone. Weights are turned the same way, so the
//! product stays what it was. (The method of QuaRot, Ashkboos et al. 2024,
//! inside each product.)

use super::kernel::Kernel;

/// Numbers that share one scale. Larger groups cost less and are less exact.
pub(super) const GROUP: usize = 192;
/// Numbers that are turned together; a group is whole blocks.
pub(super) const BLOCK: usize = 64;
/// The largest integer.
const MOST: f32 = 127.0;

/// Numbers in a row when whole blocks are made of it.
pub(super) fn padded(inputs: usize) -> usize {
    inputs.next_multiple_of(BLOCK)
}

/// Turns and rounds one group; gives its scale. `integers` is as long as the
/// whole blocks that hold it; to each of them `offset` is added.
pub(super) fn quantise(kernel: Kernel, values: &[f32], integers: &mut [u8], offset: u8) -> f32 {
    #[cfg(target_arch = "x86_64")]
    if kernel.is_avx512() {
        // Safety: the kernel is only chosen where the processor has AVX-512.
        #[allow(unsafe_code)]
        return unsafe { super::kernel::avx512::quantise(values, integers, offset) };
    }
    let _ = kernel;
    let (mut largest, mut finite) = (0.0f32, true);
    let mut blocks = [[0.0f32; BLOCK]; GROUP / BLOCK];
    for (block, values) in blocks.iter_mut().zip(values.chunks(BLOCK)) {
        block[..values.len()].copy_from_slice(values);
        turn(block);
        largest = block.iter().fold(largest, |most, x| most.max(x.abs()));
        // One number that is not finite makes the whole block so.
        finite &= block[0].is_finite();
    }
    let (scale, inverse) = scales(largest, finite);
    for (integers, block) in integers.chunks_exact_mut(BLOCK).zip(&blocks) {
        for (integer, x) in integers.iter_mut().zip(block) {
            *integer = ((x * inverse).round_ties_even() as i8 as u8).wrapping_add(offset);
        }
    }
    scale
}

/// The scale for integers whose largest stands for `largest`, and what numbers
/// are multiplied by to get them. Damaged numbers give a scale that shows it.
pub(super) fn scales(largest: f32, finite: bool) -> (f32, f32) {
    if !finite {
        (f32::NAN, 0.0)
    } else if largest > 0.0 {
        (largest / MOST, MOST / largest)
    } else {
        (0.0, 0.0)
    }
}

/// Multiplies a block by the Hadamard matrix of its size, each step at a
/// distance twice that of the one before.
fn turn(block: &mut [f32; BLOCK]) {
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
