use super::*;
use crate::span::{Doc, Span};
use proptest::prelude::*;

fn prose(source: &str, markup: Markup) -> Prose {
    Prose::of(source, Some(markup)).unwrap()
}

/// The bytes of the source that the first `phrase` of the prose stands for.
fn source_of<'a>(source: &'a str, prose: &Prose, phrase: &str) -> &'a str {
    let start = prose.text().find(phrase).unwrap();
    let span = Span::<Doc>::new(start, start + phrase.len());
    prose.source(span).slice(source).unwrap()
}

fn judged(prose: &Prose) -> String {
    let characters = prose.text().char_indices();
    let judged = characters.filter(|(at, c)| {
        !prose.excludes(Span::<Doc>::new(*at, at + c.len_utf8())) || c.is_whitespace()
    });
    judged.map(|(_, c)| c).collect()
}

#[test]
fn markdown_is_read_as_it_is_shown() {
    let source = "---\ntitle: Code\n---\n# A *new* bridge\n\nThe **mayor** said it\nis \\*safe\\* &amp; \
                  sound, see [the plan](http://example.org/plan \"title\").\n\n> - one\n>   more\n\
                  - two ![alt](x.png)\n\n```rust\nlet x = 1;\n```\n\n| a | b |\n|---|---|\n| c | d |\n";
    let prose = prose(source, Markup::Markdown);
    assert_eq!(
        prose.text().trim_end(),
        "A new bridge\n\nThe mayor said it is *safe* & sound, see the plan.\n\none more\n\ntwo\
         \n\na\n\nb\n\nc\n\nd"
    );
    assert_eq!(
        source_of(source, &prose, "mayor said it is"),
        "mayor** said it\nis"
    );
    assert_eq!(
        source_of(source, &prose, "safe* & sound"),
        "safe\\* &amp; sound"
    );
    assert_eq!(source_of(source, &prose, "one more"), "one\n>   more");
    let mayor = prose.text().find("mayor").unwrap();
    assert!(prose.is_verbatim(Span::<Doc>::new(mayor, mayor + 5), source));
    assert!(!prose.is_verbatim(Span::<Doc>::new(mayor, mayor + 10), source));
}

#[test]
fn html_is_read_as_it_is_shown() {
    let source = "<!DOCTYPE html><html lang=\"de\"><head><title>T</title><style>p > a {}</style>\
                  <body><nav>Home</nav><h1>A <em>new</em>\n   bridge</h1><p>Caf&eacute; &amp; bar&nbsp;Q&A \
                  <a href=\"a>b\">here</a>.<br>Next<script>if (a < b) { \"</p>\" }</script> line\
                  <ul><li>one<li>two</ul><pre>x = 1</pre>";
    let prose = prose(source, Markup::Html);
    assert_eq!(
        prose.text().trim_end(),
        "A new bridge\n\nCafé & bar Q&A here.\nNext\n\nline\n\none\n\ntwo"
    );
    assert_eq!(source_of(source, &prose, "Café"), "Caf&eacute;");
    assert_eq!(
        source_of(source, &prose, "new bridge"),
        "new</em>\n   bridge"
    );
    assert_eq!(source_of(source, &prose, "here"), "here");
}

#[test]
fn code_foreign_passages_and_what_comments_take_out_are_not_judged() {
    let html = "<p>Run <code>cargo test</code> now, <i lang=fr>bon <i>mot</i> ami</i>, <b lang=en-GB>honour</b>.";
    let prose = |source, markup| prose(source, markup);
    let squeezed = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let read = prose(html, Markup::Html);
    assert_eq!(read.text(), "Run cargo test now, bon mot ami, honour.");
    assert_eq!(squeezed(judged(&read)), "Run now, , honour.");
    let markdown = "Run `cargo test` now, see <http://example.org> <i lang=\"fr\">mot</i>.\n";
    let read = prose(markdown, Markup::Markdown);
    assert_eq!(
        read.text().trim_end(),
        "Run cargo test now, see http://example.org mot."
    );
    assert_eq!(squeezed(judged(&read)), "Run now, see .");
    let comments = "One.\n\n<!-- mtlint-disable -->\n\nTwo.\n\n<!-- mtlint-enable -->\n\nThree.\n\n\
                    <!-- mtlint-disable-next-line -->\nFour.\n\nFive. <!-- mtlint-disable --> Six.\n";
    let read = prose(comments, Markup::Markdown);
    assert_eq!(squeezed(judged(&read)), "One. Three. Five.");
    let comments = comments.replace("\n\n", "\n<p>");
    assert_eq!(
        squeezed(judged(&prose(&comments, Markup::Html))),
        "One. Three. Five."
    );
}

