//! A batch's pool, as the command line uses it: found, read, and what is said
//! about it.

use mtlint::batch::pool::fill::PoolSources;
use mtlint::batch::{Siblings, Source};

use super::BatchArgs;
use crate::output::Streams;

/// The sources of the pool that the arguments name, if any.
pub fn find(arguments: &BatchArgs, inputs: &[Source]) -> anyhow::Result<Option<PoolSources>> {
    if arguments.pool.is_empty() {
        return Ok(None);
    }
    Ok(Some(PoolSources::find(&arguments.pool, inputs)?))
}

/// What is read for the pool alone.
pub fn files(sources: &Option<PoolSources>) -> impl Iterator<Item = &Source> {
    sources.iter().flat_map(PoolSources::others)
}

/// Reads the pool, and notes what it holds.
pub fn fill(
    sources: Option<&PoolSources>,
    arguments: &BatchArgs,
    streams: &mut Streams<'_>,
) -> anyhow::Result<Option<Siblings>> {
    let Some(sources) = sources else {
        return Ok(None);
    };
    let common = &arguments.common;
    let language = common.language.as_deref();
    let filled = sources.fill(&mut *streams.stdin, common.max_bytes, language)?;
    if !common.quiet {
        let mut words = format!("articles in the pool: {}", filled.pool.len());
        if let Some(problem) = &filled.problem {
            let left_out = filled.left_out;
            words += &format!("; left out: {left_out}, the first: {problem}");
        }
        streams.note(&words);
    }
    Ok(Some(Siblings::new(filled, arguments.pool_days)))
}
