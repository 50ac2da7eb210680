//! The service as a process with real connections, with the stand-in model. Run with
//! `cargo test --features test-stub`.
#![cfg(unix)]
// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use common::{GARBLED, MTLINT, examples};

/// What mtlint prints with the stand-in model.
fn printed(arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let mut running = Command::new(MTLINT)
        .args(arguments)
        .args(["--model", "stub", "--no-config", "--quiet"])
        .current_dir(examples())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = running.stdin.take().unwrap();
    // A batch prints while it reads: neither pipe may fill up for good.
    std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(stdin).unwrap());
        running.wait_with_output().unwrap().stdout
    })
}

/// A service that runs; it is killed when the test is over.
struct Service {
    process: Child,
    address: String,
    stderr: Option<std::thread::JoinHandle<String>>,
}

impl Drop for Service {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Service {
    fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(MTLINT)
            .args(["serve", "--port", "0", "--model", "stub"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        let mut stderr = process.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut text = String::new();
            stderr.read_to_string(&mut text).unwrap();
            text
        });
        let address = line.trim().strip_prefix("mtlint answers at http://");
        Self {
            process,
            address: address
                .unwrap_or_else(|| panic!("{line}"))
                .trim_end_matches('/')
                .to_owned(),
            stderr: Some(stderr),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).unwrap();
        // A test that waits for ever says nothing.
        stream
            .set_read_timeout(Some(Duration::from_secs(300)))
            .unwrap();
        stream
    }

    fn send(&self, head: &str, body: &[u8]) -> TcpStream {
        let mut stream = self.connect();
        // Of HTTP/1.0, so that the answer ends with its connection.
        let length = body.len();
        let head = format!("{head}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        stream
    }

    fn post(&self, path: &str, media_type: &str, body: &[u8]) -> TcpStream {
        self.send(
            &format!("POST {path} HTTP/1.0\r\nContent-Type: {media_type}"),
            body,
        )
    }

    fn get(&self, path: &str) -> (u16, Vec<u8>) {
        received(self.send(&format!("GET {path} HTTP/1.0"), b""))
    }

    fn signal(&self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
    }

    /// The exit status, and all that stood on standard error.
    fn ended(mut self) -> (Option<i32>, String) {
        let status = self.process.wait().unwrap().code();
        (status, self.stderr.take().unwrap().join().unwrap())
    }
}

/// The status and the body of an answer.
fn received(mut stream: TcpStream) -> (u16, Vec<u8>) {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    let end = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, bytes[end + 4..].to_vec())
}

fn text(name: &str) -> String {
    std::fs::read_to_string(examples().join(name)).unwrap()
}

#[test]
fn many_clients_get_what_the_command_line_prints() {
    let service = Service::start(&[]);
    let names = ["dam", "hospital", "transfer"];
    let names = names.map(|name| [format!("{name}.garbled.txt"), format!("{name}.sibling.txt")]);
    let mut cases: Vec<(Value, Vec<u8>)> = Vec::new();
    for [document, sibling] in &names {
        let flags = ["--sensitivity", "thorough", "--format", "json"];
        let mut arguments = vec!["highlight", document.as_str()];
        arguments.extend(flags);
        let body = json!({ "id": document, "text": text(document), "sensitivity": "thorough" });
        cases.push((body.clone(), printed(&arguments, b"")));
        arguments.extend(["--sibling", sibling.as_str(), "--words"]);
        let mut body = body;
        body["siblings"] = json!([{ "id": sibling, "text": text(sibling) }]);
        body["words"] = true.into();
        cases.push((body, printed(&arguments, b"")));
    }
    let (service, cases) = (&service, &cases);
    std::thread::scope(|scope| {
        for client in 0..16 {
            scope.spawn(move || {
                for at in 0..cases.len() {
                    let (body, expected) = &cases[(at + client) % cases.len()];
                    let body = body.to_string();
                    let stream = service.post("/v1/report", "application/json", body.as_bytes());
                    let (status, answer) = received(stream);
                    assert_eq!(status, 200);
                    assert!(answer == *expected, "{}", String::from_utf8_lossy(&answer));
                }
            });
        }
    });
}

/// How many stories of the shared data are compared, each with and without its sibling.
const STORIES: usize = 50;

/// Stories of the shared data as records with a sibling and without, a line each; `None` where
/// there is no data.
fn stories() -> Option<Vec<Value>> {
    let Some(folder) = std::env::var_os("MTLINT_DATA") else {
        println!("SKIPPED a hundred documents: MTLINT_DATA is not set");
        return None;
    };
    let path = PathBuf::from(folder).join("stories/wmt21.dev.jsonl.gz");
    let file = flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap());
    let lines = BufReader::new(file).lines().take(STORIES);
    let records = lines.flat_map(|line| {
        let story: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let joined = |field: &str| {
            let sentences = story[field].as_array().unwrap().iter();
            sentences
                .filter_map(Value::as_str)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let alone = json!({ "id": story["id"], "text": joined("mt") });
        let mut beside = alone.clone();
        beside["siblings"] = json!([joined("sibling")]);
        [alone, beside]
    });
    Some(records.collect())
}

