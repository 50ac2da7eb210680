//! The word model: from what the reading says of a text to a calibrated
//! probability for every word, and the text's post-edit rate.
//!
//! In: features and states, sentence by sentence. Out: for each word the
//! probability that a post-editor would change it. Several [`Head`]s, trained
//! alike from different seeds, are averaged, then calibrated. The weights are
//! ours, made by `training/train`, and part of the binary.

use std::ops::Range;

use rayon::prelude::*;

use super::calibration::ModelCalibration;
use super::features::{WIDTH, columns};
use super::head::{Head, HeadInput, HeadOutput};
use super::kinds::{self, ErrorKinds};
use super::phrases::PhraseModel;
use super::scaling::{PlattScaling, RateModel, Standardization, Surprise};
use super::thresholds::{ThresholdShift, Thresholds};
use crate::lm::{ModelId, Precision};
use crate::network::{Tensors, WeightsError};

/// Weights for the default model, trained on its states.
const TRAINED: &[u8] = include_bytes!("../../models/en-2.safetensors");
/// Weights for any model: they see no states.
const SURPRISAL: &[u8] = include_bytes!("../../models/surprisal-1.safetensors");

/// The note of a file of weights that names the columns of a row, in order.
const COLUMNS: &str = "columns";
/// The note that names the kinds of errors that the networks tell apart; only files with it
/// know kinds, and how words make phrases.
const KINDS: &str = "kinds";

/// What the name of a detector ends with once it is calibrated for one language model.
const SUFFIX: &str = "+calibrated";

/// A trained word model with its calibration.
pub struct WordModel {
    name: String,
    layers: Vec<usize>,
    features: Standardization,
    states: Standardization,
    heads: Vec<Head>,
    calibration: PlattScaling,
    thresholds: Thresholds,
    threshold_shift: ThresholdShift,
    /// How surprise counts in the rate of a sentence; `None` if only the networks tell it.
    surprise: Option<Surprise>,
    rate: RateModel,
    phrases: Option<PhraseModel>,
}

/// The output of the networks for a text, before it is calibrated.
#[derive(Default)]
pub struct RawPrediction {
    /// The logit of each word.
    pub logits: Vec<f32>,
    /// The share of the words of each sentence that a post-editor would change, 0 to 1, not
    /// yet calibrated.
    pub rates: Vec<f32>,
    /// What kind of error each word is, if it is one; empty if the networks do not tell.
    pub kinds: Vec<ErrorKinds>,
}

impl RawPrediction {
    /// Gives each sentence what was predicted where it stands for the first time.
    fn repeat(&mut self, sentences: &[Range<usize>], first_occurrences: &[usize]) {
        for (index, &first) in first_occurrences
            .iter()
            .enumerate()
            .filter(|(at, first)| at > *first)
        {
            let words = sentences[first].clone();
            let start = sentences[index].start;
            if !self.kinds.is_empty() {
                self.kinds.copy_within(words.clone(), start);
            }
            self.logits.copy_within(words, start);
            self.rates[index] = self.rates[first];
        }
    }

    /// Adds the output for the sentences that follow.
    pub(super) fn append(&mut self, next: Self) {
        self.logits.extend(next.logits);
        self.rates.extend(next.rates);
        self.kinds.extend(next.kinds);
    }

    /// The mean logit of the words of the text; 0 for a text without words.
    pub fn level(&self) -> f32 {
        self.logits.iter().sum::<f32>() / self.logits.len().max(1) as f32
    }
}

/// The calibrated output of a word model for a text.
pub struct Prediction {
    /// The calibrated probability of each word that a post-editor would change it.
    pub p_garbled: Vec<f32>,
    /// The share of the words of each sentence that a post-editor would change,
    /// 0 to 1, not yet calibrated.
    pub rates: Vec<f32>,
    /// What kind of error each word is, if it is one; empty if the networks do not tell.
    pub kinds: Vec<ErrorKinds>,
}

