//! How the service is: whether it lives, whether it takes requests, and its numbers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::error::RequestError;
use crate::metrics::MEDIA_TYPE;
use crate::service::Service;

/// `GET /healthz`: the program runs and answers.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the model is loaded and the service is not about to end.
pub(crate) async fn ready(
    State(service): State<Arc<Service>>,
) -> Result<&'static str, RequestError> {
    if service.is_stopping() {
        return Err(RequestError::Stopping);
    }
    Ok("ready\n")
}

/// `GET /metrics`: the numbers of the service.
pub(crate) async fn metrics(State(service): State<Arc<Service>>) -> Result<Response, RequestError> {
    let engine = &service.engine;
    let text = service.metrics.text(engine.waiting(), engine.tokens());
    let text = text.map_err(|_| RequestError::Broken)?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}
