//! Measures what a nightly batch costs: its speed against bare reading, and its memory.
//!
//! `night rate STORIES [--rounds N]` reads the machine-translated texts of the stories
//! with the language model alone, grouped as in a batch, and lints them as a
//! batch, in turns; it prints tokens a second of both, and the median ratio.
//!
//! `night memory STORIES (--megabytes N | --minutes N) [-- FLAGS]` gives `mtlint batch`
//! distinct documents, made of the stories' sentences in ever new order, on standard
//! input, and prints how much memory it holds, second by second of its own growth.
//!
//! `night kill STORIES [--documents N] [--kills N] [-- FLAGS]` kills a batch with a state
//! at instants spread over its run, resumes it, and compares its output with that
//! of an undisturbed run.

mod kill;

use std::error::Error;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use flate2::read::MultiGzDecoder;
use mtlint::linter::{Linter, Options};
use mtlint::lm::llama::Llama;
use mtlint::lm::{LanguageModel, Precision, ReadOptions};
use mtlint::report::json;
use mtlint_batch::{BatchError, Job, JsonLinesRecords};
use mtlint_models as models;
use serde::Deserialize;
use serde_json::json;

/// The largest group of texts that a batch reads together, in documents and in bytes.
const GROUP: (usize, usize) = (64, 256 * 1024);

/// The largest size of a text, in bytes.
const MAX_BYTES: u64 = 8 << 20;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let split = arguments.iter().position(|argument| argument == "--");
    let (own, flags) = arguments.split_at(split.unwrap_or(arguments.len()));
    let number = |flag: &str| -> Result<Option<u64>, Box<dyn Error>> {
        let at = own.iter().position(|argument| argument == flag);
        let value = at.map(|at| own.get(at + 1).ok_or(format!("{flag} N")));
        Ok(value.transpose()?.map(|value| value.parse()).transpose()?)
    };
    let flags = flags.get(1..).unwrap_or_default();
    match own {
        [command, folder, ..] if command == "rate" => rate(
            &stories(Path::new(folder))?,
            number("--rounds")?.unwrap_or(5),
        ),
        [command, folder, ..] if command == "memory" => {
            let megabytes = number("--megabytes")?.map(|megabytes| megabytes * 1_000_000);
            let minutes = number("--minutes")?.map(|minutes| Duration::from_secs(60 * minutes));
            memory(&stories(Path::new(folder))?, megabytes, minutes, flags)
        }
        [command, folder, ..] if command == "kill" => kill::kill(
            &stories(Path::new(folder))?,
            usize::try_from(number("--documents")?.unwrap_or(400))?,
            number("--kills")?.unwrap_or(3),
            flags,
        ),
        _ => Err(
            "usage: night rate STORIES [--rounds N] | night memory STORIES \
                  (--megabytes N | --minutes N) [-- FLAGS] | night kill STORIES \
                  [--documents N] [--kills N] [-- FLAGS]"
                .into(),
        ),
    }
}

/// The segments of the machine-translated texts.
fn stories(folder: &Path) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    #[derive(Deserialize)]
    struct Story {
        mt: Vec<String>,
    }
    let mut paths: Vec<_> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    paths.sort();
    let mut stories = Vec::new();
    for path in paths {
        let file = BufReader::new(MultiGzDecoder::new(std::fs::File::open(path)?));
        for line in file.lines() {
            stories.push(serde_json::from_str::<Story>(&line?)?.mt);
        }
    }
    Ok(stories)
}

