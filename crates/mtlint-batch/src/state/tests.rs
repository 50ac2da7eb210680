//! Runs that end, are cut short, and meet damage.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::Connection;

use super::*;
use crate::run_report::LastRun;
use crate::{BatchError, Job, JsonLinesRecords, ReportLine};
use mtlint::linter::{Linter, Options, Sensitivity};
use mtlint::lm::stub::Stub;
use mtlint::report::{Status, json};

const NIGHT: i64 = 1_790_000_000;

struct Night {
    folder: tempfile::TempDir,
}

impl Night {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("night.state")
    }

    fn open(&self) -> (State, Option<DamagedState>) {
        State::open(&self.path()).unwrap()
    }

    fn begin(&self, version: &str, resume: bool, now: i64) -> Run {
        let fingerprint = Fingerprint::new([("version", version.to_owned())]);
        let inputs = ["feed.jsonl".to_owned()];
        let (state, _) = self.open();
        state.run(fingerprint, &inputs, resume, now).unwrap()
    }

    /// A whole run over `lines`: what was judged, in order.
    fn judged(&self, lines: &str) -> Vec<ReportLine> {
        let mut run = self.begin("1", false, NIGHT);
        let judged = judge(&mut run, lines).unwrap();
        run.end(true, NIGHT).unwrap();
        judged
    }

    fn number(&self, query: &str) -> i64 {
        let connection = Connection::open(self.path()).unwrap();
        connection.query_row(query, [], |row| row.get(0)).unwrap()
    }
}

fn judge(run: &mut Run, lines: &str) -> Result<Vec<ReportLine>, BatchError> {
    let options = Options {
        language: Some("eng".to_owned()),
        ..Options::with_sensitivity(Sensitivity::Thorough)
    };
    let lm = Stub::new([("gibberish", 75.0), ("Varsovie", 75.0)]);
    let linter = Linter::new(Arc::new(lm)).unwrap();
    let job = Job {
        linter: &linter,
        options: &options,
        json: json::Options::default(),
        run: Some(run),
        siblings: None,
        stop: &AtomicBool::new(false),
        on_report: None,
    };
    let mut all = Vec::new();
    let records = JsonLinesRecords::new("feed.jsonl", lines.as_bytes(), 10_000);
    job.lint_all(records, |judged| {
        all.push(judged);
        Ok::<_, BatchError>(())
    })?;
    Ok(all)
}

fn lines(judged: &[ReportLine]) -> Vec<&str> {
    judged.iter().map(|judged| judged.line.as_str()).collect()
}

fn kept(judged: &[ReportLine]) -> Vec<bool> {
    judged.iter().map(|judged| judged.from_state).collect()
}

#[test]
fn a_second_night_reads_only_what_is_new() {
    let night = Night::new();
    let first = "{\"id\":\"a\",\"text\":\"The lake was gibberish.\"}\n\
                 {\"id\":\"b\",\"text\":\"\"}\n\
                 {\"id\":\"c\"}\n";
    let one = night.judged(first);
    assert_eq!(kept(&one), [false, false, false]);
    let second = first.to_owned() + "{\"id\":\"d\",\"text\":\"The dam held.\"}\n";
    let two = night.judged(&second);
    assert_eq!(lines(&two)[..3], lines(&one)[..]);
    // The failure is tried again; that it cannot be judged is known of an
    // empty text.
    assert_eq!(kept(&two), [true, true, false, false]);
    assert_eq!(two[2].summary.status, Status::Failed);
    assert_eq!(two[0].summary, one[0].summary);
    assert_eq!(night.number("SELECT sum(readings) FROM reports"), 3);
    assert_eq!(
        night.number("SELECT count(*) FROM reports WHERE status = 'failed'"),
        0
    );
}

