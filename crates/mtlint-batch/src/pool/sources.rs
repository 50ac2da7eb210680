//! From the arguments of a batch to its pool.
//!
//! In: files, folders and patterns as a batch has them, and the batch itself.
//! Out: the pool with all their articles, and how many things could not be read.
//! What is no article, for it is empty or not in English, is left out. It
//! compares nothing.

use std::ffi::OsString;
use std::io::BufRead;
use std::path::Path;
use std::sync::Arc;

use mtlint::language::{AbstainReason, Gate, gate};
use mtlint::lexicon::Lexicon;
use mtlint::segment::segment;

use crate::date::UnreadDates;
use crate::error::BatchError;
use crate::input_error::InputError;
use crate::open::{InputOptions, RecordNaming, records};
use crate::record::Record;
use crate::source::{Inputs, Source, SourceNote, sources};
use crate::unpack::BytesRead;

use super::article::Article;
use super::error::PoolError;
use super::search::{Pool, PoolBuilder};

/// The argument of `--pool` that stands for the batch's own documents.
pub const BATCH: &str = "batch";

/// The files that a pool is read from, known to be there.
#[derive(Debug)]
pub struct PoolSources {
    /// Each argument with its sources that are not the batch's.
    others: Vec<(String, Vec<Source>)>,
    /// What the arguments name beside their sources.
    notes: Vec<SourceNote>,
    /// Sources of the batch whose documents are articles of the pool too.
    own: Vec<Source>,
}

/// The pool of a batch, and what was left out of it.
pub struct BatchPool {
    /// The pool with all articles that could be read.
    pub pool: Pool,
    /// The number of the first article that is a document of the batch; so are all articles
    /// after it.
    pub first_own: u64,
    /// How many records and files were left out because they are no articles. Those of the
    /// batch are not counted: they have their reports.
    pub skipped: u64,
    /// What is wrong with the first record or file that was left out.
    pub first_problem: Option<String>,
    /// The dates that could not be read: such articles may be of any day. Those of the batch
    /// are not counted.
    pub unread_dates: UnreadDates,
    /// What cannot be read of the pool, or not to its end; what comes before is in the pool.
    pub broken: Vec<InputError>,
}

impl PoolSources {
    /// The sources that `arguments` name, for a batch that reads `inputs`. A
    /// file that is also an input is the batch's, as [`BATCH`] means all inputs.
    ///
    /// # Errors
    /// When there is nothing of such a name, and when something would be read
    /// twice that cannot be.
    pub fn find(arguments: &[OsString], inputs: &[Source]) -> Result<Self, PoolError> {
        let mut own = vec![false; inputs.len()];
        let (mut others, mut notes) = (Vec::new(), Vec::new());
        let mut stdin = inputs.contains(&Source::StandardInput);
        for argument in arguments {
            if argument == BATCH {
                own.fill(true);
                continue;
            }
            let Inputs {
                sources: mut found,
                notes: said,
            } = sources(std::slice::from_ref(argument))?;
            let name = argument.display().to_string();
            if found.is_empty() {
                return Err(PoolError::Empty {
                    argument: name,
                    problem: said.first().map_or_else(nothing, SourceNote::to_string),
                });
            }
            notes.extend(said);
            found.retain(|source| {
                let input = inputs.iter().position(|input| same(input, source));
                if let Some(input) = input {
                    own[input] = true;
                }
                input.is_none()
            });
            if found.contains(&Source::StandardInput) && std::mem::replace(&mut stdin, true) {
                return Err(PoolError::StandardInputTwice);
            }
            if !found.is_empty() {
                others.push((name, found));
            }
        }
        let own = inputs.iter().zip(own).filter(|(_, own)| *own);
        let own: Vec<Source> = own.map(|(input, _)| input.clone()).collect();
        match own.iter().find(|source| !source.can_be_read_again()) {
            Some(once) => Err(PoolError::OnlyOnce { name: once.name() }),
            None => Ok(Self { others, notes, own }),
        }
    }

    /// The files that are read for the pool alone, so that nothing is written over them.
    pub fn others(&self) -> impl Iterator<Item = &Source> {
        self.others.iter().flat_map(|(_, sources)| sources)
    }

