//! `mtlint score`: one line a document.

use clap::Args;

use mtlint::report::printer::TextLayout;

use super::documents::{self, DocumentArgs};
use super::output::Streams;
use super::verdict::Verdict;

/// Score articles: one line each
///
/// Prints for each document its quality (0 to 100, with a 95 % interval), the share of words that
/// an editor would have to change, how surprising it is in bits per word, and its findings by
/// severity.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint score article.txt\n  \
    mtlint score --fail-under 70 drafts/*.txt\n  \
    mtlint score --format tsv drafts/*.txt > spans.tsv\n  \
    pandoc -t plain article.html | mtlint score --format jsonl -")]
pub struct ScoreArgs {
    #[command(flatten)]
    pub(super) documents: DocumentArgs,
}

/// Scores every document.
pub fn run(arguments: &ScoreArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    documents::run(&arguments.documents, TextLayout::Score, streams)
}
