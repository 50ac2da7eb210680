//! Reads many short continuations of prefixes.
//!
//! In: prefixes, each with its continuations. Out: the token scores of every continuation.
//! The tokens that continuations share with their prefix are read once, and their keys and
//! values are kept, unless a cache of the prefix holds them already. Prefixes are read
//! together, and then what is left of all continuations: small batches waste most of the time
//! in which weights are fetched. The forward pass itself is not here: see
//! [`super::forward`].

use std::ops::Range;
use std::sync::Arc;

use super::Llama;
use super::forward::{KeysAndValues, Sequence};
use super::job::{Job, KnownRows, token_scores};
use super::output::Prediction;
use super::readings::ShortKey;
use crate::tokenizer::{Token, stable_tokens};
use crate::windows::{Window, windows};
use crate::{KvCache, LmError, Prefix, ReadOptions, TokenScores, texts_in_batch};

/// The largest number of tokens of prefixes that are read together: their keys and values
/// are held meanwhile.
const MAX_PREFIX_TOKENS: usize = 1024;

/// The contents of a [`KvCache`]: a text with the keys and values of all its windows.
pub(super) struct CachedText {
    /// The length of the text, in bytes.
    pub length: usize,
    pub tokens: Vec<Token>,
    pub windows: Vec<CachedWindow>,
}

/// One window of a [`CachedText`].
pub(super) struct CachedWindow {
    /// The first token of the window, counted in the text.
    pub start: usize,
    /// The start token, then those of the window.
    pub ids: Vec<u32>,
    /// Keys and values of `ids`.
    pub keys_and_values: Arc<KeysAndValues>,
}

/// The part of a prefix that is read once for all continuations whose window starts at the same
/// token.
struct SharedPrefix<'a> {
    /// The start token and the tokens of the prefix that are to be read; empty where
    /// nothing is shared or the cache holds them.
    ids: Vec<u32>,
    /// The window of the prefix, where it was read before.
    cache: Option<&'a CachedWindow>,
    /// Continuations that are wholly the prefix's own text.
    contained: Vec<Job<'a>>,
    /// The other continuations, each with the number of its tokens that are shared.
    others: Vec<(Job<'a>, usize)>,
}

