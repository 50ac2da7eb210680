//! Files, pipes and devices, opened for reading.
//!
//! In: a path. Out: its bytes. A file is read as any other. What may keep its reader waiting
//! for ever, such as a named pipe that nobody writes to, is opened once and read on a thread
//! of its own, so that the batch hears that it is to stop. It unpacks nothing.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How long a reader waits for bytes before it looks whether it is to stop: short for a
/// person, long for a processor.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// The bytes that are handed over at once, as many as a pipe holds.
const CHUNK_BYTES: usize = 64 * 1024;

/// The chunks that may wait to be read: enough that neither side waits for the other.
const CHUNKS_AHEAD: usize = 4;

/// An input without a record in this many bytes (512 MiB) holds none: a device such as
/// `/dev/zero`, or empty lines without end, would be read for ever. No document and no line
/// may be nearly as long.
pub(super) const MAX_BYTES_WITHOUT_RECORD: u64 = 512 << 20;

/// More bytes came than [`MAX_BYTES_WITHOUT_RECORD`], and no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no record in {MAX_BYTES_WITHOUT_RECORD} bytes of it")]
pub(super) struct Endless;

/// The batch is to stop, and whoever waits for more of a pipe or device is told so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stopped")]
pub(super) struct Stopped;

impl Stopped {
    /// Whether an error of reading is this one.
    pub(super) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|cause| cause.is::<Self>())
    }
}

/// Whether the path leads to what can be read only once and may keep its reader waiting: a
/// pipe, a device, a socket. What is not there is none of them.
pub(super) fn is_stream(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

/// Opens the file, pipe or device at `path`. Once `stop` is set, reading a pipe or device is
/// an error, [`Stopped`].
///
/// # Errors
/// When a file cannot be opened. Of a pipe or device that shows while it is read.
pub(super) fn open(path: &Path, stop: &Arc<AtomicBool>) -> io::Result<Input> {
    Ok(if is_stream(path) {
        Input::Stream(Stream::open(path.to_owned(), Arc::clone(stop))?)
    } else {
        Input::File(File::open(path)?)
    })
}

/// An opened file, pipe or device.
pub(super) enum Input {
    File(File),
    Stream(Stream),
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Stream(stream) => stream.read(buffer),
        }
    }
}

/// A pipe or device that is read on a thread of its own.
pub(super) struct Stream {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: io::Cursor<Vec<u8>>,
    stop: Arc<AtomicBool>,
}

impl Stream {
    fn open(path: PathBuf, stop: Arc<AtomicBool>) -> io::Result<Self> {
        let (sender, chunks) = sync_channel(CHUNKS_AHEAD);
        // It ends with its input, or with the first chunk that nobody takes any more; one
        // that waits for a writer ends with the program.
        std::thread::Builder::new().spawn(move || hand_over(&path, &sender))?;
        Ok(Self {
            chunks,
            chunk: io::Cursor::default(),
            stop,
        })
    }
}

/// Sends all that can be read at `path`, and the error that ends it, if one does.
fn hand_over(path: &Path, chunks: &SyncSender<io::Result<Vec<u8>>>) {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            // Nobody waits for it any more.
            let _ = chunks.send(Err(error));
            return;
        }
    };
    loop {
        let mut chunk = vec![0; CHUNK_BYTES];
        let read = match file.read(&mut chunk) {
            Ok(0) => return,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read,
        };
        let last = read.is_err();
        let sent = chunks.send(read.map(|read| {
            chunk.truncate(read);
            chunk
        }));
        if last || sent.is_err() {
            return;
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.chunk.read(buffer)?;
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            if self.stop.load(Ordering::Relaxed) {
                return Err(io::Error::other(Stopped));
            }
            match self.chunks.recv_timeout(LOOK_EVERY) {
                Ok(chunk) => self.chunk = io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Write;
    use std::process::Command;
    use std::time::Instant;

    use super::*;

    fn pipe() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        (folder, path)
    }

    #[test]
    fn all_that_a_writer_sends_is_read() {
        let (_folder, path) = pipe();
        let sent: Vec<u8> = (0..1_000_000u32).map(|n| (n % 251) as u8).collect();
        let mut input = open(&path, &Arc::default()).unwrap();
        let writer = std::thread::spawn({
            let sent = sent.clone();
            move || {
                let mut pipe = File::options().write(true).open(&path).unwrap();
                for part in sent.chunks(70_001) {
                    pipe.write_all(part).unwrap();
                }
            }
        });
        let mut read = Vec::new();
        input.read_to_end(&mut read).unwrap();
        writer.join().unwrap();
        assert!(read == sent);
    }

    #[test]
    fn a_pipe_that_nobody_writes_to_ends_when_the_batch_is_to_stop() {
        let (_folder, path) = pipe();
        let stop = Arc::new(AtomicBool::new(false));
        let mut input = open(&path, &stop).unwrap();
        let waiting = std::thread::spawn(move || {
            let mut read = Vec::new();
            input.read_to_end(&mut read).map(|_| read)
        });
        std::thread::sleep(Duration::from_millis(300));
        assert!(!waiting.is_finished());
        stop.store(true, Ordering::Relaxed);
        let stopped = Instant::now();
        assert!(Stopped::is(&waiting.join().unwrap().unwrap_err()));
        assert!(stopped.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn what_cannot_be_opened_says_so() {
        let folder = tempfile::tempdir().unwrap();
        assert!(open(&folder.path().join("gone"), &Arc::default()).is_err());
        assert!(!is_stream(&folder.path().join("gone")));
        assert!(!is_stream(folder.path()));
        assert!(is_stream(Path::new("/dev/zero")));
    }
}
