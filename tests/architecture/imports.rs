//! Which file of a crate uses which. In: the folder of a crate's code. Out: its files, and
//! each use of one by another with its line. A name that a file only passes on (`pub use`)
//! is looked for in the file that defines it.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::source::{Source, Token};

/// A path of names, such as `["sibling", "align"]`, from the top of a crate.
pub type Names = Vec<String>;

/// A file that is not for tests only.
#[derive(Debug)]
pub struct File {
    /// The path from the folder of the code, such as `sibling/align/mod.rs`.
    pub path: String,
    /// The module that the file is; empty for the top of the crate.
    pub module: Names,
    pub source: Source,
    pub lines: usize,
    text: String,
    mentions: Vec<Mention>,
}

/// A path of names in the code.
#[derive(Debug)]
struct Mention {
    /// The names from the top of the crate.
    target: Names,
    /// The name that an import gives to its target.
    binds: Option<String>,
    /// Whether an import is `pub` in some way.
    passed_on: bool,
    line: usize,
}

/// One file uses another, or something in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Import {
    /// The path of the file that uses.
    pub from: String,
    /// The path of the file that is used.
    pub to: String,
    pub line: usize,
    /// The text of the line.
    pub text: String,
}

impl fmt::Display for Import {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}:{}: {} ({})",
            self.from, self.line, self.text, self.to
        )
    }
}

/// The code of a crate.
#[derive(Debug)]
pub struct Crate {
    pub files: Vec<File>,
}

impl Crate {
    /// Reads the code in a folder that has a `lib.rs` or a `main.rs`.
    pub fn read(folder: &Path) -> Self {
        let mut files = Vec::new();
        let mut only_tests = BTreeSet::new();
        for path in rust_files(folder) {
            let text = std::fs::read_to_string(&path).unwrap();
            let inside = path.strip_prefix(folder).unwrap();
            let module = module_of(inside);
            let source = Source::parse(&text);
            for name in &source.test_modules {
                only_tests.insert([&module[..], std::slice::from_ref(name)].concat());
            }
            if source.only_tests {
                only_tests.insert(module.clone());
            }
            files.push(File {
                path: inside.to_str().unwrap().replace('\\', "/"),
                module,
                lines: text.lines().count(),
                source,
                text,
                mentions: Vec::new(),
            });
        }
        files.retain(|file| {
            !only_tests
                .iter()
                .any(|module| file.module.starts_with(module))
        });
        let modules: BTreeSet<Names> = files.iter().map(|file| file.module.clone()).collect();
        for file in &mut files {
            file.mentions = mentions(file, &modules);
        }
        Self { files }
    }

    /// Every use of one file by another.
    pub fn imports(&self) -> Vec<Import> {
        let mut found = BTreeSet::new();
        for file in &self.files {
            for mention in &file.mentions {
                if mention.passed_on && !file.uses_itself(mention) {
                    continue;
                }
                let Some(to) = self.defining(&mention.target, 0) else {
                    continue;
                };
                if to.path != file.path {
                    let text = file.text.lines().nth(mention.line - 1);
                    found.insert(Import {
                        from: file.path.clone(),
                        to: to.path.clone(),
                        line: mention.line,
                        text: text.unwrap_or_default().trim().to_owned(),
                    });
                }
            }
        }
        found.into_iter().collect()
    }

    /// The file that defines what a path of names leads to; `None` outside the crate.
    fn defining(&self, names: &[String], followed: usize) -> Option<&File> {
        let within = |file: &&File| names.starts_with(&file.module);
        let file = self
            .files
            .iter()
            .filter(within)
            .max_by_key(|file| file.module.len())?;
        let rest = &names[file.module.len()..];
        // Imports in a ring do not compile; this is for names that two kinds of items share.
        if let [name, rest @ ..] = rest
            && followed < 8
        {
            let binding = |mention: &&Mention| mention.binds.as_ref() == Some(name);
            if let Some(binding) = file.mentions.iter().find(binding) {
                return self.defining(&[&binding.target, rest].concat(), followed + 1);
            }
            if file.module.is_empty() && !file.defines(name) {
                // Passed on from another crate, as `crate::span` is.
                return None;
            }
        }
        Some(file)
    }
}

impl File {
    /// Whether the name of an import stands anywhere else in the file.
    fn uses_itself(&self, import: &Mention) -> bool {
        let name = import.binds.as_deref().unwrap_or_default();
        let mut in_import = false;
        let mut before = "";
        for token in &self.source.tokens {
            match token.text.as_str() {
                "use" => in_import = true,
                ";" => in_import = false,
                // The module, the method or the field of this name is something else.
                text if text == name && !in_import && !matches!(before, "mod" | "fn" | ".") => {
                    return true;
                }
                _ => {}
            }
            before = &token.text;
        }
        false
    }

    /// Whether an item of this name is defined here.
    fn defines(&self, name: &str) -> bool {
        const KINDS: [&str; 8] = [
            "fn", "struct", "enum", "trait", "type", "const", "static", "mod",
        ];
        let tokens = &self.source.tokens;
        tokens
            .windows(2)
            .any(|pair| KINDS.contains(&pair[0].text.as_str()) && pair[1].text == name)
    }
}

