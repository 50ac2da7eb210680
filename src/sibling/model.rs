//! The trained model of siblings: four networks, and the thresholds that go with them.
//!
//! In: the weights that are part of the binary, made by `training/siblings`. Out:
//! [`SiblingModel`]. The names of the numbers that each network takes are compared with
//! those that its row is made of, so that neither can change alone. What is made of the
//! networks' answers is said by those who ask.

use super::features::contradiction::{self, CONTRADICTION_COLUMNS};
use super::features::document::DocumentEvidence;
use super::features::edit::{self, CORRECTION_COLUMNS, PRIOR_COLUMNS};
use super::features::word::{self, WORD_COLUMNS};
use crate::detect::{ThresholdShift, Thresholds};
use crate::network::{Networks, Tensors, WeightsError};

/// The trained weights.
const TRAINED: &[u8] = include_bytes!("../../models/sibling-1.safetensors");

/// The trained networks and thresholds by which a document is compared with its siblings.
pub struct SiblingModel {
    /// From what is suspected of a word alone, and the sibling's word there, to the
    /// probability that it is garbled.
    pub(super) words: Networks<{ word::WIDTH }>,
    /// The probability that a correction helps, before the language model reads it.
    pub(super) prior: Networks<{ edit::PRIOR_WIDTH }>,
    /// The probability that it helps, once that has read it.
    pub(super) corrections: Networks<{ edit::WIDTH }>,
    /// The probability that two facts contradict each other.
    pub(super) contradictions: Networks<{ contradiction::WIDTH }>,
    /// How the sentences that a sibling covers count for the others.
    pub(super) uncovered: Uncovered,
    /// The probabilities from which a word that a sibling covers is flagged.
    pub(super) thresholds: Thresholds,
    /// How far `precise` falls with the share of the document that is garbled.
    pub(super) fall: ThresholdShift,
    /// Least confidence of what a tool may apply unasked.
    pub(super) safe: f32,
    /// Least confidence of what is shown, and a person may apply.
    pub(super) offered: f32,
    /// Least probability of a contradiction that is shown.
    pub(super) contradicted: f32,
}

/// How the logit of a word that a sibling leaves out follows from what is known of
/// the words that it covers: where those are right, the others mostly are too. It
/// counts by the share of the document that is covered.
pub(super) struct Uncovered {
    bias: f32,
    /// For each unit of the logit of what is garbled among the covered words.
    garbled: f32,
    /// For each unit of the word's own.
    alone: f32,
}

impl Uncovered {
    /// The logit of a word that has the logit `alone` by itself.
    pub(super) fn logit(&self, alone: f32, evidence: &DocumentEvidence) -> f32 {
        let shown = self.bias + self.garbled * evidence.garbled + self.alone * alone;
        alone + evidence.coverage * shown
    }
}

impl SiblingModel {
    /// Loads the model that is part of the binary.
    ///
    /// # Errors
    /// When the embedded weights are damaged, or were trained on other numbers.
    pub fn embedded() -> Result<Self, WeightsError> {
        let tensors = Tensors::new(TRAINED)?;
        let [precise, balanced, thorough] = tensors.array("thresholds")?;
        let [contradicted] = tensors.array("contradictions.threshold")?;
        let [slope, from] = tensors.array("fall")?;
        let [bias, garbled, alone] = tensors.array("rest")?;
        let [safe, offered] = tensors.array("corrections.thresholds")?;
        Ok(Self {
            words: Networks::new(&tensors, "words", &WORD_COLUMNS)?,
            prior: Networks::new(&tensors, "prior", &PRIOR_COLUMNS)?,
            corrections: Networks::new(&tensors, "corrections", &CORRECTION_COLUMNS)?,
            contradictions: Networks::new(&tensors, "contradictions", &CONTRADICTION_COLUMNS)?,
            uncovered: Uncovered {
                bias,
                garbled,
                alone,
            },
            thresholds: Thresholds {
                precise,
                balanced,
                thorough,
            },
            fall: ThresholdShift { slope, from },
            safe,
            offered,
            contradicted,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn what_is_covered_speaks_for_what_is_left_out() {
        let uncovered = SiblingModel::embedded().unwrap().uncovered;
        let of = |coverage, garbled| {
            let evidence = DocumentEvidence { coverage, garbled };
            uncovered.logit(0.5, &evidence)
        };
        assert_eq!(of(0.0, -4.0).to_bits(), 0.5f32.to_bits());
        assert!(of(0.8, -4.0) < of(0.8, 0.0));
        assert!(of(0.8, -4.0) < of(0.4, -4.0));
        assert!(of(0.4, -4.0) < 0.5);
    }

    #[test]
    fn no_two_columns_of_a_row_have_one_name() {
        let rows: [&[&str]; 3] = [&WORD_COLUMNS, &CORRECTION_COLUMNS, &CONTRADICTION_COLUMNS];
        for row in rows {
            let known: HashSet<&&str> = row.iter().collect();
            assert_eq!(known.len(), row.len());
        }
    }

    #[test]
    fn a_network_of_other_columns_is_refused_by_name() {
        let tensors = Tensors::new(TRAINED).unwrap();
        let mut other = WORD_COLUMNS;
        other.swap(7, 8);
        let error = Networks::new(&tensors, "words", &other).err().unwrap();
        assert!(error.to_string().contains(WORD_COLUMNS[8]), "{error}");
    }
}
