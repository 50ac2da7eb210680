//! mtlint as an HTTP service.
//!
//! In: a linter, a socket, and what an operator decides. Out: answers to requests, until the
//! service is told to stop: reports, pages, corrections and batches of mtlint's own, the
//! protocol of LanguageTool, and a page for editors. One thread lints; all else waits for it
//! without a thread. This is the only crate with async code. It reads no configuration and no
//! command line.

#![warn(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod connections;
mod docx;
mod engine;
mod error;
mod languagetool;
mod log;
mod metrics;
mod openapi;
mod options;
mod origin;
mod queue;
mod reply;
mod request;
mod router;
mod routes;
mod serve;
mod service;
mod slow;
mod token;
mod work;

pub use error::RequestError;
pub use log::LogWriter;
pub use openapi::text as openapi;
pub use options::{
    DEFAULT_MAX_CONNECTIONS, DEFAULT_MAX_WAITING, DEFAULT_REQUEST_TIME, ServiceOptions,
};
pub use origin::{NoOrigin, Origin};
pub use serve::{ServeError, Socket, serve};
pub use token::{Token, TokenError};

#[cfg(test)]
mod tests;
