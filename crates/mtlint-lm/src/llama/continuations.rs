//! Many short texts that follow the beginnings of others.
//!
//! In: trunks with their branches. Out: a reading a branch. What the branches of a
//! trunk have in common with it is read once and kept as keys and values, where a
//! reading of the trunk has not kept them before; trunks are read together, and then
//! all that is left of their branches: small batches waste most of the time in which
//! weights are fetched.

use std::ops::Range;

use super::forward::{KeysAndValues, Sequence};
use super::{Job, Llama};
use crate::tokenizer::{Token, settled};
use crate::windows::Window;
use crate::{KvCache, LmError, Prefix, ReadOptions, TokenScores, fitting};

/// Tokens of trunks that are read together: their keys and values are kept meanwhile.
const KEPT: usize = 1024;

/// What is kept of a text that was read.
pub(super) struct Text {
    /// Its bytes.
    pub length: usize,
    pub tokens: Vec<Token>,
    pub windows: Vec<Remembered>,
}

/// One window of it.
pub(super) struct Remembered {
    /// Its first token.
    pub start: usize,
    /// The start token, then those of the window.
    pub ids: Vec<u32>,
    pub prefix: KeysAndValues,
}

/// What is read of a trunk for the branches that begin to see it at the same token.
struct Stem<'a> {
    /// The start token and the tokens of the trunk that are to be read; none where
    /// nothing is shared.
    ids: Vec<u32>,
    /// Keys and values of the trunk, where it was read before.
    before: Option<&'a KeysAndValues>,
    /// Branches that are all the trunk's own text.
    own: Vec<Job<'a>>,
    /// The others, with how many of `ids` they begin with.
    others: Vec<(Job<'a>, usize)>,
}

impl Llama {
    /// See [`crate::LanguageModel::read_continuations`].
    pub(super) fn continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        let mut tokens = Vec::new();
        let mut stems: Vec<Stem<'_>> = Vec::new();
        for prefix in prefixes {
            let mut jobs: Vec<Job<'_>> = Vec::new();
            let cache: Option<&Text> = prefix.cache.and_then(KvCache::get);
            let cache = cache.filter(|cache| cache.length == prefix.text.len());
            let own = match cache {
                Some(_) => Vec::new(),
                None => self.tokenize(prefix.text)?,
            };
            let whole = cache.map_or(&own, |cache| &cache.tokens);
            for continuation in prefix.continuations {
                let before = prefix.before(continuation);
                let joined = self.joined(whole, before, continuation.text)?;
                self.after(tokens.len(), before.len(), &joined, &mut jobs);
                tokens.push(joined);
            }
            self.grow(whole, cache, jobs, &mut stems);
        }
        let mut readings = vec![TokenScores::default(); tokens.len()];
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
        let of = |prefix: &Prefix<'_>| readings.by_ref().take(prefix.continuations.len()).collect();
        Ok(prefixes.iter().map(of).collect())
    }

    /// The tokens of the beginning `before` of a trunk with these tokens and of what
    /// follows it.
    fn joined(&self, prefix: &[Token], before: &str, after: &str) -> Result<Vec<Token>, LmError> {
        let mut joined = prefix[..settled(before, prefix)].to_vec();
        let at = joined.last().map_or(0, |token| token.span.end());
        let rest = self.tokenize(&format!("{}{after}", &before[at..]))?;
        joined.extend(rest.into_iter().map(|token| Token {
            span: token.span.shifted(at),
            ..token
        }));
        Ok(joined)
    }

    /// Adds the stems of a trunk: windows that start at the same token share what they
    /// have in common with it before the first token that is wanted.
    fn grow<'a>(
        &self,
        prefix: &[Token],
        cache: Option<&'a Text>,
        mut jobs: Vec<Job<'a>>,
        stems: &mut Vec<Stem<'a>>,
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
            let remembered = windows.find(|window| window.start == start);
            let start = start.min(prefix.len());
            let mut ids = match remembered {
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
            // Those whose tokens are all the trunk's are read with it.
            let with_it = |job: &Job<'_>| remembered.is_none() && ids.starts_with(&job.ids);
            let (own, others): (Vec<_>, Vec<_>) = group.into_iter().partition(with_it);
            let others = others.into_iter().map(|job| {
                let shared = shared_length(&ids, &job);
                (job, shared)
            });
            let others: Vec<(Job<'_>, usize)> = others.collect();
            let ends = own.iter().map(|job| job.ids.len());
            let ends = ends.chain(others.iter().map(|(_, shared)| *shared));
            let end = ends.max().filter(|_| remembered.is_none());
            ids.truncate(end.unwrap_or(0));
            stems.push(Stem {
                ids,
                before: remembered.map(|window| &window.prefix),
                own,
                others,
            });
        }
    }

    fn read_stems(
        &self,
        stems: &[Stem<'_>],
        tokens: &[Vec<Token>],
        readings: &mut [TokenScores],
    ) -> Result<(), LmError> {
        let unread = || stems.iter().filter(|stem| stem.before.is_none());
        let sequences = unread().map(|stem| Sequence {
            ids: &stem.ids,
            prefix: None,
            keep: true,
        });
        let sequences: Vec<Sequence<'_>> = sequences.collect();
        let (activations, kept) = self.forward(&sequences, &[])?;
        let mut first_row = 0;
        let mut rows: Vec<(&Job<'_>, Range<usize>)> = Vec::new();
        for stem in unread() {
            let own = stem.own.iter();
            rows.extend(own.filter_map(|job| Some((job, job.rows(first_row)?))));
            first_row += stem.ids.len();
        }
        self.put_in(&rows, &activations.last, tokens, 0, readings)?;
        let mut kept = kept.iter();
        let mut others: Vec<Job<'_>> = Vec::new();
        for stem in stems {
            let Some(before) = stem.before.or_else(|| kept.next()) else {
                continue;
            };
            let rest = stem.others.iter();
            others.extend(rest.map(|(job, shared)| follow(job, before, *shared)));
        }
        self.run(&others, tokens, ReadOptions::default(), readings)?;
        Ok(())
    }
}

/// What is left to read of a job after the first `shared` tokens of a stem.
fn follow<'a>(job: &Job<'_>, kept: &'a KeysAndValues, shared: usize) -> Job<'a> {
    Job {
        text: job.text,
        window: job.window,
        ids: job.ids[shared..].to_vec(),
        prefix: Some((kept, shared)),
        keep: false,
    }
}

/// How many ids of a job stand at the beginning of `prefix` too, before its first
/// token that is wanted.
fn shared_length(prefix: &[u32], job: &Job<'_>) -> usize {
    let equal = prefix.iter().zip(&job.ids).take_while(|(a, b)| a == b);
    equal.count().min(job.window.first_new - job.window.start)
}
