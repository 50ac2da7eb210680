//! Model files made here: sound ones, and ones that are not what they say.

mod kept;

use std::path::Path;

use super::*;
use crate::tokenizer::char_of;

/// A value of the metadata.
enum Entry {
    Integer(u32),
    Float(f32),
    Text(&'static str),
    Texts(Vec<String>),
}

/// A GGUF file in the making: a model of one block, with a token for each byte.
struct TinyModel {
    metadata: Vec<(&'static str, Entry)>,
    /// Names, rows, columns and the number that all of a tensor begin with.
    tensors: Vec<(&'static str, u64, u64, f32)>,
}

const WIDTH: u64 = 32;

impl TinyModel {
    /// A sound model whose vocabulary has the bytes for which `has` is true.
    fn new(pre: &'static str, has: impl Fn(u8) -> bool) -> Self {
        let bytes = (0..=u8::MAX).filter(|byte| has(*byte));
        let mut tokens: Vec<String> = bytes.map(|byte| char_of(byte).to_string()).collect();
        tokens.push("<|endoftext|>".to_owned());
        let vocabulary = tokens.len() as u64;
        Self {
            metadata: vec![
                ("general.architecture", Entry::Text("llama")),
                ("tokenizer.ggml.model", Entry::Text("gpt2")),
                ("tokenizer.ggml.pre", Entry::Text(pre)),
                ("tokenizer.ggml.tokens", Entry::Texts(tokens)),
                ("tokenizer.ggml.merges", Entry::Texts(Vec::new())),
                ("llama.embedding_length", Entry::Integer(WIDTH as u32)),
                ("llama.attention.head_count", Entry::Integer(1)),
                ("llama.block_count", Entry::Integer(1)),
                ("llama.feed_forward_length", Entry::Integer(WIDTH as u32)),
                ("llama.context_length", Entry::Integer(64)),
                ("llama.attention.layer_norm_rms_epsilon", Entry::Float(1e-5)),
            ],
            tensors: vec![
                ("token_embd.weight", vocabulary, WIDTH, 0.5),
                ("output_norm.weight", 1, WIDTH, 1.0),
                ("blk.0.attn_norm.weight", 1, WIDTH, 1.0),
                ("blk.0.ffn_norm.weight", 1, WIDTH, 1.0),
                ("blk.0.attn_q.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.attn_k.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.attn_v.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.attn_output.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.ffn_gate.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.ffn_up.weight", WIDTH, WIDTH, 0.1),
                ("blk.0.ffn_down.weight", WIDTH, WIDTH, 0.1),
            ],
        }
    }

    fn sound() -> Self {
        Self::new("smollm", |_| true)
    }

    /// The model with another value in its metadata.
    fn with(mut self, key: &'static str, value: Entry) -> Self {
        self.metadata.retain(|(other, _)| *other != key);
        self.metadata.push((key, value));
        self
    }

    /// The model with other first numbers in the tensors that `name` is part of.
    fn holding(mut self, name: &str, number: f32) -> Self {
        let named = self.tensors.iter_mut();
        for tensor in named.filter(|tensor| tensor.0.contains(name)) {
            tensor.3 = number;
        }
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut file = b"GGUF".to_vec();
        file.extend(3u32.to_le_bytes());
        file.extend((self.tensors.len() as u64).to_le_bytes());
        file.extend((self.metadata.len() as u64).to_le_bytes());
        for (key, value) in &self.metadata {
            text(&mut file, key);
            match value {
                Entry::Integer(value) => {
                    file.extend(4u32.to_le_bytes());
                    file.extend(value.to_le_bytes());
                }
                Entry::Float(value) => {
                    file.extend(6u32.to_le_bytes());
                    file.extend(value.to_le_bytes());
                }
                Entry::Text(value) => {
                    file.extend(8u32.to_le_bytes());
                    text(&mut file, value);
                }
                Entry::Texts(values) => {
                    file.extend(9u32.to_le_bytes());
                    file.extend(8u32.to_le_bytes());
                    file.extend((values.len() as u64).to_le_bytes());
                    values.iter().for_each(|value| text(&mut file, value));
                }
            }
        }
        let mut offset = 0u64;
        for (name, rows, columns, _) in &self.tensors {
            text(&mut file, name);
            file.extend(2u32.to_le_bytes());
            file.extend(columns.to_le_bytes());
            file.extend(rows.to_le_bytes());
            file.extend(0u32.to_le_bytes());
            file.extend(offset.to_le_bytes());
            offset += 4 * rows * columns;
        }
        file.resize(file.len().next_multiple_of(32), 0);
        for (_, rows, columns, number) in &self.tensors {
            for place in 0..rows * columns {
                let part = if place == 0 {
                    1.0
                } else {
                    (place % 7) as f32 / 7.0
                };
                file.extend((number * part).to_le_bytes());
            }
        }
        file
    }

    fn load(&self, precision: Precision) -> Result<Llama, LmError> {
        loaded(&self.bytes(), precision)
    }

    fn refused(&self) -> String {
        match self.load(Precision::Int8) {
            Ok(_) => panic!("a bad model was loaded"),
            Err(error) => error.to_string(),
        }
    }
}

fn text(file: &mut Vec<u8>, text: &str) {
    file.extend((text.len() as u64).to_le_bytes());
    file.extend(text.as_bytes());
}

fn loaded(bytes: &[u8], precision: Precision) -> Result<Llama, LmError> {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    Llama::load(file.path(), "tiny", None, precision)
}

fn read(model: &Llama, text: &str) -> Result<TokenScores, LmError> {
    Ok(model.read(&[text], ReadOptions::default())?.remove(0))
}

#[test]
fn every_character_there_is_can_be_read_with_every_vocabulary() {
    // A vocabulary without some control characters and without what begins planes 4 to 11, as real
    // ones are, and one that has hardly anything.
    let real = |byte: u8| !matches!(byte, 4 | 6 | 19 | 20 | 22 | 29 | 0xF1..=0xFF);
    let vocabularies: [fn(u8) -> bool; 3] = [|_| true, real, |byte| byte == b'e'];
    let all: String = (0..=u32::from(char::MAX))
        .filter_map(char::from_u32)
        .collect();
    let with_gaps = ["smollm", "gpt-2", "llama-bpe"].map(|pre| (pre, vocabularies[1]));
    let others = [("smollm", vocabularies[0]), ("smollm", vocabularies[2])];
    for (pre, has) in with_gaps.into_iter().chain(others) {
        let model = TinyModel::new(pre, has).load(Precision::Int8).unwrap();
        let tokens = model.tokenizer.tokenize(&all).unwrap();
        let known = model.weights.shape.vocabulary as u32;
        assert!(tokens.iter().all(|token| token.id < known));
        let mut covered = 0;
        for token in &tokens {
            assert!(token.span.start() <= covered && covered <= token.span.end());
            covered = token.span.end();
            let character = token.span.slice(&all);
            assert!(character.is_some_and(|part| part.chars().count() == 1));
        }
        assert_eq!(covered, all.len());
    }
    let model = TinyModel::new("smollm", real)
        .load(Precision::Int8)
        .unwrap();
    let text = "Left \u{4}\u{6}\u{13}\u{14}\u{16}\u{1d} over, \u{51234} too.";
    let scores = read(&model, text).unwrap();
    assert!(
        scores
            .tokens
            .iter()
            .all(|token| token.surprisal_bits.is_finite())
    );
    assert_eq!(scores.tokens.last().unwrap().span.end(), text.len());
}

#[test]
fn a_weight_that_is_no_number_is_an_error_wherever_it_stands() {
    for (name, ..) in TinyModel::sound().tensors {
        for number in [f32::NAN, f32::INFINITY] {
            let model = TinyModel::sound().holding(name, number);
            for precision in [Precision::Int8, Precision::F32] {
                let read = model
                    .load(precision)
                    .and_then(|model| read(&model, "\0 Hello"));
                let error = read.unwrap_err().to_string();
                assert!(error.contains("not finite"), "{name}: {error}");
            }
        }
    }
}

#[test]
fn weights_that_give_no_numbers_are_an_error_and_not_0_bits() {
    let model = TinyModel::sound()
        .holding("ffn", 3e38)
        .holding("attn_v", 3e38);
    for precision in [Precision::Int8, Precision::F32] {
        let error = read(&model.load(precision).unwrap(), "Hello").unwrap_err();
        assert!(matches!(error, LmError::NotFinite { .. }), "{error}");
    }
}

#[test]
fn sizes_that_wrap_or_ask_for_gigabytes_are_refused() {
    let sized = |key, value| {
        TinyModel::sound()
            .with(key, Entry::Integer(value))
            .refused()
    };
    for (key, value) in [
        ("llama.attention.key_length", u32::MAX - 1),
        ("llama.attention.key_length", 1 << 20),
        ("llama.attention.head_count_kv", u32::MAX),
        ("llama.attention.head_count", 1 << 20),
        ("llama.feed_forward_length", u32::MAX),
        ("llama.block_count", u32::MAX),
    ] {
        let error = sized(key, value);
        assert!(
            error.contains("expected") || error.contains("do not fit"),
            "{key}: {error}"
        );
    }
    // Each within its cap, and together far too much for so small a file.
    let wide = TinyModel::sound().with("llama.feed_forward_length", Entry::Integer(1 << 20));
    let wide = wide
        .with("llama.block_count", Entry::Integer(1000))
        .refused();
    assert!(wide.contains("bytes of memory"), "{wide}");
    for (key, value) in [
        ("llama.rope.freq_base", f32::NAN),
        ("llama.rope.freq_base", 0.0),
        ("llama.attention.layer_norm_rms_epsilon", f32::INFINITY),
    ] {
        let error = TinyModel::sound().with(key, Entry::Float(value)).refused();
        assert!(error.contains("do not fit"), "{key}: {error}");
    }
}

#[test]
fn a_file_that_is_cut_off_after_it_was_loaded_changes_nothing() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), TinyModel::sound().bytes()).unwrap();
    for precision in [Precision::Int8, Precision::F32] {
        std::fs::write(file.path(), TinyModel::sound().bytes()).unwrap();
        let model = Llama::load(file.path(), "tiny", None, precision).unwrap();
        let before = read(&model, "The bus was late.").unwrap();
        file.as_file().set_len(10).unwrap();
        assert_eq!(read(&model, "The bus was late.").unwrap(), before);
    }
}

#[test]
fn the_checksum_is_of_the_file_that_was_read() {
    let bytes = TinyModel::sound().bytes();
    let model = loaded(&bytes, Precision::Int8).unwrap();
    assert_eq!(model.id.sha256, crate::checksum::of_bytes(&bytes));
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_model_and_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe.gguf");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let error = Llama::load(Path::new(&pipe), "pipe", None, Precision::Int8).err();
    assert!(matches!(error, Some(LmError::Io { .. })));
}
