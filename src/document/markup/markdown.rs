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
    };
    for (event, bytes) in Parser::new_ext(source, options).into_offset_iter() {
        reader.event(event, bytes);
    }
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
}

impl Reader<'_, '_> {
    fn event(&mut self, event: Event<'_>, bytes: Range<usize>) {
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
            Event::Html(_) | Event::InlineHtml(_) if self.skipped == 0 => {
                self.html.read(self.builder, bytes);
            }
            Event::Rule => self.builder.block(),
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
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
