//! The prose of HTML.
//!
//! In: bytes of the source that are HTML. Out: their text, block by block, white space
//! as a browser shows it. `html5gum` finds tags and comments as the standard of HTML
//! does, with their places; what lies between them is text.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Span, StartTag, Token, Tokenizer};

use super::Builder;

/// Elements that stand in the middle of a sentence; any other one ends it.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "data", "del", "dfn", "em", "font",
    "i", "img", "ins", "label", "mark", "meter", "output", "q", "ruby", "s", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "wbr",
];

/// Elements in the middle of a sentence whose text is no prose.
const CODE: &[&str] = &["code", "kbd", "samp", "var"];

/// Elements whose text is set off from that around it: quotations, titles, foreign words.
const SET_OFF: &[&str] = &["blockquote", "cite", "dfn", "em", "i", "q"];

/// Elements of which a reader reads nothing, or nothing that is prose.
const SKIPPED: &[&str] = &[
    "applet", "audio", "button", "canvas", "datalist", "embed", "head", "iframe", "math", "nav",
    "noembed", "noframes", "noscript", "object", "pre", "progress", "rp", "rt", "script", "select",
    "style", "svg", "template", "textarea", "title", "video", "xmp",
];

/// Elements that have no end.
const VOID: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Elements within each other that are kept track of; deeper ones are read as if they
/// were not there.
const MAX_DEPTH: usize = 1_000;

/// What becomes of the text in an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Treatment {
    /// It is not prose.
    Skipped,
    /// It is there, but not to be judged.
    Excluded,
    /// It is judged, and set off from the text around it.
    SetOff,
}

/// An element that changes what becomes of its text.
struct OpenElement {
    name: Vec<u8>,
    treatment: Treatment,
    /// How many of its name are open, itself included.
    depth: usize,
}

/// HTML read piece by piece: in Markdown, text stands between the pieces.
#[derive(Default)]
pub(super) struct Html {
    open: Vec<OpenElement>,
    /// How many of the open elements treat their text in each way, and have each name: no
    /// text and no tag walks through all that are open.
    treatments: HashMap<Treatment, usize>,
    names: HashMap<Vec<u8>, usize>,
}

/// Adds all prose of the builder's source.
pub(super) fn extract(builder: &mut Builder<'_>) {
    let whole = 0..builder.source.len();
    Html::default().read(builder, whole);
}

impl Html {
    /// Whether text that stands here is no prose.
    pub(super) fn skips(&self) -> bool {
        self.treats(Treatment::Skipped)
    }

    /// Whether text that stands here is not to be judged.
    pub(super) fn excludes(&self) -> bool {
        self.treats(Treatment::Excluded)
    }

    /// Whether text that stands here is set off from the text around it.
    pub(super) fn sets_off(&self) -> bool {
        self.treats(Treatment::SetOff)
    }

    fn treats(&self, treatment: Treatment) -> bool {
        self.treatments
            .get(&treatment)
            .is_some_and(|&open| open > 0)
    }

    fn push(&mut self, name: &[u8], treatment: Treatment) {
        *self.treatments.entry(treatment).or_default() += 1;
        *self.names.entry(name.to_owned()).or_default() += 1;
        self.open.push(OpenElement {
            name: name.to_owned(),
            treatment,
            depth: 1,
        });
    }

    fn pop(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if let Some(count) = self.treatments.get_mut(&open.treatment) {
            *count -= 1;
        }
        if let Entry::Occupied(mut count) = self.names.entry(open.name) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }

    /// Reads bytes of the source.
    pub(super) fn read(&mut self, builder: &mut Builder<'_>, bytes: Range<usize>) {
        let source = builder.source;
        let Some(html) = source.get(bytes.clone()) else {
            return;
        };
        let mut emitter = DefaultEmitter::<usize>::new_with_span();
        emitter.naively_switch_states(true);
        let place = |span: Span<usize>| {
            let start = (bytes.start + span.start).min(bytes.end);
            start..(bytes.start + span.end).clamp(start, bytes.end)
        };
        let mut done = bytes.start;
        // Whether text was read since the last tag: what the end cuts off is none.
        let mut is_text = false;
        for token in Tokenizer::new_with_emitter(html, emitter) {
            let Ok(token) = token;
            let at = match &token {
                Token::StartTag(tag) => place(tag.span),
                Token::EndTag(tag) => place(tag.span),
                Token::Comment(comment) => place(comment.span),
                Token::Doctype(doctype) => place(doctype.span),
                Token::String(_) => {
                    is_text = true;
                    continue;
                }
                Token::Error(_) => continue,
            };
            self.text(builder, done..at.start.max(done));
            done = at.end.max(done);
            is_text = false;
            match token {
                Token::StartTag(tag) => self.start(builder, &tag, at.end),
                Token::EndTag(tag) => self.end(builder, &tag.name),
                Token::Comment(_) => builder.comment(at),
                _ => {}
            }
        }
        if is_text {
            let rest = source.get(done..bytes.end).unwrap_or_default();
            let cut = cut_tag(rest).map_or(bytes.end, |cut| done + cut);
            self.text(builder, done..cut);
        }
    }