#[test]
fn a_hundred_documents_get_the_reports_of_a_batch_from_many_clients_at_once() {
    let Some(records) = stories() else {
        return;
    };
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    let flags = ["batch", "-", "--output", "-", "--sensitivity", "thorough"];
    let expected = printed(&flags, lines.join("\n").as_bytes());
    let expected: Vec<Value> = String::from_utf8(expected)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!((records.len(), expected.len()), (2 * STORIES, 2 * STORIES));
    let found = |one: &&Value| !one["findings"].as_array().unwrap().is_empty();
    assert!(expected.iter().filter(found).count() > STORIES);
    let service = Service::start(&["--sensitivity", "thorough"]);
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(record) = records.get(at) else {
                        return;
                    };
                    let mut body = record.clone();
                    // In a batch the name of a sibling without one is made of the document's.
                    if let Some(sibling) = body.get_mut("siblings") {
                        let id = format!("{}#sibling-1", record["id"].as_str().unwrap());
                        *sibling = json!([{ "id": id, "text": sibling[0] }]);
                    }
                    let body = body.to_string();
                    let stream = service.post("/v1/report", "application/json", body.as_bytes());
                    let (status, answer) = received(stream);
                    assert_eq!(status, 200);
                    let answer: Value = serde_json::from_slice(&answer).unwrap();
                    assert_eq!(answer, expected[at], "{}", record["id"]);
                }
            });
        }
    });
}

#[test]
fn corrections_and_batches_are_those_of_the_command_line() {
    let service = Service::start(&["--sensitivity", "thorough", "--threads", "1"]);
    let flags = ["--sensitivity", "thorough"];
    let (document, sibling) = ("dam.garbled.txt", "dam.sibling.txt");
    let fix = ["highlight", document, "--sibling", sibling, "--fix=unsafe"];
    let expected = printed(&[&fix[..], &flags].concat(), b"");
    assert_ne!(expected, text(document).into_bytes());
    let body = json!({
        "id": document,
        "text": text(document),
        "siblings": [{ "id": sibling, "text": text(sibling) }],
        "unsafe": true,
    });
    let stream = service.post("/v1/fix", "application/json", body.to_string().as_bytes());
    let (status, answer) = received(stream);
    assert_eq!(status, 200);
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(answer["text"].as_str().unwrap().as_bytes(), expected);
    let json = ["--format", "json"];
    let report = printed(&[&fix[..], &flags, &json].concat(), b"");
    let mut report: Value = serde_json::from_slice(&report).unwrap();
    let fix = report.as_object_mut().unwrap().remove("fix").unwrap();
    assert_eq!(
        (&answer["report"], &answer["applied"]),
        (&report, &fix["applied"])
    );

    let line = |number: usize| json!({ "text": GARBLED.repeat(1 + number % 9) }).to_string();
    let mut input: Vec<String> = (0..100).map(line).collect();
    input[50] = "no record".to_owned();
    let input = input.join("\n");
    let batch = ["batch", "-", "--output", "-"];
    let expected = printed(&[&batch[..], &flags].concat(), input.as_bytes());
    let stream = service.post("/v1/batch", "application/x-ndjson", input.as_bytes());
    let (status, answer) = received(stream);
    assert_eq!(status, 200);
    assert!(answer == expected);
}

#[test]
fn clients_that_are_slow_or_go_do_not_keep_others_waiting() {
    let service = Service::start(&[]);
    let head = "POST /v1/report HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n\
                Content-Length: 1000\r\n\r\n";
    let mut odd = Vec::new();
    for sent in [
        &head[..20],
        head,
        &format!("{head}half a body"),
        "\r\n\r\n\0\0 HTTP",
    ] {
        for _ in 0..8 {
            let mut stream = service.connect();
            stream.write_all(sent.as_bytes()).unwrap();
            odd.push(stream);
        }
    }
    let fine = || {
        let stream = service.post("/v1/report", "text/plain", GARBLED.as_bytes());
        assert_eq!(received(stream).0, 200);
    };
    fine();
    for (number, stream) in odd.iter().enumerate() {
        if number % 2 == 0 {
            stream.shutdown(Shutdown::Both).unwrap();
        }
    }
    // One that leaves before it has its answer.
    drop(service.post("/v1/report", "text/plain", GARBLED.as_bytes()));
    fine();
    drop(odd);
    assert_eq!(service.get("/healthz"), (200, b"ok\n".to_vec()));
    service.signal();
    let (status, stderr) = service.ended();
    assert_eq!(status, Some(0), "{stderr}");
    assert!(
        !stderr.contains("panicked") && !stderr.contains("harbour"),
        "{stderr}"
    );
    for line in stderr.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["message"], "request");
    }
}

#[test]
fn connections_over_the_limit_wait_for_room() {
    let service = Service::start(&["--max-connections", "2"]);
    let held = [service.connect(), service.connect()];
    let mut third = service.send("GET /healthz HTTP/1.0", b"");
    third
        .set_read_timeout(Some(Duration::from_millis(300)))
        .unwrap();
    assert!(third.read(&mut [0]).is_err());
    drop(held);
    third.set_read_timeout(None).unwrap();
    assert_eq!(received(third), (200, b"ok\n".to_vec()));
}

