//! Lints the texts of a set, in batches, and keeps of each what is measured.
//!
//! In: samples of one kind. Out: their labeled words with scores, or their
//! numbers. A text that stands in a set more than once (several raters saw it,
//! or several systems wrote it) is linted once. No measure is computed here.

mod contradictions;
mod corrections;
mod garbled;

use std::collections::HashMap;
use std::hash::Hash;

pub(crate) use contradictions::ContradictionCounts;
pub(crate) use corrections::{
    AlignmentCounts, StoryCorrections, SuggestionEffect, SuggestionEffects, labeled_texts,
};
#[cfg(test)]
pub(crate) use garbled::GarbledText;
pub(crate) use garbled::{ErrorOutcome, GarbledPair, GarbledSet};

use crate::dataset::{Labels, Sample};
use crate::metrics::{Ranking, ScoredWord};
use mtlint::detect::shift_threshold;
use mtlint::document::Document;
use mtlint::finding::{Finding, Severity};
use mtlint::linter::{LintError, Linter, Request};
use mtlint::report::{Analysis, Outcome, WordVerdict};
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};

/// The most texts that are linted at once.
const BATCH_TEXTS: usize = 64;

/// The number of bytes after which a batch is closed, so that one of whole articles does
/// not take minutes and gigabytes.
const BATCH_BYTES: usize = 64 << 10;

/// The most articles with siblings that are linted at once: each takes as long as many
/// texts without.
const BATCH_SIBLINGS: usize = 4;

/// A text to lint, with its sibling; the sibling is empty where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct LintInput<'t> {
    text: &'t str,
    sibling: &'t str,
}

impl<'t> LintInput<'t> {
    fn alone(text: &'t str) -> Self {
        Self { text, sibling: "" }
    }
}

/// The observations of a set of texts with labeled words.
pub(crate) struct LabeledSet<'a> {
    /// The labeled words with their scores, in the order of the texts.
    pub words: Vec<ScoredWord>,
    /// The amount by which the thresholds of each text are raised, in logits.
    pub threshold_shifts: Vec<f32>,
    /// The predicted and the known post-edit rate, 0 to 1, of each text that has the latter.
    pub rates: Vec<(f64, f64)>,
    /// The number of texts.
    pub texts: usize,
    /// The number of texts that were not judged.
    pub not_judged: usize,
    /// The observations of each text that a rater marked.
    pub rated: Vec<RatedText<'a>>,
}

/// The observations of a text that a rater marked.
pub(crate) struct RatedText<'a> {
    /// The text with its marks.
    pub sample: &'a Sample,
    /// The severity by mtlint and by the rater of each word that lies in a finding and in a
    /// mark.
    pub severities: Vec<(Severity, Severity)>,
    /// The severity of each mark that is not empty, and whether a finding touches the mark.
    pub touched: Vec<(Severity, bool)>,
    /// The predicted post-edit rate, 0 to 1, and the number of words; `None` if the text was
    /// not judged.
    pub rate: Option<(f64, usize)>,
}

impl<'a> RatedText<'a> {
    fn new(sample: &'a Sample, analysis: Option<&Analysis>) -> Self {
        let findings = analysis.map_or(&[][..], |analysis| &analysis.findings);
        let over = |span: Span<Doc>| {
            let over = findings.iter().filter(move |f| f.span.overlaps(span));
            over.map(|finding: &Finding| finding.severity).max()
        };
        let tokens = match &sample.labels {
            Labels::Tokens { tokens, .. } => &tokens[..],
            _ => &[],
        };
        let marks = sample.marks.iter().filter(|mark| !mark.span.is_empty());
        Self {
            sample,
            severities: tokens
                .iter()
                .filter_map(|token| Some((over(token.span)?, token.severity?)))
                .collect(),
            touched: marks
                .filter_map(|mark| Some((mark.severity?, over(mark.span).is_some())))
                .collect(),
            rate: analysis.map(|analysis| {
                let score = &analysis.score;
                (f64::from(score.post_edit_rate), score.words)
            }),
        }
    }
}

