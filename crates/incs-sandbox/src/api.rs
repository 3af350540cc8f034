//! The routes of INCS: what a call is answered with.

mod credential;
mod magic;
pub(crate) mod messages;
mod query;
pub(crate) mod reply;
mod status;
mod tasks;
pub(crate) mod templates;
mod token;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};

use crate::core::Core;

/// All routes, of both host roles: one base URL serves them.
pub(crate) fn router() -> Router<Arc<Core>> {
    Router::new()
        .route("/external/messages/whatsapp", post(messages::whatsapp))
        .route("/external/messages/viber", post(messages::viber))
        .route("/external/messages/rcs", post(messages::rcs))
        .route("/external/messages/status", get(status::status))
        .route("/external/templates", post(templates::whatsapp::create).get(templates::whatsapp::list))
        .route("/external/templates/{id}", get(templates::whatsapp::get))
        .route("/external/templates/rcs", post(templates::rcs::create).get(templates::rcs::list))
        .route("/external/templates/rcs/{id}", get(templates::rcs::get).delete(templates::rcs::delete))
        .route("/external/auth/token", post(token::token))
        .route("/external/tasks", post(tasks::create).get(tasks::list))
        .method_not_allowed_fallback(reply::route_not_found)
        .fallback(reply::route_not_found)
}
