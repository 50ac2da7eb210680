//! Whole articles through the built program and the default model: what is found in each, and
//! what the commands print of them.
//!
//! The articles are in `tests/text`, written for these tests. Beside each is a snapshot,
//! `NAME.snap`: its quality, and a line for each finding with its place, severity, category,
//! text and first suggestion. After an intended change, `MTLINT_UPDATE=1 cargo test -p mtlint-cli --test text`
//! writes the snapshots anew, and fails, so that the change is looked at before it is kept.
//!
//! A snapshot holds nothing finer than words and a quality in whole points. All x86-64 processors
//! with AVX2 give the same numbers, but for attention in bfloat16 with AMX, which is turned off
//! here.
//!
//! The commands are in `tests/text/cmd`, a file for each kind of use; they run here, where the
//! articles are called `tests/text/…`. Numbers in what they print are `[..]`, which stands for
//! anything; `TRYCMD=overwrite` writes the output anew, and `scripts/mask-numbers FILE...` puts
//! `[..]` into it.

// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// Skipped tests are to be seen in the test run.
#![allow(clippy::print_stderr)]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use similar::TextDiff;

const MTLINT: &str = env!("CARGO_BIN_EXE_mtlint");

/// Set to 1, it has the snapshots written anew.
const UPDATE: &str = "MTLINT_UPDATE";

/// Set to 1, it has a processor with AMX judge as those without. Where a phrase ends and whether
/// it is shown hangs on small differences: some in a hundred findings would be others.
const NO_AMX: &str = "MTLINT_NO_AMX";

/// The endings of articles; all else in the folder belongs to them.
const ARTICLES: [&str; 3] = ["txt", "md", "html"];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/text")
}

/// The file names in the folder that end in one of `endings`, sorted.
fn names(endings: &[&str]) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder()).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| matches!(name.rsplit_once('.'), Some((_, end)) if endings.contains(&end)))
        .collect()
}

/// Runs the program in the folder of the articles; its standard output.
fn mtlint(arguments: &[&str]) -> String {
    let mut command = Command::new(MTLINT);
    let done = command
        .args(arguments)
        .current_dir(folder())
        .env(NO_AMX, "1")
        .output();
    let done = done.unwrap();
    let stderr = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(done.stdout).unwrap()
}

/// The quality to write: `found` in whole points, or what stands in the snapshot if that is
/// near, so that 70.49 on one processor and 70.51 on another are the same.
fn quality(found: f64, snapshot: &str) -> f64 {
    let before = snapshot
        .lines()
        .find_map(|line| line.strip_prefix("quality "));
    match before.and_then(|before| before.parse::<f64>().ok()) {
        Some(before) if (found - before).abs() < 0.75 => before,
        _ => found.round(),
    }
}

/// The snapshot of one report in JSON, `before` being the one that is there.
fn snapshot(report: &Value, before: &str) -> String {
    let name = report["id"].as_str().unwrap();
    let source = std::fs::read_to_string(folder().join(name)).unwrap();
    let mut snapshot = format!("{name}\n");
    match report["score"]["quality"].as_f64() {
        Some(found) => writeln!(snapshot, "quality {}", quality(found, before)).unwrap(),
        None => {
            let status = report["status"].as_str().unwrap();
            let reason = report["reason"].as_str().unwrap();
            writeln!(snapshot, "{status} {reason}").unwrap();
        }
    }
    for sibling in report["siblings"].as_array().into_iter().flatten() {
        let id = sibling["id"].as_str().unwrap();
        let doubt = sibling["reason"].as_str().unwrap_or("believed");
        writeln!(snapshot, "sibling {id} {doubt}").unwrap();
    }
    for finding in report["findings"].as_array().unwrap() {
        snapshot += &finding_line(finding, &source);
    }
    snapshot
}

/// Such as `5:191 critical name "Varsovie": safe "Warsaw"`.
fn finding_line(finding: &Value, source: &str) -> String {
    let word = |key: &str| finding[key].as_str().unwrap();
    let mut line = format!(
        "{}:{} {} {} {:?}",
        finding["line"],
        finding["column"],
        word("severity"),
        word("category"),
        word("text")
    );
    if let Some(first) = finding["suggestions"].get(0) {
        let place = |key: &str| first[key].as_u64().unwrap() as usize;
        let old = &source[place("start")..place("end")];
        let new = first["replacement"].as_str().unwrap();
        let applicability = first["applicability"].as_str().unwrap();
        line += &match old == word("text") {
            true => format!(": {applicability} {new:?}"),
            false => format!(": {applicability} {old:?} -> {new:?}"),
        };
    }
    line + "\n"
}

#[test]
fn every_article_is_judged_as_its_snapshot_says() {
    let articles = names(&ARTICLES);
    // One run, so that the model is loaded once; `pairs.toml` gives articles their siblings.
    let options = ["--config", "pairs.toml", "--format", "json", "--quiet"];
    let mut arguments = vec!["highlight"];
    arguments.extend(options);
    arguments.extend(articles.iter().map(String::as_str));
    let reports: Vec<Value> = serde_json::from_str(&mtlint(&arguments)).unwrap();
    assert_eq!(reports.len(), articles.len());

    let update = std::env::var_os(UPDATE).is_some_and(|value| value == "1");
    let mut left_over = names(&["snap"]);
    let mut differences = String::new();
    for (name, report) in articles.iter().zip(&reports) {
        assert_eq!(report["id"], name.as_str());
        let file = Path::new(name).with_extension("snap");
        let file = file.to_str().unwrap();
        left_over.remove(file);
        let path = folder().join(file);
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        let found = snapshot(report, &expected);
        if found == expected {
            continue;
        }
        let diff = TextDiff::from_lines(&expected, &found);
        let mut diff = diff.unified_diff();
        let diff = diff.context_radius(1).header(file, "what is found now");
        write!(differences, "{diff}").unwrap();
        if update {
            std::fs::write(path, found).unwrap();
        }
    }
    assert!(left_over.is_empty(), "snapshots of nothing: {left_over:?}");
    let next = if update {
        "The snapshots were written anew: look at the change, and run the test again."
    } else {
        "If that is as it should be, MTLINT_UPDATE=1 writes the snapshots anew."
    };
    assert!(differences.is_empty(), "\n{differences}\n{next}\n");
}

/// The runs in the files that `pattern` names.
fn commands(pattern: &str) {
    trycmd::TestCases::new()
        .env("COLUMNS", "100")
        .env(NO_AMX, "1")
        .register_bin("mtlint", PathBuf::from(MTLINT))
        .case(pattern);
}

#[test]
fn commands_print_what_is_shown() {
    // A download would be told of in the first output.
    mtlint(&["models", "fetch"]);
    commands("tests/text/cmd/*.trycmd");
    commands("tests/text/cmd/*.toml");
}

/// Where nothing is read, a stand-in for the model saves the time of loading it.
#[cfg(feature = "test-stub")]
#[test]
fn commands_that_need_no_model_print_what_is_shown() {
    commands("tests/text/cmd/stub/*.trycmd");
}
