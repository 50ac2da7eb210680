//! What waits for the engine.
//!
//! In: jobs, one at a time, from any thread. Out: groups of jobs that can be linted together,
//! to one thread that waits for them. What somebody sits before comes before the documents of
//! a batch; within each, first come is first served. A job that nobody waits for any more is
//! dropped. The queue is bounded; it lints nothing.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A group has at most about this many bytes of text to read: some ten articles. More of them
/// are hardly read any faster together, and each waits for all.
const MAX_GROUP_BYTES: usize = 32 * 1024;

/// A group has at most so many jobs, however short they are.
const MAX_GROUP_JOBS: usize = 64;

/// What the queue has to know of a job.
pub(crate) trait Job {
    /// The bytes of text that are to be read.
    fn bytes(&self) -> usize;

    /// Whether nobody waits for the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Whether the two can be linted by one call.
    fn goes_with(&self, other: &Self) -> bool;
}

/// How urgent a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Somebody waits for this one answer.
    Now,
    /// It is one of many documents. Their number is bounded by whoever sends them.
    Later,
}

/// Why a job was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// As many wait as may.
    Full,
    /// No more jobs are taken.
    Closed,
}

/// Jobs that wait.
pub(crate) struct Queue<J> {
    waiting: Mutex<Waiting<J>>,
    changed: Condvar,
    max_urgent: usize,
}

struct Waiting<J> {
    urgent: VecDeque<J>,
    patient: VecDeque<J>,
    closed: bool,
}

impl<J: Job> Queue<J> {
    /// An empty queue, in which at most `max_urgent` jobs of [`Urgency::Now`] wait.
    pub(crate) fn new(max_urgent: usize) -> Self {
        Self {
            waiting: Mutex::new(Waiting {
                urgent: VecDeque::new(),
                patient: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
            max_urgent,
        }
    }

    /// Adds a job.
    pub(crate) fn push(&self, job: J, urgency: Urgency) -> Result<(), Refused> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(Refused::Closed);
        }
        match urgency {
            Urgency::Now => {
                if waiting.urgent.len() >= self.max_urgent {
                    waiting.drop_abandoned();
                }
                if waiting.urgent.len() >= self.max_urgent {
                    return Err(Refused::Full);
                }
                waiting.urgent.push_back(job);
            }
            Urgency::Later => waiting.patient.push_back(job),
        }
        drop(waiting);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for jobs, and takes those that can be linted together; `None` once the queue is
    /// closed and empty.
    pub(crate) fn next_group(&self) -> Option<Vec<J>> {
        let mut waiting = self.lock();
        loop {
            waiting.drop_abandoned();
            let group = waiting.take_group();
            if !group.is_empty() {
                return Some(group);
            }
            if waiting.closed {
                return None;
            }
            let woken = self.changed.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many jobs wait.
    pub(crate) fn len(&self) -> usize {
        let waiting = self.lock();
        waiting.urgent.len() + waiting.patient.len()
    }

    /// Takes no more jobs. Those that wait are still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    /// Nothing is left half done under the lock, whoever panics.
    fn lock(&self) -> MutexGuard<'_, Waiting<J>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<J: Job> Waiting<J> {
    fn drop_abandoned(&mut self) {
        self.urgent.retain(|job| !job.is_abandoned());
        self.patient.retain(|job| !job.is_abandoned());
    }

    /// The first job, and those behind it that go with it.
    fn take_group(&mut self) -> Vec<J> {
        let mut group: Vec<J> = Vec::new();
        let mut bytes = 0;
        for lane in [&mut self.urgent, &mut self.patient] {
            let mut rest = VecDeque::with_capacity(lane.len());
            while let Some(job) = lane.pop_front() {
                let fits = match group.first() {
                    None => true,
                    Some(first) => {
                        group.len() < MAX_GROUP_JOBS
                            && bytes + job.bytes() <= MAX_GROUP_BYTES
                            && job.goes_with(first)
                    }
                };
                if fits {
                    bytes += job.bytes();
                    group.push(job);
                } else {
                    rest.push_back(job);
                }
            }
            *lane = rest;
        }
        group
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[derive(Debug, PartialEq, Clone, Copy)]
    struct Item {
        number: u32,
        kind: char,
        bytes: usize,
        abandoned: bool,
    }

    impl Job for Item {
        fn bytes(&self) -> usize {
            self.bytes
        }
        fn is_abandoned(&self) -> bool {
            self.abandoned
        }
        fn goes_with(&self, other: &Self) -> bool {
            self.kind == other.kind
        }
    }

    fn item(number: u32, kind: char) -> Item {
        Item {
            number,
            kind,
            bytes: 1,
            abandoned: false,
        }
    }

    fn numbers(queue: &Queue<Item>) -> Vec<u32> {
        let group = queue.next_group().unwrap_or_default();
        group.iter().map(|item| item.number).collect()
    }

    #[test]
    fn like_goes_with_like_and_first_come_is_first_served() {
        let queue = Queue::new(8);
        for (number, kind) in [(1, 'a'), (2, 'b'), (3, 'a'), (4, 'c'), (5, 'b')] {
            queue.push(item(number, kind), Urgency::Now).unwrap();
        }
        queue.push(item(6, 'b'), Urgency::Later).unwrap();
        queue.push(item(7, 'd'), Urgency::Later).unwrap();
        assert_eq!(queue.len(), 7);
        queue.close();
        assert_eq!(numbers(&queue), [1, 3]);
        assert_eq!(numbers(&queue), [2, 5, 6]);
        assert_eq!(numbers(&queue), [4]);
        assert_eq!(numbers(&queue), [7]);
        assert_eq!(queue.next_group(), None);
    }

    #[test]
    fn groups_end_and_a_large_job_is_one_by_itself() {
        let queue = Queue::new(1000);
        let large = Item {
            bytes: 10 * MAX_GROUP_BYTES,
            ..item(0, 'a')
        };
        queue.push(large, Urgency::Now).unwrap();
        for number in 1..=100 {
            queue.push(item(number, 'a'), Urgency::Now).unwrap();
        }
        assert_eq!(numbers(&queue), [0]);
        assert_eq!(numbers(&queue).len(), MAX_GROUP_JOBS);
        assert_eq!(numbers(&queue).len(), 100 - MAX_GROUP_JOBS);
    }

    #[test]
    fn a_full_queue_refuses_and_makes_room_of_what_was_abandoned() {
        let queue = Queue::new(2);
        let gone = Item {
            abandoned: true,
            ..item(1, 'a')
        };
        queue.push(gone, Urgency::Now).unwrap();
        queue.push(item(2, 'a'), Urgency::Now).unwrap();
        queue.push(item(3, 'a'), Urgency::Now).unwrap();
        assert_eq!(queue.push(item(4, 'a'), Urgency::Now), Err(Refused::Full));
        queue.push(item(5, 'a'), Urgency::Later).unwrap();
        assert_eq!(numbers(&queue), [2, 3, 5]);
        queue.close();
        assert_eq!(
            queue.push(item(6, 'a'), Urgency::Later),
            Err(Refused::Closed)
        );
    }

    #[test]
    fn whoever_waits_is_woken() {
        let queue = Arc::new(Queue::new(2));
        let waiter = std::thread::spawn({
            let queue = Arc::clone(&queue);
            move || (numbers(&queue), queue.next_group())
        });
        queue.push(item(1, 'a'), Urgency::Now).unwrap();
        while queue.len() > 0 {
            std::thread::yield_now();
        }
        queue.close();
        assert_eq!(waiter.join().unwrap(), (vec![1], None));
    }
}
