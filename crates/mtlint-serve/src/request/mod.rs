//! From the bytes of a request to what is to be linted.
//!
//! In: a body, its type and the query. Out: the document with its siblings and options, or
//! what is wrong with the request. It lints nothing.

pub(crate) mod body;
pub(crate) mod fields;
pub(crate) mod query;
mod text_or;

use axum::body::Body;
use axum::http::HeaderMap;

use mtlint::document::Document;

use crate::error::RequestError;
use crate::log::Counts;

use body::Room;
use fields::{DEFAULT_ID, Fields, MarkupName, invalid};

/// The types in which a document may be sent.
const TYPES: &str =
    "application/json, text/plain, text/markdown or text/html, not packed and in UTF-8";

/// Reads a document that was sent, and what is said about it: in JSON all is in the body, with
/// a text the rest is in the query.
///
/// # Errors
/// When the body cannot be read or is of another type, or when a field is not as it should be.
/// The room that the body takes is given back with `Received`.
pub(crate) async fn document(
    (headers, query): (&HeaderMap, Option<&str>),
    body: Body,
    room: &Room,
    counts: &Counts,
) -> Result<(Fields, body::Received), RequestError> {
    let markup = match body::media_type(headers, TYPES)?.as_str() {
        "application/json" => None,
        "text/plain" => Some(MarkupName::Plain),
        "text/markdown" => Some(MarkupName::Markdown),
        "text/html" => Some(MarkupName::Html),
        other => return Err(body::unexpected_type(other, TYPES)),
    };
    let query = query.unwrap_or_default();
    if markup.is_none() && !query.is_empty() {
        return Err(invalid(
            "a body of JSON holds all fields itself: leave out the query",
        ));
    }
    let of_query = query::fields(query)?;
    if of_query.text.is_some() {
        return Err(invalid("text: it is the body, or the body is JSON"));
    }
    let mut received = room.receive(body, counts).await?;
    let Some(markup) = markup else {
        return Ok((Fields::from_json(&received.bytes)?, received));
    };
    let id = of_query.id.clone().unwrap_or_else(|| DEFAULT_ID.to_owned());
    let text = Document::from_bytes(id, std::mem::take(&mut received.bytes));
    let text = text.map_err(|error| RequestError::NotUtf8(error.to_string()))?;
    let fields = Fields {
        text: Some(text.text().to_owned()),
        markup: of_query.markup.or(Some(markup)),
        ..of_query
    };
    Ok((fields, received))
}