impl Llama {
    /// Reads texts after others: see [`crate::LanguageModel::read_after`].
    pub(super) fn after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        let mut tokens = Vec::with_capacity(pairs.len());
        let mut jobs: Vec<Job<'_>> = Vec::new();
        for (text, (before, after)) in pairs.iter().enumerate() {
            let joined = self.tokenize(&format!("{before}{after}"))?;
            self.add_jobs_after(text, before.len(), &joined, &mut jobs);
            tokens.push(joined);
        }
        let mut scores_of_texts = vec![TokenScores::default(); pairs.len()];
        self.add_scores(&jobs, &tokens, &mut scores_of_texts)?;
        Ok(scores_of_texts)
    }

    /// Reads continuations: see [`crate::LanguageModel::read_continuations`].
    pub(super) fn continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        let mut tokens = Vec::new();
        let mut shared_prefixes: Vec<SharedPrefix<'_>> = Vec::new();
        for prefix in prefixes {
            let mut jobs: Vec<Job<'_>> = Vec::new();
            let cache: Option<&CachedText> = prefix.cache.and_then(KvCache::get);
            let cache = cache.filter(|cache| cache.length == prefix.text.len());
            let tokenized = match cache {
                Some(_) => Vec::new(),
                None => self.tokenize(prefix.text)?,
            };
            let prefix_tokens = cache.map_or(&tokenized, |cache| &cache.tokens);
            for continuation in prefix.continuations {
                let before = prefix.before(continuation);
                let joined = self.joined_tokens(prefix_tokens, before, continuation.text)?;
                self.add_jobs_after(tokens.len(), before.len(), &joined, &mut jobs);
                tokens.push(joined);
            }
            self.add_shared_prefixes(prefix_tokens, cache, jobs, &mut shared_prefixes);
        }
        let mut scores_of_texts = vec![TokenScores::default(); tokens.len()];
        let mut rest = &shared_prefixes[..];
        while !rest.is_empty() {
            let fits = texts_in_batch(
                rest.iter().map(|shared_prefix| shared_prefix.ids.len()),
                MAX_PREFIX_TOKENS,
            );
            let (together, after) = rest.split_at(fits);
            rest = after;
            self.read_shared_prefixes(together, &tokens, &mut scores_of_texts)?;
        }
        // The windows of a long continuation may have been read in any order.
        for scores in &mut scores_of_texts {
            scores.tokens.sort_by_key(|token| token.span.start());
        }
        let mut scores_of_texts = scores_of_texts.into_iter();
        let of = |prefix: &Prefix<'_>| {
            scores_of_texts
                .by_ref()
                .take(prefix.continuations.len())
                .collect()
        };
        Ok(prefixes.iter().map(of).collect())
    }

    /// Adds the jobs that score the tokens of text number `text` that end after its first
    /// `before` bytes.
    fn add_jobs_after(
        &self,
        text: usize,
        before: usize,
        joined: &[Token],
        jobs: &mut Vec<Job<'_>>,
    ) {
        let first = joined.partition_point(|token| token.span.end() <= before);
        let windows = windows(joined.len(), self.window).into_iter();
        let new = windows.filter(|window| window.end > first);
        jobs.extend(new.map(|window| Job {
            text,
            window: Window {
                first_new: window.first_new.max(first),
                ..window
            },
            ids: self.input(joined, window, false),
            prefix: None,
            keep: false,
        }));
    }

    /// Adds the scores of the new tokens of some jobs to those of their texts, in the order of the
    /// jobs. What was read before is not read again, if readings are kept.
    fn add_scores(
        &self,
        jobs: &[Job<'_>],
        tokens: &[Vec<Token>],
        scores_of_texts: &mut [TokenScores],
    ) -> Result<(), LmError> {
        let keys: Vec<ShortKey> = match self.readings.are_kept() {
            true => jobs.iter().map(|job| job.key(tokens)).collect(),
            false => Vec::new(),
        };
        let mut read: Vec<Option<Arc<[Prediction]>>> = vec![None; jobs.len()];
        for ((known, key), job) in read.iter_mut().zip(&keys).zip(jobs) {
            *known = self.readings.short(key);
            if known.is_some() {
                self.readings.count_kept(job.unread().len());
            }
        }
        let unread = (0..jobs.len()).filter(|job| read[*job].is_none());
        let unread: Vec<usize> = unread.collect();
        let unread_jobs: Vec<&Job<'_>> = unread.iter().map(|job| &jobs[*job]).collect();
        self.run_jobs(
            &unread_jobs,
            tokens,
            ReadOptions::default(),
            &mut |number, reading| {
                let job = unread[number];
                let predictions: Arc<[Prediction]> = reading.predictions.into();
                if let Some(key) = keys.get(job) {
                    self.readings.put_short(*key, Arc::clone(&predictions));
                }
                read[job] = Some(predictions);
            },
        )?;
        for (job, predictions) in jobs.iter().zip(read) {
            let predictions = predictions.iter().flat_map(|all| all.iter().cloned());
            let scores = token_scores(job.new_tokens(tokens), predictions);
            scores_of_texts[job.text].tokens.extend(scores);
        }
        Ok(())
    }

    /// The tokens of `before` followed by `after`, where `before` is the beginning of a text
    /// with the tokens `prefix`. Only what can change is tokenized again.
    fn joined_tokens(
        &self,
        prefix: &[Token],
        before: &str,
        after: &str,
    ) -> Result<Vec<Token>, LmError> {
        let mut joined = prefix[..stable_tokens(before, prefix)].to_vec();
        let at = joined.last().map_or(0, |token| token.span.end());
        let rest = self.tokenize(&format!("{}{after}", &before[at..]))?;
        joined.extend(rest.into_iter().map(|token| Token {
            span: token.span.shifted(at),
            ..token
        }));
        Ok(joined)
    }

    /// Adds the shared parts of one prefix: windows that start at the same token share what they
    /// have in common with the prefix, up to the first token whose score is asked for.
    fn add_shared_prefixes<'a>(
        &self,
        prefix: &[Token],
        cache: Option<&'a CachedText>,
        mut jobs: Vec<Job<'a>>,
        shared_prefixes: &mut Vec<SharedPrefix<'a>>,
    ) {
        jobs.sort_by_key(|job| job.window.start);
        let mut jobs = jobs.into_iter().peekable();
        while let Some(first) = jobs.next() {
            let start = first.window.start;
            let mut group = vec![first];
            while let Some(job) = jobs.next_if(|job| job.window.start == start) {
                group.push(job);
            }
            let mut windows = cache.iter().flat_map(|cache| &cache.windows);
            let cached_window = windows.find(|window| window.start == start);
            let start = start.min(prefix.len());
            let mut ids = match cached_window {
                Some(window) => window.ids.clone(),
                None => {
                    let whole = Window {
                        start,
                        first_new: start,
                        end: prefix.len().min(start + self.window),
                    };
                    self.input(prefix, whole, true)
                }
            };
            let is_contained = |job: &Job<'_>| cached_window.is_none() && ids.starts_with(&job.ids);
            let (contained, others): (Vec<_>, Vec<_>) = group.into_iter().partition(is_contained);
            let others = others.into_iter().map(|job| {
                let shared = shared_length(&ids, &job);
                (job, shared)
            });
            let others: Vec<(Job<'_>, usize)> = others.collect();
            let ends = contained.iter().map(|job| job.ids.len());
            let ends = ends.chain(others.iter().map(|(_, shared)| *shared));
            let end = ends.max().filter(|_| cached_window.is_none());
            ids.truncate(end.unwrap_or(0));
            shared_prefixes.push(SharedPrefix {
                ids,
                cache: cached_window,
                contained,
                others,
            });
        }
    }

    fn read_shared_prefixes(
        &self,
        shared_prefixes: &[SharedPrefix<'_>],
        tokens: &[Vec<Token>],
        scores_of_texts: &mut [TokenScores],
    ) -> Result<(), LmError> {
        let unread = || {
            shared_prefixes
                .iter()
                .filter(|shared_prefix| shared_prefix.cache.is_none())
        };
        let sequences = unread().map(|shared_prefix| Sequence {
            ids: &shared_prefix.ids,
            prefix: None,
            keep: true,
        });
        let sequences: Vec<Sequence<'_>> = sequences.collect();
        let (activations, computed) = self.forward(&sequences, &[])?;
        let mut first_row = 0;
        let mut rows: Vec<(&Job<'_>, Range<usize>)> = Vec::new();
        for shared_prefix in unread() {
            let contained = shared_prefix.contained.iter();
            rows.extend(contained.filter_map(|job| Some((job, job.rows(first_row)?))));
            first_row += shared_prefix.ids.len();
        }
        let predictions = self.predictions(&rows, &activations.last, tokens, 0)?;
        for ((job, _), predictions) in rows.iter().zip(predictions) {
            let scores = token_scores(job.new_tokens(tokens), predictions);
            scores_of_texts[job.text].tokens.extend(scores);
        }
        let mut computed = computed.iter();
        let mut others: Vec<Job<'_>> = Vec::new();
        for shared_prefix in shared_prefixes {
            let (keys_and_values, of) = match shared_prefix.cache {
                Some(window) => (window.keys_and_values.as_ref(), window.ids.len()),
                None => match computed.next() {
                    Some(computed) => (computed, shared_prefix.ids.len()),
                    None => continue,
                },
            };
            let known = |count| KnownRows {
                keys_and_values,
                count,
                of,
            };
            let rest = shared_prefix.others.iter();
            others.extend(rest.map(|(job, shared)| job.after(known(*shared))));
        }
        self.add_scores(&others, tokens, scores_of_texts)
    }
}

/// The number of ids that a job and `prefix` begin with alike, at most up to the job's first
/// new token.
fn shared_length(prefix: &[u32], job: &Job<'_>) -> usize {
    let equal = prefix.iter().zip(&job.ids).take_while(|(a, b)| a == b);
    equal.count().min(job.window.first_new - job.window.start)
}
