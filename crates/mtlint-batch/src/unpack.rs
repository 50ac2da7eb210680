//! Files of records, packed or not.
//!
//! In: a path. Out: its bytes, unpacked as they are read when its name ends in
//! `.gz` or `.zst`. No more than a buffer and the decoder's window is held, and
//! no archive may grow beyond what honest ones do; how long a record may become
//! is for whoever reads it.

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

/// What is packed may unpack to this many times its size. Articles shrink to a fifth or a
/// tenth, and feeds of nearly the same text again and again to a hundredth.
const MAX_RATIO: u64 = 256;

/// What is packed may unpack to this much (8 MiB), however small it is: a little file of
/// much the same text is harmless.
const ALWAYS_ALLOWED: u64 = 8 << 20;

/// Something packed unpacks to more than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it unpacks to more than {MAX_RATIO} times its size; {way_out}")]
pub(super) struct UnpacksToTooMuch {
    /// What to do if the input is sound all the same.
    pub(super) way_out: &'static str,
}

/// The most bytes that `packed` bytes may unpack to.
pub(super) fn most_unpacked(packed: u64) -> u64 {
    packed.saturating_mul(MAX_RATIO).max(ALWAYS_ALLOWED)
}

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

/// A file whose bytes are counted as they are read: its own, and those of all files.
struct CountingReader {
    file: Input,
    own: BytesRead,
    read: BytesRead,
}

impl Read for CountingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.own.add(read as u64);
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
/// When it cannot be opened. That an archive is damaged, or grows too large, shows while it
/// is read.
pub(super) fn open(
    path: &Path,
    read: &BytesRead,
    stop: &Arc<AtomicBool>,
) -> io::Result<Box<dyn BufRead>> {
    let packed = BytesRead::default();
    let file = BufReader::new(CountingReader {
        file: waiting::open(path, stop)?,
        own: packed.clone(),
        read: read.clone(),
    });
    Ok(match packing(path) {
        None => Box::new(file),
        Some((Packing::Gzip, _)) => unpacked(MultiGzDecoder::new(file), packed),
        Some((Packing::Zstandard, _)) => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file)?;
            decoder.window_log_max(WINDOW_LOG)?;
            unpacked(decoder, packed)
        }
    })
}

fn unpacked(decoder: impl Read + 'static, packed: BytesRead) -> Box<dyn BufRead> {
    Box::new(BufReader::new(DecodingReader {
        decoder,
        packed,
        unpacked: 0,
    }))
}

/// A decoder that gives no more than is allowed, and whose errors say that it is the archive
/// that is wrong.
struct DecodingReader<R> {
    decoder: R,
    /// Bytes of the archive so far.
    packed: BytesRead,
    /// Bytes that came out of it so far.
    unpacked: u64,
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer).map_err(damaged)?;
        self.unpacked += read as u64;
        if self.unpacked > most_unpacked(self.packed.get()) {
            let too_much = UnpacksToTooMuch {
                way_out: "if it is sound, unpack it first",
            };
            return Err(io::Error::new(io::ErrorKind::InvalidData, too_much));
        }
        Ok(read)
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

    /// Numbers that do not pack, in lines that are no records.
    fn noise(lines: u64) -> Vec<u8> {
        let line = |n: u64| format!("{:x}\n", n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        (0..lines).flat_map(|n| line(n).into_bytes()).collect()
    }

    #[test]
    fn an_archive_that_unpacks_to_very_much_is_read_no_further() {
        let line = |text: &str| format!("{{\"text\":\"{text}\"}}\n").into_bytes();
        let large = line(&"a".repeat(8 << 20));
        for (what, rest) in [
            ("large texts", large.repeat(200)),
            ("empty lines", vec![b'\n'; 256 << 20]),
            ("one line", vec![b' '; 256 << 20]),
        ] {
            let bomb = [line("Rain."), rest].concat();
            for (name, content) in [
                ("a.jsonl.gz", gzip(&bomb)),
                ("a.jsonl.zst", zstandard(&bomb)),
            ] {
                let records = read(name, &content, 8 << 20);
                assert!(
                    matches!(&records[0], Record::Document { request, .. }
                        if request.document.text() == "Rain."),
                    "{what}"
                );
                assert_eq!(
                    broken(records.last().unwrap()),
                    format!(
                        "{name}: cannot be read to its end: it unpacks to more than 256 times its \
                         size; if it is sound, unpack it first"
                    ),
                    "{what}"
                );
                let bytes: usize = records.iter().map(Record::bytes).sum();
                assert!(
                    bytes as u64 <= most_unpacked(content.len() as u64),
                    "{what}"
                );
            }
        }
    }

    #[test]
    fn an_honest_archive_with_one_line_that_is_too_long_is_read_to_its_end() {
        let mut lines = noise(200_000);
        lines.extend(vec![b' '; 64 << 20]);
        lines.extend(b"\n{\"text\":\"Rain.\"}\n");
        for (name, content) in [
            ("a.jsonl.gz", gzip(&lines)),
            ("a.jsonl.zst", zstandard(&lines)),
        ] {
            let mut records = read(name, &content, 100);
            assert!(matches!(records.pop(), Some(Record::Document { .. })));
            assert!(matches!(records.pop(), Some(Record::Rejected { id, .. }) if id == "200001"));
        }
    }
}
