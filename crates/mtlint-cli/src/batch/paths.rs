//! The paths of a batch, each used for one thing only.
//!
//! In: the arguments and what they lead to. Out: a refusal where an output would write over
//! what is read, over another output or over a file of the state. Nothing is opened.

use std::path::{Path, PathBuf};

use anyhow::bail;

use mtlint_batch::Source;
use mtlint_batch::state::State;

use super::arguments::BatchArgs;
use crate::inputs::STANDARD_INPUT;
use crate::output_file::{is_one_of, refuse_to_write_over};
use crate::plan::Plan;

/// Refuses arguments with which a file would be lost. `sources` are all that is read as
/// documents; the plan knows the configuration and the siblings that it names.
pub fn refuse_second_uses(
    arguments: &BatchArgs,
    sources: &[&Source],
    plan: &Plan,
) -> anyhow::Result<()> {
    let path = |source: &&Source| {
        source
            .path()
            .unwrap_or(Path::new(STANDARD_INPUT))
            .to_owned()
    };
    let read: Vec<PathBuf> = sources.iter().map(path).collect();
    let planned: Vec<PathBuf> = plan.read().collect();
    let read = || read.iter().chain(&planned).map(PathBuf::as_path);
    refuse_to_write_over("--output", &arguments.output, read())?;
    let output = match arguments.output.as_str() {
        "-" => Path::new("/dev/stdout"),
        output => Path::new(output),
    };
    let page = arguments.page.path();
    if let Some(page) = page {
        refuse_to_write_over("--page", page, read())?;
        if is_one_of(Path::new(page), std::iter::once(output)) {
            bail!(
                "--page would write over {}, which is the output; name another file",
                arguments.output
            );
        }
    }
    let Some(state) = &arguments.state else {
        return Ok(());
    };
    let used = || read().chain([output]).chain(page.map(Path::new));
    if is_one_of(state, used()) {
        bail!(
            "the state {} is also an input, a pool or the output; name another file",
            state.display()
        );
    }
    for file in State::files_beside(state) {
        if is_one_of(&file, used()) {
            bail!(
                "{} belongs to the state {}; name another file",
                file.display(),
                state.display()
            );
        }
    }
    Ok(())
}
