//! Judges the texts of a set, in batches, and keeps of each what is measured.
//!
//! In: samples of one kind. Out: their labelled words with scores, or their
//! numbers. A text that stands in a set more than once (several raters saw it,
//! or several systems wrote it) is judged once. It computes no measure.

mod contradictions;
mod corrections;

use std::collections::HashMap;
use std::hash::Hash;

pub use contradictions::{Contradicted, StoryContradictions};
pub use corrections::{Aligned, StoryCorrections, Tried, TriedTogether, labelled_texts};

use crate::dataset::{Labels, Sample};
use crate::metrics::{Judged, Ranking};
use mtlint::detect::shift_threshold;
use mtlint::document::Document;
use mtlint::finding::{Finding, Severity};
use mtlint::linter::{LintError, Linter, Request};
use mtlint::report::{Analysis, Outcome, WordVerdict};
use mtlint::segment::segment;
use mtlint::span::{Doc, Span};

/// Texts that are judged at once.
const BATCH_TEXTS: usize = 64;

/// Bytes after which a batch is closed, so that one of whole articles does not
/// take minutes and gigabytes.
const BATCH_BYTES: usize = 64 << 10;

/// Articles with siblings that are judged at once: each takes as long as many
/// texts without.
const BATCH_SIBLINGS: usize = 4;

/// A text to judge, with its sibling; empty where there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Asked<'t> {
    text: &'t str,
    sibling: &'t str,
}

impl<'t> Asked<'t> {
    fn alone(text: &'t str) -> Self {
        Self { text, sibling: "" }
    }
}

/// A set of texts with labelled words.
pub struct Labelled<'a> {
    /// The words, in order.
    pub words: Vec<Judged>,
    /// By how much thresholds rose in each text, in logits.
    pub rises: Vec<f32>,
    /// Predicted and known post-edit rate of each text that has the latter.
    pub rates: Vec<(f64, f64)>,
    /// Number of texts.
    pub texts: usize,
    /// Texts that were not judged.
    pub not_judged: usize,
    /// What was said of each text that a rater marked.
    pub rated: Vec<Rated<'a>>,
}

/// What was said of a text that a rater marked.
pub struct Rated<'a> {
    /// The text with its marks.
    pub sample: &'a Sample,
    /// Our severity and the rater's of each word that lies in a finding and in
    /// a mark.
    pub severities: Vec<(Severity, Severity)>,
    /// Severity of each mark that is not empty, and whether a finding touches
    /// it.
    pub touched: Vec<(Severity, bool)>,
    /// Predicted post-edit rate and number of words; none if it was not
    /// judged.
    pub rate: Option<(f64, usize)>,
}

impl<'a> Rated<'a> {
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

impl Labelled<'_> {
    pub fn ranking(&self) -> Ranking {
        Ranking::new(&self.words)
    }

    /// The same by how far each word is above the thresholds of its text.
    pub fn ranking_by_threshold(&self) -> Ranking {
        let fallen = self.words.iter().map(|word| Judged {
            score: shift_threshold(word.score, -self.rises[word.text]),
            ..*word
        });
        Ranking::new(&fallen.collect::<Vec<_>>())
    }
}

/// A text written by people; `None` stands for one that was not judged.
pub type CleanText = Option<CleanJudged>;

/// What was said of a text that people wrote.
pub struct CleanJudged {
    /// Words of the text, punctuation not counted.
    pub words: usize,
    /// The probabilities of all its words and marks, as thresholds compare them.
    pub scores: Vec<f32>,
    /// Words and marks that were flagged.
    pub flagged: usize,
    /// Findings.
    pub findings: usize,
    /// 0 to 100.
    pub quality: f64,
}

/// What was said of an article.
#[derive(Debug, Clone, Copy)]
pub struct Trust {
    /// 0 to 100.
    pub quality: f64,
    /// Mean surprisal.
    pub bits_per_word: f64,
}

/// An article by machine and by people; `None` if one of them was not judged.
pub type StoryPair = Option<(Trust, Trust)>;

