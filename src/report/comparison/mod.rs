//! Several versions of one text compared, and how that is printed.
//!
//! In: a [`Comparison`], which [`crate::compare`] makes. Out: [`text`] for people, or the
//! JSON of [`v1`]. Nothing is decided here.

mod marked;
pub mod text;
pub mod v1;
mod verdict;

use crate::span::{Doc, Span};

use super::{Analysis, Outcome, Report};

/// Several versions of one text, the best first, and where they differ.
#[derive(Debug)]
pub struct Comparison {
    /// The versions: those that were judged by quality, the best first, then those that
    /// were not.
    pub versions: Vec<Version>,
    /// The places where versions differ and at least one has a finding, or one is clearly
    /// better than another; in the order of the best version.
    pub passages: Vec<Passage>,
}

/// One version of a text.
#[derive(Debug)]
pub struct Version {
    /// The report on the version.
    pub report: Report,
    /// The earlier version that has the very same text, as an index.
    pub same_as: Option<usize>,
    /// The share of its sentences that share words with their counterparts in the best
    /// version, 0 to 1; `None` for that one, and for a version that was not judged.
    pub aligned_share: Option<f32>,
    /// The probability that the best version is better than this one; 0.5 where they are
    /// equally good. `None` where `aligned_share` is.
    pub p_best_better: Option<f32>,
}

/// A place where versions differ.
#[derive(Debug, Clone, PartialEq)]
pub struct Passage {
    /// What each version that was judged has there, in the order of the versions; `None`
    /// for a version that leaves it out.
    pub wordings: Vec<Option<Wording>>,
}

/// What a version has in a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Wording {
    /// The sentence, or the sentences, in bytes of the version's text.
    pub span: Span<Doc>,
    /// The quality of these sentences, 0 to 100.
    pub quality: f32,
    /// The findings that begin there, as indices into
    /// [`Analysis::new_findings`](super::Analysis::new_findings).
    pub findings: Vec<usize>,
}

impl Comparison {
    /// The versions that were judged, the best first, with their analyses.
    pub fn judged(&self) -> impl Iterator<Item = (&Version, &Analysis)> {
        self.versions
            .iter()
            .map_while(|version| match &version.report.outcome {
                Outcome::Scored(analysis) => Some((version, &**analysis)),
                _ => None,
            })
    }

    /// Whether at least two versions were judged: one alone is compared with nothing.
    pub fn is_possible(&self) -> bool {
        self.judged().nth(1).is_some()
    }
}

#[cfg(test)]
mod tests;
