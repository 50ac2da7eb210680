//! `mtlint baseline`: the findings that are there today, kept so that others can be told
//! from them.

use std::fs::File;
use std::io::Read;

use anyhow::{Context, bail};
use clap::Args;

use mtlint::report::Outcome;
use mtlint::report::baseline::{Baseline, Known};

use super::Verdict;
use super::common::{CommonArgs, GateArgs};
use super::config::ConfigArgs;
use super::destination::{Destination, is_one_of};
use super::documents::{self, InputArgs, Judge, STANDARD_INPUT};
use super::output::Streams;

/// Keep the findings that are there, so that later runs show only new ones
///
/// Writes them to a file that --baseline of 'score' and 'highlight' takes: a line of JSON for each,
/// sorted. A finding is known again by its category, its words and those beside it: not by its
/// line, nor by the name of the file. Judge with the same --sibling and --sensitivity then and now.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint baseline drafts/*.txt --output mtlint-baseline.json\n  \
    mtlint highlight drafts/*.txt --baseline mtlint-baseline.json --fail-on critical")]
pub struct BaselineArgs {
    #[command(flatten)]
    input: InputArgs,

    /// The file to write; it appears under its name only when all is done. '-' is standard output
    #[arg(long, short, value_name = "FILE")]
    output: String,

    #[command(flatten)]
    pub(super) common: CommonArgs,

    #[command(flatten)]
    config: ConfigArgs,
}

/// A file larger than this is no baseline: it would hold hundreds of thousands of
/// findings.
const MOST_BYTES: u64 = 64 << 20;

/// Judges every document and writes what was found.
pub fn run(arguments: &BaselineArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let BaselineArgs {
        input,
        output,
        common,
        config,
    } = arguments;
    let plan = input.plan((common, &GateArgs::default()), config, streams)?;
    let planned: Vec<String> = plan.read().collect();
    let mut read = input.read().chain(planned.iter().map(String::as_str));
    if output != STANDARD_INPUT && is_one_of(output, &mut read) {
        bail!("--output would write over {output}, which is read; name another file");
    }
    let mut file = Destination::create(output)?;
    let judge = Judge::begin(plan, input, common, streams)?;
    let mut baseline = Baseline::default();
    let mut failed = 0;
    for name in &input.files {
        let document = documents::open(name, &judge.settings(name).common, streams);
        for report in judge.judge(name, document)? {
            documents::tell(&report, common.quiet, streams);
            baseline.add(&report);
            if let Outcome::Failed(_) | Outcome::BadRecord(_) = report.outcome {
                failed += 1;
            }
        }
    }
    // Its findings would be new ones tomorrow.
    if failed > 0 {
        bail!("no baseline was written, since {failed} of the documents could not be read");
    }
    file.write(&baseline.draw()?, streams.stdout)?;
    file.finish(streams.stdout)?;
    if !common.quiet {
        let plural = if baseline.len() == 1 { "" } else { "s" };
        streams.note(&format!(
            "{} finding{plural} kept in {output}",
            baseline.len()
        ));
    }
    Ok(Verdict::default())
}

/// Reads the file that `--baseline` names.
pub fn read(path: &str) -> anyhow::Result<Known> {
    let what = || format!("cannot read the baseline {path}");
    let mut text = String::new();
    let file = File::open(path).with_context(|| {
        format!(
            "{}; 'mtlint baseline FILE... --output {path}' writes one",
            what()
        )
    })?;
    file.take(MOST_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(what)?;
    if text.len() as u64 > MOST_BYTES {
        bail!("{}: it is over the limit of {MOST_BYTES} bytes", what());
    }
    let baseline = Baseline::parse(&text).with_context(|| {
        format!("{path} cannot be used; 'mtlint baseline FILE... --output {path}' writes it anew")
    })?;
    Ok(baseline.known())
}
