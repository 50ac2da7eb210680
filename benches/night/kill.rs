//! `night kill`: a batch with the real model, killed and resumed.
//!
//! In: stories, a number of kills, flags of the batch. Out: a line for each kill, and an error
//! if a resumed batch has other output than a whole one or read an article again.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use tempfile::TempDir;

/// Runs a batch over the first `documents` stories, then kills it `kills` times, each time in a
/// folder of its own, resumes it and compares.
pub fn kill(
    stories: &[Vec<String>],
    documents: usize,
    kills: u64,
    flags: &[String],
) -> Result<(), Box<dyn Error>> {
    let lines = stories.iter().take(documents).enumerate();
    let feed: String = lines
        .map(|(number, segments)| {
            let line = json!({ "id": number.to_string(), "text": segments.join("\n") });
            format!("{line}\n")
        })
        .collect();
    let batch = Batch {
        program: super::program()?.into(),
        feed,
        flags,
    };
    let whole = batch.folder()?;
    let begun = Instant::now();
    if !batch.command(whole.path(), &[]).status()?.success() {
        return Err("the batch failed".into());
    }
    let time = begun.elapsed();
    let reports = fs::read(whole.path().join("reports.jsonl"))?;
    println!(
        "whole: {documents} documents in {:.1} s",
        time.as_secs_f64()
    );
    let mut differing = 0;
    for number in 1..=kills {
        // Spread over the run, at instants that nobody chose.
        let chance = f64::from(Instant::now().duration_since(begun).subsec_nanos()) / 1e9;
        let when = time.mul_f64((number as f64 - 1.0 + chance) / kills as f64);
        differing += u64::from(!batch.is_same_after_kill(when, &reports)?);
    }
    if differing > 0 {
        return Err(format!("{differing} of {kills} were not resumed correctly").into());
    }
    Ok(())
}

/// The batch that is run again and again.
struct Batch<'a> {
    program: OsString,
    /// The documents, as JSON Lines.
    feed: String,
    flags: &'a [String],
}

impl Batch<'_> {
    /// A new folder with the documents.
    fn folder(&self) -> Result<TempDir, Box<dyn Error>> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("feed.jsonl"), &self.feed)?;
        Ok(folder)
    }

    /// The command that runs the batch in a folder.
    fn command(&self, folder: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
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
            .args(self.flags)
            .current_dir(folder)
            .stdin(Stdio::null());
        command
    }

    /// Kills the batch after some time, resumes it, and prints how that went. Says whether the
    /// output is that of a whole run and no article was read again.
    fn is_same_after_kill(&self, when: Duration, reports: &[u8]) -> Result<bool, Box<dyn Error>> {
        let folder = self.folder()?;
        let mut child = self.command(folder.path(), &[]).spawn()?;
        std::thread::sleep(when);
        child.kill()?;
        child.wait()?;
        let state = folder.path().join("night.state");
        let count = |query: &str| -> i64 {
            let open = Connection::open_with_flags(&state, OpenFlags::SQLITE_OPEN_READ_ONLY);
            let number = open.and_then(|state| state.query_row(query, [], |row| row.get(0)));
            // Killed before there was a table.
            number.unwrap_or(0)
        };
        let committed = count("SELECT count(*) FROM reports");
        let resumed = Instant::now();
        if !self
            .command(folder.path(), &["--resume"])
            .status()?
            .success()
        {
            return Err("the batch could not be resumed".into());
        }
        let resumed = resumed.elapsed();
        let same = fs::read(folder.path().join("reports.jsonl"))? == reports;
        let again = count("SELECT count(*) FROM reports WHERE readings > 1");
        println!(
            "killed after {:.1} s with {committed} committed; resumed in {:.1} s: output {}, \
             {again} read again",
            when.as_secs_f64(),
            resumed.as_secs_f64(),
            if same { "the same" } else { "DIFFERENT" }
        );
        Ok(same && again == 0)
    }
}
