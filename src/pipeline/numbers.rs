//! The numbers that the word model sees, of texts that are to calibrate it.
//!
//! In: texts. Out: for each that can be judged its words with their features, as in
//! judging. It judges nothing.

use std::ops::Range;

use super::reading::shifted;
use super::{Exclusions, LintError, Linter};
use crate::detect::features::{WIDTH, features, word_surprisals};
use crate::detect::sentences;
use crate::document::Document;
use crate::lm::ReadOptions;
use crate::span::{Doc, Span};

/// A text as the word model sees it.
pub struct Numbers {
    /// Its words and marks.
    pub words: Vec<Span<Doc>>,
    /// Which of them stand in a passage in another language, and are never flagged.
    pub excluded: Vec<bool>,
    /// A row each.
    pub rows: Vec<[f32; WIDTH]>,
    /// The words of each sentence.
    pub sentences: Vec<Range<usize>>,
    /// Words, marks not counted.
    pub count: usize,
}

impl Linter {
    /// The numbers of texts without a byte order mark; none for one that is not judged.
    ///
    /// # Errors
    /// When the model fails.
    pub fn numbers(&self, texts: &[&str]) -> Result<Vec<Option<Numbers>>, LintError> {
        let accepted: Vec<_> = texts
            .iter()
            .map(|text| {
                let document = Document::from_text("", *text);
                self.accept(document, Vec::new(), Vec::new()).ok()
            })
            .collect();
        let judged = accepted.iter().flatten().map(|one| one.content());
        let options = ReadOptions {
            layers: &[],
            ..self.read_options()
        };
        let readings = self.lm.read(&judged.collect::<Vec<_>>(), options)?;
        let mut readings = readings.into_iter();
        Ok(accepted
            .iter()
            .map(|accepted| {
                let accepted = accepted.as_ref()?;
                let reading = shifted(readings.next()?, accepted.document.content_start());
                let (text, segments) = (accepted.document.judged(), &accepted.segments);
                let words = word_surprisals(segments, &reading);
                let excluded = Exclusions::new(text, segments, accepted.document.prose());
                Some(Numbers {
                    excluded: words.iter().map(|word| excluded.holds(word.span)).collect(),
                    rows: features(text, segments, &reading, &words, &self.lexicon),
                    words: words.iter().map(|word| word.span).collect(),
                    sentences: sentences(segments),
                    count: segments.word_count(),
                })
            })
            .collect())
    }
}
