//! The way of one document from its text to its analysis.
//!
//! In: a document that passed the language gate, with its siblings, and the models. Out:
//! an [`Analysis`]. Each stage is a function from values to a value; this file joins them
//! and nothing else: read → detect → compare → rescore → find (of words, then of forms) →
//! correct → apply the policy → point into the sources. Which documents are read together,
//! and what is no document, is decided by the linter.

mod article;
mod compare;
mod detect;
mod exclusions;
mod line_breaks;
mod models;
mod numbers;
mod options;
mod pattern_findings;
mod read;
mod sibling_findings;
mod source;
mod suggestions;

use rayon::prelude::*;

pub use self::article::Article;
pub(crate) use self::models::Models;
pub use self::numbers::Numbers;
pub(crate) use self::numbers::numbers;
pub use self::options::{Options, Sensitivity};
pub(crate) use self::read::{fitting_together, read_articles};

use self::compare::{articles, compare};
use self::detect::{assess, word_table};
use self::line_breaks::with_line_breaks;
use self::pattern_findings::shown_patterns;
use self::read::{Judged, ReadText, read};
use self::sibling_findings::{flagged, sibling_findings};
use self::source::pointing_into_sources;
use self::suggestions::with_suggestions;
use crate::document::{Document, content};
use crate::finding::Finding;
use crate::finding::patterns::{flagged_patterns, with_patterns};
use crate::finding::phrases::findings;
use crate::finding::words::WordTable;
use crate::language::Language;
use crate::lm::LmError;
use crate::policy::{DocumentWords, PolicyOutcome};
use crate::report::{Analysis, WordVerdict};
use crate::rereading::DocumentReading;
use crate::segment::Segments;

/// A document that passed the language gate, with its siblings.
pub(crate) struct Accepted {
    /// The document.
    pub document: Document,
    /// The sentences and words of the document.
    pub segments: Segments,
    /// The language that the document is taken for.
    pub language: Language,
    /// The siblings of the document. Those that are not read yet stand first.
    pub siblings: Vec<Article>,
    /// How many siblings are not read yet.
    pub unread: usize,
}

impl Accepted {
    /// The text without a byte order mark, which language models never saw.
    pub(crate) fn content(&self) -> &str {
        content(self.document.judged())
    }
}

/// Analyzes documents that are read together, in their order. `read_on` says whether
/// the language model is to keep what it needs to read edits of them.
///
/// # Errors
/// When the language model fails.
pub(crate) fn run(
    models: &Models,
    accepted: Vec<Accepted>,
    options: &Options,
    read_on: bool,
) -> Result<Vec<Analysis>, LmError> {
    let texts = accepted.iter().map(|one| Judged {
        text: one.document.judged(),
        segments: &one.segments,
    });
    let texts_read = read(models, &texts.collect::<Vec<_>>(), read_on)?;
    // `par_bridge` never begins a document while another one waits for its share
    // of the work: each thread holds one.
    let documents = accepted
        .into_iter()
        .zip(texts_read)
        .enumerate()
        .par_bridge();
    let analyses = documents
        .map(|(place, (document, read))| Ok((place, analyze(models, document, read, options)?)));
    let analyses: Result<Vec<(usize, Analysis)>, LmError> = analyses.collect();
    let mut analyses = analyses?;
    analyses.sort_unstable_by_key(|(place, _)| *place);
    Ok(analyses.into_iter().map(|(_, analysis)| analysis).collect())
}

/// The stages for one document.
fn analyze(
    models: &Models,
    accepted: Accepted,
    read: ReadText,
    options: &Options,
) -> Result<Analysis, LmError> {
    let Accepted {
        document,
        segments,
        language,
        siblings,
        ..
    } = accepted;
    let text = document.judged();
    let (scores, known, prose) = (&read.scores, read.detection, document.prose());
    let assessment = assess(models, text, prose, &segments, (scores, known));
    let words = word_table(
        models,
        text,
        &segments,
        scores,
        &assessment.detection,
        options,
    );

    let articles = articles(models, text, &segments, &siblings)?;
    let bits = assessment.bits();
    let reading = read.cache.as_ref().map(|cache| DocumentReading {
        reading: scores,
        cache,
        start: document.content_start(),
    });
    let context = articles.as_ref();
    let context = context.map(|articles| compare(models, articles, &assessment, &bits, reading));
    let mut context = context.transpose()?;

    let believed = context.as_ref().map(|context| context.believed(&siblings));
    let believed = believed.unwrap_or_default();
    let words = match &context {
        Some(context) => context.rescored(models, words, &assessment, (options, &believed)),
        None => words,
    };
    let words = flagged(&words, &believed);
    let own = findings(&words, models.lm.as_ref());
    let found = match &mut context {
        Some(context) => sibling_findings(models, context, &believed, &words, own)?,
        None => own,
    };
    let patterns = &assessment.patterns;
    let patterns = shown_patterns(patterns, text, &segments, (&believed, &found), options);
    let found = with_patterns(found, &patterns, &words, models.lm.as_ref());
    let words = flagged_patterns(&words, &patterns);
    let found = with_suggestions(models, found, &words, reading, options)?;
    let verdicts = verdicts(&words, if context.is_some() { &found } else { &[] });
    let document_words = DocumentWords {
        text,
        segments: &segments,
        garbled: &words.garbled(),
    };
    let PolicyOutcome { findings, accepted } = options.policy.apply(found, document_words);
    let siblings = context.map(|context| context.sibling_entries(&siblings, &segments));
    let analysis = Analysis {
        language,
        model: models.lm.id().clone(),
        detector: models.detector.name().to_owned(),
        score: assessment.score,
        words: verdicts,
        siblings: siblings.unwrap_or_default(),
        sentences: segments.sentences,
        sentence_rates: assessment.sentence_rates,
        findings,
        accepted,
        threshold_shift: assessment.detection.threshold_shift,
        document,
    };
    Ok(with_line_breaks(pointing_into_sources(analysis)))
}

/// What a report says of each word: those of findings that siblings made are garbled too.
fn verdicts(words: &WordTable<'_>, found: &[Finding]) -> Vec<WordVerdict> {
    let rows = words.rows.iter();
    // Both are in text order. `reach` is the farthest end of the findings that begin before a word
    // or with it.
    let (mut begun, mut reach) = (0, 0);
    let verdicts = rows.map(|row| {
        let span = row.surprisal.span;
        while let Some(finding) = found.get(begun)
            && finding.span.start() <= span.start()
        {
            reach = reach.max(finding.span.end());
            begun += 1;
        }
        WordVerdict {
            span,
            surprisal_bits: row.surprisal.surprisal_bits,
            p_garbled: row.p_garbled,
            garbled: row.garbled || span.end() <= reach,
        }
    });
    verdicts.collect()
}
