//! `mtlint batch`: many documents, one JSON line each.
//!
//! Reading and judging are the library's; here are the arguments, the output
//! file and the progress.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tempfile::NamedTempFile;

use mtlint::batch::{self, BatchError, Record, Records, Source};
use mtlint::document::Document;
use mtlint::pipeline::Input;
use mtlint::report::{Outcome, Report, json};

use super::Verdict;
use super::common::{CommonArgs, GateArgs};
use super::output::{OutputError, Streams};
use super::replace::temporary_file;

/// How often progress is noted where it cannot be redrawn in place.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// Judge many documents: JSON Lines, folders or patterns in, JSON Lines out
///
/// Each line of JSON Lines is a document:
///
///   {"id":"night/1","text":"...","siblings":["...",{"id":"b","text":"..."}]}
///
/// 'id' and 'siblings' may be left out; the id is then the line's number. A folder stands for the
/// .txt files in it. The output has one line for each document, in the order of the input; a
/// document that cannot be read gets its line too, with "status":"failed".
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  \
    mtlint batch tonight.jsonl --output reports.jsonl\n  \
    mtlint batch articles/ 'more/*.txt' --output reports.jsonl\n  \
    cat tonight.jsonl | mtlint batch - --output - | jq -r .score.quality"
)]
pub struct BatchArgs {
    /// JSON Lines, text files, folders or patterns; '-' is JSON Lines on standard input
    #[arg(value_name = "INPUT", required = true)]
    inputs: Vec<String>,

    /// Where the reports go; '-' is standard output. A file appears under its name only when all
    /// is done
    #[arg(long, short, value_name = "OUT")]
    output: String,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    format: Format,

    /// Every word and mark with its numbers
    #[arg(long)]
    words: bool,

    /// Exit with status 2 if a document failed
    #[arg(long)]
    fail_on_error: bool,

    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    gates: GateArgs,
}

/// How reports are written: a batch is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Jsonl,
}

/// Judges every document of the batch.
pub fn run(arguments: &BatchArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let sources = batch::sources(&arguments.inputs)?;
    let mut output = Output::create(&arguments.output)?;
    let analyzer = arguments.common.analyzer()?;
    let Format::Jsonl = arguments.format;
    let options = json::Options {
        words: arguments.words,
        fix: None,
    };
    let mut progress = Progress::new(&sources, arguments.common.quiet, streams);
    let mut verdict = Verdict::default();
    let Streams {
        stdin,
        stdout,
        stderr,
        ..
    } = streams;
    let max_bytes = arguments.common.max_bytes;
    let mut stdin = Some(stdin);
    let records = sources.iter().flat_map(|source| {
        let records: Box<dyn Iterator<Item = Result<Record, BatchError>> + '_> = match source {
            Source::Text(path) => Box::new(std::iter::once(Ok(text_record(path, max_bytes)))),
            Source::Records(path) => match File::open(path) {
                Ok(file) => Box::new(Records::new(
                    path.display().to_string(),
                    BufReader::new(file),
                    max_bytes,
                )),
                Err(source) => Box::new(std::iter::once(Err(BatchError::Read {
                    name: path.display().to_string(),
                    source,
                }))),
            },
            // `sources` gives it at most once.
            Source::StandardInput => match stdin.take() {
                Some(stdin) => Box::new(Records::new("-", stdin, max_bytes)),
                None => Box::new(std::iter::empty()),
            },
        };
        records
    });
    batch::judge_all(&analyzer, records, |report| {
        output.write(&(json::line(&report, options)? + "\n"), stdout)?;
        progress.count(&report, stderr);
        verdict.gate |= arguments.gates.met_by(&report);
        Ok::<_, anyhow::Error>(())
    })?;
    output.finish(stdout)?;
    verdict.failed = arguments.fail_on_error && progress.failed > 0;
    progress.finish(stderr);
    Ok(verdict)
}

fn text_record(path: &Path, max_bytes: u64) -> Record {
    Record::Document(Box::new(Input {
        id: path.display().to_string(),
        document: Document::open(path, max_bytes),
        siblings: Vec::new(),
    }))
}

/// Where the lines go.
enum Output {
    Standard,
    /// A device or pipe, which cannot be renamed.
    Direct {
        name: String,
        file: BufWriter<File>,
    },
    /// A new file beside the one that is wanted, so that what appears under
    /// the wanted name is whole.
    Beside {
        wanted: PathBuf,
        file: BufWriter<NamedTempFile>,
    },
}

