//! `mtlint batch`: many documents, one JSON line each.
//!
//! In: the arguments. Out: a line for each document, a page of the worst, progress on
//! standard error and the exit status. Reading and linting are done by mtlint-batch.

mod arguments;
mod page;
mod paths;
mod pool;
mod progress;
mod state;

use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, bail};

use mtlint::document::{Document, Markup};
use mtlint::report::json;
use mtlint_batch::pool::PoolSources;
use mtlint_batch::state::State;
use mtlint_batch::{
    self, BytesRead, Completion, InputOptions, Inputs, Job, Record, RecordNaming, Shard, Source,
};

use super::config::{Settings, Typed};
use super::inputs::STANDARD_INPUT;
use super::linter;
use super::output::Streams;
use super::output_file::OutputFile;
use super::plan::Plan;
use super::signals::Watch;
use super::verdict::Verdict;
pub use arguments::BatchArgs;
use arguments::Format;
use page::Page;
use pool::FilledPool;
use progress::Progress;

/// The records of this part of the batch, from the beginning, with the siblings that the
/// configuration gives them.
fn records<'a, R: BufRead + 'a>(
    sources: &'a [Source],
    stdin: &'a mut Option<R>,
    input_options: &'a InputOptions,
    (plan, shard): (&'a Plan, Option<Shard>),
) -> impl Iterator<Item = Record> + 'a {
    let records = sources.iter().flat_map(move |source| {
        let records = mtlint_batch::records(source, stdin, input_options);
        records.map(move |record| with_siblings(record, source, plan))
    });
    // An input that cannot be read is every part's failure.
    records.filter(move |record| {
        matches!(record, Record::Broken(_)) || shard.is_none_or(|shard| shard.holds(record))
    })
}

/// A record with the siblings that the configuration gives its file.
fn with_siblings(mut record: Record, source: &Source, plan: &Plan) -> Record {
    if let (Record::Document { request, .. }, Source::Text(_)) = (&mut record, source) {
        let marked_up = |sibling: Document| {
            let markup = Markup::of(Path::new(sibling.name()));
            sibling.marked_up(markup)
        };
        match plan.read_siblings(&source.name()) {
            Ok(siblings) => request.unread.extend(siblings.into_iter().map(marked_up)),
            Err(error) => {
                let id = record.id().to_owned();
                return Record::Unreadable { id, error };
            }
        }
    }
    record
}

/// The inputs and outputs of a batch, checked before the model is loaded: what is refused is
/// refused at once.
struct Files {
    sources: Vec<Source>,
    plan: Plan,
    output: OutputFile,
    page: Option<Page>,
    state: Option<State>,
    pool: Option<FilledPool>,
    /// Waits for signals; without a state there is nothing to take up again, and signals do
    /// what they always do.
    watch: Option<Watch>,
}

impl Files {
    fn open(arguments: &BatchArgs, streams: &mut Streams<'_>) -> anyhow::Result<Self> {
        let Inputs { sources, notes } = mtlint_batch::sources(&arguments.inputs)?;
        let pool_sources = pool::find(arguments, &sources)?;
        let pool_notes = pool_sources.iter().flat_map(PoolSources::notes);
        for note in notes.iter().chain(pool_notes) {
            streams.note(&note.to_string());
        }
        let texts = sources.iter().filter_map(|one| match one {
            Source::Text(path) => Some(path.as_path()),
            _ => None,
        });
        let typed = Typed {
            judging: &arguments.judging,
            gates: Some(&arguments.gates),
        };
        let plan = Plan::of_batch(texts, typed, &arguments.config)?;
        plan.note_missing_siblings(streams);
        let read: Vec<&Source> = sources.iter().chain(pool::files(&pool_sources)).collect();
        paths::refuse_second_uses(arguments, &read, &plan)?;
        let output = OutputFile::create(&arguments.output)?;
        let page = Page::begin(&arguments.page, &sources)?;
        let state = state::open(arguments, streams)?;
        let settings = plan.settings(STANDARD_INPUT);
        let pool = pool_sources.as_ref().map(|sources: &PoolSources| {
            pool::fill(sources, settings, arguments.pool_days, streams)
        });
        let pool = pool.transpose()?;
        let watch = state.as_ref().map(|_| streams.signals.watch());
        let watch = watch.transpose().context("cannot wait for signals")?;
        Ok(Self {
            pool,
            watch,
            sources,
            plan,
            output,
            page,
            state,
        })
    }
}

/// Lints every document of the batch and writes its line.
pub fn run(arguments: &BatchArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let Files {
        sources,
        plan,
        mut output,
        mut page,
        state,
        mut pool,
        watch,
    } = Files::open(arguments, streams)?;
    let settings: &Settings = plan.settings(STANDARD_INPUT);
    let linter = linter::load(settings, streams)?;
    let options = settings.options();
    let mut run = state
        .map(|state| state::begin(state, arguments, (&linter, settings), streams))
        .transpose()?;
    let Format::Jsonl = arguments.format;
    let never = Arc::new(AtomicBool::new(false));
    let stop = watch.as_ref().map_or(&never, Watch::flag);
    let input_options = InputOptions {
        max_bytes: settings.max_bytes.value,
        naming: RecordNaming::Number,
        read: BytesRead::default(),
        stop: Arc::clone(stop),
    };
    let mut progress = Progress::new(&sources, &input_options.read, streams);
    let gates = settings.gates();
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
        options: &options,
        json: json::Options {
            words: arguments.words,
            fix: None,
        },
        run: run.as_mut(),
        siblings: pool.as_mut().map(|pool| &mut pool.siblings),
        stop,
        on_report: None,
    };
    let all = records(&sources, &mut stdin, &input_options, part);
    let ended = job.lint_all(all, |judged| {
        output.write(&format!("{}\n", judged.line), stdout)?;
        progress.count(&judged, stderr);
        if let Some(page) = &mut page {
            page.count(&judged.summary);
        }
        verdict.gate |= gates.met_by(&judged.summary);
        Ok::<_, anyhow::Error>(())
    })?;
    let whole = ended == Completion::Complete;
    if whole {
        output.finish(stdout)?;
    }
    let broken_pool = pool.as_ref().is_some_and(|pool| pool.is_broken);
    verdict.failed = arguments.fail_on_error && (progress.failed() > 0 || broken_pool);
    progress.finish(whole, stderr);
    pool.iter().for_each(|pool| pool.note_dates(streams));
    if let Some(run) = run {
        state::end(run, whole, streams)?;
    }
    if !whole {
        bail!("stopped by a signal; the same command with --resume goes on from here");
    }
    if let Some(page) = page {
        let mut no_input = None::<std::io::Empty>;
        let again = records(&sources, &mut no_input, &input_options, part);
        let siblings = pool.as_mut().map(|pool| &mut pool.siblings);
        page.write(again, (&linter, &options), siblings, streams)?;
    }
    Ok(verdict)
}