#[test]
fn escaped_text_reads_as_it_was_meant() {
    let meant = "a < b & *c* _d_ [e] \\f `g` &amp; h";
    for markup in [Markup::Markdown, Markup::Html] {
        assert_eq!(
            prose(&markup.escaped(meant), markup).text().trim_end(),
            meant
        );
    }
}

/// Wherever the end of a page cuts, what is no prose does not become prose by that.
#[test]
fn what_the_end_cuts_off_is_not_judged() {
    let before = "<p>The old bridge was closed.</p>";
    let cuts = [
        "<img src=\"x.png\" alt=\"gouvernement maison aval\">",
        "<img src='x.png' alt='gouvernement > maison'>",
        "<a href=https://example.org/gouvernement class=maison >",
        "<div\n data-x = \"gouvernement\"\n>",
        "</gouvernement maison>",
        "<gouvernement/>",
        "<!-- gouvernement > maison -->",
        "<!DOCTYPE gouvernement maison>",
        "<![CDATA[ gouvernement maison ]]>",
        "<?xml gouvernement maison?>",
        "<script>let gouvernement = '<p>maison';</script>",
        "<style>.gouvernement { color: red }</style>",
        "<title>gouvernement &amp; maison</title>",
        "<textarea>gouvernement</textarea>",
    ];
    for cut in cuts {
        let whole = format!("{before}{cut}");
        for (end, _) in cut.char_indices().skip(1) {
            let source = &whole[..before.len() + end];
            let read = prose(source, Markup::Html);
            assert_eq!(
                read.text().trim_end(),
                "The old bridge was closed.",
                "{source}"
            );
        }
    }
    for reference in ["&eacut", "&nbs", "&#12", "&#x1f6", "&#", "&gouvernement"] {
        let source = format!("{before}<p>A caf{reference}");
        let judged = judged(&prose(&source, Markup::Html));
        assert_eq!(judged.split_whitespace().last(), Some("caf"), "{source}");
    }
    // What is text to a browser stays.
    for (source, text) in [
        ("<p>1 < 2", "1 < 2"),
        ("<p>I <3", "I <3"),
        ("<p>Q&A", "Q&A"),
        ("<p>A&eacute", "A\u{e9}"),
    ] {
        assert_eq!(judged(&prose(source, Markup::Html)), text);
    }
}

