//! The nightly batch as the system sees it: a process that is killed, stopped
//! and started again, over a state. Run with `cargo test --features test-stub`.
#![cfg(unix)]
// Helpers here are test code too, which the lint sees only in test functions.
#![allow(clippy::unwrap_used)]

mod deploy;
mod report;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};

/// A folder with a feed in it.
struct Night(tempfile::TempDir);

impl Night {
    fn new(feed: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("feed.jsonl"), feed).unwrap();
        Self(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// `mtlint batch` over the feed, in the folder.
    fn batch(&self, more: &[&str]) -> Command {
        self.command(&["batch", "feed.jsonl", "--output", "reports.jsonl"], more)
    }

    fn command(&self, arguments: &[&str], more: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mtlint"));
        command
            .args(arguments)
            .args(["--model", "stub"])
            .args(more)
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    fn number(&self, query: &str) -> i64 {
        let state = self.path("night.state");
        if !state.exists() {
            return 0;
        }
        let open = Connection::open_with_flags(state, OpenFlags::SQLITE_OPEN_READ_ONLY);
        let number = open.unwrap().query_row(query, [], |row| row.get(0));
        // Killed before there was a table.
        number.unwrap_or(0)
    }
}

const STATE: [&str; 2] = ["--state", "night.state"];
const RESUME: [&str; 3] = ["--state", "night.state", "--resume"];

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn done(mut command: Command) -> Output {
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output
}

/// Numbers that differ from run to run, without a clock.
struct Random(u64);

impl Random {
    fn new() -> Self {
        use std::hash::{BuildHasher, RandomState};
        let seed = RandomState::new().hash_one(0);
        println!("seed {seed}");
        Self(seed)
    }

    /// From 0 up to 1.
    fn next(&mut self) -> f64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Records that differ, most with some dozen words, some with siblings, some
/// broken, some twice.
fn feed(records: usize) -> String {
    let mut feed = String::new();
    for number in 0..records {
        let text = format!("Ferry {number} left the gibberish harbour. ")
            + &format!("It sailed at noon from quay {number}. ").repeat(4);
        match number % 20 {
            7 => feed += "{\"id\":\"broken\"}\n",
            11 => {
                feed += &format!(
                    "{{\"text\":\"{text}\",\"siblings\":[\"The ferry left the quiet harbour.\"]}}\n"
                )
            }
            _ => feed += &format!("{{\"id\":\"feed/{number}\",\"text\":\"{text}\"}}\n"),
        }
        if number % 50 == 0 {
            feed += &format!("{{\"id\":\"again/{number}\",\"text\":\"{text}\"}}\n");
        }
    }
    feed
}

/// Sends SIGKILL once the time has come, unless the process has ended.
fn kill_after(mut child: Child, time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        if child.try_wait().unwrap().is_some() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn killed_at_any_instant_nothing_is_lost_and_nothing_read_twice() {
    const RECORDS: usize = 440;
    let feed = feed(RECORDS);
    let whole = Night::new(&feed);
    let begun = Instant::now();
    done(whole.batch(&STATE));
    let time = begun.elapsed();
    let reports = whole.text("reports.jsonl");
    assert_eq!(reports.lines().count(), feed.lines().count());
    let distinct = whole.number("SELECT count(*) FROM reports");
    assert_eq!(distinct as usize, RECORDS - RECORDS / 20);
    // The state changes no report.
    let plain = Night::new(&feed);
    done(plain.batch(&[]));
    assert_eq!(plain.text("reports.jsonl"), reports);

    let mut random = Random::new();
    let mut cut_short = 0;
    for _ in 0..20 {
        let night = Night::new(&feed);
        let when = time.mul_f64(random.next());
        kill_after(night.batch(&STATE).spawn().unwrap(), when);
        let committed = night.number("SELECT count(*) FROM reports");
        let known = night.number("SELECT count(*) FROM documents WHERE report IS NOT NULL");
        cut_short += usize::from(committed > 0 && committed < distinct);
        // The output appears whole or not at all.
        if night.path("reports.jsonl").exists() {
            assert_eq!(night.text("reports.jsonl"), reports);
        }
        let resumed = stderr(&done(night.batch(&RESUME)));
        assert!(
            night.text("reports.jsonl") == reports,
            "killed after {when:?}"
        );
        // What was committed was not read again: each report was made once, and
        // all that the first attempt had noted came from the state.
        let readings = night.number("SELECT sum(readings) FROM runs WHERE finished");
        let most = night.number("SELECT max(readings) FROM reports");
        assert_eq!((readings, most), (distinct, 1), "killed after {when:?}");
        let said = resumed
            .lines()
            .find(|line| line.contains(" known from the state"))
            .and_then(|line| line.split("; ").nth(1))
            .and_then(|words| words.split(' ').next()?.parse().ok());
        assert!(said.unwrap_or(0) >= known, "{known} committed: {resumed}");
        assert_eq!(
            night.number("SELECT count(*) FROM runs WHERE NOT finished"),
            0
        );
    }
    assert!(cut_short > 0, "no kill met a run half done");
}

#[test]
fn a_run_that_is_killed_again_and_again_still_ends() {
    let feed = feed(120);
    let whole = Night::new(&feed);
    let begun = Instant::now();
    done(whole.batch(&STATE));
    let time = begun.elapsed();
    let night = Night::new(&feed);
    let mut random = Random::new();
    for _ in 0..10 {
        kill_after(
            night.batch(&RESUME).spawn().unwrap(),
            time.mul_f64(random.next()),
        );
    }
    done(night.batch(&RESUME));
    assert!(night.text("reports.jsonl") == whole.text("reports.jsonl"));
    assert_eq!(night.number("SELECT max(readings) FROM reports"), 1);
}

#[test]
fn a_later_night_reads_only_what_changed() {
    let night = Night::new(
        "{\"id\":\"a\",\"text\":\"The ferry left at noon.\"}\n\
         {\"id\":\"b\",\"text\":\"The quay was gibberish.\",\"siblings\":[\"The quay was empty.\"]}\n\
         {\"id\":\"broken\"}\n",
    );
    let first = stderr(&done(night.batch(&STATE)));
    let (counts, failures) = first.split_once('\n').unwrap();
    assert_eq!(counts, "note: 2 judged, 0 not judged, 1 failed");
    assert!(failures.starts_with("note: failed: broken: line 3 is not a record"));
    let reports = night.text("reports.jsonl");
    // The first under another name, the second with another sibling, and a new
    // one; what was broken is put right.
    std::fs::write(
        night.path("feed.jsonl"),
        "{\"id\":\"renamed\",\"text\":\"The ferry left at noon.\"}\n\
         {\"id\":\"b\",\"text\":\"The quay was gibberish.\",\"siblings\":[\"The quay was full.\"]}\n\
         {\"id\":\"broken\",\"text\":\"Gulls slept on the mole.\"}\n",
    )
    .unwrap();
    let second = stderr(&done(night.batch(&RESUME)));
    assert_eq!(
        second,
        "note: 3 judged, 0 not judged, 0 failed; 1 of them known from the state\n"
    );
    assert_eq!(night.number("SELECT sum(readings) FROM runs"), 4);
    let line = |number: usize| reports.lines().nth(number).unwrap().to_owned();
    let renamed = line(0).replace("\"id\":\"a\"", "\"id\":\"renamed\"");
    assert_eq!(night.text("reports.jsonl").lines().next().unwrap(), renamed);
    // Another way of judging knows nothing of this.
    let more = [&STATE[..], &["--words"]].concat();
    let words = stderr(&done(night.batch(&more)));
    assert_eq!(words, "note: 3 judged, 0 not judged, 0 failed\n");
}

#[test]
fn two_runs_at_once_are_refused() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    let mut first = night
        .command(&["batch", "-", "--output", "-"], &STATE)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    // It has the state once it has made it.
    while !night.path("night.state").exists() {
        std::thread::sleep(Duration::from_millis(1));
    }
    let second = night.batch(&STATE).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert_eq!(
        stderr(&second),
        "error: another run is using the state night.state; wait for its end or name another \
         state\n"
    );
    assert!(!night.path("reports.jsonl").exists());
    drop(first.stdin.take());
    assert!(first.wait().unwrap().success());
    done(night.batch(&STATE));
}

#[test]
fn a_damaged_state_is_kept_aside_and_said() {
    let night = Night::new(&feed(30));
    done(night.batch(&STATE));
    let reports = night.text("reports.jsonl");
    let state = night.path("night.state");
    let mut bytes = std::fs::read(&state).unwrap();
    bytes[4096..12_288].fill(0x5a);
    std::fs::write(&state, &bytes).unwrap();
    let told = stderr(&done(night.batch(&["--state", "night.state", "--quiet"])));
    assert!(
        told.starts_with("note: the state night.state is damaged (")
            && told.contains("it is kept as night.state.damaged-1, and a new one is begun"),
        "{told}"
    );
    assert_eq!(
        std::fs::read(night.path("night.state.damaged-1")).unwrap(),
        bytes
    );
    assert_eq!(night.text("reports.jsonl"), reports);
    done(night.batch(&STATE));
    assert!(!night.path("night.state.damaged-2").exists());
}

#[test]
fn an_input_or_the_output_is_not_taken_for_a_state() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    for state in ["feed.jsonl", "./feed.jsonl", "reports.jsonl"] {
        let refused = night.batch(&["--state", state]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2), "{state}");
        assert!(stderr(&refused).contains("is also an input, a pool or the output"));
    }
    assert!(night.text("feed.jsonl").starts_with("{\"text\""));
}

#[test]
fn no_file_of_a_batch_is_used_for_two_things() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    let feed = night.text("feed.jsonl");
    std::fs::hard_link(night.path("feed.jsonl"), night.path("hard.jsonl")).unwrap();
    std::os::unix::fs::symlink("feed.jsonl", night.path("soft.jsonl")).unwrap();
    std::fs::write(night.path("mtlint.toml"), "").unwrap();
    done(night.batch(&STATE));
    let refused = |arguments: &[&str]| {
        let output = night.command(&["batch"], arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        stderr(&output)
    };
    for output in ["hard.jsonl", "soft.jsonl", "mtlint.toml"] {
        let told = refused(&["feed.jsonl", "--output", output]);
        assert!(told.contains("--output would write over"), "{told}");
        let told = refused(&["feed.jsonl", "--output", "o.jsonl", "--page", output]);
        assert!(told.contains("--page would write over"), "{told}");
    }
    for suffix in ["-lock", "-wal", "-shm", "-journal"] {
        let output = format!("night.state{suffix}");
        let told = refused(&["feed.jsonl", "--output", &output, STATE[0], STATE[1]]);
        assert!(told.contains("belongs to the state"), "{told}");
    }
    std::os::unix::fs::symlink("night.state-lock", night.path("link.jsonl")).unwrap();
    let told = refused(&["feed.jsonl", "--output", "link.jsonl", STATE[0], STATE[1]]);
    assert!(told.contains("belongs to the state"), "{told}");
    // Standard output may be a file too.
    let appended = std::fs::File::options()
        .append(true)
        .open(night.path("feed.jsonl"))
        .unwrap();
    let output = night
        .command(&["batch"], &["feed.jsonl", "--output", "-"])
        .stdout(appended)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("standard output would write over feed.jsonl"));
    assert_eq!(night.text("feed.jsonl"), feed);
}

