//! Records to reports, a group at a time.
//!
//! In: records, what judges them, and the run of a state if there is one. Out:
//! one line a record, in their order. What the state holds is not read again;
//! a group is committed to it before its lines are handed on, so that a kill
//! loses at most the group in hand. Memory does not grow with the number of
//! records. It writes no output.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

use mtlint::document::Document;
use mtlint::linter::{Linter, Options, Request};
use mtlint::report::{Report, json};

use super::report_line::{ReportBody, ReportLine, Summary};
use super::state::{Entry, Key, Run};
use super::{BatchError, Links, Record, Siblings};

/// A group is judged once it holds this many bytes of text to read: enough for
/// the model to work on many sentences at once, little against its own weights.
const GROUP_BYTES: usize = 256 * 1024;

/// A group never holds more records to read, so that reports do not pile up
/// and progress shows.
const GROUP_RECORDS: usize = 64;

/// Reports from the state that wait for the others of their group: so many that
/// a night with few new documents still reads them together.
const GROUP_KEPT: usize = 1024;

/// And so many bytes of them.
const GROUP_KEPT_BYTES: usize = 8 * 1024 * 1024;

/// Everything a batch is judged with.
pub struct Job<'a> {
    /// The linter.
    pub linter: &'a Linter,
    /// How the documents are linted.
    pub options: &'a Options,
    /// What the reports hold.
    pub json: json::Options<'a>,
    /// The run of the state, if there is one.
    pub run: Option<&'a mut Run>,
    /// Where documents find siblings, if there is a pool.
    pub siblings: Option<&'a mut Siblings>,
    /// Set to stop after the group in hand.
    pub stop: &'a AtomicBool,
    /// Sees every report that is made of a record's document, whole.
    pub watch: Option<&'a mut dyn FnMut(&Report)>,
}

/// How a batch came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All records were judged.
    Whole,
    /// It was told to stop; what was handed on is committed.
    Stopped,
}

