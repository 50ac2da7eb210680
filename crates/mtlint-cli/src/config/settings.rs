//! What counts: the command line before the configuration, the configuration before the
//! defaults.
//!
//! In: what was typed and what a file says, where every value may be missing. Out:
//! [`Settings`], plain data in which none is missing, each with where it came from. All
//! that comes after takes these and knows neither flags nor files. Nothing is read here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use mtlint::finding::{Category, Severity, SuggestionSource};
use mtlint::lm::Precision;
use mtlint::policy::{Acceptance, CategoryRule, Policy};
use mtlint::report::rules::RULES;
use mtlint::{Options, Sensitivity};

use super::field::Field;
use super::file::Config;
use super::read::ConfigFile;
use super::siblings::{Rule, Rules};
use crate::flags::{
    AlignerChoice, CalibrationChoice, DEFAULT_MAX_BYTES, DEFAULT_MODEL, DetectorChoice,
    DeviceChoice, GateFlags, JudgingFlags,
};
use crate::gates::Gates;

/// What stands before a model of the second engine.
pub const RUST_BERT: &str = "rust-bert:";

/// What was typed, as far as it says how articles are judged.
#[derive(Debug, Clone, Copy)]
pub struct Typed<'a> {
    /// The flags about the model and the judgement.
    pub judging: &'a JudgingFlags,
    /// The flags about gates, in the subcommands that have them.
    pub gates: Option<&'a GateFlags>,
}

impl<'a> From<&'a JudgingFlags> for Typed<'a> {
    fn from(judging: &'a JudgingFlags) -> Self {
        Self {
            judging,
            gates: None,
        }
    }
}

/// Everything that says how articles are judged.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The language model: a name, or the path of a file.
    pub model: Setting<String>,
    /// The numbers that the model computes with.
    pub precision: Setting<Precision>,
    /// Where a model of the second engine computes.
    pub device: DeviceChoice,
    /// What judges words.
    pub detector: DetectorChoice,
    /// Which calibration the detector gets.
    pub calibration: CalibrationChoice,
    /// What aligns sentences with those of a sibling.
    pub aligner: AlignerChoice,
    /// How much is flagged.
    pub strictness: Setting<Strictness>,
    /// Sources of corrections that are not wanted.
    pub no_suggest: Setting<BTreeSet<SuggestionSource>>,
    /// The language that documents are taken to be in, as ISO 639-3; none is to guess.
    pub language: Setting<Option<String>>,
    /// Bytes of a document, at most.
    pub max_bytes: Setting<u64>,
    /// A finding at least this severe meets a gate.
    pub fail_on: Setting<Option<Severity>>,
    /// A quality lower than this, 0 to 100, meets a gate.
    pub fail_under: Setting<Option<f32>>,
    /// What is made of each category of findings, in the order of the reports' rules.
    pub categories: Vec<CategorySettings>,
    /// Words and names that are no errors.
    pub accepted: Vec<Setting<AcceptedWord>>,
    /// Both of these as the library takes them.
    pub policy: Policy,
    /// Which files are siblings of which.
    pub rules: Rules,
    /// Whether the network is never touched.
    pub offline: bool,
    /// Threads to work with; all cores if there is no number.
    pub threads: Option<usize>,
    /// The configuration file, as it is shown.
    pub file: Option<String>,
}

/// A value, with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting<T> {
    /// The value that counts.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "origin", rename_all = "snake_case")]
pub enum Origin {
    /// Nobody gave it.
    Default,
    /// The configuration.
    File {
        /// As it is shown.
        path: String,
        /// The line, from 1.
        line: usize,
    },
    /// A flag.
    CommandLine,
}

/// How much is flagged: two ways to say one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Strictness {
    /// By what the flags are for.
    Sensitivity(Sensitivity),
    /// By the probability from which a word is flagged.
    Threshold(f32),
}

