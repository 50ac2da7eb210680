//! The front door of the library: documents in, reports out.
//!
//! In: a language model, then documents, each perhaps with *siblings*, which are cleaner
//! articles on the same story, and the [`Options`] of the call. Out: [`Report`]s. A
//! document that cannot be judged has a report that says why, never an empty list of
//! findings.
//!
//! | To | call |
//! |---|---|
//! | lint one document | [`Linter::lint`] |
//! | read a sibling once for many documents | [`Linter::read`] |
//! | lint a document with siblings | [`Linter::lint_with_siblings`] |
//! | lint many documents together | [`Linter::lint_all`] |
//! | lint many, whatever one of them does to the model | [`Linter::lint_each`] |
//!
//! This module decides which texts are read together. What happens to each document is the
//! business of the pipeline, and printing that of [`crate::report`].

mod each;

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::detect::calibration::{CalibrationError, ModelCalibration, default_path};
use crate::detect::{WeightsError, WordModel};
use crate::document::Document;
use crate::language::{Gate, gate};
use crate::lexicon::{Lexicon, LexiconError};
use crate::lm::llama::Llama;
use crate::lm::patience::Patience;
use crate::lm::{LanguageModel, LmError, ModelId, Precision, SentenceVectors, TokenCounts};
use crate::pipeline::{Accepted, Models, fitting_together, read_articles, run};
// The input of the word model is for fitting a calibration, not for users.
#[doc(hidden)]
pub use crate::pipeline::Numbers;
pub use crate::pipeline::{Article, Options, Sensitivity};
use crate::report::{Outcome, Report};
use crate::segment::segment;
use crate::sibling::SiblingModel;
use crate::suggest::SuggestModel;

