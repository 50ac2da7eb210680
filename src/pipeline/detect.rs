//! How suspect each word of a document is by its own reading.
//!
//! In: a text with the language model's scores of its tokens. Out: an [`Assessment`], and
//! the table of words that all decisions are made in. No sibling is asked.

use std::ops::Range;
use std::sync::Arc;

use super::exclusions::Exclusions;
use super::models::Models;
use super::options::Options;
use crate::detect::{Detection, RateModel, Settled, detect};
use crate::document::Prose;
use crate::finding::words::{WordRow, WordTable};
use crate::lm::TokenScores;
use crate::patterns::Pattern;
use crate::score::Score;
use crate::segment::Segments;

/// What the detector finds in a text by itself.
pub(super) struct Assessment {
    /// The probability of each word, and the numbers of each sentence.
    pub detection: Detection,
    /// The words that are never flagged.
    pub exclusions: Exclusions,
    /// The phrases that are wrong by their form.
    pub patterns: Vec<Pattern>,
    /// The score of the text.
    pub score: Score,
    /// For each sentence the share of its words that a post-editor would change, 0 to 1.
    pub sentence_rates: Vec<f32>,
}

impl Assessment {
    /// The surprisal of each word, in bits.
    pub(super) fn bits(&self) -> Vec<f32> {
        let words = self.detection.words.iter();
        words.map(|word| word.surprisal_bits).collect()
    }
}

/// Detects what is garbled in a text with these scores, unless that is known already; words that
/// are excluded never are.
pub(super) fn assess(
    models: &Models,
    text: &str,
    prose: Option<&Arc<Prose>>,
    segments: &Segments,
    (scores, known): (&TokenScores, Option<Detection>),
) -> Assessment {
    let (exclusions, patterns) = Exclusions::new(&models.lexicon, text, segments, prose);
    let now = || detect(&models.detector, &models.lexicon, text, segments, scores);
    let mut detection = known.unwrap_or_else(now);
    let settled = settled(segments, &exclusions, &patterns);
    detection.settle(|word| settled[word]);
    let rate_model = models.detector.rate_model();
    let score = Score::of(&rate_model, &detection, scores, segments.word_count());
    Assessment {
        sentence_rates: sentence_rates(&rate_model, &detection, segments),
        detection,
        exclusions,
        patterns,
        score,
    }
}

/// What is known of each word by other means than the detector's. A pattern counts by its
/// confidence, whether it becomes a finding or not: the score knows no threshold.
fn settled(segments: &Segments, exclusions: &Exclusions, patterns: &[Pattern]) -> Vec<Settled> {
    let words = segments.words.iter();
    let words = words.map(|word| match exclusions.holds(word.span) {
        true => Settled::LeftOut,
        false => Settled::Judged,
    });
    let mut settled: Vec<Settled> = words.collect();
    for pattern in patterns {
        for word in &mut settled[pattern.words.clone()] {
            *word = match *word {
                Settled::LeftOut => Settled::LeftOut,
                Settled::Judged => Settled::Garbled(pattern.confidence),
                Settled::Garbled(other) => Settled::Garbled(other.max(pattern.confidence)),
            };
        }
    }
    settled
}

/// The rate of each sentence, calibrated as that of the text is; 0 for one without words.
fn sentence_rates(rate_model: &RateModel, detection: &Detection, segments: &Segments) -> Vec<f32> {
    let mut rates = vec![0.0; segments.sentences.len()];
    let sentence_of =
        |words: &Range<usize>| segments.words.get(words.start).map(|one| one.sentence);
    // A sentence of very many words is judged in pieces.
    let sentences = &detection.sentences;
    for pieces in sentences.chunk_by(|a, b| sentence_of(&a.words) == sentence_of(&b.words)) {
        let words: usize = pieces.iter().map(|piece| piece.words.len()).sum();
        let changed = pieces.iter().map(|one| one.rate * one.words.len() as f32);
        let raw = changed.sum::<f32>() / words.max(1) as f32;
        let sentence = pieces.first().and_then(|piece| sentence_of(&piece.words));
        if let Some(rate) = sentence.and_then(|sentence| rates.get_mut(sentence)) {
            (*rate, _) = rate_model.rate(raw, words);
        }
    }
    rates
}

/// The words with their probabilities and thresholds as the document's own reading has
/// them. No word is flagged yet.
pub(super) fn word_table<'a>(
    models: &'a Models,
    text: &'a str,
    segments: &'a Segments,
    scores: &'a TokenScores,
    detection: &'a Detection,
    options: &Options,
) -> WordTable<'a> {
    let thresholds = models.detector.thresholds();
    let thresholds = thresholds.shifted(detection.threshold_shift);
    let words = detection.words.iter().zip(&detection.p_garbled);
    let rows = words.map(|(surprisal, p_garbled)| WordRow {
        surprisal: surprisal.clone(),
        p_garbled: *p_garbled,
        p_phrase: *p_garbled,
        begins_phrase: false,
        threshold: options.threshold_of(&thresholds),
        balanced: thresholds.balanced,
        garbled: false,
    });
    WordTable {
        text,
        segments,
        scores,
        lexicon: &models.lexicon,
        kinds: &detection.kinds,
        phrases: models.detector.phrase_model(),
        rows: rows.collect(),
    }
}
