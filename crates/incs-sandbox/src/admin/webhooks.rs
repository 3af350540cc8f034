//! `/deliveries`, `/subscriptions` and `/inject`: webhook deliveries, subscriptions, and hand-made webhooks.

use http::StatusCode;
use incs_model::RawJson;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Delete, Get, Post};
use super::route::{
    AdminRequest, ApiError, Empty, IdPath, Json, NumberPath, ParseJson, ParsedJson, Route, SchemaFn, limit, route,
};
use crate::state::App;
use crate::state::deliveries::Delivery;
use crate::state::subscriptions::Subscription;
use crate::webhooks;
use crate::webhooks::queue::{self, RepostError};
use crate::webhooks::webhook::{Webhook, WebhookError};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/deliveries", "listDeliveries", "Webhook deliveries with their attempts, newest first")
            .infallible(list_deliveries),
        route(Get, "/deliveries/{number}", "getDelivery", "A webhook delivery with its attempts").handler(get_delivery),
        route(
            Post,
            "/deliveries/{number}/repost",
            "repostDelivery",
            "Posts a webhook delivery again, with the same body",
        )
        .refusals(&[409])
        .handler(repost),
        route(Get, "/subscriptions", "listSubscriptions", "Webhook subscriptions; secrets are never shown")
            .infallible(list_subscriptions),
        route(Post, "/subscriptions", "subscribe", "Adds a URL that webhooks are posted to")
            .status(StatusCode::CREATED)
            .refusals(&[409])
            .handler(subscribe),
        route(Delete, "/subscriptions/{id}", "unsubscribe", "Removes a subscription; its pending webhooks are dropped")
            .status(StatusCode::NO_CONTENT)
            .handler(unsubscribe),
        route(Post, "/inject", "inject", "Posts any body, unchanged, to the subscribers of its event")
            .status(StatusCode::ACCEPTED)
            .handler(inject),
    ]
}

/// Filters of a list of deliveries.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryFilter {
    /// Only deliveries about this message, by number.
    message: Option<u64>,
    /// Only deliveries to this subscription, by id.
    subscription: Option<u64>,
    /// Only deliveries with a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

fn list_deliveries(app: &App, request: AdminRequest<Empty, DeliveryFilter>) -> Vec<Delivery> {
    let filter = request.query;
    let records = app.records();
    let wanted = records.deliveries.iter().rev().filter(|delivery| {
        filter.before.is_none_or(|before| delivery.number < before)
            && filter.message.is_none_or(|message| delivery.message == Some(message))
            && filter.subscription.is_none_or(|subscription| delivery.subscription == subscription)
    });
    wanted.take(limit(filter.limit)).cloned().collect()
}

fn get_delivery(app: &App, request: AdminRequest<NumberPath>) -> Result<Delivery, ApiError> {
    app.records().deliveries.get(request.path.number).cloned().ok_or_else(no_delivery)
}

fn repost(app: &App, request: AdminRequest<NumberPath>) -> Result<Delivery, ApiError> {
    let number = request.path.number;
    app.change(|records, now| match queue::repost(records, number, now) {
        Ok(()) => records.deliveries.get(number).cloned().ok_or_else(no_delivery),
        Err(RepostError::NotFound) => Err(no_delivery()),
        Err(error) => Err(ApiError::conflict(error.to_string())),
    })
}

fn no_delivery() -> ApiError {
    ApiError::not_found("no such webhook, or it is no longer remembered")
}

impl ParseJson for Webhook {
    const SCHEMA: SchemaFn = Self::SCHEMA;

    fn parse(json: &[u8]) -> Result<Self, ApiError> {
        Self::decode(json).map_err(|error| wrong(&error))
    }
}

fn wrong(error: &WebhookError) -> ApiError {
    ApiError::unprocessable(error.pointer(), error.to_string())
}

fn list_subscriptions(app: &App, _: AdminRequest) -> Vec<Subscription> {
    app.records().subscriptions.list.clone()
}

fn subscribe(app: &App, request: AdminRequest<Empty, Empty, ParsedJson<Webhook>>) -> Result<Subscription, ApiError> {
    webhooks::subscribe(app, request.body.0).map_err(|error| match error.pointer() {
        // Only the error about too many subscriptions has no pointer.
        "" => ApiError::conflict(error.problem()),
        _ => wrong(&error),
    })
}

fn unsubscribe(app: &App, request: AdminRequest<IdPath>) -> Result<Empty, ApiError> {
    let was_there = webhooks::unsubscribe(app, request.path.id);
    was_there.then_some(Empty {}).ok_or_else(|| ApiError::not_found("no such subscription"))
}

/// Any JSON object.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(transparent)]
struct AnyObject(#[schemars(with = "serde_json::Map<String, serde_json::Value>")] RawJson);

/// The kind of the event.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EventQuery {
    /// The kind of event whose subscribers get it; by default the body's member `event`.
    event: Option<String>,
}

/// The result of an injection.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Injected")]
struct Injected {
    /// The numbers of the new deliveries, one for each subscriber.
    deliveries: Vec<u64>,
}

fn inject(app: &App, request: AdminRequest<Empty, EventQuery, Json<AnyObject>>) -> Result<Injected, ApiError> {
    #[derive(Deserialize)]
    struct Event {
        event: String,
    }
    let body = request.body.0.0;
    if !body.get().trim_start().starts_with('{') {
        return Err(ApiError::unprocessable("", "the body must be an object"));
    }
    let event = match request.query.event {
        Some(event) => event,
        None => body.decode::<Event>()?.event,
    };
    app.change(|records, now| {
        let from = records.deliveries.next();
        queue::inject(records, &event, body, now);
        Ok(Injected { deliveries: (from..records.deliveries.next()).collect() })
    })
}
