//! The real process with the stand-in model: what tests inside the process
//! cannot show. Run with `cargo test --features test-stub`.
#![cfg(unix)]

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

fn mtlint(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mtlint"));
    command
        .args(arguments)
        .args(["--model", "stub"])
        .stderr(Stdio::piped());
    command
}

#[test]
fn a_full_disk_is_an_error() {
    for arguments in [
        &["score", "Cargo.toml"][..],
        &["batch", "src/lib.rs", "--output", "-"],
        &["batch", "src/lib.rs", "--output", "/dev/full"],
    ] {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let done = mtlint(arguments).stdout(full).output().unwrap();
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        let stderr = String::from_utf8(done.stderr).unwrap();
        assert!(stderr.starts_with("error: cannot write "), "{stderr}");
    }
}

#[test]
fn a_closed_pipe_is_success_and_documents_come_as_they_are_done() {
    let mut running = mtlint(&["batch", "-", "--output", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = running.stdin.take().unwrap();
    let stdout = running.stdout.take().unwrap();
    let record = format!("{{\"text\":\"{}\"}}\n", "Calm seas. ".repeat(50));
    let writer = std::thread::spawn(move || {
        // Until the reading end has gone; far more than any buffer holds.
        for _ in 0..20_000 {
            if stdin.write_all(record.as_bytes()).is_err() {
                return true;
            }
        }
        false
    });
    let mut first = String::new();
    BufReader::new(stdout).read_line(&mut first).unwrap();
    assert!(first.contains("\"id\":\"1\""), "{first}");
    let done = running.wait_with_output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert!(
        writer.join().unwrap(),
        "the program should have stopped early"
    );
}

#[test]
fn no_color_is_obeyed() {
    let done = mtlint(&["score", "Cargo.toml"])
        .env("NO_COLOR", "1")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    assert!(!String::from_utf8(done.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn packed_lines_and_rows_are_judged_like_plain_ones() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "{\"id\":\"a\",\"text\":\"The quay was gibberish.\"}\n\
                 {\"id\":\"b\",\"text\":\"Rain, then snow.\",\"siblings\":[\"It snowed.\"]}\n";
    let rows = "id,text,sibling\na,The quay was gibberish.,\nb,\"Rain, then snow.\",It snowed.\n";
    let gzip = |text: &str| {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    };
    let zstandard = |text: &str| zstd::encode_all(text.as_bytes(), 3).unwrap();
    let files = [
        ("a.jsonl", lines.into()),
        ("a.jsonl.gz", gzip(lines)),
        ("a.ndjson.zst", zstandard(lines)),
        ("a.csv", rows.into()),
        ("a.csv.gz", gzip(rows)),
        ("a.csv.zst", zstandard(rows)),
    ];
    let batch = |name: &str, content: &[u8]| {
        std::fs::write(folder.path().join(name), content).unwrap();
        mtlint(&["batch", name, "--output", "-", "--quiet"])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let plain = batch(files[0].0, &files[0].1).stdout;
    assert_eq!(plain.split(|&byte| byte == b'\n').count(), 3);
    for (name, content) in &files {
        let done = batch(name, content);
        assert_eq!(done.status.code(), Some(0), "{name}");
        assert!(done.stdout == plain, "{name}");
    }
    let cut = &files[1].1[..files[1].1.len() - 9];
    let broken = batch("cut.jsonl.gz", cut);
    assert_eq!(broken.status.code(), Some(0));
    let stdout = String::from_utf8(broken.stdout).unwrap();
    assert!(
        stdout.contains(
            "\"id\":\"cut.jsonl.gz\",\"status\":\"failed\",\"error\":{\"kind\":\"unreadable\",\
             \"message\":\"cut.jsonl.gz: cannot be read to its end: the archive is damaged or cut \
             off ("
        ),
        "{stdout}"
    );
    let text = batch("article.txt.gz", &gzip("Rain."));
    assert_eq!(text.status.code(), Some(2));
    let stderr = String::from_utf8(text.stderr).unwrap();
    assert!(stderr.contains("article.txt.gz is packed"), "{stderr}");
}

#[test]
fn standard_input_and_a_batch_have_the_configuration_of_the_working_directory() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    std::fs::create_dir_all(folder.path().join("in/here")).unwrap();
    write(
        "mtlint.toml",
        "threshold = 0.3\n[gates]\nfail-on = 'minor'\n",
    );
    write(
        "in/a.txt",
        "The harbour was gibberish before the twaddle race.\n",
    );
    // A file and not a pipe: a run that ends before it reads breaks no pipe.
    let run = |arguments: &[&str]| {
        let done = mtlint(arguments)
            .current_dir(folder.path().join("in/here"))
            .stdin(std::fs::File::open(folder.path().join("in/a.txt")).unwrap())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (done.status.code(), text(done.stdout), text(done.stderr))
    };
    for arguments in [&["score", "-"][..], &["batch", "..", "-o", "-"]] {
        assert_eq!(run(arguments).0, Some(1), "{arguments:?}");
    }
    // What lies in the working directory is shown as it is called there.
    write("in/here/mtlint.toml", "\n[gate]\nfail-on = 'minor'\n");
    let (status, _, stderr) = run(&["score"]);
    let expected = "error: mtlint.toml:2:2: unknown key `gate`; did you mean `gates`?\n";
    assert_eq!((status, stderr.as_str()), (Some(2), expected));
    assert_eq!(run(&["score", "--no-config"]).0, Some(0));
    assert_eq!(run(&["score", "../a.txt"]).0, Some(1));
}

#[test]
fn a_stream_that_is_closed_is_an_error() {
    let sh = |command: &str| {
        let done = Command::new("sh")
            .args(["-c", command, env!("CARGO_BIN_EXE_mtlint")])
            .output()
            .unwrap();
        (done.status.code(), String::from_utf8(done.stderr).unwrap())
    };
    let unwritten = "error: cannot write standard output: it is closed\n";
    for command in [
        "\"$0\" score Cargo.toml --model stub --quiet >&-",
        "\"$0\" highlight Cargo.toml --model stub --format json --quiet >&-",
        "\"$0\" batch src/lib.rs --model stub --output - --quiet >&-",
        "\"$0\" schema report >&-",
        "\"$0\" --help >&-",
    ] {
        assert_eq!(sh(command), (Some(2), unwritten.to_owned()), "{command}");
    }
    let (status, stderr) = sh("\"$0\" score - --model stub <&-");
    assert_eq!(status, Some(2), "{stderr}");
    assert!(stderr.contains("it is closed"), "{stderr}");
    // What a person has sent away on purpose is no error.
    let away = sh("\"$0\" score Cargo.toml --model stub --quiet >/dev/null");
    assert_eq!(away, (Some(0), String::new()));
}

#[test]
fn what_killed_runs_have_left_is_swept_and_a_running_one_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let partial = || -> Vec<String> {
        let names = folder.path().read_dir().unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".partial")).collect()
    };
    let batch = |input: &str, output: &str| {
        let mut command = mtlint(&["batch", input, "--output", output, "--quiet"]);
        command.current_dir(folder.path());
        command
    };
    std::fs::write(folder.path().join("in.jsonl"), "{\"text\":\"Rain.\"}\n").unwrap();
    let waiting = || {
        let before = partial();
        let mut running = batch("-", "waiting.jsonl")
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = running.stdin.take().unwrap();
        for _ in 0..600 {
            if partial().iter().any(|name| !before.contains(name)) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        (running, stdin)
    };
    let (mut killed, _stdin) = waiting();
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert_eq!(partial().len(), 1);
    let (running, stdin) = waiting();
    let done = batch("in.jsonl", "o.jsonl").output().unwrap();
    assert_eq!(done.status.code(), Some(0));
    assert_eq!(partial().len(), 1, "that of the run that goes on");
    drop(stdin);
    assert!(running.wait_with_output().unwrap().status.success());
    assert_eq!(partial().len(), 0);
    assert!(folder.path().join("waiting.jsonl").exists());
}

/// What a terminal or GitHub's runner would obey is in no line of any format, on standard
/// output or standard error, whatever a file is called and whatever it holds.
#[test]
fn no_name_and_no_text_is_obeyed_by_a_terminal_or_a_runner() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = [
        "a\n::error file=README.md,line=1::said by a file name\n.txt",
        "::stop-commands::x\u{9b}2J\u{202e}.txt",
        "=1 ##[add-mask]e%0A::error::x\u{85}.txt",
    ];
    let text = "::error::The harbour was gibberish ##[error]x \u{9b}2J\u{202e} on Monday.\n";
    std::fs::write(folder.path().join(hostile[0]), b"\xff\xfe\0bad").unwrap();
    std::fs::write(folder.path().join(hostile[1]), text).unwrap();
    std::fs::write(folder.path().join(hostile[2]), "").unwrap();
    let run = |arguments: &[&str], more: &[&str]| {
        let done = mtlint(arguments)
            .args(more)
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (text(done.stdout), text(done.stderr))
    };
    let check = |what: &str, shown: &str| {
        for line in shown.split(['\n', '\r']) {
            assert!(!line.trim_start().starts_with("::"), "{what}: {line}");
            assert!(!line.contains("##["), "{what}: {line}");
        }
        let obeyed = ['\u{9b}', '\u{85}', '\u{202e}'];
        assert!(!shown.contains(obeyed), "{what}: {shown}");
    };
    for format in ["text", "compact", "json", "jsonl", "sarif", "github"] {
        let arguments = ["highlight", "--format", format];
        let files: Vec<&str> = std::iter::once("--").chain(hostile).collect();
        let (stdout, stderr) = run(&arguments, &[&["--threshold", "0.2"], &files[..]].concat());
        check(format, &stderr);
        let (commands, rest): (Vec<&str>, Vec<&str>) = stdout
            .lines()
            .partition(|line| format == "github" && line.starts_with("::"));
        check(format, &rest.join("\n"));
        for command in commands {
            let known = ["::error file=", "::warning file=", "::notice file="];
            assert!(
                known.iter().any(|known| command.starts_with(known)),
                "{command}"
            );
        }
    }
    for log in ["text", "json"] {
        for (what, arguments) in [
            ("a flag", ["score", "--\n::error::x\u{9b}##[error]"]),
            ("a value", ["score", "--sensitivity=\n::error::x\u{202e}"]),
            ("a sibling", ["score", "--sibling=\n::error::x\u{9b}"]),
            ("an input", ["score", "\n::error::x\u{9b}##[error]"]),
        ] {
            let (_, stderr) = run(&["--log-format", log, "-"], &[]);
            check("wrong order", &stderr);
            let (_, stderr) = run(&arguments, &["--log-format", log]);
            assert!(!stderr.is_empty());
            check(what, &stderr);
            if log == "json" {
                for line in stderr.lines() {
                    let read: Result<serde_json::Value, _> = serde_json::from_str(line);
                    assert_eq!(read.unwrap()["level"], "error", "{line}");
                }
            }
        }
    }
}

#[test]
fn pip_ends_with_a_fetch_that_is_stopped() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::ExitStatusExt;
    let folder = tempfile::tempdir().unwrap();
    let pip = folder.path().join("pip");
    let script = "#!/bin/sh\ncase \"$*\" in *download*) ;; *) exit 0;; esac\necho $$ > \"$PID_FILE\"\nexec sleep 600\n";
    std::fs::write(&pip, script).unwrap();
    std::fs::set_permissions(&pip, std::fs::Permissions::from_mode(0o755)).unwrap();
    let pid_file = folder.path().join("pid");
    let models = folder.path().join("models");
    let mut running = Command::new(env!("CARGO_BIN_EXE_mtlint"))
        .args(["models", "fetch", "smollm2-135m"])
        .env("MTLINT_PIP", &pip)
        .env("MTLINT_MODELS", &models)
        .env("PID_FILE", &pid_file)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(20));
    let mut pid = String::new();
    while !pid.ends_with('\n') {
        pause();
        pid = std::fs::read_to_string(&pid_file).unwrap_or_default();
    }
    let signal = |name: &str, pid: &str| {
        let mut kill = Command::new("kill");
        let sent = kill.args([name, pid]).stderr(Stdio::null());
        sent.status().unwrap().success()
    };
    assert!(signal("-0", pid.trim()));
    assert!(signal("-TERM", &running.id().to_string()));
    // As a signal always ends a program, but pip and what it had brought are gone.
    assert_eq!(running.wait().unwrap().signal(), Some(15));
    assert!(!signal("-0", pid.trim()));
    let left: Vec<_> = models.read_dir().unwrap().map(|one| one.unwrap()).collect();
    assert!(left.iter().all(|one| one.path().is_file()), "{left:?}");
}
