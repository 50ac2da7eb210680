//! Judges articles with their siblings, and tries the corrections.
//!
//! In: articles with right versions and siblings. Out: of each what every
//! suggestion, applied alone, does to its word errors, and what those do that
//! are applied together.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::{Asked, Reader};
use crate::dataset::{DataSet, LabelledToken, Labels, Passage, Sample};
use crate::metrics::Distances;
use mtlint::correct::{Permission, correct};
use mtlint::finding::{Applicability, Suggestion};
use mtlint::lexicon::Lexicon;
use mtlint::linter::LintError;
use mtlint::lm::SentenceVectors;
use mtlint::report::Analysis;
use mtlint::segment::{WordKind, segment};
use mtlint::sibling::{Articles, Comparison, Memo, SiblingArticle};
use mtlint::span::{Doc, Span};

/// What one suggestion does when it is applied alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tried {
    /// Word errors more than before; fewer, if it is negative.
    pub change: i64,
    /// Words that it replaces, punctuation not counted.
    pub replaced: usize,
    /// Words that it puts in.
    pub put_in: usize,
}

/// Suggestions that would be applied to one article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TriedTogether {
    /// Each alone.
    pub alone: Vec<Tried>,
    /// Word errors more than before when all are applied that do not overlap;
    /// none where they are not meant to be.
    pub together: Option<i64>,
    /// BAD words that a helpful one replaces.
    pub bad_covered: usize,
}

/// What the suggestions for one article do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StoryCorrections {
    /// Its word errors as it is.
    pub errors: usize,
    /// Words labelled BAD.
    pub bad: usize,
    /// Words that are labelled at all.
    pub labelled: usize,
    /// Of each finding the first suggestion that is safe.
    pub safe: TriedTogether,
    /// Of each finding the first one, safe or unsafe.
    pub safe_and_unsafe: TriedTogether,
    /// All suggestions, safe or unsafe.
    pub every: TriedTogether,
    /// How well its sentences were aligned with the sibling's.
    pub alignment: Aligned,
}

/// Passages of an article whose place in the sibling is known, since the
/// sibling has one of their right versions word for word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aligned {
    /// Passages that the sibling has, where that can be told.
    pub told: usize,
    /// Of them those that were aligned with their own place.
    pub right: usize,
    /// Of them those that were aligned with another.
    pub wrong: usize,
    /// Passages that the sibling leaves out, where that can be told.
    pub left_out: usize,
    /// Of them those that were aligned all the same.
    pub invented: usize,
    /// How long the two articles took.
    pub took: Duration,
}

impl Aligned {
    fn new(
        text: &str,
        passages: &[Passage],
        sibling: &str,
        vectors: Option<&dyn SentenceVectors>,
    ) -> Result<Self, LintError> {
        let mut lines = HashMap::new();
        let mut start = 0;
        for line in sibling.split_inclusive('\n') {
            lines.insert(line.trim_end(), start..start + line.len());
            start += line.len();
        }
        let place = |passage: &Passage| {
            let mut right = passage.references.iter();
            right.find_map(|right| lines.get(right.trim_end()).cloned())
        };
        let mut aligned = Self::default();
        // In an article of which the sibling has nothing word for word, nothing
        // can be told.
        if !passages.iter().any(|passage| place(passage).is_some()) {
            return Ok(aligned);
        }
        let segments = segment(text);
        let siblings = [SiblingArticle::new("", sibling)];
        let lexicon = Lexicon::embedded()?;
        let began = Instant::now();
        let articles = Articles::new(text, &segments, &siblings).with(vectors)?;
        let comparison = Comparison::new(&articles, &mut Memo::new(&lexicon), &[], &[]);
        aligned.took = began.elapsed();
        for passage in passages {
            let within = |(_, span): &(usize, &Span<Doc>)| passage.span.overlaps(**span);
            let sentences = segments.sentences.iter().enumerate().filter(within);
            let found: Vec<usize> = sentences
                .filter_map(|(index, _)| Some(comparison.aligned(0, index)?.start()))
                .collect();
            match place(passage) {
                Some(place) => {
                    let hit = found.iter().any(|start| place.contains(start));
                    aligned.told += 1;
                    aligned.right += usize::from(hit);
                    aligned.wrong += usize::from(!hit && !found.is_empty());
                }
                None => {
                    aligned.left_out += 1;
                    aligned.invented += usize::from(!found.is_empty());
                }
            }
        }
        Ok(aligned)
    }
}

/// The labelled tokens of each sentence whose labels come from post-editing.
pub fn labelled_texts(sets: &[DataSet]) -> HashMap<&str, &[LabelledToken]> {
    let samples = sets.iter().flat_map(|set| &set.samples);
    let labelled = samples.filter_map(|sample| match &sample.labels {
        Labels::Tokens {
            tokens,
            hter: Some(_),
        } => Some((sample.text.as_str(), &tokens[..])),
        _ => None,
    });
    let mut known = HashMap::new();
    for (text, tokens) in labelled {
        known.entry(text).or_insert(tokens);
    }
    known
}

