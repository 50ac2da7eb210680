//! mtlint as a language server.
//!
//! In: a client that speaks the Language Server Protocol, and a [`Host`] that knows
//! configurations and models. Out: diagnostics, hovers with the evidence, and corrections, until
//! the client is gone. One thread reads documents, the newest text first, and nobody who types
//! waits for it. Nothing of a document is computed here: that is the library's. Nothing is async.

#![warn(clippy::print_stdout, clippy::print_stderr, unreachable_pub)]

mod actions;
mod capabilities;
mod client;
mod diagnostics;
mod documents;
mod engine;
mod error;
mod evidence;
mod host;
mod loading;
mod markdown;
mod notifications;
mod queue;
mod requests;
mod server;
mod session;
mod settings;
mod siblings;
mod text;
mod transport;
mod uri;

#[cfg(test)]
mod tests;

use std::io::{BufRead, Write};
use std::sync::Arc;

pub use error::ServeError;
pub use host::{Host, ModelChoice, Place, Plan, PlanError};
pub use loading::Loading;
pub use server::Ending;
pub use settings::ClientSettings;

use transport::Transport;

/// Serves the client that writes to `reader` and reads from `writer`, until it is over.
/// `version` is what the server says of itself.
///
/// # Errors
/// When the system gives no threads, or what comes in is not the protocol.
pub fn serve(
    reader: impl BufRead + Send + 'static,
    writer: impl Write + Send + 'static,
    host: Arc<dyn Host>,
    version: &str,
) -> Result<Ending, ServeError> {
    let (connection, transport) = Transport::start(reader, writer)?;
    let ending = server::run(&connection, host, version)?;
    drop(connection);
    transport.end()?;
    Ok(ending)
}
