//! What tests of programs that go on running share.

use std::path::{Path, PathBuf};

pub const MTLINT: &str = env!("CARGO_BIN_EXE_mtlint");

/// A text in which the stand-in model finds two phrases.
pub const GARBLED: &str = "The harbour was gibberish before the twaddle race.\n";

/// The folder of the examples.
pub fn examples() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.join("../../examples").canonicalize().unwrap()
}
