//! The thread that reads documents.
//!
//! In: documents that wait, the newest first. Out: what was found in each. One thread calls the
//! linter, which uses all the processors it was given; models are loaded here too, so that nobody
//! who types waits for either. A document that fails is one that was not judged, and the next one
//! is read.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, Sender, bounded};
use lsp_types::{MessageType, Uri};
use mtlint::document::{Document, DocumentError, Markup};
use mtlint::report::{AbstainReason, Analysis, Failure, Outcome};
use mtlint::{Linter, Request};

use crate::client::Client;
use crate::host::{Host, ModelChoice, Plan, PlanError};
use crate::loading::Loading;
use crate::queue::{Job, Queue};
use crate::siblings::Siblings;

/// The bytes of readings that each language model keeps (256 MiB), so that an edited document is
/// read on from the edit: some 6,000 tokens of the default model.
const READING_CACHE_BYTES: usize = 256 << 20;

/// A server that ends waits so long for the thread: enough to end a download in an orderly way.
/// A reading that takes longer ends with the program.
const MAX_END: Duration = Duration::from_secs(2);

/// What became of a document.
pub(crate) struct Reading {
    pub(crate) uri: Uri,
    /// The text that was read.
    pub(crate) revision: u64,
    pub(crate) verdict: Verdict,
}

/// What was found out about a document.
pub(crate) enum Verdict {
    /// It was judged.
    Judged(Box<Judged>),
    /// There is nothing in it to judge.
    Nothing,
    /// It could not be judged, which says nothing of it.
    Unjudged(PlanError),
}

/// A document that was judged.
pub(crate) struct Judged {
    pub(crate) analysis: Analysis,
    /// The siblings it was compared with: their ids in the analysis, and their files.
    pub(crate) siblings: Vec<(String, PathBuf)>,
}

/// The thread that reads documents.
pub(crate) struct Engine {
    queue: Arc<Queue>,
    stop: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Engine {
    /// Starts the thread; what was found goes to `readings`.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn start(
        host: Arc<dyn Host>,
        client: Client,
        readings: Sender<Reading>,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let stop = Arc::new(AtomicBool::new(false));
        let (end, ended) = bounded(1);
        let mut reader = Reader {
            host,
            client,
            queue: Arc::clone(&queue),
            given_up: None,
            stop: Arc::clone(&stop),
            linters: Vec::new(),
            failed: Vec::new(),
            siblings: Siblings::default(),
            loadings: 0,
        };
        let thread = std::thread::Builder::new().name("mtlint-engine".to_owned());
        thread.spawn({
            let queue = Arc::clone(&queue);
            move || {
                while let Some(job) = queue.next() {
                    if let Some(reading) = reader.reading(&job)
                        && readings.send(reading).is_err()
                    {
                        break;
                    }
                }
                // Nobody may be waiting.
                let _ = end.send(());
            }
        })?;
        Ok(Self { queue, stop, ended })
    }

    /// The documents that wait.
    pub(crate) fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Ends the thread.
    pub(crate) fn end(self) {
        self.stop.store(true, Ordering::Relaxed);
        self.queue.close();
        // Whether it has ended changes nothing any more.
        let _ = self.ended.recv_timeout(MAX_END);
    }
}

/// The models, with what was read before.
struct Reader {
    host: Arc<dyn Host>,
    client: Client,
    queue: Arc<Queue>,
    /// The document whose last reading was given up for a newer text: the next one is not, so that
    /// something is shown to whoever pauses often.
    given_up: Option<Uri>,
    stop: Arc<AtomicBool>,
    linters: Vec<(ModelChoice, Linter)>,
    /// Models that could not be loaded, with the number of the attempt.
    failed: Vec<(ModelChoice, u64, String)>,
    siblings: Siblings,
    loadings: u64,
}

impl Reader {
    /// What is found in a document; `None` if that was given up, since nobody waits for it any
    /// more. Whatever fails is that document's failure.
    fn reading(&mut self, job: &Job) -> Option<Reading> {
        let newer = self.given_up.take().as_ref() != Some(&job.uri);
        let read = catch_unwind(AssertUnwindSafe(|| self.read(job, newer)));
        if !matches!(read, Ok(Ok(_))) && self.queue.is_current_in_vain(newer) {
            self.given_up = Some(job.uri.clone());
            return None;
        }
        let broken = "mtlint failed on it, which is a fault of its own; please report it";
        let verdict = read.unwrap_or_else(|_| Err(unjudged(broken)));
        Some(Reading {
            uri: job.uri.clone(),
            revision: job.revision,
            verdict: verdict.unwrap_or_else(Verdict::Unjudged),
        })
    }

