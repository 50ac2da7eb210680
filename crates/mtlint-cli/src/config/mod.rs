//! `mtlint.toml`, and `mtlint config`, which tells of it.
//!
//! What may stand in the file is in [`file`]; [`settings`] joins it with the flags.
//! Nothing is judged here: what a configuration makes of findings is
//! [`mtlint::policy`].

mod error;
mod field;
mod file;
mod find;
mod patterns;
mod plan;
mod read;
mod settings;
mod show;
mod siblings;
#[cfg(test)]
mod tests;

use clap::{Args, Subcommand};

pub use plan::{ConfigArgs, Linters, Plan};
pub use settings::Settings;

use super::Verdict;
use super::log::LogFormat;
use super::output::Streams;
use show::ShowArgs;

/// The configuration: what counts for an article, and what may stand in mtlint.toml
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint config show drafts/article.txt\n  \
    mtlint config show --format json\n  \
    mtlint config schema > mtlint.schema.json")]
pub struct ConfigArguments {
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

impl ConfigArguments {
    /// How notes and errors are written.
    pub fn log_format(&self) -> LogFormat {
        match &self.action {
            Action::Show(arguments) => arguments.log_format(),
            Action::Schema => LogFormat::default(),
        }
    }
}

/// Does what the arguments say.
pub fn run(arguments: &ConfigArguments, streams: &mut Streams<'_>) -> anyhow::Result<Verdict> {
    let drawn = match &arguments.action {
        Action::Show(arguments) => show::draw(arguments)?,
        Action::Schema => serde_json::to_string_pretty(&file::schema())? + "\n",
    };
    streams.print(&drawn)?;
    Ok(Verdict::default())
}
