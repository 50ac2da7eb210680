//! A paragraph's words and punctuation marks.
//!
//! In: a stretch of text. Out: its tokens, which leave out nothing but white
//! space. The base is annex 29's word boundaries, asked one stretch without
//! white space at a time and never for more than [`MAX_WORD_BYTES`], so that no
//! input can make it slow. On top: compounds, abbreviations, addresses of pages
//! and mail are one word, an ellipsis or a double dash one mark, and words that
//! a full stop or colon glues together are parted.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::{MAX_WORD_BYTES, WordKind, abbreviations, is_apostrophe, is_word_character};

/// A word or a mark by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) kind: WordKind,
}

impl Token {
    pub(super) fn text(self, text: &str) -> &str {
        &text[self.start..self.end]
    }
}

/// The tokens of `text[range]`, in order.
pub(super) fn words(text: &str, range: Range<usize>) -> Vec<Token> {
    let mut tokens = Vec::new();
    let paragraph = &text[range.clone()];
    for chunk in paragraph.split_whitespace() {
        let mut start = chunk.as_ptr() as usize - paragraph.as_ptr() as usize + range.start;
        let end = start + chunk.len();
        let follows = NextWord::of(&text[end..range.end]);
        while start < end {
            let mut cut = end.min(start + MAX_WORD_BYTES);
            while !text.is_char_boundary(cut) {
                cut -= 1;
            }
            chunk_words(text, start..cut, follows, &mut tokens);
            start = cut;
        }
    }
    tokens
}

/// What stands behind a chunk's white space.
#[derive(Debug, Clone, Copy)]
struct NextWord {
    /// A word with a digit in its first letters.
    number: bool,
    /// A word with a capital.
    capital: bool,
}

impl NextWord {
    fn of(rest: &str) -> Self {
        let next = rest.trim_start();
        let front = next.chars().take_while(|c| !c.is_whitespace()).take(12);
        Self {
            number: front.into_iter().any(char::is_numeric),
            capital: next.starts_with(char::is_uppercase),
        }
    }
}

/// Tokens of one stretch without white space.
fn chunk_words(text: &str, chunk: Range<usize>, follows: NextWord, tokens: &mut Vec<Token>) {
    if let Some(address) = address(&text[chunk.clone()]) {
        let address = chunk.start + address.start..chunk.start + address.end;
        pieces(text, chunk.start..address.start, follows, tokens);
        tokens.push(Token {
            start: address.start,
            end: address.end,
            kind: WordKind::Word,
        });
        pieces(text, address.end..chunk.end, follows, tokens);
    } else {
        pieces(text, chunk, follows, tokens);
    }
}

/// Asks annex 29 for the boundaries, then parts and joins.
fn pieces(text: &str, range: Range<usize>, follows: NextWord, tokens: &mut Vec<Token>) {
    let mut parts: Vec<Token> = Vec::new();
    for (offset, piece) in text[range.clone()].split_word_bound_indices() {
        let start = range.start + offset;
        let mut from = start;
        for (glue, mark) in glues(piece) {
            parts.push(token(text, from..start + glue));
            parts.push(token(text, start + glue..start + glue + mark));
            from = start + glue + mark;
        }
        parts.push(token(text, from..start + piece.len()));
    }
    let first = tokens.len();
    for (i, &part) in parts.iter().enumerate() {
        let joined = tokens.len() > first && joins(text, &tokens[first..], &parts[i..], follows);
        match tokens.last_mut() {
            Some(last) if joined => {
                last.end = part.end;
                if part.kind == WordKind::Word {
                    last.kind = WordKind::Word;
                }
            }
            _ => tokens.push(part),
        }
    }
}

fn token(text: &str, range: Range<usize>) -> Token {
    let written = &text[range.clone()];
    let keycap = written.ends_with('\u{20e3}');
    let kind = if !keycap && written.contains(is_word_character) {
        WordKind::Word
    } else {
        WordKind::Punctuation
    };
    Token {
        start: range.start,
        end: range.end,
        kind,
    }
}

/// Marks inside `piece` that glue two words together: offset and length. A full
/// stop between a small letter and a capital ("talks.The"), a colon between two
/// letters ("source:radio"), which annex 29 takes for one word.
fn glues(piece: &str) -> impl Iterator<Item = (usize, usize)> {
    let marks = piece.char_indices().filter(move |&(i, c)| {
        let after = &piece[i + c.len_utf8()..];
        let before = &piece[..i];
        match c {
            '.' => {
                before.ends_with(char::is_lowercase)
                    && before.chars().nth(1).is_some()
                    && after.starts_with(char::is_uppercase)
                    && after.chars().nth(1).is_some_and(char::is_lowercase)
            }
            ':' => before.ends_with(char::is_alphabetic) && after.starts_with(char::is_alphabetic),
            _ => false,
        }
    });
    marks.map(|(i, c)| (i, c.len_utf8()))
}

