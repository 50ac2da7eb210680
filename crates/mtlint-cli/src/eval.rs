//! `mtlint eval`: how well the detector does on labelled data.
//!
//! In: the arguments. Out: the figures, as tables or JSON, and progress on standard error.
//! Reading, linting and measuring are done by mtlint-eval.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use mtlint_eval::{Half, Subject, dataset, table};

use super::config::{Settings, Typed};
use super::flags::{ConsoleFlags, JudgingFlags, TextOrJson};
use super::linter;
use super::output::Streams;
use super::progress::ReadingProgress;
use super::verdict::Verdict;

/// Measure how well garble is found, on labelled data
///
/// DATA is a file of JSON Lines (.jsonl, .jsonl.gz) or a folder of them. What a record is shows
/// in its fields:
///
///   mt, tokens, tags        a translated sentence, each token OK or BAD by post-editing
///   mt, spans               a translated sentence with the spans that a rater marked
///   mt, reference (lists)   an article by machine and the same by people
///   text, errors, post_edit a garbled article, its garbled phrases marked, and the same corrected
///   text                    a text written by people, in which every flag is a false alarm
///
/// Of labelled sets it prints the Matthews correlation (MCC) of what is flagged, average precision
/// (AP), the area under the curve (AUC), F1 of the BAD words and the correlation of the predicted
/// post-edit rate with HTER; how far its probabilities can be believed: expected calibration error
/// (ECE, 15 bins of equal count) and Brier skill over each set's own and over the pooled share of
/// BAD words, of each set and of all pooled. Where raters marked spans: how far its severities agree
/// with theirs (Cohen's kappa), which share of their major and minor spans is found, and whether it
/// ranks systems as their MQM penalties do (Spearman). Of texts by people what is flagged per 1,000
/// words; of articles the share in which people score higher.
///
/// Of articles with marked phrases ('errors' is a list of 'text', 'category', 'severity' and 'fixes',
/// in the order of the text; 'sibling' may be a clean article on the same story), each read alone and
/// beside its sibling: the share of errors that a finding overlaps, of all, of the major and critical
/// and of each kind; the share of findings that overlap an error; findings in the post-edits per
/// 1,000 words, each a false alarm; the share of errors whose first suggestion, or first safe one,
/// gives one of the fixes; the mean quality of both, and the share of pairs in which the post-edit
/// scores higher; how far severities agree. Intervals come from resampling articles.
///
/// With --corrections it measures those articles alone that have a sibling. Their further fields:
/// 'reference2' (a second right version), 'sibling' (a list, its text), 'tokens' and 'tags' (a list
/// for each segment). A suggestion is helpful if, applied alone, it lessens the word errors: words
/// and marks to put in, take out or exchange, each segment against its own reference or the nearer
/// of two. 'safe' and 'safe and unsafe' are what --fix and --fix=unsafe apply, the first suggestion
/// of each finding; 'every one' counts the alternatives too. Then the share of word errors that is
/// gone when all are applied that do not overlap, and of the BAD words that helpful ones replace:
/// by the article's own tags, or else those of the same sentence in labelled DATA given beside it.
/// How well their sentences are aligned is told where the sibling has a right version word for word.
///
/// With --contradictions it measures the right versions of those articles: what is flagged in them
/// beside their sibling, where every flag is a false alarm, and, once one fact that the sibling has
/// too is changed (the same one in every run), how often that is found as an inconsistency.
#[derive(Debug, Args)]
#[command(
    verbatim_doc_comment,
    after_help = "Examples:\n  \
    mtlint eval data/ --sensitivity balanced\n  \
    mtlint eval data/ --half a --limit 200\n  \
    mtlint eval data/garbled.jsonl --format json | jq .garbled\n  \
    mtlint eval data/rated.jsonl.gz --half held --sensitivity balanced\n  \
    mtlint eval --corrections data/stories.jsonl.gz data/*.dev.jsonl.gz --limit 50\n  \
    mtlint eval --contradictions data/stories.jsonl.gz\n  \
    mtlint eval --alignment data/stories.jsonl.gz --aligner minilm\n  \
    mtlint eval data/ro-en.dev.jsonl.gz --format json | jq .mean.mcc"
)]
pub struct EvalArgs {
    /// Files of labelled data, or folders of them
    #[arg(value_name = "DATA", required = true)]
    data: Vec<PathBuf>,

    /// Measure on a part of the documents, told apart by the SHA-256 of their names: the half 'a'
    /// to tune on, the half 'b' to quote, or 'held', the third of documents with marked spans that
    /// the detector was not trained on
    #[arg(long, value_enum, default_value_t = HalfName::All)]
    half: HalfName,

    /// Measure on at most so many texts of each set, always the same ones
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,

    /// Measure the corrections instead: each article is judged with its sibling, each suggestion
    /// applied alone, and the words compared that an editor would still have to change
    #[arg(long)]
    corrections: bool,

    /// Measure contradictions instead: each article's right version is judged with its sibling, as
    /// it is and with one number, date or name changed that the sibling has too
    #[arg(long, conflicts_with = "corrections")]
    contradictions: bool,

    /// Measure alignment instead: how the sentences of each article are aligned with those of its
    /// sibling, where the sibling has a right version word for word, and how long that takes
    #[arg(long, conflicts_with_all = ["corrections", "contradictions"])]
    alignment: bool,

    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    pub(super) console: ConsoleFlags,
}

/// A part of the documents, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum HalfName {
    A,
    B,
    Held,
    All,
}

/// Measures, and prints what was measured.
pub fn run(arguments: &EvalArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let mut sets = Vec::new();
    for path in &arguments.data {
        sets.extend(dataset::load(path)?);
    }
    let settings = Settings::resolve(&Typed::from(&arguments.judging), None);
    let linter = linter::load(&settings, streams)?;
    let options = mtlint_eval::Options {
        half: match arguments.half {
            HalfName::A => Half::DevA,
            HalfName::B => Half::DevB,
            HalfName::Held => Half::Held,
            HalfName::All => Half::All,
        },
        limit: arguments
            .limit
            .map(|limit| usize::try_from(limit).unwrap_or(usize::MAX)),
        max_bytes: settings.max_bytes.value,
        subject: if arguments.corrections {
            Subject::Corrections
        } else if arguments.contradictions {
            Subject::Contradictions
        } else if arguments.alignment {
            Subject::Alignment
        } else {
            Subject::Detection
        },
    };
    let mut progress = ReadingProgress::new(streams);
    let evaluation = mtlint_eval::measure(
        (&linter, &settings.options()),
        &sets,
        options,
        |done, total| {
            if let Some(words) = progress.step(done, total) {
                streams.note(&words);
            }
        },
    )?;
    progress.finish();
    let drawn = match arguments.format {
        TextOrJson::Text => table::text(&evaluation),
        TextOrJson::Json => table::json(&evaluation)?,
    };
    streams.print(&drawn)?;
    Ok(Verdict::default())
}
