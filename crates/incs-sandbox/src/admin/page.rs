//! The page that shows the OpenAPI document to people, and the document itself.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderName, header};

use super::openapi;
use crate::core::Core;

/// Nothing of another host, nothing inline.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document(&super::routes()).to_string());

pub(crate) fn router() -> Router<Arc<Core>> {
    Router::new()
        .route(
            "/_sandbox/openapi.json",
            get(async || ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())),
        )
        .route("/_sandbox/api", get(async || asset("text/html; charset=utf-8", include_str!("page/api.html"))))
        .route("/_sandbox/api/api.css", get(async || asset("text/css; charset=utf-8", include_str!("page/api.css"))))
        .route(
            "/_sandbox/api/api.js",
            get(async || asset("text/javascript; charset=utf-8", include_str!("page/api.js"))),
        )
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    const REFERRER: HeaderName = header::REFERRER_POLICY;
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY), (REFERRER, "no-referrer")];
    (headers, text).into_response()
}
