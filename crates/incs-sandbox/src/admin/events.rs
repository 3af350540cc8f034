//! `/events`: what changes, as it changes.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use http::header;
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use super::route::Method::Get;
use super::route::{ApiError, Call, Look, Route, route};
use crate::state::Core;
use crate::state::notices::{Heard, Kind, Listener};

/// How long the stream is silent at most, so that neither side thinks the other gone.
const SILENCE: Duration = Duration::from_secs(15);

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(
            Get,
            "/events",
            "listen",
            "What changes, as it changes: each event holds the thing as it is now; `lagged` says that some were missed",
        )
        .refusals(&[503])
        .handled(Look::Events(SchemaGenerator::subschema_for::<Notice>), async |core: Arc<Core>, call| {
            listen(&core, call)
        }),
    ]
}

/// What stands in `data`.
#[derive(Debug, Serialize, JsonSchema)]
struct Notice {
    r#type: Kind,
    /// The thing as it is now; `{"id":…,"removed":true}` for one that is gone.
    data: Value,
}

fn listen(core: &Core, _: Call) -> Result<Response, ApiError> {
    let listener = core.records().notices.listen_from_outside();
    let listener = listener.ok_or_else(|| ApiError::busy("too many listen already"))?;
    // The first bytes let the client know at once that it is heard.
    let begin = stream::once(async { Ok::<_, Infallible>("retry: 1000\n\n".to_owned()) });
    let events = stream::unfold(listener, async |mut listener| {
        let event = next(&mut listener).await?;
        Some((Ok(event), listener))
    });
    let body = Body::from_stream(stream::StreamExt::chain(begin, events));
    Ok(([(header::CONTENT_TYPE, "text/event-stream")], body).into_response())
}

/// The next event as it is written; `None` at the end.
async fn next(listener: &mut Listener) -> Option<String> {
    match tokio::time::timeout(SILENCE, listener.hear()).await {
        Ok(Heard::Notice(text)) => Some(format!("data: {text}\n\n")),
        Ok(Heard::Lagged) => Some("event: lagged\ndata: {}\n\n".to_owned()),
        Ok(Heard::Over) => None,
        Err(_) => Some(": nothing new\n\n".to_owned()),
    }
}