#[test]
fn the_same_text_with_the_same_siblings_has_the_same_report_under_its_own_id() {
    let text = "Firefighters came from Varsovie on Monday.";
    let line = |id: &str, sibling: &str| {
        format!("{{\"id\":\"{id}\",\"text\":\"{text}\",\"siblings\":[{sibling}]}}\n")
    };
    let named = "{\"id\":\"agency\",\"text\":\"Firefighters came from Warsaw on Monday.\"}";
    let bare = "\"Firefighters came from Warsaw on Monday.\"";
    let records = [("a", named), ("b", named), ("c", bare), ("d", bare)];
    let feed: String = records
        .iter()
        .map(|(id, sibling)| line(id, sibling))
        .collect();
    let night = Night::new();
    let judged = night.judged(&feed);
    // A bare sibling is called after its document, and the report says so.
    assert_eq!(night.number("SELECT count(*) FROM reports"), 3);
    assert!(judged[3].line.contains("\"id\":\"d#sibling-1\""));
    // As each is judged alone, without the others and without their state.
    for (judged, (id, sibling)) in judged.iter().zip(records) {
        let alone = Night::new().judged(&line(id, sibling));
        assert_eq!(judged.line, alone[0].line);
    }
    // Other siblings, another report, also where only they have changed.
    let changed = night.judged(&line("a", "\"Nothing of that kind.\""));
    assert_eq!(kept(&changed), [false]);
    assert_ne!(changed[0].line, judged[0].line);
}

#[test]
fn another_fingerprint_reads_everything_again() {
    let night = Night::new();
    let feed = "{\"text\":\"The dam held.\"}\n";
    night.judged(feed);
    for (version, known) in [("1", true), ("2", false), ("2", true), ("1", true)] {
        let mut run = night.begin(version, false, NIGHT);
        assert_eq!(kept(&judge(&mut run, feed).unwrap()), [known], "{version}");
    }
}

#[test]
fn only_a_run_that_came_to_no_end_is_taken_up() {
    let night = Night::new();
    let feed = "{\"text\":\"The dam held.\"}\n{\"text\":\"Rain fell.\"}\n";
    let mut cut_short = night.begin("1", true, NIGHT);
    assert!(!cut_short.resumed());
    judge(&mut cut_short, feed).unwrap();
    drop(cut_short);
    // Not without being asked to, and not as something else.
    assert!(!night.begin("2", true, NIGHT).resumed());
    assert!(!night.begin("1", false, NIGHT).resumed());
    let mut again = night.begin("1", true, NIGHT);
    assert!(again.resumed());
    // The input has become shorter: so has what is told of the run.
    let judged = judge(&mut again, &feed[..feed.find('\n').unwrap() + 1]).unwrap();
    assert_eq!(kept(&judged), [true]);
    again.end(true, NIGHT).unwrap();
    assert_eq!(
        night.number("SELECT count(*) FROM documents WHERE run = (SELECT max(number) FROM runs)"),
        1
    );
    assert!(!night.begin("1", true, NIGHT).resumed());
}

#[test]
fn a_clock_that_was_moved_back_changes_no_order() {
    let night = Night::new();
    let feed = "{\"text\":\"The dam held.\"}\n";
    night.judged(feed);
    let mut run = night.begin("1", true, NIGHT - 86_400);
    assert_eq!(kept(&judge(&mut run, feed).unwrap()), [true]);
    drop(run);
    assert!(night.begin("1", true, 0).resumed());
    assert_eq!(night.number("SELECT max(number) FROM runs"), 2);
}

#[test]
fn a_second_run_at_the_same_time_is_refused() {
    let night = Night::new();
    let run = night.begin("1", false, NIGHT);
    let refused = State::open(&night.path()).unwrap_err();
    assert!(matches!(refused, StateError::Busy { .. }), "{refused}");
    drop(run);
    night.open();
}

