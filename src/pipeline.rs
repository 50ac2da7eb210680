//! The whole way from documents to reports.
//!
//! In: documents with their siblings. Out: [`Report`]s, in input order. Each
//! stage is called once and hands its value on; this file only joins them. A
//! document that could not be read, or that cannot be judged, is a report of
//! its own kind and never an empty list of findings.

use std::sync::Arc;

use crate::detect::{Noticed, WeightsError, WordModel, notice};
use crate::document::{Document, DocumentError};
use crate::finding::category::severity;
use crate::finding::phrases::{Judged, findings};
use crate::finding::{Applicability, Evidence, Finding};
use crate::language::{Gate, Language, foreign_passages, gate};
use crate::lexicon::{Lexicon, LexiconError};
use crate::lm::{LanguageModel, LmError, ModelId, ReadOptions, Reading};
use crate::report::{Judgement, Outcome, Report, WordJudgement};
use crate::score::Score;
use crate::segment::{Segments, segment};
use crate::sibling::{SiblingArticle, Suspect, suggestions};

/// Probable tokens kept at each place, to show what was expected. Some are
/// pieces of words and are passed over.
const MOST_PROBABLE: usize = 8;
/// Probability from which a sibling is asked how a name is spelled.
const DOUBTFUL_NAME: f32 = 0.05;

/// How a document is to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How sure a finding has to be.
    pub operating_point: OperatingPoint,
    /// ISO 639-3 code; skips the language gate.
    pub language: Option<String>,
}

/// How sure a finding has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OperatingPoint {
    /// Few false alarms: for people.
    Precise,
    /// Best agreement with labelled data.
    Balanced,
    /// Rather a false alarm than a miss.
    Thorough,
    /// Every word whose probability of being garbled is at least this.
    Threshold(f32),
}

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
pub enum AnalyzerError {
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
pub struct Analyzer {
    lm: Arc<dyn LanguageModel>,
    words: WordModel,
    lexicon: Lexicon,
    options: Options,
}

/// A document that passed the gate.
struct Accepted {
    document: Document,
    segments: Segments,
    language: Language,
    siblings: Vec<SiblingArticle>,
}

impl Analyzer {
    /// An analyzer that reads with `lm`.
    ///
    /// # Errors
    /// When the detector's embedded weights are damaged.
    pub fn new(lm: Arc<dyn LanguageModel>, options: Options) -> Result<Self, AnalyzerError> {
        Ok(Self {
            words: WordModel::of(lm.id())?,
            lexicon: Lexicon::embedded()?,
            lm,
            options,
        })
    }

