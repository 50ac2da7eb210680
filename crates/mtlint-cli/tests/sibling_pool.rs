//! Siblings from a pool as a user sees them: a feed, a pool, and the lines that
//! come out. Run with `cargo test --features test-stub`.
#![cfg(unix)]
// Helpers here are test code too, which the lint sees only in test functions.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use flate2::Compression;
use flate2::write::GzEncoder;
use rusqlite::Connection;
use serde_json::{Value, json};

const TRAM: &str = "The new tramway of Ostrava has run off Thursday the rails at the stop \
    Hulvaky, gibberish twaddle gibberish says the direction. Eleven travellers are hurt, one \
    heavily. The driver Marek Dvorsky rang the gibberish ahead of the bend. The line 11 stays \
    closed until Sunday.";
const TRAM_CLEAN: &str = "Eleven passengers were injured, one of them seriously, when a tram \
    derailed at the Hulvaky stop in Ostrava on Thursday. Driver Marek Dvorsky rang the bell ahead \
    of the bend, the operator said. Line 11 will remain closed until Sunday.";
const TRAM_OTHER: &str = "A tram derailed in Ostrava's Hulvaky district on Thursday and eleven \
    people were taken to hospital. The operator said Marek Dvorsky had driven line 11 for nine \
    years. Repairs to the curve are expected to last until Sunday.";
const ORCHARD: &str = "Frost in April has destroyed four fifths of the apricot blossom in the \
    Wachau, growers said in Spitz. Franz Reisinger, who has 2,600 trees, kept fires burning for \
    three nights. The chamber of agriculture puts the loss at seven million euros.";
const BRIDGE: &str = "The lift bridge of Nordhaven jammed at noon with two trawlers below it. \
    Engineer Pia Lindqvist found a gibberish bolt in the western gear. Traffic was sent round by \
    Skarvik for six hours.";

/// A folder with a feed and a pool in it.
struct PoolFolder(tempfile::TempDir);

impl PoolFolder {
    fn new(feed: &[Value], pool: &[Value]) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("feed.jsonl", feed);
        folder.write("pool.jsonl", pool);
        folder
    }

    fn write(&self, name: &str, records: &[Value]) {
        let lines: Vec<String> = records.iter().map(|record| format!("{record}\n")).collect();
        std::fs::write(self.0.path().join(name), lines.concat()).unwrap();
    }

    fn mtlint(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_mtlint"))
            .args(arguments)
            .args(["--model", "stub", "--sensitivity", "thorough"])
            .current_dir(self.0.path())
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// The lines of a batch over the feed, and what it said.
    fn batch(&self, more: &[&str]) -> (Vec<Value>, String) {
        let arguments = [&["batch", "feed.jsonl", "--output", "reports.jsonl"], more].concat();
        let done = self.mtlint(&arguments);
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(0), "{stderr}");
        let lines = std::fs::read_to_string(self.0.path().join("reports.jsonl")).unwrap();
        let lines = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        (lines.collect(), stderr)
    }

    fn refused(&self, arguments: &[&str]) -> String {
        let done = self.mtlint(arguments);
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(!self.0.path().join("reports.jsonl").exists());
        String::from_utf8(done.stderr).unwrap()
    }

    fn readings(&self) -> i64 {
        let state = Connection::open(self.0.path().join("night.state")).unwrap();
        let readings = "SELECT coalesce(sum(readings), 0) FROM reports";
        state.query_row(readings, [], |row| row.get(0)).unwrap()
    }
}

fn record(id: &str, text: &str) -> Value {
    json!({"id": id, "text": text})
}

const POOL: [&str; 2] = ["--pool", "pool.jsonl"];

/// The line without what the batch alone knows.
fn bare(line: &Value, id: &str) -> Value {
    let mut line = line.clone();
    let fields = line.as_object_mut().unwrap();
    fields.remove("copy_of");
    fields.remove("sibling");
    fields["id"] = json!(id);
    line
}

