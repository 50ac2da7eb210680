//! `POST /v1/report` and `POST /v1/html`: the report on one document.
//!
//! In: a document, as JSON or as a text with a query. Out: what `mtlint highlight` prints of it
//! with `--format json` or `html`, byte for byte.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use mtlint::report::Report;
use mtlint::report::printer::{Format, PrintError, PrintOptions, Printer};

use crate::error::RequestError;
use crate::log::Counts;
use crate::queue::Urgency;
use crate::reply;
use crate::request;
use crate::request::fields::{Asked, invalid};
use crate::service::{Service, aside};

/// A report of HTML says itself which of its own scripts and styles count; this adds what a
/// page cannot say of itself.
const PAGE_POLICY: &str = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `POST /v1/report`: the report as JSON.
pub(crate) async fn json(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, RequestError> {
    let text = print(&service, &counts, request, Format::Json).await?;
    Ok(reply::json_text(text))
}

/// `POST /v1/html`: the report as a page.
pub(crate) async fn html(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, RequestError> {
    let text = print(&service, &counts, request, Format::Html).await?;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, PAGE_POLICY),
    ];
    Ok((headers, text).into_response())
}

/// The report on the document of a request, printed.
async fn print(
    service: &Service,
    counts: &Counts,
    request: Request,
    format: Format,
) -> Result<Vec<u8>, RequestError> {
    let (head, body) = request.into_parts();
    let sent = (&head.headers, head.uri.query());
    let (fields, _received) = request::document(sent, body, &service.room, counts).await?;
    if fields.r#unsafe.is_some() {
        return Err(invalid(
            "unknown field `unsafe`: corrections are applied by /v1/fix",
        ));
    }
    let defaults = service.lint.clone();
    let Asked { work, words, .. } = aside(move || fields.asked(&defaults)).await??;
    let report = service.lint(work, Urgency::Now).await?;
    counts.add_report(&report);
    let options = PrintOptions {
        words,
        ..PrintOptions::default()
    };
    let printed = aside(move || printed(&report, format, options)).await?;
    printed.map_err(|_| RequestError::Broken)
}

fn printed(report: &Report, format: Format, options: PrintOptions) -> Result<Vec<u8>, PrintError> {
    let mut out = Vec::new();
    let mut printer = Printer::new(format, options);
    printer.print(report, None, &mut out)?;
    printer.finish(&mut out)?;
    Ok(out)
}
