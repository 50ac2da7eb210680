//! Phrases that are wrong by their form alone, whatever a language model makes of them.
//!
//! In: a text, its segments, the lexicon, and what the markup says of words. Out:
//! [`Patterns`]: the phrases that are wrong, and the passages that stand in another language
//! on purpose. Each kind of pattern has a file of its own, which looks at a `Setting` and
//! knows nothing of the other kinds; patterns of different kinds may overlap. It knows
//! neither the language model nor siblings, and it decides no threshold: that, and making
//! findings, is the business of the pipeline.

#[cfg(test)]
mod data_tests;
mod dates;
mod doubled;
mod encoding;
mod glued;
mod loops;
mod names;
mod number_habits;
mod number_words;
mod numbers;
mod pattern;
mod placeholders;
mod reduplication;
mod repeated;
mod setting;
#[cfg(test)]
mod tests;
mod untranslated;

pub use pattern::{DateForm, GluedForm, NumberForm, Pattern, PatternKind, Replacement};
pub use setting::MarkedWords;

use crate::lexicon::Lexicon;
use crate::segment::Segments;
use crate::span::{Doc, Span};
use setting::Setting;

/// The patterns of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Patterns {
    /// The phrases that are wrong, by their first word. They may overlap.
    pub found: Vec<Pattern>,
    /// The passages that stand in another language on purpose, in text order, none
    /// overlapping another one. Nobody should judge them as English.
    pub on_purpose: Vec<Span<Doc>>,
}

/// Finds what is wrong by its form in `text`.
pub fn patterns(
    text: &str,
    segments: &Segments,
    lexicon: &Lexicon,
    marked: &MarkedWords,
) -> Patterns {
    let (untranslated, on_purpose) = untranslated::passages(text, segments, lexicon, marked);
    let mut excluded = marked.excluded.clone();
    excluded.resize(segments.words.len(), false);
    for passage in &on_purpose {
        excluded[segments.words_in(*passage)].fill(true);
    }
    let setting = Setting::new(text, segments, lexicon, excluded);
    let mut found = untranslated;
    found.extend(doubled::doubled_words(&setting));
    found.extend(loops::loops(&setting));
    found.extend(repeated::repeated_sentences(&setting));
    found.extend(numbers::numbers(&setting));
    found.extend(dates::dates(&setting));
    found.extend(glued::glued(&setting));
    found.extend(placeholders::placeholders(&setting));
    found.extend(encoding::broken_encoding(&setting));
    found.extend(names::names(&setting));
    // What most of is not to be judged is not wrong.
    found.retain(|pattern| {
        let words = pattern.words.clone();
        let excluded = words.clone().filter(|word| setting.is_excluded(*word));
        excluded.count() * 2 < words.len()
    });
    found.sort_by_key(|pattern| (pattern.words.start, pattern.words.end));
    Patterns { found, on_purpose }
}
