//! The pool of a batch: found and read, with a note on what it holds.
//!
//! In: the arguments. Out: the pool. Articles are compared by mtlint-batch.

use mtlint::report::Failure;
use mtlint_batch::pool::PoolSources;
use mtlint_batch::{SiblingFinder, Source, UnreadDates};

use super::arguments::BatchArgs;
use crate::advice;
use crate::config::Settings;
use crate::output::Streams;

/// The sources of the pool that the arguments name, if any.
pub fn find(arguments: &BatchArgs, inputs: &[Source]) -> anyhow::Result<Option<PoolSources>> {
    if arguments.pool.is_empty() {
        return Ok(None);
    }
    Ok(Some(PoolSources::find(&arguments.pool, inputs)?))
}

/// The sources that are read for the pool alone.
pub fn files(sources: &Option<PoolSources>) -> impl Iterator<Item = &Source> {
    sources.iter().flat_map(PoolSources::others)
}

/// A pool that was read.
pub struct FilledPool {
    /// What finds siblings in it.
    pub siblings: SiblingFinder,
    /// Whether a part of it could not be read.
    pub is_broken: bool,
}

/// Says which dates could not be read, if there are such: an article without a date may be
/// taken for a sibling on any day.
fn note_dates(place: &str, unread: &UnreadDates, streams: &mut Streams<'_>) {
    if !unread.is_empty() {
        streams.note(&format!("{place}, {unread}"));
    }
}

impl FilledPool {
    /// Says which documents had dates that could not be read.
    pub fn note_dates(&self, streams: &mut Streams<'_>) {
        note_dates("among the documents", self.siblings.unread_dates(), streams);
    }
}

/// Reads the pool, and notes what it holds and what could not be read. A sibling is at most
/// `days` away from its document.
pub fn fill(
    sources: &PoolSources,
    settings: &Settings,
    days: u32,
    streams: &mut Streams<'_>,
) -> anyhow::Result<FilledPool> {
    let language = settings.language.value.as_deref();
    let batch_pool = sources.build(&mut *streams.stdin, settings.max_bytes.value, language)?;
    let mut words = format!("articles in the pool: {}", batch_pool.pool.len());
    if let Some(problem) = &batch_pool.first_problem {
        let skipped = batch_pool.skipped;
        words += &format!("; left out: {skipped}, the first: {problem}");
    }
    streams.note(&words);
    note_dates("in the pool", &batch_pool.unread_dates, streams);
    // Said even when quiet is wanted: siblings are missing.
    for error in &batch_pool.broken {
        let why = advice::failure(&Failure::from(error));
        streams.warn(&format!("the pool is not whole: {why}"));
    }
    Ok(FilledPool {
        is_broken: !batch_pool.broken.is_empty(),
        siblings: SiblingFinder::new(batch_pool, days),
    })
}
