//! From a configuration file's bytes to what it says.
//!
//! In: a path. Out: a [`ConfigFile`], or the first thing that is wrong with it, by line
//! and column. The file is untrusted: it may lie beside articles from anywhere.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use serde_json::Value;
use toml::de::{DeTable, DeValue};

use mtlint::document::Document;

use super::error::{ConfigError, Place, UnknownKey};
use super::file::{Config, schema};

/// Bytes of a configuration, at most: room for some ten thousand accepted words. The
/// parser of TOML itself bounds how deep it nests.
const MAX_BYTES: u64 = 1 << 20;

/// Jaro-Winkler likeness from which a key is a slip of another; 0.7 keeps out what shares
/// only a few letters.
const ALIKE: f64 = 0.7;

/// A configuration file that was read.
#[derive(Debug)]
pub struct ConfigFile {
    /// The file, as it is shown.
    pub name: String,
    /// Its folder, with links followed: paths in it start there.
    pub folder: PathBuf,
    /// What it says.
    pub config: Config,
    /// Its text.
    document: Document,
}

impl ConfigFile {
    /// Reads a file. One that was `found` has to be a regular file; one that was named may
    /// be a pipe.
    pub fn open(path: &Path, found: bool) -> Result<Self, ConfigError> {
        let name = shown(path);
        let unreadable = |source| ConfigError::Unreadable {
            path: name.clone(),
            source,
        };
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if metadata.is_dir() || (found && !metadata.is_file()) {
            return Err(ConfigError::NotAFile { path: name });
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(unreadable)?;
        file.take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(ConfigError::TooLarge {
                path: name,
                limit: MAX_BYTES,
            });
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let folder = folder.canonicalize().map_err(unreadable)?;
        let text = String::from_utf8(bytes).map_err(|error| ConfigError::NotUtf8 {
            path: name.clone(),
            byte: error.utf8_error().valid_up_to(),
        })?;
        Self::parse(name, folder, text)
    }

    /// What a file's text says.
    pub fn parse(name: String, folder: PathBuf, text: String) -> Result<Self, ConfigError> {
        let document = Document::from_text(name.as_str(), text);
        let at = |span: Option<Range<usize>>| place(&document, span.unwrap_or_default().start);
        // A mark at the front belongs to the encoding; it is left in, so that places hold.
        let text = document.text();
        let table = DeTable::parse(text).map_err(|error| ConfigError::Wrong {
            place: at(error.span()),
            key: None,
            problem: error.message().to_owned(),
        })?;
        if let Some((span, unknown)) = unknown(table.get_ref(), schema().as_value(), "") {
            return Err(ConfigError::UnknownKey {
                place: at(Some(span)),
                unknown: Box::new(unknown),
            });
        }
        let config: Config = toml::from_str(text).map_err(|error| ConfigError::Wrong {
            place: at(error.span()),
            key: error.span().and_then(|span| key_at(table.get_ref(), &span)),
            problem: error.message().to_owned(),
        })?;
        if let (Some(_), Some(threshold)) = (config.sensitivity.span(), config.threshold.span()) {
            return Err(ConfigError::Wrong {
                place: at(Some(threshold)),
                key: Some("threshold".to_owned()),
                problem: "`sensitivity` stands there too; either says how much to flag".to_owned(),
            });
        }
        Ok(Self {
            name,
            folder,
            config,
            document,
        })
    }

    /// Its text, as it was read.
    pub fn text(&self) -> &str {
        self.document.text()
    }

    /// The line on which a byte stands, from 1.
    pub fn line(&self, byte: usize) -> usize {
        place(&self.document, byte).line
    }
}

fn place(document: &Document, byte: usize) -> Place {
    let position = document.line_index().position(byte);
    Place {
        path: document.name().to_owned(),
        line: position.line,
        column: position.column,
    }
}

/// A path as people know it: from the working directory, where it lies in it.
pub fn shown(path: &Path) -> String {
    let inside = |here: PathBuf| path.strip_prefix(here).ok().map(Path::to_owned);
    let inside = std::env::current_dir().ok().and_then(inside);
    let path = inside.as_deref().unwrap_or(path);
    path.display().to_string()
}

/// The first key of a table, or of one in it, that its schema does not have, and where it
/// stands.
fn unknown(table: &DeTable<'_>, schema: &Value, path: &str) -> Option<(Range<usize>, UnknownKey)> {
    let known = schema.get("properties")?.as_object()?;
    let found = table.iter().filter_map(|(key, value)| {
        let name: &str = key.get_ref();
        let Some(schema) = known.get(name) else {
            let unknown = UnknownKey {
                key: name.to_owned(),
                table: path.to_owned(),
                nearest: nearest(name, known.keys()),
                known: known.keys().cloned().collect(),
            };
            return Some((key.span(), unknown));
        };
        let path = match path {
            "" => name.to_owned(),
            path => format!("{path}.{name}"),
        };
        match value.get_ref() {
            DeValue::Table(table) => unknown(table, schema, &path),
            DeValue::Array(values) => {
                let items = schema.get("items")?;
                let mut tables = values.iter().filter_map(|value| value.get_ref().as_table());
                tables.find_map(|table| unknown(table, items, &path))
            }
            _ => None,
        }
    });
    found.min_by_key(|(span, _)| span.start)
}

/// The known key that `key` is most likely a slip of.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    let likeness = known.map(|known| (strsim::jaro_winkler(known, key), known));
    likeness
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, known)| known.clone())
}

/// The key whose value holds `span`, with the tables it is in.
fn key_at(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    let holds = |place: Range<usize>| place.start <= span.start && span.end <= place.end;
    for (key, value) in table {
        let inner = match value.get_ref() {
            DeValue::Table(table) => key_at(table, span),
            DeValue::Array(values) => {
                let mut tables = values.iter().filter_map(|value| value.get_ref().as_table());
                tables.find_map(|table| key_at(table, span))
            }
            _ => None,
        };
        if let Some(inner) = inner {
            return Some(format!("{}.{inner}", key.get_ref()));
        }
        if holds(value.span()) {
            return Some(key.get_ref().to_string());
        }
    }
    None
}
