//! Measuring the detector on labelled data.
//!
//! In: an [`Linter`] and sets of texts with what is known of them. Out: an
//! [`Evaluation`], numbers for each set and for all together. Sentences are
//! judged as documents of their own. A labelled token's score is the largest
//! probability of the words it overlaps, and it counts as flagged if any of
//! them is; where there is none, or the text was not judged, it counts as OK
//! with 0. Nothing is drawn here but in [`table`].

#![warn(clippy::print_stdout, clippy::print_stderr)]

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
use dataset::{DataSet, Labels, Sample};
use metrics::{Ranking, mean};
use reading::{
    Aligned, CleanText, Labelled, Rated, Reader, StoryContradictions, StoryCorrections, StoryPair,
    labelled_texts,
};
pub use rows::{
    AlignmentMeasures, AlignmentRow, AtThresholds, Calibration, CleanRow, ContradictionsRow,
    CorrectionMeasures, CorrectionsRow, KindRow, LabelledRow, LengthRow, MeanRow, Measures,
    PooledRow, SeverityCounts, SeverityRow, StoryRow, SystemRow, SystemsRow,
};

use mtlint::linter::{LintError, Linter, Sensitivity};

/// How many thresholds are tried for the best single one.
const CANDIDATES: usize = 500;

/// Which documents are measured on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Half {
    /// All of them.
    #[default]
    #[serde(rename = "all")]
    All,
    /// Those that are tuned on: see [`Sample::tuned_on`].
    #[serde(rename = "a")]
    DevA,
    /// The others, whose results are quoted.
    #[serde(rename = "b")]
    DevB,
    /// Of what raters marked, the third of the documents that the training
    /// never sees (see [`Sample::held_back`]); nothing of other data.
    #[serde(rename = "held")]
    Held,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Options {
    /// Which documents.
    pub half: Half,
    /// At most so many texts of each set: those whose ids have the lowest
    /// SHA-256, so that it is always the same ones.
    pub limit: Option<usize>,
    /// Texts of more bytes are not judged.
    pub max_bytes: u64,
    /// What of them.
    pub subject: Subject,
}

/// What is measured of the documents.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// How well garble is found in documents by themselves.
    #[default]
    Detection,
    /// The corrections of articles that have a sibling, and nothing else. Other
    /// sets only say which words of those articles are BAD.
    Corrections,
    /// Right articles that have a sibling, and nothing else: what is flagged beside
    /// it, and whether one changed fact is found.
    Contradictions,
    /// How the sentences of articles are aligned with their siblings', and nothing else.
    Alignment,
}

/// What was measured. Sets stand in the order they came in.
#[derive(Debug, Clone, Serialize)]
pub struct Evaluation {
    /// What was asked for.
    pub options: Options,
    /// Name of the language model; empty when no text was judged.
    pub model: String,
    /// Name of the detector; empty when no text was judged.
    pub detector: String,
    /// The probabilities from which words are flagged, one for each way of
    /// flagging. `best_single` is an oracle, chosen with the labels in hand:
    /// the one threshold with the best mean MCC over the translated sets.
    pub thresholds: AtThresholds<Option<f64>>,
    /// Sets with labelled words.
    pub labelled: Vec<LabelledRow>,
    /// The mean over the labelled sets of machine translations, each counting
    /// the same; none if there is no such set.
    pub mean: Option<MeanRow>,
    /// All words of those sets together; none if there is no such set.
    pub pooled: Option<PooledRow>,
    /// Severity in the sets that raters marked.
    pub severities: Vec<SeverityRow>,
    /// The systems of each file that names several.
    pub rankings: Vec<SystemsRow>,
    /// Sets written by people.
    pub clean: Vec<CleanRow>,
    /// Sets of articles by machine and by people.
    pub stories: Vec<StoryRow>,
    /// Sets of articles that were corrected from their siblings.
    pub corrections: Vec<CorrectionsRow>,
    /// Sets of right articles beside their siblings.
    pub contradictions: Vec<ContradictionsRow>,
    /// Sets of articles aligned with their siblings.
    pub alignments: Vec<AlignmentRow>,
}

/// What a measurement came to for one set, before thresholds are known.
enum Read<'a> {
    Labelled(Labelled<'a>),
    Clean(Vec<CleanText>),
    Stories(Vec<StoryPair>),
    Corrections(Vec<Option<StoryCorrections>>),
    Contradictions(Vec<StoryContradictions>),
    Alignments(Vec<Aligned>),
}

