//! The input of the word model, for texts that are to calibrate it.
//!
//! In: texts. Out: for each text that passes the language gate its words with their
//! features, as in linting. It runs no network.

use std::ops::Range;

use super::exclusions::Exclusions;
use super::models::Models;
use super::read::{read_options, with_offset};
use crate::detect::features::{WIDTH, features};
use crate::detect::word_surprisals;
use crate::document::{content, content_start};
use crate::language::{Gate, gate};
use crate::lm::{LmError, ReadOptions};
use crate::segment::segment;
use crate::span::{Doc, Span};

/// The input of the word model for one text, for fitting a calibration: its words, their
/// features and its sentences.
pub struct Numbers {
    /// The words and punctuation marks of the text, in bytes of the text.
    pub words: Vec<Span<Doc>>,
    /// For each word whether it is excluded, because it stands in a passage in another
    /// language, and is never flagged.
    pub excluded: Vec<bool>,
    /// The features of each word, a row for each.
    pub rows: Vec<[f32; WIDTH]>,
    /// The words of each sentence, as indices.
    pub sentences: Vec<Range<usize>>,
    /// How many words the text has, marks not counted.
    pub count: usize,
}

/// The input of the word model for each text; `None` for a text that does not pass the
/// language gate. `language` is the ISO 639-3 code that all are taken to be in; without one
/// it is guessed.
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
        let judged = matches!(
            gate(text, &segments, &models.lexicon, language),
            Gate::Judge(_)
        );
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
        let (exclusions, _) = Exclusions::new(&models.lexicon, text, segments, None);
        Some(Numbers {
            excluded: words
                .iter()
                .map(|word| exclusions.holds(word.span))
                .collect(),
            rows: features(text, segments, &scores, &words, &models.lexicon),
            words: words.iter().map(|word| word.span).collect(),
            sentences: segments.words_by_sentence(),
            count: segments.word_count(),
        })
    });
    Ok(numbers.collect())
}
