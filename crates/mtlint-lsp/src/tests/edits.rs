//! Texts that are edited: the newest counts, and nobody who types waits.

use super::*;

#[test]
fn two_hundred_edits_end_with_the_diagnostics_of_the_last_text() {
    let desk = Desk::new();
    let mut editor = Editor::start(&desk, plain());
    let uri = uri("a.txt");
    editor.opens(&uri, "The harbour was quiet.\n");
    // Typed at the front, letter by letter, and now and then taken away.
    let typed = "It was gibberish 🦊, all of it. ";
    let mut expected = "The harbour was quiet.\n".to_owned();
    let mut version = 1;
    let mut at = 0;
    while version < 200 {
        for character in typed.chars() {
            version += 1;
            let here = range((0, at), (0, at));
            editor.change(
                &uri,
                version,
                json!([{ "range": here, "text": character.to_string() }]),
            );
            at += character.len_utf16() as u32;
        }
        expected.insert_str(expected.len() - "The harbour was quiet.\n".len(), typed);
        // All but the first word of the line before goes.
        version += 1;
        let line = range((0, 2), (0, at));
        editor.change(
            &uri,
            version,
            json!([
                { "range": line, "text": "" },
                { "range": range((0, 2), (0, 2)), "text": " was twaddle\r\n\u{feff}, then. " },
                { "range": range((0, 0), (1, 0)), "text": "" },
            ]),
        );
        let tail = "\u{feff}, then. The harbour was quiet.\n";
        expected = tail.to_owned();
        at = tail.find("The").unwrap() as u32 - 2;
    }
    version += 1;
    editor.change(
        &uri,
        version,
        json!([
            { "range": range((0, at), (1, 0)), "text": "The harbour was gibberish before the twaddle race." },
        ]),
    );
    let last = "\u{feff}, then. The harbour was gibberish before the twaddle race.";
    assert!(last.starts_with(&expected[..10]));
    let edited = editor.diagnostics(&uri, version);
    let mut fresh = Editor::start(&Desk::new(), plain());
    assert_eq!(edited, fresh.opens(&uri, last));
    assert_eq!(edited.len(), 2);
    // Most of the texts in between were never read.
    assert!(desk.model.readings("then") <= 100);
}

#[test]
fn an_old_reading_is_dropped_and_typing_does_not_wait_for_it() {
    let desk = Desk::with(held(false));
    let mut editor = Editor::start(&desk, plain());
    let uri = uri("a.txt");
    editor.open_as(
        &uri,
        "plaintext",
        "The first. The harbour was gibberish before the twaddle race.",
    );
    reads(&desk.model, "first");
    // The model reads and does not end. All else goes on.
    editor.change(
        &uri,
        2,
        json!([{ "text": "The second. The harbour was gibberish before the twaddle race." }]),
    );
    assert_eq!(editor.hovers(&uri, 0, 20), Ok(Value::Null));
    editor.change(
        &uri,
        3,
        json!([{ "range": range((0, 0), (0, 3)), "text": "A" }]),
    );
    assert_eq!(editor.hovers(&uri, 7, 0), Err(-32602));
    desk.model.let_go();
    assert_eq!(editor.diagnostics(&uri, 3).len(), 2);
    let others = editor.received.iter();
    assert_eq!(
        others
            .filter(|(method, _)| method.contains("publish"))
            .count(),
        0
    );
    assert_eq!(desk.model.readings("The second"), 0);
}

#[test]
fn the_document_that_was_changed_last_comes_first() {
    let desk = Desk::with(held(false));
    let mut editor = Editor::start(&desk, plain());
    editor.open_as(
        &uri("held.txt"),
        "plaintext",
        "The first. The harbour was gibberish before the twaddle race.",
    );
    reads(&desk.model, "first");
    for name in ["older", "newer", "newest"] {
        editor.open_as(
            &uri(name),
            "plaintext",
            &format!("The {name} text was gibberish."),
        );
    }
    editor.notify(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": uri("newest") } }),
    );
    // What was said before is done.
    editor.asks("textDocument/hover", json!({})).unwrap_err();
    desk.model.let_go();
    editor.diagnostics(&uri("older"), 1);
    let read = desk.model.texts();
    let place = |mark: &str| read.iter().position(|text| text.contains(mark));
    assert!(place("newer") < place("older"), "{read:?}");
    assert_eq!(place("newest"), None);
}

#[test]
fn a_document_that_is_closed_has_no_diagnostics_left() {
    let mut editor = Editor::start(&Desk::new(), plain());
    let uri = uri("a.txt");
    assert_eq!(editor.opens(&uri, GARBLED).len(), 2);
    editor.notify(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": uri } }),
    );
    let params = editor.told("textDocument/publishDiagnostics", |params| {
        params["uri"] == uri
    });
    assert_eq!(params["diagnostics"], json!([]));
    assert_eq!(editor.hovers(&uri, 0, 0), Err(-32602));
}

#[test]
fn a_text_that_cannot_be_followed_is_not_judged_until_it_is_known_again() {
    let mut editor = Editor::start(&Desk::new(), plain());
    let uri = uri("a.txt");
    editor.opens(&uri, GARBLED);
    let backwards = json!([{ "range": range((0, 9), (0, 3)), "text": "" }]);
    let beyond = json!([{ "range": range((8, 0), (9, 0)), "text": "" }]);
    let odd = json!([{ "range": { "start": { "line": -1 } }, "text": "x" }]);
    for (version, changes) in [(2, backwards), (4, beyond), (6, odd), (8, json!(7))] {
        editor.change(&uri, version, changes);
        let params = editor.told("textDocument/publishDiagnostics", |params| {
            params["uri"] == uri
        });
        assert_eq!(
            codes(params["diagnostics"].as_array().unwrap()),
            ["not_judged"]
        );
        editor.told("window/logMessage", |_| true);
        editor.change(&uri, version + 1, json!([{ "text": GARBLED }]));
        assert_eq!(editor.diagnostics(&uri, version + 1).len(), 2);
    }
}
