//! `mtlint config`: what counts for an article and where it came from, and what may stand
//! in mtlint.toml.
//!
//! In: flags, and the files they lead to. Out: every value with its origin, as text or
//! JSON; or the JSON schema of the file. Nothing is judged.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use serde_json::{Value, json};

use mtlint::report::json;
use mtlint::report::text::{safe, safe_name};

use super::config::{Origin, Setting, Settings, Strictness, Typed, schema};
use super::flags::{ConsoleFlags, GateFlags, JudgingFlags, TextOrJson};
use super::inputs::{self, STANDARD_INPUT};
use super::output::Streams;
use super::plan::{ConfigFlags, Plan};
use super::verdict::Verdict;

/// The configuration: what counts for an article, and what may stand in mtlint.toml
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint config show drafts/article.txt\n  \
    mtlint config show --format json\n  \
    mtlint config schema > mtlint.schema.json")]
pub struct ConfigArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show every value, and where it came from
    Show(Box<ShowArgs>),
    /// Print the JSON schema of mtlint.toml, for editors
    Schema,
}

impl ConfigArgs {
    /// The flags about standard error, if the action has any.
    pub fn console(&self) -> Option<&ConsoleFlags> {
        match &self.action {
            Action::Show(arguments) => Some(&arguments.console),
            Action::Schema => None,
        }
    }
}

/// Does what the arguments say.
pub fn run(arguments: &ConfigArgs, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let drawn = match &arguments.action {
        Action::Show(arguments) => draw(arguments)?,
        Action::Schema => serde_json::to_string_pretty(&schema())? + "\n",
    };
    streams.print(&drawn)?;
    Ok(Verdict::default())
}

/// The name of the format; a change that removes or renames a field gets a new one.
const SCHEMA: &str = "mtlint.settings/1";

/// For what to show it.
#[derive(Debug, Args)]
struct ShowArgs {
    /// The article whose configuration is shown; that of the working directory if there is none
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT, hide_default_value = true)]
    file: PathBuf,

    /// How to print
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    #[command(flatten)]
    judging: JudgingFlags,

    #[command(flatten)]
    console: ConsoleFlags,

    #[command(flatten)]
    gates: GateFlags,

    #[command(flatten)]
    config: ConfigFlags,
}

/// Settings as they are printed.
#[derive(Serialize)]
struct SettingsReport<'a> {
    schema: &'static str,
    /// The configuration that counts, if any.
    configuration: Option<&'a str>,
    values: Vec<Row>,
    /// The siblings that rules give the article.
    siblings: Vec<String>,
}

/// A value as it is printed, with where it came from.
#[derive(Serialize)]
struct Row {
    /// The key in the file, with the tables it is in.
    key: String,
    /// `null` where there is none.
    value: Value,
    /// Where the value came from.
    #[serde(flatten)]
    origin: Origin,
}

impl Row {
    fn new<T>(key: impl Into<String>, setting: &Setting<T>, value: impl Into<Value>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
            origin: setting.origin.clone(),
        }
    }
}

/// Every value that a file may give, in the order of the file's documentation.
fn rows(settings: &Settings) -> Vec<Row> {
    let Settings {
        model,
        precision,
        strictness,
        no_suggest,
        language,
        max_bytes,
        fail_on,
        fail_under,
        ..
    } = settings;
    // The one that does not count says which one does.
    let (sensitivity, threshold) = match strictness.value {
        Strictness::Sensitivity(sensitivity) => (name(sensitivity), Value::Null),
        Strictness::Threshold(threshold) => (Value::Null, number(Some(threshold))),
    };
    let mut rows = vec![
        Row::new("model", model, model.value.as_str()),
        Row::new("precision", precision, precision.value.name()),
        Row::new("sensitivity", strictness, sensitivity),
        Row::new("threshold", strictness, threshold),
        Row::new("no-suggest", no_suggest, json!(no_suggest.value)),
        Row::new("language", language, language.value.clone()),
        Row::new("max-bytes", max_bytes, max_bytes.value),
        Row::new(
            "gates.fail-on",
            fail_on,
            fail_on.value.map(|severity| severity.to_string()),
        ),
        Row::new("gates.fail-under", fail_under, number(fail_under.value)),
    ];
    for category in &settings.categories {
        let key = format!("category.{}", category.category);
        let enabled = &category.enabled;
        rows.push(Row::new(format!("{key}.enabled"), enabled, enabled.value));
        let severity = &category.severity;
        let value = severity.value.map(|severity| severity.to_string());
        rows.push(Row::new(format!("{key}.severity"), severity, value));
    }
    for accepted in &settings.accepted {
        let word = &accepted.value;
        let value = json!({
            "text": word.accepted.text,
            "reason": word.reason,
            "category": word.accepted.category,
            "case-sensitive": !word.accepted.any_case,
        });
        rows.push(Row::new("accept", accepted, value));
    }
    for rule in &settings.rules.rules {
        let (documents, sibling) = (rule.documents.text(), rule.sibling.text());
        rows.push(Row {
            key: "sibling".to_owned(),
            value: json!({ "for": documents, "sibling": sibling }),
            origin: Origin::File {
                path: settings.rules.name.clone(),
                line: rule.line,
            },
        });
    }
    rows
}

