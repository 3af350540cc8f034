//! The admin API below `/_sandbox`: its router, its reference page, and the OpenAPI document.

mod control;
mod customers;
mod openapi;
mod records;
mod route;
mod templates;
mod webhooks;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::middleware::map_response;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{HeaderName, HeaderValue, header};

use self::route::{ApiError, Route};
use crate::config::ADMIN_ROOT;
use crate::console;
use crate::state::App;

/// The content security policy of the reference page: only its own files, nothing inline.
const POLICY: &str = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static DOCUMENT: LazyLock<String> = LazyLock::new(|| openapi::document(&routes()).to_string());

/// Returns the router of the admin API and the console, with full paths.
pub(crate) fn router(app: Arc<App>) -> Router {
    let routes = routes().into_iter().fold(Router::new(), |router, Route { path, handler, .. }| {
        router.route(&format!("{ADMIN_ROOT}{path}"), handler)
    });
    routes
        .merge(page_router())
        .merge(console::router())
        .fallback(async || ApiError::not_found("no such route; GET /_sandbox/api lists them"))
        .method_not_allowed_fallback(async || ApiError::method())
        .layer(map_response(with_headers))
        .with_state(app)
}

/// Adds the headers of every reply.
async fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Returns every route; the router and the document are built from them.
fn routes() -> Vec<Route> {
    let mut routes = control::routes();
    routes.extend(records::routes());
    routes.extend(webhooks::routes());
    routes.extend(customers::routes());
    routes.extend(templates::routes());
    routes
}

fn page_router() -> Router<Arc<App>> {
    Router::new()
        .route(
            "/_sandbox/openapi.json",
            get(async || ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str())),
        )
        .route("/_sandbox/api", get(async || asset("text/html; charset=utf-8", include_str!("admin/page/api.html"))))
        .route(
            "/_sandbox/api/api.css",
            get(async || asset("text/css; charset=utf-8", include_str!("admin/page/api.css"))),
        )
        .route(
            "/_sandbox/api/api.js",
            get(async || asset("text/javascript; charset=utf-8", include_str!("admin/page/api.js"))),
        )
}

fn asset(kind: &'static str, text: &'static str) -> Response {
    const REFERRER: HeaderName = header::REFERRER_POLICY;
    let headers = [(header::CONTENT_TYPE, kind), (header::CONTENT_SECURITY_POLICY, POLICY), (REFERRER, "no-referrer")];
    (headers, text).into_response()
}
