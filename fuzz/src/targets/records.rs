//! The inputs of a batch.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use mtlint_batch::{
    BytesRead, CsvRecords, InputOptions, JsonLinesRecords, ParquetRecords, RecordNaming, records,
    sources,
};

use crate::scratch::with_file;

/// The largest size of a document, in bytes.
const MAX_BYTES: u64 = 4096;

pub(super) fn lines_and_rows(bytes: &[u8]) {
    for record in JsonLinesRecords::new("records", bytes, MAX_BYTES) {
        assert!(record.bytes() as u64 <= 9 * MAX_BYTES, "{}", record.id());
    }
    for record in CsvRecords::new("rows", bytes, MAX_BYTES) {
        assert!(record.bytes() as u64 <= 9 * MAX_BYTES, "{}", record.id());
    }
}

pub(super) fn packed(bytes: &[u8]) {
    for name in ["night.jsonl.gz", "night.jsonl.zst", "night.csv.gz"] {
        with_file(name, bytes, |path| {
            let Ok(inputs) = sources(&[OsString::from(path)]) else {
                return;
            };
            let options = InputOptions {
                max_bytes: MAX_BYTES,
                naming: RecordNaming::FileAndNumber,
                read: BytesRead::default(),
                stop: Arc::new(AtomicBool::new(false)),
            };
            for source in &inputs.sources {
                let mut stdin = None::<&[u8]>;
                records(source, &mut stdin, &options).for_each(drop);
            }
        });
    }
}

pub(super) fn parquet(bytes: &[u8]) {
    with_file("night.parquet", bytes, |path| {
        if let Ok(table) = ParquetRecords::open(path, MAX_BYTES, &BytesRead::default()) {
            table.for_each(drop);
        }
    });
}
