//! What a state forgets: old runs, and the reports that only they knew.
//!
//! In: how many runs are kept. Out: a state that holds those, in a file that is not much
//! larger than they are.

use std::num::NonZeroU32;

use rusqlite::{Connection, OptionalExtension, params};

use super::error::StateError;
use super::run::Run;

/// A state of fewer pages than this is not made smaller: that would give back next to nothing.
const MIN_PAGES: i64 = 256;

/// The runs that are forgotten: all before `?1` but `?2`, the last finished one.
const FORGOTTEN: &str = "run < ?1 AND run IS NOT ?2";

impl Run {
    /// Forgets all but the last `runs` runs, this one among them, and the reports that none
    /// of those knows. The last finished run before this one is kept whatever its age: a run
    /// report compares with it. A report on an article of a pool is kept with the last run
    /// that used it.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub fn keep_runs(&mut self, runs: NonZeroU32) -> Result<(), StateError> {
        let forgotten = forget(&self.state.connection, self.number, runs);
        forgotten.map_err(|source| StateError::sqlite(&self.state.path, source))
    }
}

fn forget(connection: &Connection, current: i64, runs: NonZeroU32) -> rusqlite::Result<()> {
    let oldest: Option<i64> = connection
        .query_row(
            "SELECT number FROM runs ORDER BY number DESC LIMIT 1 OFFSET ?1",
            [runs.get() - 1],
            |row| row.get(0),
        )
        .optional()?;
    let Some(oldest) = oldest else {
        return Ok(());
    };
    let former: Option<i64> = connection.query_row(
        "SELECT max(number) FROM runs WHERE finished AND number < ?1",
        [current],
        |row| row.get(0),
    )?;
    // Whatever refers to a row goes before it. That SQLite looks for such rows once more
    // would take a walk through the documents for each report.
    connection.pragma_update(None, "foreign_keys", false)?;
    let transaction = connection.unchecked_transaction()?;
    for statement in [
        format!("DELETE FROM documents WHERE {FORGOTTEN}"),
        format!("DELETE FROM pool_reports WHERE {FORGOTTEN}"),
    ] {
        transaction.execute(&statement, params![oldest, former])?;
    }
    let forgotten = transaction.execute(
        "DELETE FROM runs WHERE number < ?1 AND number IS NOT ?2",
        params![oldest, former],
    )?;
    if forgotten > 0 {
        transaction.execute_batch(
            "DELETE FROM reports
             WHERE number NOT IN (SELECT report FROM documents WHERE report IS NOT NULL)
                 AND number NOT IN (SELECT report FROM pool_reports);
             DELETE FROM fingerprints
             WHERE number NOT IN (SELECT fingerprint FROM runs)
                 AND number NOT IN (SELECT fingerprint FROM reports);",
        )?;
    }
    transaction.commit()?;
    connection.pragma_update(None, "foreign_keys", true)
}

/// Gives room back to the disk where more than half of the file is free. What is less serves
/// the next night.
pub(super) fn give_back_room(connection: &Connection) -> rusqlite::Result<()> {
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let free: i64 = connection.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    if pages >= MIN_PAGES && free > pages / 2 {
        connection.execute_batch("VACUUM")?;
    }
    Ok(())
}
