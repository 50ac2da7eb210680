//! Labelled data, read from JSON Lines and told apart by its fields.
//!
//! In: a file or a folder of `.jsonl` or `.jsonl.gz` files. Out: [`Sample`]s:
//! a text with labelled spans, or a text known to be clean. What each layout
//! holds is documented beside the data.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::span::{Doc, Span};

/// A line of a data file longer than this is refused: articles are at most a
/// few hundred kilobytes.
const MAX_LINE: u64 = 16 << 20;

/// A token with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabelledToken {
    /// Its bytes in the text.
    pub span: Span<Doc>,
    /// Whether a post-editor changed it.
    pub bad: bool,
}

/// What is known of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Labels {
    /// Each token is labelled; `hter` is the share that was edited, 0 to 1.
    Tokens {
        /// The tokens, in text order.
        tokens: Vec<LabelledToken>,
        /// The human-targeted edit rate of the sentence.
        hter: f32,
    },
    /// Written by people: every word counts as right.
    Clean,
}

/// One text of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The record's id.
    pub id: String,
    /// The article it belongs to; empty where none is named.
    pub document: String,
    /// The text that is judged.
    pub text: String,
    /// The text as corrected, where there is one.
    pub post_edit: String,
    /// What is known of it.
    pub labels: Labels,
}

impl Sample {
    /// Whether the sample is in the half of a development set that is tuned
    /// on (`dev-a`): the first byte of the SHA-256 of its document is even.
    pub fn tuned_on(&self) -> bool {
        Sha256::digest(self.document.as_bytes())[0] % 2 == 0
    }
}

/// One file of a data set.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// The file's name without its extensions.
    pub name: String,
    /// Its samples.
    pub samples: Vec<Sample>,
}

/// Why data could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file or folder cannot be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// Its path.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A line is not a record of a known layout.
    #[error("{path}, line {line}: {problem}")]
    BadRecord {
        /// Path of the file.
        path: String,
        /// Line, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// Nothing to measure on.
    #[error("{path} holds no .jsonl or .jsonl.gz file with labelled or clean text")]
    Empty {
        /// The path as given.
        path: String,
    },
}

#[derive(Deserialize)]
struct Record {
    #[serde(default)]
    id: String,
    #[serde(default)]
    doc: String,
    mt: Option<serde_json::Value>,
    tokens: Option<serde_json::Value>,
    tags: Option<serde_json::Value>,
    #[serde(default)]
    pe: String,
    hter: Option<f32>,
    text: Option<String>,
}

/// Reads a file, or every data file below a folder in order of name.
///
/// # Errors
/// When something cannot be read, a line is malformed, or nothing usable is
/// found. Files of a layout that holds neither word labels nor clean text are
/// passed over.
pub fn load(path: &Path) -> Result<Vec<DataSet>, DataError> {
    let mut sets = Vec::new();
    for file in data_files(path)? {
        let samples = read_file(&file)?;
        if !samples.is_empty() {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            let name = name.trim_end_matches(".gz").trim_end_matches(".jsonl");
            sets.push(DataSet {
                name: name.to_owned(),
                samples,
            });
        }
    }
    if sets.is_empty() {
        return Err(DataError::Empty {
            path: path.display().to_string(),
        });
    }
    Ok(sets)
}

fn io(path: &Path) -> impl Fn(std::io::Error) -> DataError {
    let path = path.display().to_string();
    move |source| DataError::Io {
        path: path.clone(),
        source,
    }
}

