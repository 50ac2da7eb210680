//! What the subcommands that judge documents have in common: the flags, the
//! model, the gates.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use schemars::JsonSchema;
use serde::Deserialize;

use mtlint::batch::Summary;
use mtlint::detect::calibrated::Calibrated;
use mtlint::finding::Severity;
use mtlint::lm::{Precision, SentenceVectors};
use mtlint::pipeline::{Linter, OperatingPoint, Options};

use super::given::Given;
use super::load::{Loaded, load_model, minilm};
use super::log::LogFormat;
use super::output::Streams;

/// Flags about the model and the judgement.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Judging")]
pub struct CommonArgs {
    /// First, since what follows takes its values away.
    #[command(flatten)]
    pub given: Given,

    /// The language model: a name from 'mtlint models list', a GGUF file, or, where mtlint was built
    /// with the feature rust-bert, 'rust-bert:' before a folder of Hugging Face's layout or a name
    #[arg(long, value_name = "NAME|PATH", default_value = "smollm2-135m")]
    pub model: String,

    /// The numbers the model computes with: 'int8' is several times as fast and differs from 'f32'
    /// by about a tenth of a bit a word
    #[arg(long, value_enum, default_value_t = PrecisionName::Int8)]
    pub precision: PrecisionName,

    /// Where a rust-bert model computes
    #[arg(long, value_enum, default_value_t = DeviceName::Cpu)]
    pub device: DeviceName,

    /// What judges the words: 'auto' is the detector that was trained on the model's states where
    /// there is one, 'surprisal' the one that serves every model
    #[arg(long, value_enum, default_value_t = DetectorName::Auto)]
    pub detector: DetectorName,

    /// The detector's calibration for the model, made by 'mtlint calibrate': another file than the
    /// one beside the model, or 'none' to judge without
    #[arg(long, value_name = "FILE|none")]
    pub calibration: Option<PathBuf>,

    /// How sentences of a sibling that tell the same are found: 'words' by the words, names and
    /// numbers they share, 'minilm' by vectors of the model all-minilm-l6-v2 (where mtlint was built
    /// with the feature rust-bert)
    #[arg(long, value_enum, default_value_t = AlignerName::Words)]
    pub aligner: AlignerName,

    /// How much to flag: 'precise' for people, 'balanced' where it agrees best with labelled
    /// data, 'thorough' to miss little
    #[arg(long, value_enum, default_value_t = Sensitivity::Precise)]
    pub sensitivity: Sensitivity,

    /// Flag words that are garbled with at least this probability, 0 to 1, whatever the
    /// sensitivity
    #[arg(long, value_name = "P", value_parser = probability, conflicts_with = "sensitivity")]
    pub threshold: Option<f32>,

    /// Take documents to be in this language (ISO 639-3, such as eng) instead of guessing
    #[arg(long, value_name = "CODE", value_parser = language)]
    pub language: Option<String>,

    /// Never touch the network; say what is missing instead
    #[arg(long)]
    pub offline: bool,

    /// Threads to work with; all cores if not given
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<usize>,

    /// Refuse documents larger than this, such as 500kB or 16MiB
    #[arg(long, value_name = "N", default_value = "8MiB", value_parser = bytes)]
    pub max_bytes: u64,

    /// No progress and no notes on standard error, only errors
    #[arg(long, short)]
    pub quiet: bool,

    /// How notes, progress and errors are written to standard error; 'json' is one object a line,
    /// with "time", "level", "message" and the numbers of the progress
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Colour the text; 'auto' asks the terminal and obeys NO_COLOR
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub color: Colour,
}

/// How much to flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Sensitivity {
    Precise,
    Balanced,
    Thorough,
}

/// The numbers a language model computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PrecisionName {
    Int8,
    F32,
}

/// Where a language model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceName {
    Cpu,
    Cuda,
}

/// What judges words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DetectorName {
    Auto,
    Surprisal,
}

/// What aligns sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AlignerName {
    Words,
    Minilm,
}

