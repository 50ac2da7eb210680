//! Settings, configurations, and siblings in files.

use mtlint::Sensitivity;

use super::*;
use crate::session::PAUSE;

#[test]
fn settings_come_at_the_start_and_later() {
    let desk = Desk::new();
    let options = json!({ "mtlint": { "sensitivity": "thorough", "siblings": "s.txt" } });
    let params = json!({
        "capabilities": {}, "initializationOptions": options,
        "workspaceFolders": [
            { "uri": "file:///desk", "name": "a" }, { "uri": "file:///desk/inner", "name": "b" },
        ],
    });
    let mut editor = Editor::start_with(&desk, params);
    let inner = uri("inner/a.txt");
    editor.opens(&inner, GARBLED);
    let (place, settings) = desk.asked.lock().unwrap().pop().unwrap();
    assert_eq!(place.path.as_deref(), Some(Path::new("/desk/inner/a.txt")));
    assert_eq!(place.folder.as_deref(), Some(Path::new("/desk/inner")));
    assert_eq!(settings.sensitivity, Some(Sensitivity::Thorough));
    assert_eq!(settings.siblings, ["s.txt"]);

    let configure = |settings: Value| json!({ "settings": settings });
    let method = "workspace/didChangeConfiguration";
    // Wrong ones are said, and what counted counts on.
    editor.notify(method, configure(json!({ "sensitivity": "high" })));
    let warning = editor.told("window/showMessage", |_| true);
    assert_eq!(warning["type"], 2);
    editor.diagnostics(&inner, 1);
    let (_, settings) = desk.asked.lock().unwrap().pop().unwrap();
    assert_eq!(settings.sensitivity, Some(Sensitivity::Thorough));
    editor.notify(method, configure(json!({ "model": "none" })));
    assert_eq!(codes(&editor.diagnostics(&inner, 1)), ["not_judged"]);
    editor.notify(method, configure(json!({})));
    assert_eq!(editor.diagnostics(&inner, 1).len(), 2);
    let (_, settings) = desk.asked.lock().unwrap().pop().unwrap();
    assert_eq!(settings, ClientSettings::default());

    let event = json!({ "added": [], "removed": [{ "uri": "file:///desk/inner", "name": "b" }] });
    editor.notify(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": event }),
    );
    editor.diagnostics(&inner, 1);
    let (place, _) = desk.asked.lock().unwrap().pop().unwrap();
    assert_eq!(place.folder.as_deref(), Some(Path::new("/desk")));
}

#[test]
fn what_is_wrong_with_a_configuration_is_shown_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mtlint.toml");
    std::fs::write(&path, "# é🦊\nsensitivty = 'é🦊'\r\n").unwrap();
    let desk = Desk::new();
    *desk.fault.lock().unwrap() = Some(PlanError {
        message: "mtlint.toml:2:1: unknown key `sensitivty`".to_owned(),
        configuration: Some((path.clone(), 2)),
    });
    let mut editor = Editor::start(&desk, able());
    let watched = editor.told("client/registerCapability", |_| true);
    let watchers = &watched["registrations"][0]["registerOptions"]["watchers"];
    assert_eq!(watchers[0]["globPattern"], "**/mtlint.toml");

    let own = file_uri(&path);
    let (a, b) = (uri("a.txt"), uri("b.txt"));
    assert_eq!(codes(&editor.opens(&a, GARBLED)), ["not_judged"]);
    let shown = |editor: &mut Editor| {
        let params = editor.told("textDocument/publishDiagnostics", |one| one["uri"] == own);
        params["diagnostics"].as_array().unwrap().clone()
    };
    let wrong = shown(&mut editor);
    assert_eq!(codes(&wrong), ["configuration"]);
    assert_eq!(wrong[0]["range"], range((1, 0), (1, 18)));
    assert_eq!(wrong[0]["severity"], 1);
    // A second document that it is for brings no second diagnostic.
    editor.opens(&b, GARBLED);
    assert_eq!(shown(&mut editor).len(), 1);

    *desk.fault.lock().unwrap() = None;
    let changes = json!({ "changes": [{ "uri": own, "type": 2 }] });
    editor.notify("workspace/didChangeWatchedFiles", changes);
    assert_eq!(editor.diagnostics(&a, 1).len(), 2);
    assert_eq!(editor.diagnostics(&b, 1).len(), 2);
    while !shown(&mut editor).is_empty() {}
}

/// A document and its sibling, in files.
struct Pair {
    _folder: tempfile::TempDir,
    uri: String,
    sibling: PathBuf,
}

