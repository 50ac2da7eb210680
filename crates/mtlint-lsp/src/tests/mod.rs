//! Whole conversations with an editor, in this process, with the stand-in model.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use lsp_server::{Connection, Message, Notification, Request, RequestId, Response};
use mtlint::lm::stub::{Held, Stub};
use mtlint::lm::{LanguageModel, Precision};
use mtlint::report::{AbstainReason, Failure, Language, message};
use mtlint::{Linter, Options};
use serde_json::{Value, json};

use crate::server::{Ending, run};
use crate::{ClientSettings, Host, Loading, ModelChoice, Place, Plan, PlanError};

mod actions;
mod configuration;
mod edits;
mod failures;
mod places;
mod protocol;
mod pulled;

const GARBLED: &str = "The harbour was gibberish before the twaddle race.";

const MAX_BYTES: u64 = 100_000;

/// The stand-in, which waits before each reading until it is let go unless it is `open`, and
/// panics on a word.
fn held(open: bool) -> Arc<Held> {
    let table = [
        ("gibberish", 75.0),
        ("twaddle", 60.0),
        ("Varsovie", 30.0),
        ("Warsaw", 3.0),
    ];
    let stub = Stub::new(table).failing_on("unspeakable");
    Held::new(stub.panicking_on("panicking"), open)
}

/// Waits until a text with `mark` in it is begun to be read.
fn reads(model: &Held, mark: &str) {
    while model.readings(mark) == 0 {
        std::thread::yield_now();
    }
}

/// A host without files: what it says is set by the tests.
struct Desk {
    model: Arc<Held>,
    /// The siblings of each document, by their paths.
    siblings: Mutex<HashMap<PathBuf, Vec<PathBuf>>>,
    /// What is wrong with the configuration.
    fault: Mutex<Option<PlanError>>,
    /// Whether there is no model to be had.
    bare: AtomicBool,
    loads: AtomicUsize,
    accepted: Mutex<Vec<(Place, String)>>,
    asked: Mutex<Vec<(Place, ClientSettings)>>,
}

impl Desk {
    fn new() -> Arc<Self> {
        Self::with(held(true))
    }

    fn with(model: Arc<Held>) -> Arc<Self> {
        Arc::new(Self {
            model,
            siblings: Mutex::default(),
            fault: Mutex::default(),
            bare: AtomicBool::new(false),
            loads: AtomicUsize::new(0),
            accepted: Mutex::default(),
            asked: Mutex::default(),
        })
    }
}

impl Host for Desk {
    fn plan(&self, place: &Place, settings: &ClientSettings) -> Result<Plan, PlanError> {
        let asked = (place.clone(), settings.clone());
        self.asked.lock().unwrap().push(asked);
        if let Some(fault) = &*self.fault.lock().unwrap() {
            return Err(fault.clone());
        }
        let siblings = self.siblings.lock().unwrap();
        let own = place.path.as_ref().and_then(|path| siblings.get(path));
        Ok(Plan {
            model: ModelChoice {
                name: settings.model.clone().unwrap_or_default(),
                precision: Precision::F32,
            },
            options: Options::with_threshold(0.3),
            max_bytes: MAX_BYTES,
            siblings: own.cloned().unwrap_or_default(),
        })
    }

    fn load(&self, model: &ModelChoice, loading: &Loading) -> Result<Linter, String> {
        self.loads.fetch_add(1, Ordering::Relaxed);
        loading.step("unpacking", Some(50));
        if self.bare.load(Ordering::Relaxed) || model.name == "none" {
            return Err("there is no network; put the model on the desk".to_owned());
        }
        let model: Arc<dyn LanguageModel> = self.model.clone();
        Linter::new(model).map_err(|error| error.to_string())
    }

    fn accept(&self, place: &Place, text: &str) -> Result<PathBuf, String> {
        if text == "twaddle" {
            return Err("the desk is locked".to_owned());
        }
        let accepted = (place.clone(), text.to_owned());
        self.accepted.lock().unwrap().push(accepted);
        Ok(PathBuf::from("/desk/mtlint.toml"))
    }

    fn failure(&self, failure: &Failure) -> String {
        format!("{}; ask the desk", failure.message)
    }

    fn abstained(&self, reason: AbstainReason, language: Option<&Language>) -> String {
        message::abstained(reason, language)
    }
}

/// An editor that speaks to a server in this process.
struct Editor {
    connection: Option<Connection>,
    server: Option<JoinHandle<Ending>>,
    next: i32,
    /// What the server said of itself.
    server_says: Value,
    /// Notifications and requests of the server that nobody has looked at.
    received: Vec<(String, Value)>,
    answers: Vec<Response>,
}

/// An editor that can do nothing but what all can.
fn plain() -> Value {
    json!({})
}

/// An editor that can do all that the server makes use of, and is sent diagnostics.
fn able() -> Value {
    json!({
        "window": { "workDoneProgress": true },
        "workspace": {
            "workspaceEdit": { "documentChanges": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true },
            "hover": { "contentFormat": ["markdown", "plaintext"] },
        },
    })
}

impl Editor {
    fn start(desk: &Arc<Desk>, capabilities: Value) -> Self {
        Self::start_with(desk, json!({ "capabilities": capabilities }))
    }

