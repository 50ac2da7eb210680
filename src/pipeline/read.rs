//! Reading with the language model, as much at once as fills its batches.
//!
//! In: texts of documents and their siblings. Out: the scores of their tokens, and of
//! siblings how clean each is. It decides how much is held in memory at once: scores are
//! large, the more so where the model is to read on from them.

use std::collections::HashMap;

use super::article::Article;
use super::detect::assess;
use super::models::Models;
use crate::document::content_start;
use crate::lm::{KvCache, LmError, ReadOptions, TokenScores, texts_in_batch};

/// Probable tokens kept at each place, to show what was expected. Some are
/// pieces of words and are passed over.
const MOST_PROBABLE: usize = 8;

/// Bytes of siblings that are read together.
const MAX_SIBLING_BYTES: usize = 256 * 1024;

/// Bytes of documents with siblings that are read together: enough for full batches.
const MAX_CACHED_BYTES: usize = 16 * 1024;

/// A text's scores by the language model, with its cache where that is kept.
pub(super) struct ReadText {
    /// The scores of the tokens.
    pub scores: TokenScores,
    /// What is needed to read on from any place in the text, if it was kept.
    pub cache: Option<KvCache>,
}

/// How many texts, from the first on, are read together; `cached` if the model is to read
/// on from them.
pub(crate) fn fitting_together<'a>(texts: impl Iterator<Item = &'a str>, cached: bool) -> usize {
    let max_bytes = if cached { MAX_CACHED_BYTES } else { usize::MAX };
    texts_in_batch(texts.map(str::len), max_bytes)
}

/// Reads texts, and keeps what is needed to read on if `cached`.
///
/// # Errors
/// When the language model fails.
pub(super) fn read(
    models: &Models,
    texts: &[&str],
    cached: bool,
) -> Result<Vec<ReadText>, LmError> {
    let options = read_options(models);
    if cached {
        let read = models.lm.read_with_cache(texts, options)?.into_iter();
        return Ok(read
            .map(|(scores, cache)| ReadText { scores, cache })
            .collect());
    }
    let read = models.lm.read(texts, options)?.into_iter();
    let uncached = |scores| ReadText {
        scores,
        cache: None,
    };
    Ok(read.map(uncached).collect())
}

/// What is kept of each token.
pub(super) fn read_options(models: &Models) -> ReadOptions<'_> {
    ReadOptions {
        most_probable: MOST_PROBABLE,
        layers: models.detector.layers(),
    }
}

/// Reads articles and fills in how clean each is: one that is garbled itself is no
/// authority. They are read together as far as that fills batches. An article that comes
/// several times is read once.
///
/// # Errors
/// When the language model fails.
pub(crate) fn read_articles<'a>(
    models: &Models,
    articles: impl Iterator<Item = &'a mut Article>,
) -> Result<(), LmError> {
    // What cannot be judged is not believed anyway.
    let articles = articles.filter(|article| article.quality().is_some());
    let mut articles: Vec<&mut Article> = articles.collect();
    let first_occurrences = first_occurrences(&articles);
    let unread = articles.iter_mut().zip(&first_occurrences).enumerate();
    let unread = unread.filter(|(number, (_, first))| number == *first);
    let mut unread: Vec<&mut Article> = unread.map(|(_, (article, _))| &mut **article).collect();
    let mut rest = &mut unread[..];
    while !rest.is_empty() {
        let lengths = rest.iter().map(|one| one.sibling().content().len());
        let (together, after) = rest.split_at_mut(texts_in_batch(lengths, MAX_SIBLING_BYTES));
        let texts: Vec<&str> = together.iter().map(|one| one.sibling().content()).collect();
        let read = models.lm.read(&texts, read_options(models))?;
        for (article, scores) in together.iter_mut().zip(read) {
            fill_in(models, article, scores);
        }
        rest = after;
    }
    for (number, first) in first_occurrences.into_iter().enumerate() {
        if first < number {
            let same = articles[first].sibling();
            let (quality, p_garbled) = (same.quality, same.p_garbled.clone());
            let sibling = articles[number].sibling_mut();
            sibling.quality = quality;
            sibling.p_garbled = p_garbled;
        }
    }
    Ok(())
}

/// For each article the place of the first one with the same text.
fn first_occurrences(articles: &[&mut Article]) -> Vec<usize> {
    let mut known = HashMap::new();
    let first = articles.iter().enumerate().map(|(number, article)| {
        let sibling = article.sibling();
        let original = sibling.original.as_ref().map(|original| &original.text);
        *known.entry((&sibling.text, original)).or_insert(number)
    });
    first.collect()
}

/// Fills in what the detector makes of an article itself.
fn fill_in(models: &Models, article: &mut Article, scores: TokenScores) {
    let sibling = article.sibling_mut();
    let scores = with_offset(scores, content_start(&sibling.text));
    let prose = sibling.original.as_ref().map(|original| &original.prose);
    let assessment = assess(models, &sibling.text, prose, &sibling.segments, &scores);
    // What cannot be judged keeps no quality.
    sibling.quality = sibling.quality.and(Some(assessment.score.quality));
    sibling.p_garbled = assessment.detection.p_garbled;
}

/// The scores of a text's content with spans into the whole text, where the content begins
/// at byte `offset`.
pub(super) fn with_offset(mut scores: TokenScores, offset: usize) -> TokenScores {
    if offset > 0 {
        for token in &mut scores.tokens {
            token.span = token.span.shifted(offset);
        }
    }
    scores
}
