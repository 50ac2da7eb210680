//! Prose out of Markdown and HTML.
//!
//! In: a marked-up source. Out: [`Prose`], what a reader reads of it, with the parts that
//! are not to be judged: code, and what a comment or a `lang` attribute takes out. Links'
//! addresses, attributes, front matter and the markup itself are not in it at all. Nothing
//! is judged here.
//!
//! Comments that take text out, in both: `<!-- mtlint-disable -->` up to
//! `<!-- mtlint-enable -->` or the end, and `<!-- mtlint-disable-next-line -->`.

mod html;
mod markdown;

use std::ops::Range;
use std::path::Path;

use super::prose::{Prose, Run, joined};

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

/// The prose of `source`, which is marked up as `markup`.
pub(super) fn prose(source: &str, markup: Markup) -> Prose {
    let mut builder = Builder::new(source);
    match markup {
        Markup::Markdown => markdown::extract(&mut builder),
        Markup::Html => html::extract(&mut builder),
    }
    builder.finish()
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

    fn finish(mut self) -> Prose {
        if let Some(from) = self.disabled_from.take() {
            self.exclude(from..self.source.len());
        }
        Prose {
            text: self.text,
            runs: self.runs,
            excluded: joined(self.excluded),
            set_off: joined(self.set_off),
        }
    }
}

#[cfg(test)]
mod tests;
