//! The detector's figures may not fall: measured over the shared data, in one binary.

// Clippy knows test functions by their attribute, not the helpers they call.
#![allow(clippy::unwrap_used, clippy::expect_used)]
// Shared with the library's tests, which need more of it.
#[allow(dead_code)]
#[path = "../../../../tests/it/common.rs"]
mod common;
mod floor;
mod pool;
