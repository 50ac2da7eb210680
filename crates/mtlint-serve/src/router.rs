//! Which path leads where, and what every answer has.
//!
//! In: what all routes share, and the options. Out: the router: its routes, the token before
//! those that judge, the headers of every answer, the log around all.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

use crate::error::RequestError;
use crate::languagetool;
use crate::log::{REQUEST_ID, RequestLog, observe};
use crate::openapi;
use crate::origin::Origin;
use crate::routes::{batch, fix, page, report, status, text};
use crate::service::Service;

/// What an answer may do that is no page: nothing.
const NO_PAGE: &str = "default-src 'none'; frame-ancestors 'none'";

/// The router of the service. Only who shows the token may have anything judged, if there is
/// one; pages of `origins` may ask too.
pub(crate) fn router(service: Arc<Service>, log: Arc<RequestLog>, origins: &[Origin]) -> Router {
    let guarded = Router::new()
        .route("/v1/report", post(report::json))
        .route("/v1/html", post(report::html))
        .route("/v1/fix", post(fix::fix))
        .route("/v1/batch", post(batch::batch))
        .route("/v1/text", post(text::text))
        .route("/metrics", get(status::metrics))
        .route_layer(from_fn_with_state(Arc::clone(&service), admit));
    let router = Router::new()
        .merge(guarded)
        .merge(page::routes())
        // Its form may show the token too.
        .route("/v2/check", post(languagetool::check))
        .route("/v2/languages", get(languagetool::languages))
        .route("/v2/info", get(languagetool::info))
        .route("/v1/openapi.json", get(openapi::document))
        .route("/healthz", get(status::health))
        .route("/readyz", get(status::ready))
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(service)
        // Bodies are read with limits of their own.
        .layer(DefaultBodyLimit::disable())
        .layer(CatchPanicLayer::custom(|_| {
            RequestError::Broken.into_response()
        }))
        .layer(map_response(with_headers));
    let router = match origins {
        [] => router,
        origins => router.layer(
            CorsLayer::new()
                .allow_origin(origins.iter().map(Origin::header).collect::<Vec<_>>())
                .allow_methods([Method::GET, Method::POST])
                .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
                .expose_headers([REQUEST_ID]),
        ),
    };
    router.layer(from_fn_with_state(log, observe))
}

/// Lets a request pass that shows the token.
async fn admit(
    State(service): State<Arc<Service>>,
    request: Request,
    next: Next,
) -> Result<Response, RequestError> {
    if !service.admits(request.headers()) {
        return Err(RequestError::Unauthorized);
    }
    Ok(next.run(request).await)
}

/// Adds the headers that an answer has unless it has others.
async fn with_headers(mut response: Response) -> Response {
    let defaults = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CONTENT_SECURITY_POLICY, NO_PAGE),
        // Answers hold texts, which nobody on the way is to keep.
        (CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in defaults {
        let headers = response.headers_mut();
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    response
}

async fn not_found() -> RequestError {
    RequestError::NotFound
}

async fn method_not_allowed(method: Method) -> RequestError {
    RequestError::MethodNotAllowed(method.to_string())
}