impl From<PrecisionName> for Precision {
    fn from(name: PrecisionName) -> Self {
        match name {
            PrecisionName::Int8 => Self::Int8,
            PrecisionName::F32 => Self::F32,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    /// Whether text may be coloured.
    pub fn wanted(self, streams: &Streams<'_>) -> bool {
        match self {
            Self::Auto => streams.terminal.colour,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

impl CommonArgs {
    /// The model loaded, and what judges documents with it.
    pub fn linter(&self, streams: &mut Streams<'_>) -> anyhow::Result<Linter> {
        self.start_threads()?;
        // What cannot be had is said before the language model is loaded.
        let aligner = self.aligner()?;
        self.analyzer_of(&load_model(self)?, aligner, streams)
    }

    /// The model loaded and what judges with it, as it is built in, and where the
    /// model's calibration is or would be.
    pub fn uncalibrated(&self) -> anyhow::Result<(Linter, Option<PathBuf>)> {
        self.start_threads()?;
        let aligner = self.aligner()?;
        let loaded = load_model(self)?;
        Ok((self.built_in(&loaded, aligner)?, loaded.calibration))
    }

    /// Starts as many threads as are wanted, once.
    pub fn start_threads(&self) -> anyhow::Result<()> {
        if let Some(threads) = self.threads {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build_global()
                .with_context(|| format!("cannot start {threads} threads"))?;
        }
        Ok(())
    }

    /// What makes sentence vectors, if that is wanted.
    pub fn aligner(&self) -> anyhow::Result<Option<Arc<dyn SentenceVectors>>> {
        match self.aligner {
            AlignerName::Words => Ok(None),
            AlignerName::Minilm => Ok(Some(minilm(self)?)),
        }
    }

    /// What judges documents with a model, calibrated if there is a calibration.
    pub fn analyzer_of(
        &self,
        loaded: &Loaded,
        aligner: Option<Arc<dyn SentenceVectors>>,
        streams: &mut Streams<'_>,
    ) -> anyhow::Result<Linter> {
        let linter = self.built_in(loaded, aligner)?;
        let named = self.calibration.as_deref();
        let path = match named {
            Some(path) if path == Path::new(NO_CALIBRATION) => return Ok(linter),
            Some(path) => path,
            None => match &loaded.calibration {
                Some(path) => path,
                None => return Ok(linter),
            },
        };
        let surprisal = self.detector == DetectorName::Surprisal || !linter.sees_states();
        if named.is_none() && !surprisal {
            // A detector that was trained with the model needs none.
            return Ok(linter);
        }
        let Some(found) = Calibrated::read(path)? else {
            if named.is_some() {
                bail!(
                    "there is no calibration {}; 'mtlint calibrate' makes one",
                    path.display()
                );
            }
            return Ok(linter);
        };
        let (model, detector) = (linter.model(), linter.detector());
        let other = if found.detector != detector {
            format!(
                "it is for the detector {}, and {detector} judges",
                found.detector
            )
        } else if found.model_sha256 != model.sha256 {
            format!("it is for another model file, {}", found.model)
        } else {
            return Ok(linter.calibrated(&found));
        };
        let other = format!("the calibration {} is not used: {other}", path.display());
        if named.is_some() {
            bail!(other);
        }
        if !self.quiet {
            streams.note(&other);
        }
        Ok(linter)
    }

    fn built_in(
        &self,
        loaded: &Loaded,
        aligner: Option<Arc<dyn SentenceVectors>>,
    ) -> anyhow::Result<Linter> {
        let options = Options {
            operating_point: self.operating_point(),
            language: self.language.clone(),
        };
        let mut linter = Linter::new(Arc::clone(&loaded.lm), options)?;
        if self.detector == DetectorName::Surprisal {
            linter = linter.by_surprisal()?;
        }
        if let Some(aligner) = aligner {
            linter = linter.aligning_by(aligner);
        }
        Ok(linter)
    }

    /// How sure a finding has to be.
    pub fn operating_point(&self) -> OperatingPoint {
        match (self.threshold, self.sensitivity) {
            (Some(probability), _) => OperatingPoint::Threshold(probability),
            (None, Sensitivity::Precise) => OperatingPoint::Precise,
            (None, Sensitivity::Balanced) => OperatingPoint::Balanced,
            (None, Sensitivity::Thorough) => OperatingPoint::Thorough,
        }
    }

    /// Whether text may be coloured.
    pub fn colour(&self, streams: &Streams<'_>) -> bool {
        self.color.wanted(streams)
    }
}

/// What `--calibration` is called to use none.
pub const NO_CALIBRATION: &str = "none";

/// When to fail although the job was done.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Gates")]
pub struct GateArgs {
    /// Exit with status 1 if a finding is at least this severe
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Level>,

    /// Exit with status 1 if a document's quality, 0 to 100, is lower
    #[arg(long, value_name = "QUALITY", value_parser = quality)]
    pub fail_under: Option<f32>,
}

/// A severity, as an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Minor,
    Major,
    Critical,
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Minor => Self::Minor,
            Level::Major => Self::Major,
            Level::Critical => Self::Critical,
        }
    }
}

impl GateArgs {
    /// Whether a gate was given and this report meets it. What was not judged
    /// meets none.
    pub fn met_by(&self, summary: &Summary) -> bool {
        let severe = self
            .fail_on
            .is_some_and(|level| summary.worst >= Some(Severity::from(level)));
        let poor = self
            .fail_under
            .zip(summary.quality)
            .is_some_and(|(least, quality)| quality < least);
        severe || poor
    }
}

fn number_between(value: &str, low: f32, high: f32) -> Result<f32, String> {
    value
        .parse()
        .ok()
        .filter(|number| (low..=high).contains(number))
        .ok_or_else(|| format!("a number from {low} to {high} is expected"))
}

/// A number that lies within bounds.
pub fn within(number: f32, low: f32, high: f32) -> Result<f32, String> {
    let checked = number_between(&number.to_string(), low, high);
    checked.map_err(|expected| format!("{expected}, got {number}"))
}

fn probability(value: &str) -> Result<f32, String> {
    number_between(value, 0.0, 1.0)
}

fn quality(value: &str) -> Result<f32, String> {
    number_between(value, 0.0, 100.0)
}

fn threads(value: &str) -> Result<usize, String> {
    // More threads than this is a slip of the finger.
    const MOST: usize = 1024;
    value
        .parse()
        .ok()
        .filter(|threads| (1..=MOST).contains(threads))
        .ok_or_else(|| format!("a whole number from 1 to {MOST} is expected"))
}

/// A code of ISO 639-3.
pub fn language(value: &str) -> Result<String, String> {
    whatlang::Lang::from_code(value)
        .map(|language| language.code().to_owned())
        .ok_or_else(|| {
            "a three-letter code of ISO 639-3 is expected, such as eng for English".to_owned()
        })
}

/// A number of bytes: `1000`, `500kB` (thousands), `8MiB` or `8M` (powers of
/// 1024).
pub fn bytes(value: &str) -> Result<u64, String> {
    let digits = value
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(value.len());
    let (number, unit) = value.split_at(digits);
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err("the units are B, kB, MB, GB, KiB, MiB and GiB".to_owned()),
    };
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|&bytes| bytes > 0)
        .ok_or_else(|| "a number of bytes is expected, such as 500kB or 16MiB".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        assert_eq!(bytes("8MiB"), Ok(8 << 20));
        assert_eq!(bytes("8m"), Ok(8 << 20));
        assert_eq!(bytes("500kB"), Ok(500_000));
        assert_eq!(bytes("1 GiB"), Ok(1 << 30));
        assert_eq!(bytes("12"), Ok(12));
        for wrong in [
            "",
            "MiB",
            "0",
            "-1",
            "1.5MiB",
            "8 parsecs",
            "99999999999GiB",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn languages_are_known_by_their_code() {
        assert_eq!(language("eng").as_deref(), Ok("eng"));
        assert!(language("en").is_err());
        assert!(probability("1.01").is_err() && probability("NaN").is_err());
    }
}
