//! `mtlint batch`: many documents, one JSON line each.
//!
//! Reading and judging are the library's; here are the arguments, the output
//! file and the progress.

mod page;
mod pool;
mod progress;
mod state;

use std::io::BufRead;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{Args, ValueEnum};

use mtlint::batch::{
    self, BatchError, BytesRead, Ended, Job, Reading, Record, Shard, Source, Unnamed,
};
use mtlint::document::{Document, Markup};
use mtlint::report::json;

use super::Verdict;
use super::common::{CommonArgs, GateArgs};
use super::config::{ConfigArgs, Plan};
use super::destination::{Destination, is_one_of};
use super::documents::STANDARD_INPUT;
use super::output::Streams;
use page::{Page, PageArgs};
use progress::Progress;

/// Judge many documents: JSON Lines, folders or patterns in, JSON Lines out
///
/// Each line of JSON Lines is a document:
///
///   {"id":"night/1","date":"2026-03-31","text":"...","siblings":["...",{"id":"b","text":"..."}]}
///
/// All but 'text' may be left out; the id is then the line's number. A single sibling may be written
/// "sibling":"...". The first row of CSV names the columns: text and, if there are any, id, date and
/// sibling. Both may be packed (.jsonl.gz, .csv.zst).
/// Parquet has these columns too, or siblings, a list of texts or of groups of id and text.
/// A folder stands for the .txt files in it. The output has one line for each document, in the order of
/// the input; a document that cannot be read gets its line too, with "status":"failed".
///
/// With --pool, a document without siblings is judged with the article of the pool that tells the
/// same story, if there is one, as 'highlight --sibling' would; "sibling" in its line names it.
/// Where several do, they are judged and the cleanest serves. "copy_of" names the article of the
/// pool that a document is a near copy of; only a cleaner copy serves as its sibling.
#[derive(Debug, Clone, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  \
    mtlint batch tonight.jsonl --output reports.jsonl\n  \
    mtlint batch articles/ 'more/*.txt' --output reports.jsonl\n  \
    mtlint batch 'feed/*.jsonl.gz' more.csv 'export/*.parquet' --output reports.jsonl\n  \
    mtlint batch tonight.jsonl --output reports.jsonl --pool wire.jsonl --pool archive/\n  \
    mtlint batch tonight.jsonl --output reports.jsonl --pool batch\n  \
    mtlint batch tonight.jsonl --output reports.jsonl --pool wire.jsonl --page worst.html\n  \
    mtlint batch tonight.jsonl --output part1.jsonl --shard 1/4\n  \
    cat tonight.jsonl | mtlint batch - --output - | jq -r .score.quality"
)]
pub struct BatchArgs {
    /// JSON Lines, CSV, Parquet, text files, folders or patterns; '-' is JSON Lines on standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,

    /// Where the reports go; '-' is standard output. A file appears under its name only when all
    /// is done
    #[arg(long, short, value_name = "OUT")]
    output: String,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    /// Keep reports in this database, and read no document again that it knows; made if it is
    /// not there
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Take up the last run of the state if it was cut short
    #[arg(long, requires = "state")]
    resume: bool,

    /// Look for siblings here: JSON Lines, CSV, Parquet, a text file, a folder or a pattern; 'batch' is the
    /// batch's own documents (write './batch' for a file of that name). Give the flag again for
    /// each further one
    #[arg(long, value_name = "SOURCE")]
    pool: Vec<String>,

    /// Days that a document and its sibling may be apart, where both have a "date"
    #[arg(long, value_name = "N", default_value_t = 7, requires = "pool")]
    pool_days: u32,

    /// Judge one part of the batch only, such as 1/4 for the first of four: for several machines.
    /// A document is in the same part every night, by its id; give each part its own state
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,

    /// Every word and mark with its numbers
    #[arg(long)]
    words: bool,

    #[command(flatten)]
    page: PageArgs,

    /// Exit with status 2 if a document failed
    #[arg(long)]
    fail_on_error: bool,

    #[command(flatten)]
    pub(super) common: CommonArgs,

    #[command(flatten)]
    gates: GateArgs,

    #[command(flatten)]
    config: ConfigArgs,
}

/// How reports are written: a batch is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
}

/// The records of this part of the batch, from the beginning, with the siblings that the
/// configuration gives them.
fn records<'a, R: BufRead + 'a>(
    sources: &'a [Source],
    stdin: &'a mut Option<R>,
    reading: &'a Reading,
    (plan, shard): (&'a Plan, Option<Shard>),
) -> impl Iterator<Item = Result<Record, BatchError>> + 'a {
    let records = sources.iter().flat_map(move |source| {
        let records = batch::records(source, stdin, reading);
        records.map(move |record| Ok(beside(record?, source, plan)))
    });
    // An input that cannot be read is every part's failure.
    let here = move |record: &Record| shard.is_none_or(|shard| shard.holds(record));
    records.filter(move |record| record.as_ref().map_or(true, here))
}

