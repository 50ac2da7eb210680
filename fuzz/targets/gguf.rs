//! Reads model files: the header, the tokenizer in it, and rows of its tensors.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mtlint::lm::gguf::{Header, decode_rows};
use mtlint::lm::tokenizer::Tokenizer;

fuzz_target!(|bytes: &[u8]| {
    let Ok(header) = Header::parse(bytes) else {
        return;
    };
    if let Ok(tokenizer) = Tokenizer::from_gguf(&header) {
        let _ = tokenizer.tokenize("Russian Vladimir Poutine, naïve\u{a0}👩‍👩‍👧 2021");
    }
    for info in header.tensors.values() {
        let mut rows = Vec::new();
        let _ = decode_rows(bytes, info, 0, 1, &mut rows);
        let _ = decode_rows(bytes, info, usize::MAX, 2, &mut rows);
    }
});
