//! All integration tests, in one binary.

mod common;
mod reading;
mod sibling;
