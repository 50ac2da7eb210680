//! Judges right articles beside their siblings, as they are and with one fact
//! changed.
//!
//! In: articles with siblings. Out: of each right version what is flagged in it
//! beside the sibling, and whether the change is found. It computes no measure.

use super::{Asked, Reader};
use crate::changes::{Changed, Kind, change, names};
use crate::dataset::{Labels, Sample};
use mtlint::finding::{Category, Finding};
use mtlint::linter::LintError;
use mtlint::report::Analysis;
use mtlint::segment::segment;

/// What was said of a right article beside its sibling; `None` if it was not
/// judged.
pub type StoryContradictions = Option<Contradicted>;

/// What was said of a right article beside its sibling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Contradicted {
    /// Words, punctuation not counted.
    pub words: usize,
    /// Words and marks that were flagged.
    pub flagged: usize,
    /// Findings of category `inconsistency`.
    pub inconsistencies: usize,
    /// The kind of fact that was then changed, and whether the change was found
    /// as an inconsistency; `None` where the sibling has no fact of it.
    pub changed: Option<(Kind, bool)>,
}

fn inconsistencies(analysis: &Analysis) -> impl Iterator<Item = &Finding> {
    let findings = analysis.findings.iter();
    findings.filter(|finding| finding.category == Category::Inconsistency)
}

impl<P: FnMut(usize)> Reader<'_, P> {
    /// Judges the right versions of articles beside their siblings, and each once
    /// more with one fact changed; the names put in are those of an article that
    /// stands well away in the set.
    pub fn contradictions(
        &mut self,
        samples: &[&Sample],
    ) -> Result<Vec<StoryContradictions>, LintError> {
        let stories = samples.iter().filter_map(|sample| match &sample.labels {
            Labels::Story {
                reference, sibling, ..
            } => Some((reference.as_str(), sibling.as_str())),
            _ => None,
        });
        let mut stories: Vec<(&str, &str)> = stories.collect();
        // Several machines' versions of an article share the right one.
        let mut seen = std::collections::HashSet::new();
        stories.retain(|story| seen.insert(*story));
        let names: Vec<Vec<String>> = stories.iter().map(|(text, _)| names(text)).collect();
        let changes = stories.iter().enumerate().map(|(index, (text, sibling))| {
            let others = &names[(index + names.len() / 2) % names.len()];
            change(text, sibling, others, index as u64)
        });
        let changes: Vec<Option<Changed>> = changes.collect();
        let right = stories.iter();
        let right = right.map(|(text, sibling)| Asked { text, sibling });
        let right = self.judge(&right.collect::<Vec<_>>(), |_, analysis| {
            analysis.map(|analysis| Contradicted {
                words: segment(analysis.document.text()).word_count(),
                flagged: analysis.words.iter().filter(|word| word.garbled).count(),
                inconsistencies: inconsistencies(analysis).count(),
                changed: None,
            })
        })?;
        let changed: Vec<(usize, &Changed)> = changes
            .iter()
            .enumerate()
            .filter_map(|(index, changed)| Some((index, changed.as_ref()?)))
            .collect();
        let asked = changed.iter().map(|(index, changed)| Asked {
            text: &changed.text,
            sibling: stories[*index].1,
        });
        let found = self.judge(&asked.collect::<Vec<_>>(), |place, analysis| {
            let (_, changed) = changed[place];
            let found = |analysis: &Analysis| {
                inconsistencies(analysis).any(|finding| finding.span.overlaps(changed.span))
            };
            analysis.map(|analysis| (changed.kind, found(analysis)))
        })?;
        let mut said = right;
        for ((index, _), found) in changed.iter().zip(found) {
            if let Some(said) = &mut said[*index] {
                said.changed = found;
            }
        }
        Ok(said)
    }
}
