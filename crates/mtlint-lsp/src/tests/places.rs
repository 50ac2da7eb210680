//! Places of findings: each diagnostic covers the words that the library found.

use proptest::prelude::*;
use serde_json::{Value, json};

use mtlint::document::Markup;
use mtlint::{Document, Linter, Options, Request};

use super::*;

/// What the library finds: the bytes of each finding.
fn found(text: &str, markup: Option<Markup>) -> Vec<std::ops::Range<usize>> {
    let model: Arc<dyn LanguageModel> = held(true);
    let linter = Linter::new(model).unwrap();
    let document = Document::from_text("a", text).marked_up(markup);
    let options = Options::with_threshold(0.3);
    let reports = linter.lint_each(vec![Request::new(document)], &options);
    let findings = reports[0].findings().iter();
    findings.map(|finding| finding.span.range()).collect()
}

/// The byte of a place, found in the plainest way: line by line, character by character.
fn byte(text: &str, place: &Value, utf8: bool) -> usize {
    let wanted = (
        place["line"].as_u64().unwrap(),
        place["character"].as_u64().unwrap(),
    );
    let (mut line, mut column) = (0, 0);
    for (byte, character) in text.char_indices() {
        if (line, column) == wanted {
            return byte;
        }
        let ends = character == '\n' || (character == '\r' && !text[byte..].starts_with("\r\n"));
        if ends {
            (line, column) = (line + 1, 0);
        } else {
            let units = if utf8 {
                character.len_utf8()
            } else {
                character.len_utf16()
            };
            column += units as u64;
        }
    }
    assert_eq!((line, column), wanted, "{text:?}");
    text.len()
}

fn encodings() -> [(bool, Value); 2] {
    let utf8 = json!({ "general": { "positionEncodings": ["utf-16", "utf-8"] } });
    [(false, plain()), (true, utf8)]
}

#[test]
fn each_diagnostic_covers_what_was_found() {
    let mut texts = vec![
        GARBLED.to_owned(),
        "\u{feff}The harbour was gibberish.\r\nA twaddle race.\r\n".to_owned(),
        "“🦊 and 🦔 slept,” she said.\rThe cafe\u{301} was gibberish 👩‍👩‍👧 before.\n\n".to_owned(),
        "東京 was gibberish, and naïve twaddle was said in it.".to_owned(),
    ];
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    for entry in std::fs::read_dir(examples).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            texts.push(std::fs::read_to_string(path).unwrap());
        }
    }
    assert!(texts.len() > 8);
    for (utf8, capabilities) in encodings() {
        let mut editor = Editor::start(&Desk::new(), capabilities);
        let encoding = if utf8 { "utf-8" } else { "utf-16" };
        assert_eq!(
            editor.server_says["capabilities"]["positionEncoding"],
            encoding
        );
        for (index, text) in texts.iter().enumerate() {
            let diagnostics = editor.opens(&uri(&format!("{index}.txt")), text);
            let places = diagnostics.iter().map(|one| {
                let range = &one["range"];
                byte(text, &range["start"], utf8)..byte(text, &range["end"], utf8)
            });
            assert_eq!(places.collect::<Vec<_>>(), found(text, None), "{text}");
        }
    }
}

#[test]
fn markup_is_no_text_and_keeps_its_places() {
    let mut editor = Editor::start(&Desk::new(), plain());
    let text = "# A race 🦊\n\nThe harbour was **gibberish** before the twaddle race.\n";
    let page =
        "<p title='gibberish'>The harbour was\r\ngibberish before the &amp; twaddle race.</p>";
    for (uri, language, text, markup, first) in [
        (
            "untitled:Untitled-1",
            "markdown",
            text,
            Markup::Markdown,
            range((2, 18), (2, 27)),
        ),
        (
            "file:///desk/page.txt",
            "html",
            page,
            Markup::Html,
            range((1, 27), (1, 34)),
        ),
    ] {
        editor.open_as(uri, language, text);
        let diagnostics = editor.diagnostics(uri, 1);
        assert_eq!(diagnostics[0]["range"], first);
        let places = diagnostics.iter().map(|one| {
            let range = &one["range"];
            byte(text, &range["start"], false)..byte(text, &range["end"], false)
        });
        assert_eq!(
            places.collect::<Vec<_>>(),
            found(text, Some(markup)),
            "{text}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn places_hold_in_any_text(pieces in prop::collection::vec(prop::sample::select(vec![
        "The harbour was gibberish. ", "twaddle ", "🦊 ", "e\u{301}té ", "\u{feff}", "\r\n",
        "\n", "\r", "The quiet boats slept in the harbour. ", "👩‍👩‍👧", "東京 ", "\u{202e}",
    ]), 1..30)) {
        let text = pieces.concat();
        for (utf8, capabilities) in encodings() {
            let mut editor = Editor::start(&Desk::new(), capabilities);
            let diagnostics = editor.opens(&uri("a.txt"), &text);
            let found = found(&text, None);
            let places: Vec<_> = diagnostics
                .iter()
                .filter(|one| one["code"] != "not_judged")
                .map(|one| {
                    let range = &one["range"];
                    byte(&text, &range["start"], utf8)..byte(&text, &range["end"], utf8)
                })
                .collect();
            prop_assert_eq!(places, found);
        }
    }
}
