//! Documents that cannot be judged, and models that cannot be had.

use super::*;

#[test]
fn a_document_that_cannot_be_judged_says_why() {
    let mut editor = Editor::start(&Desk::new(), plain());
    let german = "Der Hafen war still, und die Boote schliefen im Nebel. ".repeat(5);
    let large = "The harbour was gibberish. ".repeat(5_000);
    for (name, text, why) in [
        ("german.txt", german.as_str(), "German"),
        (
            "large.txt",
            &large,
            "too large (135000 bytes; the limit is 100000 bytes); ask the desk",
        ),
        (
            "failing.txt",
            "It was unspeakable gibberish.",
            "the language model failed",
        ),
        (
            "panic.txt",
            "It was a panicking gibberish.",
            "a fault of its own",
        ),
    ] {
        let diagnostics = editor.opens(&uri(name), text);
        assert_eq!(codes(&diagnostics), ["not_judged"], "{name}");
        assert_eq!(diagnostics[0]["severity"], 3);
        assert_eq!(
            diagnostics[0]["range"]["start"],
            json!({ "line": 0, "character": 0 })
        );
        let message = diagnostics[0]["message"].as_str().unwrap();
        assert!(message.starts_with("not judged by mtlint: "), "{message}");
        assert!(message.contains(why), "{message}");
        assert_eq!(
            editor.actions(&uri(name), range((0, 0), (0, 9)), None),
            [Value::Null; 0]
        );
    }
    // Nothing to judge is nothing to say, and the server is as it was.
    for (name, text) in [("empty.txt", ""), ("blank.txt", " \r\n\n")] {
        assert_eq!(editor.opens(&uri(name), text), [Value::Null; 0]);
    }
    assert_eq!(editor.opens(&uri("fine.txt"), GARBLED).len(), 2);
}

#[test]
fn a_model_that_cannot_be_had_is_said_once_and_tried_again_on_saving() {
    let desk = Desk::new();
    desk.bare.store(true, Ordering::Relaxed);
    let mut editor = Editor::start(&desk, able());
    let shown = |editor: &mut Editor| editor.told("window/showMessage", |_| true);
    let uri = uri("a.txt");
    let diagnostics = editor.opens(&uri, GARBLED);
    assert_eq!(codes(&diagnostics), ["not_judged"]);
    let message = shown(&mut editor);
    assert_eq!(message["type"], 1);
    let message = message["message"].as_str().unwrap();
    assert!(message.contains("put the model on the desk"), "{message}");
    editor.told("$/progress", |params| params["value"]["kind"] == "end");
    // Typing does not ask for it again, and neither does another document.
    editor.change(&uri, 2, json!([{ "text": GARBLED }]));
    assert_eq!(codes(&editor.diagnostics(&uri, 2)), ["not_judged"]);
    editor.opens("file:///desk/b.txt", GARBLED);
    assert_eq!(desk.loads.load(Ordering::Relaxed), 1);
    desk.bare.store(false, Ordering::Relaxed);
    editor.save(&uri);
    assert_eq!(editor.diagnostics(&uri, 2).len(), 2);
    assert_eq!(desk.loads.load(Ordering::Relaxed), 2);
    // A document that was judged is not read again when it is saved.
    let readings = desk.model.readings("harbour");
    editor.save(&uri);
    editor.opens("file:///desk/c.txt", "The boats were quiet.");
    assert_eq!(desk.model.readings("harbour"), readings);
}

#[test]
fn loading_is_shown_as_progress() {
    let mut editor = Editor::start(&Desk::new(), able());
    editor.opens(&uri("a.txt"), GARBLED);
    let created = editor.told("window/workDoneProgress/create", |_| true);
    for kind in ["begin", "report", "end"] {
        let progress = editor.told("$/progress", |params| params["value"]["kind"] == kind);
        assert_eq!(progress["token"], created["token"]);
    }
    let mut other = Editor::start(&Desk::new(), plain());
    other.opens(&uri("a.txt"), GARBLED);
    assert!(
        other
            .received
            .iter()
            .all(|(method, _)| !method.contains("rogress"))
    );
}

#[test]
fn a_server_ends_while_the_model_reads() {
    let desk = Desk::with(held(false));
    let editor = Editor::start(&desk, plain());
    editor.open_as(&uri("a.txt"), "plaintext", GARBLED);
    reads(&desk.model, "harbour");
    assert_eq!(editor.goes(), Ending::Gone);
    desk.model.let_go();
}
