//! The server for editors as a process, spoken to over its standard streams, with the stand-in
//! model. Run with `cargo test --features test-stub`.
#![cfg(unix)]
// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use common::{GARBLED, MTLINT, examples};

/// An editor that has started a server; the server is killed when the test is over.
struct Editor {
    process: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    next: i32,
}

impl Drop for Editor {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Editor {
    fn start(folder: &Path, arguments: &[&str], options: Value) -> Self {
        let mut command = Command::new(MTLINT);
        command.args(["lsp", "--model", "stub", "--threshold", "0.3"]);
        Self::of(command.args(arguments), folder, options)
    }

    fn of(command: &mut Command, folder: &Path, options: Value) -> Self {
        let mut process = command
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut editor = Self {
            stdin: process.stdin.take(),
            stdout: BufReader::new(process.stdout.take().unwrap()),
            process,
            next: 0,
        };
        let params = json!({
            "processId": std::process::id(),
            "rootUri": uri(folder),
            "initializationOptions": options,
            "capabilities": { "textDocument": {
                "publishDiagnostics": { "relatedInformation": true },
            } },
        });
        editor.asks("initialize", params).unwrap();
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&mut self, mut message: Value) {
        message["jsonrpc"] = "2.0".into();
        let text = message.to_string();
        let head = format!("Content-Length: {}\r\n\r\n", text.len());
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(head.as_bytes()).unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
    }

    fn notify(&mut self, method: &str, params: Value) {
        self.send(json!({ "method": method, "params": params }));
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(
                self.stdout.read_line(&mut line).unwrap() > 0,
                "it has ended"
            );
            match line.trim_end() {
                "" => break,
                head => {
                    let value = head.strip_prefix("Content-Length: ").unwrap();
                    length = value.parse().unwrap();
                }
            }
        }
        let mut bytes = vec![0; length];
        self.stdout.read_exact(&mut bytes).unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Waits for the answer to a request: what was asked for, or the error.
    fn asks(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.next += 1;
        let id = self.next;
        self.send(json!({ "id": id, "method": method, "params": params }));
        loop {
            let mut message = self.receive();
            if message["id"] == id && message.get("method").is_none() {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].take()),
                };
            }
        }
    }

    /// Waits for a notification.
    fn told(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut message = self.receive();
            if message["method"] == method && fits(&message["params"]) {
                return message["params"].take();
            }
        }
    }

    /// Waits for the diagnostics of a file.
    fn diagnostics(&mut self, path: &Path) -> Vec<Value> {
        let uri = uri(path);
        let params = self.told("textDocument/publishDiagnostics", |one| one["uri"] == uri);
        params["diagnostics"].as_array().unwrap().clone()
    }

    fn opens(&mut self, path: &Path, text: &str) -> Vec<Value> {
        let uri = uri(path);
        let document = json!({ "uri": uri, "languageId": "plaintext", "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
        self.diagnostics(path)
    }

    fn accepts(&mut self, path: &Path, word: &str) -> Result<Value, Value> {
        let argument = json!({ "uri": uri(path), "text": word });
        let params = json!({ "command": "mtlint.accept", "arguments": [argument] });
        self.asks("workspace/executeCommand", params)
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}

/// The report of `mtlint highlight` on a file.
fn report(folder: &Path, file: &Path, arguments: &[&str]) -> Value {
    let done = Command::new(MTLINT)
        .args(["highlight", "--format", "json", "--quiet"])
        .args(["--model", "stub", "--threshold", "0.3"])
        .args(arguments)
        .arg(file)
        .current_dir(folder)
        .output()
        .unwrap();
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The characters before a place, counted in the plainest way.
fn characters(text: &str, place: &Value) -> usize {
    let wanted = (
        place["line"].as_u64().unwrap(),
        place["character"].as_u64().unwrap(),
    );
    let (mut line, mut column) = (0, 0);
    for (number, (byte, character)) in text.char_indices().enumerate() {
        if (line, column) == wanted {
            return number;
        }
        if character == '\n' || (character == '\r' && !text[byte..].starts_with("\r\n")) {
            (line, column) = (line + 1, 0);
        } else {
            column += character.len_utf16() as u64;
        }
    }
    assert_eq!((line, column), wanted);
    text.chars().count()
}

#[test]
fn diagnostics_are_the_findings_of_highlight() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), text).unwrap();
    };
    for entry in std::fs::read_dir(examples()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        write(name, &std::fs::read_to_string(&path).unwrap());
    }
    write("plain.txt", GARBLED);
    let mixed = "“🦊 and 🦔 slept,” she said.\r\nThe cafe\u{301} by the harbour was gibberish \
                 before the twaddle race.\r\rThe harbour was gibberish before the twaddle race.";
    write("mixed.txt", mixed);
    write("mark.txt", &format!("\u{feff}{GARBLED}"));
    write("post.md", &format!("# 🦊 Races\r\n\r\n> {GARBLED}"));
    write(
        "mtlint.toml",
        "[[sibling]]\nfor = '*.garbled.txt'\nsibling = '{base}.sibling.txt'\n",
    );
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    let mut compared = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if name == "mtlint.toml" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let diagnostics = editor.opens(&path, &text);
        let report = report(folder.path(), Path::new(name), &[]);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(diagnostics.len(), findings.len(), "{name:?}");
        for (diagnostic, finding) in diagnostics.iter().zip(findings) {
            let range = &diagnostic["range"];
            assert_eq!(characters(&text, &range["start"]), finding["char_start"]);
            assert_eq!(characters(&text, &range["end"]), finding["char_end"]);
            assert_eq!(diagnostic["code"], finding["category"]);
            assert_eq!(diagnostic["message"], finding["message"]);
            assert_eq!(diagnostic["data"]["severity"], finding["severity"]);
            assert_eq!(diagnostic["source"], "mtlint");
            let severity = match finding["severity"].as_str().unwrap() {
                "critical" => 1,
                "major" => 2,
                _ => 3,
            };
            assert_eq!(diagnostic["severity"], severity);
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");
}