impl Output {
    fn create(name: &str) -> anyhow::Result<Self> {
        if name == "-" {
            return Ok(Self::Standard);
        }
        let failed = |error| OutputError::Failed {
            name: name.to_owned(),
            source: error,
        };
        // A link is followed: the file it points to is replaced, not the link.
        let wanted = std::fs::canonicalize(name).unwrap_or_else(|_| PathBuf::from(name));
        let metadata = std::fs::metadata(&wanted).ok();
        match &metadata {
            Some(metadata) if metadata.is_dir() => {
                bail!("the output {name} is a folder; name a file in it")
            }
            Some(metadata) if !metadata.is_file() => {
                let file = File::options().write(true).open(&wanted).map_err(failed)?;
                return Ok(Self::Direct {
                    name: name.to_owned(),
                    file: BufWriter::new(file),
                });
            }
            _ => {}
        }
        let folder = match wanted.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let file = temporary_file(metadata.as_ref())
            .tempfile_in(folder)
            .map_err(failed)?;
        Ok(Self::Beside {
            wanted,
            file: BufWriter::new(file),
        })
    }

    fn write(&mut self, line: &str, stdout: &mut dyn Write) -> Result<(), OutputError> {
        match self {
            Self::Standard => stdout
                .write_all(line.as_bytes())
                .and_then(|()| stdout.flush())
                .map_err(|error| OutputError::new("standard output", error)),
            Self::Direct { name, file } => file
                .write_all(line.as_bytes())
                .map_err(|error| OutputError::new(name.clone(), error)),
            Self::Beside { wanted, file } => file
                .write_all(line.as_bytes())
                .map_err(|error| OutputError::new(wanted.display().to_string(), error)),
        }
    }

    /// Puts the file under its name, once all its bytes are on the disk.
    fn finish(self, stdout: &mut dyn Write) -> Result<(), OutputError> {
        match self {
            Self::Standard => stdout
                .flush()
                .map_err(|error| OutputError::new("standard output", error)),
            Self::Direct { name, mut file } => {
                file.flush().map_err(|error| OutputError::new(name, error))
            }
            Self::Beside { wanted, file } => {
                let failed = |error| OutputError::new(wanted.display().to_string(), error);
                let file = file
                    .into_inner()
                    .map_err(|error| failed(error.into_error()))?;
                file.as_file().sync_all().map_err(failed)?;
                file.persist(&wanted).map_err(|error| failed(error.error))?;
                Ok(())
            }
        }
    }
}

/// Counts, and says how far the batch is.
struct Progress {
    bar: ProgressBar,
    /// Notes instead of a bar, where none can be drawn.
    notes: bool,
    noted: Instant,
    judged: u64,
    failed: u64,
    abstained: u64,
}

impl Progress {
    fn new(sources: &[Source], quiet: bool, streams: &Streams<'_>) -> Self {
        let draw = streams.terminal.progress && !quiet;
        let only_texts = sources
            .iter()
            .all(|source| matches!(source, Source::Text(_)));
        let bar = if only_texts {
            ProgressBar::new(sources.len() as u64)
        } else {
            ProgressBar::no_length()
        };
        bar.set_draw_target(if draw {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = if only_texts {
            "{pos}/{len} {wide_bar} {eta} left; {msg}"
        } else {
            "{spinner} {wide_msg} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            notes: !draw && !quiet,
            noted: Instant::now(),
            judged: 0,
            failed: 0,
            abstained: 0,
        }
    }

    fn count(&mut self, report: &Report, stderr: &mut dyn Write) {
        match report.outcome {
            Outcome::Scored(_) => self.judged += 1,
            Outcome::Abstained { .. } => self.abstained += 1,
            Outcome::Failed(_) | Outcome::BadRecord(_) => self.failed += 1,
        }
        // The message first: each of the two draws.
        self.bar.set_message(self.summary());
        self.bar.inc(1);
        if self.notes && self.noted.elapsed() >= NOTE_EVERY {
            self.noted = Instant::now();
            self.note("so far: ", stderr);
        }
    }

    fn summary(&self) -> String {
        format!(
            "{} judged, {} not judged, {} failed",
            self.judged, self.abstained, self.failed
        )
    }

    fn note(&self, lead: &str, stderr: &mut dyn Write) {
        // That nobody reads progress is no reason to stop.
        let _ = writeln!(stderr, "note: {lead}{}", self.summary());
    }

    fn finish(self, stderr: &mut dyn Write) {
        let drawn = !self.bar.is_hidden();
        self.bar.finish_and_clear();
        if self.notes || drawn {
            self.note("", stderr);
        }
    }
}
