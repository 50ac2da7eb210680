//! One run over a state.
//!
//! In: keys to look up, reports to keep. Out: kept reports, whose checksums
//! were compared; the run's documents in their order. A group of documents is
//! one transaction. It judges nothing.

use rusqlite::{OptionalExtension, Transaction, params};

use mtlint::document::Document;

use super::error::StateError;
use super::file::State;
use super::key::{Fingerprint, Key};
use super::retention::give_back_room;
use super::stored::{self, StoredReport, checksum, rank};
use crate::report_line::{ReportBody, Summary};

/// A run over a state: one pass over a batch's input, begun or taken up again.
#[derive(Debug)]
pub struct Run {
    pub(super) state: State,
    pub(super) number: i64,
    fingerprint: Fingerprint,
    fingerprint_number: i64,
    position: i64,
    resumed: bool,
    damaged: u64,
}

/// What a run was given in one place of its input.
pub(crate) enum RunEntry<'a> {
    Report { id: &'a str, report: i64 },
    Failed { id: &'a str, body: &'a ReportBody },
}

impl State {
    /// Begins a run over `inputs` that judges as `fingerprint` says. With
    /// `resume` the last run is taken up again if it came to no end and was the
    /// same. `now`, in seconds since 1970, is only shown.
    ///
    /// # Errors
    /// When the state cannot be read or written.
    pub fn run(
        self,
        fingerprint: Fingerprint,
        inputs: &[String],
        resume: bool,
        now: i64,
    ) -> Result<Run, StateError> {
        let inputs = inputs.join("\n");
        let begun = self.begin(&fingerprint, &inputs, resume, now);
        let (fingerprint_number, number, resumed) =
            begun.map_err(|source| StateError::sqlite(&self.path, source))?;
        Ok(Run {
            state: self,
            number,
            fingerprint,
            fingerprint_number,
            position: 0,
            resumed,
            damaged: 0,
        })
    }

    fn begin(
        &self,
        fingerprint: &Fingerprint,
        inputs: &str,
        resume: bool,
        now: i64,
    ) -> rusqlite::Result<(i64, i64, bool)> {
        let transaction = self.connection.unchecked_transaction()?;
        transaction.execute(
            "INSERT INTO fingerprints (hash, text) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            params![fingerprint.hash, fingerprint.text],
        )?;
        let fingerprint_number: i64 = transaction.query_row(
            "SELECT number FROM fingerprints WHERE hash = ?1",
            [fingerprint.hash],
            |row| row.get(0),
        )?;
        let last: Option<(i64, bool)> = transaction
            .query_row(
                "SELECT number, finished = 0 AND fingerprint = ?1 AND inputs = ?2 FROM runs
                 ORDER BY number DESC LIMIT 1",
                params![fingerprint_number, inputs],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let unfinished = last
            .filter(|&(_, same)| same && resume)
            .map(|(number, _)| number);
        let number = match unfinished {
            Some(number) => {
                transaction.execute(
                    "UPDATE runs SET attempts = attempts + 1, ended = NULL WHERE number = ?1",
                    [number],
                )?;
                number
            }
            None => {
                transaction.execute(
                    "INSERT INTO runs (fingerprint, inputs, started) VALUES (?1, ?2, ?3)",
                    params![fingerprint_number, inputs, now],
                )?;
                transaction.last_insert_rowid()
            }
        };
        transaction.commit()?;
        Ok((fingerprint_number, number, unfinished.is_some()))
    }
}

impl Run {
    /// Whether this run takes up an earlier one that was cut short.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// The number of stored reports that were found damaged and are made anew.
    pub fn damaged(&self) -> u64 {
        self.damaged
    }

    /// The key of the report on `document` with `siblings`, linted as this run does.
    pub fn key(&self, document: &Document, siblings: &[Document]) -> Key {
        Key::new(document, siblings, &self.fingerprint)
    }

    /// The report under `key`, if it is there and whole.
    pub(crate) fn report(&mut self, key: &Key) -> Result<Option<StoredReport>, StateError> {
        let found = self
            .stored(key)
            .map_err(|source| StateError::sqlite(&self.state.path, source))?;
        // One that is damaged is judged again.
        self.damaged += u64::from(matches!(found, Some(None)));
        Ok(found.flatten())
    }

    fn stored(&self, key: &Key) -> rusqlite::Result<Option<Option<StoredReport>>> {
        let columns = stored::COLUMNS;
        self.state
            .connection
            .prepare_cached(&format!(
                "SELECT {columns} FROM reports
                 WHERE content = ?1 AND siblings = ?2 AND fingerprint = ?3"
            ))?
            .query_row(
                params![key.content, key.siblings, self.fingerprint_number],
                |row| stored::read(row, key),
            )
            .optional()
    }

