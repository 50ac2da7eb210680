//! Untrusted text in a page.
//!
//! In: any text. Out: markup that shows it and nothing else: what HTML would obey
//! is escaped, and characters that a reader would not see, or that turn the text
//! around them, are shown by their number. Line breaks and tabs stay.

use std::fmt::{self, Display};

use askama::filters::{Escaper, Html, HtmlSafe};

use crate::report::visible;

/// A text of anyone's that may stand in a page: it is escaped when it is displayed.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a>(&'a str);

impl<'a> Shown<'a> {
    /// The `text`, to be shown in a page.
    pub fn new(text: &'a str) -> Self {
        Self(text)
    }
}

/// Characters that show nothing by themselves but make others what they are:
/// joiners, variation selectors, soft hyphens.
fn shapes_others(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}'
    )
}

fn hides(character: char) -> bool {
    visible::is_invisible(character)
        && !matches!(character, '\n' | '\t')
        && !shapes_others(character)
}

impl Display for Shown<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // To a parser of HTML a carriage return is a line break too.
        let text = self.0.replace("\r\n", "\n");
        let mut rest = text.as_str();
        while let Some(at) = rest.find(hides) {
            Html.write_escaped_str(&mut *out, &rest[..at])?;
            let mut after = rest[at..].chars();
            if let Some(hidden) = after.next() {
                let code = u32::from(hidden);
                write!(out, "<span class=\"control\">U+{code:04X}</span>")?;
            }
            rest = after.as_str();
        }
        Html.write_escaped_str(out, rest)
    }
}

impl HtmlSafe for Shown<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_text_and_what_hides_is_shown() {
        let shown = |text| Shown::new(text).to_string();
        let hostile = shown("<img src=x onerror=\"a()\"> & 'b'");
        assert!(!hostile.contains(['<', '>', '"', '\'']), "{hostile}");
        let control = |code| format!("a<span class=\"control\">{code}</span>b");
        assert_eq!(shown("a\u{202e}b"), control("U+202E"));
        assert_eq!(shown("a\0b"), control("U+0000"));
        assert_eq!(shown("a\rb"), control("U+000D"));
        assert_eq!(shown("a\r\nb\tc"), "a\nb\tc");
        assert_eq!(shown("👩\u{200d}🚀 co\u{ad}op"), "👩\u{200d}🚀 co\u{ad}op");
    }
}
