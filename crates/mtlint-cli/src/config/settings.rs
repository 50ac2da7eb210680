//! What counts: the command line before the configuration, the configuration before the
//! defaults.
//!
//! In: flags and a configuration file. Out: the same flags with what the file adds to
//! them, so that no other part of the program has to know of files; the policy and the
//! rules for siblings, which no flag gives; and for each value where it came from.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use clap::ValueEnum;
use serde::Serialize;
use serde_json::{Value, json};

use mtlint::finding::Category;
use mtlint::policy::{Accepted, CategoryRule, Policy};
use mtlint::report::message::{category_name, severity_name};
use mtlint::report::rules::RULES;

use super::field::Field;
use super::file::{CategoryTable, Config};
use super::read::ConfigFile;
use super::siblings::{Rule, Rules};
use crate::common::{CommonArgs, GateArgs};
use crate::load::RUST_BERT;

/// Everything that says how articles are judged.
#[derive(Debug)]
pub struct Settings {
    /// The flags, with the file's values where no flag was given.
    pub common: CommonArgs,
    /// The same of the gates.
    pub gates: GateArgs,
    /// What is made of findings.
    pub policy: Policy,
    /// Which files are siblings.
    pub rules: Rules,
    /// The configuration, as it is shown.
    pub file: Option<String>,
    /// Every value, with where it came from.
    pub values: Vec<Setting>,
}

/// A value, with where it came from.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// The key in the file, with the tables it is in.
    pub key: String,
    /// `null` where there is none.
    pub value: Value,
    /// Where it came from.
    #[serde(flatten)]
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

impl Settings {
    /// What counts with these flags and this file.
    pub fn new(common: &CommonArgs, gates: &GateArgs, file: Option<&ConfigFile>) -> Self {
        let none = Config::default();
        let config = file.map_or(&none, |file| &file.config);
        let mut made = Maker {
            common: common.clone(),
            gates: gates.clone(),
            file,
            values: Vec::new(),
        };
        made.model(config);
        made.amount(config);
        made.limits(config);
        made.gates(&config.gates);
        let policy = made.policy(config);
        let rules = made.rules(config);
        Self {
            common: made.common,
            gates: made.gates,
            policy,
            rules,
            file: file.map(|file| file.name.clone()),
            values: made.values,
        }
    }
}

/// Settings on their way.
struct Maker<'a> {
    common: CommonArgs,
    gates: GateArgs,
    file: Option<&'a ConfigFile>,
    values: Vec<Setting>,
}

