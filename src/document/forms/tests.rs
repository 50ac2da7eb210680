use proptest::prelude::*;

use super::*;
use crate::document::Document;
use crate::span::{Doc, Span};

const ARTICLE: &str = "The café by the river opened its second efficient oven in March\n\nOfficers of \
                       the fire brigade said that the well-known building, which had burnt twice in \
                       ten years, was safe again; its owner, Mr Fiffl, had \"flatly\" refused to leave.\n\n\
                       It seats forty-two guests, and costs 1,340 euros a week to heat.\n";

pub(super) fn judged(text: &str) -> String {
    Document::from_text("a", text).judged().to_owned()
}

/// A text with its paragraphs wrapped at a width, greedily, a word that does not fit cut by
/// `hyphen`, if one is given.
pub(super) fn wrapped(text: &str, width: usize, hyphen: Option<&str>) -> String {
    let mut out = String::new();
    for paragraph in text.trim_end().split("\n\n") {
        let mut column = 0;
        for word in paragraph.split(' ') {
            let length = word.chars().count();
            let room = width.saturating_sub(column + 2);
            let letters = word.chars().all(|c| c.is_ascii_lowercase());
            if column > 0 && column + 1 + length > width {
                match hyphen {
                    Some(hyphen) if letters && length > 5 && room > 2 => {
                        let (left, right) = word.split_at(room.min(length - 2));
                        out += &format!(" {left}{hyphen}\n{right}");
                        column = right.len();
                        continue;
                    }
                    _ => out += "\n",
                }
                column = 0;
            } else if column > 0 {
                out += " ";
                column += 1;
            }
            out += word;
            column += length;
        }
        out += "\n\n";
    }
    out.truncate(out.len() - 1);
    out
}

#[test]
fn a_text_as_it_should_be_is_read_as_it_stands() {
    assert!(Document::from_text("a", ARTICLE).prose().is_none());
    assert!(Document::from_text("a", "").prose().is_none());
    assert!(Document::from_text("a", "\u{feff}Rain.").prose().is_none());
}

#[test]
fn a_text_is_the_same_in_every_form() {
    let hyphens = [None, Some("-"), Some("\u{ad}"), Some("\u{2010}")];
    let wraps = [45, 60, 72, 100].into_iter().flat_map(|width| {
        hyphens.map(|hyphen| {
            (
                format!("{width} {hyphen:?}"),
                wrapped(ARTICLE, width, hyphen),
            )
        })
    });
    let by_line = |text: &str, change: &dyn Fn(&str) -> String| -> String {
        text.lines().map(change).collect::<Vec<_>>().join("\n") + "\n"
    };
    let wrap = wrapped(ARTICLE, 72, Some("-"));
    let forms = [
        ("CRLF", ARTICLE.replace('\n', "\r\n")),
        ("CR", ARTICLE.replace('\n', "\r")),
        ("wrapped with CRLF", wrap.replace('\n', "\r\n")),
        ("no-break spaces", ARTICLE.replace(' ', "\u{a0}")),
        ("thin spaces", ARTICLE.replace(' ', "\u{2009}")),
        (
            "ligatures",
            ARTICLE
                .replace("ffi", "ﬃ")
                .replace("ff", "ﬀ")
                .replace("fi", "ﬁ")
                .replace("fl", "ﬂ"),
        ),
        ("decomposed", ARTICLE.replace('é', "e\u{301}")),
        (
            "soft hyphens",
            ARTICLE
                .replace("ing", "\u{ad}ing")
                .replace("ti", "ti\u{ad}"),
        ),
        ("zero-width spaces", ARTICLE.replace("e ", "e\u{200b} ")),
        ("joiners", ARTICLE.replace("th", "t\u{200d}h")),
        (
            "indented",
            by_line(&wrap, &|line| {
                if line.is_empty() {
                    String::new()
                } else {
                    format!("    {line}")
                }
            }),
        ),
        (
            "trailing spaces",
            by_line(&wrap, &|line| format!("{line}  ")),
        ),
        ("quoted", by_line(&wrap, &|line| format!("> {line}"))),
        (
            "quoted twice",
            by_line(&wrap, &|line| format!(">> {line}").trim_end().to_owned()),
        ),
        ("three blank lines", ARTICLE.replace("\n\n", "\n\n\n\n")),
    ];
    let forms = forms.map(|(name, text)| (name.to_owned(), text));
    for (name, text) in forms.into_iter().chain(wraps) {
        assert_ne!(text, ARTICLE, "{name}");
        assert_eq!(judged(&text).trim_end(), ARTICLE.trim_end(), "{name}");
    }
}