impl<P: FnMut(usize)> Reader<'_, P> {
    /// Aligns articles with their siblings, and judges nothing.
    pub fn alignments(&mut self, samples: &[&Sample]) -> Result<Vec<Aligned>, LintError> {
        let mut alignments = Vec::with_capacity(samples.len());
        for sample in samples {
            if let Labels::Story {
                passages, sibling, ..
            } = &sample.labels
            {
                let vectors = self.linter.sentence_vectors();
                alignments.push(Aligned::new(&sample.text, passages, sibling, vectors)?);
            }
            self.done += 1;
            (self.progress)(self.done);
        }
        Ok(alignments)
    }

    /// Judges articles with their siblings and tries what is suggested; none
    /// for one that was not judged. Words are BAD as the article's own labels
    /// say or else as those of the same sentence among `labels` do.
    pub fn corrections(
        &mut self,
        samples: &[&Sample],
        labels: &HashMap<&str, &[LabelledToken]>,
    ) -> Result<Vec<Option<StoryCorrections>>, LintError> {
        let stories = samples.iter().filter_map(|sample| match &sample.labels {
            Labels::Story {
                passages, sibling, ..
            } => Some((sample.text.as_str(), &passages[..], sibling.as_str())),
            _ => None,
        });
        let stories: Vec<(&str, &[Passage], &str)> = stories.collect();
        let asked = stories
            .iter()
            .map(|(text, _, sibling)| Asked { text, sibling });
        let asked: Vec<Asked<'_>> = asked.collect();
        let mut alignments = Vec::with_capacity(stories.len());
        for (text, passages, sibling) in &stories {
            let vectors = self.linter.sentence_vectors();
            alignments.push(Aligned::new(text, passages, sibling, vectors)?);
        }
        self.judge(&asked, |index, analysis| {
            let (text, passages, _) = stories[index];
            analysis.map(|analysis| StoryCorrections {
                alignment: alignments[index],
                ..StoryCorrections::new(text, passages, analysis, labels)
            })
        })
    }
}

impl StoryCorrections {
    fn new(
        text: &str,
        passages: &[Passage],
        analysis: &Analysis,
        labels: &HashMap<&str, &[LabelledToken]>,
    ) -> Self {
        let trial = Trial {
            text,
            distances: Distances::new(text, passages),
            analysis,
        };
        let (mut labelled, mut bad) = (0, Vec::new());
        for passage in passages {
            let by = match &passage.tokens[..] {
                [] => passage.span.start(),
                _ => 0,
            };
            let looked_up = || labels.get(passage.span.slice(text)?).copied();
            let tokens = match &passage.tokens[..] {
                [] => looked_up().unwrap_or_default(),
                own => own,
            };
            labelled += tokens.len();
            let these = tokens.iter().filter(|token| token.bad);
            bad.extend(these.map(|token| token.span.shifted(by)));
        }
        let applied = |allowed: Permission| {
            let findings = &analysis.findings;
            let first = findings.iter().filter_map(|f| allowed.choose(f));
            let edits = correct(text, findings, allowed).edits;
            let edits = edits.iter().map(|edit| {
                let replacement = edit.suggestion.replacement.as_str();
                (edit.span, replacement)
            });
            let edits: Vec<(Span<Doc>, &str)> = edits.collect();
            let together = trial.distances.change(&edits);
            trial.all(first, Some(together), &bad)
        };
        let every = analysis.findings.iter().flat_map(|f| &f.suggestions);
        let every = every.filter(|s| s.applicability != Applicability::DisplayOnly);
        Self {
            errors: trial.distances.errors(),
            bad: bad.len(),
            labelled,
            safe: applied(Permission::Safe),
            safe_and_unsafe: applied(Permission::SafeAndUnsafe),
            every: trial.all(every, None, &bad),
            alignment: Aligned::default(),
        }
    }
}

/// An article whose suggestions are tried.
struct Trial<'a> {
    text: &'a str,
    distances: Distances<'a>,
    analysis: &'a Analysis,
}

impl Trial<'_> {
    fn all<'s>(
        &self,
        suggestions: impl Iterator<Item = &'s Suggestion>,
        together: Option<i64>,
        bad: &[Span<Doc>],
    ) -> TriedTogether {
        let mut alone = Vec::new();
        let mut helpful = Vec::new();
        for suggestion in suggestions {
            let tried = self.alone(suggestion);
            if tried.change < 0 {
                helpful.push(suggestion.span);
            }
            alone.push(tried);
        }
        let covered = |span: &&Span<Doc>| helpful.iter().any(|edit| edit.overlaps(**span));
        TriedTogether {
            alone,
            together,
            bad_covered: bad.iter().filter(covered).count(),
        }
    }

    fn alone(&self, suggestion: &Suggestion) -> Tried {
        let Suggestion {
            span, replacement, ..
        } = suggestion;
        let sentence = |&&sentence: &&Span<Doc>| sentence.overlaps(*span);
        // Words are split as they stand in the text.
        let around = self.analysis.sentences.iter().filter(sentence).copied();
        let around = around.fold(*span, Span::cover);
        let words = segment(around.slice(self.text).unwrap_or_default()).words;
        let words = words.iter().filter(|word| {
            word.kind == WordKind::Word && word.span.shifted(around.start()).overlaps(*span)
        });
        Tried {
            change: self.distances.change(&[(*span, replacement)]),
            replaced: words.count(),
            put_in: segment(replacement).word_count(),
        }
    }
}
