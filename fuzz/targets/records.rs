//! Records of a batch: lines of JSON, and rows of CSV.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtlint_batch::{Records, Rows};

const MOST: u64 = 4096;

fuzz_target!(|bytes: &[u8]| {
    for record in Records::new("records", bytes, MOST).flatten() {
        assert!(record.bytes() as u64 <= 2 * MOST || record.id().len() > MOST as usize);
    }
    Rows::new("rows", bytes, MOST).for_each(drop);
});
