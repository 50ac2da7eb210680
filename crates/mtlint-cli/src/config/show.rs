//! `mtlint config show`: what counts, and where it came from.

use clap::{Args, ValueEnum};
use serde::Serialize;
use serde_json::Value;

use mtlint::report::text::{safe, safe_name};

use super::plan::{ConfigArgs, Plan};
use super::settings::{Origin, Setting};
use crate::common::{CommonArgs, GateArgs};
use crate::documents::STANDARD_INPUT;
use crate::log::LogFormat;

/// The name of the format; a change that removes or renames a field gets a new one.
const SCHEMA: &str = "mtlint.settings/1";

/// For what to show it.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The article whose configuration is shown; that of the working directory if there is none
    #[arg(value_name = "FILE", default_value = STANDARD_INPUT, hide_default_value = true)]
    file: String,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    #[command(flatten)]
    common: CommonArgs,

    #[command(flatten)]
    gates: GateArgs,

    #[command(flatten)]
    config: ConfigArgs,
}

impl ShowArgs {
    /// How notes and errors are written.
    pub fn log_format(&self) -> LogFormat {
        self.common.log_format
    }
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    /// The configuration that counts, if any.
    configuration: Option<&'a str>,
    values: &'a [Setting],
    /// Those that rules give the article.
    siblings: Vec<String>,
}

/// Every value with where it came from.
pub fn draw(arguments: &ShowArgs) -> anyhow::Result<String> {
    let file = arguments.file.as_str();
    let flags = (&arguments.common, &arguments.gates);
    let plan = Plan::new([file], true, flags, &arguments.config)?;
    let settings = plan.settings(file);
    let siblings = plan.siblings(file).iter();
    let shown = Shown {
        schema: SCHEMA,
        configuration: settings.file.as_deref(),
        values: &settings.values,
        siblings: siblings.map(|path| path.display().to_string()).collect(),
    };
    Ok(match arguments.format {
        Format::Text => text(&shown),
        Format::Json => serde_json::to_string_pretty(&shown)? + "\n",
    })
}

fn text(shown: &Shown<'_>) -> String {
    let mut out = match shown.configuration {
        Some(path) => format!("configuration: {}\n\n", safe_name(path)),
        None => "configuration: none\n\n".to_owned(),
    };
    let values: Vec<String> = shown.values.iter().map(|one| value(&one.value)).collect();
    let width = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let keys = width(&mut shown.values.iter().map(|one| one.key.len()));
    // A long one moves nothing but itself.
    let column = width(
        &mut values
            .iter()
            .map(|one| one.chars().count())
            .filter(|&n| n <= 24),
    );
    for (setting, value) in shown.values.iter().zip(&values) {
        let origin = match &setting.origin {
            Origin::Default => "default".to_owned(),
            Origin::File { path, line } => format!("{}:{line}", safe_name(path)),
            Origin::CommandLine => "command line".to_owned(),
        };
        let key = &setting.key;
        out += &format!("{key:keys$}  {value:column$}  {origin}\n");
    }
    for sibling in &shown.siblings {
        out += &format!("\nsibling of the article: {}", safe_name(sibling));
    }
    if !shown.siblings.is_empty() {
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
