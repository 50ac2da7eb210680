//! The file that `--baseline` names, read.
//!
//! In: a path. Out: the findings that it holds, or why it cannot be used. `mtlint baseline`
//! writes such files.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};

use mtlint::report::baseline::{Baseline, Known};

/// A file larger than this is no baseline: it would hold hundreds of thousands of
/// findings.
const MAX_BYTES: u64 = 64 << 20;

/// Reads the file that `--baseline` names.
pub fn read(path: &Path) -> anyhow::Result<Known> {
    let shown = path.display();
    let what = || format!("cannot read the baseline {shown}");
    let mut text = String::new();
    let file = File::open(path).with_context(|| {
        format!(
            "{}; 'mtlint baseline FILE... --output {shown}' writes one",
            what()
        )
    })?;
    file.take(MAX_BYTES + 1)
        .read_to_string(&mut text)
        .with_context(what)?;
    if text.len() as u64 > MAX_BYTES {
        bail!("{}: it is over the limit of {MAX_BYTES} bytes", what());
    }
    let baseline = Baseline::parse(&text).with_context(|| {
        format!("{shown} cannot be used; 'mtlint baseline FILE... --output {shown}' writes it anew")
    })?;
    Ok(baseline.known())
}
