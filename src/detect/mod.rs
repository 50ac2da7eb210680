//! The detector of garble: from a reading to a probability for every word.
//!
//! In: a text, its segments and its [`TokenScores`]. Out: numbers for each word, how suspect
//! words make phrases, and a post-edit rate for the whole. Which category, severity and prose
//! a phrase is shown with is the business of [`crate::finding`].
//!
//! This is a stage of the pipeline, public for the programs that measure, calibrate and
//! train it. To lint a document call [`Linter::lint`](crate::Linter::lint).

pub mod calibration;
mod detection;
pub mod features;
mod gradual;
mod gru;
mod head;
mod judging;
pub mod kinds;
mod layers;
mod phrases;
mod scaling;
mod sentences;
mod surprisal;
mod thresholds;
mod word_model;

pub use detection::{Detection, SentenceDetection, Settled};
pub use gradual::GradualDetection;
pub use phrases::{PhraseModel, SuspectPhrase};
pub use scaling::{PlattScaling, RateModel};
pub use surprisal::{WordSurprisal, word_surprisals};
pub use thresholds::{ThresholdShift, Thresholds, shift_threshold};
pub use word_model::{Prediction, RawPrediction, WordModel};

pub use crate::network::WeightsError;

use self::judging::Judging;
use crate::lexicon::Lexicon;
use crate::lm::TokenScores;
use crate::segment::Segments;

/// Computes for every word of a text the probability that it is garbled. `reading` must
/// hold the states of [`WordModel::layers`] and the [`features::MOST_PROBABLE`] most
/// probable tokens at each place.
pub fn detect(
    model: &WordModel,
    lexicon: &Lexicon,
    text: &str,
    segments: &Segments,
    reading: &TokenScores,
) -> Detection {
    let mut judging = Judging::new(model, lexicon, text, segments);
    judging.judge(&reading.tokens, &reading.states, 0, true);
    judging.finish()
}
