//! All integration tests, in one binary.

mod common;
mod model_files;
mod reading;
