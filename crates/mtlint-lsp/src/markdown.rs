//! Words of documents within Markdown.

use mtlint::report::text::safe;

/// Characters that Markdown, or what clients add to it, obeys anywhere in a line.
const OBEYED: [char; 18] = [
    '\\', '`', '*', '_', '[', ']', '<', '>', '&', '#', '~', '|', '!', '$', '^', '@', '{', '}',
];

/// A text on one line that reads as it stands, whatever is in it: nothing in it is markup, a
/// link or a picture, and no character of it is invisible. It has to stand behind a word, since
/// at the front of a line a number or a dash would begin a list.
pub(crate) fn escaped(text: &str) -> String {
    let text = safe(text);
    let mut out = String::with_capacity(text.len());
    let mut before = "";
    for (byte, character) in text.char_indices() {
        let after = &text[byte + character.len_utf8()..];
        // Addresses without any markup are links to some clients.
        let address = match character {
            ':' => after.starts_with('/'),
            '.' => before.to_ascii_lowercase().ends_with("www"),
            _ => false,
        };
        if address || OBEYED.contains(&character) {
            out.push('\\');
        }
        out.push(character);
        before = &text[..byte + character.len_utf8()];
        before = before
            .get(before.len().saturating_sub(3)..)
            .unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_document_is_markup() {
        for (text, expected) in [
            (
                "Plain words, 3.5 of them: see?",
                "Plain words, 3.5 of them: see?",
            ),
            (
                "[a](command:b) <img src=x>",
                "\\[a\\](command:b) \\<img src=x\\>",
            ),
            (
                "`code` **bold** _it_",
                "\\`code\\` \\*\\*bold\\*\\* \\_it\\_",
            ),
            (
                "https://a.b WWW.a.b x@y.z",
                "https\\://a.b WWW\\.a.b x\\@y.z",
            ),
            ("two\nlines\u{202e}", "two lines\\\\u\\{202e\\}"),
            (
                "&lt; $(zap) ~~no~~ éww.",
                "\\&lt; \\$(zap) \\~\\~no\\~\\~ éww.",
            ),
        ] {
            assert_eq!(escaped(text), expected);
        }
    }
}
