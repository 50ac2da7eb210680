//! A state that is only read: which runs there were, and what each was given.
//!
//! In: a path. Out: facts on runs, and their documents one at a time, each
//! beside the one that had its id in the run before. The file stays as it is;
//! no run can begin while it is read. It judges nothing.

use std::cmp::Ordering;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension, Row};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::StateError;
use super::file;
use super::key::Key;
use super::lock::Lock;
use super::stored::{self, StoredReport};
use crate::report_line::ReportBody;

/// The documents of a run by their ids, those with the same id in their order.
/// SQLite sorts many of them on the disk.
const BY_ID: &str = "SELECT id, position, report, failure FROM documents WHERE run = ?1
    ORDER BY id, position";

/// A state that is read and not written.
#[derive(Debug)]
pub struct StateReader {
    path: PathBuf,
    connection: Connection,
    // Given back after the connection is closed: fields are dropped in order.
    _lock: Option<Lock>,
}

/// A run of a state apart from its documents: its number, inputs, times and counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunFacts {
    /// The number of the run; later runs have larger numbers.
    pub number: i64,
    /// What the run was to read, as it was given.
    pub inputs: Vec<String>,
    /// When the run was begun by the machine's clock, such as `2026-03-01T02:00:00Z`.
    pub started: String,
    /// When the run last came to its end or was stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<String>,
    /// Whether the run read all its input; otherwise it was cut short.
    pub finished: bool,
    /// How often the run was begun: more than once if it was taken up again.
    pub attempts: i64,
    /// How many reports the run made anew; the others were in the state before.
    pub readings: i64,
    /// How the run's documents were judged, as names and values.
    #[serde(skip)]
    pub fingerprint: Vec<(String, String)>,
}

/// What stands in one place of a run.
#[derive(Debug)]
pub(crate) enum Content {
    /// A report on a document that could be read.
    Report(StoredReport),
    /// The report on one that could not.
    Failure(ReportBody),
    /// A report that was changed on the disk.
    Damaged,
}

/// What had a document's id in the run before.
#[derive(Debug)]
pub(crate) enum Previous {
    /// Nothing.
    None,
    /// The same report.
    Same,
    /// Another one.
    Other(Content),
}

impl StateReader {
    /// Opens the state at `path` to read it.
    ///
    /// # Errors
    /// When there is no state, a run uses it, it is damaged, or the file is something
    /// else's or another version's.
    pub fn open(path: &Path) -> Result<Self, StateError> {
        let (connection, lock) = file::open_to_read(path)?;
        Ok(Self {
            path: path.to_owned(),
            connection,
            _lock: lock,
        })
    }

    /// The last run, finished or not.
    ///
    /// # Errors
    /// When there is no run, or the state cannot be read.
    pub fn last_run(&self) -> Result<RunFacts, StateError> {
        self.run("runs.number > ?1", 0)?
            .ok_or_else(|| StateError::NoRun {
                path: self.path.clone(),
            })
    }