#[test]
fn a_document_is_judged_with_the_article_on_its_story_and_with_no_other() {
    let folder = PoolFolder::new(
        &[record("tram", TRAM), record("bridge", BRIDGE)],
        &[json!({"text": ORCHARD}), json!({"text": TRAM_CLEAN})],
    );
    let (lines, stderr) = folder.batch(&POOL);
    assert_eq!(lines[0]["sibling"], "pool.jsonl:2");
    assert_eq!(lines[1].get("sibling"), None);
    assert_eq!(
        stderr,
        "note: articles in the pool: 2\n\
         note: 2 judged, 0 not judged, 0 failed; 1 with a sibling from the pool\n"
    );
    // The same as is said of both files by themselves.
    std::fs::write(folder.0.path().join("tram.txt"), TRAM).unwrap();
    std::fs::write(folder.0.path().join("pool.jsonl:2"), TRAM_CLEAN).unwrap();
    let alone = folder.mtlint(&[
        "highlight",
        "tram.txt",
        "--sibling",
        "pool.jsonl:2",
        "--format",
        "jsonl",
    ]);
    let alone: Value = serde_json::from_slice(&alone.stdout).unwrap();
    assert_eq!(bare(&lines[0], "tram.txt"), alone);
    // And not what is said without the sibling.
    let (without, _) = folder.batch(&[]);
    assert_ne!(bare(&lines[0], "tram"), without[0]);
    assert_eq!(lines[1], without[1]);
}

#[test]
fn own_siblings_are_kept_and_the_days_are_looked_at() {
    let mut own = record("own", TRAM);
    own["siblings"] = json!([{"id": "brought", "text": TRAM_CLEAN}]);
    let mut late = record("late", TRAM);
    late["date"] = json!("2026-03-31T08:00:00Z");
    let mut early = record("early", TRAM_CLEAN);
    early["date"] = json!("2026-03-01");
    let folder = PoolFolder::new(&[own, late], &[early]);
    let (lines, _) = folder.batch(&POOL);
    assert_eq!(lines[0].get("sibling"), None);
    assert_eq!(lines[1].get("sibling"), None);
    let (lines, _) = folder.batch(&[&POOL[..], &["--pool-days", "30"]].concat());
    assert_eq!(lines[0].get("sibling"), None);
    assert_eq!(lines[1]["sibling"], "early");
}

#[test]
fn a_date_that_cannot_be_told_is_not_guessed_and_said() {
    let mut late = record("late", TRAM);
    late["date"] = json!("31/03/2026");
    let mut early = record("early", TRAM_CLEAN);
    early["date"] = json!("2026-03-01");
    let mut odd = record("odd", ORCHARD);
    odd["date"] = json!(1_772_323_200);
    let folder = PoolFolder::new(&[late], &[early, odd]);
    let (lines, stderr) = folder.batch(&POOL);
    assert_eq!(lines[0]["sibling"], "early");
    for said in [
        "in the pool, dates not written as 2026-03-31, which count as none: 1, the first: \
         1772323200 (odd)",
        "among the documents, dates not written as 2026-03-31, which count as none: 1, the \
         first: 31/03/2026 (late)",
    ] {
        assert!(stderr.contains(said), "{stderr}");
    }
}

#[test]
fn near_copies_are_linked_and_judged_and_the_cleaner_one_serves() {
    let cleaned = TRAM.replace("gibberish twaddle gibberish says", "says");
    let folder = PoolFolder::new(
        &[
            record("first", TRAM),
            record("orchard", ORCHARD),
            record("second", &cleaned),
            record("again", TRAM),
        ],
        &[],
    );
    let (lines, stderr) = folder.batch(&["--pool", "batch"]);
    let all =
        |field: &str| -> Vec<Value> { lines.iter().map(|line| line[field].clone()).collect() };
    let first = json!("first");
    assert_eq!(
        all("copy_of"),
        [Value::Null, Value::Null, first.clone(), first]
    );
    // The model finds the copy without the garbled word cleaner.
    let second = json!("second");
    assert_eq!(
        all("sibling"),
        [second.clone(), Value::Null, Value::Null, second]
    );
    assert!(lines.iter().all(|line| line["status"] == "scored"));
    assert_eq!(bare(&lines[0], "x"), bare(&lines[3], "x"));
    assert!(
        stderr.contains("; 2 with a sibling from the pool; near copies: 2\n"),
        "{stderr}"
    );
    // The file itself is the batch too.
    let (named, _) = folder.batch(&["--pool", "./feed.jsonl"]);
    assert_eq!(named, lines);
}

