//! The morning's report on nights that ended, were cut short, or are damaged.

use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use super::{Night, done, feed, stderr};

const FIRST: &str = r#"{"id":"harbour","text":"The ferry left at noon. It was gibberish for all of the people."}
{"id":"quay","text":"The quay was gibberish and twaddle when the ferry came."}
{"id":"empty","text":""}
{"id":"broken"}
{"id":"mole","text":"The gulls slept on the mole."}
{"id":"spanish","text":"El perro come la comida en la casa de mi abuela todos los días por la mañana con mucha alegría y también por la noche."}
"#;

/// `harbour` is mended, `quay` has one finding less and one more, `empty` has a
/// text now, `mole` cannot be read any more, `spanish` is gone, `pier` is new.
const SECOND: &str = r#"{"id":"harbour","text":"The ferry left at noon. It was pleasant for all of the people."}
{"id":"quay","text":"Early in the day the quay was gibberish and gibberish when the ferry came."}
{"id":"empty","text":"The dam held."}
{"id":"broken"}
{"id":"mole"}
{"id":"pier","text":"The pier was gibberish."}
"#;

fn night(feed: &str) -> Night {
    let night = Night::new(feed);
    run(&night);
    night
}

fn run(night: &Night) {
    done(night.batch(&["--state", "night.state", "--sensitivity", "thorough"]));
}

fn next(night: &Night, feed: &str) {
    std::fs::write(night.path("feed.jsonl"), feed).unwrap();
    run(night);
}