#[test]
fn what_is_not_a_state_is_told_apart_from_a_damaged_one() {
    let night = Night::new();
    let path = night.path();
    // A damaged one is kept aside, and a second one does not take the place of the first.
    let mut asides = Vec::new();
    for _ in 0..2 {
        drop(night.open());
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(5_000);
        std::fs::write(&path, bytes).unwrap();
        asides.push(night.open().1.unwrap().path);
    }
    assert_ne!(asides[0], asides[1]);
    std::fs::write(&path, "").unwrap();
    assert_eq!(night.open().1, None);
    drop(night);

    let night = Night::new();
    let other = Connection::open(night.path()).unwrap();
    other.execute_batch("CREATE TABLE recipes (name)").unwrap();
    drop(other);
    let refused = State::open(&night.path()).unwrap_err();
    assert!(matches!(refused, StateError::Foreign { .. }), "{refused}");

    let night = Night::new();
    drop(night.open());
    let newer = Connection::open(night.path()).unwrap();
    newer.pragma_update(None, "user_version", 3).unwrap();
    drop(newer);
    let refused = State::open(&night.path()).unwrap_err();
    assert!(
        matches!(
            refused,
            StateError::Layout {
                expected: 2,
                got: 3,
                ..
            }
        ),
        "{refused}"
    );
}

/// Whatever byte of the file is wrong, the night's reports are right: the state
/// is kept aside, or the rows that are damaged are made anew.
#[test]
fn no_damaged_byte_changes_a_report() {
    let night = Night::new();
    let mut feed = String::new();
    for number in 0..12 {
        feed += &format!("{{\"text\":\"Boat {number} was gibberish on the lake.\"}}\n");
    }
    let right = night.judged(&feed);
    let whole = std::fs::read(night.path()).unwrap();
    let (mut kept_aside, mut made_anew) = (0, 0);
    // A prime step meets headers, trees and rows alike.
    for place in (0..whole.len()).step_by(211) {
        let damaged = Night::new();
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        std::fs::write(damaged.path(), bytes).unwrap();
        let (state, aside) = match State::open(&damaged.path()) {
            Ok(opened) => opened,
            // The number of the layout itself.
            Err(StateError::Layout { .. }) => continue,
            Err(error) => panic!("byte {place}: {error}"),
        };
        kept_aside += usize::from(aside.is_some());
        let fingerprint = Fingerprint::new([("version", "1".to_owned())]);
        let mut run = state.run(fingerprint, &[], false, NIGHT).unwrap();
        let judged = judge(&mut run, &feed).unwrap();
        assert_eq!(lines(&judged), lines(&right), "byte {place}");
        made_anew += run.damaged();
        run.end(true, NIGHT).unwrap();
    }
    assert!(
        kept_aside > 0 && made_anew > 0,
        "{kept_aside} kept aside, {made_anew} made anew"
    );
}

/// A file that somebody named by mistake stays where and as it is, and nothing is made
/// beside it: a text, a database of another program that is damaged, one whose bytes look
/// like our mark.
#[test]
fn a_file_of_the_users_is_never_moved() {
    let night = Night::new();
    let other = Connection::open(night.path()).unwrap();
    other
        .execute_batch("CREATE TABLE recipes (name); INSERT INTO recipes VALUES ('soup')")
        .unwrap();
    drop(other);
    let mut database = std::fs::read(night.path()).unwrap();
    database.truncate(5_000);
    let mut marked = b"x".repeat(200);
    marked[68..72].copy_from_slice(b"mtli");
    let cases: [&[u8]; 6] = [
        b"my only copy\n",
        b"{\"text\":\"A feed by mistake.\"}\n",
        b"SQLite format 3 is what I write about.\n",
        &[0; 4096],
        &database,
        &marked,
    ];
    for bytes in cases {
        let night = Night::new();
        std::fs::write(night.path(), bytes).unwrap();
        let refused = State::open(&night.path()).unwrap_err();
        assert!(matches!(refused, StateError::Foreign { .. }), "{refused}");
        let refused = StateReader::open(&night.path()).unwrap_err();
        assert!(matches!(refused, StateError::Foreign { .. }), "{refused}");
        assert_eq!(std::fs::read(night.path()).unwrap(), bytes);
        let name = night.path().with_file_name("night.state.damaged-1");
        assert!(!name.exists());
    }
    // Of what is no database at all, not even a lock is made.
    let night = Night::new();
    std::fs::write(night.path(), "a text").unwrap();
    State::open(&night.path()).unwrap_err();
    assert_eq!(night.folder.path().read_dir().unwrap().count(), 1);
    let folder = night.folder.path();
    let refused = State::open(folder).unwrap_err();
    assert!(matches!(refused, StateError::Unusable { .. }), "{refused}");
}

