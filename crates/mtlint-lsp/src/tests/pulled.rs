//! Diagnostics that the editor asks for.

use super::*;

fn pulling() -> Value {
    json!({
        "textDocument": { "diagnostic": { "relatedInformation": true } },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    })
}

fn pull(editor: &mut Editor, uri: &str, known: Option<&Value>) -> RequestId {
    let mut params = json!({ "textDocument": { "uri": uri } });
    if let Some(known) = known {
        params["previousResultId"] = known.clone();
    }
    editor.request("textDocument/diagnostic", params)
}

#[test]
fn they_are_those_that_are_sent_elsewhere_and_are_sent_once() {
    let mut editor = Editor::start(&Desk::new(), pulling());
    let provider = &editor.server_says["capabilities"]["diagnosticProvider"];
    assert_eq!(provider["interFileDependencies"], false);
    let uri = uri("a.txt");
    editor.open_as(&uri, "plaintext", GARBLED);
    let id = pull(&mut editor, &uri, None);
    let full = editor.answer(&id).unwrap();
    assert_eq!(full["kind"], "full");
    let mut other = Editor::start(&Desk::new(), plain());
    let mut items = full["items"].as_array().unwrap().clone();
    for item in &mut items {
        // Only this editor shows places in other files.
        item.as_object_mut().unwrap().remove("relatedInformation");
    }
    assert_eq!(items, other.opens(&uri, GARBLED));
    let id = pull(&mut editor, &uri, Some(&full["resultId"]));
    let same = editor.answer(&id).unwrap();
    assert_eq!(same["kind"], "unchanged");
    assert_eq!(same["resultId"], full["resultId"]);
    let sent = editor.received.iter();
    assert_eq!(
        sent.filter(|(method, _)| method.contains("publish"))
            .count(),
        0
    );
}

#[test]
fn who_asks_for_a_text_that_changes_is_told_to_ask_again() {
    let desk = Desk::with(held(false));
    let mut editor = Editor::start(&desk, pulling());
    let uri = uri("a.txt");
    editor.open_as(
        &uri,
        "plaintext",
        "The first. The harbour was gibberish before the twaddle race.",
    );
    let (first, cancelled) = (pull(&mut editor, &uri, None), pull(&mut editor, &uri, None));
    let whole = range((0, 0), (0, 0));
    let context = json!({ "diagnostics": [] });
    let action = editor.request(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri }, "range": whole, "context": context,
        }),
    );
    editor.notify("$/cancelRequest", json!({ "id": 3 }));
    assert_eq!(editor.answer(&cancelled), Err(-32800));
    editor.change(
        &uri,
        2,
        json!([{ "text": "The second. The harbour was gibberish before the twaddle race." }]),
    );
    assert_eq!(editor.answer(&first), Err(-32802));
    assert_eq!(editor.answer(&action), Err(-32801));
    let second = pull(&mut editor, &uri, None);
    let closed = pull(&mut editor, &uri, None);
    desk.model.let_go();
    let full = editor.answer(&second).unwrap();
    assert_eq!(full["items"].as_array().unwrap().len(), 2);
    editor.answer(&closed).unwrap();
}

#[test]
fn what_changes_by_itself_is_said() {
    let desk = Desk::new();
    let mut editor = Editor::start(&desk, pulling());
    let uri = uri("a.txt");
    editor.open_as(&uri, "plaintext", GARBLED);
    let id = pull(&mut editor, &uri, None);
    let full = editor.answer(&id).unwrap();
    let fingerprint = &full["items"][0]["data"]["fingerprint"];
    let dismiss = json!({
        "command": "mtlint.dismiss", "arguments": [{ "uri": uri, "fingerprint": fingerprint }],
    });
    editor.runs(&dismiss).unwrap();
    editor.told("workspace/diagnostic/refresh", |_| true);
    let id = pull(&mut editor, &uri, Some(&full["resultId"]));
    let left = editor.answer(&id).unwrap();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(left["items"][0], full["items"][1]);
}