    /// What the arguments name beside their sources.
    pub fn notes(&self) -> &[SourceNote] {
        &self.notes
    }

    /// Reads all sources into a pool. No text may have more than `max_bytes` bytes;
    /// `language` is the code of the one that all texts are said to be in, if it is given.
    ///
    /// # Errors
    /// When an argument gives no article, and when the index fails.
    pub fn build<R: BufRead>(
        &self,
        stdin: R,
        max_bytes: u64,
        language: Option<&str>,
    ) -> Result<BatchPool, BatchError> {
        let mut stdin = Some(stdin);
        let lexicon = Lexicon::embedded().map_err(PoolError::from)?;
        let mut builder = PoolBuilder::new()?;
        let (mut skipped, mut first_problem) = (0, None);
        let mut broken = Vec::new();
        let mut unread_dates = UnreadDates::default();
        let input_options = |naming| InputOptions {
            max_bytes,
            naming,
            read: BytesRead::default(),
            stop: Arc::default(),
        };
        for (argument, sources) in &self.others {
            let mut articles = 0u64;
            let mut first = None;
            for source in sources {
                for record in records(
                    source,
                    &mut stdin,
                    &input_options(RecordNaming::FileAndNumber),
                ) {
                    let record = match record {
                        Record::Broken(error) => {
                            first.get_or_insert_with(|| error.to_string());
                            broken.push(error);
                            continue;
                        }
                        record => record,
                    };
                    if let Record::Document { date, .. } = &record {
                        unread_dates.count(record.id(), date);
                    }
                    match article(record, &lexicon, language) {
                        Ok(article) => {
                            builder.add(&article)?;
                            articles += 1;
                        }
                        Err(wrong) => {
                            skipped += 1;
                            first.get_or_insert_with(|| describe(source, &wrong));
                        }
                    }
                }
            }
            if articles == 0 {
                return Err(PoolError::Empty {
                    argument: argument.clone(),
                    problem: first.unwrap_or_else(nothing),
                }
                .into());
            }
            first_problem = first_problem.or(first);
        }
        let first_own = builder.len();
        for source in &self.own {
            for record in records(source, &mut stdin, &input_options(RecordNaming::Number)) {
                if let Ok(article) = article(record, &lexicon, language) {
                    builder.add(&article)?;
                }
            }
        }
        Ok(BatchPool {
            pool: builder.finish()?,
            first_own,
            skipped,
            first_problem,
            unread_dates,
            broken,
        })
    }
}

fn nothing() -> String {
    "there is nothing in it".to_owned()
}

/// The article of a record, or what is wrong with it.
fn article(record: Record, lexicon: &Lexicon, language: Option<&str>) -> Result<Article, String> {
    let (document, day) = match record {
        Record::Document { request, date } => (request.document, date.day()),
        Record::Unreadable { error, .. } => return Err(error.to_string()),
        Record::Rejected { error, .. } => return Err(error.to_string()),
        Record::Broken(error) => return Err(error.to_string()),
    };
    let id = document.name().to_owned();
    let text = document.text().to_owned();
    match gate(&text, &segment(&text), lexicon, language) {
        Gate::Judge(_) => Ok(Article {
            id,
            text,
            date: day,
        }),
        Gate::Abstain { reason, .. } => Err(format!(
            "{id} {}",
            match reason {
                AbstainReason::Empty => "is empty",
                AbstainReason::LanguageUnsupported => "is not in English",
                AbstainReason::LanguageUncertain => "does not seem to be in English",
                AbstainReason::TooShort | AbstainReason::NotText => "has no words to compare",
            }
        )),
    }
}

/// What is wrong in a source: a file of records is named, since the record
/// knows its line only.
fn describe(source: &Source, wrong: &str) -> String {
    match source {
        Source::Text(_) | Source::Broken(..) => wrong.to_owned(),
        Source::JsonLines(_) | Source::Csv(_) | Source::Parquet(_) | Source::StandardInput => {
            format!("{}: {wrong}", source.name())
        }
    }
}

/// Whether both are the same file.
fn same(one: &Source, other: &Source) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    match (one.path(), other.path()) {
        (Some(one), Some(other)) => real(one) == real(other),
        _ => false,
    }
}
