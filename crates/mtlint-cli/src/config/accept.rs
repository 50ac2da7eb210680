//! A word or name added to those that a configuration accepts.
//!
//! In: the path of a `mtlint.toml`, which need not be there, and the word. Out: the file with
//! the word in it, everything else in it as it was, comments included. A file that is not right
//! before or would not be right after is left as it is.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

use super::read::ConfigFile;
use crate::output::OutputError;
use crate::partial::temporary_file;
use crate::replace::replace;

/// The table of accepted words.
const ACCEPT: &str = "accept";

/// Adds `word` to the words that the configuration at `path` accepts, for `reason`. The file is
/// made if there is none.
///
/// # Errors
/// When the configuration is not right, the word is none, or the file cannot be written.
pub fn accept(path: &Path, word: &str, reason: &str) -> anyhow::Result<()> {
    let there = path.symlink_metadata().is_ok();
    let before = match there {
        true => Some(ConfigFile::open(path, true)?),
        false => None,
    };
    let old = before.as_ref().map_or("", ConfigFile::text);
    let new = with_accepted(old, word, reason)?;
    let folder = path.parent().unwrap_or(Path::new("."));
    ConfigFile::parse(path.display().to_string(), folder.to_owned(), new.clone())?;
    if before.is_some() {
        return Ok(replace(path, old, &new)?);
    }
    let failed = |error| OutputError::new(path.display().to_string(), error);
    let mut file = temporary_file(folder, None).map_err(failed)?;
    file.write_all(new.as_bytes()).map_err(failed)?;
    file.persist_noclobber(path)
        .map_err(|error| failed(error.error))?;
    Ok(())
}

/// A configuration's text with one more accepted word.
fn with_accepted(text: &str, word: &str, reason: &str) -> anyhow::Result<String> {
    // A mark at the front belongs to the encoding.
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let document = text.parse::<DocumentMut>();
    let mut document = document.context("the configuration cannot be read")?;
    let accepted = document.entry(ACCEPT);
    let accepted = accepted.or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
    match accepted {
        Item::ArrayOfTables(tables) => {
            let mut table = Table::new();
            table.insert("text", value(word));
            table.insert("reason", value(reason));
            if !text.trim().is_empty() {
                table.decor_mut().set_prefix("\n");
            }
            tables.push(table);
        }
        Item::Value(Value::Array(tables)) => push(tables, word, reason),
        _ => bail!("`accept` is no list of tables there"),
    }
    let new = document.to_string();
    let windows = text.contains("\r\n") && !text.replace("\r\n", "").contains('\n');
    let new = match windows {
        true => new.replace("\r\n", "\n").replace('\n', "\r\n"),
        false => new,
    };
    Ok(format!("{mark}{new}"))
}

/// Adds a word to a list that is written on one line, or as one value.
fn push(tables: &mut Array, word: &str, reason: &str) {
    let mut table = InlineTable::new();
    table.insert("text", word.into());
    table.insert("reason", reason.into());
    tables.push(table);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(path: &Path) -> Vec<String> {
        let file = ConfigFile::open(path, true).unwrap();
        let accepted = file.config.accept.iter();
        let words = accepted.map(|accept| accept.text.get_ref().0.clone());
        words.collect()
    }

    #[test]
    fn a_file_is_made_and_then_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mtlint.toml");
        accept(&path, "Litiger", "our column").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            "[[accept]]\ntext = \"Litiger\"\nreason = \"our column\"\n"
        );
        accept(&path, "a \"b\"\\ é", "so it is written").unwrap();
        assert_eq!(words(&path), ["Litiger", "a \"b\"\\ é"]);
    }

    #[test]
    fn all_else_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mtlint.toml");
        for before in [
            "# House style.\nsensitivity = \"balanced\"   # for now\n\n[[accept]]\ntext = \"A\" # ours\nreason = \"b\"\n\n[gates]\nfail-under = 60 # low\n",
            "accept = [{ text = \"A\", reason = \"b\" }] # all of them\n",
            "# No line break at the end\n[category.name]\nenabled = true",
            "\u{feff}# A mark\r\nmodel = \"m\"\r\n",
            "# Nothing but a comment\n",
        ] {
            std::fs::write(&path, before).unwrap();
            let known = words(&path).len();
            accept(&path, "Zweiter", "it is right").unwrap();
            assert_eq!(words(&path).len(), known + 1, "{before}");
            let after = std::fs::read_to_string(&path).unwrap();
            // Nothing was taken out, and nothing changed its place.
            let mut rest = after.as_str();
            for piece in before.split_inclusive(['\n', '[', ']', '}']) {
                let at = rest.find(piece.trim_end_matches(']'));
                rest = &rest[at.unwrap_or_else(|| panic!("{piece:?} is not in {after:?}"))..];
            }
            let windows = before.contains("\r\n");
            assert_eq!(windows, after.contains("\r\n"), "{after:?}");
            assert_eq!(
                windows,
                !after.replace("\r\n", "").contains('\n'),
                "{after:?}"
            );
        }
    }

    #[test]
    fn what_is_not_right_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mtlint.toml");
        for broken in ["accept = 7\n", "[[accept\n", "sensitivty = \"balanced\"\n"] {
            std::fs::write(&path, broken).unwrap();
            assert!(accept(&path, "word", "reason").is_err(), "{broken}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
        }
        std::fs::write(&path, "").unwrap();
        for no_word in ["", " \n", &"word ".repeat(100)] {
            assert!(accept(&path, no_word, "reason").is_err(), "{no_word}");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "");
    }
}