/// What is made of a category of findings.
#[derive(Debug, Clone, PartialEq)]
pub struct CategorySettings {
    /// The category.
    pub category: Category,
    /// Whether its findings are wanted.
    pub enabled: Setting<bool>,
    /// How severe each of them is, whatever was judged.
    pub severity: Setting<Option<Severity>>,
}

/// A word or name that is no error.
#[derive(Debug, Clone, PartialEq)]
pub struct AcceptedWord {
    /// The word, and for what it is accepted.
    pub accepted: Acceptance,
    /// Why it is right.
    pub reason: String,
}

impl<T> Setting<T> {
    /// The value that counts: what was typed, or else the file's, or else the default.
    fn first(typed: Option<T>, file: Option<Self>, default: T) -> Self {
        let typed = typed.map(|value| Self {
            value,
            origin: Origin::CommandLine,
        });
        typed.or(file).unwrap_or(Self {
            value: default,
            origin: Origin::Default,
        })
    }

    /// Another value from the same place.
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Setting<U> {
        Setting {
            value: change(self.value),
            origin: self.origin,
        }
    }
}

impl Settings {
    /// What counts of what was typed and what a file says.
    pub fn resolve(typed: &Typed<'_>, file: Option<&ConfigFile>) -> Self {
        let no_gates = GateFlags::default();
        let (judging, gates) = (typed.judging, typed.gates.unwrap_or(&no_gates));
        let source = FileValues(file);
        let categories = source.categories();
        let accepted = source.accepted();
        Self {
            policy: policy(&categories, &accepted),
            model: Setting::first(
                judging.model.clone(),
                source.model(),
                DEFAULT_MODEL.to_owned(),
            ),
            precision: Setting::first(
                judging.precision,
                source.value(|config| &config.precision, |precision| precision.0),
                Precision::default(),
            ),
            device: judging.device.unwrap_or(DeviceChoice::Cpu),
            detector: judging.detector.unwrap_or(DetectorChoice::Auto),
            calibration: judging
                .calibration
                .clone()
                .unwrap_or(CalibrationChoice::BesideModel),
            aligner: judging.aligner.unwrap_or(AlignerChoice::Words),
            strictness: Setting::first(
                Strictness::of(judging.sensitivity, judging.threshold),
                source.strictness(),
                Strictness::Sensitivity(Sensitivity::Precise),
            ),
            no_suggest: Setting::first(
                (!judging.no_suggest.is_empty())
                    .then(|| judging.no_suggest.iter().copied().collect()),
                source.value(
                    |config| &config.no_suggest,
                    |sources| sources.iter().map(|source| source.0).collect(),
                ),
                BTreeSet::new(),
            ),
            language: Setting::first(
                judging.language.clone().map(Some),
                source.value(|config| &config.language, |code| Some(code.0.clone())),
                None,
            ),
            max_bytes: Setting::first(
                judging.max_bytes,
                source.value(|config| &config.max_bytes, |bytes| bytes.0),
                DEFAULT_MAX_BYTES,
            ),
            fail_on: Setting::first(
                gates.fail_on.map(Some),
                source.value(|config| &config.gates.fail_on, |level| Some(level.0)),
                None,
            ),
            fail_under: Setting::first(
                gates.fail_under.map(Some),
                source.value(|config| &config.gates.fail_under, |least| Some(least.0)),
                None,
            ),
            categories,
            accepted,
            rules: file.map(rules).unwrap_or_default(),
            offline: judging.offline,
            threads: judging.threads,
            file: file.map(|file| file.name.clone()),
        }
    }

    /// How the library is to lint a document.
    pub fn options(&self) -> Options {
        let (sensitivity, threshold) = match self.strictness.value {
            Strictness::Threshold(probability) => (Sensitivity::default(), Some(probability)),
            Strictness::Sensitivity(sensitivity) => (sensitivity, None),
        };
        Options {
            sensitivity,
            threshold,
            no_suggestions_of: self.no_suggest.value.clone(),
            language: self.language.value.clone(),
            policy: self.policy.clone(),
        }
    }

