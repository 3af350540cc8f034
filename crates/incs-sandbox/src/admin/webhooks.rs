//! `/deliveries`, `/subscriptions` and `/inject`: webhook deliveries, subscriptions, and hand-made webhooks.

use http::StatusCode;
use incs_model::RawJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Delete, Get, Post};
use super::route::{ApiError, Call, Describe, Json, Nothing, OfId, OfNumber, Own, Parse, Route, limit, route};
use crate::state::Core;
use crate::state::deliveries::Delivery;
use crate::state::subscriptions::Subscription;
use crate::webhooks;
use crate::webhooks::emit::{self, RepostError};
use crate::webhooks::webhook::{Webhook, WebhookError};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/deliveries", "listDeliveries", "Webhooks with every attempt, newest first")
            .always(list_deliveries),
        route(Get, "/deliveries/{number}", "getDelivery", "A webhook with every attempt").by(get_delivery),
        route(Post, "/deliveries/{number}/repost", "repostDelivery", "Posts a webhook once more, as it was")
            .refusals(&[409])
            .by(repost),
        route(Get, "/subscriptions", "listSubscriptions", "Who gets webhooks; secrets are never shown")
            .always(list_subscriptions),
        route(Post, "/subscriptions", "subscribe", "Adds a URL that webhooks are posted to")
            .status(StatusCode::CREATED)
            .refusals(&[409])
            .by(subscribe),
        route(Delete, "/subscriptions/{id}", "unsubscribe", "Removes a URL; what was not posted yet is dropped")
            .status(StatusCode::NO_CONTENT)
            .by(unsubscribe),
        route(Post, "/inject", "inject", "Posts a body to the subscribers of its event, as it is")
            .status(StatusCode::ACCEPTED)
            .by(inject),
    ]
}

/// Filters of a list of deliveries.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichDeliveries {
    /// Only those about this message, by number.
    message: Option<u64>,
    /// Only those to this subscription, by id.
    subscription: Option<u64>,
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn list_deliveries(core: &Core, call: Call<Nothing, WhichDeliveries>) -> Vec<Delivery> {
    let which = call.query;
    let records = core.records();
    let wanted = records.deliveries.iter().rev().filter(|delivery| {
        which.before.is_none_or(|before| delivery.number < before)
            && which.message.is_none_or(|message| delivery.message == Some(message))
            && which.subscription.is_none_or(|subscription| delivery.subscription == subscription)
    });
    wanted.take(limit(which.limit)).cloned().collect()
}

fn get_delivery(core: &Core, call: Call<OfNumber>) -> Result<Delivery, ApiError> {
    core.records().deliveries.get(call.path.number).cloned().ok_or_else(no_delivery)
}

fn repost(core: &Core, call: Call<OfNumber>) -> Result<Delivery, ApiError> {
    let number = call.path.number;
    core.change(|records, now| match emit::repost(records, number, now) {
        Ok(()) => records.deliveries.get(number).cloned().ok_or_else(no_delivery),
        Err(RepostError::NotFound) => Err(no_delivery()),
        Err(error) => Err(ApiError::conflict(error.to_string())),
    })
}

fn no_delivery() -> ApiError {
    ApiError::not_found("no such webhook, or it is no longer remembered")
}

impl Parse for Webhook {
    const DESCRIBE: Describe = Self::DESCRIBE;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Self::decode(json).map_err(|error| wrong(&error))
    }
}

fn wrong(error: &WebhookError) -> ApiError {
    ApiError::unprocessable(error.pointer(), error.to_string())
}

fn list_subscriptions(core: &Core, _: Call) -> Vec<Subscription> {
    core.records().subscriptions.list.clone()
}

fn subscribe(core: &Core, call: Call<Nothing, Nothing, Own<Webhook>>) -> Result<Subscription, ApiError> {
    webhooks::subscribe(core, call.body.0).map_err(|error| match error.pointer() {
        // Only that there are too many is about no member.
        "" => ApiError::conflict(error.problem()),
        _ => wrong(&error),
    })
}

fn unsubscribe(core: &Core, call: Call<OfId>) -> Result<Nothing, ApiError> {
    let was_there = webhooks::unsubscribe(core, call.path.id);
    was_there.then_some(Nothing {}).ok_or_else(|| ApiError::not_found("no such subscription"))
}

/// Any JSON object.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct Anything(#[schemars(with = "serde_json::Map<String, serde_json::Value>")] RawJson);

/// The kind of the event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WhichEvent {
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

fn inject(core: &Core, call: Call<Nothing, WhichEvent, Json<Anything>>) -> Result<Injected, ApiError> {
    #[derive(Deserialize)]
    struct Event {
        event: String,
    }
    let body = call.body.0.0;
    if !body.get().trim_start().starts_with('{') {
        return Err(ApiError::unprocessable("", "the body must be an object"));
    }
    let event = match call.query.event {
        Some(event) => event,
        None => body.decode::<Event>()?.event,
    };
    core.change(|records, now| {
        let from = records.deliveries.next();
        emit::inject(records, &event, body, now);
        Ok(Injected { deliveries: (from..records.deliveries.next()).collect() })
    })
}
