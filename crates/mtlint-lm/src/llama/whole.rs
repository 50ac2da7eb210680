//! Reads whole texts, in windows.
//!
//! In: texts. Out: the scores of their tokens, all at once or, of a long text, part by part, and
//! on request the keys and values with which the model reads on. Where readings are kept, a window
//! is read on from the place where it differs from one that was read before. The batches
//! themselves are run in [`super::job`].

use std::sync::Arc;

use super::continuations::{CachedText, CachedWindow};
use super::job::{Job, KnownRows, token_scores};
use super::readings::{Beginning, Reading, WindowKey};
use super::{Llama, MAX_CACHED_TOKENS};
use crate::tokenizer::Token;
use crate::windows::{Window, windows};
use crate::{KvCache, LmError, ReadOptions, TokenScores};

/// The number of windows of a long text that are read together when it is read in parts.
const WINDOWS_IN_PART: usize = 4;

/// A window of a text that is to be read, with what is known of it.
struct TextWindow {
    /// The number of the text among those read together.
    text: usize,
    window: Window,
    /// The key under which its reading is kept; `None` where it is not.
    key: Option<WindowKey>,
    /// The beginning of it that was read before.
    beginning: Option<Beginning>,
}

impl Llama {
    fn check_layers(&self, layers: &[usize]) -> Result<(), LmError> {
        let last = self.weights.shape.blocks;
        match layers.iter().find(|layer| **layer > last) {
            Some(&asked) => Err(LmError::NoSuchLayer { asked, last }),
            None => Ok(()),
        }
    }

    /// The windows of text number `text`, with what is known of each.
    fn windows_of(
        &self,
        text: usize,
        tokens: &[Token],
        options: ReadOptions<'_>,
    ) -> Vec<TextWindow> {
        let kept = self.readings.are_kept() && tokens.len() <= MAX_CACHED_TOKENS;
        let windows = windows(tokens.len(), self.window).into_iter();
        let windows = windows.map(|window| {
            let key = kept.then(|| WindowKey {
                tokens: tokens[window.start..window.end]
                    .iter()
                    .map(|token| token.id)
                    .collect(),
                context: window.first_new - window.start,
                most_probable: options.most_probable,
                layers: options.layers.to_vec(),
            });
            let beginning = key.as_ref().and_then(|key| {
                let rows = self.input(tokens, window, !options.layers.is_empty()).len();
                self.readings.beginning(key, rows)
            });
            TextWindow {
                text,
                window,
                key,
                beginning,
            }
        });
        windows.collect()
    }