#[test]
fn a_full_disk_ends_the_run_and_the_state_stays_whole() {
    let night = Night::new();
    let mut feed = String::new();
    for number in 0..500 {
        feed += &format!("{{\"text\":\"Boat {number} was gibberish on the lake.\"}}\n");
    }
    let mut run = night.begin("1", false, NIGHT);
    // SQLite says the same as for a disk without room.
    let connection = &run.state.connection;
    connection
        .pragma_update(None, "max_page_count", 60)
        .unwrap();
    let failed = judge(&mut run, &feed).unwrap_err();
    let cause = std::error::Error::source(&failed).unwrap().to_string();
    assert!(cause.contains("is full"), "{failed}: {cause}");
    drop(run);
    let committed = night.number("SELECT count(*) FROM reports");
    assert!((1..500).contains(&committed), "{committed}");
    let mut again = night.begin("1", true, NIGHT);
    assert!(again.resumed());
    let judged = judge(&mut again, &feed).unwrap();
    let known = judged.iter().filter(|judged| judged.from_state).count();
    assert_eq!(known as i64, committed);
    assert_eq!(lines(&judged), lines(&Night::new().judged(&feed)));
}

#[test]
fn a_run_waits_for_whoever_reads_and_readers_for_nobody() {
    let night = Night::new();
    night.judged("{\"text\":\"The dam held.\"}\n");
    let one = StateReader::open(&night.path()).unwrap();
    let two = StateReader::open(&night.path()).unwrap();
    let path = night.path();
    let run = std::thread::spawn(move || State::open(&path).map(drop));
    for reader in [one, two] {
        assert!(!run.is_finished());
        assert_eq!(reader.last_run().unwrap().number, 1);
        drop(reader);
    }
    run.join().unwrap().unwrap();
    let run = night.begin("1", false, NIGHT);
    let refused = StateReader::open(&night.path()).unwrap_err();
    assert!(matches!(refused, StateError::Busy { .. }), "{refused}");
    drop(run);
}

/// Whatever byte of the file is wrong, there is an error or a report in which
/// every document has its place.
#[test]
fn no_damaged_byte_hides_a_document_from_the_run_report() {
    let night = Night::new();
    let mut feed = String::new();
    for number in 0..12 {
        feed += &format!("{{\"text\":\"Boat {number} was gibberish on the lake.\"}}\n");
    }
    night.judged(&feed);
    let whole = std::fs::read(night.path()).unwrap();
    let (mut refused, mut left_out) = (0, 0);
    for place in (0..whole.len()).step_by(211) {
        let damaged = Night::new();
        let mut bytes = whole.clone();
        bytes[place] ^= 0x55;
        std::fs::write(damaged.path(), bytes).unwrap();
        let run = StateReader::open(&damaged.path()).and_then(|reader| LastRun::of(&reader, 20));
        let Ok(LastRun { report, .. }) = run else {
            refused += 1;
            continue;
        };
        let totals = &report.totals;
        assert_eq!(totals.documents, 12, "byte {place}");
        assert_eq!(totals.judged + totals.failed, 12, "byte {place}");
        left_out += totals.failed;
        // The place of a number or letter in an id may be wrong; no quality is.
        assert!(report.worst.iter().all(|document| document.quality > 0.0));
    }
    assert!(refused > 0 && left_out > 0, "{refused}, {left_out}");
}

#[test]
fn all_of_a_state_is_checked_only_if_it_was_not_closed() {
    let night = Night::new();
    let closed = || {
        let lock = lock::lock(&night.path()).unwrap();
        lock.seals(&night.path())
    };
    let feed = "{\"text\":\"The dam held.\"}\n";
    night.judged(feed);
    assert!(closed());
    night.judged(feed);
    assert!(closed());
    // One that was killed, or came to no end for another reason.
    drop(night.begin("1", false, NIGHT));
    assert!(!closed());
    night.judged(feed);
    assert!(closed());
    // One that was changed afterwards, if only in its time.
    let bytes = std::fs::read(night.path()).unwrap();
    std::fs::write(night.path(), bytes).unwrap();
    assert!(!closed());
}

