//! Gates: when to end with status 1 although the job was done.
//!
//! In: limits, and what is known of a document's report. Out: whether it meets one.

use mtlint::finding::Severity;
use mtlint_batch::Summary;

use super::flags::GateFlags;

/// The limits at which a report makes the program end with status 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gates {
    /// A finding that is at least this severe meets the gate.
    pub fail_on: Option<Severity>,
    /// A quality, 0 to 100, that is lower than this meets the gate.
    pub fail_under: Option<f32>,
}

impl Gates {
    /// Whether a gate is given and the report meets it. A document that was not judged
    /// meets none.
    pub fn met_by(&self, summary: &Summary) -> bool {
        let severe = self
            .fail_on
            .is_some_and(|level| summary.worst >= Some(level));
        let poor = self
            .fail_under
            .zip(summary.quality)
            .is_some_and(|(minimum, quality)| quality < minimum);
        severe || poor
    }

    /// Whether a gate is given at all.
    pub fn any(&self) -> bool {
        self.fail_on.is_some() || self.fail_under.is_some()
    }
}

impl From<&GateFlags> for Gates {
    fn from(flags: &GateFlags) -> Self {
        Self {
            fail_on: flags.fail_on,
            fail_under: flags.fail_under,
        }
    }
}
