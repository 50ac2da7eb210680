//! The numbers that the word model sees, of texts that are to calibrate it.
//!
//! In: texts. Out: for each that can be judged its words with their features, as in
//! linting. It judges nothing.

use std::ops::Range;

use super::Models;
use super::exclusions::Exclusions;
use super::read::{read_options, with_offset};
use crate::detect::features::{WIDTH, features};
use crate::detect::{sentences, word_surprisals};
use crate::document::{content, content_start};
use crate::language::{Gate, gate};
use crate::lm::{LmError, ReadOptions};
use crate::segment::segment;
use crate::span::{Doc, Span};

/// A text as the word model sees it.
pub struct Numbers {
    /// The words and marks, as bytes of the text.
    pub words: Vec<Span<Doc>>,
    /// For each word whether it is excluded, because it stands in a passage in another
    /// language, and is never flagged.
    pub excluded: Vec<bool>,
    /// A row of features for each word.
    pub rows: Vec<[f32; WIDTH]>,
    /// The words of each sentence, as indices.
    pub sentences: Vec<Range<usize>>,
    /// The number of words, marks not counted.
    pub count: usize,
}

/// The numbers of texts; `None` for one that is not judged. `language` is an ISO 639-3 code
/// that spares the guessing.
///
/// # Errors
/// When the language model fails.
pub(crate) fn numbers(
    models: &Models,
    texts: &[&str],
    language: Option<&str>,
) -> Result<Vec<Option<Numbers>>, LmError> {
    let segmented = texts.iter().map(|text| {
        let segments = segment(text);
        let judged = matches!(gate(text, &segments, language), Gate::Judge(_));
        judged.then_some((*text, segments))
    });
    let segmented: Vec<_> = segmented.collect();
    let contents = segmented.iter().flatten();
    let contents: Vec<&str> = contents.map(|(text, _)| content(text)).collect();
    let options = ReadOptions {
        layers: &[],
        ..read_options(models)
    };
    let mut read = models.lm.read(&contents, options)?.into_iter();
    let numbers = segmented.iter().map(|judged| {
        let (text, segments) = judged.as_ref()?;
        let scores = with_offset(read.next()?, content_start(text));
        let words = word_surprisals(segments, &scores);
        let exclusions = Exclusions::new(text, segments, None);
        Some(Numbers {
            excluded: words
                .iter()
                .map(|word| exclusions.holds(word.span))
                .collect(),
            rows: features(text, segments, &scores, &words, &models.lexicon),
            words: words.iter().map(|word| word.span).collect(),
            sentences: sentences(segments),
            count: segments.word_count(),
        })
    });
    Ok(numbers.collect())
}
