//! Measures the detector on labeled data, and calibrates it to a language model.
//!
//! In: a [`Linter`] and sets of texts with their labels. Out: an [`Evaluation`]: figures
//! for each set and for all together. Sentences are linted as documents of their own. The
//! score of a labeled token is the largest probability of the words it overlaps, and it
//! counts as flagged if any of them is; where there is none, or the text was not judged, it
//! counts as OK with 0. Only [`table`] draws, and nothing is printed here.

#![warn(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

pub mod bootstrap;
pub mod calibration;
pub mod changes;
pub mod dataset;
pub mod metrics;
pub mod pool;
mod reading;
mod rows;
pub mod table;

use std::collections::HashMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

pub use bootstrap::Estimate;
use dataset::{DataSet, LabeledToken, Labels, Sample};
use metrics::{Ranking, mean};
use reading::{
    AlignmentCounts, CleanText, ContradictionCounts, GarbledSet, LabeledSet, RatedText, Reader,
    StoryCorrections, StoryPair, labeled_texts,
};
pub use rows::{
    AlignmentMeasures, AlignmentRow, AtThresholds, Calibration, CleanRow, ContradictionsRow,
    CorrectionMeasures, CorrectionsRow, FoundRow, GarbledMeasures, GarbledRow, KindRow, LabeledRow,
    LengthRow, MeanRow, Measures, PooledRow, SeverityCounts, SeverityRow, StoryRow, SystemRow,
    SystemsRow,
};

use mtlint::linter::{LintError, Linter, Sensitivity};

/// The number of thresholds that are compared for the best single one.
const CANDIDATES: usize = 500;

/// A part of the documents of labeled data, told apart by the SHA-256 of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Half {
    /// All documents.
    #[default]
    #[serde(rename = "all")]
    All,
    /// The half of the documents to tune on: see [`Sample::tuned_on`].
    #[serde(rename = "a")]
    DevA,
    /// The other half, whose results are quoted.
    #[serde(rename = "b")]
    DevB,
    /// Of the documents that raters marked, the third that the training never sees (see
    /// [`Sample::held_back`]); nothing of other data.
    #[serde(rename = "held")]
    Held,
}

/// The documents that are measured on, and what is measured of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Options {
    /// The part of the documents.
    pub half: Half,
    /// The most texts of each set: those whose ids have the lowest SHA-256, so that they
    /// are the same ones in every run. `None` for all.
    pub limit: Option<usize>,
    /// The size in bytes above which a text is not judged.
    pub max_bytes: u64,
    /// What is measured.
    pub subject: Subject,
}

/// What is measured of the documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// How well garble is found in documents by themselves; in articles whose garbled
    /// phrases are marked, beside their siblings too.
    #[default]
    Detection,
    /// The corrections of articles that have a sibling, and nothing else. Other
    /// sets only say which words of those articles are BAD.
    Corrections,
    /// Correct articles that have a sibling, and nothing else: what is flagged beside
    /// the sibling, and whether one changed fact is found.
    Contradictions,
    /// The alignment of the sentences of articles with their siblings', and nothing else.
    Alignment,
}

/// The figures of a measurement. Sets stand in the order they came in.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// The options of the measurement.
    pub options: Options,
    /// The name of the language model; empty when no text was judged.
    pub model: String,
    /// The name of the detector; empty when no text was judged.
    pub detector: String,
    /// The probabilities, 0 to 1, from which words are flagged, one for each way of
    /// flagging. `best_single` is an oracle, chosen with the labels in hand:
    /// the one threshold with the best mean MCC over the translated sets.
    pub thresholds: AtThresholds<Option<f64>>,
    /// The sets with labeled words.
    #[serde(rename = "labelled")]
    pub labeled: Vec<LabeledRow>,
    /// The mean over the labeled sets of machine translations, each counting
    /// the same; `None` if there is no such set.
    pub mean: Option<MeanRow>,
    /// All words of those sets together; `None` if there is no such set.
    pub pooled: Option<PooledRow>,
    /// The agreement on severity in the sets that raters marked.
    pub severities: Vec<SeverityRow>,
    /// The ranking of the systems of each file that names several.
    pub rankings: Vec<SystemsRow>,
    /// The sets written by people.
    pub clean: Vec<CleanRow>,
    /// The sets of articles by machine and by people.
    pub stories: Vec<StoryRow>,
    /// The sets of articles whose garbled phrases are marked.
    pub garbled: Vec<GarbledRow>,
    /// The sets of articles that were corrected from their siblings.
    pub corrections: Vec<CorrectionsRow>,
    /// The sets of correct articles beside their siblings.
    pub contradictions: Vec<ContradictionsRow>,
    /// The sets of articles aligned with their siblings.
    pub alignments: Vec<AlignmentRow>,
}