#[test]
fn of_several_articles_the_cleanest_serves() {
    let garbled = TRAM_CLEAN.replace(
        "rang the bell",
        "gibberish twaddle gibberish the twaddle gibberish",
    );
    let folder = PoolFolder::new(
        &[record("tram", TRAM)],
        &[record("garbled", &garbled), record("clean", TRAM_OTHER)],
    );
    let (lines, _) = folder.batch(&POOL);
    let quality = |text: &str| -> f64 {
        std::fs::write(folder.0.path().join("one.txt"), text).unwrap();
        let done = folder.mtlint(&["score", "one.txt", "--format", "jsonl"]);
        let line: Value = serde_json::from_slice(&done.stdout).unwrap();
        line["score"]["quality"].as_f64().unwrap()
    };
    assert!(quality(&garbled) < quality(TRAM_OTHER) - 5.0);
    assert_eq!(lines[0]["sibling"], "clean");
}

#[test]
fn a_second_night_reads_nothing_and_a_changed_article_only_what_it_serves() {
    let feed = [
        record("tram", TRAM),
        record("bridge", BRIDGE),
        record(
            "orchard",
            &ORCHARD.replace("has destroyed", "gibberish destroyed"),
        ),
    ];
    let folder = PoolFolder::new(&feed, &[record("wire/1", TRAM_CLEAN)]);
    let more = [&POOL[..], &["--state", "night.state"]].concat();
    let (first, _) = folder.batch(&more);
    assert_eq!(folder.readings(), 3);
    let (second, stderr) = folder.batch(&more);
    assert_eq!(first, second);
    assert_eq!(folder.readings(), 3);
    assert!(
        stderr.contains("; 3 of them known from the state;"),
        "{stderr}"
    );
    folder.write(
        "pool.jsonl",
        &[record(
            "wire/1",
            &TRAM_CLEAN.replace("until Sunday", "until Monday"),
        )],
    );
    let (third, stderr) = folder.batch(&more);
    assert_eq!(folder.readings(), 4);
    assert!(
        stderr.contains("; 2 of them known from the state;"),
        "{stderr}"
    );
    assert_eq!(third[0]["sibling"], "wire/1");
    assert_eq!(third[1..], second[1..]);
    // What a choice was made by is kept as well.
    folder.write(
        "pool.jsonl",
        &[record("wire/1", TRAM_CLEAN), record("wire/2", TRAM_OTHER)],
    );
    let (chosen, _) = folder.batch(&more);
    let readings = folder.readings();
    assert!((6..=7).contains(&readings), "{readings}");
    assert_eq!(folder.batch(&more).0, chosen);
    assert_eq!(folder.readings(), readings);
    // And within the batch itself nothing is read twice.
    folder.write(
        "feed.jsonl",
        &[feed[0].clone(), feed[1].clone(), record("late", TRAM_OTHER)],
    );
    let own = ["--pool", "batch", "--state", "night.state"];
    folder.batch(&own);
    let once = folder.readings();
    folder.batch(&own);
    assert_eq!(folder.readings(), once);
    let state = Connection::open(folder.0.path().join("night.state")).unwrap();
    let most: i64 = state
        .query_row("SELECT max(readings) FROM reports", [], |row| row.get(0))
        .unwrap();
    assert_eq!(most, 1);
}