/// Every Rust file below a folder, in order.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    found
}

/// The module that a file is, by its path in the folder of the code.
fn module_of(path: &Path) -> Names {
    let path = path.with_extension("");
    let mut names: Names = path
        .iter()
        .map(|name| name.to_str().unwrap().to_owned())
        .collect();
    let last = names.last().map(String::as_str);
    let top = names.len() == 1 && matches!(last, Some("lib" | "main"));
    if top || last == Some("mod") {
        names.pop();
    }
    names
}

/// All paths in a file that lead to something in its crate.
fn mentions(file: &File, modules: &BTreeSet<Names>) -> Vec<Mention> {
    let tokens = &file.source.tokens;
    let text = |at: usize| tokens.get(at).map_or("", |token| token.text.as_str());
    let mut found = Vec::new();
    // The module that the code stands in, and the depth of braces at which each module
    // inside the file ends.
    let mut module = file.module.clone();
    let (mut depth, mut ends) = (0, Vec::new());
    let mut at = 0;
    while at < tokens.len() {
        match text(at) {
            "{" => depth += 1,
            "}" => {
                depth -= 1;
                if ends.last() == Some(&depth) {
                    ends.pop();
                    module.pop();
                }
            }
            "mod" if text(at + 2) == "{" => {
                module.push(text(at + 1).to_owned());
                ends.push(depth);
            }
            // `pub(in crate::a)` only says who may use what follows.
            "pub" if text(at + 1) == "(" && text(at + 2) == "in" => {
                while text(at) != ")" {
                    at += 1;
                }
            }
            "use" => {
                let passed_on = at > 0 && matches!(text(at - 1), "pub" | ")");
                let mut tree = Tree { tokens, at: at + 1 };
                for (names, binds, line) in tree.paths(&[]) {
                    if let Some(target) = absolute(&names, &module, modules) {
                        found.push(Mention {
                            target,
                            binds: Some(binds),
                            passed_on,
                            line,
                        });
                    }
                }
                at = tree.at;
                continue;
            }
            _ if tokens[at].is_word() && text(at + 1) == "::" => {
                let line = tokens[at].line;
                let mut names = vec![text(at).to_owned()];
                while text(at + 1) == "::" && tokens.get(at + 2).is_some_and(Token::is_word) {
                    names.push(text(at + 2).to_owned());
                    at += 2;
                }
                if let Some(target) = absolute(&names, &module, modules) {
                    found.push(Mention {
                        target,
                        binds: None,
                        passed_on: false,
                        line,
                    });
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The names from the top of the crate that a path in `module` stands for; `None` if it
/// leads out of the crate or into the module's own items.
fn absolute(names: &[String], module: &[String], modules: &BTreeSet<Names>) -> Option<Names> {
    let (first, mut rest) = names.split_first()?;
    let mut start = match first.as_str() {
        "crate" => Vec::new(),
        "self" => module.to_vec(),
        "super" => module[..module.len().checked_sub(1)?].to_vec(),
        name => {
            let child = [module, &[name.to_owned()]].concat();
            return modules.contains(&child).then(|| [&child, rest].concat());
        }
    };
    while let Some((first, after)) = rest.split_first()
        && first == "super"
    {
        start.pop()?;
        rest = after;
    }
    start.extend_from_slice(rest);
    Some(start)
}

/// The tree of names after `use`.
struct Tree<'a> {
    tokens: &'a [Token],
    at: usize,
}

impl Tree<'_> {
    fn text(&self) -> &str {
        self.tokens.get(self.at).map_or(";", |token| &token.text)
    }

    /// The paths up to the next comma or the end of the group: their names, what each
    /// binds, and its line.
    fn paths(&mut self, before: &[String]) -> Vec<(Names, String, usize)> {
        let mut names = before.to_vec();
        loop {
            let line = self.tokens.get(self.at).map_or(0, |token| token.line);
            match self.text() {
                "::" => self.at += 1,
                "{" => {
                    self.at += 1;
                    let mut found = Vec::new();
                    while !matches!(self.text(), "}" | ";") {
                        found.extend(self.paths(&names));
                        if self.text() == "," {
                            self.at += 1;
                        }
                    }
                    self.at += 1;
                    return found;
                }
                "*" => {
                    self.at += 1;
                    return vec![(names, "*".to_owned(), line)];
                }
                word => {
                    // `self` in a group is what the group is in.
                    if word != "self" || names.is_empty() {
                        names.push(word.to_owned());
                    }
                    self.at += 1;
                    if self.text() != "::" {
                        let mut binds = names.last().cloned().unwrap_or_default();
                        if self.text() == "as" {
                            self.at += 1;
                            binds = self.text().to_owned();
                            self.at += 1;
                        }
                        return vec![(names, binds, line)];
                    }
                }
            }
        }
    }
}
