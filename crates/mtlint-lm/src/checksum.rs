//! SHA-256 of texts and files, in lower-case hexadecimal.
//!
//! In: bytes, or the path of a file of any size. Out: the checksum by which reports, caches and
//! states of batches identify models, programs and settings. Nothing is compared here.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha2::{Digest, Sha256};

/// The number of bytes that are read at once.
const CHUNK_BYTES: usize = 1 << 20;

/// The SHA-256 of some bytes, in lower-case hexadecimal.
pub fn of_bytes(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The SHA-256 of a file, in lower-case hexadecimal. `progress` is called with the number of bytes
/// read so far.
///
/// # Errors
/// The error of the system when the file cannot be read.
pub fn of_file(path: &Path, progress: impl FnMut(u64)) -> io::Result<String> {
    of_reader(File::open(path)?, progress)
}

/// The SHA-256 of all that a reader gives, in lower-case hexadecimal. `progress` is called with the
/// number of bytes read so far.
///
/// # Errors
/// The error of the reader.
pub fn of_reader(mut reader: impl Read, mut progress: impl FnMut(u64)) -> io::Result<String> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut done = 0;
    loop {
        progress(done);
        let read = match reader.read(&mut chunk) {
            Ok(0) => return Ok(hexadecimal(&hasher.finalize())),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&chunk[..read]);
        done += read as u64;
    }
}

/// Bytes in lower-case hexadecimal, two digits each.
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_checksum_of_its_bytes() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let bytes = vec![7; CHUNK_BYTES + 1];
        std::fs::write(file.path(), &bytes).unwrap();
        let mut steps = Vec::new();
        let sum = of_file(file.path(), |done| steps.push(done)).unwrap();
        assert_eq!(sum, of_bytes(&bytes));
        assert_eq!(steps, [0, CHUNK_BYTES as u64, CHUNK_BYTES as u64 + 1]);
        // As published for this text.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(of_bytes(b"abc"), known);
        assert!(of_file(Path::new("no such file"), |_| {}).is_err());
    }
}
