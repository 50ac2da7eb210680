//! What a program should have replaced or taken out: placeholders, tags, entities, escapes
//! and the marks of tokenizers.
//!
//! In: a [`Setting`]. Out: a pattern over each, with the character that an entity or an
//! escape stands for. The rules:
//!
//! | form | confidence |
//! |---|---|
//! | a placeholder of a format ("%1$s", "% 1 $ s", "%(name)s", "{$ x}", "{{ name }}") | 0.85 |
//! | a tag of HTML (`< strong>`, `</p>`) | 0.85 |
//! | an entity ("&nbsp;", "& quot ;") | 0.9 |
//! | an escape ("u003c", "\u0027") | 0.9 |
//! | a mark of a tokenizer (`<unk>`, "⁇", "▁", "@-@", "hospi@@ tal") | 0.9 |
//!
//! None where people write about them: in quotation marks or backquotes, in a sentence that
//! says "tag", "placeholder" and the like, and in code.

use super::pattern::{Pattern, PatternKind, Replacement};
use super::setting::{Claim, Setting, certain, checked};
use crate::rating::{Category, Severity};
use crate::span::Span;

/// No placeholder is longer than this, in bytes.
const MAX_BYTES: usize = 48;

/// The tags of running text; one letter counts only in a closing tag.
const TAGS: &[&str] = &[
    "a",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "code",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "u",
    "ul",
];
/// The marks of tokenizers between angle or square brackets.
const TOKENS: &[&str] = &["unk", "pad", "eos", "bos", "mask", "sep", "cls"];
/// Entities, and what they stand for.
const ENTITIES: &[(&str, &str)] = &[
    ("amp", "&"),
    ("apos", "'"),
    ("bull", "•"),
    ("copy", "©"),
    ("deg", "°"),
    ("eacute", "é"),
    ("euro", "€"),
    ("gt", ">"),
    ("hellip", "…"),
    ("laquo", "«"),
    ("ldquo", "“"),
    ("lsquo", "‘"),
    ("lt", "<"),
    ("mdash", "—"),
    ("middot", "·"),
    ("nbsp", " "),
    ("ndash", "–"),
    ("ouml", "ö"),
    ("auml", "ä"),
    ("uuml", "ü"),
    ("pound", "£"),
    ("quot", "\""),
    ("raquo", "»"),
    ("rdquo", "”"),
    ("reg", "®"),
    ("rsquo", "’"),
    ("shy", ""),
    ("szlig", "ß"),
    ("trade", "™"),
];
/// Words of sentences that speak of such forms.
const ABOUT: &[&str] = &[
    "html",
    "xml",
    "tag",
    "tags",
    "entity",
    "entities",
    "placeholder",
    "placeholders",
    "syntax",
    "escape",
    "escaped",
    "escapes",
    "printf",
    "unicode",
    "ascii",
    "encoded",
    "encoding",
    "string",
    "strings",
    "variable",
    "variables",
    "template",
    "templates",
    "token",
    "tokens",
    "tokenizer",
    "character",
    "characters",
    "code",
    "codes",
    "markup",
    "latex",
    "format",
    "element",
    "elements",
    "vocabulary",
    "underscore",
    "attribute",
];

/// What was found at a place: how many bytes, how surely, and what should stand there.
struct Found {
    bytes: usize,
    severity: Severity,
    confidence: f32,
    replacement: Option<Replacement>,
}

impl Found {
    fn major(bytes: usize, confidence: f32) -> Self {
        Self {
            bytes,
            severity: Severity::Major,
            confidence,
            replacement: None,
        }
    }
}

/// The placeholders of a text.
pub(super) fn placeholders(setting: &Setting<'_>) -> Vec<Pattern> {
    let mut found = Vec::new();
    let mut meant = Meant {
        setting,
        last: None,
    };
    let mut at = 0;
    while let Some(offset) = setting.text[at..].find(starts) {
        let start = at + offset;
        let rest = &setting.text[start..];
        let first = rest.chars().next().map_or(1, char::len_utf8);
        match placeholder(setting.text, start).filter(|_| !meant.is_meant(start)) {
            Some(one) => {
                let claim = Claim {
                    kind: PatternKind::Placeholder,
                    category: Category::Wording,
                    severity: one.severity,
                    confidence: one.confidence,
                    replacement: one.replacement,
                };
                found.extend(setting.pattern(start..start + one.bytes, claim));
                at = start + one.bytes.max(first);
            }
            None => at = start + first,
        }
    }
    found
}

