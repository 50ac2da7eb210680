//! How documents are to be judged.

use crate::detect::Thresholds;

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
    /// The probability from which a word is garbled: one of the thresholds that hold for
    /// it, or what was asked for.
    pub(super) fn of(self, thresholds: &Thresholds) -> f32 {
        match self {
            Self::Precise => thresholds.precise,
            Self::Balanced => thresholds.balanced,
            Self::Thorough => thresholds.thorough,
            Self::Threshold(probability) => probability,
        }
    }
}
