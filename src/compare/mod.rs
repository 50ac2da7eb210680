//! Which of several versions of one text is best, how sure that is, and where they differ.
//!
//! In: the [`Report`]s on the versions, all made with the same linter and options. Out: a
//! [`Comparison`]. Versions are ranked by quality; sentences are aligned with those of the
//! best version, and the aligned sentences say how sure the difference of two qualities
//! is. Nothing is judged anew; printing is the business of [`crate::report::comparison`].
//!
//! ```no_run
//! use mtlint::{Document, Linter, Options, compare::compare};
//!
//! let linter = Linter::open("smollm2-135m.gguf")?;
//! let versions = ["The bank raised its tarif.", "The bank raised its rate."];
//! let reports = versions.map(|text| {
//!     let document = Document::from_text(text, text);
//!     linter.lint(&document, &Options::default())
//! });
//! let comparison = compare(reports.into_iter().collect::<Result<Vec<_>, _>>()?);
//! println!("best: {}", comparison.versions[0].report.id);
//! # Ok::<(), mtlint::LintError>(())
//! ```

mod align;
mod confidence;

use std::cmp::Ordering;
use std::ops::Range;

use crate::report::comparison::{Comparison, Passage, Version, Wording};
use crate::report::{Analysis, Outcome, Report};

use align::{Block, align, words};
use confidence::{Side, p_better};

/// Sentences whose qualities differ by so many points, of 100, differ clearly: about one
/// word in seven.
const CLEAR_DIFFERENCE: f32 = 15.0;

/// Compares the versions of one text by their reports.
pub fn compare(mut reports: Vec<Report>) -> Comparison {
    reports.sort_by(best_first);
    let judged = reports.iter().map_while(analysis);
    let texts: Vec<Text<'_>> = judged.map(Text::new).collect();
    let (alignments, passages) = match &texts[..] {
        [best, others @ ..] if !others.is_empty() => {
            let others = others.iter();
            let alignments = others.map(|other| align(&best.sentences, &other.sentences));
            let alignments: Vec<Vec<Block>> = alignments.collect();
            let passages = passages(&texts, &alignments);
            (alignments, passages)
        }
        _ => (Vec::new(), Vec::new()),
    };
    let numbers: Vec<Numbers> = (0..texts.len())
        .map(|at| Numbers::new(&texts, at, &alignments))
        .collect();
    drop(texts);
    let mut numbers = numbers.into_iter();
    let versions = reports.into_iter().map(|report| {
        let Numbers {
            same_as,
            aligned_share,
            p_best_better,
        } = numbers.next().unwrap_or_default();
        Version {
            report,
            same_as,
            aligned_share,
            p_best_better,
        }
    });
    Comparison {
        versions: versions.collect(),
        passages,
    }
}

/// The order of versions: by quality, then by how little the text surprises; what was not
/// judged comes last. Equal ones stay as they were given.
fn best_first(a: &Report, b: &Report) -> Ordering {
    let place = |report: &Report| match report.outcome {
        Outcome::Scored(_) => 0,
        Outcome::Abstained { .. } => 1,
        Outcome::Failed(_) => 2,
    };
    let by_score = || match (analysis(a), analysis(b)) {
        (Some(a), Some(b)) => {
            let (a, b) = (&a.score, &b.score);
            let by_quality = b.quality.total_cmp(&a.quality);
            by_quality.then(a.bits_per_word.total_cmp(&b.bits_per_word))
        }
        _ => Ordering::Equal,
    };
    place(a).cmp(&place(b)).then_with(by_score)
}

fn analysis(report: &Report) -> Option<&Analysis> {
    match &report.outcome {
        Outcome::Scored(analysis) => Some(analysis),
        _ => None,
    }
}

/// A version that was judged, sentence by sentence.
struct Text<'a> {
    analysis: &'a Analysis,
    /// The sentences as they are written.
    sentences: Vec<&'a str>,
    /// How many words each sentence has, at least 1.
    words: Vec<usize>,
    /// The findings that begin in each sentence, as indices.
    findings: Vec<Vec<usize>>,
}

impl<'a> Text<'a> {
    fn new(analysis: &'a Analysis) -> Self {
        let text = analysis.document.text();
        let spans = &analysis.sentences;
        let sentences = spans
            .iter()
            .map(|span| span.slice(text).unwrap_or_default());
        let sentences: Vec<&str> = sentences.collect();
        let mut findings = vec![Vec::new(); spans.len()];
        for (number, finding) in analysis.new_findings().enumerate() {
            let start = finding.span.start();
            let sentence = spans.partition_point(|span| span.end() <= start);
            // Something may be missing after the last sentence.
            let sentence = sentence.min(spans.len().saturating_sub(1));
            if let Some(here) = findings.get_mut(sentence) {
                here.push(number);
            }
        }
        Self {
            words: sentences
                .iter()
                .map(|one| words(one).count().max(1))
                .collect(),
            sentences,
            findings,
            analysis,
        }
    }

