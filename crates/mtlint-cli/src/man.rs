//! `mtlint man`: the manual pages, made of the same words as `--help`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Command};
use clap_mangen::Man;

use super::output::Streams;
use super::output_file::OutputFile;
use super::verdict::Verdict;

/// Print the manual page, or write that of every command into a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint man > mtlint.1\n  \
    mtlint man --output man1")]
pub struct ManArgs {
    /// The folder; made if it is not there. It gets mtlint.1, mtlint-score.1 and so on
    #[arg(long, short, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Prints or writes the pages of `command`.
pub fn run(
    arguments: &ManArgs,
    command: Command,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let mut command = command.disable_help_subcommand(true);
    // Gives every command the name that its page has.
    command.build();
    let Some(folder) = &arguments.output else {
        streams.print(&page(command)?)?;
        return Ok(Verdict::default());
    };
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    write(command, folder, streams)?;
    Ok(Verdict::default())
}

/// Writes the page of a command and those of its own commands.
fn write(command: Command, folder: &Path, streams: &mut Streams<'_>) -> anyhow::Result<()> {
    for below in command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
    {
        write(below.clone(), folder, streams)?;
    }
    let name = command.get_display_name().unwrap_or(command.get_name());
    let path = folder.join(format!("{name}.1")).display().to_string();
    let mut file = OutputFile::create(&path)?;
    file.write(&page(command)?, streams.stdout)?;
    file.finish(streams.stdout)?;
    Ok(())
}

fn page(command: Command) -> anyhow::Result<String> {
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    Ok(String::from_utf8(page)?)
}
