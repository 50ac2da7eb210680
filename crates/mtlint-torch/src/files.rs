//! Finds the files of a model, and reads its configuration and weights.
//!
//! In: a folder in Hugging Face layout, or a name that rust-bert knows. Out: paths,
//! the configuration, and weights copied into a network under its own names. Files
//! are untrusted; the weights are read by libtorch and the safetensors library. Tokenizers are
//! built in [`super::tokens`].

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rust_bert::resources::{RemoteResource, ResourceProvider};
use rust_bert::{bert, distilbert, gpt2, roberta};
use serde_json::Value;
use tch::Tensor;
use tch::nn::VarStore;

use super::catch_panics;
use mtlint_lm::LmError;
use mtlint_lm::checksum;

/// The names of models that rust-bert can download.
pub const MODEL_NAMES: [&str; 6] = [
    "gpt2",
    "gpt2-medium",
    "distilgpt2",
    "bert-base-uncased",
    "roberta-base",
    "distilbert-base-uncased",
];

/// The largest size of a configuration, in bytes: real ones are a page or two.
const MAX_CONFIG_BYTES: u64 = 1 << 20;

/// The families of models that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Family {
    Gpt2,
    Bert,
    Roberta,
    DistilBert,
}

impl Family {
    /// Whether the model guesses masked tokens, and not the next one.
    pub(crate) fn is_masked(self) -> bool {
        self != Self::Gpt2
    }

    /// The prefix of all names in the network's body; some files leave it out.
    fn body(self) -> &'static str {
        match self {
            Self::Gpt2 => "transformer.",
            Self::Bert => "bert.",
            Self::Roberta => "roberta.",
            Self::DistilBert => "distilbert.",
        }
    }

    /// The weights that a file may leave out, each with the weight that it equals.
    fn tied(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Gpt2 => &[("transformer.wte.weight", "lm_head.weight")],
            Self::Bert => &[
                (
                    "cls.predictions.decoder.weight",
                    "bert.embeddings.word_embeddings.weight",
                ),
                ("cls.predictions.bias", "cls.predictions.decoder.bias"),
            ],
            Self::Roberta => &[
                (
                    "lm_head.decoder.weight",
                    "roberta.embeddings.word_embeddings.weight",
                ),
                ("lm_head.bias", "lm_head.decoder.bias"),
            ],
            Self::DistilBert => &[(
                "vocab_projector.weight",
                "distilbert.embeddings.word_embeddings.weight",
            )],
        }
    }
}

/// The contents of `config.json`.
pub(crate) struct Config {
    pub(crate) family: Family,
    /// The number of tokens in the vocabulary.
    pub(crate) vocabulary: usize,
    /// The number of tokens that the model can see at once.
    pub(crate) positions: usize,
    /// The whole file, with the fields that rust-bert needs filled in.
    pub(crate) json: Value,
}

/// The files of a tokenizer.
pub(crate) enum Vocabulary {
    /// A whole tokenizer in `tokenizer.json`.
    Whole(PathBuf),
    Bpe {
        vocabulary: PathBuf,
        merges: PathBuf,
    },
    WordPiece {
        words: PathBuf,
        lower: bool,
    },
}

/// The files of one model: its configuration, weights and tokenizer.
pub struct Files {
    name: String,
    config: PathBuf,
    weights: PathBuf,
    vocabulary: Vocabulary,
}

impl Files {
    /// The files of a model in a folder of Hugging Face's layout.
    ///
    /// # Errors
    /// [`LmError::Io`] when the folder cannot be read, [`LmError::Folder`] when a file is missing.
    pub fn in_folder(folder: &Path) -> Result<Self, LmError> {
        let name = folder.display().to_string();
        let unusable = |problem: String| LmError::Folder {
            path: name.clone(),
            problem,
        };
        let metadata = folder.metadata().map_err(|source| LmError::Io {
            path: name.clone(),
            source,
        })?;
        if !metadata.is_dir() {
            return Err(unusable(
                "it is no folder; name the one that holds config.json, model.safetensors and \
                 tokenizer.json"
                    .to_owned(),
            ));
        }
        let existing = |file: &str| Some(folder.join(file)).filter(|path| path.is_file());
        let config =
            existing("config.json").ok_or_else(|| unusable("it has no config.json".to_owned()))?;
        let weights = existing("model.safetensors").or_else(|| existing("rust_model.ot"));
        let weights = weights.ok_or_else(|| {
            unusable("it has neither model.safetensors nor rust_model.ot".to_owned())
        })?;
        let whole = existing("tokenizer.json").map(Vocabulary::Whole);
        let bpe = || {
            let (vocabulary, merges) = (existing("vocab.json")?, existing("merges.txt")?);
            Some(Vocabulary::Bpe { vocabulary, merges })
        };
        let pieces = || {
            let words = existing("vocab.txt")?;
            let lower = existing("tokenizer_config.json").and_then(|path| json(&path).ok());
            let lower = lower.and_then(|json| json.get("do_lower_case")?.as_bool());
            Some(Vocabulary::WordPiece {
                words,
                lower: lower.unwrap_or(true),
            })
        };
        let vocabulary = whole.or_else(bpe).or_else(pieces).ok_or_else(|| {
            unusable(
                "it has no vocabulary: neither tokenizer.json, nor vocab.json with merges.txt, nor \
                 vocab.txt"
                    .to_owned(),
            )
        })?;
        Ok(Self {
            name,
            config,
            weights,
            vocabulary,
        })
    }

