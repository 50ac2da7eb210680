//! Lints articles beside their siblings, and tries the suggested corrections.
//!
//! In: articles with correct versions and siblings. Out: of each article the effect of every
//! suggestion, applied alone, on its word errors, and the effect of those that are applied
//! together; or the alignment of its passages with the sibling. No measure is computed here.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::{LintInput, Reader};
use crate::dataset::{DataSet, LabeledToken, Labels, Passage, Sample};
use crate::metrics::Distances;
use mtlint::correct::{Permission, correct};
use mtlint::finding::{Applicability, Suggestion, SuggestionSource};
use mtlint::lexicon::Lexicon;
use mtlint::linter::LintError;
use mtlint::lm::SentenceVectors;
use mtlint::report::Analysis;
use mtlint::segment::{WordKind, segment};
use mtlint::sibling::{Articles, Comparison, Memo, SiblingArticle};
use mtlint::span::{Doc, Span};

/// The effect of one suggestion that is applied alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SuggestionEffect {
    /// The change of the number of word errors; negative where there are fewer.
    pub change: i64,
    /// The number of words that it replaces, punctuation not counted.
    pub replaced: usize,
    /// The number of words that it puts in, punctuation not counted.
    pub put_in: usize,
}

/// The effects of suggestions for one article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct SuggestionEffects {
    /// The effect of each suggestion that is applied alone.
    pub alone: Vec<SuggestionEffect>,
    /// The change of the number of word errors when all are applied that do not overlap;
    /// `None` for suggestions that are not applied together.
    pub together: Option<i64>,
    /// The number of BAD words that helpful suggestions replace.
    pub bad_covered: usize,
}

/// The effects of the suggestions for one article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StoryCorrections {
    /// The number of word errors before any correction.
    pub errors: usize,
    /// The number of words labeled BAD.
    pub bad: usize,
    /// The number of words that have a label.
    pub labeled: usize,
    /// The first safe suggestion of each finding.
    pub safe: SuggestionEffects,
    /// The first suggestion of each finding, safe or unsafe.
    pub safe_and_unsafe: SuggestionEffects,
    /// All suggestions, safe or unsafe.
    pub every: SuggestionEffects,
    /// Of the first suggestions of findings, safe or unsafe, those of each source.
    pub by_source: BTreeMap<SuggestionSource, SuggestionEffects>,
    /// The alignment of the passages with the sibling.
    pub alignment: AlignmentCounts,
}

/// The alignment of the passages of an article whose place in the sibling is known, since
/// the sibling has one of their correct versions word for word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct AlignmentCounts {
    /// The number of passages that have a known place in the sibling.
    pub known: usize,
    /// The number of those that were aligned with their own place.
    pub right: usize,
    /// The number of those that were aligned with another place.
    pub wrong: usize,
    /// The number of passages that the sibling leaves out.
    pub left_out: usize,
    /// The number of passages left out that were aligned all the same.
    pub invented: usize,
    /// The time that aligning the two articles took.
    pub time: Duration,
}

impl AlignmentCounts {
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
        let mut counts = Self::default();
        // Where the sibling has no passage word for word, no place is known.
        if !passages.iter().any(|passage| place(passage).is_some()) {
            return Ok(counts);
        }
        let segments = segment(text);
        let siblings = [SiblingArticle::new("", sibling)];
        let lexicon = Lexicon::embedded()?;
        let began = Instant::now();
        let articles = Articles::new(text, &segments, &siblings).with(vectors)?;
        let comparison = Comparison::new(&articles, &mut Memo::new(&lexicon), &[], &[]);
        counts.time = began.elapsed();
        for passage in passages {
            let within = |(_, span): &(usize, &Span<Doc>)| passage.span.overlaps(**span);
            let sentences = segments.sentences.iter().enumerate().filter(within);
            let found: Vec<usize> = sentences
                .filter_map(|(index, _)| Some(comparison.aligned(0, index)?.start()))
                .collect();
            match place(passage) {
                Some(place) => {
                    let hit = found.iter().any(|start| place.contains(start));
                    counts.known += 1;
                    counts.right += usize::from(hit);
                    counts.wrong += usize::from(!hit && !found.is_empty());
                }
                None => {
                    counts.left_out += 1;
                    counts.invented += usize::from(!found.is_empty());
                }
            }
        }
        Ok(counts)
    }
}

