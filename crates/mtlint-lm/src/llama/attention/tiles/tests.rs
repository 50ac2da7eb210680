//! The layout of tiles.

use super::*;

/// Tiles of two columns of values, whose bytes say whose they are and of which step.
fn marked(mark: u8, steps: usize) -> KvTiles {
    let mut made = KvTiles {
        steps,
        ..KvTiles::default()
    };
    let step = 2 * TILE_BYTES;
    made.keys.resize(steps * step);
    made.values.resize(steps * step);
    let keys = made.keys.bytes_mut().chunks_exact_mut(step);
    for (number, key) in (0..).zip(keys) {
        key.fill(mark + number);
    }
    let values = made.values.bytes_mut().chunks_exact_mut(TILE_BYTES);
    for (number, value) in (0..).zip(values) {
        let (column, step) = (number / steps as u8, number % steps as u8);
        value.fill(mark + 100 * column + step);
    }
    made
}

#[test]
fn tiles_that_follow_others_are_laid_out_as_if_all_were_laid_out_at_once() {
    let joined = marked(10, 3).following(&marked(0, 5), 4 * FLOATS);
    assert_eq!((joined.steps, joined.bytes()), (7, 7 * 4 * TILE_BYTES));
    let every = |bytes: &[u8], size: usize| -> Vec<u8> {
        let tiles = bytes.chunks_exact(size);
        tiles
            .map(|tile| tile.iter().fold(tile[0], |a, b| a & b))
            .collect()
    };
    let keys = every(joined.keys.bytes(), 2 * TILE_BYTES);
    assert_eq!(keys, [0, 1, 2, 3, 10, 11, 12]);
    let values = every(joined.values.bytes(), TILE_BYTES);
    let (first, second) = values.split_at(7);
    assert_eq!(first, [0, 1, 2, 3, 10, 11, 12]);
    assert_eq!(second, [100, 101, 102, 103, 110, 111, 112]);
}

#[test]
fn rows_become_columns() {
    if !available(FLOATS) {
        return;
    }
    // SAFETY: `available` found AVX-512, and every bit pattern is valid in registers and in
    // arrays of integers of the same size.
    unsafe {
        let rows: [[u32; TILE]; TILE] =
            std::array::from_fn(|row| std::array::from_fn(|column| (100 * row + column) as u32));
        let mut registers: [__m512i; TILE] = std::mem::transmute(rows);
        transpose(&mut registers);
        let columns: [[u32; TILE]; TILE] = std::mem::transmute(registers);
        for row in 0..TILE {
            for column in 0..TILE {
                assert_eq!(columns[column][row], rows[row][column]);
            }
        }
    }
}
