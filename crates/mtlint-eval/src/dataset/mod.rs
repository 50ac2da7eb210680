//! LabeledSet data, read from JSON Lines and told apart by its fields.
//!
//! In: a file or a folder of `.jsonl` or `.jsonl.gz` files. Out: [`Sample`]s: texts with
//! their labels. The layouts, one file here each:
//!
//! | fields | what it is |
//! |---|---|
//! | `mt`, `tokens`, `tags`; perhaps `id`, `doc`, `pe`, `hter` | a translated sentence, each token OK or BAD by post-editing |
//! | `mt`, `spans` of characters; perhaps `id`, `doc`, `system`, `seg` | a translated sentence with the errors that a rater marked |
//! | `mt` and `reference`, lists of segments; perhaps `id`, `reference2`, `sibling`, and `tokens`, `tags`, a list for each segment | an article by machine and by people |
//! | `text`, `errors` and `post_edit`; perhaps `id`, `sibling` | a garbled article, its garbled phrases marked |
//! | `text`; perhaps `id` | a text written by people |
//!
//! Other fields are ignored. Nothing is linted or measured here.

mod edited;
mod garbled;
mod marked;
mod story;

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use mtlint::finding::Severity;
use mtlint::span::{Doc, Span};

pub use garbled::GarbledError;
pub use story::Passage;

/// The size in bytes above which a line of a data file is refused: articles are at most a
/// few hundred kilobytes.
const MAX_LINE_BYTES: u64 = 16 << 20;

/// A token of a text with its label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LabeledToken {
    /// The bytes of the token in the text.
    pub span: Span<Doc>,
    /// Whether a post-editor changed the token, or a rater marked it.
    pub bad: bool,
    /// The highest severity that a rater gave it; `None` where no rater did.
    pub severity: Option<Severity>,
}

impl LabeledToken {
    /// Moves the token `by` bytes further on.
    pub(crate) fn shifted(self, by: usize) -> Self {
        Self {
            span: self.span.shifted(by),
            ..self
        }
    }
}

/// A span that a rater marked as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The marked bytes of the text; may be empty.
    pub span: Span<Doc>,
    /// The severity by the rater; `None` for what is no error to them.
    pub severity: Option<Severity>,
}

/// The labels of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum Labels {
    /// A sentence with a label for each token.
    Tokens {
        /// The tokens, in text order.
        tokens: Vec<LabeledToken>,
        /// The human-targeted translation edit rate (HTER) of the sentence, 0 to 1 (Snover et
        /// al., "A study of translation edit rate", 2006); `None` when the labels do not
        /// come from post-editing.
        hter: Option<f32>,
    },
    /// An article by machine with the same article by people.
    Story {
        /// The article by people, a line for each segment.
        reference: String,
        /// The segments of the article by machine.
        passages: Vec<Passage>,
        /// A cleaner article on the same story, a line for each segment; empty where
        /// there is none.
        sibling: String,
    },
    /// A garbled article with all its garbled phrases.
    Garbled {
        /// The garbled phrases, in text order; no two overlap.
        errors: Vec<GarbledError>,
        /// The article as a post-editor left it. It is not the sample's own, which serves
        /// calibration and training.
        post_edit: String,
        /// A clean article on the same story; empty where there is none.
        sibling: String,
    },
    /// A text written by people: every word counts as OK.
    Clean,
}

/// One text of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The id of the record.
    pub id: String,
    /// The name of the article that the text belongs to; empty where none is named.
    pub document: String,
    /// The name of the system that translated the text; empty where none is named. Versions
    /// by people are named `ref…`.
    pub system: String,
    /// The segment of its article; empty where none is named.
    pub segment: String,
    /// The text to lint.
    pub text: String,
    /// The text as a post-editor left it; empty where there is none.
    pub post_edit: String,
    /// The spans that a rater marked; empty where labels come from post-editing.
    pub marks: Vec<Mark>,
    /// The labels of the text.
    pub labels: Labels,
}

impl Sample {
    /// A text that is an article of its own.
    fn new(id: String, text: String, labels: Labels) -> Self {
        Self {
            document: id.clone(),
            id,
            system: String::new(),
            segment: String::new(),
            text,
            post_edit: String::new(),
            marks: Vec::new(),
            labels,
        }
    }

    /// Whether the sample is in the half of a development set that is tuned
    /// on (`dev-a`): the first byte of the SHA-256 of its document is even. A
    /// sentence that names none goes by its id, and without one by its text.
    pub fn tuned_on(&self) -> bool {
        let mut known = [&self.document, &self.id].into_iter();
        let known = known.find(|known| !known.is_empty()).unwrap_or(&self.text);
        Sha256::digest(known.as_bytes())[0] % 2 == 0
    }

    /// Whether the sample is in the third of the marked documents that the
    /// training never sees: by the same byte, all systems and raters of a
    /// document together.
    pub fn held_back(&self) -> bool {
        Sha256::digest(self.document.as_bytes())[0] % 3 == 0
    }

    /// Whether the labels of the sample are the marks of a rater.
    pub fn is_rated(&self) -> bool {
        matches!(self.labels, Labels::Tokens { hter: None, .. })
    }