    /// A tag that ends at byte `end` of the source.
    fn start(&mut self, builder: &mut Builder<'_>, tag: &StartTag<usize>, end: usize) {
        let name: &[u8] = &tag.name;
        if name == b"body" {
            // The end of the head may be left out.
            self.close(b"head");
        }
        if name == b"br" {
            if !self.skips() && !builder.text.is_empty() {
                builder.meant(end..end, "\n");
            }
            return;
        }
        if !is_in(name, INLINE) && !is_in(name, CODE) {
            builder.block();
        }
        if tag.self_closing || is_in(name, VOID) {
            return;
        }
        if let Some(open) = self.open.last_mut().filter(|open| open.name == name) {
            open.depth += 1;
            return;
        }
        let language = tag.attributes.get(b"lang".as_slice());
        let foreign = language.is_some_and(|value| {
            let value: &[u8] = value;
            !value.is_empty() && !value.to_ascii_lowercase().starts_with(b"en")
        });
        // That of the whole document is a default that nobody looked at.
        let foreign = foreign && name != b"html" && name != b"body";
        let treatment = if is_in(name, SKIPPED) {
            Treatment::Skipped
        } else if is_in(name, CODE) || foreign {
            Treatment::Excluded
        } else if is_in(name, SET_OFF) {
            Treatment::SetOff
        } else {
            return;
        };
        if self.open.len() < MAX_DEPTH {
            self.push(name, treatment);
        }
    }

    fn end(&mut self, builder: &mut Builder<'_>, name: &[u8]) {
        if !is_in(name, INLINE) && !is_in(name, CODE) {
            builder.block();
        }
        self.close(name);
    }

    /// Closes the last open element of this name, if there is one. What is open within it
    /// ends with it.
    fn close(&mut self, name: &[u8]) {
        if !self.names.contains_key(name) {
            return;
        }
        while let Some(open) = self.open.last_mut() {
            if open.name == name {
                open.depth -= 1;
                if open.depth == 0 {
                    self.pop();
                }
                return;
            }
            self.pop();
        }
    }

    /// Text between tags.
    fn text(&self, builder: &mut Builder<'_>, bytes: Range<usize>) {
        if self.skips() || bytes.is_empty() {
            return;
        }
        if self.excludes() {
            builder.exclude(bytes.clone());
        }
        if self.sets_off() {
            builder.set_off(bytes.clone());
        }
        let source = builder.source;
        let mut at = bytes.start;
        while at < bytes.end {
            let rest = &source[at..bytes.end];
            let word = rest.find(|c: char| c == '&' || is_space(c));
            let word = word.unwrap_or(rest.len());
            if word > 0 {
                builder.verbatim(at..at + word);
                at += word;
                continue;
            }
            if rest.starts_with('&') {
                if is_cut_reference(&source[at..]) {
                    // Of the name of a character no reader sees a part.
                    builder.exclude(at..bytes.end);
                    builder.verbatim(at..bytes.end);
                    return;
                }
                let (length, meant) = reference(rest);
                builder.meant(at..at + length, &meant);
                at += length;
                continue;
            }
            let space = rest.find(|c: char| !is_space(c)).unwrap_or(rest.len());
            builder.space(at..at + space);
            at += space;
        }
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{feff}')
}

fn is_in(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|other| other.as_bytes() == name)
}

/// Where a tag begins that the end of `text` cuts off, if there is one. Tags that are whole do
/// not stand in the text.
fn cut_tag(text: &str) -> Option<usize> {
    let begins = |at: usize| {
        let rest = &text.as_bytes()[at + 1..];
        match rest.strip_prefix(b"/").unwrap_or(rest).first() {
            Some(next) => next.is_ascii_alphabetic(),
            None => true,
        }
    };
    let mut signs = text.match_indices('<').map(|(at, _)| at);
    signs.find(|&at| begins(at))
}

/// Whether a text that begins with `&` and goes on to the end of the source is the name of a
/// character that the end cuts off.
fn is_cut_reference(text: &str) -> bool {
    let name = &text[1..];
    !name.is_empty()
        && text.len() < MAX_REFERENCE
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'#')
        && (name.starts_with('#') || (name.len() > 1 && reference(text).0 == 1))
}

/// The longest name of a character in HTML, with the signs around it.
const MAX_REFERENCE: usize = 33;

/// What a text beginning with `&` has there: how many bytes stand for what.
fn reference(text: &str) -> (usize, String) {
    let name = text[1..].find(|c: char| !c.is_ascii_alphanumeric() && c != '#');
    let length = 1 + name.unwrap_or(text.len() - 1);
    let closed = usize::from(text[length..].starts_with(';'));
    let length = length + closed;
    if length <= MAX_REFERENCE {
        let written = &text[..length];
        let mut meant = String::new();
        for token in Tokenizer::new(written) {
            let Ok(token) = token;
            if let Token::String(decoded) = token {
                meant += &String::from_utf8_lossy(&decoded.value);
            }
        }
        if meant != written {
            return (length, meant);
        }
    }
    (1, "&".to_owned())
}
