//! What a reader reads of a source, with the way back.
//!
//! In: runs of text, each with its bytes of the source, and edits of the whole. Out:
//! [`Prose`]: a text, and for each span of it the bytes of the source that it stands for.
//! What the text is made of is decided elsewhere: see `markup` and `forms`.

use std::borrow::Cow;
use std::ops::Range;

use super::forms;
use super::markup::{self, Markup};
use crate::span::Span;

/// What a reader reads of a source: its plain text, with the way back to the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    pub(super) text: String,
    /// Where it comes from, in order; what lies between are breaks.
    pub(super) runs: Vec<Run>,
    /// Bytes of the source that are not judged, in order, none touching another.
    pub(super) excluded: Vec<Range<usize>>,
    /// Bytes of the source that are set off from the text around them, in order, none
    /// touching another.
    pub(super) set_off: Vec<Range<usize>>,
}

/// A stretch of prose with its bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub prose: Range<usize>,
    pub source: Range<usize>,
    /// Whether the two are the same, byte for byte.
    pub verbatim: bool,
}

impl Run {
    /// The part of the run that lies in `range` of the prose, moved to where that range begins
    /// at byte `at`; `None` where they share nothing. What is no copy of the source is not
    /// cut.
    fn part(&self, range: &Range<usize>, at: usize) -> Option<Self> {
        let start = self.prose.start.max(range.start);
        let end = self.prose.end.min(range.end);
        let source = if self.verbatim {
            let shift = self.source.start;
            shift + start.saturating_sub(self.prose.start)
                ..shift + end.saturating_sub(self.prose.start)
        } else {
            self.source.clone()
        };
        (start < end).then(|| Self {
            prose: at + start - range.start..at + end - range.start,
            source,
            verbatim: self.verbatim,
        })
    }
}

/// Bytes of a text, and what is read in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub text: Cow<'static, str>,
}

impl Edit {
    pub(super) fn new(range: Range<usize>, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            range,
            text: text.into(),
        }
    }
}

impl Prose {
    /// What a reader reads of `source`, which is marked up as `markup`, or plain text if `None`;
    /// `None` where that is the source as it stands.
    pub fn of(source: &str, markup: Option<Markup>) -> Option<Self> {
        let prose = markup.map(|markup| markup::prose(source, markup));
        forms::read(source, prose)
    }

    /// A plain text, which is read as it stands.
    pub(super) fn verbatim(source: &str) -> Self {
        Self {
            text: source.to_owned(),
            runs: vec![Run {
                prose: 0..source.len(),
                source: 0..source.len(),
                verbatim: true,
            }],
            excluded: Vec::new(),
            set_off: Vec::new(),
        }
    }

