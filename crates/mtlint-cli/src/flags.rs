//! The flags that several subcommands share, as they are typed.
//!
//! In: the command line. Out: values that may be missing; what stands in for them is
//! decided in [`super::config`], since a configuration file comes before a default. Help
//! texts show the defaults nevertheless: see [`with_defaults`].

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Command, ValueEnum, ValueHint};

use mtlint::Sensitivity;
use mtlint::finding::{Severity, SuggestionSource};
use mtlint::lm::Precision;

use super::log::LogFormat;
use super::output::Streams;
use super::values::{bytes, language, probability, quality, threads};

/// The arguments that something stands in for where they are not typed, and what that is.
/// Help texts, manual pages and completions show it.
const DEFAULTS: [(&str, &str); 7] = [
    ("model", DEFAULT_MODEL),
    ("precision", "int8"),
    ("device", "cpu"),
    ("detector", "auto"),
    ("aligner", "words"),
    ("sensitivity", "precise"),
    ("max_bytes", "8MiB"),
];

/// The model that judges where none is named.
pub const DEFAULT_MODEL: &str = "smollm2-135m";

/// The largest document that is read where no limit is given, in bytes.
pub const DEFAULT_MAX_BYTES: u64 = 8 << 20;

/// What `--calibration` is called to use none.
const NO_CALIBRATION: &str = "none";

/// Flags about the model and the judgement.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Judging")]
pub struct JudgingFlags {
    /// The language model: a name from 'mtlint models list', a GGUF file, or, where mtlint was built
    /// with the feature rust-bert, 'rust-bert:' before a folder of Hugging Face's layout or a name
    #[arg(long, value_name = "NAME|PATH")]
    pub model: Option<String>,

    /// The numbers the model computes with: 'int8' is several times as fast and differs from 'f32'
    /// by about a tenth of a bit a word
    #[arg(long, value_enum)]
    pub precision: Option<Precision>,

    /// Where a rust-bert model computes
    #[arg(long, value_enum)]
    pub device: Option<DeviceChoice>,

    /// What judges the words: 'auto' is the detector that was trained on the model's states where
    /// there is one, 'surprisal' the one that serves every model
    #[arg(long, value_enum)]
    pub detector: Option<DetectorChoice>,

    /// The detector's calibration for the model, made by 'mtlint calibrate': another file than the
    /// one beside the model, or 'none' to judge without
    #[arg(
        long,
        value_name = "FILE|none",
        value_parser = OsStringValueParser::new().map(CalibrationChoice::from),
        value_hint = ValueHint::AnyPath
    )]
    pub calibration: Option<CalibrationChoice>,

    /// How sentences of a sibling that tell the same are found: 'words' by the words, names and
    /// numbers they share, 'minilm' by vectors of the model all-minilm-l6-v2 (where mtlint was built
    /// with the feature rust-bert)
    #[arg(long, value_enum)]
    pub aligner: Option<AlignerChoice>,

    /// How much to flag: 'precise' for people, 'balanced' where it agrees best with labelled
    /// data, 'thorough' to miss little
    #[arg(long, value_enum)]
    pub sensitivity: Option<Sensitivity>,

    /// Flag words that are garbled with at least this probability, 0 to 1, whatever the
    /// sensitivity
    #[arg(long, value_name = "P", value_parser = probability, conflicts_with = "sensitivity")]
    pub threshold: Option<f32>,

    /// Propose no corrections of this source (may be given several times): 'sibling', 'gazetteer'
    /// (names in foreign form), 'dictionary', 'model' or 'rule'
    #[arg(long, value_name = "SOURCE", value_enum)]
    pub no_suggest: Vec<SuggestionSource>,

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
    #[arg(long, value_name = "N", value_parser = bytes)]
    pub max_bytes: Option<u64>,
}

/// When to fail although the job was done.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Gates")]
pub struct GateFlags {
    /// Exit with status 1 if a finding is at least this severe
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub fail_on: Option<Severity>,

    /// Exit with status 1 if a document's quality, 0 to 100, is lower
    #[arg(long, value_name = "QUALITY", value_parser = quality)]
    pub fail_under: Option<f32>,
}

/// Flags about standard error and colors.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Judging")]
pub struct ConsoleFlags {
    /// No progress and no notes on standard error, only errors
    #[arg(long, short)]
    pub quiet: bool,

    /// How notes, progress and errors are written to standard error; 'json' is one object a line,
    /// with "time", "level", "message" and the numbers of the progress
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,

    /// Colour the text; 'auto' asks the terminal and obeys NO_COLOR
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    pub color: ColorChoice,
}

/// Where a language model computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DeviceChoice {
    Cpu,
    Cuda,
}

/// What judges words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DetectorChoice {
    Auto,
    Surprisal,
}

/// What aligns sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AlignerChoice {
    Words,
    Minilm,
}

/// Which calibration the detector gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalibrationChoice {
    /// The one beside the model, if there is one that is for it.
    BesideModel,
    /// The one in this file.
    File(PathBuf),
    /// None.
    None,
}

impl From<OsString> for CalibrationChoice {
    fn from(value: OsString) -> Self {
        if value == NO_CALIBRATION {
            Self::None
        } else {
            Self::File(value.into())
        }
    }
}

/// How to print what is for people, or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    Text,
    Json,
}

/// When to color.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

impl ColorChoice {
    /// Whether text may be colored.
    pub fn is_wanted(self, streams: &Streams<'_>) -> bool {
        match self {
            Self::Auto => streams.terminal.color,
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The command as people should see it: help texts show what stands in for arguments that
/// are not typed. It does not serve to parse, since typed values and defaults could not be
/// told apart any more.
pub fn with_defaults(command: Command) -> Command {
    let default = |id: &str| DEFAULTS.iter().find(|(name, _)| *name == id);
    let command = command.mut_args(|argument| match default(argument.get_id().as_str()) {
        Some((_, value)) => argument.default_value(*value),
        None => argument,
    });
    command.mut_subcommands(with_defaults)
}
