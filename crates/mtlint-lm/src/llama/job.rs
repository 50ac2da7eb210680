//! Windows of texts that are to be read, and how they are read together.
//!
//! In: jobs, each a window with the tokens whose scores are wanted. Out: what the model makes of
//! each. Jobs are packed into batches in their order; which text a window is of, and what becomes
//! of its scores, is known to those who make the jobs.

use std::ops::Range;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::forward::{KeysAndValues, Sequence};
use super::output::{Prediction, predict};
use super::readings::{Reading, ShortKey, rows_beside};
use super::{Llama, MAX_BATCH_TOKENS};
use crate::tokenizer::Token;
use crate::windows::Window;
use crate::{LmError, ReadOptions, TokenScore, texts_in_batch};

/// One window of a text that is to be read.
pub(super) struct Job<'a> {
    /// The number of the text among those read together.
    pub text: usize,
    /// The window, and the first of its tokens whose score this job gives.
    pub window: Window,
    /// Ids of the window: the start token, then the tokens that the model reads.
    pub ids: Vec<u32>,
    /// What is known of the first of `ids`.
    pub prefix: Option<KnownRows<'a>>,
    /// Whether the keys and values of those that are read are kept.
    pub keep: bool,
}

/// The keys and values of a window that was read before, as far as they come before a job.
#[derive(Clone, Copy)]
pub(super) struct KnownRows<'a> {
    pub keys_and_values: &'a KeysAndValues,
    /// How many of the job's ids they are of.
    pub count: usize,
    /// How many rows the sequence had in which they were read.
    pub of: usize,
}

impl Job<'_> {
    /// How many of the ids are known.
    fn known(&self) -> usize {
        self.prefix.map_or(0, |known| known.count)
    }

    /// The ids that are read.
    pub(super) fn unread(&self) -> &[u32] {
        &self.ids[self.known()..]
    }

    /// The job without its first ids, which are known.
    pub(super) fn after<'k>(&self, known: KnownRows<'k>) -> Job<'k> {
        Job {
            text: self.text,
            window: self.window,
            ids: self.ids.clone(),
            prefix: Some(known),
            keep: false,
        }
    }

    /// The tokens whose scores this job gives.
    pub(super) fn new_tokens<'t>(&self, tokens: &'t [Vec<Token>]) -> &'t [Token] {
        &tokens[self.text][self.window.first_new..self.window.end]
    }

    /// The rows of the batch that predict the new tokens, where the job's rows begin at
    /// `first`; `None` where there are no new tokens.
    pub(super) fn rows(&self, first: usize) -> Option<Range<usize>> {
        // Input position of a token is one past its place in the window, since
        // the start token comes first.
        let row_of = |token: usize| first + token - self.window.start - self.known();
        let Window { first_new, end, .. } = self.window;
        (first_new < end).then(|| row_of(first_new)..row_of(end))
    }

    fn sequence(&self) -> Sequence<'_> {
        Sequence {
            ids: self.unread(),
            prefix: self
                .prefix
                .map(|known| (known.keys_and_values, known.count)),
            keep: self.keep,
        }
    }

    /// The key of all that the scores of this job depend on.
    pub(super) fn key(&self, tokens: &[Vec<Token>]) -> ShortKey {
        let beside = self
            .prefix
            .map_or(0, |known| rows_beside(known.count, known.of));
        let new = self.window.end - self.window.first_new;
        let mut hasher = Sha256::new();
        for number in [self.known(), beside, new, self.ids.len()] {
            hasher.update((number as u64).to_le_bytes());
        }
        let last = self.new_tokens(tokens).last().map(|token| token.id);
        for id in self.ids.iter().copied().chain(last) {
            hasher.update(id.to_le_bytes());
        }
        hasher.finalize().into()
    }
}

impl Llama {
    /// The ids that the model reads for a window: the start token, then the tokens.
    /// The last token itself is only read where its states are asked for.
    pub(super) fn input(&self, tokens: &[Token], window: Window, states: bool) -> Vec<u32> {
        let end = if states {
            window.end
        } else {
            window.end.max(window.start + 1) - 1
        };
        let tokens = tokens.get(window.start..end).unwrap_or_default();
        std::iter::once(self.tokenizer.start())
            .chain(tokens.iter().map(|token| token.id))
            .collect()
    }

