//! The client, as the server speaks to it.
//!
//! In: what is to be told, from any thread. Out: messages of the protocol, in order. A client
//! that has gone is told nothing, and nobody is stopped by that: the end is noticed where its
//! messages are read.

use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crossbeam_channel::Sender;
use lsp_server::{Message, RequestId, Response};
use lsp_types::{
    LogMessageNotification, LogMessageParams, MessageType, Notification, Request,
    ShowMessageNotification, ShowMessageParams,
};
use serde::Serialize;
use serde_json::Value;

use crate::capabilities::Capabilities;
use crate::error::RequestError;

/// The client, as the server speaks to it.
#[derive(Clone)]
pub(crate) struct Client {
    /// None once the connection was closed.
    sender: Arc<Mutex<Option<Sender<Message>>>>,
    /// The number of the next request.
    next: Arc<AtomicI32>,
    capabilities: Arc<Capabilities>,
}

impl Client {
    pub(crate) fn new(sender: Sender<Message>, capabilities: Capabilities) -> Self {
        Self {
            sender: Arc::new(Mutex::new(Some(sender))),
            next: Arc::new(AtomicI32::new(0)),
            capabilities: Arc::new(capabilities),
        }
    }

    /// What the client can do.
    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// Tells the client something.
    pub(crate) fn notify<N: Notification>(&self, params: &N::Params) {
        let method = N::METHOD.to_string();
        let params = json(params);
        self.send(lsp_server::Notification { method, params }.into());
    }

    /// Asks the client for something whose answer changes nothing.
    pub(crate) fn request<R: Request>(&self, params: &R::Params) {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let request = lsp_server::Request {
            id: RequestId::from(id),
            method: R::METHOD.to_string(),
            params: json(params),
        };
        self.send(request.into());
    }

    /// Answers a request.
    pub(crate) fn answer(&self, id: RequestId, answer: Result<Value, RequestError>) {
        self.send(response(id, answer).into());
    }

    /// Shows a person something that they have to know.
    pub(crate) fn show(&self, kind: MessageType, message: String) {
        self.notify::<ShowMessageNotification>(&ShowMessageParams { kind, message });
    }

    /// Writes into the log that a client keeps of its server.
    pub(crate) fn log(&self, message: String) {
        let kind = MessageType::Error;
        self.notify::<LogMessageNotification>(&LogMessageParams { kind, message });
    }

    /// Tells the client nothing any more, whoever still tries.
    pub(crate) fn close(&self) {
        *self.sender.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn send(&self, message: Message) {
        let sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = sender.as_ref() {
            // Whoever has gone is told nothing.
            let _ = sender.send(message);
        }
    }
}

/// The message that answers a request.
pub(crate) fn response(id: RequestId, answer: Result<Value, RequestError>) -> Response {
    let response_result = answer.map_err(|error| error.to_response());
    Response {
        id,
        response_result,
    }
}

/// A value as JSON. All that is written here are strings, numbers and lists of them, which can
/// always be written.
pub(crate) fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