/// The observations of one set, before the thresholds are known.
enum Observations<'a> {
    Labeled(LabeledSet<'a>),
    Clean(Vec<Option<CleanText>>),
    Stories(Vec<Option<StoryPair>>),
    Garbled(GarbledSet<'a>),
    Corrections(Vec<Option<StoryCorrections>>),
    Contradictions(Vec<Option<ContradictionCounts>>),
    Alignments(Vec<AlignmentCounts>),
}

/// Lints every text of `sets` that `options` leaves, with the options `lint`, and measures
/// the result. `progress` gets the number of texts that are done, and of all.
///
/// # Errors
/// When the language model fails.
pub fn measure(
    (linter, lint): (&Linter, &mtlint::Options),
    sets: &[DataSet],
    options: Options,
    mut progress: impl FnMut(usize, usize),
) -> Result<Evaluation, LintError> {
    let chosen: Vec<Vec<&Sample>> = sets.iter().map(|set| choose(set, options)).collect();
    let texts_of = |sample: &&Sample| texts_of(sample, options);
    let total = chosen.iter().flatten().map(texts_of).sum();
    progress(0, total);
    let mut reader = Reader::new((linter, lint), options.max_bytes, |done| {
        progress(done, total)
    });
    let labels = match options.subject {
        Subject::Corrections => labeled_texts(sets),
        _ => HashMap::new(),
    };
    let mut observed = Vec::new();
    for (set, samples) in sets.iter().zip(&chosen) {
        let of_set = observe(&mut reader, samples, options.subject, &labels)?;
        observed.extend(of_set.into_iter().map(|one| (set, one)));
    }
    let (model, detector) = reader.model_and_detector();
    let labeled = observed.iter().filter_map(|(set, one)| match one {
        Observations::Labeled(labeled) => Some((*set, labeled)),
        _ => None,
    });
    let labeled: Vec<(&DataSet, &LabeledSet<'_>)> = labeled.collect();
    let by_machine = labeled.iter().filter(|(set, _)| !set.by_people);
    let by_machine: Vec<&LabeledSet<'_>> = by_machine.map(|(_, labeled)| *labeled).collect();
    let thresholds = thresholds(linter, &by_machine);
    let mut evaluation = Evaluation {
        options,
        model,
        detector,
        thresholds: thresholds.map(|threshold| threshold.map(f64::from)),
        labeled: Vec::new(),
        mean: None,
        pooled: PooledRow::new(&by_machine),
        severities: Vec::new(),
        rankings: rank_systems(&labeled),
        clean: Vec::new(),
        stories: Vec::new(),
        garbled: Vec::new(),
        corrections: Vec::new(),
        contradictions: Vec::new(),
        alignments: Vec::new(),
    };
    for (set, one) in observed {
        evaluation.add(set, &one, thresholds);
    }
    evaluation.mean = MeanRow::new(&evaluation.labeled);
    Ok(evaluation)
}

/// Lints the chosen samples of one set: for detection, each kind of label by itself.
fn observe<'s>(
    reader: &mut Reader<'_, impl FnMut(usize)>,
    samples: &[&'s Sample],
    subject: Subject,
    labels: &HashMap<&str, &[LabeledToken]>,
) -> Result<Vec<Observations<'s>>, LintError> {
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let mut observed = Vec::new();
    match subject {
        Subject::Detection => {
            let of_kind = |kind: fn(&Labels) -> bool| {
                let samples = samples.iter().copied();
                let of_kind: Vec<&Sample> = samples.filter(|sample| kind(&sample.labels)).collect();
                (!of_kind.is_empty()).then_some(of_kind)
            };
            if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Tokens { .. })) {
                observed.push(Observations::Labeled(reader.labeled(&samples)?));
            }
            if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Clean)) {
                observed.push(Observations::Clean(reader.clean(&samples)?));
            }
            if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Story { .. })) {
                observed.push(Observations::Stories(reader.stories(&samples)?));
            }
            if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Garbled { .. })) {
                observed.push(Observations::Garbled(reader.garbled(&samples)?));
            }
        }
        Subject::Corrections => {
            let corrections = reader.corrections(samples, labels)?;
            observed.push(Observations::Corrections(corrections));
        }
        Subject::Contradictions => {
            let contradictions = reader.contradictions(samples)?;
            observed.push(Observations::Contradictions(contradictions));
        }
        Subject::Alignment => {
            observed.push(Observations::Alignments(reader.alignments(samples)?));
        }
    }
    Ok(observed)
}

