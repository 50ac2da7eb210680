//! Comparing a document with its siblings.
//!
//! In: the document with what its own reading says, and the siblings. Out: a
//! [`SiblingContext`], which all later stages use, and the table of words with the
//! siblings taken into account. It makes no findings.

use std::collections::HashSet;

use super::article::Article;
use super::detect::Assessment;
use super::models::Models;
use super::options::Options;
use crate::finding::words::{WordRow, WordTable};
use crate::lm::LmError;
use crate::report::{SiblingDoubt, SiblingEntry};
use crate::rereading::DocumentReading;
use crate::segment::{Segments, without_possessive};
use crate::sibling::{
    Articles, Comparison, Doubt, Memo, Rescore, SiblingArticle, SiblingModel, rescore,
};

/// A document compared with its siblings, and what further comparisons need.
pub(super) struct SiblingContext<'a> {
    /// The networks that were trained on documents with siblings.
    pub model: &'a SiblingModel,
    /// The sentences and words that stand for each other.
    pub comparison: Comparison<'a>,
    /// The score of each word in the light of the siblings, and what each sibling shows of
    /// the whole document.
    pub rescore: Rescore,
    /// Answers about words that are computed once.
    pub memo: Memo<'a>,
}

/// The words of a document and its siblings, made comparable; `None` without siblings.
///
/// # Errors
/// When the model that makes sentence vectors fails.
pub(super) fn articles<'a>(
    models: &Models,
    text: &'a str,
    segments: &'a Segments,
    siblings: &'a [Article],
) -> Result<Option<Articles<'a>>, LmError> {
    if siblings.is_empty() {
        return Ok(None);
    }
    let siblings = siblings.iter().map(Article::sibling);
    let articles = Articles::new(text, segments, siblings);
    articles.with(models.aligner.as_deref()).map(Some)
}

/// Compares a document with its siblings, and has the language model read it after each
/// of them. `bits` holds the surprisal of each word.
///
/// # Errors
/// When the language model fails.
pub(super) fn compare<'a>(
    models: &'a Models,
    articles: &'a Articles<'a>,
    assessment: &Assessment,
    bits: &'a [f32],
    reading: Option<DocumentReading<'a>>,
) -> Result<SiblingContext<'a>, LmError> {
    let mut memo = Memo::new(&models.lexicon);
    let comparison = Comparison::new(articles, &mut memo, &assessment.detection.p_garbled, bits)
        .reading_on(reading)
        .read(models.lm.as_ref())?;
    Ok(SiblingContext {
        model: &models.siblings,
        rescore: rescore(&models.siblings, &comparison, &mut memo),
        comparison,
        memo,
    })
}

impl SiblingContext<'_> {
    /// The siblings that are believed at all: one that is not confirms nothing.
    pub(super) fn believed<'s>(&self, siblings: &'s [Article]) -> Vec<&'s SiblingArticle> {
        let trusts = siblings.iter().zip(self.comparison.trusts());
        let believed = trusts.filter(|(_, trust)| trust.weight > 0.0);
        believed.map(|(article, _)| article.sibling()).collect()
    }

    /// The table with the probabilities and thresholds that hold with the siblings. Those in
    /// `believed` add suspicion everywhere, and take it away only from words that they have
    /// too.
    pub(super) fn rescored<'t>(
        &self,
        models: &Models,
        words: WordTable<'t>,
        assessment: &Assessment,
        (options, believed): (&Options, &[&SiblingArticle]),
    ) -> WordTable<'t> {
        let known = known_words(believed);
        let alone = models.detector.thresholds();
        let alone = alone.shifted(assessment.detection.threshold_shift);
        let rows = words.rows.into_iter().zip(&self.rescore.words);
        let rows = rows.map(|(row, score)| {
            let Some(score) = score else {
                return row;
            };
            let thresholds = score.thresholds(self.model, &alone);
            let excluded = assessment.exclusions.holds(row.surprisal.span);
            let spelling = row.surprisal.span.slice(words.text).unwrap_or_default();
            let p_garbled = if excluded {
                0.0
            } else if known.contains(&known_form(spelling)) {
                score.p_garbled
            } else {
                score.p_garbled.max(row.p_garbled)
            };
            WordRow {
                p_garbled,
                threshold: options.threshold_of(&thresholds).min(row.threshold),
                balanced: thresholds.balanced.min(row.balanced),
                ..row
            }
        });
        WordTable {
            rows: rows.collect(),
            ..words
        }
    }

    /// What a report says of the siblings: how far each is trusted, and which sentences of
    /// the document it has too.
    pub(super) fn sibling_entries(
        &self,
        siblings: &[Article],
        segments: &Segments,
    ) -> Vec<SiblingEntry> {
        let trusts = self.comparison.trusts().cloned().enumerate();
        let siblings = siblings.iter().map(Article::sibling).zip(trusts);
        let read = siblings.map(|(sibling, (index, trust))| {
            let sentences = segments.sentences.iter().enumerate();
            let aligned = sentences.filter_map(|(sentence, span)| {
                Some((*span, self.comparison.aligned(index, sentence)?))
            });
            let (text, prose) = match &sibling.original {
                Some(original) => (original.text.clone(), Some(original.prose.clone())),
                None => (sibling.text.clone(), None),
            };
            SiblingEntry {
                id: trust.id,
                weight: trust.weight,
                aligned_share: trust.aligned,
                quality: trust.quality,
                doubt: trust.doubt.map(doubt),
                text,
                prose,
                aligned: aligned.collect(),
            }
        });
        read.collect()
    }
}

/// The words of some siblings, as [`known_form`] makes them.
fn known_words(siblings: &[&SiblingArticle]) -> HashSet<String> {
    let words = siblings.iter().flat_map(|sibling| {
        let words = sibling.segments.words.iter();
        words.filter_map(|word| word.span.slice(&sibling.text))
    });
    words.map(known_form).collect()
}

/// A word in small letters and without a possessive ending.
fn known_form(word: &str) -> String {
    without_possessive(word).to_lowercase()
}

/// A doubt about a sibling as a report has it.
fn doubt(doubt: Doubt) -> SiblingDoubt {
    match doubt {
        Doubt::NotJudged => SiblingDoubt::NotJudged,
        Doubt::OtherStory => SiblingDoubt::OtherStory,
        Doubt::Copy => SiblingDoubt::Copy,
        Doubt::Garbled => SiblingDoubt::Garbled,
    }
}
