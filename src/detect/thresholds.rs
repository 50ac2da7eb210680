//! From which probability a word is flagged.
//!
//! In: the operating points found on tuning data, and what is suspected of a text as a
//! whole. Out: the thresholds of that text. Probabilities are calibrated and stay as
//! they are; where much of a text is garbled, a word has to stand out from the others.

use serde::{Deserialize, Serialize};

use crate::network::{logit, sigmoid};

/// The probabilities from which a word is flagged, one for each sensitivity; 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// The threshold for people: few false alarms.
    pub precise: f32,
    /// The threshold at which the agreement with labelled data (MCC) is best.
    pub balanced: f32,
    /// The threshold at which few errors are missed (best F2).
    pub thorough: f32,
}

impl Thresholds {
    /// These thresholds shifted up by `by` logits, or down by a negative number of them.
    pub fn shifted(&self, by: f32) -> Self {
        Self {
            precise: shift_threshold(self.precise, by),
            balanced: shift_threshold(self.balanced, by),
            thorough: shift_threshold(self.thorough, by),
        }
    }
}

/// How far thresholds are shifted with the share of a text that is garbled: translation
/// systems differ by a factor of four in that share, and the larger it is, the higher is
/// the threshold that agrees best with labels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ThresholdShift {
    /// The shift, in logits, for each logit of the share above `from`.
    pub slope: f32,
    /// The logit of the share from which thresholds are shifted.
    pub from: f32,
}

impl ThresholdShift {
    /// The shift, in logits, for a text whose words have the probabilities `p_garbled`; 0
    /// for a text without words.
    pub fn of(&self, p_garbled: &[f32]) -> f32 {
        if p_garbled.is_empty() || self.slope == 0.0 {
            return 0.0;
        }
        let share = p_garbled.iter().sum::<f32>() / p_garbled.len() as f32;
        self.at(logit(share))
    }

    /// The shift, in logits, where the garbled share has the logit `share`.
    pub fn at(&self, share: f32) -> f32 {
        self.slope * (share - self.from).max(0.0)
    }
}

/// The probability `probability` shifted up by `by` logits, or down by a negative number of
/// them.
pub fn shift_threshold(probability: f32, by: f32) -> f32 {
    // Without a shift it is the very same number, to the last bit.
    if by == 0.0 {
        return probability;
    }
    sigmoid(logit(probability) + by)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_shifted_only_where_much_is_garbled() {
        let threshold_shift = ThresholdShift {
            slope: 0.5,
            from: 0.0,
        };
        assert_eq!(threshold_shift.of(&[]), 0.0);
        assert_eq!(threshold_shift.of(&[0.0, 0.2, 0.9]), 0.0);
        assert!((threshold_shift.of(&[0.8, 0.8]) - 0.5 * 4.0f32.ln()).abs() < 1e-5);
        assert_eq!(ThresholdShift::default().of(&[0.9]), 0.0);
        // Certain of every word: a number all the same.
        assert!(shift_threshold(0.4, threshold_shift.of(&[1.0])) > 0.99);
    }

    #[test]
    fn a_shift_can_be_undone() {
        assert_eq!(shift_threshold(0.3, 0.0).to_bits(), 0.3f32.to_bits());
        assert!(shift_threshold(0.3, 0.7) > 0.3);
        assert!((shift_threshold(shift_threshold(0.3, 0.7), -0.7) - 0.3).abs() < 1e-6);
        assert_eq!(
            (shift_threshold(0.0, 1.0), shift_threshold(1.0, -1.0)),
            (0.0, 1.0)
        );
    }
}
