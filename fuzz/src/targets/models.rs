//! Model files, and text as a model's tokenizer takes it apart.

use std::sync::LazyLock;

use mtlint_lm::gguf::{Header, ModelFile, decode_rows};
use mtlint_lm::llama::Llama;
use mtlint_lm::tokenizer::Tokenizer;
use mtlint_lm::{LanguageModel, Precision, ReadOptions};
use mtlint_models::{ModelCache, Registry};

use crate::scratch::with_file;

const TEXT: &str = "Russian Vladimir Poutine, naïve\u{a0}👩‍👩‍👧 2021";

pub(super) fn gguf(bytes: &[u8]) {
    let Ok(header) = Header::parse(bytes) else {
        return;
    };
    if let Ok(tokenizer) = Tokenizer::from_gguf(&header) {
        let _ = tokenizer.tokenize(TEXT);
    }
    for info in header.tensors.values() {
        let mut rows = Vec::new();
        let _ = decode_rows(bytes, info, 0, 1, &mut rows);
        let _ = decode_rows(bytes, info, usize::MAX, 2, &mut rows);
    }
}

pub(super) fn weights(bytes: &[u8]) {
    with_file("model.gguf", bytes, |path| {
        for precision in [Precision::Int8, Precision::F32] {
            let Ok(model) = Llama::load(path, "fuzzed", None, precision) else {
                continue;
            };
            let Ok(scores) = model.read(&[TEXT, ""], ReadOptions::default()) else {
                continue;
            };
            for token in scores.iter().flat_map(|text| &text.tokens) {
                assert!(token.surprisal_bits.is_finite() && token.surprisal_bits >= 0.0);
                assert!(token.entropy_bits.is_finite());
            }
        }
    });
}

static TOKENIZER: LazyLock<Option<Tokenizer>> = LazyLock::new(|| {
    let registry = Registry::built_in().ok()?;
    let cache = ModelCache::from_environment().ok()?;
    let path = cache.path(registry.default_entry().ok()?);
    let header = ModelFile::open(&path).ok()?.header().ok()?;
    Tokenizer::from_gguf(&header).ok()
});

pub(super) fn tokenizer(bytes: &[u8]) {
    let Some(tokenizer) = &*TOKENIZER else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let tokens = tokenizer.tokenize(&text);
    let tokens = tokens.unwrap_or_else(|error| panic!("a text has no tokens: {error}"));
    let (mut start, mut end) = (0, 0);
    for token in tokens {
        assert!(token.span.slice(&text).is_some());
        assert!(token.span.start() >= start, "tokens go backwards");
        assert!(token.span.start() <= end, "a part of the text has no token");
        (start, end) = (token.span.start(), token.span.end());
    }
    assert_eq!(end, text.len(), "the end of the text has no token");
}
