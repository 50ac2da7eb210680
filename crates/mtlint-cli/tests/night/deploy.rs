//! What lies in `deploy/`, as far as it can be tried without a scheduler.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{Night, stderr};

fn deploy(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../deploy")
        .join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(deploy(name)).unwrap()
}

/// The script, in the folder of the night, with the stub for a model.
fn night_and_report(night: &Night, report: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_mtlint")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    Command::new(deploy("night.sh"))
        .env("PATH", format!("{}:{path}", program.display()))
        .env("MTLINT_HOME", night.0.path())
        .env("MTLINT_BATCH", "--model stub --sensitivity thorough")
        .env("MTLINT_REPORT", report)
        .output()
        .unwrap()
}

#[test]
fn the_script_judges_tells_and_gives_the_worse_exit_status() {
    let night = Night::new("");
    let feed = night.path("feed");
    // There is no feed: neither batch nor report has anything to do.
    let none = night_and_report(&night, "");
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("no file fits the pattern"));
    // Nothing has come yet, which is a night too.
    std::fs::create_dir(&feed).unwrap();
    let empty = night_and_report(&night, "");
    assert_eq!(empty.status.code(), Some(0), "{}", stderr(&empty));
    let told = String::from_utf8(empty.stdout).unwrap();
    assert!(told.contains("\n0 documents: 0 judged"), "{told}");

    std::fs::write(
        feed.join("one.jsonl"),
        "{\"id\":\"a\",\"text\":\"The quay was gibberish.\"}\n",
    )
    .unwrap();
    let fine = night_and_report(&night, "--top 3");
    assert_eq!(fine.status.code(), Some(0), "{}", stderr(&fine));
    assert_eq!(stderr(&fine), "");
    let told = String::from_utf8(fine.stdout).unwrap();
    assert!(
        told.contains("\n1 document: 1 judged, 0 not judged, 0 failed; 1 report made anew\n"),
        "{told}"
    );
    assert_eq!(night.text("reports.jsonl").lines().count(), 1);
    let gate = night_and_report(&night, "--fail-on minor");
    assert_eq!(gate.status.code(), Some(1));

    std::fs::write(feed.join("two.jsonl"), "{\"id\":\"b\"}\n").unwrap();
    let failed = night_and_report(&night, "--fail-on minor");
    assert_eq!(failed.status.code(), Some(2));
    let told = String::from_utf8(failed.stdout).unwrap();
    assert!(
        told.contains("failed (bad_record): 1 document\n  b: "),
        "{told}"
    );

    // One archive that is cut off is one failure, and the others are judged.
    std::fs::write(feed.join("one.jsonl.gz"), b"\x1f\x8b\x08").unwrap();
    let cut = night_and_report(&night, "");
    assert_eq!((cut.status.code(), stderr(&cut)), (Some(2), String::new()));
    let told = String::from_utf8(cut.stdout).unwrap();
    assert!(
        told.contains("\n3 documents: 1 judged, 0 not judged, 2 failed"),
        "{told}"
    );
    assert!(
        told.contains("one.jsonl.gz: cannot be read to its end: the archive is damaged or cut off"),
        "{told}"
    );

    // An empty night is not told of as the one before it.
    for name in ["one.jsonl", "two.jsonl", "one.jsonl.gz"] {
        std::fs::remove_file(feed.join(name)).unwrap();
    }
    std::fs::write(feed.join("empty.jsonl"), "").unwrap();
    let empty = night_and_report(&night, "");
    assert_eq!(empty.status.code(), Some(0), "{}", stderr(&empty));
    let told = String::from_utf8(empty.stdout).unwrap();
    assert!(told.contains("\n0 documents: 0 judged"), "{told}");

    // Where no run was begun, whoever reads the report of the last one is told.
    std::fs::remove_dir_all(&feed).unwrap();
    let missing = night_and_report(&night, "");
    assert_eq!(missing.status.code(), Some(2));
    assert!(
        stderr(&missing).ends_with(
            "mtlint-night: the batch ended with status 2; the report is of the last run that was \
             begun\n"
        ),
        "{}",
        stderr(&missing)
    );
}

#[test]
fn every_flag_and_command_that_is_named_exists() {
    let mut flags = 0;
    let script = read("night.sh");
    for command in ["batch", "report"] {
        let help = Command::new(env!("CARGO_BIN_EXE_mtlint"))
            .args([command, "--help"])
            .output()
            .unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        // The call with its continued lines, and the comment on its variable.
        let called = script.replace("\\\n", " ");
        let lines = called
            .lines()
            .filter(|line| line.contains(&format!("mtlint {command} ")));
        for word in lines.flat_map(str::split_whitespace) {
            if word.starts_with("--") {
                flags += 1;
                let mut known = help.split_whitespace();
                assert!(known.any(|known| known == word), "{command} {word}");
            }
        }
    }
    assert!(flags >= 6, "{flags}");
    // Which variables the script knows stands in its head and is what others set.
    for name in ["mtlint-night.service", "mtlint-night.cron", "Containerfile"] {
        let text = read(name);
        assert!(text.contains("mtlint-night"), "{name}");
        assert!(text.contains("MTLINT_HOME=/var/lib/mtlint"), "{name}");
        let set = text.split(|c: char| !(c.is_ascii_uppercase() || c == '_'));
        for variable in set.filter(|word| word.starts_with("MTLINT_")) {
            let known = script.contains(variable) || variable == "MTLINT_MODELS";
            assert!(known, "{name}: {variable}");
        }
    }
}

/// Where systemd is there, it reads the units.
#[test]
fn systemd_accepts_the_units() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mtlint-night.service", "mtlint-night.timer"] {
        // The program is not installed here; the script stands in for it.
        let unit = read(name).replace(
            "/usr/local/bin/mtlint-night",
            deploy("night.sh").to_str().unwrap(),
        );
        std::fs::write(folder.path().join(name), unit).unwrap();
    }
    let verified = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .arg(folder.path().join("mtlint-night.service"))
        .arg(folder.path().join("mtlint-night.timer"))
        .output();
    match verified {
        // A key that it does not know is only told of; so are other units of the
        // machine, which are none of ours.
        Ok(output) => assert!(
            output.status.success() && !stderr(&output).contains("mtlint-night"),
            "{}",
            stderr(&output)
        ),
        Err(_) => eprintln!("systemd-analyze is not there; the units were not verified"),
    }
}
