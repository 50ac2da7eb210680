//! The siblings that a configuration gives an article.
//!
//! In: rules, and an article's path. Out: the paths of its siblings, sorted, each once and
//! never the article itself. It looks for files and reads none.

use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use glob::{MatchOptions, Pattern};

use super::patterns::{DocumentPattern, SiblingPattern};
use super::read::shown;

/// Siblings of one article, at most: each is read whole and costs as much as the article.
const MAX_SIBLINGS: usize = 16;

/// The rules of one configuration.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// The configuration, as it is shown.
    pub name: String,
    /// Its folder, links followed.
    pub folder: PathBuf,
    /// In the order of the file.
    pub rules: Vec<Rule>,
}

/// Which files are siblings of which articles.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The line it begins on.
    pub line: usize,
    /// The articles it is for.
    pub documents: DocumentPattern,
    /// Where their siblings are.
    pub sibling: SiblingPattern,
}

/// What the rules of a configuration say of an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuleMatches {
    /// Its siblings, as they are shown.
    pub siblings: Vec<PathBuf>,
    /// The lines of rules that are for it, where none of them names a file that is there.
    pub without_file: Vec<usize>,
}

/// Where a file lies: links to its folder are followed, and it itself is not.
fn place(file: &Path) -> Option<PathBuf> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    Some(folder.canonicalize().ok()?.join(file.file_name()?))
}

impl Rules {
    /// Rules for all articles in `folder` and below it: each of `siblings` is a path or a pattern
    /// from there. `name` is where they come from, as it is shown.
    ///
    /// # Errors
    /// When one of them is no path or pattern below the folder, or there is no such folder.
    pub fn everywhere(name: &str, folder: &Path, siblings: &[String]) -> anyhow::Result<Self> {
        let wrong = |problem: String| anyhow!("{name}: {problem}");
        let folder = folder.canonicalize()?;
        let documents = DocumentPattern::try_from("**/*".to_owned()).map_err(wrong)?;
        let rules = siblings.iter().zip(1..).map(|(sibling, line)| {
            let sibling = SiblingPattern::try_from(sibling.clone()).map_err(wrong)?;
            Ok(Rule {
                line,
                documents: documents.clone(),
                sibling,
            })
        });
        Ok(Self {
            name: name.to_owned(),
            folder,
            rules: rules.collect::<anyhow::Result<Vec<Rule>>>()?,
        })
    }

    /// The siblings of an article.
    ///
    /// # Errors
    /// Where there are too many, or one lies outside of the configuration's folder.
    pub fn of(&self, document: &Path) -> anyhow::Result<RuleMatches> {
        let mut found = RuleMatches::default();
        // A file that is not there fails by itself.
        let (Ok(whole), Some(place)) = (document.canonicalize(), place(document)) else {
            return Ok(found);
        };
        let Ok(inside) = place.strip_prefix(&self.folder) else {
            return Ok(found);
        };
        let mut seen = Vec::new();
        for rule in &self.rules {
            if !rule.documents.fits(inside) {
                continue;
            }
            found.without_file.push(rule.line);
            for sibling in self.files(rule, inside)? {
                if sibling == whole || seen.contains(&sibling) {
                    continue;
                }
                if !sibling.starts_with(&self.folder) {
                    bail!(
                        "{}:{}: the sibling {} lies outside of the folder of the configuration",
                        self.name,
                        rule.line,
                        shown(&sibling)
                    );
                }
                if found.siblings.len() == MAX_SIBLINGS {
                    bail!(
                        "{}:{}: {} has more than {MAX_SIBLINGS} siblings; name fewer",
                        self.name,
                        rule.line,
                        shown(document)
                    );
                }
                found.siblings.push(PathBuf::from(shown(&sibling)));
                seen.push(sibling);
            }
        }
        if !found.siblings.is_empty() {
            found.without_file.clear();
        }
        Ok(found)
    }

    /// The files that a rule names for an article, links followed.
    fn files(&self, rule: &Rule, document: &Path) -> anyhow::Result<Vec<PathBuf>> {
        let (Some(folder), Some(pattern)) = (self.folder.to_str(), rule.sibling.of(document))
        else {
            return Ok(Vec::new());
        };
        let pattern = format!("{}/{pattern}", Pattern::escape(folder));
        let options = MatchOptions {
            require_literal_separator: true,
            ..MatchOptions::new()
        };
        let paths = glob::glob_with(&pattern, options)?;
        // What cannot be looked into holds no sibling.
        let files = paths.flatten().filter(|path| path.is_file());
        let whole = files.filter_map(|path| path.canonicalize().ok());
        // One more than is allowed, and the article itself.
        Ok(whole.take(MAX_SIBLINGS + 2).collect())
    }
}
