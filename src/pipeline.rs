//! The whole way from documents to reports.
//!
//! In: documents with their siblings. Out: [`Report`]s, in input order. Each
//! stage is called once and hands its value on; this file only joins them. A
//! document that could not be read, or that cannot be judged, is a report of
//! its own kind and never an empty list of findings.

mod consult;
mod exclusions;
mod numbers;
mod options;
mod reading;
mod source;

pub use numbers::Numbers;
pub use options::{OperatingPoint, Options};

use std::sync::Arc;

use rayon::prelude::*;

use self::consult::{suspected, told};
use self::exclusions::Exclusions;
use self::reading::{shifted, together};
use self::source::point_into_sources;
use crate::detect::calibrated::Calibrated;
use crate::detect::{WeightsError, WordModel};
use crate::document::{Document, DocumentError};
use crate::finding::Finding;
use crate::finding::phrases::{Judged, findings as phrases};
use crate::language::{Gate, Language, gate};
use crate::lexicon::{Lexicon, LexiconError};
use crate::lm::{KvCache, LanguageModel, LmError, ModelId, SentenceVectors, TokenScores};
use crate::policy::{Kept, Policy, Suspects};
use crate::report::{Analysis, Outcome, ReadSibling, Report, WordVerdict};
use crate::segment::{Segments, segment};
use crate::sibling::{Articles, AsRead, Comparison, SiblingArticle, SiblingModel};

/// One document to judge.
#[derive(Debug)]
pub struct Input {
    /// The path as given, `-`, or the record's own id.
    pub id: String,
    /// The document, or why there is none.
    pub document: Result<Document, DocumentError>,
    /// Other articles on the same story.
    pub siblings: Vec<Document>,
}