fn starts(c: char) -> bool {
    matches!(
        c,
        '%' | '{' | '$' | '<' | '[' | '&' | '\\' | 'u' | '⁇' | '▁' | '@'
    )
}

fn placeholder(text: &str, start: usize) -> Option<Found> {
    let mut end = text.len().min(start + MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rest = &text[start..end];
    let before = text[..start].chars().next_back();
    match rest.chars().next()? {
        '%' => percent(rest, before),
        '{' => braces(rest),
        '$' => rest
            .strip_prefix('$')
            .filter(|rest| rest.trim_start().starts_with('{'))
            .and_then(|inner| {
                let blanks = inner.len() - inner.trim_start().len();
                name_in_braces(inner.trim_start())
                    .map(|bytes| Found::major(bytes + 1 + blanks, 0.85))
            }),
        '<' | '[' => tag(rest),
        '&' => entity(rest),
        '\\' | 'u' => escape(rest, before),
        '⁇' => Some(Found::major('⁇'.len_utf8(), 0.9)),
        '▁' => Some(Found {
            severity: Severity::Minor,
            ..Found::major('▁'.len_utf8(), 0.9)
        }),
        '@' => moses(rest, before),
        _ => None,
    }
}

/// "%s", "%1$s", "% 1 $ s", "%(name)s": no percentage, since no digit stands before it.
fn percent(rest: &str, before: Option<char>) -> Option<Found> {
    if before.is_some_and(|c| c.is_alphanumeric() || c == '%') {
        return None;
    }
    let mut cursor = Cursor(&rest[1..]);
    cursor.blank();
    let digits = cursor.take(|c| c.is_ascii_digit());
    cursor.blank();
    let dollar = cursor.mark('$');
    if dollar {
        cursor.blank();
    }
    let named = cursor.mark('(') && {
        let name = cursor.take(|c| c.is_ascii_alphanumeric() || c == '_');
        !name.is_empty() && cursor.mark(')')
    };
    let kind = cursor.take(|c| c.is_ascii_alphabetic() || c == '@');
    let bytes = rest.len() - cursor.0.len();
    let blanks = rest[..bytes].contains(' ');
    let formats = matches!(kind, "s" | "d" | "f" | "i" | "u" | "x" | "ld" | "lu" | "@");
    let sure = dollar && !digits.is_empty() || named || (digits.is_empty() && !blanks && !dollar);
    (formats && sure).then(|| Found::major(bytes, 0.85))
}

/// "{$ x}", "{{ name }}", "{0}", "{user_name}".
fn braces(rest: &str) -> Option<Found> {
    name_in_braces(rest).map(|bytes| Found::major(bytes, 0.85))
}

fn name_in_braces(rest: &str) -> Option<usize> {
    let mut cursor = Cursor(rest);
    let mut open = 0;
    while open < 2 && cursor.mark('{') {
        open += 1;
    }
    cursor.blank();
    let dollar = cursor.mark('$') || cursor.mark('%');
    cursor.blank();
    let name = cursor.take(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'));
    cursor.blank();
    cursor.mark('%');
    for _ in 0..open {
        if !cursor.mark('}') {
            return None;
        }
    }
    // "{x}" and "{12, 15}" are sets.
    let digit = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit());
    let letters = name.len() > 1 && name.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_name = !name.is_empty() && (dollar || open == 2) || digit || letters;
    (open > 0 && is_name).then_some(rest.len() - cursor.0.len())
}

/// "<strong>", "< / p >", "<br/>", "<unk>", "[UNK]".
fn tag(rest: &str) -> Option<Found> {
    let square = rest.starts_with('[');
    let mut cursor = Cursor(&rest[1..]);
    let loose = rest[1..].starts_with(' ');
    cursor.blank();
    let closing = cursor.mark('/');
    cursor.blank();
    let name = cursor.take(|c| c.is_ascii_alphanumeric());
    let spelling = name;
    let name = name.to_ascii_lowercase();
    let token = TOKENS.contains(&name.as_str());
    if square {
        let unk = token && spelling.bytes().all(|byte| byte.is_ascii_uppercase());
        return (unk && cursor.mark(']')).then(|| Found::major(rest.len() - cursor.0.len(), 0.9));
    }
    let listed = TAGS.contains(&name.as_str());
    if !listed && !token {
        return None;
    }
    // Attributes: <a href="…">.
    let attributes = cursor.take(|c| !matches!(c, '>' | '<' | '\n'));
    let plain = attributes.trim();
    let allowed = plain.is_empty() || plain == "/" || plain.contains('=') && !loose;
    if !allowed || !cursor.mark('>') || (name.len() == 1 && !closing && !plain.contains('=')) {
        return None;
    }
    let bytes = rest.len() - cursor.0.len();
    Some(match token {
        true => Found::major(bytes, 0.9),
        false => Found {
            severity: Severity::Minor,
            ..Found::major(bytes, 0.85)
        },
    })
}

/// "&nbsp;", "& quot ;", "&#39;".
fn entity(rest: &str) -> Option<Found> {
    let mut cursor = Cursor(&rest[1..]);
    cursor.blank();
    let number = cursor.mark('#');
    let name = cursor.take(|c| c.is_ascii_alphanumeric());
    cursor.blank();
    if !cursor.mark(';') {
        return None;
    }
    let bytes = rest.len() - cursor.0.len();
    let decoded = if number {
        let code = match name.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok(),
            None => name.parse().ok(),
        };
        let character = code.and_then(char::from_u32);
        character.filter(|c| !c.is_control())?.to_string()
    } else {
        let (_, character) = ENTITIES.iter().find(|(entity, _)| *entity == name)?;
        (*character).to_owned()
    };
    Some(Found {
        bytes,
        severity: Severity::Minor,
        confidence: 0.9,
        replacement: Some(certain(decoded)),
    })
}

