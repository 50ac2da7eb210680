//! Every command that the README and the guide show is run as it stands, but for those that
//! need another machine, libtorch or hours, and every flag that they name exists.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::sandbox::Sandbox;
use super::{commands, root};

/// Commands that are not run here, by how they start, each with the reason.
const NOT_RUN: [(&str, &str); 15] = [
    (
        "cargo install ",
        "builds the program again; the path is looked at",
    ),
    (
        "cargo run --release --example ",
        "reads labelled data for minutes",
    ),
    (
        "cargo run --release --features rust-bert ",
        "needs libtorch",
    ),
    ("cargo test ", "is what runs this"),
    ("cp deploy/", "changes the machine"),
    (
        "eval \"$(scripts/libtorch)\"",
        "fetches libtorch; CI runs it",
    ),
    ("install -d -o mtlint ", "changes the machine"),
    (
        "install deploy/",
        "changes the machine; tests/night runs the script",
    ),
    ("install target/release/mtlint ", "changes the machine"),
    (
        "pip install ",
        "builds the package; bindings/python/test does",
    ),
    ("podman ", "needs a container engine"),
    ("runuser ", "needs a user of its own"),
    (
        "spark-submit ",
        "needs a cluster; integrations/spark/test has one",
    ),
    ("systemctl ", "changes the machine"),
    ("useradd ", "changes the machine"),
];

/// README.md and the pages of the guide.
fn documents() -> Vec<PathBuf> {
    let pages = std::fs::read_dir(root().join("docs/src")).unwrap();
    let mut found: Vec<PathBuf> = pages
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.push(root().join("README.md"));
    found.sort();
    assert!(found.len() > 8, "{found:?}");
    found
}

/// The text of a document apart from its blocks of code, and the commands in its blocks of
/// `sh`, those on several lines joined.
fn split(document: &str) -> (String, Vec<String>) {
    let (mut text, mut commands) = (String::new(), Vec::new());
    // The language of the block that a line is in.
    let mut block: Option<&str> = None;
    let mut command = String::new();
    for line in document.lines() {
        if let Some(language) = line.strip_prefix("```") {
            block = if block.is_some() {
                None
            } else {
                Some(language)
            };
        } else if block.is_none() {
            text.push_str(line);
            text.push('\n');
        } else if block == Some("sh") && !line.starts_with('#') && !line.is_empty() {
            match line.strip_suffix('\\') {
                Some(start) => command.push_str(start),
                None => commands.push(std::mem::take(&mut command) + line),
            }
        }
    }
    assert!(block.is_none() && command.is_empty());
    (text, commands)
}

#[test]
fn every_command_runs() {
    let mut run = 0;
    let mut not_run = BTreeSet::new();
    for path in documents() {
        let (_, commands) = split(&std::fs::read_to_string(&path).unwrap());
        let sandbox = Sandbox::new();
        for shown in commands {
            if let Some((start, _)) = NOT_RUN.iter().find(|(start, _)| shown.starts_with(start)) {
                not_run.insert(*start);
                continue;
            }
            let command = shown.replace("cargo run --release -- ", "mtlint ");
            let known = ["mtlint ", "mkdir ", "cat ", "curl "];
            let known = known.iter().any(|start| command.starts_with(start));
            assert!(known, "{}: {shown}", path.display());
            sandbox.run(&command);
            run += 1;
        }
    }
    assert!(run > 60, "{run}");
    // The list holds nothing that is not shown any more.
    let listed: BTreeSet<&str> = NOT_RUN.iter().map(|(start, _)| *start).collect();
    assert_eq!(not_run, listed);
}

#[test]
fn the_package_to_install_is_the_program() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, commands) = split(&readme);
    let install = "cargo install --locked --path ";
    let folders: Vec<&str> = commands
        .iter()
        .filter_map(|command| command.strip_prefix(install))
        .collect();
    let [folder] = folders[..] else {
        panic!("{folders:?}");
    };
    let package = root().join(folder).canonicalize().unwrap();
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    assert_eq!(package, built.canonicalize().unwrap());
}

#[test]
fn every_flag_that_is_named_exists() {
    let commands = commands();
    let has = |help: &str, flag: &str| {
        let ends = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
        help.split(ends).any(|word| word == flag)
    };
    let mut named = 0;
    for path in documents() {
        let (text, shown) = split(&std::fs::read_to_string(&path).unwrap());
        // Inline code is every second part between backticks.
        let inline = text.split('`').skip(1).step_by(2).map(str::to_owned);
        for code in inline.chain(shown) {
            // A cell of a table has its bars escaped, and of a pipe only mtlint is looked at.
            let code = code.replace("\\|", "/");
            let ours = |part: &&str| part.starts_with("mtlint ") || part.starts_with("--");
            let code = code.split('|').map(str::trim_start).find(ours);
            let code = code.unwrap_or_default();
            let mut words = code.split_whitespace().peekable();
            let command: Vec<&str> = match words.next_if_eq(&"mtlint") {
                Some(_) => words.clone().take_while(|w| !w.starts_with('-')).collect(),
                None => Vec::new(),
            };
            let helps: Vec<&str> = commands
                .iter()
                .filter(|(names, _)| match command.first() {
                    None | Some(&"COMMAND") => true,
                    Some(first) => names.first().is_some_and(|name| name == first),
                })
                .map(|(_, help)| help.as_str())
                .collect();
            assert!(!helps.is_empty(), "{}: {code:?}", path.display());
            for flag in words.filter(|word| word.starts_with("--") && word.len() > 2) {
                let flag = flag.split(['=', '[']).next().unwrap();
                let exists = helps.iter().any(|help| has(help, flag));
                assert!(exists, "{}: {flag} in {code:?}", path.display());
                named += 1;
            }
        }
    }
    assert!(named > 80, "{named}");
}