    /// The probability from which a word is garbled at an operating point.
    pub fn threshold(&self, point: OperatingPoint) -> f32 {
        let thresholds = self.words.thresholds();
        match point {
            OperatingPoint::Precise => thresholds.precise,
            OperatingPoint::Balanced => thresholds.balanced,
            OperatingPoint::Thorough => thresholds.thorough,
            OperatingPoint::Threshold(probability) => probability,
        }
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
    pub fn judge(&self, inputs: Vec<Input>) -> Result<Vec<Report>, AnalyzerError> {
        let mut accepted = Vec::new();
        let ids_and_outcomes: Vec<(String, Option<Outcome>)> = inputs
            .into_iter()
            .map(|input| match input.document {
                Ok(document) => {
                    let outcome = match self.accept(document, input.siblings) {
                        Ok(document) => {
                            accepted.push(document);
                            None
                        }
                        Err(outcome) => Some(outcome),
                    };
                    (input.id, outcome)
                }
                Err(error) => (input.id, Some(Outcome::Failed(error))),
            })
            .collect();
        let texts: Vec<&str> = accepted.iter().map(Accepted::content).collect();
        let options = ReadOptions {
            most_probable: MOST_PROBABLE,
            layers: self.words.layers(),
        };
        let readings = self.lm.read(&texts, options)?;
        let mut judgements = Vec::with_capacity(accepted.len());
        for (document, reading) in accepted.into_iter().zip(readings) {
            judgements.push(self.judgement(document, reading)?);
        }
        let mut judgements = judgements.into_iter();
        Ok(ids_and_outcomes
            .into_iter()
            .filter_map(|(id, outcome)| {
                // One judgement for each document without an outcome yet.
                let outcome =
                    outcome.or_else(|| judgements.next().map(Box::new).map(Outcome::Scored))?;
                Some(Report { id, outcome })
            })
            .collect())
    }

    /// Lets a document through the gate, or says what becomes of it.
    fn accept(&self, document: Document, siblings: Vec<Document>) -> Result<Accepted, Outcome> {
        let segments = segment(document.text());
        let forced = self.options.language.as_deref();
        match gate(document.text(), &segments, forced) {
            Gate::Judge(language) => Ok(Accepted {
                document,
                segments,
                language,
                siblings: siblings
                    .into_iter()
                    .map(|sibling| SiblingArticle::new(sibling.name(), sibling.text()))
                    .collect(),
            }),
            Gate::Abstain { reason, language } => Err(Outcome::Abstained { reason, language }),
        }
    }

    fn judgement(&self, accepted: Accepted, reading: Reading) -> Result<Judgement, AnalyzerError> {
        let Accepted {
            document,
            segments,
            language,
            siblings,
        } = accepted;
        let text = document.text();
        let reading = shifted(reading, document.content_start());
        let foreign = foreign_passages(text, &segments);
        let mut noticed = notice(&self.words, &self.lexicon, text, &segments, &reading);
        // Words of quotations and sentences in another language are not
        // garbled, they are foreign.
        noticed.spare(|word| foreign.iter().any(|passage| passage.overlaps(word.span)));
        let threshold = self.threshold(self.options.operating_point);
        let mut garbled = suspected(text, &segments, &noticed, &siblings, |_| threshold);
        let phrases = |garbled: &[bool], threshold| {
            let judged = Judged {
                text,
                segments: &segments,
                reading: &reading,
                lexicon: &self.lexicon,
                noticed: &noticed,
                garbled,
                threshold,
            };
            findings(&judged, self.lm.as_ref())
        };
        let mut findings = phrases(&garbled, threshold);
        if !siblings.is_empty() {
            let weak_threshold = threshold.min(self.words.thresholds().balanced);
            // The siblings are asked about less suspect words too, and about
            // every name that is at all doubtful: foreign spellings of names
            // are hardly rarer than names, but a sibling settles it.
            let asked_from = |spelling: &str| {
                if spelling.starts_with(char::is_uppercase) {
                    weak_threshold.min(DOUBTFUL_NAME)
                } else {
                    weak_threshold
                }
            };
            let mut weak = suspected(text, &segments, &noticed, &siblings, asked_from);
            for (weak, garbled) in weak.iter_mut().zip(&garbled) {
                *weak &= !garbled;
            }
            let free = |finding: &Finding| !findings.iter().any(|f| f.span.overlaps(finding.span));
            let mut weak = phrases(&weak, weak_threshold);
            weak.retain(free);
            self.correct(text, &segments, &mut findings, weak, &siblings)?;
            for (word, garbled) in noticed.words.iter().zip(&mut garbled) {
                let found = |finding: &Finding| finding.span.contains(word.span);
                *garbled |= findings.iter().any(found);
            }
        }
        let score = Score::of(
            &self.words.rate_model(),
            &noticed,
            &reading,
            segments.word_count(),
        );
        let words = noticed
            .words
            .iter()
            .zip(&noticed.p_garbled)
            .zip(garbled)
            .map(|((word, p_garbled), garbled)| WordJudgement {
                span: word.span,
                surprisal_bits: word.surprisal_bits,
                p_garbled: *p_garbled,
                garbled,
            })
            .collect();
        Ok(Judgement {
            language,
            model: self.lm.id().clone(),
            detector: self.words.name().to_owned(),
            score,
            sentences: segments.sentences,
            findings,
            words,
            document,
        })
    }

    /// Adds what the siblings say to each finding. Of the `weak` phrases, too
    /// little suspect to be findings by themselves, those become findings that
    /// a sibling surely corrects.
    fn correct(
        &self,
        text: &str,
        segments: &Segments,
        findings: &mut Vec<Finding>,
        weak: Vec<Finding>,
        siblings: &[SiblingArticle],
    ) -> Result<(), AnalyzerError> {
        let own = findings.len();
        findings.extend(weak);
        let suspects: Vec<Suspect> = findings
            .iter()
            .map(|finding| Suspect {
                span: finding.span,
                p_garbled: finding.evidence.p_garbled,
            })
            .collect();
        let found = suggestions(self.lm.as_ref(), text, segments, &suspects, siblings)?;
        for (index, (finding, suggestions)) in findings.iter_mut().zip(found).enumerate() {
            finding.suggestions = suggestions;
            if let Some(best) = finding.suggestions.first().filter(|_| index >= own) {
                finding.confidence = finding.confidence.max(best.confidence);
                let Evidence {
                    surprisal_bits,
                    expected_bits,
                    ..
                } = finding.evidence;
                let excess_bits = surprisal_bits - expected_bits;
                finding.severity = severity(finding.category, finding.confidence, excess_bits);
            }
        }
        let mut index = 0;
        findings.retain(|finding| {
            let best = finding.suggestions.first();
            index += 1;
            index <= own || best.is_some_and(|best| best.applicability == Applicability::Safe)
        });
        findings.sort_by_key(|finding| finding.span);
        Ok(())
    }
}

/// Which words are at least as probably garbled as `threshold` says of their
/// spelling, names and numbers left out that a sibling spells the same way.
fn suspected(
    text: &str,
    segments: &Segments,
    noticed: &Noticed,
    siblings: &[SiblingArticle],
    threshold: impl Fn(&str) -> f32,
) -> Vec<bool> {
    let words = segments.words.iter().zip(&noticed.p_garbled);
    words
        .map(|(word, p_garbled)| {
            let spelling = word.span.slice(text).unwrap_or_default();
            *p_garbled >= threshold(spelling) && !confirmed(spelling, siblings)
        })
        .collect()
}

/// Whether a name or number stands in a sibling just so.
fn confirmed(spelling: &str, siblings: &[SiblingArticle]) -> bool {
    let first = spelling.chars().next();
    first.is_some_and(|c| c.is_uppercase() || c.is_numeric())
        && siblings.iter().any(|sibling| sibling.has_word(spelling))
}

impl Accepted {
    /// The text without a byte order mark: the model never saw one.
    fn content(&self) -> &str {
        let text = self.document.text();
        text.get(self.document.content_start()..).unwrap_or(text)
    }
}

/// The reading of a text's content, with spans into the whole text.
fn shifted(mut reading: Reading, by: usize) -> Reading {
    if by > 0 {
        for token in &mut reading.tokens {
            token.span = token.span.shifted(by);
        }
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lm::stub::Stub;
    use crate::report::AbstainReason;

    /// Judged with a model to which two words cost far more than any other.
    fn reports(inputs: Vec<Input>) -> Vec<Report> {
        let lm = Stub::new([("Grenzstadt", 75.0), ("gebracht", 75.0)]);
        let options = Options {
            operating_point: OperatingPoint::Thorough,
            language: None,
        };
        Analyzer::new(Arc::new(lm), options)
            .unwrap()
            .judge(inputs)
            .unwrap()
    }

    fn input(text: &str, siblings: &[&str]) -> Input {
        let named = |text: &&str| Document::from_text("sibling", *text);
        Input {
            id: "a".to_owned(),
            document: Ok(Document::from_text("a", text)),
            siblings: siblings.iter().map(named).collect(),
        }
    }

    fn phrases(report: &Report) -> Vec<&str> {
        let Outcome::Scored(judgement) = &report.outcome else {
            panic!("not scored: {report:?}");
        };
        let text = judgement.document.text();
        let slices = judgement
            .findings
            .iter()
            .map(|f| f.span.slice(text).unwrap());
        slices.collect()
    }

    #[test]
    fn a_byte_order_mark_moves_no_span() {
        let plain = "The bus has gebracht the children to school again.";
        let marked = format!("\u{feff}{plain}");
        for text in [plain, &marked] {
            assert_eq!(phrases(&reports(vec![input(text, &[])])[0]), ["gebracht"]);
        }
    }

    #[test]
    fn a_name_that_the_sibling_spells_alike_is_left_alone() {
        let text = "The bus from Grenzstadt was late again on Monday.";
        let report = &reports(vec![input(text, &[])])[0];
        assert_eq!(phrases(report), ["Grenzstadt"], "{report:?}");
        let sibling = "Commuters in Grenzstadt complained about buses.";
        assert!(phrases(&reports(vec![input(text, &[sibling])])[0]).is_empty());
    }

    #[test]
    fn every_input_has_its_report_in_its_place() {
        let broken = Input {
            document: Document::from_bytes("b", vec![0xff, 0xfe, 0x00]),
            ..input("", &[])
        };
        let inputs = vec![
            input("Rain fell on the town all day long.", &[]),
            broken,
            input("  \n", &[]),
            input("It stopped at night.", &[]),
        ];
        let reports = reports(inputs);
        assert_eq!(reports.len(), 4);
        assert!(matches!(reports[0].outcome, Outcome::Scored(_)));
        assert!(matches!(reports[1].outcome, Outcome::Failed(_)));
        assert!(matches!(
            reports[2].outcome,
            Outcome::Abstained {
                reason: AbstainReason::Empty,
                ..
            }
        ));
        assert!(matches!(reports[3].outcome, Outcome::Scored(_)));
    }
}
