//! Lints correct articles beside their siblings, as they are and with one fact changed.
//!
//! In: articles with siblings. Out: of each correct version what is flagged in it beside
//! the sibling, and whether the changed fact is found. No measure is computed here.

use super::{LintInput, Reader};
use crate::changes::{FactChange, FactKind, change_fact, names};
use crate::dataset::{Labels, Sample};
use mtlint::finding::{Category, Finding};
use mtlint::linter::LintError;
use mtlint::report::Analysis;
use mtlint::segment::segment;

/// The observations of a correct article beside its sibling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ContradictionCounts {
    /// The number of words, punctuation not counted.
    pub words: usize,
    /// The number of words and marks that were flagged.
    pub flagged: usize,
    /// The number of findings of category `inconsistency`.
    pub inconsistencies: usize,
    /// The kind of the fact that was changed in a second version, and whether the change was
    /// found as an inconsistency; `None` where the article shares no fact with its sibling.
    pub changed: Option<(FactKind, bool)>,
}

fn inconsistencies(analysis: &Analysis) -> impl Iterator<Item = &Finding> {
    let findings = analysis.findings.iter();
    findings.filter(|finding| finding.category == Category::Inconsistency)
}

impl<P: FnMut(usize)> Reader<'_, P> {
    /// Lints the correct versions of articles beside their siblings, and each once
    /// more with one fact changed; the names put in are those of an article that
    /// stands well away in the set. `None` stands for an article that was not judged.
    ///
    /// # Errors
    /// When the language model fails.
    pub(crate) fn contradictions(
        &mut self,
        samples: &[&Sample],
    ) -> Result<Vec<Option<ContradictionCounts>>, LintError> {
        let stories = samples.iter().filter_map(|sample| match &sample.labels {
            Labels::Story {
                reference, sibling, ..
            } => Some((reference.as_str(), sibling.as_str())),
            _ => None,
        });
        let mut stories: Vec<(&str, &str)> = stories.collect();
        // Several machines' versions of an article share the correct one.
        let mut seen = std::collections::HashSet::new();
        stories.retain(|story| seen.insert(*story));
        let names: Vec<Vec<String>> = stories.iter().map(|(text, _)| names(text)).collect();
        let changes = stories.iter().enumerate().map(|(index, (text, sibling))| {
            let others = &names[(index + names.len() / 2) % names.len()];
            change_fact(text, sibling, others, index as u64)
        });
        let changes: Vec<Option<FactChange>> = changes.collect();
        let inputs = stories.iter();
        let inputs = inputs.map(|(text, sibling)| LintInput { text, sibling });
        let mut counts = self.lint(&inputs.collect::<Vec<_>>(), |_, analysis| {
            analysis.map(|analysis| ContradictionCounts {
                words: segment(analysis.document.text()).word_count(),
                flagged: analysis.words.iter().filter(|word| word.garbled).count(),
                inconsistencies: inconsistencies(analysis).count(),
                changed: None,
            })
        })?;
        let changed: Vec<(usize, &FactChange)> = changes
            .iter()
            .enumerate()
            .filter_map(|(index, changed)| Some((index, changed.as_ref()?)))
            .collect();
        let inputs = changed.iter().map(|(index, changed)| LintInput {
            text: &changed.text,
            sibling: stories[*index].1,
        });
        let found = self.lint(&inputs.collect::<Vec<_>>(), |index, analysis| {
            let (_, changed) = changed[index];
            let found = |analysis: &Analysis| {
                inconsistencies(analysis).any(|finding| finding.span.overlaps(changed.span))
            };
            analysis.map(|analysis| (changed.kind, found(analysis)))
        })?;
        for ((index, _), found) in changed.iter().zip(found) {
            if let Some(counts) = &mut counts[*index] {
                counts.changed = found;
            }
        }
        Ok(counts)
    }
}