/// Why no document can be judged at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LintError {
    /// The language model failed.
    #[error(transparent)]
    Lm(#[from] LmError),
    /// The detector's own weights are damaged.
    #[error(transparent)]
    Detector(#[from] WeightsError),
    /// The lexicon is damaged.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
}

/// Judges documents with one language model.
pub struct Linter {
    lm: Arc<dyn LanguageModel>,
    words: WordModel,
    /// Checksum of the calibration that was fitted for this language model.
    calibration: Option<String>,
    aligner: Option<Arc<dyn SentenceVectors>>,
    lexicon: Lexicon,
    options: Options,
    policy: Policy,
}

/// A document that passed the gate.
struct Accepted {
    document: Document,
    segments: Segments,
    language: Language,
    /// Those that were read before stand last.
    siblings: Vec<SiblingArticle>,
    /// How many were not.
    unread: usize,
}

impl Linter {
    /// An analyzer that reads with `lm`.
    ///
    /// # Errors
    /// When the detector's embedded weights are damaged.
    pub fn new(lm: Arc<dyn LanguageModel>, options: Options) -> Result<Self, LintError> {
        Ok(Self {
            words: WordModel::of(lm.id())?,
            calibration: None,
            aligner: None,
            lexicon: Lexicon::embedded()?,
            lm,
            options,
            policy: Policy::default(),
        })
    }

    /// The same analyzer under a house's policy.
    #[must_use]
    pub fn under(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// The same analyzer, judging by surprisals, also where the language model has a
    /// detector that was trained on its states.
    ///
    /// # Errors
    /// When the detector's embedded weights are damaged.
    pub fn by_surprisal(mut self) -> Result<Self, LintError> {
        self.words = WordModel::surprisal()?;
        Ok(self)
    }

    /// The same analyzer with its detector calibrated. Whether the calibration is for
    /// this model and detector is for the caller to compare.
    #[must_use]
    pub fn calibrated(mut self, calibrated: &Calibrated) -> Self {
        self.words = self.words.with(calibrated);
        self.calibration = Some(calibrated.sha256());
        self
    }

    /// Checksum of the calibration that was fitted for this language model, if one is
    /// used.
    pub fn calibration(&self) -> Option<&str> {
        self.calibration.as_deref()
    }

    /// The same analyzer, finding by sentence vectors where a sibling tells the same.
    #[must_use]
    pub fn aligning_by(mut self, aligner: Arc<dyn SentenceVectors>) -> Self {
        self.aligner = Some(aligner);
        self
    }

    /// What finds where a sibling tells the same: `words`, or a model with the checksum
    /// of its weights.
    pub fn aligner(&self) -> &str {
        self.aligner.as_ref().map_or("words", |one| one.id())
    }

    /// What makes vectors of sentences, if something does.
    pub fn vectors(&self) -> Option<&dyn SentenceVectors> {
        self.aligner.as_deref()
    }

    /// Whether the detector was trained on the states of this very model.
    pub fn sees_states(&self) -> bool {
        !self.words.layers().is_empty()
    }

    /// The probability from which a word is garbled at an operating point, in a
    /// document that has no sibling and is not much garbled.
    pub fn threshold(&self, point: OperatingPoint) -> f32 {
        point.of(&self.words.thresholds())
    }

    /// The model that reads.
    pub fn model(&self) -> &ModelId {
        self.lm.id()
    }

    /// Name of the detector that judges, such as `surprisal-1`.
    pub fn detector(&self) -> &str {
        self.words.name()
    }

    /// Judges documents, each with its siblings; reports in input order. They
    /// are read together, so that short ones fill batches.
    ///
    /// # Errors
    /// When the model fails; documents that cannot be read are reports.
    pub fn judge(&self, inputs: Vec<Input>) -> Result<Vec<Report>, LintError> {
        let inputs = inputs.into_iter().map(|input| (input, Vec::new()));
        self.judge_beside(inputs.collect())
    }

    /// Judges documents as [`Self::judge`] does, each also beside siblings that
    /// [`Self::read_siblings`] has read before: an article that serves several
    /// documents is read once. They count after the input's own siblings.
    ///
    /// # Errors
    /// When the model fails; documents that cannot be read are reports.
    pub fn judge_beside(
        &self,
        inputs: Vec<(Input, Vec<SiblingArticle>)>,
    ) -> Result<Vec<Report>, LintError> {
        let judgeable = |(input, read): (Input, _)| {
            let accepted = match input.document {
                Ok(document) => self.accept(document, input.siblings, read),
                Err(error) => Err(Outcome::Failed(error)),
            };
            (input.id, accepted)
        };
        let judgeable: Vec<_> = inputs.into_par_iter().map(judgeable).collect();
        let mut accepted = Vec::new();
        let mut ids_and_outcomes = Vec::with_capacity(judgeable.len());
        for (id, outcome) in judgeable {
            ids_and_outcomes.push((id, outcome.map(|one| accepted.push(one)).err()));
        }
        let unread = accepted
            .iter_mut()
            .flat_map(|one| &mut one.siblings[..one.unread]);
        self.judge_siblings(unread)?;
        let any = accepted.iter().any(|one| !one.siblings.is_empty());
        let beside = any.then(SiblingModel::embedded).transpose()?;
        let mut analyses = Vec::with_capacity(accepted.len());
        while !accepted.is_empty() {
            let fits = together(accepted.iter().map(Accepted::content), any);
            let after = accepted.split_off(fits);
            analyses.extend(self.judge_together(accepted, beside.as_ref())?);
            accepted = after;
        }
        let mut analyses = analyses.into_iter();
        Ok(ids_and_outcomes
            .into_iter()
            .filter_map(|(id, outcome)| {
                // One judgement for each document without an outcome yet.
                let outcome =
                    outcome.or_else(|| analyses.next().map(Box::new).map(Outcome::Scored))?;
                Some(Report { id, outcome })
            })
            .collect())
    }

    /// Lets a document through the gate, or says what becomes of it.
    fn accept(
        &self,
        document: Document,
        siblings: Vec<Document>,
        read: Vec<SiblingArticle>,
    ) -> Result<Accepted, Outcome> {
        let segments = segment(document.judged());
        let forced = self.options.language.as_deref();
        match gate(document.judged(), &segments, forced) {
            Gate::Judge(language) => Ok(Accepted {
                document,
                segments,
                language,
                unread: siblings.len(),
                siblings: siblings
                    .iter()
                    .map(|sibling| self.unread(sibling))
                    .chain(read)
                    .collect(),
            }),
            Gate::Abstain { reason, language } => Err(Outcome::Abstained { reason, language }),
        }
    }

    /// Judges documents that are read together, in their order.
    fn judge_together(
        &self,
        accepted: Vec<Accepted>,
        beside: Option<&SiblingModel>,
    ) -> Result<Vec<Analysis>, LintError> {
        let texts: Vec<&str> = accepted.iter().map(Accepted::content).collect();
        let readings = self.read(&texts, beside.is_some())?;
        // `par_bridge` never begins a document while another one waits for its share
        // of the work: each thread holds one.
        let documents = accepted.into_iter().zip(readings).enumerate().par_bridge();
        let judged = documents.map(|(place, (document, (reading, cache)))| {
            let analysis = self.analysis(document, reading, cache.as_ref(), beside)?;
            Ok((place, analysis))
        });
        let judged: Result<Vec<(usize, Analysis)>, LintError> = judged.collect();
        let mut judged = judged?;
        judged.sort_unstable_by_key(|(place, _)| *place);
        Ok(judged.into_iter().map(|(_, analysis)| analysis).collect())
    }

    fn analysis(
        &self,
        accepted: Accepted,
        reading: TokenScores,
        cache: Option<&KvCache>,
        beside: Option<&SiblingModel>,
    ) -> Result<Analysis, LintError> {
        let Accepted {
            document,
            segments,
            language,
            siblings,
            ..
        } = accepted;
        let text = document.judged();
        let reading = shifted(reading, document.content_start());
        let (mut detection, excluded, score) =
            self.assess(text, document.prose(), &segments, &reading);
        let bits: Vec<f32> = detection.words.iter().map(|w| w.surprisal_bits).collect();
        // A document without siblings is not made comparable at all.
        let beside = beside.filter(|_| !siblings.is_empty());
        let compared = |_| Articles::new(text, &segments, &siblings).with(self.vectors());
        let articles = beside.map(compared).transpose()?;
        let as_read = cache.map(|cache| AsRead {
            reading: &reading,
            cache,
            start: document.content_start(),
        });
        let compare = |articles| {
            Comparison::new(articles, &self.lexicon, &detection.p_garbled, &bits)
                .reading_on(as_read)
                .read(self.lm.as_ref())
        };
        let comparison = articles.as_ref().map(compare).transpose()?;
        let beside = beside.zip(comparison.as_ref());
        let point = self.options.operating_point;
        let alone = self.words.thresholds().shifted(detection.threshold_shift);
        let mut thresholds = vec![point.of(&alone); segments.words.len()];
        let mut balanced = vec![alone.balanced; segments.words.len()];
        if let Some((beside, comparison)) = beside {
            let told = beside.p_garbled(comparison).into_iter().enumerate();
            for (word, told) in told.filter_map(|(word, told)| Some((word, told?))) {
                detection.p_garbled[word] = told.p_garbled;
                let theirs = beside.thresholds(&told, &alone);
                thresholds[word] = point.of(&theirs);
                balanced[word] = theirs.balanced;
            }
            detection.exclude(|word| excluded.holds(word.span));
        }
        // One that is not believed confirms nothing.
        let trusts = comparison.iter().flat_map(Comparison::trusts);
        let believed = siblings.iter().zip(trusts);
        let believed = believed.filter(|(_, trust)| trust.weight > 0.0);
        let believed: Vec<&SiblingArticle> = believed.map(|(sibling, _)| sibling).collect();
        let mut garbled = suspected(text, &segments, &detection, &believed, &thresholds);
        let judged = Judged {
            text,
            segments: &segments,
            reading: &reading,
            lexicon: &self.lexicon,
            detection: &detection,
            garbled: &garbled,
            thresholds: &thresholds,
        };
        let mut findings = phrases(&judged, self.lm.as_ref());
        let by_themselves = garbled.clone();
        if let Some((beside, comparison)) = beside {
            self.consult(
                beside,
                comparison,
                &believed,
                &judged,
                &balanced,
                &mut findings,
            )?;
            for (word, garbled) in detection.words.iter().zip(&mut garbled) {
                let found = |finding: &Finding| finding.span.contains(word.span);
                *garbled |= findings.iter().any(found);
            }
        }
        let words = detection
            .words
            .iter()
            .zip(&detection.p_garbled)
            .zip(garbled)
            .map(|((word, p_garbled), garbled)| WordVerdict {
                span: word.span,
                surprisal_bits: word.surprisal_bits,
                p_garbled: *p_garbled,
                garbled,
            })
            .collect();
        let suspects = Suspects {
            text,
            segments: &segments,
            garbled: &by_themselves,
        };
        let Kept { findings, accepted } = self.policy.apply(findings, suspects);
        let told = comparison
            .as_ref()
            .map(|comparison| told(comparison, &segments));
        let read = siblings.into_iter().zip(told.into_iter().flatten());
        let read = read.map(|(sibling, (trust, aligned))| {
            let (text, prose) = match sibling.original {
                Some(original) => (original.text, Some(original.prose)),
                None => (sibling.text, None),
            };
            ReadSibling {
                trust,
                text,
                prose,
                aligned,
            }
        });
        let siblings = read.collect();
        let mut analysis = Analysis {
            language,
            model: self.lm.id().clone(),
            detector: self.words.name().to_owned(),
            score,
            sentences: segments.sentences,
            findings,
            accepted,
            words,
            threshold_shift: detection.threshold_shift,
            siblings,
            document,
        };
        point_into_sources(&mut analysis);
        Ok(analysis)
    }
}

impl Accepted {
    /// The text without a byte order mark: the model never saw one.
    fn content(&self) -> &str {
        let text = self.document.judged();
        text.get(self.document.content_start()..).unwrap_or(text)
    }
}

#[cfg(test)]
mod tests;
