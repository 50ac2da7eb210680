//! How documents are to be judged.

use crate::detect::{Thresholds, risen};

/// How a document is to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How sure a finding has to be.
    pub operating_point: OperatingPoint,
    /// ISO 639-3 code; skips the language gate.
    pub language: Option<String>,
}

/// How sure a finding has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperatingPoint {
    /// Few false alarms: for people.
    Precise,
    /// Best agreement with labelled data.
    Balanced,
    /// Rather a false alarm than a miss.
    Thorough,
    /// Every word whose probability of being garbled is at least this.
    Threshold(f32),
}

impl OperatingPoint {
    /// The probability from which a word is garbled in a text where thresholds rise by
    /// `rise` logits; one that was asked for stays as it is.
    pub(super) fn of(self, thresholds: &Thresholds, rise: f32) -> f32 {
        let found = match self {
            Self::Precise => thresholds.precise,
            Self::Balanced => thresholds.balanced,
            Self::Thorough => thresholds.thorough,
            Self::Threshold(probability) => return probability,
        };
        risen(found, rise)
    }
}
