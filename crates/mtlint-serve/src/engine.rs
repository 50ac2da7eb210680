//! The thread that lints.
//!
//! In: documents, from any number of requests at once. Out: their reports. One thread calls the
//! linter, with as many of the waiting documents as go together; the linter uses all the
//! processors it was given. A report is the same in whichever group its document is read.
//! What was read before is kept as far as there is room: reports, and siblings. It knows
//! nothing of HTTP.

use std::collections::HashMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::oneshot;

use mtlint::document::Document;
use mtlint::lm::TokenCounts;
use mtlint::lm::cache::Cache;
use mtlint::report::{Outcome, Report};
use mtlint::{Article, Linter, Options, Request};

use crate::metrics::Metrics;
use crate::queue::{Job, Queue, Refused, Urgency};
use crate::work::{Key, Work, sibling_key, sibling_size};

/// The reports that are kept have about this many bytes in memory: those on some thousand
/// articles.
const REPORT_CACHE_BYTES: usize = 64 << 20;

/// The siblings that are kept, read, have about this many bytes in memory.
const SIBLING_CACHE_BYTES: usize = 32 << 20;

/// The readings of the language model that are kept, to read an edited article on from the edit,
/// have about this many bytes in memory: those of five to ten articles or siblings.
const READING_CACHE_BYTES: usize = 256 << 20;

/// A document on its way to its report.
#[derive(Debug)]
pub(crate) enum Submitted {
    /// The report was made before.
    Known(Arc<Report>),
    /// The report is made; whoever drops this does not wait for it any more.
    Waiting(oneshot::Receiver<Arc<Report>>),
}

/// The thread that lints, and what waits for it.
pub(crate) struct Engine {
    queue: Arc<Queue<Waiting>>,
    reports: Arc<Mutex<Cache<Key, Arc<Report>>>>,
    metrics: Arc<Metrics>,
    linter: Linter,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// A document that waits.
struct Waiting {
    work: Work,
    key: Key,
    answer: Answer,
}

/// Where a report goes to. It is closed once nobody waits for it any more.
type Answer = oneshot::Sender<Arc<Report>>;

impl Job for Waiting {
    fn bytes(&self) -> usize {
        self.work.bytes()
    }

    fn is_abandoned(&self) -> bool {
        self.answer.is_closed()
    }