impl WordModel {
    /// The word model for a language model: the one that was trained on the states of that
    /// model, or [`Self::surprisal`] for any other.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn of(lm: &ModelId) -> Result<Self, WeightsError> {
        let trained = Tensors::new(TRAINED)?;
        if trained.note("model_sha256")? == lm.sha256 {
            Self::from_tensors(&trained, lm.precision)
        } else {
            Self::surprisal()
        }
    }

    /// The word model that sees no states and so serves any language model.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn surprisal() -> Result<Self, WeightsError> {
        Self::from_tensors(&Tensors::new(SURPRISAL)?, Precision::F32)
    }

    /// This model with the calibration that was fitted for one language model. Its name
    /// ends with `+calibrated`.
    #[must_use]
    pub fn with(mut self, fitted: &ModelCalibration) -> Self {
        self.name = format!("{}{SUFFIX}", fitted.detector);
        self.features.mean.clone_from(&fitted.feature_mean);
        self.features
            .deviation
            .clone_from(&fitted.feature_deviation);
        self.calibration = fitted.calibration;
        self.thresholds = fitted.thresholds;
        self.threshold_shift = ThresholdShift::default();
        self.rate = fitted.post_edit_rate;
        self
    }

    /// This model, expecting features with the means `mean` and the standard deviations
    /// `deviation`.
    #[must_use]
    pub fn scaled(mut self, mean: &[f32; WIDTH], deviation: &[f32; WIDTH]) -> Self {
        self.features.mean = mean.to_vec();
        self.features.deviation = deviation.to_vec();
        self
    }

    /// The mean and the standard deviation of each feature that the networks expect.
    pub fn scale(&self) -> (&[f32], &[f32]) {
        (&self.features.mean, &self.features.deviation)
    }

    fn from_tensors(tensors: &Tensors<'_>, precision: Precision) -> Result<Self, WeightsError> {
        let numbers = |name: &str| -> Result<Vec<usize>, WeightsError> {
            let note = tensors.note(name)?;
            let numbers = note.split_whitespace().map(str::parse);
            numbers
                .collect::<Result<_, _>>()
                .map_err(|_| WeightsError(format!("the note {name} holds {note:?}")))
        };
        let (layers, count) = (numbers("layers")?, numbers("heads")?);
        tensors.check_columns(COLUMNS, &columns())?;
        let features = Standardization::new(tensors, "feature")?;
        if features.mean.len() != WIDTH {
            let got = features.mean.len();
            let problem = format!("it takes {got} features, there are {WIDTH}");
            return Err(WeightsError(problem));
        }
        let states = Standardization::new(tensors, "state")?;
        let names = tensors.note(KINDS).ok();
        names.map_or(Ok(()), kinds::check)?;
        let has_kinds = names.is_some();
        let heads = 0..count.first().copied().unwrap_or(1);
        let head = |index| {
            let prefix = format!("{index}.");
            let widths = (WIDTH, states.mean.len());
            Head::new(tensors, &prefix, widths, has_kinds, precision)
        };
        let heads = heads.map(head).collect::<Result<_, _>>()?;
        let [slope, level, shift] = tensors.array("calibration")?;
        let [precise, balanced, thorough] = tensors.array("thresholds")?;
        let [shift_slope, from] = tensors.array("rise")?;
        let [base, gain, lasting, falling] = tensors.array("post_edit_rate")?;
        Ok(Self {
            name: tensors.note("detector")?.to_owned(),
            layers,
            features,
            states,
            heads,
            calibration: PlattScaling {
                slope,
                level,
                shift,
            },
            thresholds: Thresholds {
                precise,
                balanced,
                thorough,
            },
            threshold_shift: ThresholdShift {
                slope: shift_slope,
                from,
            },
            surprise: has_kinds.then(|| Surprise::new(tensors)).transpose()?,
            rate: RateModel {
                base,
                gain,
                lasting,
                falling,
            },
            phrases: has_kinds.then(|| PhraseModel::new(tensors)).transpose()?,
        })
    }

    /// The name of the detector, for reports: `en-2`, `surprisal-1`, or with `+calibrated`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The layers of the language model whose states the networks see; none if they see
    /// features only.
    pub fn layers(&self) -> &[usize] {
        &self.layers
    }

    /// The probabilities from which a word is flagged, found on tuning data.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// How far the thresholds are shifted with the share of a text that is garbled.
    pub fn threshold_shift(&self) -> ThresholdShift {
        self.threshold_shift
    }

    /// The calibration that turns the networks' logits into probabilities.
    pub fn calibration(&self) -> PlattScaling {
        self.calibration
    }

    /// The line that turns the share of words that the networks would change into the
    /// post-edit rate.
    pub fn rate_model(&self) -> RateModel {
        self.rate
    }

    /// How suspect words make phrases; `None` for a model whose words are flagged one by one.
    pub fn phrase_model(&self) -> Option<PhraseModel> {
        self.phrases
    }

    /// Computes for each word of a text the probability that it is garbled. `features` holds
    /// a row for each word and `states` one with the states of [`Self::layers`] side by
    /// side; `sentences` are ranges of words. `first_occurrences` holds for each sentence
    /// the index of the first one with the same words, whose numbers it gets: a model that
    /// has just read a sentence is not surprised by it in the way that the networks know.
    pub fn predict(
        &self,
        features: &[[f32; WIDTH]],
        states: Vec<f32>,
        sentences: &[Range<usize>],
        first_occurrences: &[usize],
    ) -> Prediction {
        let raw = self.surprised(features, states, sentences);
        self.calibrated(raw, sentences, first_occurrences)
    }

    /// The output of the networks for some sentences, with the surprise of each sentence in its
    /// rate; the arguments are those of [`Self::predict`].
    pub(super) fn surprised(
        &self,
        features: &[[f32; WIDTH]],
        states: Vec<f32>,
        sentences: &[Range<usize>],
    ) -> RawPrediction {
        let mut raw = self.raw(features, states, sentences);
        if let Some(surprise) = self.surprise {
            for (rate, words) in raw.rates.iter_mut().zip(sentences) {
                *rate = surprise.shifted(*rate, &features[words.clone()]);
            }
        }
        raw
    }

    /// The prediction for a whole text from the output of the networks for all its sentences; see
    /// [`Self::predict`].
    pub(super) fn calibrated(
        &self,
        mut raw: RawPrediction,
        sentences: &[Range<usize>],
        first_occurrences: &[usize],
    ) -> Prediction {
        raw.repeat(sentences, first_occurrences);
        let level = raw.level();
        let calibrated = |logit: &f32| self.calibration.probability(*logit, level);
        Prediction {
            p_garbled: raw.logits.iter().map(calibrated).collect(),
            rates: raw.rates,
            kinds: raw.kinds,
        }
    }

    /// Computes the averaged output of the networks, which [`Self::predict`] calibrates; its
    /// arguments are those of that function.
    pub fn raw(
        &self,
        features: &[[f32; WIDTH]],
        mut states: Vec<f32>,
        sentences: &[Range<usize>],
    ) -> RawPrediction {
        let mut features = features.concat();
        self.features.apply(&mut features);
        self.states.apply(&mut states);
        let rows = HeadInput {
            features: &features,
            states: &states,
            sentences,
        };
        let heads = self.heads.par_iter();
        let outputs: Vec<HeadOutput> = heads.map(|head| head.predict(rows)).collect();
        let mean = |of: &dyn Fn(&HeadOutput) -> f32| {
            outputs.iter().map(of).sum::<f32>() / outputs.len() as f32
        };
        let words = features.len() / WIDTH;
        RawPrediction {
            logits: (0..words)
                .map(|word| mean(&|output| output.logits[word]))
                .collect(),
            rates: (0..sentences.len())
                .map(|index| mean(&|output| output.rates[index]))
                .collect(),
            kinds: (0..if self.phrases.is_some() { words } else { 0 })
                .map(|word| {
                    let at = word * kinds::OUTPUTS;
                    let logits = std::array::from_fn(|kind| mean(&|out| out.kinds[at + kind]));
                    ErrorKinds::of(&logits)
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::features::column;

    #[test]
    fn the_embedded_weights_load_and_their_thresholds_are_ordered() {
        for bytes in [TRAINED, SURPRISAL] {
            let model =
                WordModel::from_tensors(&Tensors::new(bytes).unwrap(), Precision::Int8).unwrap();
            let t = model.thresholds();
            assert!(t.thorough < t.balanced && t.balanced < t.precise, "{t:?}");
        }
    }

    #[test]
    fn only_the_model_it_was_trained_on_gets_the_trained_head() {
        let id = |sha256: &str| ModelId {
            name: "smollm2-135m".to_owned(),
            sha256: sha256.to_owned(),
            precision: Precision::Int8,
        };
        let trained = Tensors::new(TRAINED).unwrap();
        let own = WordModel::of(&id(trained.note("model_sha256").unwrap())).unwrap();
        let other = WordModel::of(&id("00")).unwrap();
        assert_eq!((own.layers().len(), other.layers().len()), (4, 0));
        assert_ne!(own.name(), other.name());
    }

    #[test]
    fn a_surprising_word_is_more_suspect_than_an_expected_one() {
        let model = WordModel::surprisal().unwrap();
        // The mean word, five times; then its third one costs far more.
        let mean: [f32; WIDTH] = model.features.mean.clone().try_into().unwrap();
        let predict = |rows: &[[f32; WIDTH]]| {
            model.predict(rows, Vec::new(), std::slice::from_ref(&(0..5)), &[0])
        };
        let plain = predict(&[mean; 5]);
        let mut rows = [mean; 5];
        let costs = [
            "surprisal",
            "first_surprisal",
            "max_surprisal",
            "excess",
            "max_excess",
        ];
        for name in costs {
            rows[2][column(name).unwrap()] += 2.0;
        }
        let garbled = predict(&rows);
        let (before, after) = (plain.p_garbled[2], garbled.p_garbled[2]);
        assert!(after > before + 0.1, "{before} {after}");
        assert!(garbled.rates[0] > plain.rates[0]);
        assert!(plain.p_garbled.iter().all(|p| (0.0..=1.0).contains(p)));
    }

    #[test]
    fn a_sentence_that_comes_again_is_judged_as_it_was() {
        let model = WordModel::surprisal().unwrap();
        let mean: [f32; WIDTH] = model.features.mean.clone().try_into().unwrap();
        let mut rows = [mean; 9];
        for row in &mut rows[6..] {
            row[column("surprisal").unwrap()] -= 1.0;
        }
        let predict = |first_occurrences: &[usize]| {
            model.predict(&rows, Vec::new(), &[0..3, 3..6, 6..9], first_occurrences)
        };
        let (apart, again) = (predict(&[0, 1, 2]), predict(&[0, 1, 1]));
        assert_ne!(apart.p_garbled[6..], apart.p_garbled[3..6]);
        assert_eq!(again.p_garbled[6..], again.p_garbled[3..6]);
        assert_eq!(again.rates[2].to_bits(), again.rates[1].to_bits());
    }

    #[test]
    fn sentences_are_judged_apart_but_for_the_level_of_the_text() {
        let model = WordModel::surprisal().unwrap();
        let mean: [f32; WIDTH] = model.features.mean.clone().try_into().unwrap();
        let one = model.predict(&[mean; 3], Vec::new(), std::slice::from_ref(&(0..3)), &[0]);
        let two = model.predict(&[mean; 6], Vec::new(), &[0..3, 3..6], &[0, 1]);
        for (a, b) in one.p_garbled.iter().cycle().zip(&two.p_garbled) {
            assert!((a - b).abs() < 1e-4, "{a} {b}");
        }
        assert!((one.rates[0] - two.rates[1]).abs() < 1e-4);
    }

    #[test]
    fn a_text_without_words_has_nothing_garbled() {
        let prediction = WordModel::surprisal()
            .unwrap()
            .predict(&[], Vec::new(), &[], &[]);
        assert!(prediction.p_garbled.is_empty() && prediction.rates.is_empty());
    }

    #[test]
    fn the_interval_narrows_with_length() {
        let rate = WordModel::surprisal().unwrap().rate_model();
        assert!(rate.rate(0.3, 1000).1 < rate.rate(0.3, 20).1);
        assert_eq!(rate.rate(0.3, 1000).0, rate.rate(0.3, 20).0);
    }

    #[test]
    fn weights_of_other_columns_are_an_error_that_names_the_first_one() {
        let at = SURPRISAL
            .windows(8)
            .position(|name| name == b"max_rank")
            .unwrap();
        let mut other = SURPRISAL.to_vec();
        other[at..at + 8].copy_from_slice(b"min_rank");
        let other = Tensors::new(&other).unwrap();
        let problem = WordModel::from_tensors(&other, Precision::F32)
            .err()
            .unwrap();
        let problem = problem.to_string();
        assert!(
            problem.contains("\"min_rank\" in the file and \"max_rank\""),
            "{problem}"
        );
    }

    #[test]
    fn damaged_weights_are_an_error() {
        assert!(Tensors::new(&SURPRISAL[..SURPRISAL.len() / 2]).is_err());
    }
}
