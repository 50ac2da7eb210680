//! Feeds targets with damaged copies of `fuzz/corpus`, and stops at the first fault: a panic,
//! an input that takes longer than a limit, or more memory than there is.
//!
//! In: names of targets. Out: a line for each on standard output.

use std::backtrace::Backtrace;
use std::fs;
use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;

use mtlint_fuzz::feeding::{Feeding, Watch, corpus};
use mtlint_fuzz::{TARGETS, Target, target};

/// Feeds everything in mtlint that reads untrusted bytes with damaged ones.
#[derive(Debug, Parser)]
#[command(
    after_help = "The same seed gives the same inputs. What is found is left in the folder \
    of findings:\nread it again with 'mtlint-fuzz TARGET --input FILE'."
)]
struct Arguments {
    /// The targets; all of them if none is named.
    #[arg(value_name = "TARGET", value_parser = known)]
    targets: Vec<Target>,

    /// How long each target is fed.
    #[arg(long, default_value_t = 20)]
    seconds: u64,

    /// What the inputs are made from.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// The most seconds that one input may take.
    #[arg(long, default_value_t = 25)]
    patience: u64,

    /// Feed this file and nothing else.
    #[arg(long, value_name = "FILE")]
    input: Option<PathBuf>,

    /// A folder with a folder of good inputs for each target.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus"))]
    corpus: PathBuf,

    /// Where inputs are left that did harm.
    #[arg(long, value_name = "FOLDER", default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/findings"))]
    findings: PathBuf,
}

fn known(name: &str) -> Result<Target, String> {
    target(name).ok_or_else(|| {
        let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        format!("the targets are {}", names.join(", "))
    })
}

fn main() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    let targets = match arguments.targets.as_slice() {
        [] => TARGETS,
        named => named,
    };
    let patience = Duration::from_secs(arguments.patience);
    let watch = Watch::begin(patience, move || {
        let seconds = patience.as_secs();
        let _ = say(&format!("an input took longer than {seconds} s"));
        std::process::abort();
    });
    if let Some(file) = &arguments.input {
        let input = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        for target in targets {
            watch.over(|| (target.read)(&input));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let folder = &arguments.findings;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut status = ExitCode::SUCCESS;
    for target in targets {
        let feeding = Feeding {
            seeds: corpus(&arguments.corpus.join(target.name))?,
            seed: arguments.seed,
            time: Duration::from_secs(arguments.seconds),
            last: folder.join(format!("{}-{}", target.name, arguments.seed)),
        };
        let (name, last) = (target.name, feeding.last.display().to_string());
        // A parser may catch the panics of a library: only the last one may be a fault.
        let words = Arc::new(Mutex::new(String::new()));
        let heard = Arc::clone(&words);
        panic::set_hook(Box::new(move |panic| {
            let told = format!("{panic}\n{}", Backtrace::force_capture());
            if let Ok(mut words) = heard.lock() {
                *words = told;
            }
        }));
        let fed = feeding.feed(target.read, &watch)?;
        drop(panic::take_hook());
        let inputs = fed.inputs;
        if fed.fault {
            let words = words.lock().map(|words| words.clone()).unwrap_or_default();
            say(&format!(
                "{name}: input {inputs} is a fault, see {last}: {words}"
            ))?;
            status = ExitCode::FAILURE;
        } else {
            say(&format!("{name}: {inputs} inputs, {}", target.about))?;
        }
    }
    Ok(status)
}

fn say(line: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{line}")
}
