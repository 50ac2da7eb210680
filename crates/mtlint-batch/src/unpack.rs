//! Files of records, packed or not.
//!
//! In: a path. Out: its bytes, unpacked as they are read when its name ends in
//! `.gz` or `.zst`. However much an archive grows, no more than a buffer and
//! the decoder's window is held; how long a record may become is for whoever
//! reads it.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

use crate::waiting::{self, Input, Stopped};

/// Zstandard looks back at most 2^27 bytes (128 MiB), which is what its own
/// program takes without being asked; more is memory that a hostile file asks
/// for.
const WINDOW_LOG: u32 = 27;

/// A counter of the bytes of the files that have been read, packed as they are, for whoever
/// shows how far a batch is. Clones share one count.
#[derive(Debug, Clone, Default)]
pub struct BytesRead(Arc<AtomicU64>);

impl BytesRead {
    /// The number of bytes read so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn add(&self, bytes: u64) {
        self.0.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A file whose bytes are counted as they are read.
struct CountingReader {
    file: Input,
    read: BytesRead,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.add(read as u64);
        Ok(read)
    }
}

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstandard,
}

/// How a file of this name is packed, and its name without that ending.
pub(super) fn packing(path: &Path) -> Option<(Packing, &Path)> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    let packing = match ending.as_str() {
        "gz" => Packing::Gzip,
        "zst" => Packing::Zstandard,
        _ => return None,
    };
    Some((packing, Path::new(path.file_stem()?)))
}

/// Opens a file, pipe or device of records, to be read unpacked. What is read of it is added
/// to `read`. Once `stop` is set, a pipe or device is not waited for any more.
///
/// # Errors
/// When it cannot be opened. That an archive is damaged shows while it is read.
pub(super) fn open(
    path: &Path,
    read: &BytesRead,
    stop: &Arc<AtomicBool>,
) -> io::Result<Box<dyn BufRead>> {
    let file = BufReader::new(CountingReader {
        file: waiting::open(path, stop)?,
        read: read.clone(),
    });
    Ok(match packing(path) {
        None => Box::new(file),
        Some((Packing::Gzip, _)) => unpacked(MultiGzDecoder::new(file)),
        Some((Packing::Zstandard, _)) => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file)?;
            decoder.window_log_max(WINDOW_LOG)?;
            unpacked(decoder)
        }
    })
}

fn unpacked(decoder: impl Read + 'static) -> Box<dyn BufRead> {
    Box::new(BufReader::new(DecodingReader(decoder)))
}

/// A decoder whose errors say that it is the archive that is wrong.
struct DecodingReader<R>(R);

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(damaged)
    }
}

fn damaged(error: io::Error) -> io::Error {
    // The system could not read the file itself, or there was no time to.
    let passed_on = error.raw_os_error().is_some()
        || error.kind() == io::ErrorKind::Interrupted
        || Stopped::is(&error);
    if passed_on {
        return error;
    }
    io::Error::new(
        error.kind(),
        format!("the archive is damaged or cut off ({error}); make or fetch it again"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::{JsonLinesRecords, Record};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packed.write_all(bytes).unwrap();
        packed.finish().unwrap()
    }

    fn zstandard(bytes: &[u8]) -> Vec<u8> {
        zstd::encode_all(bytes, 3).unwrap()
    }

    fn read(name: &str, content: &[u8], max_bytes: u64) -> Vec<Record> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        let read = BytesRead::default();
        let reader = open(&path, &read, &Arc::default()).unwrap();
        let records: Vec<Record> = JsonLinesRecords::new(name, reader, max_bytes).collect();
        let whole = !matches!(records.last(), Some(Record::Broken(_)));
        assert!(!whole || read.get() == content.len() as u64);
        records
    }

    #[test]
    fn archives_of_several_parts_are_read_to_the_end() {
        let parts = [
            &b"{\"text\":\"Rain fell.\"}\n{\"te"[..],
            b"xt\":\"Snow fell.\"}\n",
        ];
        let packed = |pack: fn(&[u8]) -> Vec<u8>| parts.map(pack).concat();
        for (name, content) in [
            ("a.jsonl", parts.concat()),
            ("a.jsonl.gz", packed(gzip)),
            ("a.jsonl.ZST", packed(zstandard)),
        ] {
            let records = read(name, &content, 100);
            let texts: Vec<_> = records
                .iter()
                .map(|record| match record {
                    Record::Document { request, .. } => request.document.text(),
                    other => panic!("{name}: {other:?}"),
                })
                .collect();
            assert_eq!(texts, ["Rain fell.", "Snow fell."], "{name}");
        }
    }

    #[test]
    fn what_stands_before_the_damage_is_read() {
        // Not the same again and again, so that it takes several blocks.
        let lines: String = (0..20_000u64)
            .map(|n| {
                format!(
                    "{{\"text\":\"{:x}\"}}\n",
                    n.wrapping_mul(0x9e37_79b9_7f4a_7c15)
                )
            })
            .collect();
        for (name, whole) in [
            ("a.jsonl.gz", gzip(lines.as_bytes())),
            ("a.jsonl.zst", zstandard(lines.as_bytes())),
        ] {
            let mut records = read(name, &whole[..whole.len() * 3 / 4], 100);
            let last = broken(&records.pop().unwrap());
            let start =
                format!("{name}: cannot be read to its end: the archive is damaged or cut off (");
            assert!(last.starts_with(&start), "{last}");
            assert!(records.len() > 5_000, "{name}: {}", records.len());
            let is_document = |record: &Record| matches!(record, Record::Document { .. });
            assert!(records.iter().all(is_document));
        }
        let not_one = read("a.jsonl.zst", b"{\"text\":\"Rain.\"}\n", 100);
        assert!(broken(&not_one[0]).contains("damaged") && not_one.len() == 1);
    }

    fn broken(record: &Record) -> String {
        match record {
            Record::Broken(error) => error.to_string(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_line_that_unpacks_to_very_much_is_skipped() {
        let mut bomb = vec![b' '; 64 << 20];
        bomb.extend(b"\n{\"text\":\"Rain.\"}\n");
        for (name, content) in [
            ("a.jsonl.gz", gzip(&bomb)),
            ("a.jsonl.zst", zstandard(&bomb)),
        ] {
            assert!(content.len() < 1 << 17);
            let records = read(name, &content, 100);
            assert!(matches!(&records[0], Record::Rejected { id, .. } if id == "1"));
            assert!(matches!(&records[1], Record::Document { .. }));
        }
    }
}