#[test]
fn what_is_about_to_be_read_is_not_read_twice_to_know_how_clean_it_is() {
    // The first finds nobody within its days, and waits to be read when the second
    // has to know which of two is cleaner.
    let mut late = record("late", TRAM_CLEAN);
    late["date"] = json!("2026-06-01");
    let mut early = record("wire/2", TRAM_OTHER);
    early["date"] = json!("2026-01-01");
    let folder = PoolFolder::new(
        &[late, record("tram", TRAM)],
        &[record("wire/1", TRAM_CLEAN), early],
    );
    let more = [&POOL[..], &["--state", "night.state"]].concat();
    let (lines, _) = folder.batch(&more);
    assert_eq!(lines[0]["id"], "late");
    assert_eq!(lines[0]["copy_of"], "wire/1");
    assert_eq!(lines[0].get("sibling"), None);
    assert_eq!(lines[1]["sibling"], "wire/1");
    // Both articles alone, one of them as a document, and the other document.
    assert_eq!(folder.readings(), 3);
    assert_eq!(folder.batch(&POOL).0, lines);
}

#[test]
fn what_cannot_be_a_pool_is_refused_before_anything_is_read() {
    let folder = PoolFolder::new(&[record("tram", TRAM)], &[]);
    std::fs::create_dir(folder.0.path().join("none")).unwrap();
    std::fs::write(folder.0.path().join("bad.jsonl"), "{\"txt\":1}\n").unwrap();
    for (pool, problem) in [
        (
            "pool.jsonl",
            "the pool pool.jsonl holds no article: there is nothing in it",
        ),
        (
            "bad.jsonl",
            "the pool bad.jsonl holds no article: bad.jsonl: line 1 is not a record: it has no \
             \"text\"",
        ),
        (
            "gone.jsonl",
            "the pool cannot be read: cannot read gone.jsonl: No such file",
        ),
        (
            "gone.txt",
            "the pool gone.txt holds no article: gone.txt: no such file\n",
        ),
        (
            "none",
            "the pool none holds no article: the folder none holds no text",
        ),
        (
            "*.md",
            "the pool *.md holds no article: no file fits the pattern *.md",
        ),
    ] {
        let stderr = folder.refused(&[
            "batch",
            "feed.jsonl",
            "--output",
            "reports.jsonl",
            "--pool",
            pool,
        ]);
        assert!(stderr.starts_with(&format!("error: {problem}")), "{stderr}");
    }
    for (pool, problem) in [
        (
            "batch",
            "and - can be read only once; write it to a file first\n",
        ),
        (
            "-",
            "error: standard input (-) can be read only once, as an input or as a pool\n",
        ),
    ] {
        let stderr = folder.refused(&["batch", "-", "--output", "reports.jsonl", "--pool", pool]);
        assert!(stderr.ends_with(problem), "{stderr}");
    }
    let state = folder.refused(&[
        "batch",
        "feed.jsonl",
        "--output",
        "reports.jsonl",
        "--pool",
        "bad.jsonl",
        "--state",
        "bad.jsonl",
    ]);
    assert!(
        state.contains("is also an input, a pool or the output"),
        "{state}"
    );
}

#[test]
fn a_bad_record_of_the_pool_is_counted_and_the_rest_is_used() {
    let folder = PoolFolder::new(&[record("tram", TRAM)], &[]);
    let swedish = "Elva resenärer skadades när en spårvagn spårade ur vid hållplatsen Hulvaky i \
        Ostrava i torsdags. Föraren Marek Dvorsky ringde i klockan före kurvan, säger bolaget. \
        Linje 11 är avstängd till på söndag, och bussar ersätter vagnarna under tiden.";
    let lines = format!(
        "{}\nnot json\n{}\n{}\n",
        record("swedish", swedish),
        record("empty", " "),
        record("wire/1", TRAM_CLEAN)
    );
    std::fs::write(folder.0.path().join("pool.jsonl"), lines).unwrap();
    let (lines, stderr) = folder.batch(&POOL);
    assert_eq!(lines[0]["sibling"], "wire/1");
    assert!(
        stderr.starts_with(
            "note: articles in the pool: 1; left out: 3, the first: pool.jsonl: swedish is not \
             in English\n"
        ),
        "{stderr}"
    );
}