    /// Begins to keep the next group of documents.
    pub(crate) fn commit(&mut self) -> Result<Commit<'_>, StateError> {
        let Self {
            state,
            number,
            fingerprint_number,
            position,
            ..
        } = self;
        let transaction = state
            .connection
            .unchecked_transaction()
            .map_err(|source| StateError::sqlite(&state.path, source))?;
        Ok(Commit {
            transaction,
            path: &state.path,
            run: *number,
            fingerprint: *fingerprint_number,
            next: *position,
            position,
        })
    }

    /// Closes the run: `finished` if all its input was judged and written, and
    /// else so that it can be taken up again.
    ///
    /// # Errors
    /// When the state cannot be written.
    pub fn end(self, finished: bool, now: i64) -> Result<(), StateError> {
        let connection = &self.state.connection;
        let ended = || {
            let transaction = connection.unchecked_transaction()?;
            if finished {
                // An earlier attempt may have had a longer input.
                transaction.execute(
                    "DELETE FROM documents WHERE run = ?1 AND position >= ?2",
                    [self.number, self.position],
                )?;
            }
            transaction.execute(
                "UPDATE runs SET finished = ?2, ended = ?3 WHERE number = ?1",
                params![self.number, finished, now],
            )?;
            transaction.commit()
        };
        ended().map_err(|source| StateError::sqlite(&self.state.path, source))?;
        // The run is kept; that the disk has no room to make the file smaller fails no night.
        let _ = give_back_room(connection);
        self.state.close()
    }
}

/// A group of documents on its way into the state.
pub(crate) struct Commit<'a> {
    transaction: Transaction<'a>,
    path: &'a std::path::Path,
    run: i64,
    fingerprint: i64,
    next: i64,
    /// The run's own, moved on once all is kept.
    position: &'a mut i64,
}

impl Commit<'_> {
    /// Keeps a report that was just made, and gives its number.
    pub(crate) fn report(
        &self,
        key: &Key,
        body: &ReportBody,
        summary: &Summary,
    ) -> Result<i64, StateError> {
        let kept = || {
            let number = self
                .transaction
                .prepare_cached(
                    "INSERT INTO reports (content, siblings, fingerprint, status, quality, worst,
                                          body, checksum, readings)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1)
                     ON CONFLICT (content, siblings, fingerprint) DO UPDATE SET
                         status = excluded.status, quality = excluded.quality,
                         worst = excluded.worst, body = excluded.body,
                         checksum = excluded.checksum, readings = readings + 1
                     RETURNING number",
                )?
                .query_row(
                    params![
                        key.content,
                        key.siblings,
                        self.fingerprint,
                        summary.status.to_string(),
                        summary.quality.map(f64::from),
                        summary.worst.map(rank),
                        body.0,
                        checksum(key, body, summary),
                    ],
                    |row| row.get(0),
                )?;
            self.transaction
                .prepare_cached("UPDATE runs SET readings = readings + 1 WHERE number = ?1")?
                .execute([self.run])?;
            Ok(number)
        };
        kept().map_err(|source| StateError::sqlite(self.path, source))
    }

    /// Notes that the run has used the report with this `number` on an article of a pool.
    pub(crate) fn pool_report(&self, number: i64) -> Result<(), StateError> {
        let noted = self
            .transaction
            .prepare_cached("INSERT OR REPLACE INTO pool_reports (report, run) VALUES (?1, ?2)")
            .and_then(|mut statement| statement.execute([number, self.run]));
        noted.map_err(|source| StateError::sqlite(self.path, source))?;
        Ok(())
    }

    /// Notes what the run was given next.
    pub(crate) fn entry(&mut self, entry: &RunEntry<'_>) -> Result<(), StateError> {
        let (id, report, failure) = match entry {
            RunEntry::Report { id, report } => (*id, Some(*report), None),
            RunEntry::Failed { id, body } => (*id, None, Some(body.0.as_str())),
        };
        let noted = self
            .transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO documents (run, position, id, report, failure)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )
            .and_then(|mut statement| {
                statement.execute(params![self.run, self.next, id, report, failure])
            });
        noted.map_err(|source| StateError::sqlite(self.path, source))?;
        self.next += 1;
        Ok(())
    }

    /// Brings the group to the disk.
    pub(crate) fn done(self) -> Result<(), StateError> {
        self.transaction
            .commit()
            .map_err(|source| StateError::sqlite(self.path, source))?;
        *self.position = self.next;
        Ok(())
    }
}