#[test]
fn a_word_stands_for_all_bytes_of_its_form() {
    let source = "The of\u{ad}ﬁcers said so.\r\nIt was a cafe\u{301}\u{a0}in the con-\r\nserva-\r\ntive town of two rivers and of ten\r\nbridges, which everybody knew for its old\r\nmarket.";
    let document = Document::from_text("a", source);
    let prose = document.prose().unwrap();
    let of = |words: &str| {
        let start = prose.text().find(words).unwrap();
        let span = Span::<Doc>::new(start, start + words.len());
        assert_eq!(prose.of_source(prose.source(span)), span, "{words}");
        prose.source(span).slice(source).unwrap()
    };
    assert_eq!(of("officers"), "of\u{ad}ﬁcers");
    assert_eq!(of("café in"), "cafe\u{301}\u{a0}in");
    assert_eq!(of("said"), "said");
}

#[test]
fn hyphens_that_words_have_anywhere_stay() {
    let wrapped = "The self-\nstyled king of the long-\nterm plan met the Franco-\nGerman group and \
                   ten-\nyear-old fans, a mother-\nin-law and 12-\nyear pacts; the mother-in-law \
                   left, and the re-\nsponse of the govern-\nment that everybody had expected came.";
    let wide = wrapped.replace('\n', " ").len();
    assert!(wide > 100);
    let expected = "The self-styled king of the long-term plan met the Franco-German group and \
                    ten-year-old fans, a mother-in-law and 12-year pacts; the mother-in-law left, and \
                    the response of the government that everybody had expected came.";
    assert_eq!(super::lines::wraps("no lines at all"), []);
    let prose = Prose::verbatim(wrapped).edited(&super::lines::joined(wrapped));
    assert_eq!(prose.text(), expected);
}

#[test]
fn lines_that_mean_something_stay() {
    let kept = [
        "Eggs\nmilk\nbread\n",
        "- one\n- two\n- three\n",
        "The minister resigned\nPARIS - The minister of the interior has resigned, his office said on Monday, and nobody will take his place.\n",
        "A line a paragraph is what this article has, and it is quite long, so that nobody wraps it at all.\nThe next paragraph follows.\n",
        "> one quoted line\nand an answer\n",
        "12 > 10 and\n> not a quotation\n",
        "Ã\u{a0} la carte, Â\u{a0}and â\u{80}\u{ad}",
        "👩\u{200d}🚀 می\u{200c}خواهم",
    ];
    for text in kept {
        assert_eq!(judged(text), text);
    }
}

#[test]
fn marked_up_text_is_read_in_every_form_too() {
    use crate::document::Markup;
    let html = "<p>The of\u{ad}ﬁ&shy;cers of the cafe\u{301}&nbsp;said <b>so</b>.</p>";
    let document = Document::from_text("a", html).marked_up(Some(Markup::Html));
    assert_eq!(
        document.judged().trim(),
        "The officers of the café said so."
    );
    let prose = document.prose().unwrap();
    let start = prose.text().find("officers").unwrap();
    let word = Span::<Doc>::new(start, start + "officers".len());
    assert_eq!(prose.source(word).slice(html), Some("of\u{ad}ﬁ&shy;cers"));
    let start = prose.text().find("café said so").unwrap();
    let words = Span::<Doc>::new(start, start + "café said so".len());
    assert_eq!(
        prose.source(words).slice(html),
        Some("cafe\u{301}&nbsp;said <b>so")
    );
}

#[test]
fn a_text_of_hyphens_takes_linear_time() {
    // With the square of its length this would take hours.
    let text = "somebody who re-\n".repeat(200_000);
    assert!(judged(&text).len() > 2_000_000);
    let text = "some\u{ad}\n".repeat(300_000) + &"\u{ad} ".repeat(300_000);
    assert!(judged(&text).len() > 1_000_000);
}

proptest! {
    /// Every span of what is read stands for bytes of the source, in order, and reading what is
    /// read changes nothing more.
    #[test]
    fn every_reading_leads_back(
        pieces in prop::collection::vec(prop_oneof![
            "[a-zé]{1,9}", Just(" ".to_owned()), Just("\n".to_owned()), Just("-\n".to_owned()),
            Just("\r\n".to_owned()), Just("\u{ad}".to_owned()), Just("e\u{301}".to_owned()),
            Just("ﬁ".to_owned()), Just("\u{a0}".to_owned()), Just("> ".to_owned()),
            Just("\u{200b}".to_owned()), Just("Â".to_owned()), Just("\u{301}".to_owned()), any::<String>(),
        ], 0..60)
    ) {
        let source = pieces.concat();
        let document = Document::from_text("a", source.as_str());
        if let Some(prose) = document.prose() {
            let mut last = 0;
            for (at, c) in prose.text().char_indices() {
                let span = prose.source(Span::<Doc>::new(at, at + c.len_utf8()));
                prop_assert!(span.slice(&source).is_some());
                prop_assert!(span.start() >= last);
                last = span.start();
            }
        }
    }
}
