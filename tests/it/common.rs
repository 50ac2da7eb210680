//! What the tests share: the real model and the shared data.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use mtlint::lm::llama::Llama;
use mtlint::lm::{
    KvCache, LanguageModel, LmError, ModelId, Precision, Prefix, ReadOptions, TokenScores,
};
use mtlint::{Document, Linter, Options, Report, Request, Sensitivity};
use mtlint_models as models;

/// The default model, loaded once; fetched first where it is missing.
pub fn model() -> &'static Llama {
    model_in(Precision::Int8)
}

/// The default model in one precision.
pub fn model_in(precision: Precision) -> &'static Llama {
    static INT8: OnceLock<Llama> = OnceLock::new();
    static F32: OnceLock<Llama> = OnceLock::new();
    let model = match precision {
        Precision::Int8 => &INT8,
        Precision::F32 => &F32,
    };
    model.get_or_init(|| {
        let path = models::resolve("smollm2-135m", false, &models::Silent).unwrap();
        Llama::load(&path, "smollm2-135m", None, precision).unwrap()
    })
}

/// The shared model, so that it is loaded once for all tests.
struct Shared;

impl LanguageModel for Shared {
    fn id(&self) -> &ModelId {
        model().id()
    }
    fn layers(&self) -> usize {
        model().layers()
    }
    fn read(&self, texts: &[&str], options: ReadOptions<'_>) -> Result<Vec<TokenScores>, LmError> {
        model().read(texts, options)
    }
    fn read_in_parts(
        &self,
        text: &str,
        options: ReadOptions<'_>,
        take: &mut dyn FnMut(TokenScores) -> Result<(), LmError>,
    ) -> Result<(), LmError> {
        model().read_in_parts(text, options, take)
    }
    fn read_with_cache(
        &self,
        texts: &[&str],
        options: ReadOptions<'_>,
    ) -> Result<Vec<(TokenScores, Option<KvCache>)>, LmError> {
        model().read_with_cache(texts, options)
    }
    fn read_continuations(
        &self,
        prefixes: &[Prefix<'_>],
    ) -> Result<Vec<Vec<TokenScores>>, LmError> {
        model().read_continuations(prefixes)
    }
    fn read_after(&self, pairs: &[(&str, &str)]) -> Result<Vec<TokenScores>, LmError> {
        model().read_after(pairs)
    }
    fn token_text(&self, id: u32) -> String {
        model().token_text(id)
    }
}

/// A linter with the default model, as the command line makes it.
pub fn linter() -> Linter {
    Linter::new(Arc::new(Shared)).unwrap()
}

/// The report on a document beside its siblings.
pub fn lint(sensitivity: Sensitivity, document: Document, siblings: Vec<Document>) -> Report {
    let request = Request {
        unread: siblings,
        ..Request::new(document)
    };
    let options = Options::with_sensitivity(sensitivity);
    let reports = linter().lint_all(vec![request], &options);
    reports.unwrap().remove(0)
}

/// The folder of the shared data; `None`, said aloud, where it is not given.
pub fn data(test: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("MTLINT_DATA").map(PathBuf::from);
    if folder.is_none() {
        println!("SKIPPED {test}: MTLINT_DATA is not set");
    }
    folder
}