/// A record with the siblings that the configuration gives its file.
fn beside(mut record: Record, source: &Source, plan: &Plan) -> Record {
    if let (Record::Document { input, .. }, Source::Text(_)) = (&mut record, source)
        && input.document.is_ok()
    {
        let marked_up = |sibling: Document| {
            let markup = Markup::of(Path::new(sibling.name()));
            sibling.marked_up(markup)
        };
        match plan.read_siblings(&source.name()) {
            Ok(siblings) => input.siblings.extend(siblings.into_iter().map(marked_up)),
            Err(error) => input.document = Err(error),
        }
    }
    record
}

/// An output that is also `read` would take the place of the documents.
fn refuse_to_write_over(arguments: &BatchArgs, read: &[&Source]) -> anyhow::Result<()> {
    let read = || read.iter().filter_map(|source| source.path()?.to_str());
    let output = (arguments.output != "-").then_some(arguments.output.as_str());
    let page = arguments.page.path();
    for (flag, path) in [("--output", output), ("--page", page)] {
        let Some(path) = path else { continue };
        if is_one_of(path, read()) {
            bail!("{flag} would write over {path}, which is read; name another file");
        }
    }
    if let (Some(output), Some(page)) = (output, page)
        && is_one_of(page, std::iter::once(output))
    {
        bail!("--page would write over {output}, which is the output; name another file");
    }
    Ok(())
}

/// Judges every document of the batch.
pub fn run(arguments: &BatchArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let sources = batch::sources(&arguments.inputs)?;
    let pool_sources = pool::find(arguments, &sources)?;
    let texts = sources.iter().filter(|one| matches!(one, Source::Text(_)));
    let flags = (&arguments.common, &arguments.gates);
    let plan = Plan::of_batch(texts.map(Source::name), flags, &arguments.config)?;
    let settings = plan.settings(STANDARD_INPUT);
    let arguments = &BatchArgs {
        common: settings.common.clone(),
        gates: settings.gates.clone(),
        ..arguments.clone()
    };
    if !arguments.common.quiet {
        plan.tell(streams);
    }
    let read: Vec<&Source> = sources.iter().chain(pool::files(&pool_sources)).collect();
    refuse_to_write_over(arguments, &read)?;
    let mut output = Destination::create(&arguments.output)?;
    let mut page = Page::begin(&arguments.page, &sources)?;
    // Before the model is loaded: what is refused is refused at once.
    let state = state::open(arguments, &read, streams)?;
    let mut siblings = pool::fill(pool_sources.as_ref(), arguments, streams)?;
    let stop = state::stop_flag(state.is_some())?;
    let linter = arguments.common.linter(streams)?;
    let linter = linter.under(settings.policy.clone());
    let mut run = state
        .map(|state| state::begin(state, arguments, (&linter, &settings.policy), streams))
        .transpose()?;
    let Format::Jsonl = arguments.format;
    let options = json::Options {
        words: arguments.words,
        fix: None,
    };
    let reading = Reading {
        max_bytes: arguments.common.max_bytes,
        unnamed: Unnamed::Line,
        read: BytesRead::default(),
    };
    let mut progress = Progress::new(&sources, &reading.read, arguments.common.quiet, streams);
    let mut verdict = Verdict::default();
    let Streams {
        stdin,
        stdout,
        stderr,
        ..
    } = streams;
    let mut stdin = Some(&mut **stdin);
    let part = (&plan, arguments.shard);
    let job = Job {
        linter: &linter,
        options,
        run: run.as_mut(),
        siblings: siblings.as_mut(),
        stop: &stop,
        watch: None,
    };
    let all = records(&sources, &mut stdin, &reading, part);
    let ended = job.judge_all(all, |judged| {
        output.write(&format!("{}\n", judged.line), stdout)?;
        progress.count(&judged, stderr);
        if let Some(page) = &mut page {
            page.count(&judged.summary);
        }
        verdict.gate |= arguments.gates.met_by(&judged.summary);
        Ok::<_, anyhow::Error>(())
    })?;
    let whole = ended == Ended::Whole;
    if whole {
        output.finish(stdout)?;
    }
    verdict.failed = arguments.fail_on_error && progress.failed() > 0;
    progress.finish(stderr);
    if let Some(run) = run {
        let damaged = run.damaged();
        if damaged > 0 && !arguments.common.quiet {
            streams.note(&format!(
                "{damaged} reports in the state were damaged and were made anew"
            ));
        }
        // After the output: a run that is cut short here gives it again.
        run.end(whole, state::now())?;
    }
    if !whole {
        bail!("stopped by a signal; the same command with --resume goes on from here");
    }
    if let Some(page) = page {
        let mut no_input = None::<std::io::Empty>;
        let again = records(&sources, &mut no_input, &reading, part);
        page.write(again, &linter, siblings.as_mut(), streams)?;
    }
    Ok(verdict)
}
