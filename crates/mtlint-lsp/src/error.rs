//! Why a request is not answered with what it asked for, and why the server ends.

use std::io;

use lsp_server::{ErrorCode, ResponseError};
use serde_json::json;

use crate::text::PlaceError;

/// Why the server could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The system gives no threads.
    #[error("cannot start the language server")]
    Start(#[from] io::Error),
    /// What comes in is not the protocol.
    #[error("standard input is not what a language client sends: {0}")]
    NotTheProtocol(String),
}

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RequestError {
    /// A request came before the first one.
    #[error("the server was not initialized")]
    NotInitialized,
    /// A second `initialize` came, or something behind `shutdown`.
    #[error("{0}")]
    OutOfOrder(&'static str),
    /// There is no such method.
    #[error("mtlint does not know the method {0}")]
    UnknownMethod(String),
    /// The parameters are not those of the method.
    #[error("the parameters are wrong: {0}")]
    Params(String),
    /// The document is not open.
    #[error("{0} is not open")]
    NotOpen(String),
    /// The place is not in the document.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Failed(String),
    /// The client wants no answer any more.
    #[error("the request was cancelled")]
    Cancelled,
    /// The text was changed before the answer was ready.
    #[error("the text has changed")]
    Changed,
    /// The text was changed before its diagnostics were ready; they are to be asked for again.
    #[error("the text has changed; ask again")]
    AskAgain,
    /// A fault of mtlint.
    #[error("mtlint failed on this request, which is a fault of its own")]
    Broken,
}

impl RequestError {
    /// The error as the protocol writes it.
    pub(crate) fn to_response(&self) -> ResponseError {
        let code = match self {
            Self::NotInitialized => ErrorCode::ServerNotInitialized,
            Self::OutOfOrder(_) => ErrorCode::InvalidRequest,
            Self::UnknownMethod(_) => ErrorCode::MethodNotFound,
            Self::Params(_) | Self::NotOpen(_) | Self::Place(_) => ErrorCode::InvalidParams,
            Self::Failed(_) => ErrorCode::RequestFailed,
            Self::Cancelled => ErrorCode::RequestCanceled,
            Self::Changed => ErrorCode::ContentModified,
            Self::AskAgain => ErrorCode::ServerCancelled,
            Self::Broken => ErrorCode::InternalError,
        };
        let again = matches!(self, Self::AskAgain);
        ResponseError {
            code: code as i32,
            message: self.to_string(),
            data: again.then(|| json!({ "retriggerRequest": true })),
        }
    }
}
