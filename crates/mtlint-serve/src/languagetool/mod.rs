//! The HTTP protocol of LanguageTool, which many editors and libraries speak.
//!
//! In: forms as LanguageTool takes them. Out: matches as it gives them, so that a client needs
//! no more than another address. What mtlint has no equal of is passed over; siblings and all
//! else that the protocol does not know are for `/v1/report`.

mod annotated;
mod answer;
mod form;
mod language;
mod utf16;

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use mtlint::report::Outcome;

use crate::error::RequestError;
use crate::log::Counts;
use crate::queue::Urgency;
use crate::reply;
use crate::request::body::expect_type;
use crate::service::{Service, aside};
use crate::work::Work;

use answer::{Answer, Software, SoftwareInfo};
use form::Form;
use language::LANGUAGES;

/// The type in which forms are sent.
const TYPES: &str = "application/x-www-form-urlencoded, not packed and in UTF-8";

/// An error as LanguageTool's clients show it: a line of text.
pub(crate) struct LineError(RequestError);

impl From<RequestError> for LineError {
    fn from(error: RequestError) -> Self {
        Self(error)
    }
}

impl IntoResponse for LineError {
    fn into_response(self) -> Response {
        let Self(error) = self;
        let more = match error {
            RequestError::Unauthorized => ", or the form field apiKey",
            _ => "",
        };
        let mut response = error.with_body(format!("Error: {error}{more}"));
        if let RequestError::Invalid(_) = error {
            // LanguageTool has one status for all that is wrong with a form.
            *response.status_mut() = StatusCode::BAD_REQUEST;
        }
        response
    }
}

/// `POST /v2/check`: the matches in a text.
pub(crate) async fn check(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, LineError> {
    let (head, body) = request.into_parts();
    // Some clients send their form without a type.
    let allowed = ["", "application/x-www-form-urlencoded"];
    expect_type(&head.headers, &allowed, TYPES)?;
    let admitted = service.admits(&head.headers);
    let room = match admitted {
        true => &service.room,
        false => &service.strangers_room,
    };
    let received = room.receive(body, &counts).await?;
    let query = head.uri.query().unwrap_or_default().to_owned();
    let defaults = service.lint.clone();
    let token = service.token.clone().filter(|_| !admitted);
    let asked = aside(move || {
        if token.is_some_and(|token| !form::shows(&received.bytes, &token)) {
            return Err(RequestError::Unauthorized);
        }
        let form = Form::parse(&query, &received.bytes)?;
        let options = form.options(&defaults);
        let document = form.text.document();
        Ok::<_, RequestError>((
            form,
            Work {
                document,
                siblings: Vec::new(),
                options,
            },
        ))
    });
    let (form, work) = asked.await??;
    let report = service.lint(work, Urgency::Now).await?;
    counts.add_report(&report);
    if let Outcome::Failed(_) = &report.outcome {
        return Err(RequestError::Broken.into());
    }
    let answer = aside(move || Answer::new(&report, &form)).await?;
    Ok(reply::json(&answer))
}

/// `GET /v2/languages`: the languages that texts may be in.
pub(crate) async fn languages() -> Response {
    reply::json(&LANGUAGES)
}

/// `GET /v2/info`: which software this is.
pub(crate) async fn info() -> Response {
    reply::json(&SoftwareInfo {
        software: Software::default(),
    })
}