#[test]
fn what_was_asked_before_the_end_is_answered() {
    let service = Service::start(&["--timeout", "600"]);
    let sentence = "The harbour of Riverton was quiet on day 7 before the race. ";
    let long = service.post(
        "/v1/report",
        "text/plain",
        sentence.repeat(20_000).as_bytes(),
    );
    let until = |line: &str| {
        for _ in 0..100_000 {
            let (_, metrics) = service.get("/metrics");
            if String::from_utf8(metrics)
                .unwrap()
                .lines()
                .any(|one| one == line)
            {
                return;
            }
        }
        panic!("never {line}");
    };
    until("mtlint_reading_documents 1");
    let short = |number: usize| {
        let text = format!("Ship {number} was gibberish.");
        service.post("/v1/report?words=true", "text/plain", text.as_bytes())
    };
    // What is long is read alone.
    let short: Vec<TcpStream> = (0..15).map(short).collect();
    until("mtlint_waiting_documents 15");
    service.signal();
    for (number, stream) in short.into_iter().enumerate() {
        let (status, answer) = received(stream);
        assert_eq!(status, 200);
        let answer: Value = serde_json::from_slice(&answer).unwrap();
        assert_eq!(answer["score"]["words"], 4, "{number}");
    }
    assert_eq!(received(long).0, 200);
    let address = service.address.clone();
    let (status, stderr) = service.ended();
    assert_eq!(status, Some(0), "{stderr}");
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn two_services_do_not_fit_on_one_port_and_quiet_ones_log_nothing() {
    let service = Service::start(&["--quiet"]);
    assert_eq!(service.get("/readyz").0, 200);
    let port = service.address.rsplit(':').next().unwrap();
    let second = Command::new(MTLINT)
        .args(["serve", "--model", "stub", "--no-config", "--port", port])
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(second.stderr).unwrap(),
        format!(
            "error: cannot listen on 127.0.0.1:{port}: another program does; --port names another \
             port, and --port 0 is any that is free\n"
        )
    );
    service.signal();
    assert_eq!(service.ended(), (Some(0), String::new()));
}

#[test]
fn a_token_and_a_configuration_count() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("token"), "correct-horse-battery\n").unwrap();
    std::fs::write(path("short"), "horse\n").unwrap();
    let config = "threshold = 0.3\n[[accept]]\ntext = 'gibberish'\nreason = 'a ship'\n";
    std::fs::write(path("c.toml"), config).unwrap();
    let refused = Command::new(MTLINT)
        .args([
            "serve",
            "--model",
            "stub",
            "--port",
            "0",
            "--token-file",
            &path("short"),
        ])
        .output()
        .unwrap();
    assert_eq!(refused.status.code(), Some(2));
    let stderr = String::from_utf8(refused.stderr).unwrap();
    assert!(
        stderr.contains("must hold one line of 16 to 4096"),
        "{stderr}"
    );
    let (token, config) = (path("token"), path("c.toml"));
    let service = Service::start(&["--token-file", &token, "--config", &config]);
    let ask = |token: &str| {
        let head = format!(
            "POST /v1/report HTTP/1.0\r\nContent-Type: text/plain\r\nAuthorization: Bearer {token}"
        );
        received(service.send(&head, GARBLED.as_bytes()))
    };
    assert_eq!(ask("correct-horse-batterz").0, 401);
    let (status, answer) = ask("correct-horse-battery");
    assert_eq!(status, 200);
    let report: Value = serde_json::from_slice(&answer).unwrap();
    assert_eq!(report["accepted_findings"], 1);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

#[test]
fn the_unit_and_the_container_start_it() {
    let deploy = |name: &str| {
        let path = examples().join("../deploy").join(name);
        std::fs::read_to_string(path).unwrap()
    };
    let unit = deploy("mtlint-serve.service");
    let start = "\nExecStart=/usr/local/bin/mtlint serve ";
    let (_, flags) = unit.split_once(start).unwrap();
    let flags: Vec<&str> = flags.lines().next().unwrap().split(' ').collect();
    assert_eq!(Service::start(&flags).get("/healthz").0, 200);

    let folder = tempfile::tempdir().unwrap();
    let token = folder.path().join("token");
    std::fs::write(&token, "correct-horse-battery\n").unwrap();
    let compose = deploy("compose.yaml").replace("/run/secrets/token", token.to_str().unwrap());
    assert!(compose.contains("entrypoint: [\"mtlint\", \"serve\"]"));
    let (_, flags) = compose.split_once("\n    command: ").unwrap();
    let flags: Vec<&str> = serde_json::from_str(flags.lines().next().unwrap()).unwrap();
    let service = Service::start(&flags);
    assert!(service.address.starts_with("0.0.0.0:"));
    assert_eq!(service.get("/healthz").0, 200);
    assert_eq!(service.get("/metrics").0, 401);
}