    fn side(&self) -> Side<'_> {
        Side {
            score: &self.analysis.score,
            rates: &self.analysis.sentence_rates,
            words: &self.words,
        }
    }

    /// What the version has in a place; `None` where that is no sentence.
    fn wording(&self, sentences: Range<usize>) -> Option<Wording> {
        let spans = self.analysis.sentences.get(sentences.clone())?;
        let span = spans.iter().copied().reduce(|a, b| a.cover(b))?;
        let rates = self.analysis.sentence_rates.get(sentences.clone());
        let rates = rates.unwrap_or_default().iter();
        let words = &self.words[sentences.clone()];
        let all: usize = words.iter().sum();
        let changed = rates.zip(words).map(|(rate, words)| rate * *words as f32);
        let findings = self.findings[sentences].iter().flatten();
        Some(Wording {
            span,
            quality: 100.0 * (1.0 - changed.sum::<f32>() / all.max(1) as f32),
            findings: findings.copied().collect(),
        })
    }

    /// A wording without regard to how its white space is laid out.
    fn plain(&self, wording: &Wording) -> Vec<&'a str> {
        let text = wording.span.slice(self.analysis.document.text());
        text.unwrap_or_default().split_whitespace().collect()
    }
}

/// What is known of a version beside the others.
#[derive(Default)]
struct Numbers {
    same_as: Option<usize>,
    aligned_share: Option<f32>,
    p_best_better: Option<f32>,
}

impl Numbers {
    /// The numbers of the version at `at`; `alignments` holds one for each but the first.
    fn new(texts: &[Text<'_>], at: usize, alignments: &[Vec<Block>]) -> Self {
        let own = texts[at].analysis.document.text();
        let mut before = texts[..at].iter();
        let same_as = before.position(|other| other.analysis.document.text() == own);
        let Some(blocks) = at.checked_sub(1).and_then(|at| alignments.get(at)) else {
            return Self::default();
        };
        let matched = blocks.iter().filter(|block| block.matched);
        let matched: usize = matched.map(|block| block.other.len()).sum();
        let sentences = texts[at].sentences.len();
        Self {
            same_as,
            aligned_share: Some(matched as f32 / sentences.max(1) as f32),
            p_best_better: Some(p_better(texts[0].side(), texts[at].side(), blocks)),
        }
    }
}

/// The places where versions differ, and where one has a finding or one is clearly better.
fn passages(texts: &[Text<'_>], alignments: &[Vec<Block>]) -> Vec<Passage> {
    let rows = rows(texts[0].sentences.len(), alignments).into_iter();
    let passages = rows.filter_map(|row| {
        let wordings = texts.iter().zip(row);
        let wordings = wordings.map(|(text, sentences)| text.wording(sentences));
        let wordings: Vec<Option<Wording>> = wordings.collect();
        let plain = wordings.iter().zip(texts);
        let mut plain = plain.map(|(wording, text)| wording.as_ref().map(|one| text.plain(one)));
        let first = plain.next()?;
        let differs = plain.any(|other| other != first);
        let there = || wordings.iter().flatten();
        let found = there().any(|wording| !wording.findings.is_empty());
        let qualities = there().map(|wording| wording.quality);
        let (low, high) = qualities.fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), one| {
            (low.min(one), high.max(one))
        });
        let apart = high - low >= CLEAR_DIFFERENCE;
        (differs && (found || apart)).then_some(Passage { wordings })
    });
    passages.collect()
}

/// The smallest places that can be told apart in all versions, in order: for each the
/// sentences of every version, those of the first version first. Each of `alignments`
/// aligns the first version, of `sentences` sentences, with one of the others.
fn rows(sentences: usize, alignments: &[Vec<Block>]) -> Vec<Vec<Range<usize>>> {
    let cuts: Vec<Vec<Option<Range<usize>>>> = alignments
        .iter()
        .map(|blocks| cuts(sentences, blocks))
        .collect();
    let mut rows = Vec::new();
    // Where the last cut through all versions was: in the first, and in the others.
    let mut before: Option<(usize, Vec<usize>)> = None;
    for at in 0..=sentences {
        let here: Option<Vec<Range<usize>>> = cuts.iter().map(|cuts| cuts[at].clone()).collect();
        let Some(here) = here else {
            continue;
        };
        if let Some((from, starts)) = before {
            let others = starts
                .iter()
                .zip(&here)
                .map(|(start, cut)| *start..cut.start);
            rows.push(std::iter::once(from..at).chain(others).collect());
        }
        before = Some((at, here.iter().map(|cut| cut.end).collect()));
        if here.iter().any(|cut| !cut.is_empty()) {
            rows.push(std::iter::once(at..at).chain(here).collect());
        }
    }
    rows
}

/// For each place between two sentences of the first version the sentences that the other
/// has in it, mostly none; `None` where a block goes on over the place.
fn cuts(sentences: usize, blocks: &[Block]) -> Vec<Option<Range<usize>>> {
    let mut cuts: Vec<Option<Range<usize>>> = vec![None; sentences + 1];
    cuts[0] = Some(0..0);
    for block in blocks {
        let cut = &mut cuts[block.base.end];
        let start = cut.as_ref().map_or(block.other.end, |cut| cut.start);
        *cut = Some(start..block.other.end);
    }
    cuts
}

#[cfg(test)]
mod tests;