fn rate(stories: &[Vec<String>], rounds: u64) -> Result<(), Box<dyn Error>> {
    let texts: Vec<String> = stories.iter().map(|segments| segments.join("\n")).collect();
    let lines: String = texts
        .iter()
        .map(|text| format!("{}\n", json!({ "text": text })))
        .collect();
    let registry = models::Registry::built_in()?;
    let entry = registry.default_entry()?;
    let path = models::resolve(&entry.name, false, &models::Silent)?;
    let sha256 = Some(entry.sha256.clone());
    let model = std::sync::Arc::new(Llama::load(&path, &entry.name, sha256, Precision::Int8)?);
    let linter = Linter::new(model.clone())?;
    let options = Options::default();
    let mut ratios = Vec::new();
    for round in 1..=rounds {
        let begun = Instant::now();
        let mut tokens = 0;
        let mut rest = texts.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take_while(|text| {
                let more = bytes < GROUP.1;
                bytes += text.len();
                more
            });
            let (group, others) = rest.split_at(fitting.count().min(GROUP.0));
            rest = others;
            let group: Vec<&str> = group.iter().map(String::as_str).collect();
            let readings = model.read(&group, ReadOptions::default())?;
            tokens += readings
                .iter()
                .map(|reading| reading.tokens.len())
                .sum::<usize>();
        }
        let bare = begun.elapsed().as_secs_f64();
        let begun = Instant::now();
        let job = Job {
            linter: &linter,
            options: &options,
            json: json::Options {
                words: false,
                fix: None,
            },
            run: None,
            siblings: None,
            stop: &AtomicBool::new(false),
            on_report: None,
        };
        let mut judged = 0;
        job.lint_all(
            JsonLinesRecords::new("stories", lines.as_bytes(), MAX_BYTES),
            |_| {
                judged += 1;
                Ok::<_, BatchError>(())
            },
        )?;
        let batch = begun.elapsed().as_secs_f64();
        ratios.push(bare / batch);
        println!(
            "round {round}: {judged} documents, {tokens} tokens; reading alone {:.0} tokens/s, \
             batch {:.0} tokens/s ({:.1} documents/s): {:.3}",
            tokens as f64 / bare,
            tokens as f64 / batch,
            judged as f64 / batch,
            bare / batch
        );
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.3}", ratios[ratios.len() / 2]);
    Ok(())
}

fn memory(
    stories: &[Vec<String>],
    bytes: Option<u64>,
    time: Option<Duration>,
    flags: &[String],
) -> Result<(), Box<dyn Error>> {
    let mut child = Command::new(program()?)
        .args(["batch", "-", "--output", "/dev/null", "--quiet"])
        .args(flags)
        .stdin(Stdio::piped())
        .spawn()?;
    let id = child.id();
    let mut input = BufWriter::new(child.stdin.take().ok_or("no input")?);
    let begun = Instant::now();
    let watch = std::thread::spawn(move || {
        let mut next = 0;
        while let Some((now, peak)) = held(id) {
            if begun.elapsed().as_secs() >= next {
                println!(
                    "{:>5} s: holds {now:.0} MB, at most {peak:.0}",
                    begun.elapsed().as_secs()
                );
                next = (next * 5 / 4).max(next + 10);
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let mut written = 0u64;
    let mut documents = 0u64;
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    'all: loop {
        for segments in stories {
            if bytes.is_some_and(|bytes| written >= bytes)
                || time.is_some_and(|time| begun.elapsed() >= time)
            {
                break 'all;
            }
            let mut segments: Vec<&str> = segments.iter().map(String::as_str).collect();
            for last in (1..segments.len()).rev() {
                // xorshift64*, Vigna 2016.
                random ^= random >> 12;
                random ^= random << 25;
                random ^= random >> 27;
                let other = random.wrapping_mul(0x2545_f491_4f6c_dd1d) % (last as u64 + 1);
                segments.swap(last, other as usize);
            }
            documents += 1;
            let line = json!({ "id": documents.to_string(), "text": segments.join("\n") });
            let line = format!("{line}\n");
            written += line.len() as u64;
            input.write_all(line.as_bytes())?;
        }
    }
    drop(input);
    let status = child.wait()?;
    let seconds = begun.elapsed().as_secs_f64();
    let _ = watch.join();
    println!(
        "{documents} documents, {:.1} MB in {seconds:.1} s: {:.1} documents/s; {status}",
        written as f64 / 1e6,
        documents as f64 / seconds
    );
    Ok(())
}

/// The program, which is beside the folder of the examples.
fn program() -> Result<PathBuf, Box<dyn Error>> {
    let here = std::env::current_exe()?;
    let folder = here.ancestors().nth(2);
    let program = folder.map(|folder| folder.join("mtlint"));
    Ok(program.ok_or("mtlint is not beside this program")?)
}

/// Megabytes that the process holds, and the most that it held.
fn held(id: u32) -> Option<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let field = |name: &str| -> Option<f64> {
        let line = status.lines().find(|line| line.starts_with(name))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes * 1024.0 / 1e6)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}