#[test]
fn a_tag_in_markdown_may_go_over_lines_and_be_cut_off() {
    let lines =
        "One.\n\n<div class=\"gouvernement\"\n  title=\"maison aval\">\nTwo.\n</div>\n\nThree.\n";
    let squeezed = |source: &str| {
        let judged = judged(&prose(source, Markup::Markdown));
        judged.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(squeezed(lines), "One. Two. Three.");
    let cut = "The old bridge was closed. <img src=\"x.png\" alt=\"gouvernement maison aval";
    assert_eq!(squeezed(cut), "The old bridge was closed.");
    let block = "The old bridge was closed.\n\n<p class=\"gouvernement maison";
    assert_eq!(squeezed(block), "The old bridge was closed.");
    assert_eq!(squeezed("If a <b then c."), "If a <b then c.");
}

/// Comments on one line are one: each looks for the line's end and takes out the next line
/// no second time.
#[test]
fn comments_on_one_line_are_counted_once() {
    for count in [10, 1_000] {
        let line = "<!-- mtlint-disable-next-line -->".repeat(count);
        let source = format!("<p>One. {line}\nTwo.\nThree. {line}\nFour.\nFive.");
        let mut builder = Builder::new(&source);
        html::extract(&mut builder);
        assert_eq!(builder.excluded.len(), 2);
        let read = builder.finish();
        let judged = judged(&read);
        let judged: Vec<&str> = judged.split_whitespace().collect();
        assert_eq!(judged, ["One.", "Three.", "Five."]);
    }
}

#[test]
fn hostile_markup_is_read_in_time() {
    for (markup, piece) in [
        (Markup::Html, "<div><i lang=fr>"),
        (Markup::Html, "</pre><pre"),
        (Markup::Html, "&"),
        (Markup::Html, "<!--"),
        (Markup::Markdown, "> "),
        (Markup::Markdown, "[a]("),
        (Markup::Markdown, "*a **b "),
        (Markup::Markdown, "`<b>"),
    ] {
        let source = piece.repeat(100_000 / piece.len());
        prose(&source, markup);
    }
}

proptest! {
    #[test]
    fn every_character_has_its_place_in_the_source(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "word", "é", " ", "\n", "\n\n", "\r\n", "*", "**", "_", "`", "[a](b)", "<", ">", "<b>", "</b>",
            "<code>", "</code>", "<p lang=fr>", "</p>", "&amp;", "&#233;", "&", ";", "<!-- mtlint-disable -->",
            "<!--", "-->", "# ", "- ", "> ", "    ", "```", "|", "---", "\\", "<br>", "<script>", "</script>",
            "\u{feff}", "\t", "!", "[^1]", "$x$", "😀",
        ]), 0..30),
        html in any::<bool>(),
    ) {
        let source = pieces.concat();
        let markup = if html { Markup::Html } else { Markup::Markdown };
        let prose = prose(&source, markup);
        let mut last = 0;
        for run in &prose.runs {
            prop_assert!(run.prose.start >= last && run.prose.end <= prose.text.len());
            last = run.prose.end;
            let (read, written) = (&prose.text[run.prose.clone()], source.get(run.source.clone()));
            prop_assert!(written.is_some());
            prop_assert_eq!(run.verbatim, written == Some(read));
        }
        let mut before = 0;
        for (at, character) in prose.text.char_indices().filter(|(_, c)| !c.is_whitespace()) {
            let span = prose.source(Span::<Doc>::new(at, at + character.len_utf8()));
            prop_assert!(span.slice(&source).is_some_and(|slice| !slice.is_empty()), "{:?} {at}", prose);
            prop_assert!(span.start() >= before);
            let back = prose.of_source(span);
            prop_assert!(back.start() <= at && at < back.end(), "{:?} {at} {back:?}", prose);
            before = span.start();
            prose.excludes(span);
        }
    }
}

#[test]
fn emphasis_and_quotations_are_set_off_and_still_judged() {
    let set_off = |source: &str, markup, word: &str| {
        let prose = prose(source, markup);
        let start = prose.text().find(word).unwrap();
        let span = Span::<Doc>::new(start, start + word.len());
        assert!(!prose.excludes(span));
        prose.sets_off(span)
    };
    for (source, markup) in [
        ("A *mot* and **bold** text.\n\n> quoted\n", Markup::Markdown),
        (
            "A <i>mot</i> and <b>bold</b> text. <q>quoted</q>",
            Markup::Markdown,
        ),
        (
            "A <em>mot</em> and <b>bold</b> text. <blockquote>quoted</blockquote>",
            Markup::Html,
        ),
    ] {
        for (word, expected) in [
            ("mot", true),
            ("bold", false),
            ("text", false),
            ("quoted", true),
        ] {
            assert_eq!(set_off(source, markup, word), expected, "{source}: {word}");
        }
    }
}
