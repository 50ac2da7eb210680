//! The shape of the code, as ARCHITECTURE.md describes it: the rooms of the library import
//! in one direction, crates depend in one direction, files stand in no rings, and files,
//! functions and the library's dependencies stay within their limits. What is compiled for
//! tests only is not looked at.

// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod imports;
mod made_up;
mod rules;
mod source;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use imports::Crate;

/// The rooms of the library: each imports only from rooms before it.
const ROOMS: [&str; 19] = [
    "document",
    "segment",
    "rating",
    "network",
    "lexicon",
    "language",
    "patterns",
    "detect",
    "rereading",
    "sibling",
    "suggest",
    "finding",
    "score",
    "policy",
    "correct",
    "report",
    "compare",
    "pipeline",
    "linter",
];

/// Rooms that do not import others, although these stand before them.
const APART: [(&str, &str); 2] = [("finding", "sibling"), ("report", "sibling")];

/// Rooms whose files use each other: small parsers, told apart by what they parse.
const WITH_RINGS: [&str; 3] = ["document", "segment", "language"];

/// The packages of the workspace, each with those it may depend on.
const PACKAGES: [(&str, &[&str]); 11] = [
    ("mtlint-lm", &[]),
    ("mtlint-torch", &["mtlint-lm"]),
    ("mtlint-models", &["mtlint-lm"]),
    ("mtlint", &["mtlint-lm"]),
    ("mtlint-batch", &["mtlint", "mtlint-lm"]),
    ("mtlint-eval", &["mtlint", "mtlint-batch", "mtlint-lm"]),
    (
        "mtlint-fuzz",
        &[
            "mtlint",
            "mtlint-batch",
            "mtlint-eval",
            "mtlint-lm",
            "mtlint-models",
        ],
    ),
    ("mtlint-serve", &["mtlint", "mtlint-batch", "mtlint-fuzz"]),
    ("mtlint-lsp", &["mtlint"]),
    (
        "mtlint-cli",
        &[
            "mtlint",
            "mtlint-batch",
            "mtlint-eval",
            "mtlint-fuzz",
            "mtlint-lm",
            "mtlint-lsp",
            "mtlint-models",
            "mtlint-serve",
            "mtlint-torch",
        ],
    ),
    (
        "mtlint-python",
        &["mtlint", "mtlint-batch", "mtlint-cli", "mtlint-models"],
    ),
];

/// How many packages the library may bring along, itself included.
const MAX_PACKAGES: usize = 150;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn library() -> Crate {
    let code = Crate::read(&root().join("src"));
    assert!(code.files.len() > 100, "{}", code.files.len());
    code
}

/// The folder of each crate's code.
fn folders() -> Vec<PathBuf> {
    let crates = std::fs::read_dir(root().join("crates")).unwrap();
    let inside = crates.map(|entry| entry.unwrap().path().join("src"));
    let mut found: Vec<PathBuf> = inside.filter(|folder| folder.exists()).collect();
    found.extend(["src", "bindings/python/src", "fuzz/src"].map(|folder| root().join(folder)));
    found.sort();
    assert!(found.len() >= PACKAGES.len(), "{found:?}");
    found
}

/// Fails with what is wrong, a line each, after what says where.
#[track_caller]
fn nothing(place: &str, wrong: &[String]) {
    let wrong: Vec<String> = wrong.iter().map(|one| format!("{place}{one}")).collect();
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn rooms_import_in_one_direction() {
    let code = library();
    let across = code.imports().into_iter();
    let across = across.filter(|import| rules::room(&import.from) != rules::room(&import.to));
    assert!(across.count() > 100);
    let mut wrong = rules::unknown_rooms(&code, &ROOMS);
    wrong.extend(rules::against_the_order(&code, &ROOMS, &APART));
    nothing("in src: ", &wrong);
}

#[test]
fn crates_depend_in_one_direction() {
    let wrong = rules::dependencies_against_the_order(&root(), &PACKAGES);
    nothing("", &wrong);
}

#[test]
fn files_stand_in_no_rings() {
    let code = library();
    for room in ROOMS.iter().filter(|room| !WITH_RINGS.contains(room)) {
        nothing("in src: ", &rules::rings(&code, room));
    }
    for folder in [
        "bindings/python/src",
        "crates/mtlint-cli/src",
        "crates/mtlint-lsp/src",
        "crates/mtlint-serve/src",
    ] {
        let code = Crate::read(&root().join(folder));
        nothing(&format!("in {folder}: "), &rules::rings(&code, ""));
    }
}

#[test]
fn files_and_functions_are_short() {
    let mut wrong = Vec::new();
    for folder in folders() {
        let inside = folder.strip_prefix(root()).unwrap().display().to_string();
        let code = Crate::read(&folder);
        wrong.extend(
            rules::too_long(&code)
                .iter()
                .map(|one| format!("{inside}/{one}")),
        );
    }
    nothing("", &wrong);
}

#[test]
fn the_library_brings_few_packages() {
    let arguments = [
        "tree",
        "--offline",
        "--locked",
        "-p",
        "mtlint",
        "-e",
        "normal",
    ];
    let mut cargo = Command::new(env!("CARGO"));
    let cargo = cargo
        .args(arguments)
        .args(["--prefix", "none"])
        .current_dir(root());
    let done = cargo.output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let tree = String::from_utf8(done.stdout).unwrap();
    // A package that was shown before has `(*)` after it.
    let packages = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    let packages: BTreeSet<&str> = packages.filter(|line| !line.is_empty()).collect();
    assert!(
        packages
            .iter()
            .any(|package| package.starts_with("mtlint-lm "))
    );
    let count = packages.len();
    assert!(count <= MAX_PACKAGES, "{count} packages: {packages:?}");
}
