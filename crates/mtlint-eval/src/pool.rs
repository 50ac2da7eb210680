//! How well articles on the same story are found.
//!
//! In: labelled data: articles by machine with their siblings, and texts by
//! people. Out: for each article what the pool of all siblings and texts finds,
//! and what it still claims when the right ones are taken out. A sibling is
//! right if it was made from the same reference. It draws no table and knows no
//! floor.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use mtlint_batch::pool::{Article, Evidence, Match, Pool, PoolBuilder, PoolError, serving};

use super::dataset::{DataSet, Labels};

/// What was found for one article.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// The article's id.
    pub id: String,
    /// Whether thresholds and weights may be chosen by it: the SHA-256 of its
    /// id begins with an even byte.
    pub tuned_on: bool,
    /// Whether the sibling that serves is right.
    pub right: bool,
    /// Every candidate of the whole pool.
    pub candidates: Vec<Candidate>,
    /// Every candidate of a pool without the right ones.
    pub without_right: Vec<Candidate>,
}

/// An article of the pool beside one that a sibling is wanted for.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// What is shared.
    pub evidence: Evidence,
    /// The probability that it tells the same story.
    pub probability: f64,
    /// Whether it is claimed to.
    pub claimed: bool,
    /// Whether it is a near copy.
    pub near_copy: bool,
    /// Whether it was made from the same reference.
    pub right: bool,
}

impl Outcome {
    /// Whether a sibling is claimed where there is none.
    pub fn false_claim(&self) -> bool {
        self.without_right.iter().any(|candidate| candidate.claimed)
    }
}

/// All outcomes, and what they cost.
#[derive(Debug, Clone)]
pub struct Measured {
    /// One for each article with a sibling, in the order of the data.
    pub outcomes: Vec<Outcome>,
    /// Articles of the whole pool.
    pub pool: u64,
    /// Time in which the whole pool was taken in.
    pub taking_in: Duration,
    /// Time in which all articles were looked for, on all threads.
    pub looking: Duration,
}

struct Story<'a> {
    document: Article,
    reference: &'a str,
    sibling: &'a str,
}

/// Looks for siblings of every story of `sets`. The right ones are taken out in
/// `rounds` pools, each without those of every `rounds`th reference.
///
/// # Errors
/// When an index fails.
pub fn measure(sets: &[DataSet], rounds: usize) -> Result<Measured, PoolError> {
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
    let taking_in = started.elapsed();
    let started = Instant::now();
    let found = look(&whole, &stories, |_| true)?;
    let looking = started.elapsed();
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
        let claims = look(&rest, &stories, |story| out.contains(story.reference))?;
        for (kept, (_, claims)) in without.iter_mut().zip(claims) {
            kept.extend(claims);
        }
    }
    let outcomes = stories.iter().zip(found).zip(without);
    Ok(Measured {
        outcomes: outcomes
            .map(|((story, (right, candidates)), without_right)| Outcome {
                id: story.document.id.clone(),
                tuned_on: Sha256::digest(story.document.id.as_bytes())[0] % 2 == 0,
                right,
                candidates,
                without_right,
            })
            .collect(),
        pool: whole.len(),
        taking_in,
        looking,
    })
}

/// The siblings of the stories that `kept` names, then the texts.
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

/// What the pool finds for the stories that `asked` names, and whether the one
/// that serves is right; nothing for others.
fn look(
    pool: &Pool,
    stories: &[Story<'_>],
    asked: impl Fn(&Story<'_>) -> bool + Sync,
) -> Result<Vec<(bool, Vec<Candidate>)>, PoolError> {
    stories
        .par_iter()
        .map(|story| {
            if !asked(story) {
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
