//! What the corrections of articles are worth.

use std::collections::BTreeMap;

use serde::Serialize;

use super::ratio;
use crate::bootstrap::Estimate;
use crate::reading::{Aligned, StoryCorrections, Tried, TriedTogether};

/// A set of articles that were corrected from their siblings. Word errors are
/// the words and marks to put in, take out or exchange until a passage is the
/// nearer of its right versions.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionsRow {
    /// Its name.
    pub name: String,
    /// Articles.
    pub documents: usize,
    /// Articles that were not judged; they count nowhere else.
    pub not_judged: usize,
    /// Word errors before any correction.
    pub word_errors: usize,
    /// Words and marks labelled OK or BAD; 0 where no labels are known.
    pub labelled_words: usize,
    /// Of them BAD.
    pub bad_words: usize,
    /// How well sentences were aligned with the sibling's.
    pub alignment: AlignmentMeasures,
    /// What `--fix` applies: of each finding the first safe suggestion.
    pub safe: CorrectionMeasures,
    /// What `--fix=unsafe` applies: of each finding the first suggestion.
    pub safe_and_unsafe: CorrectionMeasures,
    /// Every suggestion shown, alternatives to the first too. They are not
    /// applied together.
    pub every_suggestion: CorrectionMeasures,
}

/// How well the passages of articles were aligned with their siblings', over
/// those whose place is known; not defined where none is.
#[derive(Debug, Clone, Serialize)]
pub struct AlignmentMeasures {
    /// Passages that their sibling has.
    pub told: usize,
    /// Share of them that were aligned with their own place.
    pub right: Estimate,
    /// Share that were aligned with another.
    pub wrong: Estimate,
    /// Passages that their sibling leaves out.
    pub left_out: usize,
    /// Share of them that were aligned all the same.
    pub invented: Estimate,
}

/// A set of articles that were aligned with their siblings, and nothing else.
#[derive(Debug, Clone, Serialize)]
pub struct AlignmentRow {
    /// Its name.
    pub name: String,
    /// Articles whose places can be told.
    pub documents: usize,
    /// Seconds that aligning them took, on one thread but for what makes vectors.
    pub seconds: f64,
    /// How well they were.
    #[serde(flatten)]
    pub measures: AlignmentMeasures,
}

impl AlignmentRow {
    pub(crate) fn new(name: &str, alignments: &[Aligned]) -> Self {
        let told = alignments.iter().filter(|one| one.told > 0);
        let all: Vec<&Aligned> = alignments.iter().collect();
        Self {
            name: name.to_owned(),
            documents: told.count(),
            seconds: alignments.iter().map(|one| one.took.as_secs_f64()).sum(),
            measures: AlignmentMeasures::new(&all),
        }
    }
}

impl AlignmentMeasures {
    fn new(judged: &[&Aligned]) -> Self {
        let sum = |count: fn(&Aligned) -> usize| -> usize {
            judged.iter().map(|aligned| count(aligned)).sum()
        };
        let share = |part: fn(&Aligned) -> usize, whole: fn(&Aligned) -> usize| {
            let counted = |count: fn(&Aligned) -> usize| {
                let counts = judged.iter().map(|aligned| count(aligned) as f64);
                counts.collect::<Vec<f64>>()
            };
            let (parts, wholes) = (counted(part), counted(whole));
            Estimate::of(judged.len(), |weights| ratio(&parts, &wholes, weights))
        };
        Self {
            told: sum(|aligned| aligned.told),
            right: share(|aligned| aligned.right, |aligned| aligned.told),
            wrong: share(|aligned| aligned.wrong, |aligned| aligned.told),
            left_out: sum(|aligned| aligned.left_out),
            invented: share(|aligned| aligned.invented, |aligned| aligned.left_out),
        }
    }
}

/// What some suggestions are worth.
#[derive(Debug, Clone, Serialize)]
pub struct CorrectionMeasures {
    /// Suggestions that, applied alone, lessen the word errors.
    pub helpful: usize,
    /// Those that leave their number as it is.
    pub neutral: usize,
    /// Those that add to it.
    pub harmful: usize,
    /// Helpful ones for each harmful one; not defined without a harmful one.
    pub helpful_to_harmful: Estimate,
    /// Share of the word errors that is gone when all are applied that do not
    /// overlap; below 0 if there are more.
    pub errors_removed: Estimate,
    /// Share of the BAD words that helpful ones replace; not defined where no
    /// labels are known.
    pub bad_covered: Estimate,
    /// How many there are of each size.
    pub lengths: Vec<LengthRow>,
}

