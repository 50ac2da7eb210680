//! All integration tests, in one binary.

// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;
mod edits;
mod formats;
mod highlight;
mod markup;
mod model_files;
mod reading;
mod sibling;
