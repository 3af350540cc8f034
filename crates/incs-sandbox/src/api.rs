//! The routes of INCS: what a call is answered with.

pub(crate) mod messages;
pub(crate) mod reply;
pub(crate) mod templates;

use std::sync::Arc;

use axum::Router;
use axum::routing::post;

use crate::core::Core;

/// All routes, of both host roles: one base URL serves them.
pub(crate) fn router() -> Router<Arc<Core>> {
    Router::new()
        .route("/external/messages/whatsapp", post(messages::whatsapp))
        .route("/external/messages/viber", post(messages::viber))
        .route("/external/messages/rcs", post(messages::rcs))
        .fallback(reply::route_not_found)
}
