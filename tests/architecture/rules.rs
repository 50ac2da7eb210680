//! What the code must keep to, as functions from code to the places that do not. Each place
//! is a line for people, with its file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::imports::{Crate, Import};

/// No file outside tests has more lines.
const MAX_FILE_LINES: usize = 500;

/// No function outside tests has more lines.
const MAX_FUNCTION_LINES: usize = 80;

/// The first name of a file's path: the room that it stands in.
pub fn room(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or_default();
    first.trim_end_matches(".rs")
}

/// Imports across rooms that go against their order, or are among those that `apart` names:
/// who imports, and what not.
pub fn against_the_order(code: &Crate, order: &[&str], apart: &[(&str, &str)]) -> Vec<String> {
    let rank = |room: &str| order.iter().position(|name| *name == room);
    let mut wrong = Vec::new();
    for import in code.imports() {
        let (from, to) = (room(&import.from), room(&import.to));
        if from == to || from == "lib" {
            continue;
        }
        // The top of the crate only passes names on.
        let downward = to != "lib" && rank(to) < rank(from);
        if !downward || apart.contains(&(from, to)) {
            wrong.push(format!("{import}: {from} must not import {to}"));
        }
    }
    wrong
}

/// Rooms that the order does not have, and names in the order that are no rooms.
pub fn unknown_rooms(code: &Crate, order: &[&str]) -> Vec<String> {
    let there: BTreeSet<&str> = code.files.iter().map(|file| room(&file.path)).collect();
    let known: BTreeSet<&str> = order.iter().copied().chain(["lib"]).collect();
    let wrong = there.symmetric_difference(&known);
    wrong
        .map(|room| format!("src/{room}: not in the order, or not there"))
        .collect()
}

/// Rings of files below a folder: the imports that make each, in turn. `folder` is a path
/// in the code, empty for all of it.
pub fn rings(code: &Crate, folder: &str) -> Vec<String> {
    let inside = |path: &str| folder.is_empty() || path.starts_with(&format!("{folder}/"));
    let imports = code.imports();
    let mut graph: BTreeMap<&str, Vec<&Import>> = BTreeMap::new();
    for import in &imports {
        if inside(&import.from) && inside(&import.to) {
            graph.entry(&import.from).or_default().push(import);
        }
    }
    let mut done = BTreeSet::new();
    let mut found = Vec::new();
    for start in graph.keys() {
        walk(start, &graph, &mut Vec::new(), &mut done, &mut found);
    }
    found
}

/// Follows the imports from `file` on. `path` leads to it, `done` has the files whose
/// imports were all followed.
fn walk<'a>(
    file: &'a str,
    graph: &BTreeMap<&'a str, Vec<&'a Import>>,
    path: &mut Vec<&'a Import>,
    done: &mut BTreeSet<&'a str>,
    found: &mut Vec<String>,
) {
    if done.contains(file) {
        return;
    }
    if let Some(start) = path.iter().position(|import| import.from == file) {
        let ring: Vec<String> = path[start..].iter().map(ToString::to_string).collect();
        found.push(format!("a ring:\n  {}", ring.join("\n  ")));
        return;
    }
    for import in graph.get(file).into_iter().flatten().copied() {
        path.push(import);
        walk(&import.to, graph, path, done, found);
        path.pop();
    }
    done.insert(file);
}

/// Files and functions that are too long.
pub fn too_long(code: &Crate) -> Vec<String> {
    let mut wrong = Vec::new();
    for file in &code.files {
        let path = &file.path;
        if file.lines > MAX_FILE_LINES {
            wrong.push(format!(
                "{path}: {} lines; at most {MAX_FILE_LINES}",
                file.lines
            ));
        }
        for function in file.source.functions() {
            if function.length > MAX_FUNCTION_LINES {
                wrong.push(format!(
                    "{path}:{}: {} has {} lines; at most {MAX_FUNCTION_LINES}",
                    function.line, function.name, function.length
                ));
            }
        }
    }
    wrong
}

/// The packages of this workspace that a `Cargo.toml` depends on outside tests, in order.
pub fn own_dependencies(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut in_dependencies = false;
    let ours = |name: &str| name == "mtlint" || name.starts_with("mtlint-");
    for line in manifest.lines().map(str::trim) {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            // `[target.'cfg(unix)'.dependencies]`, `[dependencies.mtlint]`.
            let (before, name) = table.rsplit_once('.').unwrap_or((table, ""));
            let kind = |path: &str| {
                let last = path.rsplit('.').next().unwrap_or_default();
                matches!(last, "dependencies" | "build-dependencies")
                    && !path.starts_with("workspace")
            };
            in_dependencies = kind(table);
            if kind(before) && ours(name) {
                found.insert(name.to_owned());
            }
        } else if in_dependencies {
            let name = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if ours(name) {
                found.insert(name.to_owned());
            }
        }
    }
    found
}

/// Packages below `root` that depend on one that `allowed` does not give them, and packages
/// that `allowed` does not have.
pub fn dependencies_against_the_order(root: &Path, allowed: &[(&str, &[&str])]) -> Vec<String> {
    let mut folders = vec![
        ("mtlint".to_owned(), root.to_owned()),
        ("mtlint-fuzz".to_owned(), root.join("fuzz")),
        ("mtlint-python".to_owned(), root.join("bindings/python")),
    ];
    for entry in std::fs::read_dir(root.join("crates")).unwrap() {
        let entry = entry.unwrap();
        folders.push((entry.file_name().into_string().unwrap(), entry.path()));
    }
    folders.sort();
    let mut wrong = Vec::new();
    for (package, folder) in folders {
        let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else {
            continue;
        };
        let Some((_, below)) = allowed.iter().find(|(name, _)| *name == package) else {
            wrong.push(format!("{package}: no place among the crates"));
            continue;
        };
        for dependency in own_dependencies(&manifest) {
            if !below.contains(&dependency.as_str()) {
                wrong.push(format!("{package} must not depend on {dependency}"));
            }
        }
    }
    wrong
}
