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
        &["batch", "src/main.rs", "--output", "-"],
        &["batch", "src/main.rs", "--output", "/dev/full"],
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
    assert_eq!(broken.status.code(), Some(2));
    let stderr = String::from_utf8(broken.stderr).unwrap();
    assert!(
        stderr.starts_with("error: cannot read cut.jsonl.gz: the archive is damaged or cut off ("),
        "{stderr}"
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
