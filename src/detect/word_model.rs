//! The word model: from rows of features to a calibrated probability a word.
//!
//! In: features, sentence by sentence. Out: for each word the probability that
//! a post-editor would change it. A small bidirectional GRU (Cho et al. 2014)
//! over the words of a sentence, then one linear layer over its states and the
//! features themselves, then Platt scaling. The weights are ours, made by
//! `training/train`, and part of the binary.

use safetensors::SafeTensors;

use super::features::WIDTH;

/// Weights of the detector for models without a trained head of their own.
const SURPRISAL: &[u8] = include_bytes!("../../models/surprisal-1.safetensors");

/// A trained word model with its calibration.
pub struct WordModel {
    mean: Vec<f32>,
    deviation: Vec<f32>,
    forward: Gru,
    backward: Gru,
    out: Vec<f32>,
    bias: f32,
    /// Slope and shift of the logit.
    calibration: [f32; 2],
    thresholds: Thresholds,
    rate: RateModel,
}

/// Smallest probabilities that count as garbled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// For people: few false alarms.
    pub precise: f32,
    /// Where the agreement with labelled data (MCC) is best.
    pub balanced: f32,
    /// Where few errors are missed (F2).
    pub thorough: f32,
}

/// From the mean probability of a document's words to its post-edit rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RateModel {
    base: f32,
    gain: f32,
    /// Variance about the line that no length of text takes away.
    lasting: f32,
    /// Variance times the number of words.
    falling: f32,
}

impl RateModel {
    /// Expected post-edit rate, 0 to 1, and the half width of its 95 %
    /// interval, for a text whose `words` words have this mean probability.
    pub fn rate(&self, mean_probability: f32, words: usize) -> (f32, f32) {
        let rate = (self.base + self.gain * mean_probability).clamp(0.0, 1.0);
        let variance = self.lasting + self.falling / words.max(1) as f32;
        (rate, 1.96 * variance.sqrt())
    }
}

/// Why embedded or given weights cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the detector's weights are unusable: {0}")]
pub struct WeightsError(String);

struct Gru {
    hidden: usize,
    input_weights: Vec<f32>,
    input_bias: Vec<f32>,
    state_weights: Vec<f32>,
    state_bias: Vec<f32>,
}

impl WordModel {
    /// The detector that judges surprisals, whichever model they come from.
    ///
    /// # Errors
    /// When the embedded weights are damaged.
    pub fn surprisal() -> Result<Self, WeightsError> {
        Self::from_safetensors(SURPRISAL)
    }

    fn from_safetensors(bytes: &[u8]) -> Result<Self, WeightsError> {
        let file = SafeTensors::deserialize(bytes).map_err(|e| WeightsError(e.to_string()))?;
        let tensor = |name: &str| -> Result<Vec<f32>, WeightsError> {
            let view = file
                .tensor(name)
                .map_err(|error| WeightsError(format!("{name}: {error}")))?;
            let numbers = view.data().chunks_exact(4);
            Ok(numbers
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect())
        };
        let sized = |name: &str, size: usize| {
            let numbers = tensor(name)?;
            if numbers.len() != size {
                let got = numbers.len();
                return Err(WeightsError(format!("{name} holds {got}, expected {size}")));
            }
            Ok(numbers)
        };
        let gru = |suffix: &str| -> Result<Gru, WeightsError> {
            let input_bias = tensor(&format!("gru.bias_ih_l0{suffix}"))?;
            let hidden = input_bias.len() / 3;
            Ok(Gru {
                hidden,
                input_weights: sized(&format!("gru.weight_ih_l0{suffix}"), 3 * hidden * WIDTH)?,
                state_weights: sized(&format!("gru.weight_hh_l0{suffix}"), 3 * hidden * hidden)?,
                state_bias: sized(&format!("gru.bias_hh_l0{suffix}"), 3 * hidden)?,
                input_bias,
            })
        };
        let (forward, backward) = (gru("")?, gru("_reverse")?);
        let states = forward.hidden + backward.hidden;
        let calibration = sized("calibration", 2)?;
        let thresholds = sized("thresholds", 3)?;
        let rate = sized("post_edit_rate", 4)?;
        Ok(Self {
            mean: sized("mean", WIDTH)?,
            deviation: sized("deviation", WIDTH)?,
            out: sized("out.weight", states + WIDTH)?,
            bias: sized("out.bias", 1)?[0],
            forward,
            backward,
            calibration: [calibration[0], calibration[1]],
            thresholds: Thresholds {
                precise: thresholds[0],
                balanced: thresholds[1],
                thorough: thresholds[2],
            },
            rate: RateModel {
                base: rate[0],
                gain: rate[1],
                lasting: rate[2],
                falling: rate[3],
            },
        })
    }

