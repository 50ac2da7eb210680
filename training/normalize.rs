//! One typography for every class of training text, so that the detector
//! learns garble and not who typed the quotation marks.
//!
//! In: a text with spans. Out: the same with plain quotes, dashes and spaces
//! and no entities, the spans moved along. [`typographic`] then gives half of
//! all texts, whatever their class, the marks of a typesetter.

use mtlint::span::{Doc, Span};

/// Entities that tokenizers and web pages leave behind.
const ENTITIES: [(&str, &str); 6] = [
    ("&quot;", "\""),
    ("&apos;", "'"),
    ("&#39;", "'"),
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
];

/// A text under construction that knows where each byte of the original went.
struct SpanTracker {
    text: String,
    /// For each byte of the original, and its end, the place in `text`.
    place: Vec<usize>,
}

impl SpanTracker {
    fn new(length: usize) -> Self {
        Self {
            text: String::new(),
            place: Vec::with_capacity(length + 1),
        }
    }

    /// `bytes` of the original became `text`.
    fn push(&mut self, bytes: usize, text: &str) {
        self.place
            .extend(std::iter::repeat_n(self.text.len(), bytes));
        self.text.push_str(text);
    }

    fn finish(mut self, spans: &[Span<Doc>]) -> (String, Vec<Span<Doc>>) {
        self.place.push(self.text.len());
        let spans = spans
            .iter()
            .map(|span| Span::new(self.place[span.start()], self.place[span.end()]));
        let spans = spans.collect();
        (self.text, spans)
    }
}

/// Plain quotes, hyphens for dashes, single spaces, none before a closing mark.
/// Paragraphs stay apart.
pub fn normalize(text: &str, spans: &[Span<Doc>]) -> (String, Vec<Span<Doc>>) {
    let mut out = SpanTracker::new(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (bytes, plain): (usize, &str) = if let Some((entity, plain)) =
            ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity))
        {
            (entity.len(), plain)
        } else if character.is_whitespace() {
            let after = rest.trim_start();
            let white = &rest[..rest.len() - after.len()];
            let closes = after.starts_with([',', '.', ';', ':', '!', '?', '%', ')', ']']);
            let plain = if after.is_empty() || out.text.is_empty() {
                ""
            } else if white.matches('\n').count() > 1 {
                "\n\n"
            } else if closes || out.text.ends_with(['(', '[']) {
                ""
            } else {
                " "
            };
            (white.len(), plain)
        } else if rest.starts_with("--") {
            let dashes = rest.len() - rest.trim_start_matches('-').len();
            (dashes, "-")
        } else if rest.starts_with("''") || rest.starts_with("``") {
            (2, "\"")
        } else {
            let length = character.len_utf8();
            let plain = match character {
                '“' | '”' | '„' | '«' | '»' | '″' => "\"",
                '‘' | '’' | '‚' | '`' | '´' | '′' => "'",
                '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' => "-",
                '…' => "...",
                _ => &rest[..length],
            };
            (length, plain)
        };
        out.push(bytes, plain);
        rest = &rest[bytes..];
    }
    out.finish(spans)
}

/// The text with typographic quotes, apostrophes and dashes.
pub fn typographic(text: &str, spans: &[Span<Doc>]) -> (String, Vec<Span<Doc>>) {
    let mut out = SpanTracker::new(text.len());
    let mut open = false;
    for (at, character) in text.char_indices() {
        let length = character.len_utf8();
        let spaced = text[..at].ends_with(' ') && text[at + length..].starts_with(' ');
        let mark = match character {
            '\'' => "’",
            '"' => {
                open = !open;
                if open { "“" } else { "”" }
            }
            '-' if spaced => "–",
            _ => &text[at..at + length],
        };
        out.push(length, mark);
    }
    out.finish(spans)
}
