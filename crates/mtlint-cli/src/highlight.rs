//! `mtlint highlight`: the suspect phrases, why, and their corrections.

use clap::Args;

use mtlint::report::printer::TextLayout;

use super::documents::{self, DocumentArgs};
use super::fix::{self, FixArgs};
use super::output::Streams;
use super::verdict::Verdict;

/// Show suspect phrases, why each is suspect, and the correction a sibling supports
///
/// Each finding is shown in its sentence with the place (path:line:column), its severity and
/// category. With --sibling, a cleaner article on the same story, mtlint also says what the phrase
/// should be and quotes where the sibling says so.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint highlight article.txt --sibling cleaner.txt\n  \
    mtlint highlight --sensitivity thorough article.txt\n  \
    mtlint highlight --format json --words article.txt > report.json\n  \
    mtlint highlight --fail-on critical drafts/*.txt\n  \
    mtlint highlight --emit sarif=mtlint.sarif --emit json=mtlint.json drafts/*.txt\n  \
    mtlint highlight --fix --diff article.txt --sibling cleaner.txt\n  \
    mtlint highlight --fix --write drafts/*.txt --sibling cleaner.txt")]
pub struct HighlightArgs {
    #[command(flatten)]
    pub(super) documents: DocumentArgs,

    #[command(flatten)]
    fix: FixArgs,
}

/// Highlights every document, or corrects it.
pub fn run(arguments: &HighlightArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    match arguments.fix.allowed() {
        Some(allowed) => fix::run(&arguments.documents, &arguments.fix, allowed, streams),
        None => documents::run(&arguments.documents, TextLayout::Findings, streams),
    }
}