/// Whether the first of `rest` is written as one with the last of `done`. Both
/// stem from one stretch without white space.
fn joins(text: &str, done: &[Token], rest: &[Token], follows: NextWord) -> bool {
    let (Some(&last), Some(&part)) = (done.last(), rest.first()) else {
        return false;
    };
    let (left, right) = (last.text(text), part.text(text));
    let word_after = rest.get(1).map(|token| token.text(text));
    let word_after = word_after.filter(|word| word.starts_with(is_word_character));
    if last.kind == WordKind::Punctuation {
        let first = right.chars().next();
        let mark = left.chars().next_back();
        return part.kind == WordKind::Punctuation
            && (matches!((mark, first), (Some('.' | '…'), Some('.' | '…')))
                || (left.starts_with('-') && right == "-")
                || (left.starts_with('_') && right.starts_with('_'))
                || (right.starts_with('\u{fe0f}')));
    }
    if part.kind == WordKind::Word {
        // Behind the joint that was joined before: "expected" in "than-expected".
        return left.ends_with(['-', '‐', '‑', '&', ':', '\'', '’']);
    }
    match right {
        "-" | "‐" | "‑" => word_after.is_some(),
        "&" => word_after.is_some() && left.ends_with(char::is_uppercase),
        ":" => {
            left.ends_with(|c: char| c.is_ascii_digit())
                && word_after.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        }
        // "U.S.'s": annex 29 parts it, since a full stop stands before.
        mark if mark.strip_prefix(is_apostrophe) == Some("") => {
            left.ends_with('.') && matches!(word_after, Some("s" | "S"))
        }
        "." => keeps_stop(text, done, left, rest, follows),
        _ => false,
    }
}

/// Whether the full stop at the front of `rest` belongs to `word`, the last of
/// `done`.
fn keeps_stop(text: &str, done: &[Token], word: &str, rest: &[Token], follows: NextWord) -> bool {
    let next = rest.get(1).map(|token| token.text(text));
    if next.is_some_and(|next| next.starts_with(['.', '…'])) {
        return false;
    }
    let number = next.map_or(follows.number, |next| next.starts_with(char::is_numeric));
    if abbreviations::abbreviation(word, number).is_some() {
        return true;
    }
    // "J. K. Rowling", "J.K.Rowling": but not the end of "vitamin C."
    let capital = next.map_or(follows.capital, |next| next.starts_with(char::is_uppercase));
    let at_front = done.len() == 1 || done[done.len() - 2].kind == WordKind::Punctuation;
    is_initial(word) && capital && at_front
}

/// A single capital, as in "J. K. Rowling". "I" is a word more often.
pub(super) fn is_initial(word: &str) -> bool {
    let mut characters = word.chars();
    characters
        .next()
        .is_some_and(|c| c.is_uppercase() && c != 'I')
        && characters.next().is_none()
}

/// Endings that make a name with dots and slashes an address.
const DOMAINS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "int", "info", "io", "eu", "uk", "us", "de", "fr", "ru",
    "ro", "ee", "np", "lk", "cn", "tv", "ly", "co", "me", "be", "ch", "au", "ca", "jp", "in",
];

/// The page or mail address inside `chunk`, without the quotes, brackets and
/// stops around it.
fn address(chunk: &str) -> Option<Range<usize>> {
    // Every address has one of these; most words have none.
    if !chunk.contains(['@', '/']) && !chunk.to_ascii_lowercase().contains("www.") {
        return None;
    }
    let opening = |c: char| matches!(c, '(' | '[' | '{' | '<' | '"' | '\'' | '“' | '‘' | '«');
    let start = chunk.len() - chunk.trim_start_matches(opening).len();
    let mut core = &chunk[start..];
    loop {
        let before = core.len();
        core = core.trim_end_matches(|c: char| {
            matches!(
                c,
                '.' | ','
                    | ';'
                    | ':'
                    | '!'
                    | '?'
                    | '…'
                    | '"'
                    | '\''
                    | '”'
                    | '’'
                    | '»'
                    | '>'
                    | ']'
                    | '}'
            )
        });
        // A bracket stays with the address that opened it.
        if core.ends_with(')') && core.matches(')').count() > core.matches('(').count() {
            core = &core[..core.len() - 1];
        }
        if core.len() == before {
            break;
        }
    }
    is_address(core).then_some(start..start + core.len())
}

fn is_address(core: &str) -> bool {
    if let Some((scheme, rest)) = core.split_once("://") {
        return !scheme.is_empty()
            && scheme.len() <= 12
            && scheme.bytes().all(|byte| byte.is_ascii_alphabetic())
            && rest.starts_with(is_word_character);
    }
    if let Some((name, host)) = core.split_once('@') {
        let name = name.strip_prefix("mailto:").unwrap_or(name);
        let allowed = |c: char| is_word_character(c) || "._%+-".contains(c);
        return !name.is_empty() && name.chars().all(allowed) && is_host(host);
    }
    let host = core.split('/').next().unwrap_or(core);
    let www = host
        .get(..4)
        .is_some_and(|w| w.eq_ignore_ascii_case("www."));
    is_host(host)
        && (www
            || host
                .rsplit('.')
                .next()
                .is_some_and(|end| DOMAINS.contains(&end)))
}

fn is_host(host: &str) -> bool {
    let label =
        |label: &str| !label.is_empty() && label.chars().all(|c| is_word_character(c) || c == '-');
    host.contains('.') && host.split('.').all(label)
}