    /// The job that reads what is not known of a window.
    fn window_job<'a>(
        &self,
        one: &'a TextWindow,
        tokens: &[Token],
        options: ReadOptions<'_>,
        keep: bool,
    ) -> Job<'a> {
        let Window { start, end, .. } = one.window;
        let known = one.beginning.as_ref().and_then(|beginning| {
            Some(KnownRows {
                keys_and_values: beginning.reading.keys_and_values.as_deref()?,
                count: beginning.rows,
                of: beginning.rows,
            })
        });
        let first = start + known.map_or(0, |known| known.count);
        Job {
            text: one.text,
            window: Window {
                first_new: one.window.first_new.max(first).min(end),
                ..one.window
            },
            ids: self.input(tokens, one.window, !options.layers.is_empty()),
            prefix: known,
            keep,
        }
    }

    /// Reads whole texts, and returns the keys and values of those of at most `cached` tokens.
    pub(super) fn read_whole(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
        cached: usize,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        self.check_layers(options.layers)?;
        let tokens = texts
            .iter()
            .map(|text| self.tokenize(text))
            .collect::<Result<Vec<_>, _>>()?;
        let returned = |text: usize| tokens[text].len() <= cached;
        let all = tokens.iter().enumerate();
        let all = all.flat_map(|(text, tokens)| self.windows_of(text, tokens, options));
        let all: Vec<TextWindow> = all.collect();
        let jobs = all.iter().map(|one| {
            let keep = one.key.is_some() || returned(one.text);
            self.window_job(one, &tokens[one.text], options, keep)
        });
        let jobs: Vec<Job<'_>> = jobs.collect();
        let mut scores_of_texts = vec![TokenScores::default(); texts.len()];
        let mut windows_of_texts: Vec<Vec<CachedWindow>> = Vec::new();
        windows_of_texts.resize_with(texts.len(), Vec::new);
        let all_jobs: Vec<&Job<'_>> = jobs.iter().collect();
        self.run_jobs(&all_jobs, &tokens, options, &mut |number, rest| {
            let (one, job) = (&all[number], &jobs[number]);
            let reading = self.whole_reading(one, job, rest);
            let text = one.text;
            let new = &tokens[text][one.window.first_new..one.window.end];
            self.add_window(one.window, new, &reading, &mut scores_of_texts[text]);
            let keys_and_values = reading.keys_and_values.as_ref();
            if let Some(keys_and_values) = keys_and_values.filter(|_| returned(text)) {
                windows_of_texts[text].push(CachedWindow {
                    start: one.window.start,
                    ids: job.ids.clone(),
                    keys_and_values: Arc::clone(keys_and_values),
                });
            }
            if let Some(key) = &one.key {
                self.readings.put_window(key, &reading);
            }
        })?;
        let read = scores_of_texts.into_iter().zip(tokens);
        let read = read.zip(windows_of_texts).zip(texts);
        let read = read.map(|(((scores, tokens), windows), text)| {
            let any = !windows.is_empty();
            let cache = CachedText {
                length: text.len(),
                tokens,
                windows,
            };
            (scores, any.then(|| KvCache::new(cache)))
        });
        Ok(read.collect())
    }

    /// The reading of a whole window, where `rest` is that of its job.
    fn whole_reading(&self, one: &TextWindow, job: &Job<'_>, rest: Reading) -> Arc<Reading> {
        let Some(beginning) = &one.beginning else {
            return Arc::new(rest);
        };
        self.readings.count_kept(beginning.rows);
        if job.unread().is_empty() {
            return Arc::clone(&beginning.reading);
        }
        let context = one.window.first_new - one.window.start;
        Arc::new(beginning.continued(rest, context, &self.weights.shape))
    }

    /// Adds the reading of a window to the scores of its text; `new` are the tokens behind its
    /// context.
    fn add_window(
        &self,
        window: Window,
        new: &[Token],
        reading: &Reading,
        scores: &mut TokenScores,
    ) {
        if new.is_empty() {
            return;
        }
        let predictions = reading.predictions.iter().cloned();
        scores.tokens.extend(token_scores(new, predictions));
        let width = self.weights.shape.width;
        let states = &mut scores.states;
        states.width = width;
        states.layers.resize(reading.states.len(), Vec::new());
        // A token's own state stands in the row after the one that predicted it.
        let first = (window.first_new - window.start + 1) * width;
        for (into, from) in states.layers.iter_mut().zip(&reading.states) {
            into.extend_from_slice(&from[first..]);
        }
    }

    /// Reads one text part by part: see [`crate::LanguageModel::read_in_parts`].
    pub(super) fn read_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores) -> Result<(), LmError>,
    ) -> Result<(), LmError> {
        self.check_layers(options.layers)?;
        let tokens = [self.tokenize(text)?];
        let all = windows(tokens[0].len(), self.window);
        for windows in all.chunks(WINDOWS_IN_PART) {
            let unknown = |window: &Window| TextWindow {
                text: 0,
                window: *window,
                key: None,
                beginning: None,
            };
            let part: Vec<TextWindow> = windows.iter().map(unknown).collect();
            let jobs = part.iter();
            let jobs = jobs.map(|one| self.window_job(one, &tokens[0], options, false));
            let jobs: Vec<Job<'_>> = jobs.collect();
            let mut scores = TokenScores::default();
            let all_jobs: Vec<&Job<'_>> = jobs.iter().collect();
            self.run_jobs(&all_jobs, &tokens, options, &mut |number, reading| {
                let new = jobs[number].new_tokens(&tokens);
                self.add_window(part[number].window, new, &reading, &mut scores);
            })?;
            take(scores)?;
        }
        Ok(())
    }
}