    /// The operating points found on tuning data.
    pub fn thresholds(&self) -> Thresholds {
        self.thresholds
    }

    /// The document-level model.
    pub fn rate_model(&self) -> RateModel {
        self.rate
    }

    /// Probabilities for the words of one sentence, 0 to 1.
    pub fn probabilities(&self, rows: &[[f32; WIDTH]]) -> Vec<f32> {
        let rows: Vec<Vec<f32>> = rows
            .iter()
            .map(|row| {
                let scales = self.mean.iter().zip(&self.deviation);
                row.iter()
                    .zip(scales)
                    .map(|(x, (m, d))| (x - m) / d)
                    .collect()
            })
            .collect();
        let ahead = self.forward.run(rows.iter());
        let mut behind = self.backward.run(rows.iter().rev());
        behind.reverse();
        rows.iter()
            .zip(ahead.iter().zip(&behind))
            .map(|(row, (ahead, behind))| {
                let inputs = ahead.iter().chain(behind).chain(row);
                let logit = self.bias + dot(&self.out, inputs);
                sigmoid(self.calibration[0] * logit + self.calibration[1])
            })
            .collect()
    }
}

impl Gru {
    /// The state after each row.
    fn run<'a>(&self, rows: impl Iterator<Item = &'a Vec<f32>>) -> Vec<Vec<f32>> {
        let hidden = self.hidden;
        let mut state = vec![0.0; hidden];
        rows.map(|row| {
            let input = |unit: usize| {
                self.input_bias[unit] + dot(&self.input_weights[unit * WIDTH..], row.iter())
            };
            let recurrent = |unit: usize| {
                self.state_bias[unit] + dot(&self.state_weights[unit * hidden..], state.iter())
            };
            state = (0..hidden)
                .map(|unit| {
                    let (update_unit, new_unit) = (hidden + unit, 2 * hidden + unit);
                    let reset = sigmoid(input(unit) + recurrent(unit));
                    let update = sigmoid(input(update_unit) + recurrent(update_unit));
                    let new = (input(new_unit) + reset * recurrent(new_unit)).tanh();
                    (1.0 - update) * new + update * state[unit]
                })
                .collect();
            state.clone()
        })
        .collect()
    }
}

fn dot<'a>(weights: &[f32], inputs: impl Iterator<Item = &'a f32>) -> f32 {
    weights.iter().zip(inputs).map(|(w, x)| w * x).sum()
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_weights_load_and_their_thresholds_are_ordered() {
        let model = WordModel::surprisal().unwrap();
        let t = model.thresholds();
        assert!(t.thorough < t.balanced && t.balanced < t.precise);
    }

    #[test]
    fn a_surprising_word_is_more_suspect_than_an_expected_one() {
        let model = WordModel::surprisal().unwrap();
        // The mean word, five times; then its third one costs far more.
        let mean: [f32; WIDTH] = model.mean.clone().try_into().unwrap();
        let plain = model.probabilities(&[mean; 5]);
        let mut rows = [mean; 5];
        for column in [0, 1, 2, 6, 7] {
            rows[2][column] += 2.0;
        }
        let garbled = model.probabilities(&rows);
        assert!(garbled[2] > plain[2] + 0.1, "{} {}", garbled[2], plain[2]);
        assert!(plain.iter().all(|p| (0.0..=1.0).contains(p)));
    }

    #[test]
    fn the_interval_narrows_with_length() {
        let rate = WordModel::surprisal().unwrap().rate_model();
        assert!(rate.rate(0.3, 1000).1 < rate.rate(0.3, 20).1);
        assert_eq!(rate.rate(0.3, 1000).0, rate.rate(0.3, 20).0);
    }

    #[test]
    fn damaged_weights_are_an_error() {
        assert!(WordModel::from_safetensors(&SURPRISAL[..SURPRISAL.len() / 2]).is_err());
    }
}