    /// The last finished run before `run`, if there is one.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn finished_before(&self, run: &RunFacts) -> Result<Option<RunFacts>, StateError> {
        self.run("finished AND runs.number < ?1", run.number)
    }

    fn run(&self, which: &str, number: i64) -> Result<Option<RunFacts>, StateError> {
        let time = |column| format!("strftime('%Y-%m-%dT%H:%M:%SZ', {column}, 'unixepoch')");
        let query = format!(
            "SELECT runs.number, inputs, coalesce({}, ''), {}, finished, attempts, readings, text
             FROM runs JOIN fingerprints ON fingerprints.number = fingerprint
             WHERE {which} ORDER BY runs.number DESC LIMIT 1",
            time("started"),
            time("ended"),
        );
        let facts = |row: &Row<'_>| {
            let inputs: String = row.get(1)?;
            let fingerprint: String = row.get(7)?;
            Ok(RunFacts {
                number: row.get(0)?,
                inputs: inputs.lines().map(str::to_owned).collect(),
                started: row.get(2)?,
                ended: row.get(3)?,
                finished: row.get(4)?,
                attempts: row.get(5)?,
                readings: row.get(6)?,
                fingerprint: fingerprint
                    .lines()
                    .filter_map(|line| line.split_once('='))
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .collect(),
            })
        };
        self.connection
            .query_row(&query, [number], facts)
            .optional()
            .map_err(|source| StateError::sqlite(&self.path, source))
    }

    /// Hands every document of `run` to `each`, ordered by id: its place in the
    /// run from 0, its id, what stands there, and what had its id in the run
    /// `before`. Of several with one id the first is compared with the first,
    /// and so on. The places and ids that only the run before has go to `gone`.
    pub(crate) fn documents(
        &self,
        run: i64,
        before: Option<i64>,
        each: impl FnMut(i64, String, Content, Previous),
        gone: impl FnMut(i64, String),
    ) -> Result<(), StateError> {
        self.merged(run, before, each, gone)
            .map_err(|source| StateError::sqlite(&self.path, source))
    }

    fn merged(
        &self,
        run: i64,
        before: Option<i64>,
        mut each: impl FnMut(i64, String, Content, Previous),
        mut gone: impl FnMut(i64, String),
    ) -> rusqlite::Result<()> {
        let mut now = self.connection.prepare(BY_ID)?;
        let mut now = now.query_map([run], DocumentRow::read)?;
        let mut former = self.connection.prepare(BY_ID)?;
        // No run has this number.
        let mut former = former.query_map([before.unwrap_or(0)], DocumentRow::read)?;
        let mut next = now.next().transpose()?;
        let mut next_former = former.next().transpose()?;
        loop {
            let order = match (&next, &next_former) {
                (Some(entry), Some(former)) => entry.id.cmp(&former.id),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return Ok(()),
            };
            let entry = match order {
                Ordering::Greater => None,
                _ => std::mem::replace(&mut next, now.next().transpose()?),
            };
            let before = match order {
                Ordering::Less => None,
                _ => std::mem::replace(&mut next_former, former.next().transpose()?),
            };
            match (entry, before) {
                (Some(entry), before) => {
                    let former = match before {
                        None => Previous::None,
                        Some(former) if former.is_same(&entry) => Previous::Same,
                        Some(former) => Previous::Other(self.content(former)?.1),
                    };
                    let position = entry.position;
                    let (id, content) = self.content(entry)?;
                    each(position, id, content, former);
                }
                (None, Some(former)) => gone(former.position, former.id),
                (None, None) => {}
            }
        }
    }

    fn content(&self, entry: DocumentRow) -> rusqlite::Result<(String, Content)> {
        let Some(number) = entry.report else {
            let failure = entry.failure.map(|body| Content::Failure(ReportBody(body)));
            return Ok((entry.id, failure.unwrap_or(Content::Damaged)));
        };
        let columns = stored::COLUMNS;
        let kept = self
            .connection
            .prepare_cached(&format!(
                "SELECT {columns}, content, siblings, hash FROM reports
                 JOIN fingerprints ON fingerprints.number = fingerprint
                 WHERE reports.number = ?1"
            ))?
            .query_row([number], |row| {
                let hash = |column| {
                    let bytes: Vec<u8> = row.get(column)?;
                    Ok::<_, rusqlite::Error>(bytes.try_into().unwrap_or_default())
                };
                let key = Key {
                    content: hash(6)?,
                    siblings: hash(7)?,
                    fingerprint: hash(8)?,
                };
                stored::read(row, &key)
            })
            .optional()?;
        let kept = kept.flatten().map(Content::Report);
        Ok((entry.id, kept.unwrap_or(Content::Damaged)))
    }
}

/// A row of the documents.
struct DocumentRow {
    id: String,
    position: i64,
    report: Option<i64>,
    failure: Option<String>,
}

impl DocumentRow {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            position: row.get(1)?,
            report: row.get(2)?,
            failure: row.get(3)?,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.report.is_some() && self.report == other.report
    }
}
