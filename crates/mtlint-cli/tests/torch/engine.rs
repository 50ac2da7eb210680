//! What the second engine makes of texts, against PyTorch, and of bad folders.

use std::path::PathBuf;

use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use serde::Deserialize;

use mtlint::lm::{Continuation, LanguageModel, LmError, Prefix, ReadOptions};
use mtlint_torch::{Device, Files, TorchModel, cuda_is_available};

const FAMILIES: [&str; 4] = ["gpt2", "bert", "roberta", "distilbert"];

fn folder(family: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/torch/models")
        .join(family)
}

fn model(family: &str) -> TorchModel {
    let files = Files::in_folder(&folder(family)).unwrap();
    TorchModel::load(&files, Device::Cpu).unwrap()
}

/// What PyTorch says of a text: `training/tiny_models.py`.
#[derive(Deserialize)]
struct Reference {
    text: String,
    ids: Vec<u32>,
    surprisal_bits: Vec<f32>,
    entropy_bits: Vec<f32>,
}

fn reference(family: &str, name: &str) -> Reference {
    let text = std::fs::read_to_string(folder(family).join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn every_token_is_as_surprising_as_in_pytorch() {
    for family in FAMILIES {
        let model = model(family);
        for name in ["short", "long"] {
            let reference = reference(family, name);
            let read = model
                .read(&[&reference.text], ReadOptions::default())
                .unwrap();
            let tokens = &read[0].tokens;
            let ids: Vec<u32> = tokens.iter().map(|token| token.id).collect();
            assert_eq!(ids, reference.ids, "{family}, {name}");
            let wanted = reference.surprisal_bits.iter().zip(&reference.entropy_bits);
            for (at, (token, (&surprisal, &entropy))) in tokens.iter().zip(wanted).enumerate() {
                let off = (token.surprisal_bits - surprisal).abs();
                assert!(
                    off < 1e-3,
                    "{family}, {name}, token {at}: {token:?}, {surprisal}"
                );
                let off = (token.entropy_bits - entropy).abs();
                assert!(
                    off < 1e-3,
                    "{family}, {name}, token {at}: {token:?}, {entropy}"
                );
            }
        }
    }
}

#[test]
fn tokens_tile_the_text_and_spell_it() {
    for family in FAMILIES {
        let model = model(family);
        let text = &reference(family, "short").text;
        let read = model
            .read(&[text, "", " \n"], ReadOptions::default())
            .unwrap();
        let mut end = 0;
        for token in &read[0].tokens {
            // Tokens that are parts of one character share its span.
            assert!(
                token.span.start() <= end && token.span.end() >= end,
                "{family}: {token:?}"
            );
            end = token.span.end();
            let spelled = model.token_text(token.id);
            // BERT's own reads no accents; parts of characters cannot be spelled.
            let plain = |text: &str| deunicode::deunicode(text).trim().to_lowercase();
            let stands = plain(&text[token.span.range()]);
            let part = ["\u{fffd}", "[UNK]"]
                .iter()
                .any(|part| spelled.contains(part));
            assert!(
                part || stands == plain(&spelled),
                "{family}: {stands:?} {spelled:?}"
            );
        }
        assert_eq!(end, text.len(), "{family}");
        assert!(read[1].tokens.is_empty());
    }
}

#[test]
fn a_text_that_spells_special_tokens_is_a_text() {
    for family in FAMILIES {
        let model = model(family);
        let text = "Rain <|endoftext|> fell [MASK] on <mask> the </s> hill.";
        let read = model.read(&[text], ReadOptions::default()).unwrap();
        let special = ["<|endoftext|>", "[MASK]", "<mask>", "</s>"];
        for token in &read[0].tokens {
            let spelled = model.token_text(token.id);
            assert!(!special.contains(&spelled.trim()), "{family}: {spelled}");
        }
    }
}

#[test]
fn branches_are_read_as_if_they_followed() {
    for family in FAMILIES {
        let model = model(family);
        let prefix = &reference(family, "long").text;
        let at = prefix
            .match_indices(" Engineers")
            .next()
            .map_or(90, |(at, _)| at);
        let at = (0..=at)
            .rev()
            .find(|&at| prefix.is_char_boundary(at))
            .unwrap();
        let continuation = Continuation {
            at,
            text: " Nobody saw the lorry.",
        };
        let (text, continuations) = (prefix, &[continuation]);
        let read = model
            .read_continuations(&[Prefix {
                text,
                continuations,
                cache: None,
            }])
            .unwrap();
        let joined = format!("{}{}", &prefix[..at], continuation.text);
        let whole = model.read(&[&joined], ReadOptions::default()).unwrap();
        let wanted = whole[0].tokens.iter().filter(|token| token.span.end() > at);
        let mut wanted = wanted.peekable();
        assert!(wanted.peek().is_some());
        for (token, wanted) in read[0][0].tokens.iter().zip(wanted) {
            assert_eq!((token.id, token.span), (wanted.id, wanted.span), "{family}");
            assert!((token.surprisal_bits - wanted.surprisal_bits).abs() < 1e-3);
        }
    }
}

#[test]
fn the_favourites_and_the_rank_fit_the_surprisal() {
    let model = model("gpt2");
    let options = ReadOptions {
        most_probable: 3,
        layers: &[],
    };
    let read = model
        .read(&[&reference("gpt2", "short").text], options)
        .unwrap();
    for token in &read[0].tokens {
        assert_eq!(token.most_probable.len(), 3);
        let best = token
            .most_probable
            .iter()
            .position(|guess| guess.id == token.id);
        assert_eq!(best, Some(token.rank as usize).filter(|&rank| rank < 3));
    }
    let layers = ReadOptions {
        most_probable: 0,
        layers: &[1],
    };
    assert!(matches!(
        model.read(&["Rain."], layers),
        Err(LmError::NoSuchLayer { asked: 1, last: 0 })
    ));
}

/// A copy of a family's folder.
pub fn copy(family: &str) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    for file in std::fs::read_dir(folder(family)).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
    }
    copy
}

