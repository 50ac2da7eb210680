//! What the tests share: the real model and the shared data.

use std::path::PathBuf;
use std::sync::OnceLock;

use mtlint::lm::llama::Llama;
use mtlint::models;

/// The default model, loaded once; fetched first where it is missing.
pub fn model() -> &'static Llama {
    static MODEL: OnceLock<Llama> = OnceLock::new();
    MODEL.get_or_init(|| {
        let path = models::resolve("smollm2-135m", false, &models::Silent).unwrap();
        Llama::load(&path, "smollm2-135m", None).unwrap()
    })
}

/// The folder of the shared data; `None`, said aloud, where it is not given.
pub fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MTLINT_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("SKIPPED {test}: MTLINT_DATA is not set");
    }
    folder
}