    /// The files of a model by its name, downloaded by rust-bert into its own cache.
    ///
    /// # Errors
    /// [`LmError::Folder`] when the name is unknown or the download fails.
    pub fn by_name(name: &str) -> Result<Self, LmError> {
        let unusable = |problem: String| LmError::Folder {
            path: name.to_owned(),
            problem,
        };
        let get = |resource| {
            let path = RemoteResource::from_pretrained(resource).get_local_path();
            path.map_err(|error| {
                unusable(format!(
                    "its files cannot be downloaded ({error}); give a folder instead: \
                     rust-bert:PATH"
                ))
            })
        };
        let bpe = |vocabulary, merges| -> Result<_, LmError> {
            Ok(Vocabulary::Bpe {
                vocabulary: get(vocabulary)?,
                merges: get(merges)?,
            })
        };
        let pieces = |words| -> Result<_, LmError> {
            Ok(Vocabulary::WordPiece {
                words: get(words)?,
                lower: true,
            })
        };
        macro_rules! gpt2 {
            ($name:ident) => {
                (
                    gpt2::Gpt2ConfigResources::$name,
                    gpt2::Gpt2ModelResources::$name,
                    bpe(
                        gpt2::Gpt2VocabResources::$name,
                        gpt2::Gpt2MergesResources::$name,
                    )?,
                )
            };
        }
        let (config, weights, vocabulary) = match name {
            "gpt2" => gpt2!(GPT2),
            "gpt2-medium" => gpt2!(GPT2_MEDIUM),
            "distilgpt2" => gpt2!(DISTIL_GPT2),
            "bert-base-uncased" => (
                bert::BertConfigResources::BERT,
                bert::BertModelResources::BERT,
                pieces(bert::BertVocabResources::BERT)?,
            ),
            "roberta-base" => (
                roberta::RobertaConfigResources::ROBERTA,
                roberta::RobertaModelResources::ROBERTA,
                bpe(
                    roberta::RobertaVocabResources::ROBERTA,
                    roberta::RobertaMergesResources::ROBERTA,
                )?,
            ),
            "distilbert-base-uncased" => (
                distilbert::DistilBertConfigResources::DISTIL_BERT,
                distilbert::DistilBertModelResources::DISTIL_BERT,
                pieces(distilbert::DistilBertVocabResources::DISTIL_BERT)?,
            ),
            _ => {
                return Err(unusable(format!(
                    "there is no such folder, and rust-bert is asked for these names only: {}",
                    MODEL_NAMES.join(", ")
                )));
            }
        };
        Ok(Self {
            name: name.to_owned(),
            config: get(config)?,
            weights: get(weights)?,
            vocabulary,
        })
    }

    /// The files of a model of mtlint's own cache folder: they lie in the folder of its weights,
    /// under the name of the model.
    ///
    /// # Errors
    /// [`LmError::Folder`] when a file is missing.
    pub fn in_cache(name: &str, weights: &Path) -> Result<Self, LmError> {
        let file = |ending: &str| {
            let path = weights.with_file_name(format!("{name}.{ending}"));
            if path.is_file() {
                return Ok(path);
            }
            Err(LmError::Folder {
                path: weights.display().to_string(),
                problem: format!("{} is missing beside it", path.display()),
            })
        };
        Ok(Self {
            name: name.to_owned(),
            config: file("config.json")?,
            vocabulary: Vocabulary::Whole(file("tokenizer.json")?),
            weights: weights.to_owned(),
        })
    }

    /// The path of the weights.
    pub fn weights(&self) -> &Path {
        &self.weights
    }

    /// The folder of the model, or its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name of the model for reports: that of its folder.
    pub fn short_name(&self) -> String {
        let path = Path::new(&self.name);
        let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        let last = real.file_name().unwrap_or(real.as_os_str());
        last.to_string_lossy().into_owned()
    }

    /// The files of the tokenizer.
    pub(crate) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The error that says what is wrong with these files.
    pub(crate) fn unusable(&self, problem: String) -> LmError {
        LmError::Folder {
            path: self.name.clone(),
            problem,
        }
    }

    /// The SHA-256 of the weights, in lower-case hexadecimal.
    ///
    /// # Errors
    /// [`LmError::Io`] when they cannot be read.
    pub fn sha256(&self) -> Result<String, LmError> {
        checksum::of_file(&self.weights, |_| {}).map_err(|source| LmError::Io {
            path: self.weights.display().to_string(),
            source,
        })
    }

