//! The arguments of `mtlint batch`.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use mtlint_batch::Shard;

use super::page::PageFlags;
use crate::flags::{ConsoleFlags, GateFlags, JudgingFlags};
use crate::plan::ConfigFlags;

/// A month of nights: longer than anyone looks back at a report, and short enough that the
/// state stays small.
const DEFAULT_KEEP_RUNS: &str = "31";

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
/// A folder stands for the texts in it and in its folders: .txt, Markdown and HTML. The output has
/// one line for each document, in the order of the input; a document that cannot be read gets its
/// line too, with "status":"failed", and so does an input that breaks off.
///
/// With --pool, a document without siblings is judged with the article of the pool that tells the
/// same story, if there is one, as 'highlight --sibling' would; "sibling" in its line names it.
/// Where several do, they are judged and the cleanest serves. "copy_of" names the article of the
/// pool that a document is a near copy of; only a cleaner copy serves as its sibling.
#[derive(Debug, Args)]
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
    pub inputs: Vec<OsString>,

    /// Where the reports go; '-' is standard output. A file appears under its name only when all
    /// is done
    #[arg(long, short, value_name = "OUT")]
    pub output: String,

    /// The format of the output
    #[arg(long, value_enum, default_value_t = Format::Jsonl)]
    pub format: Format,

    /// Keep reports in this database, and read no document again that it knows; made if it is
    /// not there
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,

    /// Take up the last run of the state if it was cut short
    #[arg(long, requires = "state")]
    pub resume: bool,

    /// How many runs the state keeps, this one among them; older ones are forgotten, with the
    /// reports that only they knew. The last finished run before this one is always kept: 'mtlint
    /// report' compares with it
    #[arg(long, value_name = "N", default_value = DEFAULT_KEEP_RUNS, requires = "state")]
    pub keep_runs: NonZeroU32,

    /// Look for siblings here: JSON Lines, CSV, Parquet, a text file, a folder or a pattern; 'batch' is the
    /// batch's own documents (write './batch' for a file of that name). Give the flag again for
    /// each further one
    #[arg(long, value_name = "SOURCE")]
    pub pool: Vec<OsString>,

    /// Days that a document and its sibling may be apart, where both have a "date"
    #[arg(long, value_name = "N", default_value_t = 7, requires = "pool")]
    pub pool_days: u32,

    /// Judge one part of the batch only, such as 1/4 for the first of four: for several machines.
    /// A document is in the same part every night, by its id; give each part its own state
    #[arg(long, value_name = "I/N")]
    pub shard: Option<Shard>,

    /// Every word and mark with its numbers
    #[arg(long)]
    pub words: bool,

    #[command(flatten)]
    pub page: PageFlags,

    /// Exit with status 2 if a document failed
    #[arg(long)]
    pub fail_on_error: bool,

    #[command(flatten)]
    pub judging: JudgingFlags,

    #[command(flatten)]
    pub console: ConsoleFlags,

    #[command(flatten)]
    pub gates: GateFlags,

    #[command(flatten)]
    pub config: ConfigFlags,
}

/// How reports are written: a batch is for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Jsonl,
}
