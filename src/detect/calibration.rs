//! The detector's calibration for one language model, as a file next to that model.
//!
//! In: a path, or what was fitted. Out: a [`ModelCalibration`], checked, or the file in its
//! place, whole or not at all. It fits nothing (the crate `mtlint-eval` does) and
//! does not decide whether the calibration is used.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::features::WIDTH;
use super::scaling::{PlattScaling, RateModel};
use super::thresholds::Thresholds;
use crate::checksum;

/// The name and version of the layout of a calibration file.
pub const SCHEMA: &str = "mtlint.calibration/1";

/// The name of the file in a folder that is a model.
const IN_FOLDER: &str = "mtlint.calibration.json";

/// A file has some 2 kB; what is much longer is none.
const MAX_BYTES: u64 = 1 << 16;

/// What `mtlint calibrate` fitted for one language model: the contents of a calibration
/// file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelCalibration {
    /// The layout of the file: [`SCHEMA`].
    pub schema: String,
    /// The name of the language model, for people.
    pub model: String,
    /// The SHA-256 of the weights of the language model; the calibration holds for no other.
    pub model_sha256: String,
    /// The name of the detector that is calibrated.
    pub detector: String,
    /// How many sentences and longer texts the calibration was fitted on.
    pub texts: usize,
    /// How many words these texts have.
    pub words: usize,
    /// The mean of each feature, in the order of
    /// [`features::columns`](super::features::columns).
    pub feature_mean: Vec<f32>,
    /// The standard deviation of each feature, in the same order.
    pub feature_deviation: Vec<f32>,
    /// How logits become probabilities.
    pub calibration: PlattScaling,
    /// The probabilities from which a word is flagged.
    pub thresholds: Thresholds,
    /// How the share of words that the networks would change becomes the post-edit rate.
    pub post_edit_rate: RateModel,
}

/// Why a calibration cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// The system refused to read the file.
    #[error("cannot read the calibration {}", path.display())]
    Unreadable {
        /// The path of the file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The file is no calibration, or it is cut off.
    #[error(
        "the calibration {} is damaged ({problem})",
        path.display()
    )]
    Damaged {
        /// The path of the file.
        path: PathBuf,
        /// What is wrong with the file.
        problem: String,
    },
}

/// The path where the calibration of a model is looked for: in the folder that is the
/// model, or next to the model's file.
pub fn default_path(model: &Path) -> PathBuf {
    if model.is_dir() {
        return model.join(IN_FOLDER);
    }
    let mut name = model.file_name().unwrap_or_default().to_owned();
    name.push(".calibration.json");
    model.with_file_name(name)
}

impl ModelCalibration {
    /// Reads a calibration file; `None` where there is no file.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged.
    pub fn read(path: &Path) -> Result<Option<Self>, CalibrationError> {
        let unreadable = |source| CalibrationError::Unreadable {
            path: path.to_owned(),
            source,
        };
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
        };
        let mut text = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut text)
            .map_err(unreadable)?;
        let damaged = |problem: String| CalibrationError::Damaged {
            path: path.to_owned(),
            problem,
        };
        let found: Self =
            serde_json::from_slice(&text).map_err(|error| damaged(error.to_string()))?;
        found.check().map_err(damaged)?;
        Ok(Some(found))
    }

    fn check(&self) -> Result<(), String> {
        if self.schema != SCHEMA {
            return Err(format!("expected {SCHEMA}, got {:?}", self.schema));
        }
        for row in [&self.feature_mean, &self.feature_deviation] {
            if row.len() != WIDTH {
                return Err(format!("expected {WIDTH} features, got {}", row.len()));
            }
        }
        let PlattScaling {
            slope,
            level,
            shift,
        } = self.calibration;
        let Thresholds {
            precise,
            balanced,
            thorough,
        } = self.thresholds;
        let RateModel {
            base,
            gain,
            lasting,
            falling,
        } = self.post_edit_rate;
        let numbers = [slope, level, shift, base, gain];
        let numbers = numbers.iter().chain(&self.feature_mean);
        if !numbers.copied().all(f32::is_finite) {
            return Err("a number is not finite".to_owned());
        }
        let deviations = &self.feature_deviation;
        if !deviations.iter().all(|one| one.is_finite() && *one > 0.0) {
            return Err("a deviation is not above 0".to_owned());
        }
        let variance = |number: &f32| number.is_finite() && *number >= 0.0;
        if ![lasting, falling].iter().all(variance) {
            return Err("a variance is below 0 or without end".to_owned());
        }
        let probability = |p: &f32| (0.0..=1.0).contains(p);
        if ![precise, balanced, thorough].iter().all(probability) {
            return Err("a threshold is no probability".to_owned());
        }
        Ok(())
    }

    /// The contents of the file, JSON with a line break at the end.
    ///
    /// # Errors
    /// When a number cannot be put into JSON.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The SHA-256 of the contents of the file, in lower-case hexadecimal. Reports carry it,
    /// since another calibration makes other reports.
    pub fn sha256(&self) -> String {
        let text = self.text().unwrap_or_default();
        checksum::of_bytes(text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calibrated() -> ModelCalibration {
        ModelCalibration {
            schema: SCHEMA.to_owned(),
            model: "stub".to_owned(),
            model_sha256: "0".repeat(64),
            detector: "surprisal-1".to_owned(),
            texts: 500,
            words: 9_000,
            feature_mean: vec![0.1; WIDTH],
            feature_deviation: vec![0.7; WIDTH],
            calibration: PlattScaling {
                slope: 1.0,
                level: 0.25,
                shift: -0.5,
            },
            thresholds: Thresholds {
                precise: 0.7,
                balanced: 0.4,
                thorough: 0.2,
            },
            post_edit_rate: RateModel {
                base: 0.02,
                gain: 0.9,
                lasting: 0.01,
                falling: 0.5,
            },
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.gguf.calibration.json");
        assert_eq!(ModelCalibration::read(&path).unwrap(), None);
        let mut other = calibrated();
        other.thresholds.precise = 0.75;
        std::fs::write(&path, other.text().unwrap()).unwrap();
        assert_eq!(ModelCalibration::read(&path).unwrap(), Some(other.clone()));
        assert_ne!(other.sha256(), calibrated().sha256());
    }

    #[test]
    fn damaged_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("c.json");
        let whole = calibrated().text().unwrap();
        let problem = |text: &[u8]| {
            std::fs::write(&path, text).unwrap();
            let problem = ModelCalibration::read(&path).unwrap_err().to_string();
            assert!(problem.contains("c.json is damaged ("), "{problem}");
            problem
        };
        problem(b"");
        problem(&whole.as_bytes()[..whole.len() / 2]);
        problem(&vec![b'['; 1 << 17]);
        let changed = |from: &str, to: &str| {
            assert!(whole.contains(from), "{from}");
            problem(whole.replacen(from, to, 1).as_bytes())
        };
        assert!(changed("calibration/1", "calibration/9").contains("calibration/9"));
        assert!(changed("0.7,", "-0.7,").contains("deviation"));
        assert!(changed("    0.1,\n", "").contains("31"));
        assert!(changed("\"balanced\": 0.4", "\"balanced\": 40").contains("threshold"));
        assert!(changed("\"falling\": 0.5", "\"falling\": -1").contains("variance"));
    }
}
