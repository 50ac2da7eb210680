//! `POST /v1/text`: the text of a file that is none itself.
//!
//! In: a .docx document. Out: its text, as the other routes take it. Nothing is judged.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::docx::{self, DocxError};
use crate::error::RequestError;
use crate::log::Counts;
use crate::request::body::expect_type;
use crate::service::{Service, aside};

/// The type of .docx documents.
pub(crate) const DOCX: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

impl From<DocxError> for RequestError {
    fn from(error: DocxError) -> Self {
        match error {
            DocxError::TooLarge { what, limit } => Self::TooLarge {
                what: what.to_owned(),
                limit,
            },
            other => Self::BadFile(other.to_string()),
        }
    }
}

/// `POST /v1/text`: the text of a .docx document.
pub(crate) async fn text(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, RequestError> {
    let (head, body) = request.into_parts();
    expect_type(&head.headers, &[DOCX], DOCX)?;
    let received = service.room.receive(body, &counts).await?;
    let max_bytes = service.max_bytes;
    let text = aside(move || docx::text(&received.bytes, max_bytes)).await??;
    Ok(([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response())
}
