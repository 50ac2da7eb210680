//! `night kill`: a batch with the real model, killed and taken up again.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;

/// Kills a batch over the first `documents` stories `kills` times, each in a folder of
/// its own, takes it up again and compares.
pub fn kill(
    stories: &[Vec<String>],
    documents: usize,
    kills: u64,
    flags: &[String],
) -> Result<(), Box<dyn Error>> {
    let program = super::program()?;
    let lines = stories.iter().take(documents).enumerate();
    let feed: String = lines
        .map(|(number, segments)| {
            let line = json!({ "id": number.to_string(), "text": segments.join("\n") });
            format!("{line}\n")
        })
        .collect();
    let batch = |folder: &Path, more: &[&str]| -> Command {
        let mut command = Command::new(&program);
        command
            .args([
                "batch",
                "feed.jsonl",
                "--output",
                "reports.jsonl",
                "--quiet",
            ])
            .args(["--state", "night.state"])
            .args(more)
            .args(flags)
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    };
    let night = || -> Result<tempfile::TempDir, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("feed.jsonl"), &feed)?;
        Ok(folder)
    };
    let whole = night()?;
    let begun = Instant::now();
    if !batch(whole.path(), &[]).status()?.success() {
        return Err("the batch failed".into());
    }
    let time = begun.elapsed();
    let reports = fs::read(whole.path().join("reports.jsonl"))?;
    println!(
        "whole: {documents} documents in {:.1} s",
        time.as_secs_f64()
    );
    let mut unlike = 0;
    for number in 1..=kills {
        let night = night()?;
        // Spread over the run, at instants that nobody chose.
        let chance = f64::from(Instant::now().duration_since(begun).subsec_nanos()) / 1e9;
        let when = time.mul_f64((number as f64 - 1.0 + chance) / kills as f64);
        let mut child = batch(night.path(), &[]).spawn()?;
        std::thread::sleep(when);
        child.kill()?;
        child.wait()?;
        let state = night.path().join("night.state");
        let count = |query: &str| -> i64 {
            let open = Connection::open_with_flags(&state, OpenFlags::SQLITE_OPEN_READ_ONLY);
            let number = open.and_then(|state| state.query_row(query, [], |row| row.get(0)));
            // Killed before there was a table.
            number.unwrap_or(0)
        };
        let committed = count("SELECT count(*) FROM reports");
        let resumed = Instant::now();
        if !batch(night.path(), &["--resume"]).status()?.success() {
            return Err("taking it up again failed".into());
        }
        let resumed: Duration = resumed.elapsed();
        let same = fs::read(night.path().join("reports.jsonl"))? == reports;
        let again = count("SELECT count(*) FROM reports WHERE readings > 1");
        unlike += u64::from(!same || again > 0);
        println!(
            "killed after {:.1} s with {committed} committed; taken up in {:.1} s: output {}, \
             {again} read again",
            when.as_secs_f64(),
            resumed.as_secs_f64(),
            if same { "the same" } else { "ANOTHER" }
        );
    }
    if unlike > 0 {
        return Err(format!("{unlike} of {kills} were not taken up rightly").into());
    }
    Ok(())
}