    /// The contents of the configuration.
    ///
    /// # Errors
    /// [`LmError::Folder`] when it cannot be read or lacks a field, [`LmError::Unsupported`] when
    /// the model is of a family that is not read.
    pub(crate) fn config(&self) -> Result<Config, LmError> {
        let mut json = json(&self.config)
            .map_err(|problem| self.unusable(format!("config.json is unusable: {problem}")))?;
        let kind = json.get("model_type").and_then(Value::as_str);
        let family = match kind {
            Some("gpt2") => Family::Gpt2,
            Some("bert") => Family::Bert,
            Some("roberta") => Family::Roberta,
            Some("distilbert") => Family::DistilBert,
            other => {
                return Err(LmError::Unsupported {
                    path: self.name.clone(),
                    found: format!("a model of type {:?}", other.unwrap_or("none")),
                    supported: "gpt2, bert, roberta and distilbert with rust-bert",
                });
            }
        };
        let number = |field: &str| {
            let number = json.get(field).and_then(Value::as_u64);
            let number = number.and_then(|number| usize::try_from(number).ok());
            number
                .filter(|&number| number > 0)
                .ok_or_else(|| self.unusable(format!("config.json says no {field}")))
        };
        let positions = match family {
            Family::Gpt2 => number("n_positions")?,
            Family::Bert | Family::DistilBert => number("max_position_embeddings")?,
            // Two of them are for padding.
            Family::Roberta => number("max_position_embeddings")?.saturating_sub(2),
        };
        let vocabulary = number("vocab_size")?;
        if positions < 8 {
            return Err(self.unusable(format!(
                "it sees {positions} tokens at once, too few to read"
            )));
        }
        // Newer files leave out what rust-bert wants to see.
        if let Some(fields) = json.as_object_mut() {
            match family {
                Family::Gpt2 => {
                    fields.entry("n_ctx").or_insert(positions.into());
                }
                Family::DistilBert => {
                    fields.entry("tie_weights_").or_insert(true.into());
                }
                Family::Bert | Family::Roberta => {}
            }
        }
        Ok(Config {
            family,
            vocabulary,
            positions,
            json,
        })
    }

    /// Copies the weights into the network's variables.
    ///
    /// # Errors
    /// [`LmError::Torch`] when the file is damaged, [`LmError::Folder`] when a weight is missing or
    /// of another shape.
    pub(crate) fn load_weights(&self, store: &mut VarStore, family: Family) -> Result<(), LmError> {
        let safe = self
            .weights
            .extension()
            .is_some_and(|ending| ending == "safetensors");
        let stored: HashMap<String, Tensor> = catch_panics(&self.name, || {
            let stored = if safe {
                Tensor::read_safetensors(&self.weights)
            } else {
                Tensor::load_multi(&self.weights)
            };
            stored
                .map(|stored| stored.into_iter().collect())
                .map_err(|error| format!("its weights are damaged ({error})"))
        })?;
        let mut missing = Vec::new();
        let _no_grad = tch::no_grad_guard();
        for (name, mut variable) in store.variables() {
            if family == Family::Gpt2 && name.ends_with(".attn.bias") {
                // The mask of what comes later, which the network makes itself.
                continue;
            }
            let Some(found) = find(&stored, &name, family) else {
                missing.push(name);
                continue;
            };
            if found.size() != variable.size() {
                return Err(self.unusable(format!(
                    "its weight {name} has the shape {:?}, and config.json wants {:?}",
                    found.size(),
                    variable.size()
                )));
            }
            catch_panics(&self.name, || {
                variable.f_copy_(found).map_err(|error| error.to_string())
            })?;
        }
        if !missing.is_empty() {
            missing.sort();
            let more = missing.len().saturating_sub(3);
            let mut named = missing;
            named.truncate(3);
            let mut named = named.join(", ");
            if more > 0 {
                named += &format!(" and {more} more");
            }
            return Err(self.unusable(format!("its weights lack {named}")));
        }
        Ok(())
    }
}

/// The weight that the network calls `name`, under the names that files have for it.
fn find<'a>(stored: &'a HashMap<String, Tensor>, name: &str, family: Family) -> Option<&'a Tensor> {
    let tied = family.tied().iter();
    let tied = tied
        .filter(|(own, _)| *own == name)
        .map(|(_, other)| *other);
    std::iter::once(name).chain(tied).find_map(|name| {
        let short = name.strip_prefix(family.body());
        std::iter::once(name).chain(short).find_map(|name| {
            // The names in the first published files of BERT.
            let old = name
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
            stored.get(name).or_else(|| stored.get(&old))
        })
    })
}

fn json(path: &Path) -> Result<Value, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let reader = io::Read::take(file, MAX_CONFIG_BYTES);
    serde_json::from_reader(io::BufReader::new(reader)).map_err(|error| error.to_string())
}
