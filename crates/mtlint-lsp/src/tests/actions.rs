//! Hovers and actions.

use super::*;

const VARSOVIE: &str = "🦊 The minister met them in Varsovie, and in Varsovie he slept.";

/// A text with its edits made, from the last to the first.
fn edited(text: &str, edits: &Value) -> String {
    let mut units: Vec<u16> = text.encode_utf16().collect();
    for edit in edits.as_array().unwrap().iter().rev() {
        let range = &edit["range"];
        let at = |place: &Value| usize::try_from(place["character"].as_u64().unwrap()).unwrap();
        let new: Vec<u16> = edit["newText"].as_str().unwrap().encode_utf16().collect();
        units.splice(at(&range["start"])..at(&range["end"]), new);
    }
    String::from_utf16(&units).unwrap()
}

#[test]
fn a_correction_is_an_edit_of_this_version() {
    let mut editor = Editor::start(&Desk::new(), able());
    let uri = uri("a.txt");
    let diagnostics = editor.opens(&uri, VARSOVIE);
    let first = &diagnostics[0];
    let actions = editor.actions(&uri, first["range"].clone(), Some("quickfix"));
    let fix = &actions[0];
    assert!(
        fix["title"].as_str().unwrap().contains("Varsovie → Warsaw"),
        "{fix}"
    );
    assert_eq!(fix["kind"], "quickfix");
    let mut shown = first.clone();
    shown.as_object_mut().unwrap().remove("relatedInformation");
    assert_eq!(fix["diagnostics"], json!([shown]));
    let change = &fix["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"], json!({ "uri": uri, "version": 1 }));
    let after = edited(VARSOVIE, &change["edits"]);
    assert_eq!(after, VARSOVIE.replacen("Varsovie", "Warsaw", 1));

    // An editor that knows no versions gets the same edit.
    let mut other = Editor::start(&Desk::new(), plain());
    other.opens(&uri, VARSOVIE);
    let actions = other.actions(&uri, first["range"].clone(), None);
    let plain = &actions[0]["edit"]["changes"][&uri];
    assert_eq!(edited(VARSOVIE, plain), after);
}

#[test]
fn a_cursor_at_either_end_of_a_finding_means_it() {
    let mut editor = Editor::start(&Desk::new(), able());
    let uri = uri("a.txt");
    let diagnostics = editor.opens(&uri, GARBLED);
    let place = &diagnostics[0]["range"];
    assert_eq!(*place, range((0, 16), (0, 25)));
    for (at, some) in [(15, false), (16, true), (20, true), (25, true), (26, false)] {
        let actions = editor.actions(&uri, range((0, at), (0, at)), Some("quickfix"));
        assert_eq!(!actions.is_empty(), some, "{at}");
    }
}

#[test]
fn safe_corrections_are_preferred_and_made_together() {
    let desk = Desk::new();
    let mut editor = Editor::start(&desk, able());
    let uri = uri("a.txt");
    let text = "The the harbour was quiet. It was cold, said the the keeper.";
    editor.opens(&uri, text);
    let all = editor.actions(&uri, range((0, 0), (0, 5)), None);
    let preferred: Vec<&Value> = all
        .iter()
        .filter(|one| one["isPreferred"] == true)
        .collect();
    assert_eq!(preferred.len(), 1, "{all:?}");
    let fix_all = |editor: &mut Editor, only: &str| {
        let actions = editor.actions(&uri, range((0, 0), (0, 0)), Some(only));
        let kinds = actions
            .iter()
            .filter(|one| one["kind"] == "source.fixAll.mtlint");
        kinds.cloned().collect::<Vec<Value>>()
    };
    for only in ["source", "source.fixAll", "source.fixAll.mtlint", ""] {
        let actions = fix_all(&mut editor, only);
        let edits = &actions[0]["edit"]["documentChanges"][0]["edits"];
        let after = edited(text, edits);
        assert_eq!(
            after, "The harbour was quiet. It was cold, said the keeper.",
            "{only}"
        );
    }
    for only in ["source.fixAll.other", "source.fix", "quickfix"] {
        assert_eq!(fix_all(&mut editor, only), [Value::Null; 0], "{only}");
    }
}