impl LabeledSet<'_> {
    /// The words ranked by their scores.
    pub(crate) fn ranking(&self) -> Ranking {
        Ranking::new(&self.words)
    }

    /// The words ranked by how far their scores are above the thresholds of their texts.
    pub(crate) fn ranking_by_threshold(&self) -> Ranking {
        let shifted = self.words.iter().map(|word| ScoredWord {
            score: shift_threshold(word.score, -self.threshold_shifts[word.text]),
            ..*word
        });
        Ranking::new(&shifted.collect::<Vec<_>>())
    }
}

/// The observations of a text that people wrote.
pub(crate) struct CleanText {
    /// The number of words, punctuation not counted.
    pub words: usize,
    /// The probabilities, 0 to 1, of all words and marks, as thresholds compare them.
    pub scores: Vec<f32>,
    /// The number of words and marks that were flagged.
    pub flagged: usize,
    /// The number of findings.
    pub findings: usize,
    /// The quality, 0 to 100.
    pub quality: f64,
}

/// The quality and the surprisal of an article.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ArticleQuality {
    /// The quality, 0 to 100.
    pub quality: f64,
    /// The mean surprisal in bits per word.
    pub bits_per_word: f64,
}

/// The qualities of an article by machine and of the same article by people.
pub(crate) type StoryPair = (ArticleQuality, ArticleQuality);

/// Lints the texts of sets in batches, and keeps of each what is measured.
pub(crate) struct Reader<'a, P> {
    linter: &'a Linter,
    options: &'a mtlint::Options,
    max_bytes: u64,
    done: usize,
    progress: P,
    /// The names of the language model and the detector, once a text was judged.
    model_and_detector: Option<(String, String)>,
}

impl<'a, P: FnMut(usize)> Reader<'a, P> {
    /// A reader that lints with `linter` under `options` and judges no text of more than
    /// `max_bytes`. `progress` gets the number of texts that are done.
    pub(crate) fn new(
        (linter, options): (&'a Linter, &'a mtlint::Options),
        max_bytes: u64,
        progress: P,
    ) -> Self {
        Self {
            linter,
            options,
            max_bytes,
            done: 0,
            progress,
            model_and_detector: None,
        }
    }

    /// The names of the language model and the detector; empty if no text was judged.
    pub(crate) fn model_and_detector(self) -> (String, String) {
        self.model_and_detector.unwrap_or_default()
    }

