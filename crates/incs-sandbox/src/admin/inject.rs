//! `/inject`: any webhook, made by hand.

use http::StatusCode;
use incs_model::RawJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::call::Call;
use super::failure::Failure;
use super::part::{Json, Nothing};
use super::route::Method::Post;
use super::route::{Route, route};
use crate::core::Core;
use crate::hook::emit;

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Post, "/inject", "inject", "Posts a body to the subscribers of its event, as it is")
            .status(StatusCode::ACCEPTED)
            .by(inject),
    ]
}

/// Any JSON object.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Anything(#[schemars(with = "serde_json::Map<String, serde_json::Value>")] RawJson);

/// The kind of the event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// The kind of event whose subscribers get it; unless given, the body's member `event` says it.
    event: Option<String>,
}

/// What came of it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Injected")]
struct Injected {
    /// The numbers of the deliveries that were made, one for each subscriber.
    deliveries: Vec<u64>,
}

fn inject(core: &Core, call: Call<Nothing, Which, Json<Anything>>) -> Result<Injected, Failure> {
    #[derive(Deserialize)]
    struct Event {
        event: String,
    }
    let body = call.body.0.0;
    if !body.get().trim_start().starts_with('{') {
        return Err(Failure::unprocessable("", "the body must be an object"));
    }
    let event = match call.query.event {
        Some(event) => event,
        None => body.decode::<Event>()?.event,
    };
    core.change(|world, now| {
        let from = world.deliveries.next();
        emit::inject(world, &event, body, now);
        Ok(Injected { deliveries: (from..world.deliveries.next()).collect() })
    })
}
