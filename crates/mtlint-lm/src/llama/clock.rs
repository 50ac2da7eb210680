//! Measures how the time of reading is spent, summed over threads.
//!
//! In: pieces of work with their stage. Out: the time spent in each stage. It prints nothing.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The time that all threads spent in each part of a model since it was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeSpent {
    /// The time of products in the blocks' linear layers.
    pub linear: Duration,
    /// The time of attention: scores, softmax and the mix of values.
    pub attention: Duration,
    /// The time of the output layer with its sums over the vocabulary.
    pub output: Duration,
    /// The time of norms, quantization, rotation and gates.
    pub rest: Duration,
}

/// The stages of reading that are measured apart.
#[derive(Clone, Copy)]
pub(super) enum Stage {
    Linear,
    Attention,
    Output,
    /// Whole steps between one attention and the next, `Linear` included.
    Steps,
}

/// Adds up the time that all threads spend in each stage.
#[derive(Default)]
pub(super) struct Clock {
    nanoseconds: [AtomicU64; 4],
}

impl Clock {
    /// Does some work and counts its time for a stage.
    pub(super) fn time<R>(&self, stage: Stage, work: impl FnOnce() -> R) -> R {
        let started = Instant::now();
        let result = work();
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds[stage as usize].fetch_add(spent, Ordering::Relaxed);
        result
    }

    /// The time spent so far.
    pub(super) fn spent(&self) -> TimeSpent {
        let of = |stage: Stage| {
            Duration::from_nanos(self.nanoseconds[stage as usize].load(Ordering::Relaxed))
        };
        TimeSpent {
            linear: of(Stage::Linear),
            attention: of(Stage::Attention),
            output: of(Stage::Output),
            rest: of(Stage::Steps).saturating_sub(of(Stage::Linear)),
        }
    }
}