/// Judges texts and counts them.
pub struct Reader<'a, P> {
    linter: &'a Linter,
    options: &'a mtlint::Options,
    max_bytes: u64,
    done: usize,
    progress: P,
    judged_by: Option<(String, String)>,
}

impl<'a, P: FnMut(usize)> Reader<'a, P> {
    /// `progress` is told the number of texts done so far.
    pub fn new(
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
            judged_by: None,
        }
    }

    /// Names of the model and the detector; empty if nothing was judged.
    pub fn judged_by(self) -> (String, String) {
        self.judged_by.unwrap_or_default()
    }

    /// Judges sentences with labelled words.
    pub fn labelled<'s>(&mut self, samples: &[&'s Sample]) -> Result<Labelled<'s>, LintError> {
        struct Said<'s> {
            words: Vec<Judged>,
            threshold_shift: f32,
            rate: Option<(f64, f64)>,
            judged: bool,
            rated: Option<Rated<'s>>,
        }
        let texts = samples.iter().map(|sample| Asked::alone(&sample.text));
        let texts: Vec<Asked<'_>> = texts.collect();
        let said = self.judge(&texts, |text, analysis| {
            let sample = samples[text];
            let (tokens, hter) = match &sample.labels {
                Labels::Tokens { tokens, hter } => (&tokens[..], *hter),
                _ => (&[][..], None),
            };
            let words = analysis.map_or(&[][..], |analysis| &analysis.words);
            let judged = tokens.iter().map(|token| {
                let (score, flagged) = said_of(token.span, words);
                Judged {
                    text,
                    score,
                    flagged,
                    bad: token.bad,
                }
            });
            let rate = analysis.map_or(0.0, |analysis| analysis.score.post_edit_rate);
            Said {
                threshold_shift: analysis.map_or(0.0, |analysis| analysis.threshold_shift),
                words: judged.collect(),
                rate: hter.map(|hter| (f64::from(rate), f64::from(hter))),
                judged: analysis.is_some(),
                rated: sample.is_rated().then(|| Rated::new(sample, analysis)),
            }
        })?;
        let mut set = Labelled {
            words: Vec::new(),
            rises: Vec::new(),
            rates: Vec::new(),
            texts: samples.len(),
            not_judged: 0,
            rated: Vec::new(),
        };
        for text in said {
            set.words.extend(text.words);
            set.rises.push(text.threshold_shift);
            set.rates.extend(text.rate);
            set.not_judged += usize::from(!text.judged);
            set.rated.extend(text.rated);
        }
        Ok(set)
    }

    /// Judges texts written by people.
    pub fn clean(&mut self, samples: &[&Sample]) -> Result<Vec<CleanText>, LintError> {
        let texts = samples.iter().map(|sample| Asked::alone(&sample.text));
        let texts: Vec<Asked<'_>> = texts.collect();
        self.judge(&texts, |_, analysis| {
            let analysis = analysis?;
            let words = analysis.words.iter();
            let fallen =
                words.map(|word| shift_threshold(word.p_garbled, -analysis.threshold_shift));
            Some(CleanJudged {
                words: segment(analysis.document.text()).word_count(),
                scores: fallen.collect(),
                flagged: analysis.words.iter().filter(|word| word.garbled).count(),
                findings: analysis.findings.len(),
                quality: f64::from(analysis.score.quality),
            })
        })
    }

    /// Judges articles by machine and the same by people.
    pub fn stories(&mut self, samples: &[&Sample]) -> Result<Vec<StoryPair>, LintError> {
        let mut texts = Vec::with_capacity(2 * samples.len());
        for sample in samples {
            if let Labels::Story { reference, .. } = &sample.labels {
                texts.extend([&sample.text, reference].map(|text| Asked::alone(text)));
            }
        }
        let trusts = self.judge(&texts, |_, analysis| {
            analysis.map(|analysis| Trust {
                quality: f64::from(analysis.score.quality),
                bits_per_word: f64::from(analysis.score.bits_per_word),
            })
        })?;
        let pairs = trusts.chunks_exact(2);
        Ok(pairs.map(|pair| pair[0].zip(pair[1])).collect())
    }

    /// Judges texts; `say` gets each one's index and what was judged, if it
    /// was, and what it returns comes back in the order of the texts.
    fn judge<T>(
        &mut self,
        texts: &[Asked<'_>],
        mut say: impl FnMut(usize, Option<&Analysis>) -> T,
    ) -> Result<Vec<T>, LintError> {
        let (distinct, places) = distinct(texts);
        let mut said: Vec<Option<T>> = texts.iter().map(|_| None).collect();
        let mut start = 0;
        while start < distinct.len() {
            let end = batch_end(&distinct, start);
            let requests = distinct[start..end].iter();
            let requests: Vec<Option<Request>> = requests
                .map(|asked| request(asked, self.max_bytes))
                .collect();
            let readable: Vec<bool> = requests.iter().map(Option::is_some).collect();
            let requests = requests.into_iter().flatten().collect();
            let mut reports = self.linter.lint_all(requests, self.options)?.into_iter();
            for (places, readable) in places[start..end].iter().zip(readable) {
                let report = readable.then(|| reports.next()).flatten();
                let analysis = match report.as_ref().map(|report| &report.outcome) {
                    Some(Outcome::Scored(analysis)) => Some(&**analysis),
                    _ => None,
                };
                if let Some(analysis) = analysis {
                    self.judged_by.get_or_insert_with(|| {
                        (analysis.model.name.clone(), analysis.detector.clone())
                    });
                }
                for &place in places {
                    said[place] = Some(say(place, analysis));
                }
                self.done += places.len();
            }
            (self.progress)(self.done);
            start = end;
        }
        Ok(said.into_iter().flatten().collect())
    }
}

