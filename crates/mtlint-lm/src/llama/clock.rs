//! Where the time of a reading goes, summed over threads.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time that threads spent since a model was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TimeSpent {
    /// Products of the blocks' linear layers.
    pub linear: Duration,
    /// Attention: scores, softmax, the mix of values.
    pub attention: Duration,
    /// The output layer with its sums over the vocabulary.
    pub output: Duration,
    /// Norms, rounding to 8 bits, rotation and gates.
    pub rest: Duration,
}

/// The parts that are told apart.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Linear,
    Attention,
    Output,
    /// Whole steps between one attention and the next, `Linear` included.
    Steps,
}

/// Adds up what all threads take for each part.
#[derive(Default)]
pub(super) struct Clock {
    nanoseconds: [AtomicU64; 4],
}

impl Clock {
    pub fn time<R>(&self, part: Part, work: impl FnOnce() -> R) -> R {
        let started = Instant::now();
        let result = work();
        let spent = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds[part as usize].fetch_add(spent, Ordering::Relaxed);
        result
    }

    pub fn spent(&self) -> TimeSpent {
        let of = |part: Part| {
            Duration::from_nanos(self.nanoseconds[part as usize].load(Ordering::Relaxed))
        };
        TimeSpent {
            linear: of(Part::Linear),
            attention: of(Part::Attention),
            output: of(Part::Output),
            rest: of(Part::Steps).saturating_sub(of(Part::Linear)),
        }
    }
}
