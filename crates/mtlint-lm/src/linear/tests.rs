//! Every kernel that this processor has, against plain arithmetic.

use super::int8::{Int8Layer, QuantizedRows};
use super::kernel::Kernel;
use super::quantize::{BLOCK, padded, quantize};

/// Numbers of about unit size, with a few large ones as activations have.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed;
    (0..count)
        .map(|index| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let x = (state >> 8) as f32 / (1 << 24) as f32 - 0.5;
            if index % 97 == 5 { 20.0 * x } else { x }
        })
        .collect()
}

fn quantized(rows: &[f32], inputs: usize, kernel: Kernel) -> QuantizedRows {
    let mut input = QuantizedRows::new(kernel);
    input.resize(rows.len() / inputs, inputs);
    for (row, values) in rows.chunks_exact(inputs).enumerate() {
        input.set(row, 0, values);
    }
    input
}

/// Sizes that fill tiles, leave some over, and are smaller than one.
const SIZES: [(usize, usize, usize); 6] = [
    (64, 576, 64),
    (37, 192, 33),
    (1, 64, 1),
    (16, 200, 96),
    (33, 1536, 48),
    (5, 7, 3),
];

#[test]
fn every_kernel_makes_the_product() {
    for kernel in Kernel::available() {
        for (rows, inputs, outputs) in SIZES {
            let input = numbers(rows * inputs, 1);
            let weights = numbers(outputs * inputs, 2);
            let layer = Int8Layer::new(&weights, inputs, kernel);
            let mut out = vec![1.0; rows * outputs];
            layer.apply(&quantized(&input, inputs, kernel), &mut out, false);
            let (mut wrong, mut right) = (0.0, 0.0);
            for (row, out) in input.chunks_exact(inputs).zip(out.chunks_exact(outputs)) {
                for (weights, out) in weights.chunks_exact(inputs).zip(out) {
                    let exact: f32 = row.iter().zip(weights).map(|(x, w)| x * w).sum();
                    wrong += f64::from(exact - out).powi(2);
                    right += f64::from(exact).powi(2);
                }
            }
            let error = (wrong / right).sqrt();
            assert!(
                error < 0.01,
                "{kernel:?} {rows}×{inputs}×{outputs}: {error}"
            );
        }
    }
}

#[test]
fn one_number_is_the_same_as_in_the_product() {
    for kernel in Kernel::available() {
        for (rows, inputs, outputs) in SIZES {
            let layer = Int8Layer::new(&numbers(outputs * inputs, 3), inputs, kernel);
            let input = quantized(&numbers(rows * inputs, 4), inputs, kernel);
            let mut out = vec![0.0; rows * outputs];
            layer.apply(&input, &mut out, false);
            for (row, out) in out.chunks_exact(outputs).enumerate() {
                for (output, expected) in out.iter().enumerate() {
                    let number = layer.number(&input, row, output);
                    assert_eq!(number.to_bits(), expected.to_bits(), "{kernel:?}");
                }
            }
        }
    }
}

#[test]
fn kernels_that_fuse_additions_agree_to_the_last_bit() {
    let (rows, inputs, outputs) = (50, 576, 80);
    let results: Vec<(Kernel, Vec<f32>)> = Kernel::available()
        .into_iter()
        .filter(|kernel| !kernel.is_portable())
        .map(|kernel| {
            let layer = Int8Layer::new(&numbers(outputs * inputs, 5), inputs, kernel);
            let mut out = vec![0.0; rows * outputs];
            let input = quantized(&numbers(rows * inputs, 6), inputs, kernel);
            layer.apply(&input, &mut out, false);
            (kernel, out)
        })
        .collect();
    for pair in results.windows(2) {
        assert_eq!(pair[0].1, pair[1].1, "{:?} {:?}", pair[0].0, pair[1].0);
    }
}

#[test]
fn a_row_does_not_depend_on_those_beside_it() {
    let (rows, inputs, outputs) = (40, 192, 40);
    let input = numbers(rows * inputs, 7);
    for kernel in Kernel::available() {
        let layer = Int8Layer::new(&numbers(outputs * inputs, 8), inputs, kernel);
        let mut all = vec![0.0; rows * outputs];
        layer.apply(&quantized(&input, inputs, kernel), &mut all, false);
        for row in [0, 17, rows - 1] {
            let mut alone = vec![0.0; outputs];
            let values = &input[row * inputs..][..inputs];
            layer.apply(&quantized(values, inputs, kernel), &mut alone, false);
            assert_eq!(alone, all[row * outputs..][..outputs], "{kernel:?} {row}");
        }
    }
}

#[test]
fn products_can_be_added_to_what_is_there() {
    let (rows, inputs, outputs) = (3, 64, 20);
    for kernel in Kernel::available() {
        let layer = Int8Layer::new(&numbers(outputs * inputs, 9), inputs, kernel);
        let input = quantized(&numbers(rows * inputs, 10), inputs, kernel);
        let mut product = vec![0.0; rows * outputs];
        layer.apply(&input, &mut product, false);
        let mut sum = numbers(rows * outputs, 11);
        let expected: Vec<f32> = sum.iter().zip(&product).map(|(a, b)| a + b).collect();
        layer.apply(&input, &mut sum, true);
        assert_eq!(sum, expected, "{kernel:?}");
    }
}

#[test]
fn rounding_is_the_same_on_every_path() {
    for count in [192, 64, 100, 3] {
        let values = numbers(count, 12);
        let results: Vec<(u32, Vec<u8>)> = Kernel::available()
            .into_iter()
            .map(|kernel| {
                let mut integers = vec![0; padded(count)];
                let scale = quantize(kernel, &values, &mut integers, 128);
                (scale.to_bits(), integers)
            })
            .collect();
        assert!(results.windows(2).all(|pair| pair[0] == pair[1]));
    }
}

#[test]
fn a_number_that_is_not_finite_is_not_hidden() {
    for kernel in Kernel::available() {
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let mut values = numbers(192, 13);
            values[BLOCK + 3] = bad;
            let layer = Int8Layer::new(&numbers(192, 14), 192, kernel);
            let mut out = [0.0];
            layer.apply(&quantized(&values, 192, kernel), &mut out, false);
            assert!(out[0].is_nan(), "{kernel:?} {bad}");
        }
    }
}

#[test]
fn a_row_of_zeros_gives_zeros() {
    for kernel in Kernel::available() {
        let layer = Int8Layer::new(&numbers(64 * 4, 15), 64, kernel);
        let mut out = [1.0; 4];
        layer.apply(&quantized(&[0.0; 64], 64, kernel), &mut out, false);
        assert_eq!(out, [0.0; 4], "{kernel:?}");
    }
}
