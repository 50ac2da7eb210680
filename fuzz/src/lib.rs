//! Everything in mtlint that reads bytes which nobody vouches for, each as a function of
//! bytes that must come back: it may refuse them, but not panic, hang or take memory
//! without measure.
//!
//! In: bytes. Out: nothing, or a panic. `mtlint-fuzz` feeds the [`TARGETS`] with damaged
//! copies of `fuzz/corpus`, on any compiler; `fuzz/run` has libFuzzer do it, which sees what
//! branches an input takes and so gets deeper.

pub mod feeding;
pub mod mutation;
mod scratch;
mod targets;

pub use targets::{TARGETS, Target, target};