/// "u003c", "\u0027": of a character of Latin-1.
fn escape(rest: &str, before: Option<char>) -> Option<Found> {
    let slash = rest.starts_with('\\');
    let code = rest[usize::from(slash)..].strip_prefix("u00")?;
    let code = code
        .get(..2)
        .filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let character = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    let printable =
        !character.is_control() && (slash || !character.is_alphanumeric() || character > '\u{7f}');
    let listed = slash || !before.is_some_and(|c| c.is_ascii_digit() || c == '_' || c == '+');
    (printable && listed).then(|| Found {
        bytes: usize::from(slash) + 5,
        severity: Severity::Major,
        confidence: 0.9,
        replacement: Some(certain(character)),
    })
}

/// "@-@", "@,@", "hospi@@ tal".
fn moses(rest: &str, before: Option<char>) -> Option<Found> {
    let marks = ["@-@", "@,@", "@.@", "@/@"];
    if let Some(mark) = marks.iter().find(|mark| rest.starts_with(**mark)) {
        let bytes = mark.len();
        let new = checked(&mark[1..bytes - 1]);
        return Some(Found {
            replacement: Some(new),
            ..Found::major(bytes, 0.9)
        });
    }
    let joined = before.is_some_and(char::is_alphabetic) && rest.starts_with("@@ ");
    joined.then(|| Found::major(2, 0.9))
}

/// Where people speak of such forms, so that none is left of a program.
struct Meant<'s, 'a> {
    setting: &'s Setting<'a>,
    /// The sentence that was looked through last, and whether it speaks of them: one
    /// sentence may have thousands.
    last: Option<(usize, bool)>,
}

impl Meant<'_, '_> {
    /// Whether people speak of the form that begins at a byte, or it is code.
    fn is_meant(&mut self, start: usize) -> bool {
        let setting = self.setting;
        let words = setting.segments.words_in(Span::new(start, start + 1));
        let Some(word) = setting.segments.words.get(words.start) else {
            return true;
        };
        if setting.is_quoted(words.start)
            || setting.is_excluded(words.start)
            || setting.is_code(words.start)
        {
            return true;
        }
        match self.last {
            Some((sentence, speaks)) if sentence == word.sentence => speaks,
            _ => {
                let speaks = setting.sentence(word.sentence).any(|word| {
                    let spelling = setting.spelling(word).to_lowercase();
                    ABOUT.contains(&spelling.as_str())
                });
                self.last = Some((word.sentence, speaks));
                speaks
            }
        }
    }
}

/// What is left to read of a form.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    /// Passes over one blank.
    fn blank(&mut self) {
        self.0 = self.0.strip_prefix([' ', '\u{a0}']).unwrap_or(self.0);
    }

    /// Whether the mark is next; passes over it.
    fn mark(&mut self, mark: char) -> bool {
        let rest = self.0.strip_prefix(mark);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    /// Takes the characters that `wanted` is true of.
    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let end = self.0.find(|c| !wanted(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }
}