/// The weights of `folder` again, under the names that `rename` gives; those without
/// one are left out.
fn rename(folder: &std::path::Path, rename: impl Fn(&str) -> Option<String>) {
    let path = folder.join("model.safetensors");
    let bytes = std::fs::read(&path).unwrap();
    let held = SafeTensors::deserialize(&bytes).unwrap();
    let renamed: Vec<(String, TensorView<'_>)> = held
        .tensors()
        .into_iter()
        .filter_map(|(name, view)| Some((rename(&name)?, view)))
        .collect();
    std::fs::write(&path, safetensors::serialize(renamed, None).unwrap()).unwrap();
}

fn loaded(folder: &std::path::Path) -> Result<TorchModel, LmError> {
    TorchModel::load(&Files::in_folder(folder)?, Device::Cpu)
}

#[test]
fn weights_are_found_under_the_names_that_files_have() {
    for (family, body) in [
        ("gpt2", "transformer."),
        ("bert", "bert."),
        ("roberta", "roberta."),
        ("distilbert", "distilbert."),
    ] {
        let folder = copy(family);
        rename(folder.path(), |name| {
            let name = name.strip_prefix(body).unwrap_or(name);
            let old = name
                .replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
            Some(old)
        });
        let text = "A lorry hit the bridge.";
        let read = |model: &TorchModel| model.read(&[text], ReadOptions::default()).unwrap();
        assert_eq!(read(&loaded(folder.path()).unwrap()), read(&model(family)));
    }
}

#[test]
fn what_is_missing_is_named() {
    let without = |family: &str, file: &str| {
        let folder = copy(family);
        std::fs::remove_file(folder.path().join(file)).unwrap();
        loaded(folder.path()).err().unwrap().to_string()
    };
    assert!(without("bert", "config.json").ends_with("it has no config.json"));
    assert!(without("bert", "model.safetensors").contains("neither model.safetensors nor"));
    assert!(without("bert", "vocab.txt").contains("it has no vocabulary"));
    assert!(without("gpt2", "merges.txt").contains("it has no vocabulary"));

    let folder = copy("bert");
    rename(folder.path(), |name| {
        Some(name.to_owned()).filter(|name| !name.contains("layer.1.output"))
    });
    let problem = loaded(folder.path()).err().unwrap().to_string();
    assert!(
        problem.contains("its weights lack bert.encoder.layer.1.output.LayerNorm.bias, ")
            && problem.ends_with(" and 1 more"),
        "{problem}"
    );

    let nowhere = loaded(std::path::Path::new("no/such/folder"))
        .err()
        .unwrap();
    assert!(matches!(nowhere, LmError::Io { .. }));
    let file = folder.path().join("config.json");
    assert!(
        loaded(&file)
            .err()
            .unwrap()
            .to_string()
            .contains("it is no folder")
    );
}

#[test]
fn hostile_folders_are_errors() {
    let changed = |file: &str, change: &dyn Fn(String) -> String| {
        let folder = copy("distilbert");
        let path = folder.path().join(file);
        let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
        std::fs::write(&path, change(text)).unwrap();
        loaded(folder.path()).err().map(|error| error.to_string())
    };
    let config = |from: &'static str, to: &'static str| {
        let change = move |text: String| {
            assert!(text.contains(from), "{text}");
            text.replace(from, to)
        };
        changed("config.json", &change).unwrap()
    };
    assert!(config("\"distilbert\"", "\"mamba\"").contains("a model of type \"mamba\""));
    assert!(config("\"dim\": 16", "\"dim\": 18").contains("shape"));
    assert!(config("\"n_heads\": 2", "\"n_heads\": 0").contains("libtorch"));
    assert!(config("\"dim\": 16", "\"dim\": -16").contains("libtorch"));
    assert!(config("\"n_layers\": 2", "\"n_layers\": 3").contains("its weights lack"));
    assert!(config("\"vocab_size\"", "\"words\"").contains("says no vocab_size"));
    assert!(config("{", "").contains("config.json is unusable"));
    let cut = changed("model.safetensors", &|text| {
        text.chars().take(300).collect()
    });
    assert!(cut.unwrap().contains("its weights are damaged"));
    // More words than the network has rows.
    let more = changed("vocab.txt", &|text| text + "one\nmore\n");
    assert!(more.unwrap().contains("its tokenizer has ids up to"));
}

#[test]
fn cuda_is_used_or_refused() {
    let files = Files::in_folder(&folder("gpt2")).unwrap();
    let loaded = TorchModel::load(&files, Device::Cuda);
    assert_eq!(loaded.is_ok(), cuda_is_available());
    if let Err(refused) = loaded {
        assert!(matches!(refused, LmError::NoCuda));
    }
}