/// Why a [`Linter`] could not be made, or could not lint a document.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintError {
    /// The language model cannot be loaded, or failed while it read.
    #[error(transparent)]
    Lm(#[from] LmError),
    /// The detector's embedded weights are damaged.
    #[error(transparent)]
    Detector(#[from] WeightsError),
    /// The embedded lexicon is damaged.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// The calibration file next to the model cannot be read.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
}

/// A document to lint together with others, with its siblings: the input of
/// [`Linter::lint_all`].
#[derive(Debug, Clone)]
pub struct Request {
    /// The document to lint. Its name becomes the id of the report.
    pub document: Document,
    /// Siblings that [`Linter::read`] has read before.
    pub articles: Vec<Article>,
    /// Siblings that are still to be read: they are read together with those of the other
    /// requests, and one that several requests have is read once. They come before
    /// `articles` in the report.
    pub unread: Vec<Document>,
}

impl Request {
    /// A request for a document without siblings.
    pub fn new(document: Document) -> Self {
        Self {
            document,
            articles: Vec::new(),
            unread: Vec::new(),
        }
    }
}

/// Finds garble with one language model. It is heavy to make and cheap to clone: clones
/// share the models, and may be used from several threads at once.
#[derive(Clone)]
pub struct Linter {
    models: Models,
    /// The checksum of the calibration in use.
    calibration: Option<Arc<str>>,
}

impl Linter {
    /// Opens the language model in a GGUF file and makes a linter that reads with it, with
    /// products in 8 bits. If the model needs a calibration, a fitting one is taken from
    /// the [default path](default_path) next to the file. The crate `mtlint-models` knows
    /// and fetches the default model.
    ///
    /// # Errors
    /// When the file cannot be read or holds no model of a supported kind, or when its
    /// calibration is damaged.
    pub fn open(model: impl AsRef<Path>) -> Result<Self, LintError> {
        let path = model.as_ref();
        let lm = Llama::load(path, &stem(path), None, Precision::Int8)?;
        let linter = Self::new(Arc::new(lm))?;
        if linter.sees_states() {
            return Ok(linter);
        }
        match ModelCalibration::read(&default_path(path))? {
            Some(found) if linter.fits(&found) => linter.calibrated(&found),
            _ => Ok(linter),
        }
    }

    /// Makes a linter that reads with the language model `lm`. Its detector is the one that
    /// was trained on the states of this very model, or else the one for any model.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn new(lm: Arc<dyn LanguageModel>) -> Result<Self, LintError> {
        Ok(Self {
            models: Models {
                detector: Arc::new(WordModel::of(lm.id())?),
                lexicon: Arc::new(Lexicon::embedded()?),
                siblings: Arc::new(SiblingModel::embedded()?),
                suggestions: Arc::new(SuggestModel::embedded()?),
                aligner: None,
                lm,
            },
            calibration: None,
        })
    }

    /// This linter with the detector that uses surprisals alone, even where one was trained
    /// on the states of the language model.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn by_surprisal(mut self) -> Result<Self, LintError> {
        self.models.detector = Arc::new(WordModel::surprisal()?);
        Ok(self)
    }

    /// This linter with `calibration` applied to its detector. Check first with
    /// [`Self::fits`] that the calibration is for this model and detector.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn calibrated(mut self, calibration: &ModelCalibration) -> Result<Self, LintError> {
        let detector = if self.sees_states() {
            WordModel::of(self.model())?
        } else {
            WordModel::surprisal()?
        };
        self.models.detector = Arc::new(detector.with(calibration));
        self.calibration = Some(calibration.sha256().into());
        Ok(self)
    }

    /// Whether `calibration` was fitted to this language model and this detector.
    pub fn fits(&self, calibration: &ModelCalibration) -> bool {
        calibration.detector == self.detector() && calibration.model_sha256 == self.model().sha256
    }

    /// This linter with the sentences of siblings aligned by the sentence vectors of
    /// `aligner` instead of their words.
    #[must_use]
    pub fn aligning_by(mut self, aligner: Arc<dyn SentenceVectors>) -> Self {
        self.models.aligner = Some(aligner);
        self
    }

    /// The SHA-256 of the calibration in use, in lower-case hexadecimal; `None` if the
    /// linter has none.
    pub fn calibration(&self) -> Option<&str> {
        self.calibration.as_deref()
    }

    /// The name of what aligns the sentences of siblings: `words`, or the id of the model
    /// that makes sentence vectors, with the checksum of its weights.
    pub fn aligner(&self) -> &str {
        self.models.aligner.as_ref().map_or("words", |one| one.id())
    }

    /// The model that makes sentence vectors; `None` where sentences are aligned by words.
    pub fn sentence_vectors(&self) -> Option<&dyn SentenceVectors> {
        self.models.aligner.as_deref()
    }

    /// Whether the detector was trained on the states of this very language model.
    pub fn sees_states(&self) -> bool {
        !self.models.detector.layers().is_empty()
    }

    /// The probability from which a word is flagged, in a document that has no sibling and
    /// is not much garbled.
    pub fn threshold(&self, options: &Options) -> f32 {
        options.threshold_of(&self.models.detector.thresholds())
    }

    /// The identity of the language model that the linter reads with.
    pub fn model(&self) -> &ModelId {
        self.models.lm.id()
    }

    /// The name of the detector, such as `en-2`.
    pub fn detector(&self) -> &str {
        self.models.detector.name()
    }

    /// Keeps readings in memory from now on, up to about `bytes` bytes, so that a document or a
    /// sibling that was edited costs what stands from the first edit on. This is for whoever lints
    /// versions of one text again and again, such as an editor: others pay for it in vain. Reports
    /// are the same to the last bit, and clones of the linter share what is kept. With 0 bytes all
    /// is forgotten. See [`LanguageModel::keep_readings`] for what is kept.
    pub fn keep_readings(&self, bytes: usize) {
        self.models.lm.keep_readings(bytes);
    }

    /// How many tokens the language model has read since it was loaded, and how many it need not
    /// read since [`Self::keep_readings`] was called.
    pub fn tokens(&self) -> TokenCounts {
        self.models.lm.tokens()
    }

    /// A clone of this linter that fails with [`LmError::GivenUp`] once `has_ended` says that nobody
    /// waits for its reports any more. It is asked every few seconds, between parts of a reading,
    /// from any thread.
    #[must_use]
    pub fn giving_up_once(&self, has_ended: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let mut linter = self.clone();
        linter.models.lm = Arc::new(Patience::new(linter.models.lm, has_ended));
        linter
    }

    /// Lints one document without siblings.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn lint(&self, document: &Document, options: &Options) -> Result<Report, LintError> {
        self.lint_with_siblings(document, &[], options)
    }

    /// Lints one document with its siblings, which [`Self::read`] has read. One article may
    /// serve any number of documents.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn lint_with_siblings(
        &self,
        document: &Document,
        siblings: &[Article],
        options: &Options,
    ) -> Result<Report, LintError> {
        let request = Request {
            articles: siblings.to_vec(),
            ..Request::new(document.clone())
        };
        let mut reports = self.lint_all(vec![request], options)?;
        // One report a request.
        Ok(reports.swap_remove(0))
    }

    /// Reads an article once, so that it can be the sibling of any number of documents.
    ///
    /// # Errors
    /// When the language model fails. An article that cannot be judged is no error: it
    /// has no [quality](Article::quality) and counts for nothing.
    pub fn read(&self, document: &Document) -> Result<Article, LintError> {
        let mut articles = self.read_all(std::slice::from_ref(document), None)?;
        // One article a document.
        Ok(articles.swap_remove(0))
    }

    /// Reads several articles together, each as [`Self::read`] does. `language` is an ISO 639-3 code
    /// that they are taken to be in; without one it is guessed.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn read_all(
        &self,
        documents: &[Document],
        language: Option<&str>,
    ) -> Result<Vec<Article>, LintError> {
        let lexicon = &self.models.lexicon;
        let unread = documents.iter();
        let unread = unread.map(|one| Article::unread(one, lexicon, language));
        let mut articles: Vec<Article> = unread.collect();
        read_articles(&self.models, articles.iter_mut())?;
        Ok(articles)
    }

    /// Lints many documents, each with its siblings, and returns their reports in the order
    /// of the requests. The documents are read together, so that short ones fill batches.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn lint_all(
        &self,
        requests: Vec<Request>,
        options: &Options,
    ) -> Result<Vec<Report>, LintError> {
        let requests = requests.into_par_iter();
        let gated = requests.map(|request| self.accept(request, options));
        let gated: Vec<Result<Accepted, Report>> = gated.collect();
        let mut accepted = Vec::new();
        let mut reports: Vec<Option<Report>> = Vec::with_capacity(gated.len());
        for one in gated {
            reports.push(one.map(|one| accepted.push(one)).err());
        }
        let unread = accepted.iter_mut();
        let unread = unread.flat_map(|one| &mut one.siblings[..one.unread]);
        read_articles(&self.models, unread)?;
        let with_siblings = accepted.iter().any(|one| !one.siblings.is_empty());
        let read_on = with_siblings || options.asks_for_ideas();
        let mut analyses = Vec::with_capacity(accepted.len());
        while !accepted.is_empty() {
            let fits = fitting_together(accepted.iter().map(Accepted::content), read_on);
            let after = accepted.split_off(fits);
            analyses.extend(run(&self.models, accepted, options, read_on)?);
            accepted = after;
        }
        let mut analyses = analyses.into_iter();
        let mut scored = || {
            let analysis = analyses.next()?;
            Some(Report {
                id: analysis.document.name().to_owned(),
                outcome: Outcome::Scored(Box::new(analysis)),
            })
        };
        // One analysis for each document without a report yet.
        let reports = reports.into_iter();
        Ok(reports
            .filter_map(|report| report.or_else(&mut scored))
            .collect())
    }

    /// Lets a document through the language gate, or says what becomes of it.
    fn accept(&self, request: Request, options: &Options) -> Result<Accepted, Report> {
        let Request {
            document,
            articles,
            unread,
        } = request;
        let segments = segment(document.judged());
        let forced = options.language.as_deref();
        let lexicon = &self.models.lexicon;
        match gate(document.judged(), &segments, lexicon, forced) {
            Gate::Judge(language) => Ok(Accepted {
                document,
                segments,
                language,
                unread: unread.len(),
                siblings: unread
                    .iter()
                    .map(|sibling| Article::unread(sibling, lexicon, forced))
                    .chain(articles)
                    .collect(),
            }),
            Gate::Abstain { reason, language } => Err(Report {
                id: document.name().to_owned(),
                outcome: Outcome::Abstained { reason, language },
            }),
        }
    }

    /// The input of the word model for each text; `None` for a text that does not pass the
    /// language gate. Hidden from users: only the fitting of a calibration needs it.
    ///
    /// # Errors
    /// When the language model fails.
    #[doc(hidden)]
    pub fn numbers(
        &self,
        texts: &[&str],
        language: Option<&str>,
    ) -> Result<Vec<Option<Numbers>>, LintError> {
        Ok(crate::pipeline::numbers(&self.models, texts, language)?)
    }
}

/// The name of a model's file without its ending.
fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests;
