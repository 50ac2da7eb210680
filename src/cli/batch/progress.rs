//! How far a batch is: a bar on a terminal, lines elsewhere.
//!
//! In: what was judged. Out: counts on standard error, unless quiet is wanted.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use mtlint::batch::{Judged, Source, Status};

use super::super::output::Streams;

/// How often progress is noted where it cannot be redrawn in place.
const NOTE_EVERY: Duration = Duration::from_secs(10);

/// Counts, and says how far the batch is.
pub struct Progress {
    bar: ProgressBar,
    /// Notes instead of a bar, where none can be drawn.
    notes: bool,
    noted: Instant,
    judged: u64,
    pub failed: u64,
    /// Of all, those whose report was in the state.
    pub kept: u64,
    abstained: u64,
    /// Of all, those that were judged with an article of the pool.
    served: u64,
    copies: u64,
}

impl Progress {
    /// How many documents there will be is known where `whole` texts are judged, not
    /// a part of them.
    pub fn new(sources: &[Source], whole: bool, quiet: bool, streams: &Streams<'_>) -> Self {
        let draw = streams.terminal.progress && !quiet;
        let only_texts = whole
            && sources
                .iter()
                .all(|source| matches!(source, Source::Text(_)));
        let bar = if only_texts {
            ProgressBar::new(sources.len() as u64)
        } else {
            ProgressBar::no_length()
        };
        bar.set_draw_target(if draw {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        });
        let template = if only_texts {
            "{pos}/{len} {wide_bar} {eta} left; {msg}"
        } else {
            "{spinner} {wide_msg} {elapsed}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            notes: !draw && !quiet,
            noted: Instant::now(),
            judged: 0,
            failed: 0,
            kept: 0,
            abstained: 0,
            served: 0,
            copies: 0,
        }
    }

    pub fn count(&mut self, judged: &Judged, stderr: &mut dyn Write) {
        match judged.summary.status {
            Status::Scored => self.judged += 1,
            Status::Abstained => self.abstained += 1,
            Status::Failed => self.failed += 1,
        }
        self.kept += u64::from(judged.kept);
        self.served += u64::from(judged.links.sibling.is_some());
        self.copies += u64::from(judged.links.copy_of.is_some());
        // The message first: each of the two draws.
        self.bar.set_message(self.summary());
        self.bar.inc(1);
        if self.notes && self.noted.elapsed() >= NOTE_EVERY {
            self.noted = Instant::now();
            self.note("so far: ", stderr);
        }
    }

    pub fn summary(&self) -> String {
        let mut words = format!(
            "{} judged, {} not judged, {} failed",
            self.judged, self.abstained, self.failed
        );
        if self.kept > 0 {
            words += &format!("; {} of them known from the state", self.kept);
        }
        if self.served > 0 {
            words += &format!("; {} with a sibling from the pool", self.served);
        }
        if self.copies > 0 {
            words += &format!("; near copies: {}", self.copies);
        }
        words
    }

    fn note(&self, lead: &str, stderr: &mut dyn Write) {
        // That nobody reads progress is no reason to stop.
        let _ = writeln!(stderr, "note: {lead}{}", self.summary());
    }

    pub fn finish(self, stderr: &mut dyn Write) {
        let drawn = !self.bar.is_hidden();
        self.bar.finish_and_clear();
        if self.notes || drawn {
            self.note("", stderr);
        }
    }
}