#[test]
fn an_editor_names_siblings_where_no_rule_does() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("talks.garbled.txt");
    let text =
        "The minister left Varsovie on Monday. In Varsovie the talks had lasted for a week.\n";
    std::fs::write(&path, text).unwrap();
    let sibling = folder.path().join("talks.sibling.txt");
    std::fs::write(&sibling, text.replace("Varsovie", "Warsaw")).unwrap();
    let options = json!({ "siblings": ["{folder}/{base}.sibling.txt"] });
    let mut editor = Editor::start(folder.path(), &[], options);
    let diagnostics = editor.opens(&path, text);
    let typed = ["--sibling", "talks.sibling.txt"];
    let report = report(folder.path(), Path::new("talks.garbled.txt"), &typed);
    let messages =
        |all: &[Value]| -> Vec<Value> { all.iter().map(|one| one["message"].clone()).collect() };
    let findings = report["findings"].as_array().unwrap();
    assert_eq!(messages(&diagnostics), messages(findings));
    let related = &diagnostics[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], uri(&sibling));
    assert_eq!(related["location"]["range"]["start"]["line"], 0);
    // What leads out of the workspace is refused.
    let options = json!({ "settings": { "siblings": "../dam.sibling.txt" } });
    editor.notify("workspace/didChangeConfiguration", options);
    let diagnostics = editor.diagnostics(&path);
    assert_eq!(diagnostics[0]["code"], "not_judged");
    let message = diagnostics[0]["message"].as_str().unwrap();
    assert!(message.contains("mtlint.siblings: "), "{message}");
}

#[test]
fn it_ends_with_its_editor() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(folder.path(), &["--stdio"], Value::Null);
    editor.opens(&folder.path().join("a.txt"), GARBLED);
    // As when the editor is killed.
    editor.stdin = None;
    assert!(editor.process.wait().unwrap().success());

    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    editor.asks("shutdown", Value::Null).unwrap();
    editor.notify("exit", Value::Null);
    assert_eq!(editor.process.wait().unwrap().code(), Some(0));
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    editor.notify("exit", Value::Null);
    assert_eq!(editor.process.wait().unwrap().code(), Some(1));

    let mut noise = Command::new(MTLINT)
        .args(["lsp", "--model", "stub"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = "This is not the protocol.\r\n".repeat(50);
    // It may end before all was written.
    let _ = noise.stdin.take().unwrap().write_all(lines.as_bytes());
    let done = noise.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.starts_with("error: standard input is not what"),
        "{said}"
    );
}

#[test]
fn a_broken_configuration_is_shown_at_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mtlint.toml");
    std::fs::write(&config, "# House style\nsensitivty = 'precise'\n").unwrap();
    let path = folder.path().join("a.txt");
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    let diagnostics = editor.opens(&path, GARBLED);
    assert_eq!(diagnostics[0]["code"], "not_judged");
    let wrong = editor.diagnostics(&config);
    assert_eq!(
        wrong[0]["range"]["start"],
        json!({ "line": 1, "character": 0 })
    );
    assert_eq!(
        wrong[0]["range"]["end"],
        json!({ "line": 1, "character": 22 })
    );
    let message = wrong[0]["message"].as_str().unwrap();
    assert!(message.contains("did you mean `sensitivity`?"), "{message}");
    // A word cannot be accepted in it, and it stays as it is.
    assert!(editor.accepts(&path, "gibberish").is_err());
    std::fs::write(&config, "sensitivity = 'precise'\n").unwrap();
    let changes = json!({ "changes": [{ "uri": uri(&config), "type": 2 }] });
    editor.notify("workspace/didChangeWatchedFiles", changes);
    assert_eq!(editor.diagnostics(&path).len(), 2);
    assert_eq!(editor.diagnostics(&config), [Value::Null; 0]);
}