#[test]
fn packed_lines_and_tables_are_pools_too() {
    let mut tram = record("tram", TRAM);
    tram["date"] = json!("2026-03-31");
    let folder = PoolFolder::new(&[tram, record("bridge", BRIDGE)], &[]);
    let write = |name: &str, content: &str| {
        let file = std::fs::File::create(folder.0.path().join(name)).unwrap();
        let mut packed = GzEncoder::new(file, Compression::default());
        packed.write_all(content.as_bytes()).unwrap();
        packed.finish().unwrap();
    };
    let lines = format!(
        "{}\n{}\n",
        json!({"text": ORCHARD}),
        json!({"text": TRAM_CLEAN})
    );
    write("wire.jsonl.gz", &lines);
    let (packed, stderr) = folder.batch(&["--pool", "wire.jsonl.gz"]);
    assert_eq!(packed[0]["sibling"], "wire.jsonl.gz:2");
    assert_eq!(packed[1].get("sibling"), None);
    assert!(
        stderr.starts_with("note: articles in the pool: 2\n"),
        "{stderr}"
    );
    // A row is called by the line on which it begins.
    let table = |date: &str| format!("date,text\n,\"{ORCHARD}\"\n{date},\"{TRAM_CLEAN}\"\n");
    std::fs::write(folder.0.path().join("wire.csv"), table("2026-03-30")).unwrap();
    write("wire.csv.gz", &table("2026-03-30"));
    for name in ["wire.csv", "wire.csv.gz"] {
        let (rows, _) = folder.batch(&["--pool", name]);
        assert_eq!(rows[0]["sibling"], format!("{name}:3"));
        // Nothing but the article's name differs.
        let renamed = packed[0]
            .to_string()
            .replace("wire.jsonl.gz:2", &format!("{name}:3"));
        assert_eq!(rows[0].to_string(), renamed);
    }
    write("wire.csv.gz", &table("2026-01-30"));
    let (late, _) = folder.batch(&["--pool", "wire.csv.gz"]);
    assert_eq!(late[0].get("sibling"), None);
    std::fs::write(folder.0.path().join("bad.csv"), "text\na,b\n").unwrap();
    let arguments = [
        "batch",
        "wire.csv",
        "--output",
        "reports.jsonl",
        "--pool",
        "bad.csv",
    ];
    std::fs::remove_file(folder.0.path().join("reports.jsonl")).unwrap();
    let stderr = folder.refused(&arguments);
    assert!(
        stderr
            .starts_with("error: the pool bad.csv holds no article: bad.csv: line 2 is not a row"),
        "{stderr}"
    );
}

#[test]
fn nothing_is_left_in_the_temporary_folder() {
    let folder = PoolFolder::new(&[record("tram", TRAM)], &[record("wire/1", TRAM_CLEAN)]);
    let temporary = tempfile::tempdir().unwrap();
    let done = Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .args(["batch", "feed.jsonl", "--output", "-", "--model", "stub"])
        .args(POOL)
        .env("TMPDIR", temporary.path())
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert!(
        String::from_utf8(done.stdout)
            .unwrap()
            .contains("\"wire/1\"")
    );
    assert_eq!(std::fs::read_dir(temporary.path()).unwrap().count(), 0);
    // No place for the index is an error that says so.
    let done = Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .args(["batch", "feed.jsonl", "--output", "-", "--model", "stub"])
        .args(POOL)
        .env("TMPDIR", temporary.path().join("gone"))
        .current_dir(folder.0.path())
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    let stderr = String::from_utf8(done.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot make a temporary folder for the index of the pool: "),
        "{stderr}"
    );
}
