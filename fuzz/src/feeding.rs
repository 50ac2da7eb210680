//! Feeding a target and watching it.
//!
//! In: good inputs, a function, and how long. Out: how many inputs it was fed, and whether
//! one of them made it panic. An input is written to a file before it is read, so that it is
//! there whatever becomes of the process.

use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::mutation::Mutations;

/// An input has at most this many bytes: whole small models, and no more than that.
const MAX_BYTES: usize = 1 << 16;

/// How often it is looked whether an input takes too long.
const LOOK: Duration = Duration::from_millis(20);

/// What a target is fed with.
#[derive(Debug)]
pub struct Feeding {
    /// Good inputs, which all of the others are made of.
    pub seeds: Vec<Vec<u8>>,
    /// What the others are drawn by.
    pub seed: u64,
    /// How long it is fed; the good inputs are fed in any case.
    pub time: Duration,
    /// The file with the input that is being read. It is there afterwards only if that input
    /// is a fault.
    pub last: PathBuf,
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fed {
    /// The number of inputs that were read.
    pub inputs: u64,
    /// Whether the last of them made the target panic.
    pub fault: bool,
}

impl Feeding {
    /// Feeds `read` until it panics or the time is over.
    ///
    /// # Errors
    /// When the input cannot be written to its file.
    pub fn feed(self, read: impl Fn(&[u8]), watch: &Watch) -> anyhow::Result<Fed> {
        let Self {
            seeds,
            seed,
            time,
            last,
        } = self;
        let place = last.display();
        let (begun, least) = (Instant::now(), seeds.len() as u64);
        let mut fed = Fed {
            inputs: 0,
            fault: false,
        };
        // Kept open: a file system brings one to the disk that is emptied and closed again.
        let mut file = File::create(&last).with_context(|| format!("cannot make {place}"))?;
        for input in Mutations::new(seeds, seed, MAX_BYTES) {
            if fed.inputs >= least && begun.elapsed() >= time {
                break;
            }
            write(&mut file, &input).with_context(|| format!("cannot write {place}"))?;
            let done = watch.over(|| panic::catch_unwind(AssertUnwindSafe(|| read(&input))));
            fed.inputs += 1;
            if done.is_err() {
                fed.fault = true;
                return Ok(fed);
            }
        }
        fs::remove_file(&last).with_context(|| format!("cannot remove {place}"))?;
        Ok(fed)
    }
}

/// Makes `bytes` all that is in a file.
fn write(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.rewind()?;
    file.write_all(bytes)?;
    file.set_len(bytes.len() as u64)
}

/// The good inputs in a folder, in order of name.
///
/// # Errors
/// When the folder or a file cannot be read, or there is none.
pub fn corpus(folder: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let problem = || format!("cannot read {}", folder.display());
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(problem)? {
        paths.push(entry.with_context(problem)?.path());
    }
    paths.sort();
    if paths.is_empty() {
        bail!("{} is empty", folder.display());
    }
    let read = |path: &PathBuf| fs::read(path).with_context(problem);
    paths.iter().map(read).collect()
}

/// Calls a function when an input takes too long.
#[derive(Debug)]
pub struct Watch {
    /// An odd number while an input is read; it grows with each.
    number: Arc<AtomicU64>,
}

impl Watch {
    /// Calls `late` from now on whenever an input takes longer than `patience`.
    pub fn begin(patience: Duration, late: impl Fn() + Send + 'static) -> Self {
        let number = Arc::new(AtomicU64::new(0));
        let watched = Arc::clone(&number);
        thread::spawn(move || {
            let (mut seen, mut since) = (0, Instant::now());
            loop {
                thread::sleep(LOOK);
                let now = watched.load(Ordering::Relaxed);
                if now != seen || now.is_multiple_of(2) {
                    (seen, since) = (now, Instant::now());
                } else if since.elapsed() > patience {
                    late();
                }
            }
        });
        Self { number }
    }

    /// Watches over the reading of an input.
    pub fn over<T>(&self, read: impl FnOnce() -> T) -> T {
        self.number.fetch_add(1, Ordering::Relaxed);
        let done = read();
        self.number.fetch_add(1, Ordering::Relaxed);
        done
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn feeding(folder: &Path) -> Feeding {
        Feeding {
            seeds: vec![b"Fog lay over the bay.".to_vec()],
            seed: 1,
            time: Duration::from_secs(3600),
            last: folder.join("last"),
        }
    }

    #[test]
    fn the_input_of_a_panic_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::begin(Duration::from_secs(3600), || {});
        let harmed = |input: &[u8]| assert!(!input.contains(&0xff));
        let fed = feeding(folder.path()).feed(harmed, &watch).unwrap();
        assert!(fed.fault && fed.inputs > 1);
        assert!(
            fs::read(folder.path().join("last"))
                .unwrap()
                .contains(&0xff)
        );
    }

    #[test]
    fn without_time_only_the_good_inputs_are_fed_and_nothing_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let watch = Watch::begin(Duration::from_secs(3600), || {});
        let short = Feeding {
            time: Duration::ZERO,
            ..feeding(folder.path())
        };
        let fed = short.feed(|_| (), &watch).unwrap();
        assert_eq!((fed.inputs, fed.fault), (1, false));
        assert!(!folder.path().join("last").exists());
        assert!(corpus(folder.path()).is_err());
    }

    #[test]
    fn an_input_that_takes_too_long_is_noticed() {
        let (late, noticed) = mpsc::channel();
        let watch = Watch::begin(Duration::ZERO, move || {
            let _ = late.send(());
        });
        watch.over(|| noticed.recv().unwrap());
    }
}
