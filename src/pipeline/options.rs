//! What a call to the linter may choose, apart from the models.
//!
//! In: what a user wants: how much to flag, the language, the policy. Out: [`Options`]. It
//! reads no configuration file and knows no command line.

use std::collections::BTreeSet;

use crate::detect::Thresholds;
use crate::finding::{Finding, SuggestionSource};
use crate::policy::Policy;

/// How a document is to be linted. They are given with each call: one [`Linter`](crate::Linter)
/// serves calls with different options.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// How much to flag; it selects one of the detector's thresholds.
    pub sensitivity: Sensitivity,
    /// Flags every word that is garbled with at least this probability, 0 to 1, whatever
    /// the sensitivity.
    pub threshold: Option<f32>,
    /// Takes the document to be in this language, an ISO 639-3 code such as `eng`, instead
    /// of guessing it.
    pub language: Option<String>,
    /// Sources whose corrections are not wanted. Findings stay, without these corrections.
    pub no_suggestions_of: BTreeSet<SuggestionSource>,
    /// Which findings are wanted, how severe each category is, and which words are
    /// accepted. The default changes nothing.
    pub policy: Policy,
}

/// How much to flag, from few false alarms to few misses.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Few false alarms, for people who read each finding.
    #[default]
    Precise,
    /// Best agreement with labelled data, by the Matthews correlation coefficient.
    Balanced,
    /// Few misses, for those who would rather look at a false alarm.
    Thorough,
}

impl Sensitivity {
    /// All of them, from few false alarms to few misses.
    pub const ALL: [Self; 3] = [Self::Precise, Self::Balanced, Self::Thorough];

    /// The name of the sensitivity on the command line and in configuration files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Precise => "precise",
            Self::Balanced => "balanced",
            Self::Thorough => "thorough",
        }
    }

    /// The sensitivity with that name; `None` if there is none.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Sensitivity {
    fn value_variants<'a>() -> &'a [Self] {
        &Self::ALL
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.name()))
    }
}

impl Options {
    /// The default options with the sensitivity `sensitivity`.
    pub fn with_sensitivity(sensitivity: Sensitivity) -> Self {
        Self {
            sensitivity,
            ..Self::default()
        }
    }

    /// The default options with the threshold `threshold`, a probability from 0 to 1.
    pub fn with_threshold(threshold: f32) -> Self {
        Self {
            threshold: Some(threshold),
            ..Self::default()
        }
    }

    /// Whether corrections are wanted that no sibling supports and the language model weighs.
    pub(crate) fn asks_for_ideas(&self) -> bool {
        let wanted = |source| !self.no_suggestions_of.contains(source);
        SuggestionSource::IDEAS.iter().any(wanted)
    }

    /// Findings without the corrections that are not wanted.
    pub(super) fn without_unwanted_suggestions(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        for finding in &mut findings {
            let wanted = |source| !self.no_suggestions_of.contains(&source);
            finding.suggestions.retain(|one| wanted(one.source));
        }
        findings
    }

    /// The probability from which a word is flagged for which `thresholds` hold.
    pub fn threshold_of(&self, thresholds: &Thresholds) -> f32 {
        self.threshold.unwrap_or(match self.sensitivity {
            Sensitivity::Precise => thresholds.precise,
            Sensitivity::Balanced => thresholds.balanced,
            Sensitivity::Thorough => thresholds.thorough,
        })
    }
}
