//! The trained model of corrections without a sibling: a network, and the thresholds that go
//! with it.
//!
//! In: the weights that are part of the binary, made by `training/suggestions`. Out:
//! [`SuggestModel`].

use super::row::{COLUMNS, WIDTH};
use crate::network::{Networks, Tensors, WeightsError};
use crate::rating::Applicability;

const TRAINED: &[u8] = include_bytes!("../../models/suggest-1.safetensors");

/// What says how likely a correction helps that no sibling supports.
pub struct SuggestModel {
    /// The probability that a candidate that was read helps.
    pub(super) helps: Networks<WIDTH>,
    /// Least confidence of what a tool may apply unasked, of what a person may look at, and of
    /// what is shown at all.
    safe: f32,
    offered: f32,
    shown: f32,
}

impl SuggestModel {
    /// Loads the model that is part of the binary.
    ///
    /// # Errors
    /// When the embedded weights are damaged, or were trained on other numbers.
    pub fn embedded() -> Result<Self, WeightsError> {
        let tensors = Tensors::new(TRAINED)?;
        let [safe, offered, shown] = tensors.array("thresholds")?;
        Ok(Self {
            helps: Networks::new(&tensors, "helps", &COLUMNS)?,
            safe,
            offered,
            shown,
        })
    }

    /// How freely a correction may be applied; `None` where it is not worth showing. What the
    /// language model does not like better than what stands there is never applied unasked.
    pub(super) fn applicability(&self, confidence: f32, bits_saved: f32) -> Option<Applicability> {
        match confidence {
            p if p >= self.safe && bits_saved > 0.0 => Some(Applicability::Safe),
            p if p >= self.offered => Some(Applicability::Unsafe),
            p if p >= self.shown => Some(Applicability::DisplayOnly),
            _ => None,
        }
    }
}
