//! Fitting the detector's calibration to the readings of one language model.
//!
//! In: an [`Analyzer`] and labelled data. Out: a [`Calibrated`] fitted on one half of
//! the documents (`dev-a`, see [`Sample::tuned_on`]), and what it changes on the other.
//! Sentences are read by themselves and joined with others of their document. It writes
//! nothing.

mod fit;

use std::collections::BTreeMap;
use std::ops::Range;

use super::dataset::{DataSet, LabelledToken, Labels, Sample};
use super::metrics::{Judged, Ranking, mean, pearson};
use super::{Half, Options, Subject, choose};
use crate::detect::calibrated::{Calibrated, SCHEMA};
use crate::detect::features::{OF_THE_MODEL, WIDTH};
use crate::detect::{Calibration, RateModel, Thresholds, WordModel};
use crate::pipeline::{Analyzer, AnalyzerError, Numbers};
use crate::span::{Doc, Span};
use fit::{ARTICLE_WORDS, Labelled, Rated, Right};

/// Sentences of each half that are needed: with fewer, thresholds are those of chance.
const LEAST_SENTENCES: usize = 100;
/// Words of each kind that are needed in the half that is fitted on.
const LEAST_WORDS: usize = 200;
/// Sentences that are joined, at most and at least.
const JOINED: (usize, usize) = (12, 3);
/// Texts that are read at once.
const BATCH: usize = 64;
/// Bins of the expected calibration error.
const BINS: usize = 15;

/// Why nothing was fitted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The model failed.
    #[error(transparent)]
    Analyzer(#[from] AnalyzerError),
    /// Too little to go by.
    #[error(
        "too little data: {what}, at least {least} are needed; a few hundred post-edited sentences of several documents are a good beginning"
    )]
    TooLittle {
        /// What there is.
        what: String,
        /// What is needed.
        least: usize,
    },
    /// The detector's word is worth nothing with this model.
    #[error(
        "what {detector} makes of the readings of {model} does not tell BAD words from OK ones in this data; it is not calibrated. Is it a model of the texts' language?"
    )]
    TellsNothing {
        /// The detector.
        detector: String,
        /// The language model.
        model: String,
    },
}

/// What was fitted, and on what.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The calibration.
    pub calibrated: Calibrated,
    /// Sentences that were fitted on, and others that were measured on.
    pub sentences: [usize; 2],
    /// Right articles by which `precise` was set; 0 where the post-edits stood for them.
    pub articles: usize,
    /// Whether `precise` costs more than it should: no threshold costs so little.
    pub imprecise: bool,
    /// Whether the features were standardised anew.
    pub rescaled: bool,
    /// What was reached on the other half, as the detector was and as it is now.
    pub reached: [Reached; 2],
}

/// What a calibration reaches on the half that it was not fitted on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reached {
    /// From which probability a word is flagged.
    pub thresholds: Thresholds,
    /// The mean MCC over the sets at `precise`, `balanced` and `thorough`.
    pub mcc: [Option<f64>; 3],
    /// The mean area under the curve.
    pub area_under_curve: Option<f64>,
    /// The mean expected calibration error.
    pub calibration_error: Option<f64>,
    /// That of all words together.
    pub pooled_calibration_error: Option<f64>,
    /// The mean correlation of post-edit rates.
    pub rate_correlation: Option<f64>,
    /// Flagged at `precise` per 1,000 words of the right texts, which were fitted on.
    pub flagged_per_1000: f64,
}

/// A text of the data.
struct Text<'a> {
    kind: Kind,
    set: usize,
    text: std::borrow::Cow<'a, str>,
    tokens: Vec<LabelledToken>,
    rate: f32,
    numbers: Option<Numbers>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A sentence of the half that is fitted on, and of the other.
    Fitted,
    Measured,
    /// Sentences joined, of the first.
    Passage,
    /// An article by people.
    Article,
    /// A post-edit of the first half, where there are no articles.
    PostEdit,
}

