//! Many short texts that follow the beginnings of others.
//!
//! In: trunks with their branches. Out: a reading a branch. What the branches of a
//! trunk have in common with it is read once and kept as keys and values; trunks are
//! read together, and then all that is left of their branches: small batches waste
//! most of the time in which weights are fetched.

use std::ops::Range;

use super::forward::{Prefix, Sequence};
use super::{Job, Llama, fitting};
use crate::lm::tokenizer::Token;
use crate::lm::windows::Window;
use crate::lm::{LmError, ReadOptions, Reading, Trunk};

/// Tokens of trunks that are read together: their keys and values are kept meanwhile,
/// 46 kB for each in the default model.
const KEPT: usize = 1024;

/// What is read of a trunk for the branches that begin to see it at the same token.
struct Stem<'a> {
    /// The start token and the tokens of the trunk; none where nothing is shared.
    ids: Vec<u32>,
    /// Branches that are all the trunk's own text.
    own: Vec<Job<'a>>,
    /// The others, with how many of `ids` they begin with.
    others: Vec<(Job<'a>, usize)>,
}

impl Llama {
    /// See [`crate::lm::LanguageModel::read_branches`].
    pub(super) fn branches(&self, trunks: &[Trunk<'_>]) -> Result<Vec<Vec<Reading>>, LmError> {
        let mut tokens = Vec::new();
        let mut stems: Vec<Stem<'_>> = Vec::new();
        for trunk in trunks {
            let mut jobs: Vec<Job<'_>> = Vec::new();
            for branch in trunk.branches {
                let before = trunk.before(branch);
                tokens.push(self.after(tokens.len(), before, branch.text, &mut jobs)?);
            }
            let whole = self.tokenize(trunk.text)?;
            self.grow(&whole, jobs, &mut stems);
        }
        let mut readings = vec![Reading::default(); tokens.len()];
        let mut rest = &stems[..];
        while !rest.is_empty() {
            let fits = fitting(rest.iter().map(|stem| stem.ids.len()), KEPT);
            let (together, after) = rest.split_at(fits);
            rest = after;
            self.read_stems(together, &tokens, &mut readings)?;
        }
        // A branch that goes on in a second window may have been read in any order.
        for reading in &mut readings {
            reading.tokens.sort_by_key(|token| token.span.start());
        }
        let mut readings = readings.into_iter();
        let of = |trunk: &Trunk<'_>| readings.by_ref().take(trunk.branches.len()).collect();
        Ok(trunks.iter().map(of).collect())
    }

    /// Adds the stems of a trunk: windows that start at the same token share what they
    /// have in common with it before the first token that is wanted.
    fn grow<'a>(&self, trunk: &[Token], mut jobs: Vec<Job<'a>>, stems: &mut Vec<Stem<'a>>) {
        jobs.sort_by_key(|job| job.window.start);
        let mut jobs = jobs.into_iter().peekable();
        while let Some(first) = jobs.next() {
            let start = first.window.start;
            let mut group = vec![first];
            while let Some(job) = jobs.next_if(|job| job.window.start == start) {
                group.push(job);
            }
            let start = start.min(trunk.len());
            let whole = Window {
                start,
                first_new: start,
                end: trunk.len().min(start + self.window),
            };
            let mut ids = self.input(trunk, whole, true);
            // Those whose tokens are all the trunk's are read with it.
            let (own, others): (Vec<_>, Vec<_>) =
                group.into_iter().partition(|job| ids.starts_with(&job.ids));
            let others = others.into_iter();
            let others = others.map(|job| {
                let shared = shared_length(&ids, &job);
                (job, shared)
            });
            let others: Vec<(Job<'_>, usize)> = others.collect();
            let ends = own.iter().map(|job| job.ids.len());
            let ends = ends.chain(others.iter().map(|(_, shared)| *shared));
            let end = ends.max().unwrap_or(0);
            ids.truncate(end);
            stems.push(Stem { ids, own, others });
        }
    }

    fn read_stems(
        &self,
        stems: &[Stem<'_>],
        tokens: &[Vec<Token>],
        readings: &mut [Reading],
    ) -> Result<(), LmError> {
        let sequences = stems.iter().map(|stem| Sequence {
            ids: &stem.ids,
            prefix: None,
        });
        let sequences: Vec<Sequence<'_>> = sequences.collect();
        let (activations, kept) = self.forward(&sequences, &[], true)?;
        let mut first_row = 0;
        let mut rows: Vec<(&Job<'_>, Range<usize>)> = Vec::new();
        for stem in stems {
            let own = stem.own.iter();
            rows.extend(own.filter_map(|job| Some((job, job.rows(first_row)?))));
            first_row += stem.ids.len();
        }
        self.put_in(&rows, &activations.last, tokens, 0, readings)?;
        let others = stems.iter().zip(&kept).flat_map(|(stem, kept)| {
            let others = stem.others.iter();
            others.map(move |(job, shared)| follow(job, kept, *shared))
        });
        let others: Vec<Job<'_>> = others.collect();
        self.run(&others, tokens, ReadOptions::default(), readings)
    }
}

/// What is left to read of a job after the first `shared` tokens of a stem.
fn follow<'a>(job: &Job<'_>, kept: &'a Prefix, shared: usize) -> Job<'a> {
    Job {
        text: job.text,
        window: job.window,
        ids: job.ids[shared..].to_vec(),
        prefix: Some((kept, shared)),
    }
}

/// How many ids of a job stand at the beginning of `trunk` too, before its first
/// token that is wanted.
fn shared_length(trunk: &[u32], job: &Job<'_>) -> usize {
    let equal = trunk.iter().zip(&job.ids).take_while(|(a, b)| a == b);
    equal.count().min(job.window.first_new - job.window.start)
}