    /// Lints sentences with labeled words.
    ///
    /// # Errors
    /// When the language model fails.
    pub(crate) fn labeled<'s>(
        &mut self,
        samples: &[&'s Sample],
    ) -> Result<LabeledSet<'s>, LintError> {
        struct LabeledText<'s> {
            words: Vec<ScoredWord>,
            threshold_shift: f32,
            rate: Option<(f64, f64)>,
            judged: bool,
            rated: Option<RatedText<'s>>,
        }
        let inputs = samples.iter().map(|sample| LintInput::alone(&sample.text));
        let inputs: Vec<LintInput<'_>> = inputs.collect();
        let texts = self.lint(&inputs, |text, analysis| {
            let sample = samples[text];
            let (tokens, hter) = match &sample.labels {
                Labels::Tokens { tokens, hter } => (&tokens[..], *hter),
                _ => (&[][..], None),
            };
            let words = analysis.map_or(&[][..], |analysis| &analysis.words);
            let scored = tokens.iter().map(|token| {
                let (score, flagged) = token_score(token.span, words);
                ScoredWord {
                    text,
                    score,
                    flagged,
                    bad: token.bad,
                }
            });
            let rate = analysis.map_or(0.0, |analysis| analysis.score.post_edit_rate);
            LabeledText {
                threshold_shift: analysis.map_or(0.0, |analysis| analysis.threshold_shift),
                words: scored.collect(),
                rate: hter.map(|hter| (f64::from(rate), f64::from(hter))),
                judged: analysis.is_some(),
                rated: sample.is_rated().then(|| RatedText::new(sample, analysis)),
            }
        })?;
        let mut set = LabeledSet {
            words: Vec::new(),
            threshold_shifts: Vec::new(),
            rates: Vec::new(),
            texts: samples.len(),
            not_judged: 0,
            rated: Vec::new(),
        };
        for text in texts {
            set.words.extend(text.words);
            set.threshold_shifts.push(text.threshold_shift);
            set.rates.extend(text.rate);
            set.not_judged += usize::from(!text.judged);
            set.rated.extend(text.rated);
        }
        Ok(set)
    }

    /// Lints texts written by people; `None` stands for a text that was not judged.
    ///
    /// # Errors
    /// When the language model fails.
    pub(crate) fn clean(
        &mut self,
        samples: &[&Sample],
    ) -> Result<Vec<Option<CleanText>>, LintError> {
        let texts = samples.iter().map(|sample| LintInput::alone(&sample.text));
        let texts: Vec<LintInput<'_>> = texts.collect();
        self.lint(&texts, |_, analysis| {
            let analysis = analysis?;
            let words = analysis.words.iter();
            let shifted =
                words.map(|word| shift_threshold(word.p_garbled, -analysis.threshold_shift));
            Some(CleanText {
                words: segment(analysis.document.text()).word_count(),
                scores: shifted.collect(),
                flagged: analysis.words.iter().filter(|word| word.garbled).count(),
                findings: analysis.findings.len(),
                quality: f64::from(analysis.score.quality),
            })
        })
    }

    /// Lints articles by machine and the same articles by people; `None` stands for a pair of
    /// which one was not judged.
    ///
    /// # Errors
    /// When the language model fails.
    pub(crate) fn stories(
        &mut self,
        samples: &[&Sample],
    ) -> Result<Vec<Option<StoryPair>>, LintError> {
        let mut texts = Vec::with_capacity(2 * samples.len());
        for sample in samples {
            if let Labels::Story { reference, .. } = &sample.labels {
                texts.extend([&sample.text, reference].map(|text| LintInput::alone(text)));
            }
        }
        let qualities = self.lint(&texts, |_, analysis| {
            analysis.map(|analysis| ArticleQuality {
                quality: f64::from(analysis.score.quality),
                bits_per_word: f64::from(analysis.score.bits_per_word),
            })
        })?;
        let pairs = qualities.chunks_exact(2);
        Ok(pairs.map(|pair| pair[0].zip(pair[1])).collect())
    }

    /// Lints texts. `observe` gets the index of each text and its analysis, if the text was
    /// judged; its results come back in the order of the texts.
    fn lint<T>(
        &mut self,
        texts: &[LintInput<'_>],
        mut observe: impl FnMut(usize, Option<&Analysis>) -> T,
    ) -> Result<Vec<T>, LintError> {
        let (distinct, indices) = distinct(texts);
        let mut observed: Vec<Option<T>> = texts.iter().map(|_| None).collect();
        let mut start = 0;
        while start < distinct.len() {
            let end = batch_end(&distinct, start);
            let requests = distinct[start..end].iter();
            let requests: Vec<Option<Request>> = requests
                .map(|input| request(input, self.max_bytes))
                .collect();
            let readable: Vec<bool> = requests.iter().map(Option::is_some).collect();
            let requests = requests.into_iter().flatten().collect();
            let mut reports = self.linter.lint_all(requests, self.options)?.into_iter();
            for (indices, readable) in indices[start..end].iter().zip(readable) {
                let report = readable.then(|| reports.next()).flatten();
                let analysis = match report.as_ref().map(|report| &report.outcome) {
                    Some(Outcome::Scored(analysis)) => Some(&**analysis),
                    _ => None,
                };
                if let Some(analysis) = analysis {
                    self.model_and_detector.get_or_insert_with(|| {
                        (analysis.model.name.clone(), analysis.detector.clone())
                    });
                }
                for &index in indices {
                    observed[index] = Some(observe(index, analysis));
                }
                self.done += indices.len();
            }
            (self.progress)(self.done);
            start = end;
        }
        Ok(observed.into_iter().flatten().collect())
    }
}

