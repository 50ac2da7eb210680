//! The project's documents: every internal link and every anchor in them leads somewhere,
//! every path of the repository that they name exists, CONTRIBUTING.md lists the steps of
//! CI, and the documents stay as short as they are meant to be. Nothing is looked up on the
//! network. What their commands do is tested by `tests/help`.

// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// Folders of the repository: inline code that begins with one of them is a path.
const FOLDERS: [&str; 15] = [
    ".ci",
    "benches",
    "bindings",
    "crates",
    "deploy",
    "docs",
    "examples",
    "fuzz",
    "integrations",
    "models",
    "schemas",
    "scripts",
    "src",
    "tests",
    "training",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What a document refers to, and what can be referred to in it.
#[derive(Default)]
struct Markdown {
    /// Destinations of links and images.
    links: Vec<String>,
    /// The anchors that its headings get.
    anchors: BTreeSet<String>,
    /// Inline code.
    code: Vec<String>,
}

/// The anchor of a heading, as mdbook and code hosts make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|letter| match letter {
        letter if letter.is_alphanumeric() || letter == '_' || letter == '-' => Some(letter),
        letter if letter.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}

fn parse(text: &str) -> Markdown {
    let mut markdown = Markdown::default();
    let mut heading: Option<String> = None;
    let mut repeats: BTreeMap<String, usize> = BTreeMap::new();
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                markdown.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                let name = anchor(&heading.take().unwrap());
                let repeat = repeats.entry(name.clone()).or_default();
                markdown.anchors.insert(match *repeat {
                    0 => name,
                    repeat => format!("{name}-{repeat}"),
                });
                *repeat += 1;
            }
            Event::Text(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            Event::Code(code) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&code);
                }
                markdown.code.push(code.into_string());
            }
            _ => {}
        }
    }
    markdown
}

fn read(path: &Path) -> Markdown {
    let text = std::fs::read_to_string(path);
    parse(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The Markdown files directly in a folder of the repository.
fn in_folder(folder: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join(folder)).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    found.sort();
    found
}

/// All documents for people.
fn documents() -> Vec<PathBuf> {
    let folders = [
        "",
        "docs/src",
        "models",
        "integrations/ci",
        "integrations/spark",
        "integrations/vscode",
    ];
    let found: Vec<PathBuf> = folders.into_iter().flat_map(in_folder).collect();
    assert!(found.len() > 15, "{found:?}");
    found
}

/// A path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
    }
    normal
}

/// What is wrong with a link of a document, if anything is.
fn broken(document: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor)),
        None => (link, None),
    };
    let target = if path.is_empty() {
        document.to_owned()
    } else {
        normal(&document.parent().unwrap().join(path))
    };
    if !target.exists() {
        return Some(format!("there is no {}", target.display()));
    }
    let guide = root().join("docs/src");
    if document.starts_with(&guide) && !target.starts_with(&guide) {
        return Some("it leads out of the book".to_owned());
    }
    let anchor = anchor?;
    let there = read(&target).anchors;
    (!there.contains(anchor)).then(|| format!("no heading of {there:?} has the anchor {anchor}"))
}

#[test]
fn every_internal_link_leads_somewhere() {
    let mut followed = 0;
    let mut wrong = Vec::new();
    for document in documents() {
        for link in read(&document).links {
            followed += 1;
            if let Some(why) = broken(&document, &link) {
                wrong.push(format!("{}: {link}: {why}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(followed > 60, "{followed}");
}

#[test]
fn a_link_that_leads_nowhere_is_noticed() {
    let readme = root().join("README.md");
    let page = root().join("docs/src/batch.md");
    for (document, link) in [
        (&readme, "docs/src/nothing.md"),
        (&readme, "docs/src/batch.md#nothing"),
        (&readme, "#nothing"),
        (&page, "../../README.md"),
        (&page, "images/nothing.png"),
    ] {
        assert!(broken(document, link).is_some(), "{link}");
    }
    for (document, link) in [
        (&readme, "docs/src/batch.md#inputs"),
        (&readme, "#install"),
        (&page, "#inputs"),
    ] {
        assert_eq!(broken(document, link), None, "{link}");
    }
    let repeated = parse("# One `two` (3)\n\n# One two 3\n").anchors;
    let expected = ["one-two-3", "one-two-3-1"].map(str::to_owned);
    assert_eq!(repeated, BTreeSet::from(expected));
}

#[test]
fn every_page_of_the_guide_is_in_its_summary() {
    let listed: BTreeSet<String> = read(&root().join("docs/src/SUMMARY.md"))
        .links
        .into_iter()
        .collect();
    let pages: BTreeSet<String> = in_folder("docs/src")
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .filter(|name| name != "SUMMARY.md")
        .collect();
    assert_eq!(listed, pages);
}

#[test]
fn every_path_that_is_named_exists() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for document in documents() {
        for code in read(&document).code {
            // Of a command, the program; a pattern names no one file.
            let Some(path) = code.split_whitespace().next() else {
                continue;
            };
            let folder = path.split('/').next().unwrap();
            if !path.contains('/') || path.contains('*') || !FOLDERS.contains(&folder) {
                continue;
            }
            seen += 1;
            if !root().join(path).exists() {
                wrong.push(format!("{}: {code}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 60, "{seen}");
}

/// The commands that `.ci/run` runs as steps, as one would type them.
fn steps() -> Vec<String> {
    let script = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    let script = script.replace(
        "\"${CARGO_TARGET_DIR:-target}/release/mtlint\"",
        "target/release/mtlint",
    );
    let lines = script.lines();
    // A variable may stand before; what is installed where it is missing stands after `||`.
    let steps = lines.filter(|line| line.starts_with("step ") || line.contains("\" step "));
    steps
        .filter(|line| !line.contains("||"))
        .map(|line| line.replacen("step ", "", 1))
        .collect()
}

#[test]
fn the_steps_of_ci_are_those_of_contributing() {
    let text = std::fs::read_to_string(root().join("CONTRIBUTING.md")).unwrap();
    let block = text
        .split("```sh\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    // Setting up libtorch is no step.
    let listed = block.lines().filter(|line| !line.starts_with("eval "));
    let listed: Vec<String> = listed.map(str::to_owned).collect();
    assert_eq!(listed, steps());
    assert!(listed.len() > 10, "{listed:?}");
}

#[test]
fn the_documents_at_the_top_are_short() {
    let text = |name: &str| std::fs::read_to_string(root().join(name)).unwrap();
    let lines = text("README.md").lines().count();
    assert!(lines <= 250, "README.md has {lines} lines");
    let words = text("ARCHITECTURE.md").split_whitespace().count();
    assert!(words <= 1200, "ARCHITECTURE.md has {words} words");
}
