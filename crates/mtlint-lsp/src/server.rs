//! The server from its first message to its last.
//!
//! In: messages of a client, and what was found in its documents. Out: answers and diagnostics,
//! until the client says that it is over or is gone. A fault in the handling of one message is
//! that message's.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crossbeam_channel::{Receiver, select_biased, unbounded};
use lsp_server::{Connection, Message, Notification, Request};
use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, Registration,
    RegistrationParams, RegistrationRequest,
};
use serde_json::Value;

use crate::capabilities::{Capabilities, folders};
use crate::client::{Client, json, response};
use crate::engine::{Engine, Reading};
use crate::error::{RequestError, ServeError};
use crate::host::Host;
use crate::session::Session;
use crate::{notifications, requests};

/// The configurations of which the client is asked to tell changes.
const WATCHED: &str = "**/mtlint.toml";

/// How a server ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The client asked for the end, with `shutdown`.
    Asked,
    /// The client said `exit`, and had not asked.
    Unasked,
    /// The client closed the connection.
    Gone,
}

/// Serves one client, until it is over.
///
/// # Errors
/// When the system gives no thread.
pub(crate) fn run(
    connection: &Connection,
    host: Arc<dyn Host>,
    version: &str,
) -> Result<Ending, ServeError> {
    let request = match first(connection) {
        Ok(request) => request,
        Err(ending) => return Ok(ending),
    };
    let capabilities = Capabilities::of(&request.params);
    let answer = json(&capabilities.answer(version));
    let client = Client::new(connection.sender.clone(), capabilities);
    let (readings, read) = unbounded();
    let engine = Engine::start(Arc::clone(&host), client.clone(), readings)?;
    let mut session = Session::new(client.clone(), host, engine, folders(&request.params));
    client.answer(request.id, Ok(answer));
    let options = request.params.get("initializationOptions");
    if let Some(options) = options {
        notifications::set(&mut session, options);
    }
    let ending = serve(&mut session, connection, &read);
    session.end();
    Ok(ending)
}

/// Waits for the request with which a client begins.
///
/// # Errors
/// When the client ends before, how it did.
fn first(connection: &Connection) -> Result<Request, Ending> {
    for message in &connection.receiver {
        match message {
            Message::Request(request) if request.method == "initialize" => return Ok(request),
            Message::Request(request) => {
                let refused = response(request.id, Err(RequestError::NotInitialized));
                // Whoever has gone is told nothing.
                let _ = connection.sender.send(refused.into());
            }
            Message::Notification(notification) if notification.method == "exit" => {
                return Err(Ending::Unasked);
            }
            Message::Notification(_) | Message::Response(_) => {}
        }
    }
    Err(Ending::Gone)
}

/// Serves a client that has begun.
fn serve(session: &mut Session, connection: &Connection, read: &Receiver<Reading>) -> Ending {
    let mut asked = false;
    loop {
        // What is typed comes before what was found in what was typed before.
        select_biased! {
            recv(connection.receiver) -> message => match message {
                Ok(Message::Request(request)) if request.method == "shutdown" => {
                    asked = true;
                    session.client.answer(request.id, Ok(Value::Null));
                }
                Ok(Message::Request(request)) => answer(session, request, asked),
                Ok(Message::Notification(notification)) if notification.method == "exit" => {
                    return if asked { Ending::Asked } else { Ending::Unasked };
                }
                Ok(Message::Notification(notification)) => note(session, notification),
                Ok(Message::Response(response)) => {
                    if let Err(error) = response.response_result {
                        session.client.log(format!("the client refused: {}", error.message));
                    }
                }
                Err(_) => return Ending::Gone,
            },
            recv(read) -> reading => if let Ok(reading) = reading {
                guarded(session, |session| session.take(reading));
            },
        }
    }
}

/// Runs `handle`; `None` if that panics. What it leaves half done is a document whose diagnostics
/// are old until its next change.
fn guarded<T>(session: &mut Session, handle: impl FnOnce(&mut Session) -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(|| handle(session))).ok()
}

fn answer(session: &mut Session, request: Request, asked: bool) {
    let Request { id, method, params } = request;
    let answer = if method == "initialize" {
        Err(RequestError::OutOfOrder("the server is initialized"))
    } else if asked {
        Err(RequestError::OutOfOrder("the server is about to end"))
    } else {
        let handled = guarded(session, |session| {
            requests::handle(session, &id, &method, params)
        });
        handled.unwrap_or(Err(RequestError::Broken))
    };
    match answer {
        Ok(Some(answer)) => session.client.answer(id, Ok(answer)),
        Ok(None) => {}
        Err(error) => session.client.answer(id, Err(error)),
    }
}

fn note(session: &mut Session, notification: Notification) {
    let Notification { method, params } = notification;
    if method == "initialized" {
        watch(session);
        return;
    }
    let handled = guarded(session, |session| {
        notifications::handle(session, &method, params)
    });
    if let Err(error) = handled.unwrap_or(Err(RequestError::Broken)) {
        session.client.log(format!("{method}: {error}"));
    }
}

/// Asks the client to tell of changes of configurations.
fn watch(session: &Session) {
    if !session.client.capabilities().watches {
        return;
    }
    let watcher = FileSystemWatcher {
        glob_pattern: GlobPattern::Pattern(WATCHED.to_owned()),
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watcher],
    };
    session
        .client
        .request::<RegistrationRequest>(&RegistrationParams {
            registrations: vec![Registration {
                id: "mtlint.toml".to_owned(),
                method: "workspace/didChangeWatchedFiles".to_owned(),
                register_options: Some(json(&options)),
            }],
        });
}
