//! Documents that wait to be read.
//!
//! In: documents, each time that they change. Out: the one that was changed last, once nobody
//! has typed in it for a moment. A document waits once, with its newest text. It reads nothing.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use lsp_types::Uri;

use crate::host::Place;
use crate::settings::ClientSettings;
use crate::text::Text;

/// A document that waits to be read.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    pub(crate) uri: Uri,
    /// Which text of the document this is: the last one has the highest number.
    pub(crate) revision: u64,
    pub(crate) place: Place,
    /// The language that the client takes it for.
    pub(crate) language: String,
    pub(crate) text: Text,
    pub(crate) settings: ClientSettings,
    /// When it may be read.
    pub(crate) due: Instant,
    /// A model that could not be loaded is tried again if this number has grown since.
    pub(crate) attempt: u64,
}

/// Documents that wait to be read.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    /// The one that was changed last is last.
    jobs: Vec<Job>,
    /// The document that was given out last.
    current: Option<Uri>,
    /// Whether it was taken out since.
    gone: bool,
    closed: bool,
}

impl Queue {
    /// Adds a document, or its newest text.
    pub(crate) fn push(&self, job: Job) {
        let mut waiting = self.lock();
        waiting.remove(&job.uri);
        waiting.jobs.push(job);
        drop(waiting);
        self.changed.notify_one();
    }

    /// Takes a document out.
    pub(crate) fn remove(&self, uri: &Uri) {
        let mut waiting = self.lock();
        waiting.remove(uri);
        waiting.gone |= waiting.current.as_ref() == Some(uri);
    }

    /// Whether nobody waits any more for the document that was given out last: it was taken out,
    /// the queue is closed, or, where `newer` counts, a newer text of it may be read.
    pub(crate) fn is_current_in_vain(&self, newer: bool) -> bool {
        let waiting = self.lock();
        let now = Instant::now();
        let replaces = |job: &Job| Some(&job.uri) == waiting.current.as_ref() && job.due <= now;
        waiting.closed || waiting.gone || (newer && waiting.jobs.iter().any(replaces))
    }

    /// Waits for a document that may be read: of several, the one that was changed last. `None`
    /// once the queue is closed.
    pub(crate) fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.closed {
                return None;
            }
            let now = Instant::now();
            if let Some(last) = waiting.jobs.iter().rposition(|job| job.due <= now) {
                let job = waiting.jobs.remove(last);
                waiting.current = Some(job.uri.clone());
                waiting.gone = false;
                return Some(job);
            }
            let due = waiting.jobs.iter().map(|job| job.due).min();
            waiting = match due {
                Some(due) => {
                    let pause = due.saturating_duration_since(now);
                    let woken = self.changed.wait_timeout(waiting, pause);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.changed.wait(waiting);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
        }
    }

    /// Gives out no more documents.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nothing is left half done under the lock, whoever panics.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn remove(&mut self, uri: &Uri) {
        self.jobs.retain(|job| job.uri != *uri);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use super::*;

    fn job(name: &str, revision: u64, due: Instant) -> Job {
        Job {
            uri: Uri(name.to_owned()),
            revision,
            place: Place::default(),
            language: String::new(),
            text: Text::new(""),
            settings: ClientSettings::default(),
            due,
            attempt: 0,
        }
    }

    fn next(queue: &Queue) -> (String, u64) {
        let job = queue.next().unwrap();
        (job.uri.0, job.revision)
    }

    #[test]
    fn the_last_change_comes_first_and_an_old_text_never() {
        let queue = Queue::default();
        let now = Instant::now();
        for (name, revision) in [("a", 1), ("b", 2), ("a", 3), ("c", 4), ("d", 5)] {
            queue.push(job(name, revision, now));
        }
        queue.remove(&Uri("d".to_owned()));
        let order = [next(&queue), next(&queue), next(&queue)];
        let expected = [("c", 4), ("a", 3), ("b", 2)];
        assert_eq!(
            order,
            expected.map(|(name, number)| (name.to_owned(), number))
        );
    }

    #[test]
    fn what_was_given_out_is_in_vain_once_it_is_old() {
        let queue = Queue::default();
        let (now, later) = (Instant::now(), Instant::now() + Duration::from_secs(3600));
        queue.push(job("a", 1, now));
        assert_eq!(next(&queue), ("a".to_owned(), 1));
        queue.push(job("b", 2, now));
        queue.push(job("a", 3, later));
        assert!(!queue.is_current_in_vain(true), "it is still being typed");
        queue.push(job("a", 4, now));
        assert!(queue.is_current_in_vain(true));
        assert!(!queue.is_current_in_vain(false));
        assert_eq!(next(&queue), ("a".to_owned(), 4));
        assert!(!queue.is_current_in_vain(true));
        queue.remove(&Uri("b".to_owned()));
        assert!(!queue.is_current_in_vain(false));
        queue.remove(&Uri("a".to_owned()));
        assert!(queue.is_current_in_vain(false));
    }

    #[test]
    fn what_is_being_typed_waits_and_what_is_not_does_not() {
        let queue = Queue::default();
        let later = Instant::now() + Duration::from_secs(3600);
        queue.push(job("still", 1, Instant::now()));
        queue.push(job("typed", 2, later));
        assert_eq!(next(&queue).0, "still");
        let queue = Arc::new(queue);
        let waiter = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || (next(&queue), queue.next().is_none())
        });
        // The text that is due replaces the one that waits for an hour.
        queue.push(job("typed", 3, Instant::now()));
        while !queue.lock().jobs.is_empty() {
            std::thread::yield_now();
        }
        queue.close();
        assert_eq!(waiter.join().unwrap(), (("typed".to_owned(), 3), true));
    }
}
