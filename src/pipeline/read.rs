//! Reading with the language model, as much at once as fills its batches.
//!
//! In: texts of documents and their siblings. Out: the scores of their tokens, and of
//! siblings how clean each is. It decides how much is held in memory at once: scores are
//! large, the more so where the model is to read on from them. A long text is judged while it is
//! read, so that the largest of them are never held for all of it.

use std::collections::HashMap;

use super::article::Article;
use super::detect::assess;
use super::models::Models;
use crate::detect::{Detection, GradualDetection};
use crate::document::{content, content_start};
use crate::lm::{KvCache, LmError, ReadOptions, TokenScores, texts_in_batch};
use crate::segment::Segments;

/// Probable tokens kept at each place, to show what was expected. Some are
/// pieces of words and are passed over.
const MOST_PROBABLE: usize = 8;

/// The number of bytes from which a text is long: some four windows of the language model. Its
/// scores are some 2 kB for each byte.
const LONG_BYTES: usize = 32 * 1024;

/// The largest number of bytes of texts that are read together, unless the model is to read on from
/// them: enough for full batches.
const MAX_BYTES: usize = 64 * 1024;

/// The largest number of bytes of documents that are read together and read on from: enough for full
/// batches.
const MAX_CACHED_BYTES: usize = 16 * 1024;

/// A text as the language model has read it.
pub(super) struct ReadText {
    /// The scores of the tokens, with spans into the text; of a long one without states.
    pub scores: TokenScores,
    /// What is needed to read on from any place in the text, if it was kept.
    pub cache: Option<KvCache>,
    /// What the detector makes of a long text; `None` for others.
    pub detection: Option<Detection>,
}

/// A text with its words; a byte order mark at its start is not read.
#[derive(Clone, Copy)]
pub(super) struct Judged<'a> {
    pub text: &'a str,
    pub segments: &'a Segments,
}

/// How many texts, from the first on, are read together; `cached` if the model is to read
/// on from them. A long text is read by itself.
pub(crate) fn fitting_together<'a>(texts: impl Iterator<Item = &'a str>, cached: bool) -> usize {
    let max_bytes = if cached { MAX_CACHED_BYTES } else { MAX_BYTES };
    let lengths = texts.map(|text| match text.len() {
        long if long > LONG_BYTES => usize::MAX / 2,
        length => length,
    });
    texts_in_batch(lengths, max_bytes)
}

/// Reads texts, and keeps what is needed to read on if `cached`.
///
/// # Errors
/// When the language model fails.
pub(super) fn read(
    models: &Models,
    texts: &[Judged<'_>],
    cached: bool,
) -> Result<Vec<ReadText>, LmError> {
    if let [long] = texts
        && long.text.len() > LONG_BYTES
    {
        return Ok(vec![read_long(models, *long)?]);
    }
    let options = read_options(models);
    let contents: Vec<&str> = texts.iter().map(|one| content(one.text)).collect();
    let read: Vec<(TokenScores, Option<KvCache>)> = if cached {
        models.lm.read_with_cache(&contents, options)?
    } else {
        let read = models.lm.read(&contents, options)?.into_iter();
        read.map(|scores| (scores, None)).collect()
    };
    let read = read.into_iter().zip(texts);
    let read = read.map(|((scores, cache), one)| ReadText {
        scores: with_offset(scores, content_start(one.text)),
        cache,
        detection: None,
    });
    Ok(read.collect())
}

/// Reads a long text and judges it meanwhile.
fn read_long(models: &Models, Judged { text, segments }: Judged<'_>) -> Result<ReadText, LmError> {
    let start = content_start(text);
    let mut detection = GradualDetection::new(&models.detector, &models.lexicon, text, segments);
    let mut take = |part| {
        detection.add(with_offset(part, start));
        Ok(())
    };
    let options = read_options(models);
    models.lm.read_in_parts(content(text), options, &mut take)?;
    let (detection, scores) = detection.finish();
    Ok(ReadText {
        scores,
        cache: None,
        detection: Some(detection),
    })
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
        let contents = rest.iter().map(|one| one.sibling().content());
        let (together, after) = rest.split_at_mut(fitting_together(contents, false));
        let texts = together.iter().map(|one| Judged {
            text: &one.sibling().text,
            segments: &one.sibling().segments,
        });
        let read = read(models, &texts.collect::<Vec<_>>(), false)?;
        for (article, read) in together.iter_mut().zip(read) {
            fill_in(models, article, read);
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
fn fill_in(models: &Models, article: &mut Article, read: ReadText) {
    let sibling = article.sibling_mut();
    let prose = sibling.original.as_ref().map(|original| &original.prose);
    let assessment = assess(
        models,
        &sibling.text,
        prose,
        &sibling.segments,
        (&read.scores, read.detection),
    );
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