/// The request to lint a text; `None` for one that is too large, or that is no text.
fn request(input: &LintInput<'_>, max_bytes: u64) -> Option<Request> {
    let document = Document::from_reader("text", input.text.as_bytes(), max_bytes).ok()?;
    let sibling = (!input.sibling.is_empty()).then_some(input.sibling);
    let sibling = sibling.map(|sibling| Document::from_text("sibling", sibling));
    Some(Request {
        unread: sibling.into_iter().collect(),
        ..Request::new(document)
    })
}

/// Each text once, in order of first appearance, with the indices at which it stands.
fn distinct<T: Copy + Eq + Hash>(texts: &[T]) -> (Vec<T>, Vec<Vec<usize>>) {
    let mut known = HashMap::new();
    let (mut distinct, mut places) = (Vec::new(), Vec::<Vec<usize>>::new());
    for (place, &text) in texts.iter().enumerate() {
        let index = *known.entry(text).or_insert_with(|| {
            distinct.push(text);
            places.push(Vec::new());
            distinct.len() - 1
        });
        places[index].push(place);
    }
    (distinct, places)
}

/// Where the batch that begins with the text `start` ends; it holds one text
/// at least.
fn batch_end(texts: &[LintInput<'_>], start: usize) -> usize {
    let (mut bytes, mut siblings) = (0, 0);
    let mut end = start;
    while end < texts.len()
        && end - start < BATCH_TEXTS
        && bytes < BATCH_BYTES
        && siblings < BATCH_SIBLINGS
    {
        let LintInput { text, sibling } = texts[end];
        bytes += text.len() + sibling.len();
        siblings += usize::from(!sibling.is_empty());
        end += 1;
    }
    end
}

/// The score of a labeled token, and whether it counts as flagged.
fn token_score(token: Span<Doc>, words: &[WordVerdict]) -> (f32, bool) {
    let first = words.partition_point(|word| word.span.end() <= token.start());
    let over = words[first..]
        .iter()
        .take_while(|word| word.span.start() < token.end());
    over.fold((0.0, false), |(score, flagged), word| {
        (score.max(word.p_garbled), flagged || word.garbled)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_the_worst_of_the_words_it_overlaps() {
        let word = |start, end, p_garbled, garbled| WordVerdict {
            span: Span::new(start, end),
            surprisal_bits: 0.0,
            p_garbled,
            garbled,
        };
        let words = [
            word(0, 4, 0.2, true),
            word(5, 9, 0.6, false),
            word(9, 10, 0.1, false),
        ];
        let score = |start, end| token_score(Span::new(start, end), &words);
        assert_eq!(score(0, 2), (0.2, true));
        assert_eq!(score(2, 6), (0.6, true));
        assert_eq!(score(5, 10), (0.6, false));
        assert_eq!(score(4, 5), (0.0, false));
        assert_eq!(score(12, 15), (0.0, false));
    }

    #[test]
    fn a_text_that_comes_again_is_known() {
        let (texts, places) = distinct(&["tea", "milk", "tea", "", "tea"]);
        assert_eq!(texts, ["tea", "milk", ""]);
        assert_eq!(places, [vec![0, 2, 4], vec![1], vec![3]]);
    }

    #[test]
    fn batches_are_bounded_by_number_and_size() {
        let end = |texts: &[&str], start| {
            let texts: Vec<LintInput<'_>> =
                texts.iter().map(|text| LintInput::alone(text)).collect();
            batch_end(&texts, start)
        };
        assert_eq!(end(&["a"; 70], 0), 64);
        assert_eq!(end(&["a"; 70], 64), 70);
        let large = "a".repeat(BATCH_BYTES);
        assert_eq!(end(&[&large, "b"], 0), 1);
        assert_eq!(end(&["b", &large, "b"], 0), 2);
        let (text, sibling) = ("a", "b");
        assert_eq!(
            batch_end(&[LintInput { text, sibling }; 70], 0),
            BATCH_SIBLINGS
        );
    }
}