/// The labeled tokens of each sentence whose labels come from post-editing.
pub(crate) fn labeled_texts(sets: &[DataSet]) -> HashMap<&str, &[LabeledToken]> {
    let samples = sets.iter().flat_map(|set| &set.samples);
    let labeled = samples.filter_map(|sample| match &sample.labels {
        Labels::Tokens {
            tokens,
            hter: Some(_),
        } => Some((sample.text.as_str(), &tokens[..])),
        _ => None,
    });
    let mut known = HashMap::new();
    for (text, tokens) in labeled {
        known.entry(text).or_insert(tokens);
    }
    known
}

impl<P: FnMut(usize)> Reader<'_, P> {
    /// Aligns articles with their siblings, and lints nothing.
    ///
    /// # Errors
    /// When the encoder of sentences fails.
    pub(crate) fn alignments(
        &mut self,
        samples: &[&Sample],
    ) -> Result<Vec<AlignmentCounts>, LintError> {
        let mut alignments = Vec::with_capacity(samples.len());
        for sample in samples {
            if let Labels::Story {
                passages, sibling, ..
            } = &sample.labels
            {
                let vectors = self.linter.sentence_vectors();
                alignments.push(AlignmentCounts::new(
                    &sample.text,
                    passages,
                    sibling,
                    vectors,
                )?);
            }
            self.done += 1;
            (self.progress)(self.done);
        }
        Ok(alignments)
    }

    /// Lints articles beside their siblings and tries the suggestions; `None` stands for an
    /// article that was not judged. Words are BAD as the article's own labels say, or else as
    /// those of the same sentence among `labels` do.
    ///
    /// # Errors
    /// When the language model or the encoder of sentences fails.
    pub(crate) fn corrections(
        &mut self,
        samples: &[&Sample],
        labels: &HashMap<&str, &[LabeledToken]>,
    ) -> Result<Vec<Option<StoryCorrections>>, LintError> {
        let stories = samples.iter().filter_map(|sample| match &sample.labels {
            Labels::Story {
                passages, sibling, ..
            } => Some((sample.text.as_str(), &passages[..], sibling.as_str())),
            _ => None,
        });
        let stories: Vec<(&str, &[Passage], &str)> = stories.collect();
        let inputs = stories
            .iter()
            .map(|(text, _, sibling)| LintInput { text, sibling });
        let inputs: Vec<LintInput<'_>> = inputs.collect();
        let mut alignments = Vec::with_capacity(stories.len());
        for (text, passages, sibling) in &stories {
            let vectors = self.linter.sentence_vectors();
            alignments.push(AlignmentCounts::new(text, passages, sibling, vectors)?);
        }
        self.lint(&inputs, |index, analysis| {
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
        labels: &HashMap<&str, &[LabeledToken]>,
    ) -> Self {
        let trial = Trial {
            text,
            distances: Distances::new(text, passages),
            analysis,
        };
        let (mut labeled, mut bad) = (0, Vec::new());
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
            labeled += tokens.len();
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
        let first = analysis.findings.iter();
        let first = first.filter_map(|f| Permission::SafeAndUnsafe.choose(f));
        let mut of_source: BTreeMap<SuggestionSource, Vec<&Suggestion>> = BTreeMap::new();
        for suggestion in first {
            let same = of_source.entry(suggestion.source).or_default();
            same.push(suggestion);
        }
        let by_source = of_source.into_iter();
        let by_source =
            by_source.map(|(source, all)| (source, trial.all(all.into_iter(), None, &bad)));
        Self {
            errors: trial.distances.errors(),
            bad: bad.len(),
            labeled,
            safe: applied(Permission::Safe),
            safe_and_unsafe: applied(Permission::SafeAndUnsafe),
            every: trial.all(every, None, &bad),
            by_source: by_source.collect(),
            alignment: AlignmentCounts::default(),
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
    /// The effects of all `suggestions`.
    fn all<'s>(
        &self,
        suggestions: impl Iterator<Item = &'s Suggestion>,
        together: Option<i64>,
        bad: &[Span<Doc>],
    ) -> SuggestionEffects {
        let mut alone = Vec::new();
        let mut helpful = Vec::new();
        for suggestion in suggestions {
            let effect = self.alone(suggestion);
            if effect.change < 0 {
                helpful.push(suggestion.span);
            }
            alone.push(effect);
        }
        let covered = |span: &&Span<Doc>| helpful.iter().any(|edit| edit.overlaps(**span));
        SuggestionEffects {
            alone,
            together,
            bad_covered: bad.iter().filter(covered).count(),
        }
    }

    /// The effect of one suggestion.
    fn alone(&self, suggestion: &Suggestion) -> SuggestionEffect {
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
        SuggestionEffect {
            change: self.distances.change(&[(*span, replacement)]),
            replaced: words.count(),
            put_in: segment(replacement).word_count(),
        }
    }
}