    fn start_with(desk: &Arc<Desk>, params: Value) -> Self {
        let (client, server) = Connection::memory();
        let host: Arc<dyn Host> = Arc::clone(desk) as Arc<dyn Host>;
        let server = std::thread::spawn(move || run(&server, host, "1.2.3").unwrap());
        let mut editor = Self {
            connection: Some(client),
            server: Some(server),
            next: 0,
            server_says: Value::Null,
            received: Vec::new(),
            answers: Vec::new(),
        };
        editor.server_says = editor.asks("initialize", params).unwrap();
        editor.notify("initialized", json!({}));
        editor
    }

    fn send(&self, message: Message) {
        let connection = self.connection.as_ref().unwrap();
        connection.sender.send(message).unwrap();
    }

    fn notify(&self, method: &str, params: Value) {
        let method = method.to_owned();
        self.send(Notification { method, params }.into());
    }

    fn request(&mut self, method: &str, params: Value) -> RequestId {
        self.next += 1;
        let id = RequestId::from(self.next);
        let method = method.to_owned();
        let request = Request {
            id: id.clone(),
            method,
            params,
        };
        self.send(request.into());
        id
    }

    /// Takes the next message. A test that waits for ever says nothing.
    fn receive(&mut self) {
        let connection = self.connection.as_ref().unwrap();
        let message = connection.receiver.recv_timeout(Duration::from_secs(300));
        match message.unwrap() {
            Message::Response(response) => self.answers.push(response),
            Message::Notification(one) => self.received.push((one.method, one.params)),
            Message::Request(one) => {
                let answer = Response {
                    id: one.id,
                    response_result: Ok(Value::Null),
                };
                self.received.push((one.method, one.params));
                self.send(answer.into());
            }
        }
    }

    /// Waits for the answer to a request: what was asked for, or the number of the error.
    fn answer(&mut self, id: &RequestId) -> Result<Value, i32> {
        loop {
            let answer = self.answers.iter().position(|answer| answer.id == *id);
            if let Some(index) = answer {
                let answer = self.answers.remove(index).response_result;
                return answer.map_err(|error| error.code);
            }
            self.receive();
        }
    }

    fn asks(&mut self, method: &str, params: Value) -> Result<Value, i32> {
        let id = self.request(method, params);
        self.answer(&id)
    }

    /// Waits for a notification or request of the server, and takes it.
    fn told(&mut self, method: &str, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let fitting = |(name, params): &(String, Value)| name == method && fits(params);
            if let Some(index) = self.received.iter().position(fitting) {
                return self.received.remove(index).1;
            }
            self.receive();
        }
    }

    /// Waits for the diagnostics of a version of a document.
    fn diagnostics(&mut self, uri: &str, version: i32) -> Vec<Value> {
        let params = self.told("textDocument/publishDiagnostics", |params| {
            params["uri"] == uri && params["version"] == version
        });
        params["diagnostics"].as_array().unwrap().clone()
    }

    fn open_as(&self, uri: &str, language: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": language, "version": 1, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Opens a document and waits for its diagnostics.
    fn opens(&mut self, uri: &str, text: &str) -> Vec<Value> {
        self.open_as(uri, "plaintext", text);
        self.diagnostics(uri, 1)
    }

    fn change(&self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.notify("textDocument/didChange", params);
    }

    fn save(&self, uri: &str) {
        self.notify(
            "textDocument/didSave",
            json!({ "textDocument": { "uri": uri } }),
        );
    }

    /// The actions for a range of a document.
    fn actions(&mut self, uri: &str, range: Value, only: Option<&str>) -> Vec<Value> {
        let mut context = json!({ "diagnostics": [] });
        if let Some(only) = only {
            context["only"] = json!([only]);
        }
        let params = json!({ "textDocument": { "uri": uri }, "range": range, "context": context });
        let actions = self.asks("textDocument/codeAction", params).unwrap();
        actions.as_array().unwrap().clone()
    }

    fn runs(&mut self, command: &Value) -> Result<Value, i32> {
        let params = json!({
            "command": command["command"], "arguments": command["arguments"],
        });
        self.asks("workspace/executeCommand", params)
    }

    fn hovers(&mut self, uri: &str, line: u32, character: u32) -> Result<Value, i32> {
        let position = json!({ "line": line, "character": character });
        let params = json!({ "textDocument": { "uri": uri }, "position": position });
        self.asks("textDocument/hover", params)
    }

    /// Closes the connection, and says how the server ended.
    fn goes(mut self) -> Ending {
        self.connection = None;
        self.server.take().unwrap().join().unwrap()
    }
}

fn range(start: (u32, u32), end: (u32, u32)) -> Value {
    json!({
        "start": { "line": start.0, "character": start.1 },
        "end": { "line": end.0, "character": end.1 },
    })
}

/// A file that is not there, for documents that are open only.
fn uri(name: &str) -> String {
    format!("file:///desk/{name}")
}

fn file_uri(path: &Path) -> String {
    crate::uri::uri(path).unwrap().0
}

fn codes(diagnostics: &[Value]) -> Vec<&str> {
    let codes = diagnostics.iter().map(|one| one["code"].as_str());
    codes.map(Option::unwrap).collect()
}