/// What the networks say of a text.
struct Said {
    logits: Vec<f32>,
    level: f32,
    raw: f32,
}

/// Fits. At most `limit` texts of each set are read; `progress` is told how many of how
/// many are.
///
/// # Errors
/// When the model fails, and when the data does not suffice.
pub fn calibrate(
    analyzer: &Analyzer,
    sets: &[DataSet],
    limit: Option<usize>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Fitted, CalibrationError> {
    let mut texts = texts(sets, limit);
    let of_kind = |texts: &[Text<'_>], kind: Kind| texts.iter().filter(|t| t.kind == kind).count();
    let sentences = [Kind::Fitted, Kind::Measured].map(|kind| of_kind(&texts, kind));
    for (half, count) in ["to fit on", "to measure on"].iter().zip(sentences) {
        enough(&format!("{count} sentences {half}"), count, LEAST_SENTENCES)?;
    }
    let total = texts.len();
    progress(0, total);
    let mut done = 0;
    for batch in texts.chunks_mut(BATCH) {
        let plain: Vec<&str> = batch.iter().map(|text| &*text.text).collect();
        let numbers = analyzer.numbers(&plain)?;
        for (text, numbers) in batch.iter_mut().zip(numbers) {
            text.numbers = numbers;
        }
        done += batch.len();
        progress(done, total);
    }
    let articles = of_kind(&texts, Kind::Article);
    let labels = texts.iter().filter(|t| t.kind == Kind::Fitted);
    let labels: Vec<bool> = labels.flat_map(bad_words).flatten().collect();
    for (kind, wanted) in [("BAD", true), ("OK", false)] {
        let count = labels.iter().filter(|bad| **bad == wanted).count();
        enough(
            &format!("{count} {kind} words to fit on"),
            count,
            LEAST_WORDS,
        )?;
    }

    let own = WordModel::surprisal().map_err(AnalyzerError::from)?;
    let kept = Candidate::new(WordModel::surprisal().map_err(AnalyzerError::from)?, &texts);
    let (mean, deviation) = scale(&own, &texts);
    let rescaled = Candidate::new(own.scaled(&mean, &deviation), &texts);
    let before = measured(
        &kept,
        &texts,
        sets.len(),
        kept.model.calibration(),
        kept.model.thresholds(),
    );
    let before_rates = kept.model.rate_model();
    let is_rescaled = rescaled.loss < kept.loss;
    let chosen = if is_rescaled { rescaled } else { kept };
    if chosen.calibration.slope <= 0.0 {
        return Err(CalibrationError::TellsNothing {
            detector: chosen.model.name().to_owned(),
            model: analyzer.model().name.clone(),
        });
    }
    let (thresholds, imprecise) = chosen.thresholds(&texts, sets.len());
    let post_edit_rate = chosen.rates(&texts, before_rates);
    let (mean, deviation) = chosen.model.scale();
    let numbers = texts.iter().filter_map(|text| text.numbers.as_ref());
    let after = measured(&chosen, &texts, sets.len(), chosen.calibration, thresholds);
    Ok(Fitted {
        calibrated: Calibrated {
            schema: SCHEMA.to_owned(),
            model: analyzer.model().name.clone(),
            model_sha256: analyzer.model().sha256.clone(),
            detector: chosen.model.name().to_owned(),
            texts: texts.len() - sentences[1],
            words: numbers.map(|numbers| numbers.count).sum(),
            feature_mean: mean.to_vec(),
            feature_deviation: deviation.to_vec(),
            calibration: chosen.calibration,
            thresholds,
            post_edit_rate,
        },
        sentences,
        articles,
        imprecise,
        rescaled: is_rescaled,
        reached: [before, after],
    })
}

fn enough(what: &str, count: usize, least: usize) -> Result<(), CalibrationError> {
    if count >= least {
        return Ok(());
    }
    Err(CalibrationError::TooLittle {
        what: what.to_owned(),
        least,
    })
}

/// The texts to read.
fn texts(sets: &[DataSet], limit: Option<usize>) -> Vec<Text<'_>> {
    let options = Options {
        half: Half::All,
        limit,
        max_bytes: u64::MAX,
        subject: Subject::Detection,
    };
    let mut texts = Vec::new();
    for (set, data) in sets.iter().enumerate() {
        let samples = choose(data, options);
        texts.extend(samples.iter().filter_map(|sample| single(set, sample)));
        texts.extend(passages(set, &samples));
    }
    if !texts.iter().any(|text| text.kind == Kind::Article) {
        for (set, data) in sets.iter().enumerate() {
            let samples = choose(data, options).into_iter();
            let corrected = samples.filter(|one| {
                matches!(one.labels, Labels::Tokens { hter: Some(_), .. })
                    && one.tuned_on()
                    && !one.post_edit.is_empty()
            });
            texts.extend(corrected.map(|sample| Text {
                kind: Kind::PostEdit,
                set,
                text: sample.post_edit.as_str().into(),
                tokens: Vec::new(),
                rate: 0.0,
                numbers: None,
            }));
        }
    }
    texts
}

fn single(set: usize, sample: &Sample) -> Option<Text<'_>> {
    let (kind, tokens, rate) = match &sample.labels {
        Labels::Tokens {
            tokens,
            hter: Some(rate),
        } if sample.tuned_on() => (Kind::Fitted, tokens.clone(), *rate),
        Labels::Tokens {
            tokens,
            hter: Some(rate),
        } => (Kind::Measured, tokens.clone(), *rate),
        // Operating points for people are set on articles, not on single sentences.
        Labels::Clean if sample.text.split_whitespace().count() >= ARTICLE_WORDS => {
            (Kind::Article, Vec::new(), 0.0)
        }
        _ => return None,
    };
    Some(Text {
        kind,
        set,
        text: sample.text.as_str().into(),
        tokens,
        rate,
        numbers: None,
    })
}

