//! Tests of the way from a name to a checked file, with a small made-up model
//! and a stand-in for pip: a shell script that does what the test says and
//! leaves a trace of every call.

#[cfg(unix)]
mod failures;
#[cfg(unix)]
mod fetching;
mod registry;

use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tempfile::TempDir;
use zip::write::SimpleFileOptions;

use super::{ModelCache, ModelEntry, ModelStore, PipCommand, Progress, Registry, Stage};
use mtlint_lm::checksum;

const NAME: &str = "toy";
const MEMBER: &str = "toy_package/toy.bin";

/// The bytes of the toy model: too regular to be stored uncompressed, too long
/// for one chunk.
fn model_bytes() -> Vec<u8> {
    (0..600_000u32).map(|number| (number % 251) as u8).collect()
}

fn sha256(bytes: &[u8]) -> String {
    checksum::of_bytes(bytes)
}

/// One entry of a registry in TOML.
fn entry_toml(name: &str, default: bool, bytes: &[u8]) -> String {
    format!(
        "[[model]]\nname = {name:?}\ndefault = {default}\narchitecture = \"llama\"\nlanguage = \"eng\"\nlicence = \"CC0-1.0\"\nsize = {}\nsha256 = {:?}\n[model.pip]\npackage = \"toy-package\"\nversion = \"1.2.3\"\nmember = {MEMBER:?}\nwheel_size = 2000\n",
        bytes.len(),
        sha256(bytes)
    )
}

/// A wheel with these files in it.
fn wheel(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The wheel as it should be.
fn right_wheel() -> Vec<u8> {
    wheel(&[
        ("toy_package/__init__.py", b"".as_slice()),
        (MEMBER, &model_bytes()),
    ])
}

/// A cache folder, a registry with the toy model and a stand-in for pip.
struct Toy {
    folder: TempDir,
    store: ModelStore,
}

impl Toy {
    /// With a pip that runs these shell commands to download; `$dest` is the
    /// folder for the wheel, `$here` the test's own.
    fn with_pip(commands: &str) -> Self {
        Self::with_pips(|here| vec![stand_in(here, commands)])
    }

    /// With a pip that downloads this wheel.
    fn with_wheel(wheel: &[u8]) -> Self {
        let toy = Self::with_pip("cp \"$here/wheel\" \"$dest/toy_package-1.2.3-py3-none-any.whl\"");
        fs::write(toy.folder.path().join("wheel"), wheel).unwrap();
        toy
    }

    /// With a pip that downloads the right wheel.
    fn right() -> Self {
        Self::with_wheel(&right_wheel())
    }

    fn with_pips(pips: impl Fn(&Path) -> Vec<PipCommand>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let registry = Registry::parse(&entry_toml(NAME, true, &model_bytes())).unwrap();
        let cache = ModelCache::new(folder.path().join("cache"));
        let store = ModelStore::new(registry, cache, pips(folder.path()));
        Self { folder, store }
    }

    fn entry(&self) -> &ModelEntry {
        self.store.registry().get(NAME).unwrap()
    }

    /// Where the toy model is kept.
    fn path(&self) -> PathBuf {
        self.store.cache().path(self.entry())
    }

    /// Puts a file where the toy model is kept.
    fn put(&self, bytes: &[u8]) {
        fs::create_dir_all(self.store.cache().folder()).unwrap();
        fs::write(self.path(), bytes).unwrap();
    }

    /// What is in the cache folder, in order of name.
    fn kept(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.store.cache().folder()) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .map(|found| found.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The arguments of each call of pip so far.
    fn calls(&self) -> Vec<String> {
        let trace = fs::read_to_string(self.folder.path().join("trace")).unwrap_or_default();
        trace.lines().map(str::to_owned).collect()
    }

    /// How many of them were to download.
    fn downloads(&self) -> usize {
        self.calls()
            .iter()
            .filter(|call| call.starts_with("download "))
            .count()
    }
}

/// A stand-in for pip. It is run by the shell and never itself the program, or
/// another test that starts a process while the script is being written would
/// make the system call it busy.
fn stand_in(here: &Path, commands: &str) -> PipCommand {
    let script = here.join("pip.sh");
    let text = format!(
        "here='{}'\necho \"$*\" >> \"$here/trace\"\n[ \"$1\" = --version ] && exit 0\nwhile [ $# -gt 0 ]; do [ \"$1\" = --dest ] && dest=$2; shift; done\n{commands}\n",
        here.display()
    );
    fs::write(&script, text).unwrap();
    PipCommand::new("/bin/sh", [script])
}

/// Remembers every step.
#[derive(Default)]
struct Recorder(Mutex<Vec<(Stage, u64, Option<u64>)>>);

impl Recorder {
    fn saw(&self, stage: Stage) -> bool {
        self.last(stage).is_some()
    }

    fn last(&self, stage: Stage) -> Option<(u64, Option<u64>)> {
        let steps = self.0.lock().unwrap();
        let step = steps.iter().rfind(|step| step.0 == stage);
        step.map(|step| (step.1, step.2))
    }
}

impl Progress for Recorder {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        self.0.lock().unwrap().push((stage, done, total));
    }
}
