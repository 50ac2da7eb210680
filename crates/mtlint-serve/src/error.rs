//! Why a request is not answered with what it asked for.
//!
//! In: what is wrong with a request, or with the service. Out: the error, with the status of
//! HTTP, a kind for programs and a sentence for people. It knows no route.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::reply;

/// After so many seconds a client that was turned away may ask again: most waiting requests
/// are then done.
const RETRY_SECONDS: u16 = 2;

/// Why a request is not answered with what it asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// The body is no JSON.
    #[error("the body is no JSON: {0}")]
    BadJson(String),
    /// The body is not UTF-8 text.
    #[error("{0}")]
    NotUtf8(String),
    /// The body ended before it was whole.
    #[error("the body broke off: {0}")]
    Incomplete(String),
    /// There is no such token, or it is another one.
    #[error("a token is needed: Authorization: Bearer TOKEN")]
    Unauthorized,
    /// There is nothing under this path.
    #[error("there is nothing here; GET /v1/openapi.json lists what there is")]
    NotFound,
    /// The path has other methods.
    #[error("this path does not know the method {0}")]
    MethodNotAllowed(String),
    /// The body took too long to come.
    #[error("the body took longer than {0} seconds to come")]
    TooSlow(u64),
    /// The body, or something in it, has too many bytes.
    #[error("{what} has more than {limit} bytes")]
    TooLarge {
        /// What is too large: `the body`, `the id`.
        what: String,
        /// The most bytes allowed for it.
        limit: u64,
    },
    /// The body is of a type that is not read here.
    #[error("{got} is not read here: send {expected}")]
    UnsupportedType {
        /// The type of the body.
        got: String,
        /// The types that are read.
        expected: &'static str,
    },
    /// A field or a value of the request is not as it should be.
    #[error("{0}")]
    Invalid(String),
    /// The file that was sent gives no text.
    #[error("{0}")]
    BadFile(String),
    /// Too many requests wait.
    #[error("too many requests wait; ask again in {RETRY_SECONDS} seconds")]
    Busy,
    /// The answer was not ready in time.
    #[error("the answer was not ready in {0} seconds")]
    TimedOut(u64),
    /// The service is about to end.
    #[error("the service is stopping")]
    Stopping,
    /// A fault of the service.
    #[error("the service failed on this request; its log says when")]
    Broken,
}

/// The error of a request as JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "An error")]
pub(crate) struct ErrorBody {
    /// What went wrong.
    error: ErrorFields,
}

/// What went wrong with a request.
#[derive(Debug, Serialize, JsonSchema)]
struct ErrorFields {
    /// The kind of error, for programs.
    kind: &'static str,
    /// What went wrong, in a sentence for people. The wording may change.
    message: String,
}

impl RequestError {
    /// The status of HTTP.
    pub fn status(&self) -> StatusCode {
        self.status_and_kind().0
    }

    /// The kind of error, for programs.
    pub fn kind(&self) -> &'static str {
        self.status_and_kind().1
    }

    fn status_and_kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::BadJson(_) => (StatusCode::BAD_REQUEST, "bad_json"),
            Self::NotUtf8(_) => (StatusCode::BAD_REQUEST, "not_utf8"),
            Self::Incomplete(_) => (StatusCode::BAD_REQUEST, "incomplete"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, "unauthorized"),
            Self::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed"),
            Self::TooSlow(_) => (StatusCode::REQUEST_TIMEOUT, "too_slow"),
            Self::TooLarge { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
            Self::UnsupportedType { .. } => {
                (StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_type")
            }
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::BadFile(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_file"),
            Self::Busy => (StatusCode::TOO_MANY_REQUESTS, "busy"),
            Self::TimedOut(_) => (StatusCode::SERVICE_UNAVAILABLE, "timed_out"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping"),
            Self::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "broken"),
        }
    }

    /// The response with this error's status and headers, and with `body`.
    pub(crate) fn with_body(&self, body: impl IntoResponse) -> Response {
        let mut response = (self.status(), body).into_response();
        let headers = response.headers_mut();
        match self {
            Self::Busy | Self::TimedOut(_) | Self::Stopping => {
                headers.insert(RETRY_AFTER, HeaderValue::from(RETRY_SECONDS));
            }
            Self::Unauthorized => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            _ => {}
        }
        response
    }
}

impl IntoResponse for RequestError {
    fn into_response(self) -> Response {
        let error = ErrorFields {
            kind: self.kind(),
            message: self.to_string(),
        };
        self.with_body(reply::json(&ErrorBody { error }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_turned_away_is_told_when_to_come_again() {
        let response = RequestError::Busy.into_response();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()[RETRY_AFTER], "2");
        let response = RequestError::Unauthorized.into_response();
        assert_eq!(response.status(), 401);
        assert_eq!(response.headers()[WWW_AUTHENTICATE], "Bearer");
    }
}