const WARSAW: &str =
    "The minister left Varsovie on Monday. In Varsovie the talks had lasted for a week.\n";

impl Pair {
    fn new(desk: &Desk, sibling_text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (path, sibling) = (folder.path().join("a.txt"), folder.path().join("s.txt"));
        std::fs::write(&path, WARSAW).unwrap();
        std::fs::write(&sibling, sibling_text).unwrap();
        let mut siblings = desk.siblings.lock().unwrap();
        siblings.insert(path.clone(), vec![sibling.clone()]);
        Self {
            _folder: folder,
            uri: file_uri(&path),
            sibling,
        }
    }
}

#[test]
fn a_diagnostic_leads_to_the_sentence_of_the_sibling() {
    let desk = Desk::new();
    let said = "The minister left Warsaw on Monday.";
    let text = format!("\u{feff}{said} In Warsaw the talks had lasted for a week.\r\n");
    let pair = Pair::new(&desk, &text);
    let mut editor = Editor::start(&desk, able());
    let diagnostics = editor.opens(&pair.uri, WARSAW);
    let related = &diagnostics[0]["relatedInformation"];
    assert_eq!(related[0]["location"]["uri"], file_uri(&pair.sibling));
    let end = u32::try_from(said.len()).unwrap();
    assert_eq!(related[0]["location"]["range"], range((0, 0), (0, end)));
    let message = related[0]["message"].as_str().unwrap();
    assert!(message.ends_with("s.txt says \"Warsaw\""), "{message}");
    let hover = editor.hovers(&pair.uri, 0, 20).unwrap();
    let words = hover["contents"]["value"].as_str().unwrap();
    assert!(words.contains(&format!("s.txt says: {said}")), "{words}");
    // The sibling is read once, however often the document is.
    editor.change(&pair.uri, 2, json!([{ "text": format!("{WARSAW}More.") }]));
    editor.diagnostics(&pair.uri, 2);
    assert_eq!(desk.model.readings(said), 1);
}

#[test]
fn a_reading_is_given_up_once_a_newer_text_may_be_read() {
    let desk = Desk::with(held(false));
    let said = "The minister left Warsaw on Monday.";
    let pair = Pair::new(&desk, said);
    let mut editor = Editor::start(&desk, able());
    editor.open_as(&pair.uri, "plaintext", &format!("First. {WARSAW}"));
    reads(&desk.model, said);
    editor.change(
        &pair.uri,
        2,
        json!([{ "text": format!("Second. {WARSAW}") }]),
    );
    // What was said before is done, but what is typed waits for a moment.
    editor.asks("textDocument/hover", json!({})).unwrap_err();
    std::thread::sleep(PAUSE + Duration::from_millis(100));
    desk.model.let_go();
    assert!(!editor.diagnostics(&pair.uri, 2).is_empty());
    let counts = ["First.", "Second.", said].map(|mark| desk.model.readings(mark));
    assert_eq!(counts, [0, 1, 1]);
}

#[test]
fn a_sibling_that_changes_or_goes_is_noticed() {
    let desk = Desk::new();
    let pair = Pair::new(&desk, "The minister left Warsaw on Monday.");
    let mut editor = Editor::start(&desk, able());
    assert!(!editor.opens(&pair.uri, WARSAW).is_empty());
    let sibling = file_uri(&pair.sibling);
    editor.opens(&sibling, "The minister left Cracow on Monday.");
    std::fs::write(&pair.sibling, "The minister left Cracow on Monday.").unwrap();
    editor.save(&sibling);
    editor.diagnostics(&pair.uri, 1);
    std::fs::remove_file(&pair.sibling).unwrap();
    let changes = json!({ "changes": [{ "uri": sibling, "type": 3 }] });
    editor.notify("workspace/didChangeWatchedFiles", changes);
    let diagnostics = editor.diagnostics(&pair.uri, 1);
    assert_eq!(codes(&diagnostics), ["not_judged"]);
    let message = diagnostics[0]["message"].as_str().unwrap();
    assert!(message.contains("s.txt"), "{message}");
}

#[test]
fn a_sibling_on_which_the_model_fails_is_named() {
    for text in ["It was unspeakable there.", "It was a panicking day there."] {
        let desk = Desk::new();
        let pair = Pair::new(&desk, text);
        let mut editor = Editor::start(&desk, able());
        let diagnostics = editor.opens(&pair.uri, WARSAW);
        assert_eq!(codes(&diagnostics), ["not_judged"]);
        let message = diagnostics[0]["message"].as_str().unwrap();
        assert!(
            message.contains("on its sibling") && message.contains("s.txt"),
            "{message}"
        );
    }
}
