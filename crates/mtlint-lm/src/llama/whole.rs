//! Reads whole texts, in windows.
//!
//! In: texts. Out: the scores of their tokens, all at once or, of a long text, part by part, and
//! on request the keys and values with which the model reads on. The batches themselves are run
//! in [`super`].

use super::continuations::{CachedText, CachedWindow};
use super::{Job, Llama};
use crate::tokenizer::Token;
use crate::windows::{Window, windows};
use crate::{KvCache, LmError, ReadOptions, TokenScores};

/// The number of windows of a long text that are read together when it is read in parts.
const WINDOWS_IN_PART: usize = 4;

impl Llama {
    fn check_layers(&self, layers: &[usize]) -> Result<(), LmError> {
        let last = self.weights.shape.blocks;
        match layers.iter().find(|layer| **layer > last) {
            Some(&asked) => Err(LmError::NoSuchLayer { asked, last }),
            None => Ok(()),
        }
    }

    /// The job that reads a window of text number `text`.
    fn window_job(
        &self,
        text: usize,
        tokens: &[Token],
        window: Window,
        options: ReadOptions<'_>,
    ) -> Job<'static> {
        Job {
            text,
            window,
            ids: self.input(tokens, window, !options.layers.is_empty()),
            prefix: None,
            keep: false,
        }
    }

    /// Reads whole texts, and keeps the keys and values of those of at most `keep` tokens.
    pub(super) fn read_whole(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
        keep: usize,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        self.check_layers(options.layers)?;
        let tokens = texts
            .iter()
            .map(|text| self.tokenize(text))
            .collect::<Result<Vec<_>, _>>()?;
        let mut jobs = Vec::new();
        for (text, tokens) in tokens.iter().enumerate() {
            let windows = windows(tokens.len(), self.window).into_iter();
            jobs.extend(windows.map(|window| Job {
                keep: tokens.len() <= keep,
                ..self.window_job(text, tokens, window, options)
            }));
        }
        let mut scores_of_texts = vec![TokenScores::default(); texts.len()];
        let mut caches = self
            .run_jobs(&jobs, &tokens, options, &mut scores_of_texts)?
            .into_iter();
        let mut jobs = jobs.into_iter().filter(|job| job.keep).peekable();
        let read = scores_of_texts.into_iter().zip(tokens).enumerate();
        let read = read.map(|(text, (scores, tokens))| {
            let mut windows = Vec::new();
            while let Some(job) = jobs.next_if(|job| job.text == text) {
                windows.extend(caches.next().map(|keys_and_values| CachedWindow {
                    start: job.window.start,
                    ids: job.ids,
                    keys_and_values,
                }));
            }
            let any = !windows.is_empty();
            let cache = CachedText {
                length: texts[text].len(),
                tokens,
                windows,
            };
            (scores, any.then(|| KvCache::new(cache)))
        });
        Ok(read.collect())
    }

    /// Reads one text part by part: see [`crate::LanguageModel::read_in_parts`].
    pub(super) fn read_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores),
    ) -> Result<(), LmError> {
        self.check_layers(options.layers)?;
        let tokens = [self.tokenize(text)?];
        let all = windows(tokens[0].len(), self.window);
        for windows in all.chunks(WINDOWS_IN_PART) {
            let jobs = windows.iter();
            let jobs = jobs.map(|window| self.window_job(0, &tokens[0], *window, options));
            let mut scores = [TokenScores::default()];
            self.run_jobs(&jobs.collect::<Vec<_>>(), &tokens, options, &mut scores)?;
            let [scores] = scores;
            take(scores);
        }
        Ok(())
    }
}
