//! The figures of one set: a row of a table.
//!
//! In: the observations of a set's texts. Out: rows of numbers, which serialize
//! to JSON as they are, one file here for each kind of set. Shares and
//! probabilities are 0 to 1; what is not defined on the data is `None`. Nothing is linted
//! or drawn here.

mod clean;
mod contradictions;
mod corrections;
mod garbled;
mod labeled;
mod severity;
mod stories;
mod systems;

use serde::Serialize;

pub use clean::CleanRow;
pub use contradictions::{ContradictionsRow, KindRow};
pub use corrections::{
    AlignmentMeasures, AlignmentRow, CorrectionMeasures, CorrectionsRow, LengthRow,
};
pub use garbled::{FoundRow, GarbledMeasures, GarbledRow};
pub use labeled::{Calibration, LabeledRow, MeanRow, Measures, PooledRow};
pub use severity::{SeverityCounts, SeverityRow};
pub use stories::StoryRow;
pub use systems::{SystemRow, SystemsRow};

/// A value for each way of flagging words by one threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AtThresholds<T> {
    /// The value at the threshold of `precise`, for people.
    pub precise: T,
    /// The value at the threshold of `balanced`, for agreement with labels.
    pub balanced: T,
    /// The value at the threshold of `thorough`, for few misses.
    pub thorough: T,
    /// The value at the best single threshold, an oracle that knows the labels.
    pub best_single: T,
}

impl<T: Copy> AtThresholds<T> {
    /// Merges the values of `all` at each threshold.
    fn merge<U>(all: &[Self], merged: impl Fn(&[T]) -> U) -> AtThresholds<U> {
        let of = |value: fn(&Self) -> T| merged(&all.iter().map(value).collect::<Vec<T>>());
        AtThresholds {
            precise: of(|at| at.precise),
            balanced: of(|at| at.balanced),
            thorough: of(|at| at.thorough),
            best_single: of(|at| at.best_single),
        }
    }

    /// Maps the value at each threshold.
    pub fn map<U>(self, value: impl Fn(T) -> U) -> AtThresholds<U> {
        AtThresholds {
            precise: value(self.precise),
            balanced: value(self.balanced),
            thorough: value(self.thorough),
            best_single: value(self.best_single),
        }
    }
}

/// Whether a score is flagged at a threshold; a word without a probability above 0 never is.
fn reaches(score: f32, threshold: f32) -> bool {
    score >= threshold && score > 0.0
}

/// The sum of `parts` over the sum of `wholes`, each counted as often as its weight says;
/// `None` where the latter is 0.
fn ratio(parts: &[f64], wholes: &[f64], weights: &[u32]) -> Option<f64> {
    let whole = weighted_sum(wholes, weights);
    (whole > 0.0).then(|| weighted_sum(parts, weights) / whole)
}

/// The sum of `values`, each counted as often as its weight says.
fn weighted_sum(values: &[f64], weights: &[u32]) -> f64 {
    let products = values.iter().zip(weights);
    products
        .map(|(value, &weight)| value * f64::from(weight))
        .sum()
}
