//! The effect of corrections on the word errors of articles.
//!
//! In: the effects of the suggestions for each article of a set. Out: rows of counts and
//! shares.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use mtlint::finding::SuggestionSource;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::reading::{AlignmentCounts, StoryCorrections, SuggestionEffect, SuggestionEffects};

/// The corrections of a set of articles from their siblings. Word errors are the words and
/// marks to put in, take out or exchange until a passage is the nearer of its correct
/// versions: Levenshtein's distance over words.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionsRow {
    /// The name of the set.
    pub name: String,
    /// The number of articles.
    pub documents: usize,
    /// The number of articles that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// The number of word errors before any correction.
    pub word_errors: usize,
    /// The number of words and marks labeled OK or BAD; 0 where no labels are known.
    #[serde(rename = "labelled_words")]
    pub labeled_words: usize,
    /// The number of words and marks labeled BAD.
    pub bad_words: usize,
    /// The alignment of passages with the sibling.
    pub alignment: AlignmentMeasures,
    /// The suggestions that `--fix` applies: the first safe one of each finding.
    pub safe: CorrectionMeasures,
    /// The suggestions that `--fix=unsafe` applies: the first one of each finding.
    pub safe_and_unsafe: CorrectionMeasures,
    /// All suggestions that are shown, alternatives to the first too. They are not
    /// applied together.
    pub every_suggestion: CorrectionMeasures,
    /// Of the first suggestions of findings those of each source.
    pub by_source: BTreeMap<SuggestionSource, CorrectionMeasures>,
}

/// The alignment of the passages of articles with their siblings, over the passages whose
/// place is known, since the sibling has a correct version word for word; shares are not
/// defined where no place is known.
#[derive(Debug, Clone, Serialize)]
pub struct AlignmentMeasures {
    /// The number of passages that have a known place in their sibling.
    #[serde(rename = "told")]
    pub known: usize,
    /// The share of those passages that were aligned with their own place.
    pub right: Estimate,
    /// The share of those passages that were aligned with another place.
    pub wrong: Estimate,
    /// The number of passages that their sibling leaves out.
    pub left_out: usize,
    /// The share of the passages left out that were aligned all the same.
    pub invented: Estimate,
}

/// The alignment of a set of articles with their siblings, where nothing else is measured.
#[derive(Debug, Clone, Serialize)]
pub struct AlignmentRow {
    /// The name of the set.
    pub name: String,
    /// The number of articles with a passage whose place is known.
    pub documents: usize,
    /// The seconds that aligning took, on one thread but for the encoder of sentences.
    pub seconds: f64,
    /// The alignment of their passages.
    #[serde(flatten)]
    pub measures: AlignmentMeasures,
}

impl AlignmentRow {
    /// The row of a set whose articles were aligned and not linted.
    pub(crate) fn new(name: &str, alignments: &[AlignmentCounts]) -> Self {
        let known = alignments.iter().filter(|one| one.known > 0);
        let all: Vec<&AlignmentCounts> = alignments.iter().collect();
        Self {
            name: name.to_owned(),
            documents: known.count(),
            seconds: alignments.iter().map(|one| one.time.as_secs_f64()).sum(),
            measures: AlignmentMeasures::new(&all),
        }
    }
}

impl AlignmentMeasures {
    fn new(judged: &[&AlignmentCounts]) -> Self {
        let sum = |count: fn(&AlignmentCounts) -> usize| -> usize {
            judged.iter().map(|aligned| count(aligned)).sum()
        };
        let share = |part: fn(&AlignmentCounts) -> usize, whole: fn(&AlignmentCounts) -> usize| {
            let counted = |count: fn(&AlignmentCounts) -> usize| {
                let counts = judged.iter().map(|aligned| count(aligned) as f64);
                counts.collect::<Vec<f64>>()
            };
            let (parts, wholes) = (counted(part), counted(whole));
            Estimate::of(judged.len(), |weights| ratio(&parts, &wholes, weights))
        };
        Self {
            known: sum(|aligned| aligned.known),
            right: share(|aligned| aligned.right, |aligned| aligned.known),
            wrong: share(|aligned| aligned.wrong, |aligned| aligned.known),
            left_out: sum(|aligned| aligned.left_out),
            invented: share(|aligned| aligned.invented, |aligned| aligned.left_out),
        }
    }
}