/// Suggestions that replace so many words by so many, punctuation not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LengthRow {
    /// Words replaced.
    pub replaced: usize,
    /// Words put in.
    pub put_in: usize,
    /// Helpful ones.
    pub helpful: usize,
    /// Neutral ones.
    pub neutral: usize,
    /// Harmful ones.
    pub harmful: usize,
}

impl LengthRow {
    /// All suggestions of this size.
    pub fn count(&self) -> usize {
        self.helpful + self.neutral + self.harmful
    }
}

impl CorrectionsRow {
    pub(crate) fn new(name: &str, stories: &[Option<StoryCorrections>]) -> Self {
        let judged: Vec<&StoryCorrections> = stories.iter().flatten().collect();
        let alignments: Vec<&Aligned> = judged.iter().map(|story| &story.alignment).collect();
        let of = |tried: fn(&StoryCorrections) -> &TriedTogether| {
            CorrectionMeasures::new(&judged, tried)
        };
        let sum = |count: fn(&StoryCorrections) -> usize| {
            let counts = judged.iter().map(|story| count(story));
            counts.sum::<usize>()
        };
        Self {
            name: name.to_owned(),
            documents: stories.len(),
            not_judged: stories.len() - judged.len(),
            word_errors: sum(|story| story.errors),
            labelled_words: sum(|story| story.labelled),
            bad_words: sum(|story| story.bad),
            alignment: AlignmentMeasures::new(&alignments),
            safe: of(|story| &story.safe),
            safe_and_unsafe: of(|story| &story.safe_and_unsafe),
            every_suggestion: of(|story| &story.every),
        }
    }
}

impl CorrectionMeasures {
    fn new(judged: &[&StoryCorrections], tried: fn(&StoryCorrections) -> &TriedTogether) -> Self {
        let share = |part: &dyn Fn(&StoryCorrections) -> f64,
                     whole: &dyn Fn(&StoryCorrections) -> f64| {
            let parts: Vec<f64> = judged.iter().map(|story| part(story)).collect();
            let wholes: Vec<f64> = judged.iter().map(|story| whole(story)).collect();
            Estimate::of(judged.len(), |weights| ratio(&parts, &wholes, weights))
        };
        let counted = |kind: fn(&Tried) -> bool| {
            move |story: &StoryCorrections| {
                let alone = tried(story).alone.iter();
                alone.filter(|tried| kind(tried)).count() as f64
            }
        };
        let mut sizes: BTreeMap<(usize, usize), LengthRow> = BTreeMap::new();
        for tried in judged.iter().flat_map(|story| &tried(story).alone) {
            let (replaced, put_in) = (tried.replaced, tried.put_in);
            let size = sizes.entry((replaced, put_in)).or_insert(LengthRow {
                replaced,
                put_in,
                ..LengthRow::default()
            });
            match tried.change {
                ..0 => size.helpful += 1,
                0 => size.neutral += 1,
                1.. => size.harmful += 1,
            }
        }
        let lengths: Vec<LengthRow> = sizes.into_values().collect();
        // Without any that are applied together the share has no meaning.
        let together = judged.iter().all(|story| tried(story).together.is_some());
        let errors = |story: &StoryCorrections| match together {
            true => story.errors as f64,
            false => 0.0,
        };
        let removed = |story: &StoryCorrections| -(tried(story).together.unwrap_or(0) as f64);
        Self {
            helpful: lengths.iter().map(|size| size.helpful).sum(),
            neutral: lengths.iter().map(|size| size.neutral).sum(),
            harmful: lengths.iter().map(|size| size.harmful).sum(),
            helpful_to_harmful: share(
                &counted(|tried| tried.change < 0),
                &counted(|tried| tried.change > 0),
            ),
            errors_removed: share(&removed, &errors),
            bad_covered: share(&|story| tried(story).bad_covered as f64, &|story| {
                story.bad as f64
            }),
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
        let alone = changes.iter().map(|&change| Tried {
            change,
            replaced: 1,
            put_in: change.unsigned_abs() as usize,
        });
        let tried = TriedTogether {
            alone: alone.collect(),
            together: Some(together),
            bad_covered: bad.0,
        };
        StoryCorrections {
            errors,
            bad: bad.1,
            labelled: 20,
            alignment: Aligned {
                told: 4,
                right: 3,
                wrong: 1,
                ..Aligned::default()
            },
            safe: TriedTogether {
                together: Some(0),
                ..TriedTogether::default()
            },
            every: TriedTogether {
                together: None,
                ..tried.clone()
            },
            safe_and_unsafe: tried,
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
            (row.word_errors, row.labelled_words, row.bad_words),
            (40, 40, 8)
        );
        assert_eq!(row.alignment.told, 8);
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
