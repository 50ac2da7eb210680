//! `POST /v1/fix`: corrections applied.
//!
//! In: a document, and whether corrections are applied too that a person should look at. Out:
//! the corrected text, what was replaced in it, and the report on what remains. The text is the
//! one that `mtlint highlight --fix` prints, and the report the one that it makes.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use schemars::JsonSchema;
use serde::Serialize;

use mtlint::correct::correct;
use mtlint::document::Document;
use mtlint::report::{json, v1};

use crate::error::RequestError;
use crate::log::Counts;
use crate::queue::Urgency;
use crate::reply;
use crate::request;
use crate::request::fields::Asked;
use crate::service::{Service, aside};
use crate::work::Work;

/// A corrected text. All positions in `applied` but `corrected_start` and `corrected_end` are
/// those in the text that was sent; all in `report` are those in `text`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "A corrected text")]
pub(crate) struct Fixed {
    #[serde(flatten)]
    fix: v1::Fix,
    /// The report on the corrected text.
    report: v1::Report,
}

/// `POST /v1/fix`: a text with its corrections applied.
pub(crate) async fn fix(
    State(service): State<Arc<Service>>,
    Extension(counts): Extension<Arc<Counts>>,
    request: Request,
) -> Result<Response, RequestError> {
    let (head, body) = request.into_parts();
    let sent = (&head.headers, head.uri.query());
    let (fields, _received) = request::document(sent, body, &service.room, &counts).await?;
    let defaults = service.lint.clone();
    let asked = aside(move || fields.asked(&defaults)).await??;
    let Asked {
        work,
        words,
        permission,
    } = asked;
    let report = service.lint(work.clone(), Urgency::Now).await?;
    let (correction, corrected) = aside({
        let report = Arc::clone(&report);
        move || {
            let original = &work.document;
            let correction = correct(original.text(), report.findings(), permission);
            let corrected = (!correction.edits.is_empty()).then(|| {
                let markup = original.markup();
                let text = Document::from_text(original.name(), correction.text.as_str());
                Work {
                    document: text.marked_up(markup),
                    ..work
                }
            });
            (correction, corrected)
        }
    })
    .await?;
    let remains = match corrected {
        Some(corrected) => service.lint(corrected, Urgency::Now).await?,
        None => report,
    };
    counts.add_report(&remains);
    let written = aside(move || {
        let options = json::Options { words, fix: None };
        serde_json::to_string_pretty(&Fixed {
            fix: v1::Fix::from(&correction),
            report: v1::Report::new(&remains, options),
        })
    });
    let written = written.await?.map_err(|_| RequestError::Broken)?;
    Ok(reply::json_text(json::escaped(written) + "\n"))
}
