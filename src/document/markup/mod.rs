//! Prose out of Markdown and HTML.
//!
//! In: a marked-up source. Out: [`Prose`], what a reader reads of it as plain text, with
//! the way back from each of its bytes to the source, and the parts that are not to be
//! judged: code, and what a comment or a `lang` attribute takes out. Links' addresses,
//! attributes, front matter and the markup itself are not in it at all. Nothing is
//! judged here.
//!
//! Comments that take text out, in both: `<!-- mtlint-disable -->` up to
//! `<!-- mtlint-enable -->` or the end, and `<!-- mtlint-disable-next-line -->`.

mod html;
mod markdown;

use std::ops::Range;
use std::path::Path;

use crate::span::Span;

/// The markup language of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    /// CommonMark with the usual extensions; it may hold HTML.
    Markdown,
    /// HTML, a whole page or a part of one.
    Html,
}

impl Markup {
    /// The markup language of a file, by the ending of its name; `None` for plain text.
    pub fn of(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        match ending.as_str() {
            "md" | "markdown" | "mdown" | "mkd" => Some(Self::Markdown),
            "html" | "htm" | "xhtml" => Some(Self::Html),
            _ => None,
        }
    }

    /// The name of the markup language, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// `text` with its special characters escaped, so that it reads the same within this
    /// markup.
    pub fn escaped(self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            match (self, character) {
                (_, '<') => out += "&lt;",
                (_, '&') => out += "&amp;",
                (Self::Html, '>') => out += "&gt;",
                (Self::Markdown, '\\' | '`' | '*' | '_' | '[' | ']') => {
                    out.push('\\');
                    out.push(character);
                }
                _ => out.push(character),
            }
        }
        out
    }
}

/// What a reader reads of a marked-up source: its plain text, with the way back to the
/// source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prose {
    markup: Markup,
    text: String,
    /// Where it comes from, in order; what lies between are breaks.
    runs: Vec<Run>,
    /// Bytes of the source that are not judged, in order, none touching another.
    excluded: Vec<Range<usize>>,
    /// Bytes of the source that are set off from the text around them, in order, none
    /// touching another.
    set_off: Vec<Range<usize>>,
}

/// A stretch of prose with its bytes of the source.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    prose: Range<usize>,
    source: Range<usize>,
    /// Whether the two are the same, byte for byte.
    verbatim: bool,
}

impl Prose {
    /// The prose of `source`, which is marked up as `markup`.
    pub fn of(source: &str, markup: Markup) -> Self {
        let mut builder = Builder::new(source);
        match markup {
            Markup::Markdown => markdown::extract(&mut builder),
            Markup::Html => html::extract(&mut builder),
        }
        builder.finish(markup)
    }

    /// The prose as plain text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The markup language of the source.
    pub fn markup(&self) -> Markup {
        self.markup
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
fn joined(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
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

/// Prose on its way.
struct Builder<'a> {
    source: &'a str,
    text: String,
    runs: Vec<Run>,
    excluded: Vec<Range<usize>>,
    set_off: Vec<Range<usize>>,
    /// Where a comment has begun to take text out.
    disabled_from: Option<usize>,
    /// The last bytes in which a line end was looked for, up to that line end.
    line: Range<usize>,
}

impl<'a> Builder<'a> {
    fn new(source: &'a str) -> Self {
        Self {
            source,
            text: String::new(),
            runs: Vec::new(),
            excluded: Vec::new(),
            set_off: Vec::new(),
            disabled_from: None,
            line: 0..0,
        }
    }

    /// Begins a new paragraph.
    fn block(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            let kept = self.text.trim_end_matches([' ', '\n']).len();
            // A break is nobody's; what ends in white space no longer does.
            while let Some(last) = self.runs.last_mut().filter(|run| run.prose.end > kept) {
                if last.prose.start >= kept {
                    self.runs.pop();
                    continue;
                }
                if last.verbatim {
                    last.source.end -= last.prose.end - kept;
                }
                last.prose.end = kept;
            }
            self.text.truncate(kept);
            self.text += "\n\n";
        }
    }

    /// Adds bytes of the source as they stand.
    fn verbatim(&mut self, source: Range<usize>) {
        let Some(text) = self
            .source
            .get(source.clone())
            .filter(|text| !text.is_empty())
        else {
            return;
        };
        let start = self.text.len();
        self.text += text;
        match self.runs.last_mut() {
            Some(last)
                if last.verbatim && last.source.end == source.start && last.prose.end == start =>
            {
                last.source.end = source.end;
                last.prose.end = self.text.len();
            }
            _ => self.runs.push(Run {
                prose: start..self.text.len(),
                source,
                verbatim: true,
            }),
        }
    }

    /// Adds what bytes of the source stand for.
    fn meant(&mut self, source: Range<usize>, text: &str) {
        if self.source.get(source.clone()) == Some(text) {
            self.verbatim(source);
            return;
        }
        let start = self.text.len();
        self.text += text;
        if !text.is_empty() {
            self.runs.push(Run {
                prose: start..self.text.len(),
                source,
                verbatim: false,
            });
        }
    }

    /// Adds white space, of which one space is seen.
    fn space(&mut self, source: Range<usize>) {
        if !self.text.is_empty() && !self.text.ends_with([' ', '\n']) {
            self.meant(source, " ");
        }
    }

    /// Takes bytes of the source out of what is judged.
    fn exclude(&mut self, source: Range<usize>) {
        if !source.is_empty() {
            self.excluded.push(source);
        }
    }

    /// Says that bytes of the source are set off from the text around them.
    fn set_off(&mut self, source: Range<usize>) {
        if !source.is_empty() {
            self.set_off.push(source);
        }
    }

    /// What a comment says to mtlint; `comment` is its bytes, the signs around it too.
    fn comment(&mut self, comment: Range<usize>) {
        let words = self.source.get(comment.clone()).unwrap_or_default();
        let words = words.trim_start_matches("<!--").trim_end_matches("-->");
        match words.trim() {
            "mtlint-disable" => {
                self.disabled_from.get_or_insert(comment.end);
            }
            "mtlint-enable" => {
                if let Some(from) = self.disabled_from.take() {
                    self.exclude(from..comment.start);
                }
            }
            // Of several on one line the first has said it.
            "mtlint-disable-next-line" if !self.line.contains(&comment.end) => {
                self.line = comment.end..self.line_end(comment.end);
                let next = self.line.end;
                self.exclude(next..self.line_end(next));
            }
            _ => {}
        }
    }

    /// Where the line ends in which `place` stands, its line break included.
    fn line_end(&self, place: usize) -> usize {
        let rest = self.source.get(place..).unwrap_or_default();
        rest.find('\n')
            .map_or(self.source.len(), |end| place + end + 1)
    }

    fn finish(mut self, markup: Markup) -> Prose {
        if let Some(from) = self.disabled_from.take() {
            self.exclude(from..self.source.len());
        }
        Prose {
            markup,
            text: self.text,
            runs: self.runs,
            excluded: joined(self.excluded),
            set_off: joined(self.set_off),
        }
    }
}

#[cfg(test)]
mod tests;