/// Sentences of one document, joined, so that words are also seen in context.
fn passages<'a>(set: usize, samples: &[&'a Sample]) -> Vec<Text<'a>> {
    type Sentence<'a> = (&'a str, &'a [LabelledToken], f32);
    let mut documents: BTreeMap<&str, Vec<Sentence<'_>>> = BTreeMap::new();
    for sample in samples {
        if let Labels::Tokens {
            tokens,
            hter: Some(rate),
        } = &sample.labels
            && sample.tuned_on()
            && !sample.document.is_empty()
        {
            let document = documents.entry(&sample.document).or_default();
            document.push((&sample.text, tokens, *rate));
        }
    }
    let (most, least) = JOINED;
    let chunks = documents
        .values()
        .flat_map(|document| document.chunks(most));
    let chunks = chunks.filter(|chunk| chunk.len() >= least);
    chunks
        .map(|chunk| {
            let (mut text, mut tokens) = (String::new(), Vec::new());
            for (sentence, own, _) in chunk {
                if !text.is_empty() {
                    text.push(' ');
                }
                tokens.extend(own.iter().map(|token| token.shifted(text.len())));
                text.push_str(sentence);
            }
            let rates: f32 = chunk.iter().map(|(_, _, rate)| rate).sum();
            Text {
                kind: Kind::Passage,
                set,
                text: text.into(),
                tokens,
                rate: rates / chunk.len() as f32,
                numbers: None,
            }
        })
        .collect()
}

/// Whether each word of a text is BAD, as one of its tokens is; `None` for one that is
/// never flagged.
fn bad_words(text: &Text<'_>) -> Vec<Option<bool>> {
    let Some(numbers) = &text.numbers else {
        return Vec::new();
    };
    let bad: Vec<Span<Doc>> = text
        .tokens
        .iter()
        .filter(|t| t.bad)
        .map(|t| t.span)
        .collect();
    let words = numbers.words.iter().zip(&numbers.spared);
    words
        .map(|(word, spared)| (!spared).then(|| bad.iter().any(|bad| bad.overlaps(*word))))
        .collect()
}

