//! The scales on which an error is rated: its category, its severity, and of a correction how
//! freely it may be applied and who proposes it.
//!
//! In: nothing. Out: four enums with their names in reports, which every stage that finds
//! errors shares. What is rated how is decided elsewhere: of words in
//! [`crate::finding`], of forms in [`crate::patterns`].

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of error a finding is, by the names of MQM.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// A word left in the source language: "rather than *Litiger* the past".
    Untranslated,
    /// A name in the wrong spelling: "Vladimir *Poutine*".
    Name,
    /// Words that cannot be what was meant: "the *overweight* interference".
    Mistranslation,
    /// Words that are understood but that no one would choose.
    Wording,
    /// Wrong agreement, tense, article or preposition.
    Grammar,
    /// Right words in the wrong order.
    WordOrder,
    /// A place where something is missing.
    Omission,
    /// A number, date or name that the sibling contradicts: "built in *1997*" where
    /// it says 1987.
    Inconsistency,
    /// A mark that is wrong or missing.
    Punctuation,
    /// A number, date or unit in a form that English does not have: "*3,5* million".
    Number,
}

/// How much a finding hurts the reader.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// A reader notices the error and understands the text.
    Minor,
    /// The error slows or misleads the reader.
    Major,
    /// The sense is lost or false.
    Critical,
}

/// How freely a suggestion may be applied, least first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Applicability {
    /// The correction is an idea of the model's own and is never applied.
    DisplayOnly,
    /// A person should look before the correction is applied.
    Unsafe,
    /// A tool may apply the correction unasked.
    Safe,
}

/// Who proposes a correction.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionSource {
    /// A cleaner article on the same story.
    Sibling,
    /// A table of names in foreign form: *Varsovie* is Warsaw.
    Gazetteer,
    /// A dictionary of words left untranslated: *vannes* are sluice gates.
    Dictionary,
    /// The language model, which found other words likelier there.
    Model,
    /// A rule of writing: *the the* is one *the*, *3,5* is 3.5.
    Rule,
}

impl fmt::Display for Category {
    /// Writes the category's name in reports, such as `word_order`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Severity {
    /// Writes the severity's name in reports, such as `major`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for Severity {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Minor, Self::Major, Self::Critical]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.to_string()))
    }
}

impl SuggestionSource {
    /// The sources that need no sibling and whose corrections the language model weighs.
    pub const IDEAS: [Self; 3] = [Self::Gazetteer, Self::Dictionary, Self::Model];
}

impl fmt::Display for SuggestionSource {
    /// Writes the source's name in reports, such as `gazetteer`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

impl fmt::Display for Applicability {
    /// Writes the applicability's name in reports, such as `display_only`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.serialize(f)
    }
}

#[cfg(feature = "clap")]
impl clap::ValueEnum for SuggestionSource {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Sibling,
            Self::Gazetteer,
            Self::Dictionary,
            Self::Model,
            Self::Rule,
        ]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.to_string()))
    }
}
