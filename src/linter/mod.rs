//! The front door: texts in, reports out.
//!
//! In: a language model, then documents, each with its options and perhaps with
//! *siblings*, cleaner articles on the same story. Out: [`Report`]s. A document that
//! cannot be judged has a report that says so, and never an empty list of findings. What
//! becomes of a document on its way is the business of the pipeline; this room decides
//! what is read together.

use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::detect::calibration::{CalibrationError, ModelCalibration, default_path};
use crate::detect::{WeightsError, WordModel};
use crate::document::Document;
use crate::language::{Gate, gate};
use crate::lexicon::{Lexicon, LexiconError};
use crate::lm::llama::Llama;
use crate::lm::{LanguageModel, LmError, ModelId, Precision, SentenceVectors};
use crate::pipeline::{Accepted, Models, fitting_together, read_articles, run};
pub use crate::pipeline::{Article, Numbers, Options, Sensitivity};
use crate::report::{Outcome, Report};
use crate::segment::segment;
use crate::sibling::SiblingModel;

/// Why a linter could not be made, or could not read.
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
    /// The calibration beside the model cannot be read.
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
}

/// A document to lint together with others.
#[derive(Debug, Clone)]
pub struct Request {
    /// The document. Its name becomes the id of the report.
    pub document: Document,
    /// Siblings that were read before.
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
    /// Checksum of the calibration that was fitted for this language model.
    calibration: Option<Arc<str>>,
}

impl Linter {
    /// A linter that reads with the language model in a GGUF file, in 8 bits. It takes the
    /// calibration that lies beside the file, if the model needs one and it fits. The crate
    /// `mtlint-models` knows and fetches the default model.
    ///
    /// # Errors
    /// When the file is not a model that is read.
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

    /// A linter that reads with `lm`, with the detector that was trained on the states of
    /// this very model, or else with the one that serves every model.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn new(lm: Arc<dyn LanguageModel>) -> Result<Self, LintError> {
        Ok(Self {
            models: Models {
                detector: Arc::new(WordModel::of(lm.id())?),
                lexicon: Arc::new(Lexicon::embedded()?),
                siblings: Arc::new(SiblingModel::embedded()?),
                aligner: None,
                lm,
            },
            calibration: None,
        })
    }

    /// The same linter, judging by surprisals alone, also where the language model has a
    /// detector that was trained on its states.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn by_surprisal(mut self) -> Result<Self, LintError> {
        self.models.detector = Arc::new(WordModel::surprisal()?);
        Ok(self)
    }

    /// The same linter with its detector calibrated. [`Self::fits`] says whether a
    /// calibration is for this model and detector.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn calibrated(mut self, calibrated: &ModelCalibration) -> Result<Self, LintError> {
        let detector = if self.sees_states() {
            WordModel::of(self.model())?
        } else {
            WordModel::surprisal()?
        };
        self.models.detector = Arc::new(detector.with(calibrated));
        self.calibration = Some(calibrated.sha256().into());
        Ok(self)
    }

    /// Whether a calibration was fitted to this language model and this detector.
    pub fn fits(&self, calibrated: &ModelCalibration) -> bool {
        calibrated.detector == self.detector() && calibrated.model_sha256 == self.model().sha256
    }

    /// The same linter, aligning the sentences of siblings by sentence vectors.
    #[must_use]
    pub fn aligning_by(mut self, aligner: Arc<dyn SentenceVectors>) -> Self {
        self.models.aligner = Some(aligner);
        self
    }

    /// SHA-256 of the calibration in use, in lower-case hexadecimal; `None` without one.
    pub fn calibration(&self) -> Option<&str> {
        self.calibration.as_deref()
    }

    /// What aligns the sentences of siblings: `words`, or the id of the model that makes
    /// sentence vectors, with the checksum of its weights.
    pub fn aligner(&self) -> &str {
        self.models.aligner.as_ref().map_or("words", |one| one.id())
    }

    /// The model that makes sentence vectors, if one does.
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

    /// The language model.
    pub fn model(&self) -> &ModelId {
        self.models.lm.id()
    }

    /// The name of the detector, such as `en-1`.
    pub fn detector(&self) -> &str {
        self.models.detector.name()
    }

    /// Lints one document.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn lint(&self, document: &Document, options: &Options) -> Result<Report, LintError> {
        self.lint_beside(document, &[], options)
    }

    /// Lints one document beside its siblings, which [`Self::read`] has read. One article
    /// may serve any number of documents.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn lint_beside(
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

    /// Reads an article that is to be the sibling of documents, once for all of them.
    ///
    /// # Errors
    /// When the language model fails. An article that cannot be judged is no error: it
    /// has no [quality](Article::quality) and counts for nothing.
    pub fn read(&self, document: &Document) -> Result<Article, LintError> {
        let mut articles = self.read_all(std::slice::from_ref(document), None)?;
        // One article a document.
        Ok(articles.swap_remove(0))
    }

    /// Reads articles as [`Self::read`] does, together. `language` is an ISO 639-3 code
    /// that they are taken to be in; without one it is guessed.
    ///
    /// # Errors
    /// When the language model fails.
    pub fn read_all(
        &self,
        documents: &[Document],
        language: Option<&str>,
    ) -> Result<Vec<Article>, LintError> {
        let unread = documents.iter().map(|one| Article::unread(one, language));
        let mut articles: Vec<Article> = unread.collect();
        read_articles(&self.models, articles.iter_mut())?;
        Ok(articles)
    }

    /// Lints documents, each with its siblings; reports in the order of the requests. They
    /// are read together, so that short ones fill batches.
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
        let beside = accepted.iter().any(|one| !one.siblings.is_empty());
        let mut analyses = Vec::with_capacity(accepted.len());
        while !accepted.is_empty() {
            let fits = fitting_together(accepted.iter().map(Accepted::content), beside);
            let after = accepted.split_off(fits);
            analyses.extend(run(&self.models, accepted, options, beside)?);
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
        match gate(document.judged(), &segments, forced) {
            Gate::Judge(language) => Ok(Accepted {
                document,
                segments,
                language,
                unread: unread.len(),
                siblings: unread
                    .iter()
                    .map(|sibling| Article::unread(sibling, forced))
                    .chain(articles)
                    .collect(),
            }),
            Gate::Abstain { reason, language } => Err(Report {
                id: document.name().to_owned(),
                outcome: Outcome::Abstained { reason, language },
            }),
        }
    }

    /// The numbers that the word model sees of texts; `None` for one that is not judged.
    /// For fitting a calibration, which is not a user's business.
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
