//! The result of a subcommand, and the exit status that follows from it.
//!
//! In: whether documents failed and gates were met, or why the job was not done. Out: the
//! status, decided here and nowhere else.

use super::output::OutputError;

/// The result of a subcommand, as far as the exit status depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verdict {
    /// A document failed, and in this command that means the job was not done.
    pub failed: bool,
    /// A gate (`--fail-on`, `--fail-under`) was given and met.
    pub gate: bool,
}

/// The exit status. 2 wins over 1: a gate says nothing about documents that were not read.
/// When the reader of the output has gone (`mtlint score … | head -1`) it has all it
/// wanted: success.
pub fn exit_status(result: &anyhow::Result<Verdict>) -> u8 {
    match result {
        Err(error) if reader_has_gone(error) => 0,
        Err(_) => 2,
        Ok(Verdict { failed: true, .. }) => 2,
        Ok(Verdict { gate: true, .. }) => 1,
        Ok(_) => 0,
    }
}

fn reader_has_gone(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref::<OutputError>(),
        Some(OutputError::Closed)
    )
}