fn data_files(path: &Path) -> Result<Vec<PathBuf>, DataError> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(io(path))? {
        let path = entry.map_err(io(path))?.path();
        let name = path.to_string_lossy();
        if name.ends_with(".jsonl") || name.ends_with(".jsonl.gz") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_file(path: &Path) -> Result<Vec<Sample>, DataError> {
    let file = File::open(path).map_err(io(path))?;
    let gzipped = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if gzipped {
        Box::new(GzDecoder::new(file))
    } else {
        Box::new(file)
    };
    let mut reader = BufReader::new(reader);
    let mut samples = Vec::new();
    for line in 1.. {
        let mut text = String::new();
        let read = (&mut reader).take(MAX_LINE).read_line(&mut text);
        if read.map_err(io(path))? == 0 {
            break;
        }
        if text.trim().is_empty() {
            continue;
        }
        let sample = serde_json::from_str(&text)
            .map_err(|error| error.to_string())
            .and_then(sample);
        match sample {
            Ok(Some(sample)) => samples.push(sample),
            Ok(None) => {}
            Err(problem) => {
                return Err(DataError::BadRecord {
                    path: path.display().to_string(),
                    line,
                    problem,
                });
            }
        }
    }
    Ok(samples)
}

fn sample(record: Record) -> Result<Option<Sample>, String> {
    if let Some(text) = record.text {
        return Ok(Some(Sample {
            document: record.id.clone(),
            id: record.id,
            post_edit: String::new(),
            text,
            labels: Labels::Clean,
        }));
    }
    let (Some(mt), Some(tokens), Some(tags)) = (record.mt, record.tokens, record.tags) else {
        return Ok(None);
    };
    // Stories hold lists of segments; those are for other measurements.
    let Ok(text) = serde_json::from_value::<String>(mt) else {
        return Ok(None);
    };
    let tokens: Vec<String> = serde_json::from_value(tokens).map_err(|e| e.to_string())?;
    let tags: Vec<String> = serde_json::from_value(tags).map_err(|e| e.to_string())?;
    if tokens.len() != tags.len() {
        let (tokens, tags) = (tokens.len(), tags.len());
        return Err(format!("{tokens} tokens but {tags} tags"));
    }
    let bad: Vec<bool> = tags.iter().map(|tag| tag == "BAD").collect();
    let hter = record
        .hter
        .unwrap_or_else(|| bad.iter().filter(|bad| **bad).count() as f32 / bad.len().max(1) as f32);
    let spans = place(&text, &tokens).ok_or("its tokens do not spell its text")?;
    let tokens = spans
        .into_iter()
        .zip(bad)
        .map(|(span, bad)| LabelledToken { span, bad })
        .collect();
    Ok(Some(Sample {
        id: record.id,
        document: record.doc,
        text,
        post_edit: record.pe,
        labels: Labels::Tokens { tokens, hter },
    }))
}

/// Finds tokens in the text they were split from, ignoring white space. The
/// tokeniser may have written a mark as an entity.
fn place(text: &str, tokens: &[String]) -> Option<Vec<Span<Doc>>> {
    let mut at = 0;
    tokens
        .iter()
        .map(|token| {
            let (start, end) = match_token(text, at, token)
                .or_else(|| match_token(text, at, &without_entities(token)))?;
            at = end;
            Some(Span::new(start, end))
        })
        .collect()
}

fn match_token(text: &str, from: usize, token: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut at = from;
    for wanted in token.chars().filter(|c| !c.is_whitespace()) {
        let rest = &text[at..];
        let skipped = rest.len() - rest.trim_start().len();
        let got = rest[skipped..].chars().next()?;
        if got != wanted {
            return None;
        }
        start.get_or_insert(at + skipped);
        at += skipped + got.len_utf8();
    }
    Some((start.unwrap_or(at), at))
}

fn without_entities(token: &str) -> String {
    let entities = [
        ("&quot;", "\""),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#91;", "["),
        ("&#93;", "]"),
        ("&#124;", "|"),
        ("&amp;", "&"),
    ];
    entities
        .iter()
        .fold(token.to_owned(), |token, (entity, mark)| {
            token.replace(entity, mark)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_placed_over_white_space_and_entities() {
        let text = "Anna's dog  said \"no\".";
        let tokens = ["Anna", "'s", "dog", "said", "&quot;", "no", "\"", "."].map(String::from);
        let spans = place(text, &tokens).unwrap();
        let slices: Vec<_> = spans.iter().map(|s| s.slice(text).unwrap()).collect();
        assert_eq!(slices, ["Anna", "'s", "dog", "said", "\"", "no", "\"", "."]);
        assert!(place(text, &["cat".to_owned()]).is_none());
    }

    #[test]
    fn records_are_told_apart_by_their_fields() {
        let read = |line: &str| sample(serde_json::from_str(line).unwrap());
        let labelled = r#"{"doc":"d","mt":"A b","tokens":["A","b"],"tags":["OK","BAD"]}"#;
        let Labels::Tokens { tokens, hter } = read(labelled).unwrap().unwrap().labels else {
            panic!("labelled tokens expected");
        };
        assert!(!tokens[0].bad && tokens[1].bad && hter == 0.5);
        let clean = read(r#"{"id":"x","text":"A b"}"#).unwrap().unwrap();
        assert_eq!(clean.labels, Labels::Clean);
        assert!(read(r#"{"mt":["A"],"reference":["B"]}"#).unwrap().is_none());
        assert!(read(r#"{"mt":"A","tokens":["A"],"tags":[]}"#).is_err());
    }
}
