//! The search for siblings in a pool, measured.
//!
//! In: labeled data: articles by machine with their siblings, and texts by
//! people. Out: for each article the candidates that the pool of all siblings and texts
//! holds, and those that it still claims when the right ones are taken out. A sibling is
//! right if it was made from the same reference. Nothing is drawn or decided here.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use mtlint_batch::pool::{Article, Evidence, Match, Pool, PoolBuilder, PoolError, serving};

use super::dataset::{DataSet, Labels};

/// The candidates that were found for one article.
#[derive(Debug, Clone, PartialEq)]
pub struct StoryOutcome {
    /// The id of the article.
    pub id: String,
    /// Whether thresholds and weights may be chosen by it: the SHA-256 of its
    /// id begins with an even byte.
    pub tuned_on: bool,
    /// Whether the sibling that is chosen is right.
    pub right: bool,
    /// The candidates of the whole pool, best first.
    pub candidates: Vec<Candidate>,
    /// The candidates of a pool without the right ones, best first.
    pub without_right: Vec<Candidate>,
}

/// An article of the pool that may be the sibling of another article.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// The id of the candidate.
    pub id: String,
    /// The evidence that both tell the same story.
    pub evidence: Evidence,
    /// The probability, 0 to 1, that the candidate tells the same story.
    pub probability: f64,
    /// Whether the pool claims that the candidate tells the same story.
    pub claimed: bool,
    /// Whether the candidate is a near copy of the article.
    pub near_copy: bool,
    /// Whether the candidate was made from the same reference.
    pub right: bool,
}

impl StoryOutcome {
    /// Whether a sibling is claimed where there is none.
    pub fn false_claim(&self) -> bool {
        self.without_right.iter().any(|candidate| candidate.claimed)
    }
}

/// The outcomes of all articles with siblings, and the time that the pool took.
#[derive(Debug, Clone)]
pub struct PoolEvaluation {
    /// The outcome of each article with a sibling, in the order of the data.
    pub outcomes: Vec<StoryOutcome>,
    /// The number of articles in the whole pool.
    pub pool: u64,
    /// The time in which the whole pool was indexed.
    pub indexing_time: Duration,
    /// The time in which the siblings of all articles were searched for, on all threads.
    pub search_time: Duration,
}

/// An article with its sibling and the reference of both.
struct Story<'a> {
    document: Article,
    reference: &'a str,
    sibling: &'a str,
}

/// Searches for siblings of every story of `sets`. The right ones are taken out in
/// `rounds` pools, each without those of every `rounds`th reference.
///
/// # Errors
/// When an index fails.
pub fn measure(sets: &[DataSet], rounds: usize) -> Result<PoolEvaluation, PoolError> {
    let mut stories = Vec::new();
    let mut texts = Vec::new();
    for sample in sets.iter().flat_map(|set| &set.samples) {
        let article = |text: &str| Article {
            id: sample.id.clone(),
            text: text.to_owned(),
            ..Article::default()
        };
        match &sample.labels {
            Labels::Story {
                reference, sibling, ..
            } if !sibling.is_empty() => stories.push(Story {
                document: article(&sample.text),
                reference,
                sibling,
            }),
            Labels::Clean => texts.push(article(&sample.text)),
            _ => {}
        }
    }
    let started = Instant::now();
    let whole = pool(&stories, &texts, |_| true)?;
    let indexing_time = started.elapsed();
    let started = Instant::now();
    let found = search(&whole, &stories, |_| true)?;
    let search_time = started.elapsed();
    let references: HashSet<&str> = stories.iter().map(|story| story.reference).collect();
    let mut references: Vec<&str> = references.into_iter().collect();
    references.sort_unstable();
    let mut without: Vec<Vec<Candidate>> = vec![Vec::new(); stories.len()];
    for round in 0..rounds {
        let out: HashSet<&str> = references
            .iter()
            .copied()
            .skip(round)
            .step_by(rounds)
            .collect();
        let rest = pool(&stories, &texts, |story| !out.contains(story.reference))?;
        let claims = search(&rest, &stories, |story| out.contains(story.reference))?;
        for (candidates, (_, claims)) in without.iter_mut().zip(claims) {
            candidates.extend(claims);
        }
    }
    let outcomes = stories.iter().zip(found).zip(without);
    Ok(PoolEvaluation {
        outcomes: outcomes
            .map(
                |((story, (right, candidates)), without_right)| StoryOutcome {
                    id: story.document.id.clone(),
                    tuned_on: Sha256::digest(story.document.id.as_bytes())[0] % 2 == 0,
                    right,
                    candidates,
                    without_right,
                },
            )
            .collect(),
        pool: whole.len(),
        indexing_time,
        search_time,
    })
}

/// A pool of the siblings of the stories that `kept` selects, then of the texts.
fn pool(
    stories: &[Story<'_>],
    texts: &[Article],
    kept: impl Fn(&Story<'_>) -> bool,
) -> Result<Pool, PoolError> {
    let mut builder = PoolBuilder::new()?;
    for story in stories.iter().filter(|story| kept(story)) {
        builder.add(&Article {
            id: story.document.id.clone(),
            text: story.sibling.to_owned(),
            ..Article::default()
        })?;
    }
    for text in texts {
        builder.add(text)?;
    }
    builder.finish()
}

/// The candidates that the pool holds for the stories that `wanted` selects, and whether
/// the one that is chosen is right; nothing for other stories.
fn search(
    pool: &Pool,
    stories: &[Story<'_>],
    wanted: impl Fn(&Story<'_>) -> bool + Sync,
) -> Result<Vec<(bool, Vec<Candidate>)>, PoolError> {
    stories
        .par_iter()
        .map(|story| {
            if !wanted(story) {
                return Ok((false, Vec::new()));
            }
            let found = pool.compared(&story.document, None)?;
            let is_right = |found: &Match| {
                stories.iter().any(|other| {
                    other.reference == story.reference && other.sibling == found.article.text
                })
            };
            let first = serving(None, &found).first().copied();
            let right = first.is_some_and(is_right);
            let candidate = |found: Match| Candidate {
                right: is_right(&found),
                claimed: found.same_story(),
                near_copy: found.near_copy,
                probability: found.probability,
                evidence: found.evidence,
                id: found.article.id,
            };
            Ok((right, found.into_iter().map(candidate).collect()))
        })
        .collect()
}