impl Maker<'_> {
    /// Where the value of a flag comes from, and the file's value if that counts.
    fn choose<'f, T>(&self, given: bool, field: &'f Field<T>) -> (Origin, Option<&'f T>) {
        if given {
            return (Origin::CommandLine, None);
        }
        (self.origin(field.span()), field.value())
    }

    fn origin(&self, span: Option<Range<usize>>) -> Origin {
        match (self.file, span) {
            (Some(file), Some(span)) => Origin::File {
                path: file.name.clone(),
                line: file.line(span.start),
            },
            _ => Origin::Default,
        }
    }

    fn note(&mut self, key: impl Into<String>, value: impl Into<Value>, origin: Origin) {
        self.values.push(Setting {
            key: key.into(),
            value: value.into(),
            origin,
        });
    }

    fn model(&mut self, config: &Config) {
        let (origin, model) = self.choose(self.common.given.has("model"), &config.model);
        if let Some(model) = model {
            let folder = self.file.map(|file| file.folder.as_path());
            self.common.model = model_from(folder.unwrap_or(Path::new("")), model);
        }
        self.note("model", self.common.model.clone(), origin);
        let given = self.common.given.has("precision");
        let (origin, precision) = self.choose(given, &config.precision);
        self.common.precision = precision.copied().unwrap_or(self.common.precision);
        self.note("precision", name(self.common.precision), origin);
    }

    /// Sensitivity and threshold are two ways to say one thing.
    fn amount(&mut self, config: &Config) {
        let given = &self.common.given;
        let given = given.has("sensitivity") || given.has("threshold");
        let (mut threshold_from, threshold) = self.choose(given, &config.threshold);
        let (mut sensitivity_from, sensitivity) = self.choose(given, &config.sensitivity);
        if !given {
            self.common.threshold = threshold.map(|threshold| threshold.0);
        }
        self.common.sensitivity = sensitivity.copied().unwrap_or(self.common.sensitivity);
        // The one that does not count says which one does.
        let sensitivity = match self.common.threshold {
            Some(_) => {
                sensitivity_from = threshold_from.clone();
                Value::Null
            }
            None => {
                if sensitivity_from != Origin::Default {
                    threshold_from = sensitivity_from.clone();
                }
                name(self.common.sensitivity)
            }
        };
        self.note("sensitivity", sensitivity, sensitivity_from);
        self.note("threshold", number(self.common.threshold), threshold_from);
    }

    fn limits(&mut self, config: &Config) {
        let given = self.common.given.has("language");
        let (origin, language) = self.choose(given, &config.language);
        if let Some(language) = language {
            self.common.language = Some(language.0.clone());
        }
        self.note("language", self.common.language.clone(), origin);
        let given = self.common.given.has("max_bytes");
        let (origin, bytes) = self.choose(given, &config.max_bytes);
        self.common.max_bytes = bytes.map_or(self.common.max_bytes, |bytes| bytes.0);
        self.note("max-bytes", self.common.max_bytes, origin);
    }

    fn gates(&mut self, gates: &super::file::Gates) {
        let (origin, fail_on) = self.choose(self.gates.fail_on.is_some(), &gates.fail_on);
        self.gates.fail_on = self.gates.fail_on.or(fail_on.copied());
        let value = self.gates.fail_on.map_or(Value::Null, name);
        self.note("gates.fail-on", value, origin);
        let given = self.gates.fail_under.is_some();
        let (origin, fail_under) = self.choose(given, &gates.fail_under);
        self.gates.fail_under = self
            .gates
            .fail_under
            .or(fail_under.map(|quality| quality.0));
        let value = number(self.gates.fail_under);
        self.note("gates.fail-under", value, origin);
    }

    fn policy(&mut self, config: &Config) -> Policy {
        let untouched = CategoryTable::default();
        let mut rules = BTreeMap::new();
        for category in RULES.map(|rule| rule.category) {
            let table = config.category.get(&category).unwrap_or(&untouched);
            let rule = CategoryRule {
                enabled: table.enabled.value().copied().unwrap_or(true),
                severity: table.severity.value().map(|level| (*level).into()),
            };
            let key = format!("category.{}", category_name(category));
            let origin = self.origin(table.enabled.span());
            self.note(format!("{key}.enabled"), rule.enabled, origin);
            let origin = self.origin(table.severity.span());
            let severity = rule.severity.map(severity_name);
            self.note(format!("{key}.severity"), severity, origin);
            if rule != CategoryRule::default() {
                rules.insert(category, rule);
            }
        }
        let mut policy = Policy::new(rules);
        for accept in &config.accept {
            let category: Option<Category> = accept.category.value().copied();
            let accepted = Accepted {
                text: accept.text.get_ref().0.clone(),
                category,
                any_case: accept.case_sensitive.value() == Some(&false),
            };
            let value = json!({
                "text": accepted.text,
                "reason": accept.reason.get_ref().0,
                "category": category,
                "case-sensitive": !accepted.any_case,
            });
            let origin = self.origin(Some(accept.text.span()));
            self.note("accept", value, origin);
            // The file was not read if one of them is not right.
            let _ = policy.accept(&accepted);
        }
        policy
    }

    fn rules(&mut self, config: &Config) -> Rules {
        let Some(file) = self.file else {
            return Rules::default();
        };
        let mut rules = Vec::new();
        for rule in &config.sibling {
            let (documents, sibling) = (rule.documents.get_ref(), rule.sibling.get_ref());
            let origin = self.origin(Some(rule.documents.span()));
            let value = json!({ "for": documents.text(), "sibling": sibling.text() });
            self.note("sibling", value, origin);
            rules.push(Rule {
                line: file.line(rule.documents.span().start),
                documents: documents.clone(),
                sibling: sibling.clone(),
            });
        }
        Rules {
            name: file.name.clone(),
            folder: file.folder.clone(),
            rules,
        }
    }
}

/// The name of an argument's value.
fn name(value: impl ValueEnum) -> Value {
    let value = value.to_possible_value();
    value.map_or(Value::Null, |value| value.get_name().into())
}

/// As short as it was written.
fn number(number: Option<f32>) -> Value {
    let exact = number.and_then(|number| number.to_string().parse::<f64>().ok());
    exact.map_or(Value::Null, Value::from)
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