    /// This prose with `edits` made in its text, which are in order and do not overlap. What
    /// is put in stands for the bytes of the source that were replaced.
    pub(super) fn edited(self, edits: &[Edit]) -> Self {
        let mut text = String::with_capacity(self.text.len());
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + 2 * edits.len());
        let mut kept = 0;
        let mut first = 0;
        let last = Edit::new(self.text.len()..self.text.len(), "");
        for edit in edits.iter().chain([&last]) {
            let stays = kept..edit.range.start;
            let shift = text.len();
            while let Some(run) = self
                .runs
                .get(first)
                .filter(|run| run.prose.start < stays.end)
            {
                runs.extend(run.part(&stays, shift));
                if run.prose.end > stays.end {
                    break;
                }
                first += 1;
            }
            text += &self.text[stays];
            let mut replaced = self.runs[first..]
                .iter()
                .take_while(|run| run.prose.start < edit.range.end)
                .filter_map(|run| run.part(&edit.range, 0));
            if let Some(begins) = replaced.next()
                && !edit.text.is_empty()
            {
                let ends = replaced
                    .last()
                    .map_or(begins.source.end, |run| run.source.end);
                runs.push(Run {
                    prose: text.len()..text.len() + edit.text.len(),
                    source: begins.source.start..ends.max(begins.source.start),
                    verbatim: false,
                });
            }
            text += &edit.text;
            kept = edit.range.end;
            while self
                .runs
                .get(first)
                .is_some_and(|run| run.prose.end <= kept)
            {
                first += 1;
            }
        }
        Self { text, runs, ..self }
    }

    /// The prose as plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The bytes of the source that a span of the prose stands for, from its first
    /// character's to its last one's.
    pub fn source<T>(&self, span: Span<T>) -> Span<T> {
        let start = self.place(span.start(), |run| run.prose.end > span.start());
        if span.is_empty() {
            return Span::new(start, start);
        }
        let end = match self.run_before(span.end()) {
            Some(run) if run.verbatim && span.end() <= run.prose.end => {
                run.source.start + (span.end() - run.prose.start)
            }
            Some(run) => run.source.end,
            None => start,
        };
        Span::new(start, end.max(start))
    }

    /// The prose that stands for bytes of the source: the way back from [`Self::source`].
    pub fn of_source<T>(&self, span: Span<T>) -> Span<T> {
        let after = |at: usize| self.runs.partition_point(|run| run.source.end <= at);
        let place = |run: &Run, at: usize, otherwise: usize| {
            if run.verbatim {
                run.prose.start + at.saturating_sub(run.source.start).min(run.prose.len())
            } else {
                otherwise
            }
        };
        let start = match self.runs.get(after(span.start())) {
            Some(run) => place(run, span.start(), run.prose.start),
            None => self.text.len(),
        };
        let before = self
            .runs
            .partition_point(|run| run.source.start < span.end());
        let end = match before.checked_sub(1).and_then(|index| self.runs.get(index)) {
            Some(run) => place(run, span.end(), run.prose.end),
            None => start,
        };
        Span::new(start, end.max(start))
    }

    /// Whether the bytes of the source under a span of the prose are its text and
    /// nothing else.
    pub fn is_verbatim<T>(&self, span: Span<T>, source: &str) -> bool {
        self.source(span).slice(source) == span.slice(&self.text)
    }

    /// Whether a span of the prose holds something that is not to be judged.
    pub fn excludes<T>(&self, span: Span<T>) -> bool {
        touches(&self.excluded, self.source(span))
    }

    /// Whether a span of the prose holds something that is set off from the text around it:
    /// in italics, as a quotation or as a title.
    pub fn sets_off<T>(&self, span: Span<T>) -> bool {
        touches(&self.set_off, self.source(span))
    }

    /// Whether nothing of a span of the prose is to be judged.
    pub fn excludes_all<T>(&self, span: Span<T>) -> bool {
        let source = self.source(span);
        let after = self
            .excluded
            .partition_point(|excluded| excluded.end < source.end());
        let next = self.excluded.get(after);
        next.is_some_and(|excluded| excluded.start <= source.start())
    }

    /// The place in the source of a byte of the prose, by the first run that `is_there`.
    fn place(&self, at: usize, is_there: impl Fn(&Run) -> bool) -> usize {
        let index = self.runs.partition_point(|run| !is_there(run));
        match self.runs.get(index) {
            Some(run) if run.verbatim && run.prose.start <= at => {
                run.source.start + (at - run.prose.start)
            }
            Some(run) => run.source.start,
            None => self.runs.last().map_or(0, |run| run.source.end),
        }
    }

    /// The run that holds the last byte before `end`, or the last one before that.
    fn run_before(&self, end: usize) -> Option<&Run> {
        let index = self.runs.partition_point(|run| run.prose.start < end);
        self.runs.get(index.checked_sub(1)?)
    }
}

/// Whether any of the ranges `all`, in order, holds a byte of `source`.
fn touches<T>(all: &[Range<usize>], source: Span<T>) -> bool {
    let after = all.partition_point(|one| one.end <= source.start());
    let next = all.get(after);
    next.is_some_and(|one| one.start < source.end().max(source.start() + 1))
}

/// Ranges in order, those joined that touch.
pub(super) fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for next in ranges {
        match joined.last_mut() {
            Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
            _ => joined.push(next),
        }
    }
    joined
}
