//! What is wrong with messages is answered, and the server goes on.

use std::io::{BufReader, Cursor, Write};

use super::*;
use crate::{ServeError, serve};

#[test]
fn nothing_is_answered_before_the_beginning_and_after_the_end() {
    let (client, server) = Connection::memory();
    let host: Arc<dyn Host> = Desk::new();
    let server = std::thread::spawn(move || run(&server, host, "1").unwrap());
    let send = |id: i32, method: &str| {
        let request = Request {
            id: id.into(),
            method: method.to_owned(),
            params: json!({}),
        };
        client.sender.send(request.into()).unwrap();
        match client.receiver.recv().unwrap() {
            Message::Response(answer) => answer.response_result.map_err(|error| error.code),
            other => panic!("{other:?}"),
        }
    };
    let exit = |method: &str| {
        let notification = Notification {
            method: method.to_owned(),
            params: Value::Null,
        };
        client.sender.send(notification.into()).unwrap();
    };
    assert_eq!(send(1, "textDocument/hover"), Err(-32002));
    exit("textDocument/didOpen");
    assert_eq!(
        send(2, "initialize").unwrap()["serverInfo"]["name"],
        "mtlint"
    );
    assert_eq!(send(3, "initialize"), Err(-32600));
    assert_eq!(send(4, "shutdown"), Ok(Value::Null));
    assert_eq!(send(5, "textDocument/hover"), Err(-32600));
    exit("exit");
    assert_eq!(server.join().unwrap(), Ending::Asked);
}

#[test]
fn wrong_requests_are_answered_with_errors() {
    let mut editor = Editor::start(&Desk::new(), plain());
    let uri = uri("a.txt");
    editor.opens(&uri, GARBLED);
    let document = json!({ "uri": uri });
    let none = json!({ "uri": "file:///none" });
    let context = json!({ "diagnostics": [] });
    let beyond = json!({ "line": 7, "character": 0 });
    for (method, params, code) in [
        ("textDocument/rename", json!({}), -32601),
        ("mtlint/unheardOf", Value::Null, -32601),
        ("textDocument/hover", json!({}), -32602),
        ("textDocument/hover", json!([1, 2]), -32602),
        (
            "textDocument/hover",
            json!({ "textDocument": document, "position": beyond }),
            -32602,
        ),
        (
            "textDocument/hover",
            json!({ "textDocument": document, "position": { "line": -1, "character": 1e99 } }),
            -32602,
        ),
        (
            "textDocument/diagnostic",
            json!({ "textDocument": none }),
            -32602,
        ),
        (
            "textDocument/codeAction",
            json!({ "textDocument": document, "range": range((0, 9), (0, 1)), "context": context }),
            -32602,
        ),
        (
            "workspace/executeCommand",
            json!({ "command": "rm" }),
            -32602,
        ),
        (
            "workspace/executeCommand",
            json!({ "command": "mtlint.accept" }),
            -32602,
        ),
        (
            "workspace/executeCommand",
            json!({ "command": "mtlint.dismiss", "arguments": [{ "uri": "file:///none",
                "fingerprint": "x" }] }),
            -32602,
        ),
    ] {
        assert_eq!(
            editor.asks(method, params.clone()),
            Err(code),
            "{method} {params}"
        );
    }
    for (method, params) in [
        (
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": 7 } }),
        ),
        ("textDocument/didChange", json!([])),
        (
            "textDocument/didChange",
            json!({ "textDocument": none, "contentChanges": [] }),
        ),
        ("textDocument/didSave", json!({ "textDocument": none })),
        (
            "workspace/didChangeWatchedFiles",
            json!({ "changes": "all" }),
        ),
    ] {
        editor.notify(method, params);
        let log = editor.told("window/logMessage", |_| true);
        assert!(
            log["message"].as_str().unwrap().starts_with(method),
            "{log}"
        );
    }
    // What needs no answer gets none.
    editor.notify("$/unheardOf", json!(7));
    editor.notify("textDocument/didClose", json!({ "textDocument": none }));
    assert!(editor.hovers(&uri, 0, 18).unwrap().is_object());
    assert_eq!(editor.goes(), Ending::Gone);
}

fn framed(message: &Value) -> Vec<u8> {
    let text = message.to_string();
    format!("Content-Length: {}\r\n\r\n{text}", text.len()).into_bytes()
}

fn initialize() -> Vec<u8> {
    let params = json!({ "capabilities": {} });
    framed(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }))
}

/// Where a server writes, for who looks.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn served(bytes: Vec<u8>) -> (Result<Ending, ServeError>, String) {
    let written = Shared::default();
    let reader = BufReader::new(Cursor::new(bytes));
    let ending = serve(reader, written.clone(), Desk::new(), "1");
    let bytes = written.0.lock().unwrap().clone();
    (ending, String::from_utf8(bytes).unwrap())
}

#[test]
fn damaged_messages_are_passed_over_and_the_next_is_answered() {
    let mut bytes = Vec::new();
    for damaged in ["{", "[1]", "{\"id\":1.5,\"method\":\"a\"}", "\u{0}"] {
        let head = format!("Content-Length: {}\r\n\r\n{damaged}", damaged.len());
        bytes.extend(head.into_bytes());
    }
    bytes.extend(b"Content-Length: 2\r\n\r\n\xff\xff");
    bytes.extend(initialize());
    let shutdown = json!({ "jsonrpc": "2.0", "id": 2, "method": "shutdown" });
    bytes.extend(framed(&shutdown));
    bytes.extend(framed(&json!({ "jsonrpc": "2.0", "method": "exit" })));
    let (ending, written) = served(bytes);
    assert_eq!(ending.unwrap(), Ending::Asked);
    assert!(written.contains("\"name\":\"mtlint\""), "{written}");
    assert!(written.contains("\"id\":2"), "{written}");
}

#[test]
fn what_is_not_the_protocol_ends_the_server() {
    let words = "Not the protocol at all.\r\n".repeat(100).into_bytes();
    let (ending, _) = served(words);
    assert!(
        matches!(ending, Err(ServeError::NotTheProtocol(_))),
        "{ending:?}"
    );
    assert_eq!(served(Vec::new()).0.unwrap(), Ending::Gone);
    let cut = initialize();
    let (ending, _) = served(cut[..cut.len() - 3].to_vec());
    assert!(ending.is_err(), "{ending:?}");
    let exit = framed(&json!({ "jsonrpc": "2.0", "method": "exit" }));
    assert_eq!(served(exit).0.unwrap(), Ending::Unasked);
}

#[test]
fn a_client_that_reads_nothing_is_no_hindrance() {
    struct Closed;
    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut bytes = initialize();
    for _ in 0..100 {
        bytes.extend(framed(
            &json!({ "jsonrpc": "2.0", "id": 2, "method": "unheardOf" }),
        ));
    }
    let reader = BufReader::new(Cursor::new(bytes));
    let ending = serve(reader, Closed, Desk::new(), "1").unwrap();
    assert_eq!(ending, Ending::Gone);
}