    fn goes_with(&self, other: &Self) -> bool {
        self.work.options == other.work.options
    }
}

impl Engine {
    /// Starts the thread. At most `max_waiting` documents wait for it, those of batches apart;
    /// with `cached`, what was read is kept.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        linter: Linter,
        max_waiting: usize,
        cached: bool,
        metrics: Arc<Metrics>,
    ) -> io::Result<Self> {
        let size = |bytes: usize| if cached { bytes } else { 0 };
        linter.keep_readings(size(READING_CACHE_BYTES));
        let queue = Arc::new(Queue::new(max_waiting));
        let reports = Arc::new(Mutex::new(Cache::new(size(REPORT_CACHE_BYTES))));
        let mut reader = Reader {
            linter: linter.clone(),
            reports: Arc::clone(&reports),
            siblings: Cache::new(size(SIBLING_CACHE_BYTES)),
            metrics: Arc::clone(&metrics),
        };
        let thread = std::thread::Builder::new().name("mtlint-engine".to_owned());
        let thread = thread.spawn({
            let queue = Arc::clone(&queue);
            move || {
                while let Some(group) = queue.next_group() {
                    reader.metrics.set_reading(group.len());
                    reader.answer(group);
                    reader.metrics.set_reading(0);
                }
            }
        })?;
        Ok(Self {
            queue,
            reports,
            metrics,
            linter,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Hands over a document.
    ///
    /// # Errors
    /// When too many wait, or the engine was closed.
    pub(crate) fn submit(&self, work: Work, urgency: Urgency) -> Result<Submitted, Refused> {
        let key = work.key();
        if let Some(known) = lock(&self.reports).get(&key) {
            self.metrics.count_known();
            return Ok(Submitted::Known(known));
        }
        let (answer, waiting) = oneshot::channel();
        self.queue.push(Waiting { work, key, answer }, urgency)?;
        Ok(Submitted::Waiting(waiting))
    }

    /// How many documents wait.
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// How many tokens the language model has read, and how many it need not read.
    pub(crate) fn tokens(&self) -> TokenCounts {
        self.linter.tokens()
    }

    /// Takes no more documents.
    pub(crate) fn close(&self) {
        self.queue.close();
    }

    /// Waits until all that was handed over is linted. The engine must have been closed.
    pub(crate) fn join(&self) {
        let thread = lock(&self.thread).take();
        if let Some(thread) = thread {
            // How it ended changes nothing any more.
            let _ = thread.join();
        }
    }
}

/// The linter, with what it read before.
struct Reader {
    linter: Linter,
    reports: Arc<Mutex<Cache<Key, Arc<Report>>>>,
    siblings: Cache<Key, Article>,
    metrics: Arc<Metrics>,
}

impl Reader {
    /// Lints the documents of a group, each text once, and answers all that wait for them. Once
    /// nobody waits for any of them, it gives up.
    fn answer(&mut self, group: Vec<Waiting>) {
        let mut answers: HashMap<Key, Vec<Answer>> = HashMap::new();
        let mut unread: Vec<(Key, Work)> = Vec::new();
        for Waiting { work, key, answer } in group {
            // One that waited with it, in another group, may have had the same text.
            if let Some(known) = lock(&self.reports).get(&key) {
                self.metrics.count_known();
                // Whoever has gone gets no answer.
                let _ = answer.send(known);
                continue;
            }
            let waiting = answers.entry(key).or_default();
            if waiting.is_empty() {
                unread.push((key, work));
            } else {
                self.metrics.count_known();
            }
            waiting.push(answer);
        }
        let answers = Arc::new(answers);
        let nobody_waits = {
            let answers = Arc::clone(&answers);
            move || answers.values().flatten().all(Answer::is_closed)
        };
        let reports = self.read(unread, &self.linter.giving_up_once(nobody_waits));
        // The linter that asked for it is gone.
        let mut answers = Arc::into_inner(answers).unwrap_or_default();
        let given_up = answers.values().flatten().all(Answer::is_closed);
        for (key, size, report) in reports {
            if given_up && matches!(report.outcome, Outcome::Failed(_)) {
                continue;
            }
            let report = self.keep(key, size, report);
            for answer in answers.remove(&key).unwrap_or_default() {
                let _ = answer.send(report.clone());
            }
        }
    }

    /// Lints documents together, and gives each report with its size in memory. One that the linter
    /// fails on has a report that says so.
    fn read(&mut self, works: Vec<(Key, Work)>, linter: &Linter) -> Vec<(Key, usize, Report)> {
        let Some((_, first)) = works.first() else {
            return Vec::new();
        };
        let options = first.options.clone();
        let kept = works.iter().map(|(key, work)| (*key, work.report_size()));
        let kept: Vec<(Key, usize)> = kept.collect();
        let works = works.into_iter().map(|(_, work)| work).collect();
        let reports = self.lint(works, &options, linter);
        let answers = kept.into_iter().zip(reports);
        let answers = answers.map(|((key, size), report)| (key, size, report));
        answers.collect()
    }

    fn lint(&mut self, works: Vec<Work>, options: &Options, linter: &Linter) -> Vec<Report> {
        let siblings = works.iter().flat_map(|work| &work.siblings);
        let read = self.read_siblings(siblings, options.language.as_deref(), linter);
        let requests = works.into_iter().map(|work| {
            let all_read = work.siblings.iter();
            let all_read = all_read.map(|sibling| {
                let key = sibling_key(sibling, options.language.as_deref());
                read.get(&key).cloned()
            });
            match all_read.collect::<Option<Vec<Article>>>() {
                Some(articles) => Request {
                    articles,
                    ..Request::new(work.document)
                },
                // The language model failed on one of the siblings: the report says on which.
                None => Request {
                    unread: work.siblings,
                    ..Request::new(work.document)
                },
            }
        });
        linter.lint_each(requests.collect(), options)
    }

    /// Reads the siblings that were not read before. None of the new ones is there if the
    /// language model fails on one.
    fn read_siblings<'a>(
        &mut self,
        siblings: impl Iterator<Item = &'a Document>,
        language: Option<&str>,
        linter: &Linter,
    ) -> HashMap<Key, Article> {
        let mut read: HashMap<Key, Article> = HashMap::new();
        let mut unread: HashMap<Key, &Document> = HashMap::new();
        for sibling in siblings {
            let key = sibling_key(sibling, language);
            match self.siblings.get(&key) {
                Some(article) => drop(read.insert(key, article)),
                None => drop(unread.insert(key, sibling)),
            }
        }
        let (keys, texts): (Vec<Key>, Vec<&Document>) = unread.into_iter().unzip();
        let documents: Vec<Document> = texts.iter().map(|&text| text.clone()).collect();
        // A failure, be it a panic, is told by whoever reads the sibling again with its document.
        let articles = catch_unwind(AssertUnwindSafe(|| linter.read_all(&documents, language)));
        let articles = articles.map(Result::unwrap_or_default).unwrap_or_default();
        for ((key, text), article) in keys.into_iter().zip(texts).zip(articles) {
            self.siblings.put(key, article.clone(), sibling_size(text));
            read.insert(key, article);
        }
        read
    }

    /// Counts a report that was just made, and keeps it as one of `size` bytes. What failed is tried
    /// again when it is asked for again.
    fn keep(&self, key: Key, size: usize, report: Report) -> Arc<Report> {
        self.metrics.count_report(&report);
        let report = Arc::new(report);
        if !matches!(report.outcome, Outcome::Failed(_)) {
            let kept = Arc::clone(&report);
            lock(&self.reports).put(key, kept, size);
        }
        report
    }
}

/// Nothing is left half done under these locks, whoever panics.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