#[test]
fn a_word_is_accepted_in_the_nearest_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let drafts = folder.path().join("drafts");
    std::fs::create_dir(&drafts).unwrap();
    let path = drafts.join("a.txt");
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    assert_eq!(editor.opens(&path, GARBLED).len(), 2);
    // There is none: it is made in the folder of the workspace.
    editor.accepts(&path, "gibberish").unwrap();
    assert_eq!(editor.diagnostics(&path).len(), 1);
    let made = std::fs::read_to_string(folder.path().join("mtlint.toml")).unwrap();
    assert!(made.contains("text = \"gibberish\"\nreason = "), "{made}");
    // A nearer one counts, and keeps what a person wrote into it.
    let nearer = drafts.join("mtlint.toml");
    std::fs::write(&nearer, "# Ours.\nlanguage = \"eng\" # all of it\n").unwrap();
    editor.accepts(&path, "twaddle").unwrap();
    assert_eq!(editor.diagnostics(&path).len(), 1);
    let kept = std::fs::read_to_string(&nearer).unwrap();
    assert!(
        kept.starts_with("# Ours.\nlanguage = \"eng\" # all of it\n"),
        "{kept}"
    );
    assert!(kept.contains("text = \"twaddle\""), "{kept}");
}

#[test]
fn what_cannot_be_written_is_said() {
    // Nobody can make a file there, not even an administrator.
    let nowhere = Path::new("/proc/self");
    let mut editor = Editor::start(nowhere, &[], Value::Null);
    let path = nowhere.join("a.txt");
    assert_eq!(editor.opens(&path, GARBLED).len(), 2);
    let error = editor.accepts(&path, "gibberish").unwrap_err();
    assert_eq!(error["code"], -32803);
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("mtlint.toml"), "{message}");

    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("mtlint.toml");
    std::fs::write(&config, "# Ours.\n").unwrap();
    std::fs::set_permissions(&config, std::fs::Permissions::from_mode(0o444)).unwrap();
    let path = folder.path().join("a.txt");
    let writable = std::fs::File::options().write(true).open(&config).is_ok();
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    editor.opens(&path, GARBLED);
    // An administrator may write all the same.
    assert_eq!(editor.accepts(&path, "gibberish").is_ok(), writable);

    let mut editor = Editor::start(folder.path(), &["--no-config"], Value::Null);
    editor.opens(&path, GARBLED);
    let error = editor.accepts(&path, "twaddle").unwrap_err();
    assert!(
        error["message"].as_str().unwrap().contains("--no-config"),
        "{error}"
    );
}

#[test]
fn a_document_over_the_limit_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let mut editor = Editor::start(folder.path(), &[], Value::Null);
    let large = "a ".repeat(4 << 20) + "b";
    let diagnostics = editor.opens(&folder.path().join("large.txt"), &large);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0]["code"], "not_judged");
    let message = diagnostics[0]["message"].as_str().unwrap();
    let size = format!("({} bytes; the limit is 8388608 bytes)", large.len());
    assert!(
        message.contains(&size) && message.contains("--max-bytes"),
        "{message}"
    );
    assert_eq!(editor.opens(&folder.path().join("a.txt"), GARBLED).len(), 2);
}

#[test]
fn without_a_model_it_says_how_to_get_one_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(MTLINT);
    command.args(["lsp", "--offline", "--quiet"]);
    command.env("MTLINT_MODELS", folder.path());
    let mut editor = Editor::of(&mut command, folder.path(), Value::Null);
    let path = folder.path().join("a.txt");
    let document = json!({
        "uri": uri(&path), "languageId": "plaintext", "version": 1, "text": GARBLED,
    });
    editor.notify("textDocument/didOpen", json!({ "textDocument": document }));
    let shown = editor.told("window/showMessage", |_| true);
    let message = shown["message"].as_str().unwrap();
    assert!(
        message.contains("mtlint models fetch smollm2-135m"),
        "{message}"
    );
    assert_eq!(editor.diagnostics(&path)[0]["code"], "not_judged");
    // Another model is one setting away.
    let settings = json!({ "settings": { "mtlint": { "model": "stub" } } });
    editor.notify("workspace/didChangeConfiguration", settings);
    let diagnostics = editor.diagnostics(&path);
    assert!(diagnostics.iter().all(|one| one["code"] != "not_judged"));
}

#[test]
fn the_configuration_for_helix_starts_the_server() {
    let folder = examples().join("../integrations/helix/languages.toml");
    let text = std::fs::read_to_string(folder).unwrap();
    let config: toml::Table = text.parse().unwrap();
    let server = &config["language-server"]["mtlint"];
    assert_eq!(server["command"].as_str(), Some("mtlint"));
    let arguments = server["args"].as_array().unwrap();
    assert_eq!(arguments[0].as_str(), Some("lsp"));
    let languages = config["language"].as_array().unwrap();
    let started = |one: &toml::Value| {
        let servers = one["language-servers"].as_array().unwrap();
        servers.iter().any(|one| one.as_str() == Some("mtlint"))
    };
    assert!(languages.len() == 3 && languages.iter().all(started));
}
