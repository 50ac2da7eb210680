//! Reads records of a batch: lines of JSON, and rows of CSV.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtlint_batch::{CsvRecords, JsonLinesRecords};

/// The largest size of a record, in bytes.
const MAX_BYTES: u64 = 4096;

fuzz_target!(|bytes: &[u8]| {
    for record in JsonLinesRecords::new("records", bytes, MAX_BYTES) {
        assert!(record.bytes() as u64 <= 2 * MAX_BYTES || record.id().len() > MAX_BYTES as usize);
    }
    CsvRecords::new("rows", bytes, MAX_BYTES).for_each(drop);
});