#[test]
fn a_text_that_is_named_as_the_state_stays_as_it_is() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    std::fs::write(night.path("notes.txt"), "my only copy").unwrap();
    let before = night.path(".").read_dir().unwrap().count();
    let refused = night.batch(&["--state", "notes.txt"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        stderr(&refused),
        "error: notes.txt is not a state of mtlint and is left as it is; name another file\n"
    );
    assert_eq!(night.text("notes.txt"), "my only copy");
    assert_eq!(night.path(".").read_dir().unwrap().count(), before);
}

#[test]
fn a_state_keeps_as_many_runs_as_it_is_told() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    for _ in 0..4 {
        done(night.batch(&["--state", "night.state", "--keep-runs", "2"]));
    }
    assert_eq!(night.number("SELECT count(*) FROM runs"), 2);
    assert_eq!(night.number("SELECT max(number) FROM runs"), 4);
}

#[test]
fn a_state_that_cannot_be_written_is_an_error() {
    let night = Night::new("{\"text\":\"The ferry left at noon.\"}\n");
    for state in [
        Path::new("/proc/night.state"),
        Path::new("none/night.state"),
    ] {
        let state = state.to_str().unwrap();
        let refused = night.batch(&["--state", state]).output().unwrap();
        assert_eq!(refused.status.code(), Some(2));
        assert!(
            stderr(&refused).starts_with(&format!("error: cannot use the state {state}")),
            "{}",
            stderr(&refused)
        );
    }
    assert!(!night.path("reports.jsonl").exists());
}