/// The name of an argument's value.
fn name(value: impl ValueEnum) -> Value {
    let value = value.to_possible_value();
    value.map_or(Value::Null, |value| value.get_name().into())
}

/// A number as short as it was written.
fn number(number: Option<f32>) -> Value {
    let exact = number.and_then(|number| number.to_string().parse::<f64>().ok());
    exact.map_or(Value::Null, Value::from)
}

/// Every value with where it came from.
fn draw(arguments: &ShowArgs) -> anyhow::Result<String> {
    let file = arguments.file.as_path();
    let file_name = inputs::name(file);
    let typed = Typed {
        judging: &arguments.judging,
        gates: Some(&arguments.gates),
    };
    let plan = Plan::new([file], true, typed, &arguments.config)?;
    let settings = plan.settings(&file_name);
    let siblings = plan.siblings(&file_name).iter();
    let report = SettingsReport {
        schema: SCHEMA,
        configuration: settings.file.as_deref(),
        values: rows(settings),
        siblings: siblings.map(|path| path.display().to_string()).collect(),
    };
    Ok(match arguments.format {
        TextOrJson::Text => text(&report),
        TextOrJson::Json => json::escaped(serde_json::to_string_pretty(&report)?) + "\n",
    })
}

fn text(report: &SettingsReport<'_>) -> String {
    let mut out = match report.configuration {
        Some(path) => format!("configuration: {}\n\n", safe_name(path)),
        None => "configuration: none\n\n".to_owned(),
    };
    let values: Vec<String> = report.values.iter().map(|one| value(&one.value)).collect();
    let width = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let keys = width(&mut report.values.iter().map(|one| one.key.len()));
    // A long one moves nothing but itself.
    let column = width(
        &mut values
            .iter()
            .map(|one| one.chars().count())
            .filter(|&n| n <= 24),
    );
    for (setting, value) in report.values.iter().zip(&values) {
        let origin = match &setting.origin {
            Origin::Default => "default".to_owned(),
            Origin::File { path, line } => format!("{}:{line}", safe_name(path)),
            Origin::CommandLine => "command line".to_owned(),
        };
        let key = &setting.key;
        out += &format!("{key:keys$}  {value:column$}  {origin}\n");
    }
    for sibling in &report.siblings {
        out += &format!("\nsibling of the article: {}", safe_name(sibling));
    }
    if !report.siblings.is_empty() {
        out.push('\n');
    }
    out
}

/// The keys of `[[sibling]]` and `[[accept]]`, the most telling first.
const PARTS: [&str; 6] = [
    "for",
    "sibling",
    "text",
    "reason",
    "category",
    "case-sensitive",
];

/// A value in few words.
fn value(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => safe(text),
        Value::Object(parts) => {
            let parts = PARTS
                .iter()
                .filter_map(|name| Some((name, parts.get(*name)?)));
            let parts = parts.filter(|(_, part)| !part.is_null());
            let parts = parts.map(|(name, part)| format!("{name} {}", safe(&part.to_string())));
            parts.collect::<Vec<String>>().join(", ")
        }
        other => other.to_string(),
    }
}
