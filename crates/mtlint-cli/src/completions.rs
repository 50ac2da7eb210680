//! `mtlint completions`: what a shell needs to complete mtlint's commands and flags.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::output::Streams;
use super::verdict::Verdict;

/// Print the completions for a shell
///
/// bash: put them into ~/.local/share/bash-completion/completions/mtlint, or load them at once with
/// 'source <(mtlint completions bash)'. zsh: a file _mtlint in a folder of $fpath. fish:
/// ~/.config/fish/completions/mtlint.fish.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    mtlint completions bash > mtlint.bash\n  \
    mtlint completions zsh > _mtlint")]
pub struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

/// Prints the completions of `command`.
pub fn run(
    arguments: &CompletionsArgs,
    mut command: Command,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Verdict> {
    let name = command.get_name().to_owned();
    // Made whole first: the generator panics where it cannot write.
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, name, &mut script);
    streams.print(&String::from_utf8(script)?)?;
    Ok(Verdict::default())
}