#[test]
fn what_arrives_while_the_input_is_read_is_read_too() {
    use std::io::Write;
    let night = Night::new(&feed(40));
    let running = night.batch(&STATE).spawn().unwrap();
    let mut growing = std::fs::File::options()
        .append(true)
        .open(night.path("feed.jsonl"))
        .unwrap();
    growing
        .write_all(b"{\"id\":\"late\",\"text\":\"A late ferry was gibberish.\"}\n")
        .unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    // Whether this night saw it or not, the next does, and reads it once.
    done(night.batch(&RESUME));
    assert!(
        night
            .text("reports.jsonl")
            .lines()
            .last()
            .unwrap()
            .contains("\"id\":\"late\"")
    );
    assert_eq!(night.number("SELECT max(readings) FROM reports"), 1);
    assert_eq!(night.number("SELECT sum(readings) FROM runs"), 39);
}

#[test]
fn sigterm_ends_a_run_that_can_be_taken_up() {
    let feed = feed(200);
    let whole = Night::new(&feed);
    done(whole.batch(&STATE));
    let night = Night::new(&feed);
    let mut running = night
        .command(&["batch", "-", "--output", "reports.jsonl"], &STATE)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    use std::io::Write;
    // Enough for some groups, the rest only after the signal.
    let (first, rest) = feed.split_at(feed.len() / 2);
    stdin.write_all(first.as_bytes()).unwrap();
    while night.number("SELECT count(*) FROM documents") == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let sent = Command::new("kill")
        .args(["-TERM", &running.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    // It may have gone already.
    let _ = stdin.write_all(rest.as_bytes());
    drop(stdin);
    let output = running.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(
        stderr(&output).ends_with(
            "error: stopped by a signal; the same command with --resume goes on from here\n"
        ),
        "{}",
        stderr(&output)
    );
    assert!(!night.path("reports.jsonl").exists());
    assert_eq!(std::fs::read_dir(night.0.path()).unwrap().count(), 3);
    let mut again = night
        .command(&["batch", "-", "--output", "reports.jsonl"], &RESUME)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    again
        .stdin
        .take()
        .unwrap()
        .write_all(feed.as_bytes())
        .unwrap();
    let output = again.wait_with_output().unwrap();
    assert!(
        stderr(&output).starts_with("note: taking up the run"),
        "{}",
        stderr(&output)
    );
    assert!(night.text("reports.jsonl") == whole.text("reports.jsonl"));
    assert_eq!(night.number("SELECT max(readings) FROM reports"), 1);
}

#[test]
fn sigterm_is_heard_while_a_pipe_is_waited_for() {
    use std::io::Write;
    for first in [
        None,
        Some("{\"id\":\"a\",\"text\":\"The ferry left at noon.\"}\n{\"id\":"),
    ] {
        let night = Night::new("");
        let pipe = night.path("pipe.jsonl");
        let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let running = night
            .command(
                &["batch", "pipe.jsonl", "--output", "reports.jsonl"],
                &STATE,
            )
            .spawn()
            .unwrap();
        // One that nobody writes to, and one whose writer stops in the middle of a line.
        let mut writer = None;
        if let Some(first) = first {
            let mut pipe = std::fs::File::options().write(true).open(&pipe).unwrap();
            pipe.write_all(first.as_bytes()).unwrap();
            writer = Some(pipe);
        }
        while night.number("SELECT count(*) FROM runs") == 0 {
            std::thread::sleep(Duration::from_millis(5));
        }
        std::thread::sleep(Duration::from_millis(500));
        let sent = Command::new("kill")
            .args(["-TERM", &running.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        let begun = Instant::now();
        let output = running.wait_with_output().unwrap();
        assert!(begun.elapsed() < Duration::from_secs(20));
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("stopped by a signal"));
        let documents = night.number("SELECT count(*) FROM documents");
        assert_eq!(documents, i64::from(first.is_some()));
        drop(writer);
    }
}

#[test]
fn a_pipe_that_is_named_is_read_once_and_whole() {
    let feed = feed(50);
    let whole = Night::new(&feed);
    done(whole.batch(&[]));
    let night = Night::new("");
    let pipe = night.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let running = night
        .command(&["batch", "pipe", "--output", "reports.jsonl"], &STATE)
        .spawn()
        .unwrap();
    std::fs::write(&pipe, &feed).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(night.text("reports.jsonl") == whole.text("reports.jsonl"));
}