/// A text with its sibling; `None` for one that is too large, or that is no text.
fn request(asked: &Asked<'_>, max_bytes: u64) -> Option<Request> {
    let document = Document::from_reader("text", asked.text.as_bytes(), max_bytes).ok()?;
    let sibling = (!asked.sibling.is_empty()).then_some(asked.sibling);
    let sibling = sibling.map(|sibling| Document::from_text("sibling", sibling));
    Some(Request {
        unread: sibling.into_iter().collect(),
        ..Request::new(document)
    })
}

/// Each text once, in order of first appearance, and the indices at which it
/// stands.
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
fn batch_end(texts: &[Asked<'_>], start: usize) -> usize {
    let (mut bytes, mut siblings) = (0, 0);
    let mut end = start;
    while end < texts.len()
        && end - start < BATCH_TEXTS
        && bytes < BATCH_BYTES
        && siblings < BATCH_SIBLINGS
    {
        let Asked { text, sibling } = texts[end];
        bytes += text.len() + sibling.len();
        siblings += usize::from(!sibling.is_empty());
        end += 1;
    }
    end
}

/// The score of a labelled token, and whether it counts as flagged.
fn said_of(token: Span<Doc>, words: &[WordVerdict]) -> (f32, bool) {
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
        let said = |start, end| said_of(Span::new(start, end), &words);
        assert_eq!(said(0, 2), (0.2, true));
        assert_eq!(said(2, 6), (0.6, true));
        assert_eq!(said(5, 10), (0.6, false));
        assert_eq!(said(4, 5), (0.0, false));
        assert_eq!(said(12, 15), (0.0, false));
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
            let texts: Vec<Asked<'_>> = texts.iter().map(|text| Asked::alone(text)).collect();
            batch_end(&texts, start)
        };
        assert_eq!(end(&["a"; 70], 0), 64);
        assert_eq!(end(&["a"; 70], 64), 70);
        let large = "a".repeat(BATCH_BYTES);
        assert_eq!(end(&[&large, "b"], 0), 1);
        assert_eq!(end(&["b", &large, "b"], 0), 2);
        let (text, sibling) = ("a", "b");
        assert_eq!(batch_end(&[Asked { text, sibling }; 70], 0), BATCH_SIBLINGS);
    }
}