/// Mean and deviation of the features as this model makes them; of those that no model
/// changes as the detector has them.
fn scale(own: &WordModel, texts: &[Text<'_>]) -> ([f32; WIDTH], [f32; WIDTH]) {
    let (before, spread) = own.scale();
    let (mut mean, mut deviation) = ([0.0; WIDTH], [1.0; WIDTH]);
    mean.copy_from_slice(before);
    deviation.copy_from_slice(spread);
    let alone = texts
        .iter()
        .filter(|text| matches!(text.kind, Kind::Fitted | Kind::Article));
    let rows: Vec<&[f32; WIDTH]> = alone
        .filter_map(|text| text.numbers.as_ref())
        .flat_map(|numbers| &numbers.rows)
        .collect();
    let count = rows.len().max(1) as f64;
    for column in OF_THE_MODEL {
        let values = || rows.iter().map(|row| f64::from(row[column]));
        let middle = values().sum::<f64>() / count;
        let variance = values().map(|x| (x - middle).powi(2)).sum::<f64>() / count;
        mean[column] = middle as f32;
        // As in training: a feature that never changes divides by something.
        deviation[column] = variance.sqrt() as f32 + 1e-3;
    }
    (mean, deviation)
}

/// The detector with features standardised in one way, and the probabilities that fit.
struct Candidate {
    model: WordModel,
    said: Vec<Option<Said>>,
    calibration: Calibration,
    loss: f64,
}

impl Candidate {
    fn new(model: WordModel, texts: &[Text<'_>]) -> Self {
        let said: Vec<Option<Said>> = texts
            .iter()
            .map(|text| {
                let numbers = text.numbers.as_ref()?;
                let raw = model.raw(&numbers.rows, Vec::new(), &numbers.sentences);
                let share = |words: &Range<usize>| {
                    numbers.spared[words.clone()]
                        .iter()
                        .filter(|spared| !**spared)
                        .count() as f32
                };
                let changed = raw.rates.iter().zip(&numbers.sentences);
                let changed: f32 = changed.map(|(rate, words)| rate * share(words)).sum();
                Some(Said {
                    level: raw.level(),
                    raw: changed / numbers.words.len().max(1) as f32,
                    logits: raw.logits,
                })
            })
            .collect();
        let mut labelled = Vec::new();
        for (text, said) in texts.iter().zip(&said) {
            let (Kind::Fitted | Kind::Passage, Some(said)) = (text.kind, said) else {
                continue;
            };
            let words = bad_words(text).into_iter().zip(&said.logits);
            labelled.extend(words.filter_map(|(bad, logit)| {
                Some(Labelled {
                    logit: *logit,
                    level: said.level,
                    bad: bad?,
                })
            }));
        }
        let (calibration, loss) = fit::probabilities(&labelled);
        Self {
            model,
            said,
            calibration,
            loss,
        }
    }

    /// The thresholds, and whether `precise` costs more than it should.
    fn thresholds(&self, texts: &[Text<'_>], sets: usize) -> (Thresholds, bool) {
        let judged = judged(self, texts, sets, Kind::Fitted, self.calibration);
        let balanced = fit::balanced(&judged);
        let right = right(self, texts, sets, self.calibration);
        let precise = fit::precise(&right, balanced);
        let thresholds = Thresholds {
            precise: precise.unwrap_or(0.98),
            balanced,
            thorough: fit::thorough(&judged),
        };
        (thresholds, precise.is_none())
    }

    fn rates(&self, texts: &[Text<'_>], before: RateModel) -> RateModel {
        let known = texts
            .iter()
            .zip(&self.said)
            .filter(|(text, _)| matches!(text.kind, Kind::Fitted | Kind::Passage | Kind::Article));
        let known = known.filter_map(|(text, said)| {
            Some(Rated {
                raw: said.as_ref()?.raw,
                rate: text.rate,
                words: text.numbers.as_ref()?.words.len(),
            })
        });
        fit::rates(&known.collect::<Vec<_>>(), before)
    }
}

/// The probabilities of a text's words.
fn scores(said: &Said, numbers: &Numbers, calibration: Calibration) -> Vec<f32> {
    let words = said.logits.iter().zip(&numbers.spared);
    words
        .map(|(logit, spared)| {
            if *spared {
                0.0
            } else {
                calibration.probability(*logit, said.level)
            }
        })
        .collect()
}

/// The labelled tokens of each set that has some, as `mtlint eval` counts them.
fn judged(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    kind: Kind,
    calibration: Calibration,
) -> Vec<Vec<Judged>> {
    let mut judged = vec![Vec::new(); sets];
    for (index, (text, said)) in texts.iter().zip(&candidate.said).enumerate() {
        if text.kind != kind {
            continue;
        }
        let known = text.numbers.as_ref().zip(said.as_ref());
        let scored =
            known.map(|(numbers, said)| (&numbers.words, scores(said, numbers, calibration)));
        for token in &text.tokens {
            let score = scored.as_ref().map_or(0.0, |(words, scores)| {
                let first = words.partition_point(|word| word.end() <= token.span.start());
                let over = words[first..].iter().zip(&scores[first..]);
                let over = over.take_while(|(word, _)| word.start() < token.span.end());
                over.map(|(_, score)| *score).fold(0.0, f32::max)
            });
            judged[text.set].push(Judged {
                text: index,
                score,
                flagged: false,
                bad: token.bad,
            });
        }
    }
    judged.retain(|set| !set.is_empty());
    judged
}

/// The right texts of each set that has some.
fn right(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    calibration: Calibration,
) -> Vec<Vec<Right>> {
    let mut right: Vec<Vec<Right>> = vec![Vec::new(); sets];
    for (text, said) in texts.iter().zip(&candidate.said) {
        if let (Kind::Article | Kind::PostEdit, Some(numbers), Some(said)) =
            (text.kind, &text.numbers, said)
        {
            right[text.set].push((scores(said, numbers, calibration), numbers.count));
        }
    }
    right.retain(|set| !set.is_empty());
    right
}

/// What is reached on the half that was not fitted on.
fn measured(
    candidate: &Candidate,
    texts: &[Text<'_>],
    sets: usize,
    calibration: Calibration,
    thresholds: Thresholds,
) -> Reached {
    let judged = judged(candidate, texts, sets, Kind::Measured, calibration);
    let weights = vec![1; texts.len()];
    let rankings: Vec<Ranking> = judged.iter().map(|set| Ranking::new(set)).collect();
    let over = |value: &dyn Fn(&Ranking) -> Option<f64>| mean(rankings.iter().filter_map(value));
    let mcc = |threshold: f32| over(&|ranking| ranking.mcc_at(&[threshold]).first().copied());
    let rates = (0..sets).filter_map(|set| {
        let texts = texts.iter().zip(&candidate.said);
        let texts = texts.filter(|(text, _)| text.set == set && text.kind == Kind::Measured);
        let rates: Vec<(f64, f64)> = texts
            .map(|(text, said)| {
                // The line does not change a correlation.
                let raw = said.as_ref().map_or(0.0, |said| said.raw);
                (f64::from(raw), f64::from(text.rate))
            })
            .collect();
        pearson(&rates, &vec![1; rates.len()])
    });
    let right = right(candidate, texts, sets, calibration);
    let flagged = right
        .iter()
        .map(|set| fit::flagged_per_1000(set, thresholds.precise));
    Reached {
        thresholds,
        mcc: [thresholds.precise, thresholds.balanced, thresholds.thorough].map(mcc),
        area_under_curve: over(&|ranking| ranking.area_under_curve(&weights)),
        calibration_error: over(&|ranking| ranking.calibration_error(BINS, &weights)),
        pooled_calibration_error: Ranking::new(&judged.concat()).calibration_error(BINS, &weights),
        rate_correlation: mean(rates),
        flagged_per_1000: mean(flagged).unwrap_or(0.0),
    }
}
