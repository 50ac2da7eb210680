//! The state of a batch: opened, begun and ended.
//!
//! In: the arguments and everything that reports depend on. Out: a run that knows which
//! reports it has. Reports are stored by mtlint-batch.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use mtlint::Linter;
use mtlint::checksum;
use mtlint::report::v1;
use mtlint_batch::state::{Fingerprint, Run, State};

use super::arguments::BatchArgs;
use crate::config::Settings;
use crate::output::Streams;

/// The state that the arguments name, if any.
pub fn open(arguments: &BatchArgs, streams: &mut Streams<'_>) -> anyhow::Result<Option<State>> {
    let Some(path) = &arguments.state else {
        return Ok(None);
    };
    let (state, aside) = State::open(path)?;
    if let Some(aside) = aside {
        // Said even when quiet is wanted: every document is read again.
        streams.warn(&format!(
            "the state {} is damaged ({}); it is kept as {}, and a new one is begun",
            path.display(),
            aside.problem,
            aside.path.display()
        ));
    }
    Ok(Some(state))
}

/// Begins the run, or takes up the last one.
pub fn begin(
    state: State,
    arguments: &BatchArgs,
    (linter, settings): (&Linter, &Settings),
    streams: &mut Streams<'_>,
) -> anyhow::Result<Run> {
    let program = program_hash(streams.program.as_deref())?;
    let fingerprint = fingerprint(program, arguments, (linter, settings))?;
    // A run with another pool is another run, though it knows the same reports.
    let pool = arguments.pool.iter();
    let pool = pool.map(|pool| format!("--pool {}", pool.display()));
    let inputs = arguments.inputs.iter();
    let inputs = inputs.map(|input| input.display().to_string());
    let inputs: Vec<String> = inputs.chain(pool).collect();
    let mut run = state.run(fingerprint, &inputs, arguments.resume, now())?;
    run.keep_runs(arguments.keep_runs)?;
    if run.resumed() {
        streams.note("taking up the run that was cut short");
    }
    Ok(run)
}

/// Ends a run, after the output: a run that is cut short here gives it again.
pub fn end(run: Run, whole: bool, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    let damaged = run.damaged();
    if damaged > 0 {
        streams.note(&format!(
            "{damaged} reports in the state were damaged and were made anew"
        ));
    }
    run.end(whole, now())?;
    Ok(())
}

/// Seconds since 1970, for people: nothing depends on them.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().try_into().unwrap_or(i64::MAX))
}

/// Everything that a report depends on beside the document and its siblings.
fn fingerprint(
    program: String,
    arguments: &BatchArgs,
    (linter, settings): (&Linter, &Settings),
) -> anyhow::Result<Fingerprint> {
    let model = linter.model();
    let threshold = linter.threshold(&settings.options());
    let language = settings.language.value.clone();
    let policy = serde_json::to_vec(&settings.policy)?;
    Ok(Fingerprint::new([
        ("schema", v1::Schema::default().to_string()),
        ("version", env!("CARGO_PKG_VERSION").to_owned()),
        ("program", program),
        ("model", model.name.clone()),
        ("model_sha256", model.sha256.clone()),
        ("precision", model.precision.name().to_owned()),
        ("detector", linter.detector().to_owned()),
        (
            "calibration",
            linter.calibration().unwrap_or_default().to_owned(),
        ),
        ("aligner", linter.aligner().to_owned()),
        ("threshold", threshold.to_string()),
        ("language", language.unwrap_or_default()),
        ("words", arguments.words.to_string()),
        ("policy", checksum::of_bytes(&policy)),
    ]))
}

/// SHA-256 of this program: the detector and the lexicon are built into it, and
/// two builds of one version need not agree.
fn program_hash(program: Option<&Path>) -> anyhow::Result<String> {
    let hash = program.map(|file| checksum::of_file(file, |_| {}));
    let hash = hash.context("it is not known where this program's own file is")?;
    hash.context("cannot read this program's own file")
}