#[test]
fn a_word_is_accepted_by_the_host_and_all_is_read_again() {
    let desk = Desk::new();
    let mut editor = Editor::start(&desk, able());
    let uri = uri("a.txt");
    let diagnostics = editor.opens(&uri, GARBLED);
    let accept = |editor: &mut Editor, diagnostic: &Value| {
        let actions = editor.actions(&uri, diagnostic["range"].clone(), None);
        let mut accept = actions.into_iter();
        let accept = accept.find(|one| one["command"]["command"] == "mtlint.accept");
        accept.unwrap()["command"].clone()
    };
    let command = accept(&mut editor, &diagnostics[0]);
    assert_eq!(command["title"], "Accept \"gibberish\" in mtlint.toml");
    editor.runs(&command).unwrap();
    editor.diagnostics(&uri, 1);
    let (place, text) = desk.accepted.lock().unwrap().pop().unwrap();
    assert_eq!(
        (place.path.as_deref(), text.as_str()),
        (Some(Path::new("/desk/a.txt")), "gibberish")
    );
    // Why it cannot be done is shown.
    let command = accept(&mut editor, &diagnostics[1]);
    assert_eq!(editor.runs(&command), Err(-32803));
    let shown = editor.told("window/showMessage", |_| true);
    assert_eq!(shown["message"], "the desk is locked");
    // What has no file has no configuration.
    editor.open_as("untitled:1", "plaintext", GARBLED);
    editor.diagnostics("untitled:1", 1);
    let actions = editor.actions("untitled:1", range((0, 16), (0, 16)), None);
    assert!(
        actions
            .iter()
            .all(|one| one["command"]["command"] != "mtlint.accept")
    );
    assert!(!actions.is_empty());
}

#[test]
fn a_finding_that_was_dismissed_stays_away() {
    let mut editor = Editor::start(&Desk::new(), able());
    let uri = uri("a.txt");
    editor.opens(&uri, GARBLED);
    let actions = editor.actions(&uri, range((0, 16), (0, 16)), None);
    let dismiss = actions.last().unwrap();
    assert_eq!(dismiss["command"]["command"], "mtlint.dismiss");
    editor.runs(&dismiss["command"]).unwrap();
    assert_eq!(editor.diagnostics(&uri, 1).len(), 1);
    assert_eq!(editor.hovers(&uri, 0, 18), Ok(Value::Null));
    assert_eq!(
        editor.actions(&uri, range((0, 18), (0, 18)), Some("quickfix")),
        [Value::Null; 0]
    );
    // An edit elsewhere does not bring it back.
    editor.change(
        &uri,
        2,
        json!([{ "text": format!("Rain fell.\n\n{GARBLED}") }]),
    );
    assert_eq!(editor.diagnostics(&uri, 2).len(), 1);
}

#[test]
fn a_hover_tells_the_evidence_and_obeys_nothing() {
    let mut editor = Editor::start(&Desk::new(), able());
    let uri = uri("a.txt");
    editor.opens(&uri, GARBLED);
    let hover = editor.hovers(&uri, 0, 20).unwrap();
    assert_eq!(hover["range"], range((0, 16), (0, 25)));
    assert_eq!(hover["contents"]["kind"], "markdown");
    let words = hover["contents"]["value"].as_str().unwrap();
    for part in [
        "**",
        " % sure",
        "Why: ",
        "gibberish",
        "bits more surprising",
        "Advice: ",
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert_eq!(editor.hovers(&uri, 0, 3), Ok(Value::Null));

    let hostile = "It was [gibberish](command:x)<img>`twaddle` there.";
    for (capabilities, kind) in [(able(), "markdown"), (plain(), "plaintext")] {
        let mut editor = Editor::start(&Desk::new(), capabilities);
        let diagnostics = editor.opens(&uri, hostile);
        for one in diagnostics {
            let start = one["range"]["start"]["character"].as_u64().unwrap();
            let hover = editor
                .hovers(&uri, 0, u32::try_from(start).unwrap())
                .unwrap();
            assert_eq!(hover["contents"]["kind"], kind);
            let words = hover["contents"]["value"].as_str().unwrap();
            let bare = words
                .replace("\\[", "")
                .replace("\\<", "")
                .replace("\\`", "");
            let obeyed = bare.contains(['[', '<', '`']);
            assert!(kind == "plaintext" || !obeyed, "{words}");
        }
    }
}
