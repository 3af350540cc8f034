//! The admin API below `/_sandbox`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Json, Router};
use http::StatusCode;
use serde_json::json;

use crate::core::Core;

/// Answers every path that begins with `/_sandbox/`; the paths come whole.
pub(crate) fn router(core: Arc<Core>) -> Router {
    Router::new()
        .route("/_sandbox/state", get(state))
        .route("/_sandbox/messages", get(messages))
        .route("/_sandbox/exchanges", get(exchanges))
        .fallback(not_found)
        .with_state(core)
}

async fn state(State(core): State<Arc<Core>>) -> impl IntoResponse {
    let world = core.world();
    Json(json!({
        "counters": world.counters,
        "remembered": {
            "messages": world.messages.len(),
            "exchanges": world.exchanges.len(),
            "deliveries": world.deliveries.len(),
            "conversations": world.conversations.len(),
            "agenda": world.agenda.len(),
        },
    }))
}

async fn messages(State(core): State<Arc<Core>>) -> impl IntoResponse {
    Json(core.world().messages.iter().rev().cloned().collect::<Vec<_>>())
}

async fn exchanges(State(core): State<Arc<Core>>) -> impl IntoResponse {
    Json(core.world().exchanges.iter().rev().cloned().collect::<Vec<_>>())
}

async fn not_found() -> impl IntoResponse {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "no such path" })))
}
