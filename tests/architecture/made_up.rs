//! The rules over small trees of code that break them.

use std::path::Path;

use crate::imports::Crate;
use crate::rules;
use crate::source::Source;

/// A folder with these files.
fn tree(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

fn code(files: &[(&str, &str)]) -> Crate {
    Crate::read(tree(files).path())
}

/// The imports of the tree, each as `from:line to`.
fn imports(files: &[(&str, &str)]) -> Vec<String> {
    let imports = code(files).imports();
    let short = imports.iter();
    short
        .map(|import| format!("{}:{} {}", import.from, import.line, import.to))
        .collect()
}

const LIB: (&str, &str) = (
    "lib.rs",
    "pub mod low;\npub mod high;\npub use high::High;\n",
);

#[test]
fn an_import_against_the_order_is_found() {
    let order = ["low", "high"];
    let good = [
        LIB,
        ("low.rs", "pub struct Low;\n"),
        ("high/mod.rs", "pub struct High(crate::low::Low);\n"),
    ];
    assert_eq!(rules::against_the_order(&code(&good), &order, &[]), [""; 0]);
    assert_eq!(rules::unknown_rooms(&code(&good), &order), [""; 0]);
    let apart = rules::against_the_order(&code(&good), &order, &[("high", "low")]);
    assert_eq!(apart.len(), 1, "{apart:?}");

    // By a path, by a group, by a name that the top passes on, by `super`, in a function.
    for low in [
        "pub struct Low(crate::high::High);",
        "use crate::{high::{self, High}};",
        "use crate::High;",
        "use super::high::High as Other;",
        "fn f() { let x = super::high::High; }",
        "mod inner { use super::super::high::High; }",
    ] {
        let files = [LIB, ("low.rs", low), ("high/mod.rs", "pub struct High;")];
        let wrong = rules::against_the_order(&code(&files), &order, &[]);
        assert_eq!(wrong.len(), 1, "{low}: {wrong:?}");
        assert!(wrong[0].starts_with("low.rs:1: "), "{wrong:?}");
        assert!(wrong[0].contains(low) && wrong[0].ends_with("low must not import high"));
    }
}

#[test]
fn what_is_no_code_imports_nothing() {
    for low in [
        "//! Used by [`crate::high`].",
        "/* use crate::high::High; /* crate::high::A */ crate::high::B */",
        "const A: &str = \"crate::high::High\";",
        "const A: &str = r#\"a\" crate::high::High\"#; const B: char = '\"';",
        "const A: char = '\\''; // crate::high::High",
        "pub(in crate::high) fn f<'a>(x: &'a str) {}",
        "#[cfg(test)]\nmod tests { use crate::high::High; }",
        "#[cfg(test)]\nuse crate::{high::High};",
        "struct A { #[cfg(test)] high: crate::high::High, low: u8 }",
        "#![cfg(test)]\nuse crate::high::High;",
        "use high::High;",
    ] {
        let files = [LIB, ("low.rs", low), ("high/mod.rs", "pub struct High;")];
        assert_eq!(imports(&files), [""; 0], "{low}");
    }
    // And what follows is code again.
    let low = "#[cfg(test)]\nmod tests { fn f() {} }\n#[cfg(test)]\nconst A: [u8; 1] = [1];\n\
               use crate::high::High;\n";
    let files = [LIB, ("low.rs", low), ("high/mod.rs", "pub struct High;")];
    assert_eq!(imports(&files), ["low.rs:5 high/mod.rs"]);
    // A module in a file of its own that is for tests only.
    let files = [
        LIB,
        ("low/mod.rs", "#[cfg(test)]\nmod fixtures;\n"),
        ("low/fixtures.rs", "use crate::high::High;\n"),
        ("high/mod.rs", "pub struct High;"),
    ];
    assert_eq!(imports(&files), [""; 0]);
}

#[test]
fn a_room_without_a_place_is_found() {
    let code = code(&[("lib.rs", "mod a;"), ("a.rs", ""), ("b/mod.rs", "")]);
    let wrong = rules::unknown_rooms(&code, &["a", "c"]);
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn a_ring_of_files_is_found() {
    let files = [
        ("lib.rs", "mod room;"),
        (
            "room/mod.rs",
            "mod a;\nmod b;\nmod c;\npub use a::A;\npub use b::B;\n",
        ),
        ("room/a.rs", "use super::B;\npub struct A(B);\n"),
        ("room/b.rs", "use super::c::C;\npub struct B(C);\n"),
        ("room/c.rs", "pub struct C;\n"),
    ];
    assert_eq!(rules::rings(&code(&files), "room"), [""; 0]);
    let mut ring = files;
    ring[4].1 = "//! What it is for.\n\npub struct C(Option<Box<super::A>>);\n";
    let found = rules::rings(&code(&ring), "room");
    assert_eq!(found.len(), 1, "{found:?}");
    for line in ["room/a.rs:1: ", "room/b.rs:1: ", "room/c.rs:3: "] {
        assert!(found[0].contains(line), "{found:?}");
    }
    assert_eq!(rules::rings(&code(&ring), "other"), [""; 0]);
    // A file that uses what it passes on, and is used by that.
    let mut ring = files;
    ring[1].1 = "mod a;\nmod b;\nmod c;\npub use a::A;\npub struct D;\nfn f(a: A) {}\n";
    ring[4].1 = "pub struct C(super::D);\n";
    ring[2].1 = "use super::c::C;\npub struct A(C);\n";
    let found = rules::rings(&code(&ring), "room");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("room/mod.rs:4: pub use a::A;"),
        "{found:?}"
    );
}

#[test]
fn what_is_too_long_is_found() {
    let function = |lines: usize| {
        let body = "    // Nothing.\n".repeat(lines - 2);
        format!("/// Long.\npub fn long<T>(x: [u8; 2]) -> u8\n{body}{{ 1 }}\n")
    };
    let (longest, longer) = (function(80), function(81));
    let tests = format!("#[cfg(test)]\nmod tests {{\n{longer}}}\n");
    let (full, over) = ("\n".repeat(500), "\n".repeat(501));
    let files = [
        ("lib.rs", "#[cfg(test)]\nmod tests;"),
        ("a.rs", &longest),
        ("b.rs", &longer),
        ("c.rs", &tests),
        ("d.rs", &full),
        ("e.rs", &over),
        ("tests.rs", &over),
        ("tests/more.rs", &longer),
    ];
    let found = rules::too_long(&code(&files));
    assert_eq!(
        found,
        [
            "b.rs:2: long has 81 lines; at most 80",
            "e.rs: 501 lines; at most 500"
        ]
    );
    let types = Source::parse("type F = fn(u8) -> u8;\ntrait T { fn f(&self); }\n");
    assert_eq!(types.functions(), []);
}

#[test]
fn a_dependency_against_the_order_is_found() {
    let upper = "[dependencies]\nmtlint-lm.workspace = true\n\
                 [target.'cfg(unix)'.dependencies]\nmtlint = { workspace = true }\n";
    let lower = "[package]\nname = \"mtlint-lm\"\n[dependencies.mtlint-cli]\nworkspace = true\n\
                 [dev-dependencies]\nmtlint-batch.workspace = true\n";
    let files = tree(&[
        (
            "Cargo.toml",
            "[workspace.dependencies]\nmtlint-cli = { path = \"crates/mtlint-cli\" }\n",
        ),
        ("crates/mtlint-cli/Cargo.toml", upper),
        ("crates/mtlint-lm/Cargo.toml", lower),
        ("crates/mtlint-new/Cargo.toml", "[package]\n"),
        ("crates/not-a-package/read.me", ""),
    ]);
    let check = |root: &Path, cli: &[&str]| {
        let allowed = [("mtlint", &[][..]), ("mtlint-lm", &[]), ("mtlint-cli", cli)];
        rules::dependencies_against_the_order(root, &allowed)
    };
    let always = [
        "mtlint-lm must not depend on mtlint-cli",
        "mtlint-new: no place among the crates",
    ];
    assert_eq!(check(files.path(), &["mtlint", "mtlint-lm"]), always);
    let stricter = check(files.path(), &["mtlint-lm"]);
    assert_eq!(stricter.len(), 3);
    assert!(stricter.contains(&"mtlint-cli must not depend on mtlint".to_owned()));
}