fn report(night: &Night, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .arg("report")
        .args(arguments)
        .current_dir(night.0.path())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// The report as text, the times of the clock as `NOW`.
fn text(night: &Night, more: &[&str]) -> String {
    let output = report(night, &[&["night.state"], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let mut words = String::from_utf8(output.stdout).unwrap();
    while let Some(place) = words.find("begun 2") {
        words.replace_range(
            place..place + "begun 2026-03-01 02:00 UTC".len(),
            "begun NOW",
        );
    }
    words
}

fn json(night: &Night, more: &[&str]) -> serde_json::Value {
    let arguments = [&["night.state", "--format", "json"], more].concat();
    serde_json::from_slice(&report(night, &arguments).stdout).unwrap()
}

/// Name and content of every file in the folder.
fn files(night: &Night) -> Vec<(std::ffi::OsString, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(night.0.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn the_report_tells_what_a_night_brought_and_what_has_changed() {
    let night = night(FIRST);
    assert_eq!(text(&night, &[]), include_str!("first.txt"));
    next(&night, SECOND);
    let before = files(&night);
    assert_eq!(text(&night, &[]), include_str!("second.txt"));
    let told = json(&night, &[]);
    // Nothing is written, not even beside the state.
    assert_eq!(files(&night), before);

    assert_eq!(told["schema"], "mtlint.morning/1");
    let reports = night.text("reports.jsonl");
    let lines: Vec<serde_json::Value> = reports
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |id: &str| lines.iter().find(|line| line["id"] == id).unwrap();
    let worst = told["worst"].as_array().unwrap();
    assert_eq!(worst.len(), 4);
    for poor in worst {
        let report = of(poor["id"].as_str().unwrap());
        for number in ["quality", "post_edit_rate"] {
            assert_eq!(poor[number], report["score"][number]);
        }
        for severity in ["critical", "major", "minor"] {
            let findings = report["findings"].as_array().unwrap().iter();
            let count = findings.filter(|found| found["severity"] == severity);
            assert_eq!(poor["findings"][severity], count.count());
        }
    }
    let qualities: Vec<f64> = worst
        .iter()
        .map(|poor| poor["quality"].as_f64().unwrap())
        .collect();
    assert!(qualities.is_sorted(), "{qualities:?}");
    let changes = &told["changes"];
    assert_eq!(changes["gone_documents"][0], "spanish");
    assert_eq!(changes["no_longer_judged_documents"][0], "mole");
    // As many documents in all as this run has.
    let parts = [
        "new",
        "unchanged",
        "changed",
        "now_judged",
        "no_longer_judged",
    ];
    let parts = parts.iter().map(|part| changes[part].as_u64().unwrap());
    assert_eq!(parts.sum::<u64>(), 6);
    // `top` shortens lists and no counts.
    let short = json(&night, &["--top", "1"]);
    assert_eq!(short["worst"].as_array().unwrap()[..], worst[..1]);
    assert_eq!(short["totals"], told["totals"]);
    assert_eq!(short["not_judged"][0]["documents"], 2);
    assert_eq!(short["not_judged"][0]["first"].as_array().unwrap().len(), 1);
}

#[test]
fn the_same_night_again_changes_nothing_and_another_build_says_so() {
    let night = night(FIRST);
    run(&night);
    let told = json(&night, &[]);
    let changes = &told["changes"];
    assert_eq!(changes["unchanged"], 6);
    assert_eq!(changes["judged_otherwise"].as_array().unwrap().len(), 0);
    done(night.batch(&["--state", "night.state", "--sensitivity", "precise"]));
    let told = json(&night, &[]);
    assert_eq!(told["changes"]["judged_otherwise"][0], "threshold");
    // Unsure findings are not flagged any more.
    assert_eq!(told["changes"]["new_findings"], 0);
    assert!(told["changes"]["fixed_findings"].as_u64() > Some(0));
}

#[test]
fn documents_with_one_id_are_compared_in_their_order() {
    let line = |text: &str| format!("{{\"id\":\"twin\",\"text\":\"{text}\"}}\n");
    let (one, two) = (line("The dam held."), line("The lake was gibberish."));
    let night = night(&(one.clone() + &two));
    next(&night, &(one.clone() + &two + &two));
    let told = json(&night, &[]);
    assert_eq!(told["changes"]["unchanged"], 2);
    assert_eq!(told["changes"]["new"], 1);
    next(&night, &two);
    let told = json(&night, &[]);
    assert_eq!(told["changes"]["changed"], 1);
    assert_eq!(told["changes"]["gone"], 2);
    // Lists have the order of the feed.
    next(
        &night,
        &["z", "a", "m"].map(|id| two.replace("twin", id)).concat(),
    );
    let told = json(&night, &["--top", "2"]);
    assert_eq!(
        told["changes"]["new_documents"],
        serde_json::json!(["z", "a"])
    );
    assert_eq!(
        told["changes"]["gone_documents"],
        serde_json::json!(["twin"])
    );
}

#[test]
fn gates_decide_the_exit_status() {
    let night = night(FIRST);
    let status = |more: &[&str]| {
        report(&night, &[&["night.state"], more].concat())
            .status
            .code()
    };
    let lowest = json(&night, &[])["worst"][0]["quality"].as_f64().unwrap();
    let above = (lowest + 0.1).to_string();
    let below = (lowest - 0.1).to_string();
    assert_eq!(status(&["--fail-under", &above]), Some(1));
    assert_eq!(status(&["--fail-under", &below]), Some(0));
    assert_eq!(status(&["--fail-on", "minor"]), Some(1));
    assert_eq!(status(&["--fail-on", "minor", "--top", "0"]), Some(1));
    assert_eq!(status(&["--fail-on-error"]), Some(2));
    assert_eq!(status(&["--fail-on-error", "--fail-on", "minor"]), Some(2));
    // The gates of the run itself agree.
    let batch = |more: &[&str]| {
        let state = ["--state", "night.state", "--sensitivity", "thorough"];
        let mut command = night.batch(&[&state, more].concat());
        command.output().unwrap().status.code()
    };
    assert_eq!(batch(&["--fail-under", &above]), Some(1));
    assert_eq!(batch(&["--fail-under", &below]), Some(0));
}

#[test]
fn a_run_that_is_going_on_keeps_its_state_and_one_that_was_killed_is_told_of() {
    let night = Night::new(&feed(10));
    let feed = feed(200);
    done(night.batch(&["--state", "night.state"]));
    let mut running = night
        .command(
            &["batch", "-", "--output", "reports.jsonl"],
            &["--state", "night.state"],
        )
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    stdin.write_all(&feed.as_bytes()[..feed.len() / 2]).unwrap();
    let begun = "SELECT count(*) FROM runs JOIN documents ON run = number WHERE NOT finished";
    while night.number(begun) == 0 {
        std::thread::sleep(Duration::from_millis(5));
    }
    let refused = report(&night, &["night.state"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        stderr(&refused),
        "error: another run is using the state night.state; wait for its end or name another \
         state\n"
    );
    running.kill().unwrap();
    running.wait().unwrap();

    // What was committed is in the log beside the state, and stays there.
    let content = || ["night.state", "night.state-wal"].map(|name| std::fs::read(night.path(name)));
    let before = content().map(Result::unwrap);
    let told = text(&night, &["--top", "0"]);
    assert_eq!(content().map(Result::unwrap), before);
    assert!(
        told.contains("\nIt was cut short: not all of its input was read. The same 'mtlint batch'"),
        "{told}"
    );
    // The first ten and one of them again were there the night before.
    let committed = night.number(begun);
    let new = committed - 11;
    let changes = format!("documents: {new} new, those gone not known, 0 changed, 11 unchanged\n");
    assert!(told.contains(&changes), "{told}");
    assert!(
        told.contains(&format!("\n{committed} documents: ")),
        "{told}"
    );
    let status = report(&night, &["night.state", "--fail-on-error"]).status;
    assert_eq!(status.code(), Some(2));
}

#[test]
fn what_cannot_be_reported_on_says_what_to_do() {
    let night = night(FIRST);
    let error = |state: &str| {
        let output = report(&night, &[state]);
        assert_eq!(output.status.code(), Some(2), "{state}");
        assert!(output.stdout.is_empty());
        stderr(&output)
    };
    let before = files(&night);
    assert_eq!(
        error("other.state"),
        "error: there is no state other.state; 'mtlint batch INPUT --output OUT --state \
         other.state' makes it\n"
    );
    assert_eq!(
        error("feed.jsonl"),
        "error: feed.jsonl is not a state of mtlint and is left as it is; name another file\n"
    );
    assert!(error(".").starts_with("error: cannot use the state .: "));
    assert_eq!(files(&night), before);

    std::fs::write(night.path("empty.state"), "").unwrap();
    assert_eq!(
        error("empty.state"),
        "error: the state empty.state holds no run yet; 'mtlint batch INPUT --output OUT --state \
         empty.state' makes one\n"
    );
    let other = Connection::open(night.path("recipes.db")).unwrap();
    other.execute_batch("CREATE TABLE recipes (name)").unwrap();
    drop(other);
    assert!(error("recipes.db").contains("recipes.db is not a state of mtlint"));

    let mut bytes = std::fs::read(night.path("night.state")).unwrap();
    bytes[4096..12_288].fill(0x5a);
    std::fs::write(night.path("damaged.state"), &bytes).unwrap();
    let told = error("damaged.state");
    assert!(
        told.starts_with("error: the state damaged.state is damaged (")
            && told.ends_with("; the next run with it keeps it aside and begins a new one\n"),
        "{told}"
    );
    assert_eq!(std::fs::read(night.path("damaged.state")).unwrap(), bytes);
}

#[test]
fn a_damaged_report_is_left_out_and_told_of() {
    let night = night(FIRST);
    let state = Connection::open(night.path("night.state")).unwrap();
    let changed = state
        .execute(
            "UPDATE reports SET quality = 1 WHERE status = 'scored' AND number = 1",
            [],
        )
        .unwrap();
    assert_eq!(changed, 1);
    drop(state);
    let told = text(&night, &[]);
    assert!(
        told.contains(
            "failed (damaged_report): 1 document\n  harbour: its report in the state is damaged; \
             the next run makes it anew\n"
        ),
        "{told}"
    );
    assert!(
        told.contains("6 documents: 2 judged, 2 not judged, 2 failed"),
        "{told}"
    );
    run(&night);
    assert_eq!(json(&night, &[])["totals"]["judged"], 3);
}

/// Ids and phrases are anyone's.
#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let night = night(
        "{\"id\":\"a\\u001b[31m\\nb\",\"text\":\"The quay was \\u202egibberish\\u202c and twaddle.\"}\n",
    );
    let told = text(&night, &[]);
    assert!(told.contains("a\\u{1b}[31m\\u{a}b"), "{told}");
    assert!(
        told.chars()
            .all(|shown| shown == '\n' || !shown.is_control()),
        "{told:?}"
    );
}
