//! Noticing garble: from a reading to a probability for every word.
//!
//! In: a text, its segments and its [`Reading`]. Out: numbers for each word
//! and a post-edit rate for the whole. Nothing here knows categories,
//! severities or prose; [`crate::finding`] does.

pub mod features;
mod word_model;

pub use word_model::{RateModel, Thresholds, WeightsError, WordModel};

use self::features::{WordReading, features, word_readings};
use crate::lm::Reading;
use crate::segment::Segments;

/// What was noticed in one text.
#[derive(Debug, Clone)]
pub struct Noticed {
    /// The reading of each word.
    pub words: Vec<WordReading>,
    /// For each word the calibrated probability that a post-editor would
    /// change it.
    pub p_garbled: Vec<f32>,
}

/// Judges every word of a text, sentence by sentence.
pub fn notice(model: &WordModel, text: &str, segments: &Segments, reading: &Reading) -> Noticed {
    let words = word_readings(segments, reading);
    let rows = features(text, segments, reading, &words);
    let mut p_garbled = Vec::with_capacity(words.len());
    let mut start = 0;
    for sentence in segments.words.chunk_by(|a, b| a.sentence == b.sentence) {
        let end = start + sentence.len();
        p_garbled.extend(model.probabilities(&rows[start..end]));
        start = end;
    }
    Noticed { words, p_garbled }
}
