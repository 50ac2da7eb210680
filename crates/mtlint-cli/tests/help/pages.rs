//! Manual pages: one a command, which groff reads where it is there.

use std::process::Command;

use super::{MTLINT, commands, mtlint, stderr};

#[test]
#[allow(clippy::print_stdout)] // Only where there is nothing to test with.
fn every_command_has_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let man = folder.path().join("share/man1");
    mtlint(&["man", "--output", man.to_str().unwrap()]);
    let commands = commands();
    assert_eq!(std::fs::read_dir(&man).unwrap().count(), commands.len());
    let mut read = 0;
    for (words, help) in &commands {
        let name = [&["mtlint".to_owned()], &words[..]].concat().join("-");
        let path = man.join(format!("{name}.1"));
        let page = std::fs::read_to_string(&path).unwrap();
        assert!(page.contains(&format!("\n.TH {name} 1 ")), "{page}");
        // Dashes are written `\-` there.
        let plain = page.replace("\\-", "-");
        let flags = help
            .split_whitespace()
            .filter(|word| word.starts_with("--"));
        for flag in flags {
            let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
            let named = flag.split(ends).next().unwrap();
            assert!(plain.contains(named), "{name}: {named}");
        }
        let drawn = Command::new("groff")
            .args(["-man", "-Tutf8", "-Kutf8", "-P-cbou"])
            .arg(&path)
            .output();
        if let Ok(drawn) = drawn {
            assert!(drawn.status.success(), "{name}: {}", stderr(&drawn));
            let shown = String::from_utf8_lossy(&drawn.stdout).into_owned();
            for heading in ["NAME", "SYNOPSIS", "OPTIONS"] {
                assert!(shown.contains(heading), "{name}: {shown}");
            }
            read += 1;
        }
    }
    if read == 0 {
        println!("SKIPPED reading the pages: there is no groff");
    }
    let whole = std::fs::read_to_string(man.join("mtlint.1")).unwrap();
    assert_eq!(mtlint(&["man"]), whole);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let done = Command::new(MTLINT)
        .args(["man", "--output", "/dev/null/man1"])
        .output()
        .unwrap();
    assert_eq!(done.status.code(), Some(2));
    assert!(
        stderr(&done).starts_with("error: cannot make the folder /dev/null/man1: "),
        "{}",
        stderr(&done)
    );
}