    /// Whether the sample is an article by machine and by people with a cleaner one on the
    /// same story.
    pub fn has_sibling(&self) -> bool {
        matches!(&self.labels, Labels::Story { sibling, .. } if !sibling.is_empty())
    }

    /// Whether the sample is marked like a machine's translation, but is by people.
    pub fn is_by_people(&self) -> bool {
        matches!(self.labels, Labels::Tokens { .. }) && self.system.starts_with("ref")
    }
}

/// A set of samples: those of one file by machines, or those by people.
#[derive(Debug, Clone)]
pub struct DataSet {
    /// The name of the file without its extensions.
    pub name: String,
    /// Whether the texts are marked like the translations of machines, but are
    /// versions by people. A file with both gives two sets.
    pub by_people: bool,
    /// The samples, in the order of the file.
    pub samples: Vec<Sample>,
}

/// The error of reading labeled data.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file or folder cannot be read.
    #[error("cannot read {path}")]
    Io {
        /// The path of the file or folder.
        path: String,
        /// The error of the system.
        source: std::io::Error,
    },
    /// A line of a file is not a record of a known layout.
    #[error("{path}, line {line}: {problem}")]
    BadRecord {
        /// The path of the file.
        path: String,
        /// The number of the line, from 1.
        line: usize,
        /// The problem with the line.
        problem: String,
    },
    /// A file or folder holds nothing to measure on.
    #[error("{path} holds no .jsonl or .jsonl.gz file with text to measure on")]
    Empty {
        /// The path as given.
        path: String,
    },
}

/// Reads a file, or every data file in a folder in order of name.
///
/// # Errors
/// When something cannot be read, a line is malformed, or nothing usable is
/// found.
pub fn load(path: &Path) -> Result<Vec<DataSet>, DataError> {
    let mut sets = Vec::new();
    for file in data_files(path)? {
        let samples = read_file(&file)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let name = name.trim_end_matches(".gz").trim_end_matches(".jsonl");
        let (people, machines): (Vec<_>, Vec<_>) =
            samples.into_iter().partition(Sample::is_by_people);
        for (by_people, samples) in [(false, machines), (true, people)] {
            if !samples.is_empty() {
                sets.push(DataSet {
                    name: name.to_owned(),
                    by_people,
                    samples,
                });
            }
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
        let read = (&mut reader).take(MAX_LINE_BYTES + 1).read_line(&mut text);
        let read = read.map_err(io(path))?;
        if read == 0 {
            break;
        }
        if text.trim().is_empty() {
            continue;
        }
        let sample = if read as u64 > MAX_LINE_BYTES {
            Err(format!("the line is longer than {MAX_LINE_BYTES} bytes"))
        } else {
            serde_json::from_str(&text)
                .map_err(|error| error.to_string())
                .and_then(sample)
        };
        match sample {
            Ok(sample) => samples.push(sample),
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

/// The sample that a record of any layout describes.
fn sample(record: Value) -> Result<Sample, String> {
    let Some(fields) = record.as_object() else {
        return Err("an object is expected".to_owned());
    };
    let has = |name: &str| fields.contains_key(name);
    let mt = fields.get("mt");
    // One of the two fields is enough, so that a record that lacks the other is refused and
    // not taken for a text by people.
    if has("text") && (has("errors") || has("post_edit")) {
        garbled::sample(record)
    } else if has("text") {
        clean(record)
    } else if mt.is_some_and(Value::is_array) && has("reference") {
        story::sample(record)
    } else if mt.is_some_and(Value::is_string) && has("tokens") && has("tags") {
        edited::sample(record)
    } else if mt.is_some_and(Value::is_string) && has("spans") {
        marked::sample(record)
    } else {
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        Err(format!(
            "a record of no known layout: expected text; text, errors and post_edit; mt, tokens and tags; mt and spans; \
             or lists mt and reference; got the fields {}",
            if names.is_empty() {
                "(none)".to_owned()
            } else {
                names.join(", ")
            }
        ))
    }
}

/// Where a sentence comes from.
#[derive(Deserialize)]
struct Origin {
    #[serde(default)]
    id: String,
    #[serde(default)]
    doc: String,
    #[serde(default)]
    system: String,
    /// A number or a string.
    #[serde(default)]
    seg: Value,
}

impl Origin {
    fn sample(self, text: String, labels: Labels) -> Sample {
        Sample {
            document: self.doc,
            system: self.system,
            segment: match self.seg {
                Value::Null => String::new(),
                Value::String(segment) => segment,
                other => other.to_string(),
            },
            ..Sample::new(self.id, text, labels)
        }
    }
}

fn parsed<T: for<'a> Deserialize<'a>>(record: Value) -> Result<T, String> {
    serde_json::from_value(record).map_err(|error| error.to_string())
}

#[derive(Deserialize)]
struct CleanRecord {
    #[serde(default)]
    id: String,
    text: String,
}

fn clean(record: Value) -> Result<Sample, String> {
    let CleanRecord { id, text } = parsed(record)?;
    Ok(Sample::new(id, text, Labels::Clean))
}

#[cfg(test)]
mod tests;
