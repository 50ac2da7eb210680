//! What a word of the document costs the language model, alone and with a sibling.
//!
//! In: a [`Comparison`], one of its siblings and a word. Out: [`Cost`], which several
//! rows take numbers from. Nothing is read here.

use crate::sibling::comparison::{Comparison, Source};

/// Bits in one unit of a row: a rare word costs some 20, so that most lie from 0 to 1.
pub(crate) const BITS: f32 = 20.0;

/// What a word costs the language model, in units of [`BITS`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cost {
    /// After the document's own words.
    pub alone: f32,
    /// After the sibling's words; the same as alone where the sentence has no
    /// counterpart.
    pub conditional: f32,
    /// The entropy after the sibling's words.
    pub entropy: f32,
    /// Whether the sentence has a counterpart.
    pub covered: bool,
}

impl Cost {
    /// What a word of the document costs with a sibling.
    pub(crate) fn of(comparison: &Comparison<'_>, source: &Source<'_>, word: usize) -> Self {
        let alone = comparison.bits.get(word).copied().unwrap_or(0.0) / BITS;
        match source.conditional.get(word).copied().flatten() {
            Some(read) => Self {
                alone,
                conditional: read.surprisal_bits / BITS,
                entropy: read.expected_bits / BITS,
                covered: true,
            },
            None => Self {
                alone,
                conditional: alone,
                ..Self::default()
            },
        }
    }

    /// What the sibling's words save.
    pub(crate) fn saved(&self) -> f32 {
        self.alone - self.conditional
    }
}