/// The effect of a choice of suggestions.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionMeasures {
    /// The number of suggestions that, applied alone, lessen the word errors.
    pub helpful: usize,
    /// The number of suggestions that leave the word errors as many as they are.
    pub neutral: usize,
    /// The number of suggestions that add word errors.
    pub harmful: usize,
    /// The number of helpful suggestions for each harmful one; not defined without a harmful
    /// one.
    pub helpful_to_harmful: Estimate,
    /// The share of the word errors that is gone when all are applied that do not
    /// overlap; below 0 if there are more.
    pub errors_removed: Estimate,
    /// The share of the BAD words that helpful suggestions replace; not defined where no
    /// labels are known.
    pub bad_covered: Estimate,
    /// The number of suggestions of each size.
    pub lengths: Vec<LengthRow>,
}

/// The suggestions of one size: the number of words replaced and put in, punctuation not
/// counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LengthRow {
    /// The number of words replaced.
    pub replaced: usize,
    /// The number of words put in.
    pub put_in: usize,
    /// The number of helpful suggestions.
    pub helpful: usize,
    /// The number of neutral suggestions.
    pub neutral: usize,
    /// The number of harmful suggestions.
    pub harmful: usize,
}

impl LengthRow {
    /// The number of all suggestions of this size.
    pub fn count(&self) -> usize {
        self.helpful + self.neutral + self.harmful
    }
}

impl CorrectionsRow {
    /// The row of a set, from the observations of its texts.
    pub(crate) fn new(name: &str, stories: &[Option<StoryCorrections>]) -> Self {
        let judged: Vec<&StoryCorrections> = stories.iter().flatten().collect();
        let alignments: Vec<&AlignmentCounts> =
            judged.iter().map(|story| &story.alignment).collect();
        let of = |effects: &dyn Fn(&StoryCorrections) -> SuggestionEffects| {
            let effects: Vec<SuggestionEffects> = judged.iter().map(|one| effects(one)).collect();
            CorrectionMeasures::new(&judged, &effects)
        };
        let sources = judged.iter().flat_map(|story| story.by_source.keys());
        let sources: BTreeSet<SuggestionSource> = sources.copied().collect();
        let by_source = sources.into_iter().map(|source| {
            let effects = |story: &StoryCorrections| story.by_source.get(&source).cloned();
            (source, of(&|story| effects(story).unwrap_or_default()))
        });
        let sum = |count: fn(&StoryCorrections) -> usize| {
            let counts = judged.iter().map(|story| count(story));
            counts.sum::<usize>()
        };
        Self {
            name: name.to_owned(),
            documents: stories.len(),
            not_judged: stories.len() - judged.len(),
            word_errors: sum(|story| story.errors),
            labeled_words: sum(|story| story.labeled),
            bad_words: sum(|story| story.bad),
            alignment: AlignmentMeasures::new(&alignments),
            safe: of(&|story| story.safe.clone()),
            safe_and_unsafe: of(&|story| story.safe_and_unsafe.clone()),
            every_suggestion: of(&|story| story.every.clone()),
            by_source: by_source.collect(),
        }
    }
}