    /// When to fail although the job was done.
    pub fn gates(&self) -> Gates {
        Gates {
            fail_on: self.fail_on.value,
            fail_under: self.fail_under.value,
        }
    }
}

impl Strictness {
    /// What two values say of which at most one is given.
    fn of(sensitivity: Option<Sensitivity>, threshold: Option<f32>) -> Option<Self> {
        let threshold = threshold.map(Self::Threshold);
        threshold.or(sensitivity.map(Self::Sensitivity))
    }
}

/// What a file says, if there is one.
struct FileValues<'a>(Option<&'a ConfigFile>);

impl<'a> FileValues<'a> {
    /// A value of the file, if it gives it, as the settings have it.
    fn value<T: 'a, U>(
        &self,
        field: impl FnOnce(&'a Config) -> &'a Field<T>,
        value: impl FnOnce(&'a T) -> U,
    ) -> Option<Setting<U>> {
        let file = self.0?;
        let field = field(&file.config);
        Some(Setting {
            value: value(field.value()?),
            origin: origin(file, field.span()?.start),
        })
    }

    fn model(&self) -> Option<Setting<String>> {
        let folder = self.0?.folder.as_path();
        self.value(|config| &config.model, |model| model_from(folder, model))
    }

    fn strictness(&self) -> Option<Setting<Strictness>> {
        let sensitivity = self.value(|config| &config.sensitivity, |sensitivity| sensitivity.0);
        let threshold = self.value(|config| &config.threshold, |threshold| threshold.0);
        let threshold = threshold.map(|threshold| threshold.map(Strictness::Threshold));
        threshold.or(sensitivity.map(|sensitivity| sensitivity.map(Strictness::Sensitivity)))
    }

    fn categories(&self) -> Vec<CategorySettings> {
        let category = |category: Category| {
            let table = self.0.and_then(|file| file.config.category.get(&category));
            let enabled =
                table.and_then(|table| self.value(|_| &table.enabled, |enabled| *enabled));
            let severity = table
                .and_then(|table| self.value(|_| &table.severity, |severity| Some(severity.0)));
            CategorySettings {
                category,
                enabled: Setting::first(None, enabled, true),
                severity: Setting::first(None, severity, None),
            }
        };
        RULES.map(|rule| category(rule.category)).to_vec()
    }

    fn accepted(&self) -> Vec<Setting<AcceptedWord>> {
        let Some(file) = self.0 else {
            return Vec::new();
        };
        let accepted = file.config.accept.iter().map(|accept| Setting {
            value: AcceptedWord {
                accepted: Acceptance {
                    text: accept.text.get_ref().0.clone(),
                    category: accept.category.value().copied(),
                    any_case: accept.case_sensitive.value() == Some(&false),
                },
                reason: accept.reason.get_ref().0.clone(),
            },
            origin: origin(file, accept.text.span().start),
        });
        accepted.collect()
    }
}

/// The place of a byte of a file.
fn origin(file: &ConfigFile, byte: usize) -> Origin {
    Origin::File {
        path: file.name.clone(),
        line: file.line(byte),
    }
}

fn policy(categories: &[CategorySettings], accepted: &[Setting<AcceptedWord>]) -> Policy {
    let rules = categories.iter().map(|settings| {
        let rule = CategoryRule {
            enabled: settings.enabled.value,
            severity: settings.severity.value,
        };
        (settings.category, rule)
    });
    let rules = rules.filter(|(_, rule)| *rule != CategoryRule::default());
    let mut policy = Policy::new(rules.collect::<BTreeMap<_, _>>());
    for word in accepted {
        // The file was not read if one of them is not right.
        let _ = policy.accept(&word.value.accepted);
    }
    policy
}

fn rules(file: &ConfigFile) -> Rules {
    let rules = file.config.sibling.iter().map(|rule| Rule {
        line: file.line(rule.documents.span().start),
        documents: rule.documents.get_ref().clone(),
        sibling: rule.sibling.get_ref().clone(),
    });
    Rules {
        name: file.name.clone(),
        folder: file.folder.clone(),
        rules: rules.collect(),
    }
}

/// A model as a file in `folder` names it: a path starts there.
fn model_from(folder: &Path, model: &str) -> String {
    let (engine, model) = match model.strip_prefix(RUST_BERT) {
        Some(rest) => (RUST_BERT, rest),
        None => ("", model),
    };
    if !model.contains(std::path::is_separator) {
        return format!("{engine}{model}");
    }
    format!("{engine}{}", folder.join(model).display())
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use clap::{Args, Command, FromArgMatches};

    use super::*;
    use crate::flags::with_defaults;

    fn file(text: &str) -> ConfigFile {
        ConfigFile::parse("c.toml".to_owned(), PathBuf::from("/f"), text.to_owned()).unwrap()
    }

    fn at(line: usize) -> Origin {
        Origin::File {
            path: "c.toml".to_owned(),
            line,
        }
    }

    #[test]
    fn what_was_typed_comes_first_then_the_file_then_the_default() {
        let file = file("model = './m.gguf'\nmax-bytes = 10\n[gates]\nfail-on = 'minor'\n");
        let judging = JudgingFlags {
            max_bytes: Some(20),
            ..JudgingFlags::default()
        };
        let settings = Settings::resolve(&Typed::from(&judging), Some(&file));
        assert_eq!(settings.model.value, "/f/./m.gguf");
        assert_eq!(settings.model.origin, at(1));
        assert_eq!(settings.max_bytes.value, 20);
        assert_eq!(settings.max_bytes.origin, Origin::CommandLine);
        assert_eq!(settings.fail_on.value, Some(Severity::Minor));
        assert_eq!(settings.fail_on.origin, at(4));
        assert_eq!(settings.precision.origin, Origin::Default);
        let without = Settings::resolve(&Typed::from(&JudgingFlags::default()), None);
        assert_eq!(without.model.value, DEFAULT_MODEL);
        assert_eq!(without.max_bytes.value, DEFAULT_MAX_BYTES);
        assert_eq!(without.policy, Policy::default());
    }

    #[test]
    fn the_defaults_that_help_shows_are_those_that_count() {
        let command = with_defaults(JudgingFlags::augment_args(Command::new("mtlint")));
        let matches = command.try_get_matches_from(["mtlint"]).unwrap();
        let shown = JudgingFlags::from_arg_matches(&matches).unwrap();
        let nothing = JudgingFlags::default();
        let [shown, nothing] =
            [&shown, &nothing].map(|judging| Settings::resolve(&Typed::from(judging), None));
        assert_eq!(shown.model.origin, Origin::CommandLine);
        assert_eq!(shown.model.value, nothing.model.value);
        assert_eq!(shown.precision.value, nothing.precision.value);
        assert_eq!(shown.device, nothing.device);
        assert_eq!(shown.detector, nothing.detector);
        assert_eq!(shown.aligner, nothing.aligner);
        assert_eq!(shown.strictness.value, nothing.strictness.value);
        assert_eq!(shown.max_bytes.value, nothing.max_bytes.value);
    }

    #[test]
    fn sensitivity_and_threshold_stand_for_each_other() {
        let file = file("threshold = 0.3\n");
        let strictness = |judging: &JudgingFlags| {
            Settings::resolve(&Typed::from(judging), Some(&file)).strictness
        };
        let of_file = strictness(&JudgingFlags::default());
        assert_eq!(of_file.value, Strictness::Threshold(0.3));
        assert_eq!(of_file.origin, at(1));
        let typed = strictness(&JudgingFlags {
            sensitivity: Some(Sensitivity::Precise),
            ..JudgingFlags::default()
        });
        assert_eq!(typed.value, Strictness::Sensitivity(Sensitivity::Precise));
        assert_eq!(typed.origin, Origin::CommandLine);
    }
}