    /// Runs jobs in batches, and gives `take` the number of each job with its reading, in order.
    pub(super) fn run_jobs(
        &self,
        jobs: &[&Job<'_>],
        tokens: &[Vec<Token>],
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(usize, Reading),
    ) -> Result<(), LmError> {
        let width = self.weights.shape.width;
        let mut number = 0;
        while number < jobs.len() {
            let rest = &jobs[number..];
            let lengths = rest.iter().map(|job| job.unread().len());
            let batch = &rest[..texts_in_batch(lengths, MAX_BATCH_TOKENS)];
            let unread = batch.iter().filter(|job| !job.unread().is_empty());
            let sequences = unread.map(|job| job.sequence());
            let (activations, caches) =
                self.forward(&sequences.collect::<Vec<_>>(), options.layers)?;
            // The row before a token predicts it.
            let mut first_rows = Vec::with_capacity(batch.len());
            let mut row = 0;
            for job in batch {
                first_rows.push(row);
                row += job.unread().len();
            }
            let rows = batch.iter().zip(&first_rows);
            let rows = rows.map(|(job, first)| (*job, job.rows(*first).unwrap_or_default()));
            let most_probable = options.most_probable;
            let predictions = self.predictions(
                &rows.collect::<Vec<_>>(),
                &activations.last,
                tokens,
                most_probable,
            )?;
            let mut caches = caches.into_iter();
            for ((job, first), predictions) in batch.iter().zip(first_rows).zip(predictions) {
                let rows = first * width..(first + job.unread().len()) * width;
                let layers = activations.states.layers.iter();
                let kept = job.keep && !job.unread().is_empty();
                let keys_and_values = if kept { caches.next() } else { None };
                let reading = Reading {
                    predictions,
                    states: layers.map(|layer| layer[rows.clone()].to_vec()).collect(),
                    keys_and_values: keys_and_values.map(Arc::new),
                };
                take(number, reading);
                number += 1;
            }
        }
        Ok(())
    }

    /// The scores of the new tokens of each of some jobs. `last` holds the states of the last
    /// layer; with each job come the rows that predict its new tokens.
    pub(super) fn predictions(
        &self,
        rows_of_jobs: &[(&Job<'_>, Range<usize>)],
        last: &[f32],
        tokens: &[Vec<Token>],
        most_probable: usize,
    ) -> Result<Vec<Vec<Prediction>>, LmError> {
        let width = self.weights.shape.width;
        let mut hidden = Vec::new();
        let mut targets = Vec::new();
        for (job, rows) in rows_of_jobs {
            hidden.extend_from_slice(&last[rows.start * width..rows.end * width]);
            targets.extend(job.new_tokens(tokens).iter().map(|token| token.id));
        }
        let predictions = predict(&self.weights, &hidden, &targets, most_probable, &self.clock)
            .map_err(|problem| self.malformed(problem))?;
        let finite =
            |one: &Prediction| one.surprisal_bits.is_finite() && one.entropy_bits.is_finite();
        if !predictions.iter().all(finite) {
            return Err(LmError::NotFinite {
                path: self.path.clone(),
            });
        }
        let mut predictions = predictions.into_iter();
        let of_job =
            |(_, rows): &(_, Range<usize>)| predictions.by_ref().take(rows.len()).collect();
        Ok(rows_of_jobs.iter().map(of_job).collect())
    }
}

/// The scores of tokens, with the predictions of them.
pub(super) fn token_scores(
    tokens: &[Token],
    predictions: impl IntoIterator<Item = Prediction>,
) -> impl Iterator<Item = TokenScore> {
    let pairs = tokens.iter().zip(predictions);
    pairs.map(|(token, prediction)| TokenScore {
        id: token.id,
        span: token.span,
        surprisal_bits: prediction.surprisal_bits,
        entropy_bits: prediction.entropy_bits,
        rank: prediction.rank,
        most_probable: prediction.most_probable,
    })
}
