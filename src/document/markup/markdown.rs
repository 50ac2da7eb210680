//! The prose of Markdown.
//!
//! In: a source. Out: its text, block by block. `pulldown-cmark` says what is text, with
//! the places; HTML in it is read as HTML.

use std::ops::Range;

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd};

use super::Builder;
use super::html::Html;

/// Adds all prose of the builder's source.
pub(super) fn extract(builder: &mut Builder<'_>) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS
        | Options::ENABLE_MATH
        | Options::ENABLE_DEFINITION_LIST;
    let source = builder.source;
    let mut reader = Reader {
        builder,
        html: Html::default(),
        skipped: 0,
        addresses: 0,
        set_off: 0,
        html_block: 0..0,
        cut: cut_tag(source),
    };
    for (event, bytes) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(event, bytes);
    }
    reader.read_html();
}

/// Where a tag begins that the end of `source` cuts off, or else the end. Markdown takes it for
/// text, which it may be: `<` before a letter, and behind it an attribute.
fn cut_tag(source: &str) -> usize {
    let paragraph = source.rfind("\n\n").map_or(0, |end| end + 2);
    let tag = source[paragraph..].rfind('<').map(|at| paragraph + at);
    let is_cut = |&at: &usize| {
        let rest = &source[at + 1..];
        rest.starts_with(|c: char| c.is_ascii_alphabetic())
            && rest.contains('=')
            && !rest.contains('>')
    };
    tag.filter(is_cut).unwrap_or(source.len())
}

struct Reader<'a, 's> {
    builder: &'a mut Builder<'s>,
    html: Html,
    /// Open parts without prose.
    skipped: usize,
    /// Open links whose text is their address.
    addresses: usize,
    /// Open parts that are set off: emphasis and quotations.
    set_off: usize,
    /// Lines of HTML that are still to be read: a tag may go over several.
    html_block: Range<usize>,
    /// Where a tag begins that the end cuts off.
    cut: usize,
}

impl Reader<'_, '_> {
    fn event(&mut self, event: Event<'_>, bytes: Range<usize>) {
        if !matches!(event, Event::Html(_)) || bytes.start != self.html_block.end {
            self.read_html();
        }
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(bytes, &text, self.addresses > 0),
            // It stays where it is in its sentence, unjudged.
            Event::Code(text) | Event::InlineMath(text) => {
                // Without the signs around it, where it stands as it is.
                let inner = self.builder.source.get(bytes.clone());
                let inner = inner.and_then(|inner| inner.find(&*text));
                let bytes = match inner {
                    Some(at) => bytes.start + at..bytes.start + at + text.len(),
                    None => bytes,
                };
                self.text(bytes, &text, true);
            }
            Event::SoftBreak => self.space(bytes, " "),
            Event::HardBreak => self.space(bytes, "\n"),
            Event::Html(_) if self.skipped == 0 => {
                if self.html_block.is_empty() {
                    self.html_block.start = bytes.start;
                }
                self.html_block.end = bytes.end;
            }
            Event::InlineHtml(_) if self.skipped == 0 => self.html.read(self.builder, bytes),
            Event::Rule => self.builder.block(),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }

    /// Reads the lines of HTML that have come together.
    fn read_html(&mut self) {
        let lines = std::mem::take(&mut self.html_block);
        if !lines.is_empty() {
            self.html.read(self.builder, lines);
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Link {
                link_type: LinkType::Autolink | LinkType::Email,
                ..
            } => self.addresses += 1,
            Tag::CodeBlock(_) | Tag::MetadataBlock(_) => {
                self.builder.block();
                self.skipped += 1;
            }
            Tag::Image { .. } => self.skipped += 1,
            Tag::Emphasis => self.set_off += 1,
            Tag::BlockQuote(_) => {
                self.builder.block();
                self.set_off += 1;
            }
            Tag::Strong | Tag::Strikethrough | Tag::Link { .. } => {}
            Tag::Superscript | Tag::Subscript => {}
            _ => self.builder.block(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Link => self.addresses = self.addresses.saturating_sub(1),
            TagEnd::CodeBlock | TagEnd::MetadataBlock(_) => {
                self.skipped = self.skipped.saturating_sub(1);
            }
            TagEnd::Image => self.skipped = self.skipped.saturating_sub(1),
            TagEnd::Emphasis => self.set_off = self.set_off.saturating_sub(1),
            TagEnd::BlockQuote(_) => {
                self.builder.block();
                self.set_off = self.set_off.saturating_sub(1);
            }
            TagEnd::Strong | TagEnd::Strikethrough => {}
            TagEnd::Superscript | TagEnd::Subscript => {}
            _ => self.builder.block(),
        }
    }

    fn text(&mut self, bytes: Range<usize>, text: &str, excluded: bool) {
        if self.skipped > 0 || self.html.skips() {
            return;
        }
        if bytes.end > self.cut {
            self.builder.exclude(bytes.start.max(self.cut)..bytes.end);
        }
        if excluded || self.html.excludes() {
            self.builder.exclude(bytes.clone());
        }
        if self.set_off > 0 || self.html.sets_off() {
            self.builder.set_off(bytes.clone());
        }
        self.builder.meant(bytes, text);
    }

    fn space(&mut self, bytes: Range<usize>, meant: &str) {
        if self.skipped == 0 && !self.html.skips() {
            self.builder.meant(bytes, meant);
        }
    }
}