    /// Reads a document, unless it is in vain; `newer` says whether a newer text makes it so.
    fn read(&mut self, job: &Job, newer: bool) -> Result<Verdict, PlanError> {
        let plan = self.host.plan(&job.place, &job.settings)?;
        let name = name(job);
        let failed = |error: DocumentError| self.host.failure(&Failure::from(error));
        let size = job.text.len() as u64;
        if size > plan.max_bytes {
            let too_large = DocumentError::TooLarge {
                name,
                limit: plan.max_bytes,
                size: Some(size),
            };
            return Err(unjudged(failed(too_large)));
        }
        // A sibling that cannot be read fails the document: corrections would be missing
        // without anyone noticing.
        let siblings = open_siblings(&plan, job).map_err(|error| unjudged(failed(error)))?;
        let markup = markup(&job.language, job.place.path.as_deref());
        let document = Document::from_text(name, job.text.whole()).marked_up(markup);
        let linter = self.linter(&plan.model, job.attempt)?;
        let queue = Arc::clone(&self.queue);
        let linter = linter.giving_up_once(move || queue.is_current_in_vain(newer));
        let names = siblings.iter().map(|sibling| sibling.name().to_owned());
        let files = names.zip(plan.siblings.iter().cloned()).collect();
        let language = plan.options.language.as_deref();
        let read = self
            .siblings
            .read(&siblings, (&plan.model, &linter), language);
        let request = match read {
            Some(articles) => Request {
                articles,
                ..Request::new(document)
            },
            // The language model failed on one of them: the report says on which.
            None => Request {
                unread: siblings,
                ..Request::new(document)
            },
        };
        let mut reports = linter.lint_each(vec![request], &plan.options);
        let outcome = reports.pop().map(|report| report.outcome);
        match outcome {
            Some(Outcome::Scored(analysis)) => Ok(Verdict::Judged(Box::new(Judged {
                analysis: *analysis,
                siblings: files,
            }))),
            Some(Outcome::Abstained {
                reason: AbstainReason::Empty | AbstainReason::TooShort,
                ..
            })
            | None => Ok(Verdict::Nothing),
            Some(Outcome::Abstained { reason, language }) => {
                Err(unjudged(self.host.abstained(reason, language.as_ref())))
            }
            Some(Outcome::Failed(failure)) => Err(unjudged(self.host.failure(&failure))),
        }
    }

    /// The linter that reads with a model, which is loaded when it is needed first and kept as
    /// long as the server runs. What a linter is to keep from one reading of a document to the
    /// next is switched on here.
    fn linter(&mut self, model: &ModelChoice, attempt: u64) -> Result<Linter, PlanError> {
        if let Some((_, linter)) = self.linters.iter().find(|(loaded, _)| loaded == model) {
            return Ok(linter.clone());
        }
        let mut failed = self.failed.iter();
        if let Some((.., message)) =
            failed.find(|(failed, tried, _)| failed == model && *tried >= attempt)
        {
            return Err(unjudged(message));
        }
        self.loadings += 1;
        let loading = Loading::begin(&self.client, self.loadings, &self.stop);
        let loaded = self.host.load(model, &loading);
        drop(loading);
        self.failed.retain(|(failed, ..)| failed != model);
        match loaded {
            Ok(linter) => {
                linter.keep_readings(READING_CACHE_BYTES);
                self.linters.push((model.clone(), linter.clone()));
                Ok(linter)
            }
            Err(message) => {
                let shown = format!(
                    "mtlint cannot load its language model: {message}\nSave the file to try again."
                );
                self.client.show(MessageType::Error, shown);
                self.failed.push((model.clone(), attempt, message.clone()));
                Err(unjudged(message))
            }
        }
    }
}

/// That a document was not judged, for a reason that is not its configuration.
fn unjudged(message: impl Into<String>) -> PlanError {
    PlanError {
        message: message.into(),
        configuration: None,
    }
}

/// The siblings that a plan names, in its order.
fn open_siblings(plan: &Plan, job: &Job) -> Result<Vec<Document>, DocumentError> {
    let files = plan.siblings.iter();
    let opened = files.map(|path| {
        let sibling = Document::open(path, plan.max_bytes)?;
        let name = shown(path, job.place.folder.as_deref());
        let sibling = Document::from_text(name, sibling.text());
        Ok(sibling.marked_up(Markup::of(path)))
    });
    opened.collect()
}

/// How a document is marked up, by the language that the client takes it for, and else by the
/// ending of its name.
fn markup(language: &str, path: Option<&Path>) -> Option<Markup> {
    match language {
        "markdown" => Some(Markup::Markdown),
        "html" | "xhtml" => Some(Markup::Html),
        _ => path.and_then(Markup::of),
    }
}

/// The name of a document in messages.
fn name(job: &Job) -> String {
    match &job.place.path {
        Some(path) => shown(path, job.place.folder.as_deref()),
        None => job.uri.0.clone(),
    }
}

/// A path as people know it: from the folder of the workspace, where it lies in it.
fn shown(path: &Path, folder: Option<&Path>) -> String {
    let inside = folder.and_then(|folder| path.strip_prefix(folder).ok());
    inside.unwrap_or(path).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_told_by_the_language_and_else_by_the_name() {
        for (language, path, expected) in [
            ("markdown", Some("a.txt"), Some(Markup::Markdown)),
            ("plaintext", Some("a.md"), Some(Markup::Markdown)),
            ("html", None, Some(Markup::Html)),
            ("text", Some("a.htm"), Some(Markup::Html)),
            ("plaintext", Some("a.txt"), None),
            ("plaintext", None, None),
        ] {
            let path = path.map(Path::new);
            assert_eq!(markup(language, path), expected, "{language} {path:?}");
        }
    }
}