/// A hundred nights, each with new documents and one that stays, and one document of the
/// pool that is used every night.
#[test]
fn a_state_that_forgets_old_runs_stays_small() {
    let night = Night::new();
    let keep = NonZeroU32::new(5).unwrap();
    let nights = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            let mut feed = "{\"id\":\"stays\",\"text\":\"The dam held.\"}\n".to_owned();
            for place in 0..40 {
                feed += &format!(
                    "{{\"id\":\"{place}\",\"text\":\"Boat {number}-{place} was gibberish.\"}}\n"
                );
            }
            // Every night has another version of the program, as far as a state can grow.
            let mut run = night.begin(&format!("{}", number / 30), false, NIGHT);
            run.keep_runs(keep).unwrap();
            judge(&mut run, &feed).unwrap();
            // As if the second document of the first night were in a pool.
            let commit = run.commit().unwrap();
            commit.pool_report(2).unwrap();
            commit.done().unwrap();
            run.end(true, NIGHT).unwrap();
        }
        std::fs::metadata(night.path()).unwrap().len()
    };
    let early = nights(0..10);
    let late = nights(10..100);
    assert!(late <= 2 * early, "{early} bytes grew to {late}");
    assert_eq!(night.number("SELECT count(*) FROM runs"), 5);
    assert_eq!(night.number("SELECT max(number) FROM runs"), 100);
    // That of the nights, and the one of the report from the pool.
    assert_eq!(night.number("SELECT count(*) FROM fingerprints"), 2);
    assert_eq!(night.number("SELECT count(*) FROM reports"), 5 * 40 + 2);
    let broken = "SELECT count(*) FROM pragma_foreign_key_check";
    assert_eq!(night.number(broken), 0);
    // What has changed since the run before is still told.
    let reader = StateReader::open(&night.path()).unwrap();
    let changes = LastRun::of(&reader, 20).unwrap().report.changes.unwrap();
    assert_eq!((changes.unchanged, changes.changed), (1, 40));
    drop(reader);
    // And the report that was kept is used again.
    let mut run = night.begin("3", false, NIGHT);
    run.keep_runs(NonZeroU32::MIN).unwrap();
    let feed = "{\"id\":\"stays\",\"text\":\"The dam held.\"}\n";
    assert_eq!(kept(&judge(&mut run, feed).unwrap()), [true]);
    run.end(true, NIGHT).unwrap();
    assert_eq!(night.number("SELECT count(*) FROM runs"), 2);
}

#[test]
fn nights_that_are_all_cut_short_are_forgotten_too_and_the_finished_one_is_not() {
    let night = Night::new();
    night.judged("{\"text\":\"The dam held.\"}\n");
    for number in 0..20 {
        let mut run = night.begin("1", false, NIGHT);
        run.keep_runs(NonZeroU32::new(3).unwrap()).unwrap();
        let feed = format!("{{\"text\":\"Boat {number} was gibberish.\"}}\n");
        judge(&mut run, &feed).unwrap();
    }
    assert_eq!(night.number("SELECT count(*) FROM runs"), 4);
    assert_eq!(night.number("SELECT count(*) FROM documents"), 4);
    assert_eq!(night.number("SELECT count(*) FROM runs WHERE finished"), 1);
    let mut again = night.begin("1", true, NIGHT);
    again.keep_runs(NonZeroU32::MIN).unwrap();
    assert!(again.resumed());
}

#[test]
fn a_state_of_the_former_layout_is_read_and_taken_over() {
    let night = Night::new();
    let feed = "{\"text\":\"The dam held.\"}\n";
    night.judged(feed);
    let former = Connection::open(night.path()).unwrap();
    former
        .execute_batch("DROP TABLE pool_reports; PRAGMA user_version = 1")
        .unwrap();
    drop(former);
    let reader = StateReader::open(&night.path()).unwrap();
    assert_eq!(reader.last_run().unwrap().number, 1);
    drop(reader);
    assert_eq!(kept(&night.judged(feed)), [true]);
    assert_eq!(night.number("PRAGMA user_version"), 2);
}
