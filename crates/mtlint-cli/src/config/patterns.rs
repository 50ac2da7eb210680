//! Patterns of `[[sibling]]`.
//!
//! In: text of a configuration file, which may come with the articles from anywhere. Out:
//! patterns that were checked: they stay below the file's folder, and are short enough to
//! be matched quickly. It reads no file.

use std::path::{Component, Path};

use glob::{MatchOptions, Pattern};
use serde::Deserialize;

/// Characters of a pattern, at most: longer than any path that makes sense.
const MAX_CHARACTERS: usize = 1024;

/// Wildcards of a pattern, at most: the time to match grows with each.
const MAX_WILDCARDS: usize = 16;

/// Of these, `**`: each walks through all folders again.
const MAX_ANY_DEPTH: usize = 1;

/// What may stand in braces.
const PLACEHOLDERS: [&str; 4] = ["name", "stem", "base", "folder"];

/// Which articles a rule is for.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct DocumentPattern {
    text: String,
    pattern: Pattern,
}

impl DocumentPattern {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it fits a path from the file's folder.
    pub fn fits(&self, path: &Path) -> bool {
        let options = MatchOptions {
            case_sensitive: true,
            require_literal_separator: true,
            require_literal_leading_dot: false,
        };
        self.pattern.matches_path_with(path, options)
    }
}

impl TryFrom<String> for DocumentPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let pattern = checked(&text)?;
        Ok(Self { text, pattern })
    }
}

/// Where an article's siblings are.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct SiblingPattern {
    text: String,
}

impl SiblingPattern {
    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pattern for the siblings of the article with this path from the file's folder;
    /// none where the path is not text.
    pub fn of(&self, document: &Path) -> Option<String> {
        let name = document.file_name()?.to_str()?;
        let stem = document.file_stem()?.to_str()?;
        let base = name.split('.').find(|part| !part.is_empty())?;
        let folder = match document.parent()?.to_str()? {
            "" => ".",
            folder => folder,
        };
        let mut pattern = String::new();
        let mut rest = self.text.as_str();
        while let Some((before, placeholder, after)) = next_placeholder(rest) {
            pattern += before;
            pattern += &Pattern::escape(match placeholder {
                "name" => name,
                "stem" => stem,
                "base" => base,
                _ => folder,
            });
            rest = after;
        }
        Some(pattern + rest)
    }
}

impl TryFrom<String> for SiblingPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut rest = text.as_str();
        while let Some((_, placeholder, after)) = next_placeholder(rest) {
            if !PLACEHOLDERS.contains(&placeholder) {
                let known = PLACEHOLDERS.map(|name| format!("{{{name}}}")).join(", ");
                return Err(format!("{known} are expected, got {{{placeholder}}}"));
            }
            rest = after;
        }
        checked(&text)?;
        Ok(Self { text })
    }
}

/// What stands before the next `{…}`, in it, and after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (placeholder, after) = rest.split_once('}')?;
    Some((before, placeholder, after))
}

fn checked(text: &str) -> Result<Pattern, String> {
    if text.trim().is_empty() {
        return Err("a path or pattern is expected, got none".to_owned());
    }
    if text.chars().count() > MAX_CHARACTERS {
        return Err(format!(
            "a pattern of at most {MAX_CHARACTERS} characters is expected"
        ));
    }
    let inside = |component| matches!(component, Component::Normal(_) | Component::CurDir);
    if !Path::new(text).components().all(inside) {
        return Err(format!(
            "a path below the folder of the configuration is expected, without '..', got {text:?}"
        ));
    }
    let any_depth = text.matches("**").count();
    let wildcards = text.matches(['*', '?', '[']).count();
    if any_depth > MAX_ANY_DEPTH || wildcards > MAX_WILDCARDS {
        return Err(format!(
            "at most {MAX_WILDCARDS} wildcards and {MAX_ANY_DEPTH} '**' are expected"
        ));
    }
    let pattern = Pattern::new(text);
    pattern.map_err(|error| format!("a pattern is expected, got {text:?}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Result<DocumentPattern, String> {
        text.to_owned().try_into()
    }

    fn sibling(text: &str, of: &str) -> String {
        let pattern: SiblingPattern = text.to_owned().try_into().unwrap();
        pattern.of(Path::new(of)).unwrap()
    }

    #[test]
    fn a_star_stays_in_its_folder_and_two_do_not() {
        let fits = |pattern, path| document(pattern).unwrap().fits(Path::new(path));
        assert!(fits("drafts/*.txt", "drafts/a.txt"));
        assert!(!fits("drafts/*.txt", "drafts/old/a.txt"));
        assert!(fits("drafts/**/*.txt", "drafts/old/2026/a.txt"));
        assert!(fits("drafts/**/*.txt", "drafts/a.txt"));
        assert!(!fits("*.txt", "drafts/a.txt"));
    }

    #[test]
    fn placeholders_stand_for_parts_of_the_path() {
        assert_eq!(sibling("wire/{name}", "drafts/a.b.txt"), "wire/a.b.txt");
        assert_eq!(sibling("w/{stem}.md", "drafts/a.b.txt"), "w/a.b.md");
        assert_eq!(
            sibling("{folder}/{base}.ok.*", "x/y/dam.garbled.txt"),
            "x/y/dam.ok.*"
        );
        assert_eq!(sibling("{folder}/x.txt", "a.txt"), "./x.txt");
        // What a file is called is no pattern.
        assert_eq!(sibling("w/{stem}?", "[*].txt"), "w/[[][*][]]?");
    }

    #[test]
    fn what_leads_out_or_takes_long_is_refused() {
        for hostile in [
            "",
            "/etc/*",
            "../*.txt",
            "a/../../b",
            "[",
            "a***",
            "**/a/**/b",
            &"*/".repeat(MAX_WILDCARDS + 1),
            &"a".repeat(MAX_CHARACTERS + 1),
        ] {
            assert!(document(hostile).is_err(), "{hostile}");
            let pattern: Result<SiblingPattern, String> = hostile.to_owned().try_into();
            assert!(pattern.is_err(), "{hostile}");
        }
        let unknown: Result<SiblingPattern, String> = "{stme}.txt".to_owned().try_into();
        let expected = "{name}, {stem}, {base}, {folder} are expected, got {stme}";
        assert_eq!(unknown.unwrap_err(), expected);
    }
}