impl Job<'_> {
    /// Judges `records` in groups and hands every report to `each`, in the
    /// order of the records.
    ///
    /// # Errors
    /// When the records, the model, the state or `each` fail. What was read
    /// before is judged, committed and handed on.
    pub fn judge_all<E>(
        mut self,
        records: impl Iterator<Item = Result<Record, BatchError>>,
        mut each: impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<Ended, E>
    where
        E: From<BatchError>,
    {
        let mut group = Group::default();
        for record in records {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    // What was read before the input broke is not lost.
                    self.judge_group(std::mem::take(&mut group), &mut each)?;
                    return Err(error.into());
                }
            };
            let (settled, links) = self.settled(record, &mut group, &mut each)?;
            self.add(&mut group, settled, links)?;
            if group.is_full() {
                self.judge_group(std::mem::take(&mut group), &mut each)?;
            }
            if self.stop.load(Ordering::Relaxed) {
                self.judge_group(group, &mut each)?;
                return Ok(Ended::Stopped);
            }
        }
        self.judge_group(group, &mut each)?;
        Ok(Ended::Whole)
    }

    /// The record with the siblings it is judged with: its own, or else that of
    /// the pool. This is the one place where siblings join a record; what is done
    /// here is part of the state's key. The links are not: they are looked for
    /// every time.
    fn settled<E: From<BatchError>>(
        &mut self,
        mut record: Record,
        group: &mut Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<(Record, Links), E> {
        let mut links = Links::default();
        if let Record::Document { request, day } = &mut record
            && let Some(siblings) = self.siblings.take()
        {
            let settled =
                siblings.settle(request, *day, |texts| self.qualities(texts, group, each));
            self.siblings = Some(siblings);
            links = settled?;
        }
        Ok((record, links))
    }

    /// The qualities of texts without siblings; none of what cannot be judged.
    fn qualities<E: From<BatchError>>(
        &mut self,
        texts: Vec<Document>,
        group: &mut Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<Vec<Option<f64>>, E> {
        let key = |text: &Document| self.run.as_ref().map(|run| run.key(text, &[]));
        let keys: Vec<Option<Key>> = texts.iter().map(key).collect();
        // What the group is about to read is not read twice.
        if keys
            .iter()
            .flatten()
            .any(|key| group.reading.contains_key(key))
        {
            self.judge_group(std::mem::take(group), each)?;
        }
        let qualities = self.alone(texts, &keys)?;
        Ok(qualities
            .into_iter()
            .map(|one| one.map(f64::from))
            .collect())
    }

    fn alone(
        &mut self,
        texts: Vec<Document>,
        keys: &[Option<Key>],
    ) -> Result<Vec<Option<f32>>, BatchError> {
        let mut qualities = vec![None; texts.len()];
        let mut reading = Vec::new();
        let mut requests = Vec::new();
        for (number, (text, key)) in texts.into_iter().zip(keys).enumerate() {
            let kept = match (&mut self.run, key) {
                (Some(run), Some(key)) => run.report(key)?,
                _ => None,
            };
            if let Some(kept) = kept {
                qualities[number] = kept.summary.quality;
                continue;
            }
            reading.push(number);
            requests.push(Request::new(text));
        }
        let reports = self.linter.lint_all(requests, self.options)?;
        let mut commit = match &mut self.run {
            Some(run) => Some(run.commit()?),
            None => None,
        };
        for (number, report) in reading.into_iter().zip(&reports) {
            let ready = Ready::of(report, self.json)?;
            qualities[number] = ready.summary.quality;
            if let (Some(commit), Some(key)) = (&mut commit, &keys[number]) {
                commit.report(key, &ready.body, &ready.summary)?;
            }
        }
        if let Some(commit) = commit {
            commit.done()?;
        }
        Ok(qualities)
    }

    /// Puts a record into the group, with its report if the state has it.
    fn add(&mut self, group: &mut Group, record: Record, links: Links) -> Result<(), BatchError> {
        let bytes = record.bytes();
        let (id, place) = match record {
            Record::Rejected { id, error } => {
                let report = Report::failed(id, error);
                let place = Place::Ready(Ready::of(&report, self.json)?);
                (report.id, place)
            }
            Record::Unreadable { id, error } => {
                let report = Report::failed(id, error);
                // What could not be read is tried again every time.
                let place = Place::Ready(Ready::of(&report, self.json)?);
                (report.id, place)
            }
            Record::Document { request, .. } => {
                let id = request.document.name().to_owned();
                let place = self.place(group, *request, bytes)?;
                (id, place)
            }
        };
        group.places.push(Placed { id, links, place });
        Ok(())
    }

    fn place(
        &mut self,
        group: &mut Group,
        request: Request,
        bytes: usize,
    ) -> Result<Place, BatchError> {
        // Without a state there is nothing to compare with.
        let key = match &mut self.run {
            Some(run) => {
                let key = run.key(&request.document, &request.unread);
                if let Some(&number) = group.reading.get(&key) {
                    return Ok(Place::Reading(number));
                }
                if let Some(kept) = run.report(&key)? {
                    group.kept_bytes += kept.body.0.len();
                    return Ok(Place::Ready(Ready {
                        body: kept.body,
                        summary: kept.summary,
                        report: Some(kept.number),
                    }));
                }
                Some(key)
            }
            None => None,
        };
        let number = group.requests.len();
        if let Some(key) = &key {
            group.reading.insert(key.clone(), number);
        }
        group.bytes += bytes;
        group.requests.push(request);
        group.keys.push(key);
        Ok(Place::Reading(number))
    }

    fn judge_group<E>(
        &mut self,
        group: Group,
        each: &mut impl FnMut(ReportLine) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<BatchError>,
    {
        for judged in self.judged(group)? {
            each(judged)?;
        }
        Ok(())
    }

    fn judged(&mut self, group: Group) -> Result<Vec<ReportLine>, BatchError> {
        if group.places.is_empty() {
            return Ok(Vec::new());
        }
        let reports = self.linter.lint_all(group.requests, self.options)?;
        if let Some(watch) = &mut self.watch {
            reports.iter().for_each(watch);
        }
        let options = self.json;
        let mut read = reports
            .iter()
            .map(|report| Ready::of(report, options))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(run) = &mut self.run {
            let mut commit = run.commit()?;
            for (ready, key) in read.iter_mut().zip(&group.keys) {
                if let Some(key) = key {
                    ready.report = Some(commit.report(key, &ready.body, &ready.summary)?);
                }
            }
            for Placed { id, place, .. } in &group.places {
                let (ready, _) = place.ready(&read);
                commit.entry(&match ready.report {
                    Some(report) => Entry::Report { id, report },
                    None => Entry::Failed {
                        id,
                        body: &ready.body,
                    },
                })?;
            }
            commit.done()?;
        }
        let mut judged = Vec::with_capacity(group.places.len());
        for Placed { id, links, place } in group.places {
            let (ready, from_state) = place.ready(&read);
            judged.push(ReportLine {
                line: ready.body.line(&id, &links)?,
                id,
                links,
                summary: ready.summary,
                from_state,
            });
        }
        Ok(judged)
    }
}

/// Records that are judged and committed together.
#[derive(Default)]
struct Group {
    /// What has to be read, each with its key if there is a state.
    requests: Vec<Request>,
    keys: Vec<Option<Key>>,
    /// The number in `requests` of what is about to be read.
    reading: HashMap<Key, usize>,
    /// Every record in its place.
    places: Vec<Placed>,
    bytes: usize,
    kept_bytes: usize,
}

impl Group {
    fn is_full(&self) -> bool {
        self.bytes >= GROUP_BYTES
            || self.requests.len() >= GROUP_RECORDS
            || self.places.len() >= GROUP_KEPT
            || self.kept_bytes >= GROUP_KEPT_BYTES
    }
}

/// A record of the group.
struct Placed {
    id: String,
    links: Links,
    /// Where its report comes from.
    place: Place,
}

enum Place {
    /// The report is there already: kept in the state, or of a record that
    /// holds no document.
    Ready(Ready),
    /// The report on this input of the group.
    Reading(usize),
}

impl Place {
    /// The report of this place, and whether it came from the state.
    fn ready<'a>(&'a self, read: &'a [Ready]) -> (&'a Ready, bool) {
        match self {
            Self::Ready(ready) => (ready, ready.report.is_some()),
            Self::Reading(number) => (&read[*number], false),
        }
    }
}

/// A report that is done.
struct Ready {
    body: ReportBody,
    summary: Summary,
    /// Its number in the state; none for failures, which are never kept.
    report: Option<i64>,
}

impl Ready {
    fn of(report: &Report, options: json::Options<'_>) -> Result<Self, BatchError> {
        Ok(Self {
            body: ReportBody::of(report, options)?,
            summary: Summary::of(report),
            report: None,
        })
    }
}