/// Lints every text of `sets` that `options` leaves, as `lint` says, and measures the result.
/// `progress` is told how many texts of how many are done.
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
    let mut read = Vec::new();
    let labels = match options.subject {
        Subject::Corrections => labelled_texts(sets),
        _ => HashMap::new(),
    };
    for (set, samples) in sets.iter().zip(&chosen) {
        match options.subject {
            Subject::Detection => {}
            _ if samples.is_empty() => continue,
            Subject::Corrections => {
                let corrections = reader.corrections(samples, &labels)?;
                read.push((set, Read::Corrections(corrections)));
                continue;
            }
            Subject::Contradictions => {
                let contradictions = reader.contradictions(samples)?;
                read.push((set, Read::Contradictions(contradictions)));
                continue;
            }
            Subject::Alignment => {
                read.push((set, Read::Alignments(reader.alignments(samples)?)));
                continue;
            }
        }
        let of_kind = |kind: fn(&Labels) -> bool| {
            let samples = samples.iter().copied();
            let of_kind: Vec<&Sample> = samples.filter(|sample| kind(&sample.labels)).collect();
            (!of_kind.is_empty()).then_some(of_kind)
        };
        if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Tokens { .. })) {
            read.push((set, Read::Labelled(reader.labelled(&samples)?)));
        }
        if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Clean)) {
            read.push((set, Read::Clean(reader.clean(&samples)?)));
        }
        if let Some(samples) = of_kind(|labels| matches!(labels, Labels::Story { .. })) {
            read.push((set, Read::Stories(reader.stories(&samples)?)));
        }
    }
    let (model, detector) = reader.judged_by();
    let labelled = read.iter().filter_map(|(set, read)| match read {
        Read::Labelled(labelled) => Some((*set, labelled)),
        _ => None,
    });
    let labelled: Vec<(&DataSet, &Labelled<'_>)> = labelled.collect();
    let by_machine = labelled.iter().filter(|(set, _)| !set.by_people);
    let by_machine: Vec<&Labelled<'_>> = by_machine.map(|(_, labelled)| *labelled).collect();
    let rankings = by_machine.iter();
    let rankings: Vec<Ranking> = rankings.map(|set| set.ranking_by_threshold()).collect();
    let pooled = PooledRow::new(&by_machine);
    let pooled_share = pooled.as_ref().and_then(|pooled| pooled.bad_share);
    let threshold = |sensitivity| {
        let options = mtlint::Options::with_sensitivity(sensitivity);
        Some(linter.threshold(&options))
    };
    let thresholds = AtThresholds {
        precise: threshold(Sensitivity::Precise),
        balanced: threshold(Sensitivity::Balanced),
        thorough: threshold(Sensitivity::Thorough),
        best_single: best_single(&rankings),
    };
    let mut evaluation = Evaluation {
        options,
        model,
        detector,
        thresholds: thresholds.map(|threshold| threshold.map(f64::from)),
        labelled: Vec::new(),
        mean: None,
        pooled,
        severities: Vec::new(),
        rankings: rank_systems(&labelled),
        clean: Vec::new(),
        stories: Vec::new(),
        corrections: Vec::new(),
        contradictions: Vec::new(),
        alignments: Vec::new(),
    };
    for (set, read) in read {
        match read {
            Read::Labelled(labelled) => {
                let row = LabelledRow::new(set, &labelled, thresholds, pooled_share);
                evaluation.labelled.push(row);
                let severity = SeverityRow::new(set, &labelled.rated);
                evaluation.severities.extend(severity);
            }
            Read::Clean(texts) => {
                evaluation
                    .clean
                    .push(CleanRow::new(&set.name, &texts, thresholds));
            }
            Read::Stories(pairs) => evaluation.stories.push(StoryRow::new(&set.name, &pairs)),
            Read::Corrections(stories) => {
                let row = CorrectionsRow::new(&set.name, &stories);
                evaluation.corrections.push(row);
            }
            Read::Contradictions(stories) => {
                let row = ContradictionsRow::new(&set.name, &stories);
                evaluation.contradictions.push(row);
            }
            Read::Alignments(alignments) => {
                let row = AlignmentRow::new(&set.name, &alignments);
                evaluation.alignments.push(row);
            }
        }
    }
    evaluation.mean = MeanRow::new(&evaluation.labelled);
    Ok(evaluation)
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

/// How many texts are judged for a sample.
fn texts_of(sample: &Sample, options: Options) -> usize {
    match sample.labels {
        Labels::Story { .. }
            if !matches!(options.subject, Subject::Corrections | Subject::Alignment) =>
        {
            2
        }
        _ => 1,
    }
}

/// The systems of each file: versions by people are a set of their own behind
/// the machines of their file, and are joined with them again.
fn rank_systems(labelled: &[(&DataSet, &Labelled<'_>)]) -> Vec<SystemsRow> {
    let files = labelled.chunk_by(|(a, _), (b, _)| a.name == b.name && !a.by_people && b.by_people);
    files
        .filter_map(|sets| {
            let (first, _) = sets.first()?;
            let rated: Vec<&Rated<'_>> = sets.iter().flat_map(|(_, read)| &read.rated).collect();
            SystemsRow::new(&first.name, &rated)
        })
        .collect()
}

/// The threshold with the best mean MCC, each ranking counting the same. Tried
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
        if best.is_none_or(|(_, most)| value > most) {
            best = Some((candidate, value));
        }
    }
    best.map(|(candidate, _)| candidate)
}

#[cfg(test)]
mod tests;