impl CorrectionMeasures {
    /// The measures of suggestions, of which `effects` holds those for each judged article.
    fn new(judged: &[&StoryCorrections], effects: &[SuggestionEffects]) -> Self {
        let share = |parts: Vec<f64>, wholes: Vec<f64>| {
            Estimate::of(judged.len(), |weights| ratio(&parts, &wholes, weights))
        };
        let counted = |kind: fn(&SuggestionEffect) -> bool| -> Vec<f64> {
            let count = |one: &SuggestionEffects| one.alone.iter().filter(|e| kind(e)).count();
            effects.iter().map(|one| count(one) as f64).collect()
        };
        let mut sizes: BTreeMap<(usize, usize), LengthRow> = BTreeMap::new();
        for effect in effects.iter().flat_map(|one| &one.alone) {
            let (replaced, put_in) = (effect.replaced, effect.put_in);
            let size = sizes.entry((replaced, put_in)).or_insert(LengthRow {
                replaced,
                put_in,
                ..LengthRow::default()
            });
            match effect.change {
                ..0 => size.helpful += 1,
                0 => size.neutral += 1,
                1.. => size.harmful += 1,
            }
        }
        let lengths: Vec<LengthRow> = sizes.into_values().collect();
        // Without any that are applied together the share has no meaning.
        let together = effects.iter().all(|one| one.together.is_some());
        let errors = judged.iter().map(|story| match together {
            true => story.errors as f64,
            false => 0.0,
        });
        let removed = effects
            .iter()
            .map(|one| -(one.together.unwrap_or(0) as f64));
        let covered = effects.iter().map(|one| one.bad_covered as f64);
        let bad = judged.iter().map(|story| story.bad as f64);
        Self {
            helpful: lengths.iter().map(|size| size.helpful).sum(),
            neutral: lengths.iter().map(|size| size.neutral).sum(),
            harmful: lengths.iter().map(|size| size.harmful).sum(),
            helpful_to_harmful: share(
                counted(|effect| effect.change < 0),
                counted(|effect| effect.change > 0),
            ),
            errors_removed: share(removed.collect(), errors.collect()),
            bad_covered: share(covered.collect(), bad.collect()),
            lengths,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(
        errors: usize,
        changes: &[i64],
        together: i64,
        bad: (usize, usize),
    ) -> StoryCorrections {
        let alone = changes.iter().map(|&change| SuggestionEffect {
            change,
            replaced: 1,
            put_in: change.unsigned_abs() as usize,
        });
        let effects = SuggestionEffects {
            alone: alone.collect(),
            together: Some(together),
            bad_covered: bad.0,
        };
        StoryCorrections {
            errors,
            bad: bad.1,
            labeled: 20,
            alignment: AlignmentCounts {
                known: 4,
                right: 3,
                wrong: 1,
                ..AlignmentCounts::default()
            },
            safe: SuggestionEffects {
                together: Some(0),
                ..SuggestionEffects::default()
            },
            every: SuggestionEffects {
                together: None,
                ..effects.clone()
            },
            by_source: [(SuggestionSource::Sibling, effects.clone())].into(),
            safe_and_unsafe: effects,
        }
    }

    #[test]
    fn suggestions_are_counted_by_what_they_do() {
        let stories = [
            Some(story(10, &[-1, -2, 0, 1], -2, (3, 6))),
            None,
            Some(story(30, &[-1, 2], 1, (1, 2))),
        ];
        let row = CorrectionsRow::new("set", &stories);
        assert_eq!((row.documents, row.not_judged), (3, 1));
        assert_eq!(
            (row.word_errors, row.labeled_words, row.bad_words),
            (40, 40, 8)
        );
        assert_eq!(row.alignment.known, 8);
        assert_eq!(row.alignment.right.value, Some(0.75));
        assert_eq!(row.alignment.invented.value, None);
        let all = &row.safe_and_unsafe;
        assert_eq!((all.helpful, all.neutral, all.harmful), (3, 1, 2));
        assert_eq!(all.helpful_to_harmful.value, Some(1.5));
        assert_eq!(all.errors_removed.value, Some(1.0 / 40.0));
        assert_eq!(all.bad_covered.value, Some(0.5));
        let (low, high) = all.errors_removed.interval.unwrap();
        assert!(low < 0.0 && high > 0.1, "{low} {high}");
        let sizes = all
            .lengths
            .iter()
            .map(|l| (l.replaced, l.put_in, l.count()));
        assert_eq!(sizes.collect::<Vec<_>>(), [(1, 0, 1), (1, 1, 3), (1, 2, 2)]);
        assert_eq!(row.every_suggestion.errors_removed.value, None);
        assert_eq!(row.every_suggestion.helpful, 3);
        assert_eq!(row.by_source.len(), 1);
        assert_eq!(row.by_source[&SuggestionSource::Sibling].helpful, 3);
        assert_eq!(row.safe.helpful_to_harmful.value, None);
        assert_eq!(row.safe.errors_removed.value, Some(0.0));
    }

    #[test]
    fn without_articles_or_labels_nothing_is_claimed() {
        let row = CorrectionsRow::new("none", &[None]);
        assert_eq!(row.safe.errors_removed.value, None);
        let row = CorrectionsRow::new("plain", &[Some(story(5, &[-1], -1, (0, 0)))]);
        assert_eq!(row.safe_and_unsafe.bad_covered.value, None);
        assert_eq!(row.safe_and_unsafe.errors_removed.value, Some(0.2));
    }
}