/// The threshold of each sensitivity, and the best single one for the sets by machine.
fn thresholds(linter: &Linter, by_machine: &[&LabeledSet<'_>]) -> AtThresholds<Option<f32>> {
    let threshold = |sensitivity| {
        let options = mtlint::Options::with_sensitivity(sensitivity);
        Some(linter.threshold(&options))
    };
    let rankings = by_machine.iter();
    let rankings: Vec<Ranking> = rankings.map(|set| set.ranking_by_threshold()).collect();
    AtThresholds {
        precise: threshold(Sensitivity::Precise),
        balanced: threshold(Sensitivity::Balanced),
        thorough: threshold(Sensitivity::Thorough),
        best_single: best_single(&rankings),
    }
}

impl Evaluation {
    /// Adds the rows that the observations of a set make.
    fn add(
        &mut self,
        set: &DataSet,
        observations: &Observations<'_>,
        thresholds: AtThresholds<Option<f32>>,
    ) {
        match observations {
            Observations::Labeled(labeled) => {
                let pooled_share = self.pooled.as_ref().and_then(|pooled| pooled.bad_share);
                let row = LabeledRow::new(set, labeled, thresholds, pooled_share);
                self.labeled.push(row);
                let severity = SeverityRow::new(set, &labeled.rated);
                self.severities.extend(severity);
            }
            Observations::Clean(texts) => {
                self.clean.push(CleanRow::new(&set.name, texts, thresholds));
            }
            Observations::Stories(pairs) => self.stories.push(StoryRow::new(&set.name, pairs)),
            Observations::Garbled(garbled) => {
                self.garbled.push(GarbledRow::new(&set.name, garbled));
            }
            Observations::Corrections(stories) => {
                let row = CorrectionsRow::new(&set.name, stories);
                self.corrections.push(row);
            }
            Observations::Contradictions(articles) => {
                let row = ContradictionsRow::new(&set.name, articles);
                self.contradictions.push(row);
            }
            Observations::Alignments(alignments) => {
                let row = AlignmentRow::new(&set.name, alignments);
                self.alignments.push(row);
            }
        }
    }
}

/// The samples to measure on, in the order of the set.
fn choose(set: &DataSet, options: Options) -> Vec<&Sample> {
    let mut samples: Vec<(usize, &Sample)> = set
        .samples
        .iter()
        .filter(|sample| match options.half {
            Half::All => true,
            Half::DevA => sample.tuned_on(),
            Half::DevB => !sample.tuned_on(),
            Half::Held => sample.is_rated() && sample.held_back(),
        })
        .filter(|sample| options.subject == Subject::Detection || sample.has_sibling())
        .enumerate()
        .collect();
    if let Some(limit) = options.limit {
        samples.sort_by_cached_key(|(_, sample)| Sha256::digest(sample.id.as_bytes()).to_vec());
        samples.truncate(limit);
        samples.sort_unstable_by_key(|(index, _)| *index);
    }
    samples.into_iter().map(|(_, sample)| sample).collect()
}

/// The number of texts that are linted for a sample.
fn texts_of(sample: &Sample, options: Options) -> usize {
    match &sample.labels {
        Labels::Story { .. }
            if !matches!(options.subject, Subject::Corrections | Subject::Alignment) =>
        {
            2
        }
        Labels::Garbled { sibling, .. } if sibling.is_empty() => 2,
        Labels::Garbled { .. } => 4,
        _ => 1,
    }
}

/// Ranks the systems of each file. Versions by people are a set of their own behind
/// the machines of their file, and are joined with them again.
fn rank_systems(labeled: &[(&DataSet, &LabeledSet<'_>)]) -> Vec<SystemsRow> {
    let files = labeled.chunk_by(|(a, _), (b, _)| a.name == b.name && !a.by_people && b.by_people);
    files
        .filter_map(|sets| {
            let (first, _) = sets.first()?;
            let rated: Vec<&RatedText<'_>> = sets.iter().flat_map(|(_, set)| &set.rated).collect();
            SystemsRow::new(&first.name, &rated)
        })
        .collect()
}

/// The threshold with the best mean MCC, each ranking counting the same. SuggestionEffect
/// are quantiles of all scores.
fn best_single(rankings: &[Ranking]) -> Option<f32> {
    let mut scores: Vec<f32> = rankings.iter().flat_map(Ranking::scores).collect();
    scores.retain(|score| *score > 0.0);
    scores.sort_by(|a, b| b.total_cmp(a));
    let step = scores.len().div_ceil(CANDIDATES).max(1);
    let mut candidates: Vec<f32> = scores.into_iter().step_by(step).collect();
    candidates.dedup();
    let swept: Vec<Vec<f64>> = rankings
        .iter()
        .map(|ranking| ranking.mcc_at(&candidates))
        .collect();
    let mut best: Option<(f32, f64)> = None;
    for (index, &candidate) in candidates.iter().enumerate() {
        let value = mean(swept.iter().map(|values| values[index]))?;
        if best.is_none_or(|(_, highest)| value > highest) {
            best = Some((candidate, value));
        }
    }
    best.map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests;
